// keyword_identity_test.cc - the words of [[provider]], [[directory]], [[provisioning]], [[group]],
// [sign_in] and [administration], as keyword_test.cc has the others.
#include "core/policy/diff.h"
#include "core/policy/keyword_fixture.h"
#include "core/policy/print.h"

namespace halligan::policy {
namespace {

const std::string reviewed = "review = { by = \"officer\", within = \"24h\" }\n";
const std::string provider =
    "[[provider]]\nname = \"login\"\nlabel = \"The login\"\n"
    "issuer = \"https://login.example/realms/staff\"\nclient = \"halligan\"\nperson = \"oid\"\n"
    "groups = \"groups\"\nscopes = [\"profile\", \"groups\"]\nask = \"mfa\"\n"
    "second_factor = [\"otp\", \"mfa\"]\nsecurity_key = [\"hwk\"]\n";
const std::string directory =
    "[[directory]]\nname = \"ldap\"\nlabel = \"The directory\"\nurl = \"ldaps://ldap.example\"\n"
    "bind = \"cn=halligan,dc=example\"\npeople = \"ou=people,dc=example\"\n"
    "person = \"sAMAccountName\"\ngroups = \"ou=groups,dc=example\"\nmember = \"uniqueMember\"\n"
    "nested = \"chain\"\n";
const std::string provisioning = "[[provisioning]]\nname = \"office\"\nlabel = \"Staff office\"\n";
const std::string group =
    "[[group]]\nfrom = \"login\"\nname = \"Ward nurses\"\nroles = [\"nurse\"]\n";
const std::string sign_in = "[sign_in]\nown = \"when-down\"\nenrolment = \"180d\"\n" + reviewed;
const std::string administration =
    "[administration]\ntwo_people = [\"roles\", \"factors\", \"terminals\"]\n";
const std::string all = sign_in + administration + provider + directory + provisioning + group +
                        replaced(group, "from = \"login\"", "from = \"ldap\"") +
                        replaced(replaced(group, "from = \"login\"", "from = \"office\""),
                                 "\"nurse\"", "\"ledger-reader\", \"doctor\"");

ast::Policy policy_of(const std::string& more) {
  const auto parsed = parse(fixture::base + more);
  EXPECT_TRUE(parsed.policy) << more;
  return parsed.policy.value_or(ast::Policy{});
}
Messages said_of(const std::string& more) {
  const auto parsed = parse(fixture::base + more);
  return parsed.policy ? check(*parsed.policy) : parsed.messages;
}
// The first thing that is wrong with it; nothing where nothing is.
std::string wrong(const std::string& more) {
  for (const auto& message : said_of(more))
    if (message.severity == Severity::error) return message.what;
  return {};
}
bool warns(const std::string& more, const std::string& of) {
  return std::ranges::any_of(said_of(more), [&](const Message& message) {
    return message.severity == Severity::warning && message.what.find(of) != std::string::npos;
  });
}
// The rest of the line at which the first message points.
std::string pointed(const std::string& more) {
  for (const auto& message : said_of(more)) {
    if (message.severity != Severity::error) continue;
    std::string text = fixture::base + more;
    for (std::uint32_t line = 1; line < message.at.line; ++line) text.erase(0, text.find('\n') + 1);
    return text.substr(message.at.column - 1, text.find('\n') - message.at.column + 1);
  }
  return {};
}
// It is refused by a message that holds `message` and points at `at`.
void refuses(const std::string& more, const std::string& message, const std::string& at) {
  EXPECT_NE(wrong(more).find(message), std::string::npos) << wrong(more) << "\n" << more;
  EXPECT_EQ(pointed(more), at) << wrong(more);
}
// The line of a key, and its value instead.
std::string with(const std::string& table, const std::string& key, const std::string& value) {
  const auto from = table.find("\n" + key + " = ") + 1;
  EXPECT_NE(from, 0U) << key;
  const auto line = value.empty() ? "" : key + " = " + value + "\n";
  return std::string{table}.replace(from, table.find('\n', from) + 1 - from, line);
}
std::string without(const std::string& table, const std::string& key) {
  return with(table, key, "");
}

TEST(KeywordIdentity, provider) {
  EXPECT_EQ(wrong(provider), "");
  EXPECT_TRUE(policy_of("").providers.empty());
  refuses(without(provider, "name"),
          "[[provider]] needs `name`, for example name = ", "[[provider]]");
  refuses(with(provider, "name", "\"The Login\""), "a name is written in small letters",
          "\"The Login\"");
  refuses(provider + "colour = 1\n", "`colour` is not a key of [[provider]]", "colour = 1");
  refuses(replaced(provider, "[[provider]]", "[provider]"),
          "`provider` is written [[provider]], once for each; found a table", "[provider]");
  std::string nine;
  for (int i = 1; i <= 9; ++i)
    nine += with(provider, "name", "\"login-" + std::to_string(i) + "\"");
  refuses(nine, "a policy has at most 8 [[provider]], found 9", "[[provider]]");
}
TEST(KeywordIdentity, label) {
  EXPECT_EQ(policy_of(provider).providers.at(0).label, "The login");
  EXPECT_EQ(policy_of(directory).directories.at(0).label, "The directory");
  EXPECT_EQ(policy_of(provisioning).provisionings.at(0).label, "Staff office");
  EXPECT_EQ(policy_of(without(provider, "label")).providers.at(0).label, "");
  for (const auto& table : {provider, directory, provisioning}) {
    refuses(with(table, "label", "\"\""), "`label` is a text of 1 to 200 bytes", "\"\"");
    const std::string hidden = "holds a control character or one that cannot be seen";
    for (const char* bad : {R"("a\tb")", R"("a\u0085b")", R"("a\u202Eb")", R"("a\u200Bb")",
                            R"("a\u3164b")", R"("a\uFE0F")", R"("a\U000E0041")"})
      refuses(with(table, "label", bad), hidden, bad);
    const std::string persian = "\"\u067e\u0631\u0633\u062a\u0627\u0631\u200c\u0647\u0627\"";
    EXPECT_EQ(wrong(with(table, "label", persian)), "");
    EXPECT_EQ(wrong(with(table, "label", '"' + std::string(200, 'x') + '"')), "");
    EXPECT_NE(wrong(with(table, "label", '"' + std::string(201, 'x') + '"')), "");
  }
}
TEST(KeywordIdentity, issuer) {
  EXPECT_EQ(policy_of(provider).providers.at(0).issuer, "https://login.example/realms/staff");
  refuses(without(provider, "issuer"), "[[provider]] needs `issuer`", "[[provider]]");
  for (const char* good : {"\"https://login.example\"", "\"https://Login.example:8443/a/b-c_d/\"",
                           "\"http://127.0.0.1:8080/realms/x\"", "\"http://localhost\"",
                           "\"http://[::1]:9000\"", "\"https://[2001:db8::1]:8443/x%20y\""})
    EXPECT_EQ(wrong(with(provider, "issuer", good)), "") << good;
  for (const char* bad : {"\"login.example\"",
                          "\"http://login.example\"",
                          "\"http://localhost.example\"",
                          "\"http://127.0.0.1.example/\"",
                          "\"http://[::2]:9000\"",
                          "\"ftp://login.example\"",
                          "\"https://\"",
                          "\"https:///a\"",
                          "\"https://a@login.example\"",
                          "\"https://login.example/?a\"",
                          "\"https://login.example/#a\"",
                          "\"https://login.example:0\"",
                          "\"https://login.example:65536\"",
                          "\"https://login.example:\"",
                          "\"https://login.example/a b\"",
                          "\"https://login.example/../a\"",
                          "\"https://login.example/%2\"",
                          "\"https://login.example\\\\a\"",
                          "\"https://[::1\"",
                          "\"HTTPS://login.example\""})
    refuses(with(provider, "issuer", bad), "`issuer` is an https URL without user, query", bad);
  EXPECT_TRUE(warns(with(provider, "issuer", "\"http://localhost\""), "without TLS"));
  EXPECT_FALSE(warns(provider, "without TLS"));
}
TEST(KeywordIdentity, client) {
  EXPECT_EQ(policy_of(provider).providers.at(0).client, "halligan");
  refuses(without(provider, "client"), "[[provider]] needs `client`", "[[provider]]");
  refuses(with(provider, "client", "7"), "`client` is a text, found a whole number", "7");
}
TEST(KeywordIdentity, person) {
  EXPECT_EQ(policy_of(provider).providers.at(0).person, "oid");
  EXPECT_EQ(policy_of(without(provider, "person")).providers.at(0).person, "sub");
  refuses(with(provider, "person", "\"\""), "`person` is a text", "\"\"");
  EXPECT_TRUE(warns(with(provider, "person", "\"email\""), "be given to somebody else"));
  EXPECT_FALSE(warns(provider, "be given to somebody else"));
  EXPECT_EQ(policy_of(directory).directories.at(0).person, "sAMAccountName");
  EXPECT_EQ(policy_of(without(directory, "person")).directories.at(0).person, "uid");
  for (const char* bad : {"\"u id\"", "\"uid)(cn\"", "\"uid;lang-de\"", "\"-uid\""})
    refuses(with(directory, "person", bad), "`person` is an attribute such as \"uid\"", bad);
}
TEST(KeywordIdentity, groups) {
  EXPECT_EQ(policy_of(provider).providers.at(0).groups, "groups");
  EXPECT_EQ(policy_of(without(provider, "groups")).providers.at(0).groups, "");
  const std::string idle = "nobody looks who is in `Ward nurses`: ";
  EXPECT_TRUE(warns(without(provider, "groups") + group, idle + "`login` has no `groups`"));
  EXPECT_FALSE(warns(all, idle));
  EXPECT_EQ(policy_of(directory).directories.at(0).groups, "ou=groups,dc=example");
  refuses(with(directory, "groups", "\"groups\""), "`groups` is a DN such as", "\"groups\"");
  auto none = without(without(without(directory, "groups"), "member"), "nested");
  EXPECT_EQ(policy_of(none).directories.at(0).groups, "");
  EXPECT_TRUE(warns(none + replaced(group, "login", "ldap"), idle + "`ldap` has no `groups`"));
}
TEST(KeywordIdentity, scopes) {
  const auto scopes = policy_of(provider).providers.at(0).scopes;
  EXPECT_EQ(scopes, (std::vector<std::string>{"profile", "groups"}));
  EXPECT_TRUE(policy_of(without(provider, "scopes")).providers.at(0).scopes.empty());
  refuses(with(provider, "scopes", "[]"), "`scopes` is empty", "[]");
  for (const char* bad : {"\"openid\"", "\"a b\"", "\"a\\\"b\"", "\"\"", "\"\u00e9\""})
    refuses(with(provider, "scopes", bad), "a value of `scopes` is one word, and not openid", bad);
}
TEST(KeywordIdentity, ask) {
  EXPECT_EQ(policy_of(provider).providers.at(0).ask, "mfa");
  EXPECT_EQ(policy_of(without(provider, "ask")).providers.at(0).ask, "");
  refuses(with(provider, "ask", "[\"mfa\"]"), "`ask` is a text, found a list", "[\"mfa\"]");
}
TEST(KeywordIdentity, second_factor) {
  const auto values = policy_of(provider).providers.at(0).second_factor;
  EXPECT_EQ(values, (std::vector<std::string>{"otp", "mfa"}));
  EXPECT_TRUE(policy_of(without(provider, "second_factor")).providers.at(0).second_factor.empty());
  refuses(with(provider, "second_factor", "[\"otp\", \"otp\"]"), "`otp` stands twice", "\"otp\"]");
  refuses(with(provider, "second_factor", "[\"a\\u0000\"]"), "holds a control", "\"a\\u0000\"]");
  const auto many = [](int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += (i == 0 ? "[\"v" : ", \"v") + std::to_string(i) + '"';
    return out + "]";
  };
  EXPECT_EQ(wrong(with(provider, "second_factor", many(32))), "");
  refuses(with(provider, "second_factor", many(33)),
          "`second_factor` holds at most 32 values, found 33", "\"v32\"]");
}
TEST(KeywordIdentity, security_key) {
  EXPECT_EQ(policy_of(provider).providers.at(0).security_key.at(0), "hwk");
  EXPECT_TRUE(policy_of(without(provider, "security_key")).providers.at(0).security_key.empty());
  refuses(with(provider, "security_key", "[\"hwk\", \"otp\"]"),
          "`otp` stands in `second_factor`, too", "[\"hwk\", \"otp\"]");
  const std::string nobody = "nobody signs in by `login`";
  EXPECT_TRUE(warns(without(without(provider, "second_factor"), "security_key"), nobody));
  EXPECT_FALSE(warns(without(provider, "second_factor"), nobody));
  EXPECT_FALSE(warns(without(provider, "security_key"), nobody));
}

TEST(KeywordIdentity, directory) {
  EXPECT_EQ(wrong(directory), "");
  EXPECT_TRUE(policy_of("").directories.empty());
  refuses(without(directory, "name"), "[[directory]] needs `name`", "[[directory]]");
  refuses(directory + with(directory, "name", "\"other\""),
          "a policy has one [[directory]]; this is a second", "[[directory]]");
}
TEST(KeywordIdentity, url) {
  EXPECT_EQ(policy_of(directory).directories.at(0).url, "ldaps://ldap.example");
  refuses(without(directory, "url"), "[[directory]] needs `url`", "[[directory]]");
  for (const char* good :
       {"\"ldap://10.0.0.1\"", "\"ldap://ldap.example:389\"", "\"ldaps://[::1]\""})
    EXPECT_EQ(wrong(with(directory, "url", good)), "") << good;
  for (const char* bad :
       {"\"ldap.example\"", "\"ldapi://x\"", "\"ldaps://\"", "\"ldaps://ldap.example/\"",
        "\"ldaps://ldap.example/dc=example\"", "\"ldaps://a:b@ldap.example\"",
        "\"ldaps://ldap.example?uid\"", "\"ldaps://a ldaps://b\"", "\"https://ldap.example\""})
    refuses(with(directory, "url", bad), "`url` is ldaps:// or ldap:// with a host", bad);
}
TEST(KeywordIdentity, bind) {
  EXPECT_EQ(policy_of(directory).directories.at(0).bind, "cn=halligan,dc=example");
  refuses(without(directory, "bind"), "[[directory]] needs `bind`", "[[directory]]");
  refuses(with(directory, "bind", "\"halligan\""), "`bind` is a DN such as", "\"halligan\"");
}
TEST(KeywordIdentity, people) {
  EXPECT_EQ(policy_of(directory).directories.at(0).people, "ou=people,dc=example");
  refuses(without(directory, "people"), "[[directory]] needs `people`", "[[directory]]");
  for (const char* bad : {"\"=x\"", "\"ou=\"", "\"a b=c\""})
    refuses(with(directory, "people", bad), "`people` is a DN such as", bad);
}
TEST(KeywordIdentity, member) {
  EXPECT_EQ(policy_of(directory).directories.at(0).member, "uniqueMember");
  EXPECT_EQ(policy_of(without(directory, "member")).directories.at(0).member, "member");
  refuses(with(directory, "member", "\"member:1.2:\""), "`member` is an attribute",
          "\"member:1.2:\"");
  refuses(without(without(directory, "groups"), "nested"),
          "`member` belongs to `groups`, which is missing", "\"uniqueMember\"");
}
TEST(KeywordIdentity, guesses) {
  EXPECT_EQ(policy_of(directory).directories.at(0).guesses, 4);
  const auto nine = policy_of(directory + "guesses = 9\n");
  EXPECT_EQ(nine.directories.at(0).guesses, 9);
  EXPECT_NE(print(nine), print(policy_of(directory)));
  EXPECT_EQ(parse(print(nine)).policy, nine);
  for (const char* wrong_one : {"1", "101", "\"4\""})
    EXPECT_NE(wrong(directory + "guesses = " + wrong_one + "\n"), "") << wrong_one;
}
TEST(KeywordIdentity, nested) {
  EXPECT_TRUE(policy_of(directory).directories.at(0).in_chain);
  EXPECT_FALSE(policy_of(with(directory, "nested", "\"walk\"")).directories.at(0).in_chain);
  EXPECT_FALSE(policy_of(without(directory, "nested")).directories.at(0).in_chain);
  refuses(with(directory, "nested", "\"deep\""), "`nested` is \"walk\" or \"chain\", found `deep`",
          "\"deep\"");
  refuses(without(without(directory, "groups"), "member"),
          "`nested` belongs to `groups`, which is missing", "\"chain\"");
}

TEST(KeywordIdentity, provisioning) {
  EXPECT_EQ(wrong(provisioning), "");
  EXPECT_EQ(policy_of(provisioning).provisionings.at(0).name.text, "office");
  EXPECT_TRUE(policy_of("").provisionings.empty());
  refuses(without(provisioning, "name"), "[[provisioning]] needs `name`", "[[provisioning]]");
}
TEST(KeywordIdentity, SourcesShareTheirNames) {
  const std::string twice = "two of [[provider]], [[directory]] and [[provisioning]] are named ";
  refuses(provider + with(directory, "name", "\"login\""), twice + "`login`", "\"login\"");
  refuses(directory + with(provisioning, "name", "\"ldap\""), twice + "`ldap`", "\"ldap\"");
  refuses(provider + provider, twice + "`login`", "\"login\"");
  std::string nine;
  for (int i = 0; i < 9; ++i) nine += with(provisioning, "name", "\"o" + std::to_string(i) + "\"");
  EXPECT_EQ(wrong(nine), "a policy has at most 8 [[provisioning]], found 9");
}

TEST(KeywordIdentity, group) {
  EXPECT_EQ(wrong(all), "");
  EXPECT_TRUE(policy_of("").groups.empty());
  const auto made = policy_of(all).groups.at(0);
  EXPECT_EQ(made.name, "Ward nurses");
  EXPECT_EQ(made.roles.at(0).text, "nurse");
  refuses(provider + without(group, "name"), "[[group]] needs `name`", "[[group]]");
  const auto long_name = [](std::size_t bytes) {
    return provider + with(group, "name", '"' + std::string(bytes, 'x') + '"');
  };
  EXPECT_EQ(wrong(long_name(512)), "");
  EXPECT_EQ(wrong(long_name(513)), "`name` is a text of 1 to 512 bytes, found 513");
  refuses(provider + with(group, "name", "\"a\\nb\""), "`name` holds a control", "\"a\\nb\"");
  refuses(provider + group + with(group, "roles", "[\"doctor\"]"),
          "two [[group]] are `Ward nurses` of `login`; name all its roles in one", "[[group]]");
  EXPECT_EQ(wrong(provider + group + with(group, "name", "\"ward nurses\"")), "");
}
TEST(KeywordIdentity, from) {
  EXPECT_EQ(policy_of(all).groups.at(2).from.text, "office");
  refuses(provider + without(group, "from"), "[[group]] needs `from`", "[[group]]");
  refuses(provider + provisioning + with(group, "from", "\"logon\""),
          "no [[provider]], [[directory]] or [[provisioning]] is named `logon`; did you mean "
          "`login`?",
          "\"logon\"");
  refuses(group, "is named `login`; the policy has none of them", "\"login\"");
}
TEST(KeywordIdentity, roles) {
  for (const char* role : {"doctor", "administrator", "privacy-officer", "ledger-reader"})
    EXPECT_EQ(wrong(provider + with(group, "roles", '"' + std::string{role} + '"')), "") << role;
  refuses(provider + without(group, "roles"), "[[group]] needs `roles`", "[[group]]");
  refuses(provider + with(group, "roles", "[]"), "`roles` is empty", "[]");
  refuses(provider + with(group, "roles", "[\"nurse\", \"clerk\"]"), "no role is named `clerk`",
          "\"clerk\"]");
  refuses(provider + with(group, "roles", "[\"interface\"]"),
          "`interface` is a role that a group never gives: it goes with no other",
          "\"interface\"]");
  EXPECT_TRUE(warns(provider + with(group, "roles", "[\"administrator\"]"),
                    "whoever decides at `login` who is in `Ward nurses` decides who is "
                    "`administrator` here"));
  EXPECT_FALSE(warns(all, "whoever decides at"));
}
TEST(KeywordIdentity, GroupsAreBounded) {
  auto policy = policy_of(provider + group);
  const auto one = policy.groups.at(0);
  for (int i = 1; i < 2'000; ++i)
    policy.groups.emplace_back(one).name = "group " + std::to_string(i);
  EXPECT_FALSE(has_errors(well_formed(policy)));
  policy.groups.emplace_back(one).name = "one more";
  EXPECT_EQ(well_formed(policy).at(0).what, "a policy has at most 2000 [[group]], found 2001");
  policy.groups.resize(1);
  policy.groups.at(0).roles.clear();
  EXPECT_TRUE(has_errors(well_formed(policy)));
}

TEST(KeywordIdentity, own) {
  EXPECT_TRUE(policy_of(all).sign_in.own_when_down);
  EXPECT_FALSE(policy_of("").sign_in.own_when_down);
  EXPECT_FALSE(policy_of(with(sign_in, "own", "\"always\"")).sign_in.own_when_down);
  EXPECT_EQ(wrong(sign_in + provider), "");
  EXPECT_EQ(wrong(sign_in + directory), "");
  EXPECT_EQ(wrong(with(sign_in, "own", "\"always\"")), "");
  const std::string nobody = "there is no [[provider]] and no [[directory]] that could be down";
  refuses(sign_in, nobody, "[sign_in]");
  refuses(sign_in + provisioning, nobody, "[sign_in]");
  refuses(provider + with(sign_in, "own", "\"never\""),
          "`own` is \"always\" or \"when-down\", found `never`", "\"never\"");
}
TEST(KeywordIdentity, enrolment) {
  EXPECT_EQ(policy_of(all).sign_in.enrolment, Millis{180 * 24 * 3'600'000LL});
  EXPECT_FALSE(policy_of("").sign_in.enrolment);
  refuses(provider + with(sign_in, "enrolment", "180"), "`enrolment` is a time such as", "180");
  refuses(provider + with(sign_in, "enrolment", "\"59m\""),
          "`enrolment` is a time of \"1h\" or more", "\"59m\"");
}
TEST(KeywordIdentity, review) {
  EXPECT_EQ(policy_of(all).sign_in.review->by.text, "officer");
  EXPECT_FALSE(policy_of(provider + without(sign_in, "review")).sign_in.review);
  refuses(provider + replaced(sign_in, "\"officer\"", "\"clerk\""), "no role is named `clerk`",
          "\"clerk\", within = \"24h\" }");
  EXPECT_EQ(wrong(provider + replaced(sign_in, "within = \"24h\"",
                                      "within = \"24h\", unless = \"staff : knows\"")),
            "`unless` belongs to the review of a rule; take it out");
  EXPECT_EQ(wrong(provider + without(sign_in, "enrolment")),
            "`review` belongs to `enrolment`, which is missing");
}
TEST(KeywordIdentity, two_people) {
  EXPECT_EQ(wrong(administration), "");
  const auto made = policy_of(administration).administration;
  EXPECT_TRUE(made.takes_two(ast::TwoPeople::roles));
  EXPECT_TRUE(made.takes_two(ast::TwoPeople::factors));
  EXPECT_TRUE(made.takes_two(ast::TwoPeople::terminals));
  EXPECT_TRUE(policy_of("").administration.two_people.empty());
  EXPECT_FALSE(policy_of(with(administration, "two_people", "\"factors\""))
                   .administration.takes_two(ast::TwoPeople::roles));
  refuses("[administration]\n", "[administration] needs `two_people`", "[administration]");
  refuses(with(administration, "two_people", "[\"roles\", \"cards\"]"),
          "`cards` is not one of `two_people`; known are: `roles`, `factors`, `terminals`",
          "\"cards\"]");
}

TEST(KeywordIdentity, WhatIsPrintedIsReadAgain) {
  const std::string least =
      "[[provider]]\nname = \"p\"\nissuer = \"https://p.example\"\nclient = \"c\"\n"
      "[[directory]]\nname = \"d\"\nurl = \"ldap://d.example\"\nbind = \"cn=b\"\n"
      "people = \"ou=p\"\n[[provisioning]]\nname = \"s\"\n";
  const auto quotes = with(group, "name", R"("CN=\"Nurses\\, ward\",DC=example")");
  for (const auto& text : {all, least, provider + quotes}) {
    const auto policy = policy_of(text);
    const auto again = parse(print(policy));
    ASSERT_TRUE(again.policy) << print(policy);
    EXPECT_EQ(*again.policy, policy) << print(policy);
  }
}
// Taking any line out must show in the print, or printing forgets something.
TEST(KeywordIdentity, PrintingLosesNoLine) {
  const auto whole = print(policy_of(all));
  int compared = 0;
  for (std::size_t from = 0; from < all.size();) {
    const auto end = all.find('\n', from) + 1;
    const auto other = parse(fixture::base + all.substr(0, from) + all.substr(end));
    if (other.policy && all[from] != '[') {
      EXPECT_NE(print(*other.policy), whole) << all.substr(from, end - from);
      ++compared;
    }
    from = end;
  }
  EXPECT_EQ(compared, 14);  // the others cannot be missing
}

// Who signs a policy sees each source and each group that it comes to believe.
TEST(KeywordIdentity, DiffNamesEachNewTrust) {
  const auto text = diff_text(diff(policy_of(""), policy_of(all)));
  for (const char* part :
       {"added: provider login\n+ name = \"login\"\n", "+ person = \"oid\"\n",
        "+ security_key = [\"hwk\"]\n", "added: directory ldap\n",
        "+ url = \"ldaps://ldap.example\"\n", "added: provisioning office\n",
        "added: group login Ward nurses\n+ from = \"login\"\n+ name = \"Ward nurses\"\n"
        "+ roles = [\"nurse\"]\n",
        "added: group ldap Ward nurses\n",
        "added: group office Ward nurses\n+ from = \"office\"\n+ name = \"Ward nurses\"\n"
        "+ roles = [\"ledger-reader\", \"doctor\"]\n",
        "added: sign_in own\n+ own = \"when-down\"\n", "added: sign_in enrolment\n",
        "added: administration two_people\n"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}
TEST(KeywordIdentity, DiffNamesWhatChangesInATrust) {
  const auto before = policy_of(all);
  auto after = before;
  after.providers.at(0).issuer = "https://other.example";
  after.groups.at(1).roles.push_back({.text = "administrator", .at = {}});
  after.administration.two_people.clear();
  after.directories.at(0).in_chain = false;
  EXPECT_EQ(diff(before, before).size(), 0U);
  const auto changes = diff(before, after);
  std::vector<std::string> names;
  for (const auto& change : changes) names.push_back(change.what);
  EXPECT_EQ(names, (std::vector<std::string>{"administration two_people", "provider login",
                                             "directory ldap", "group ldap Ward nurses"}));
  const auto text = diff_text(changes);
  for (const char* part : {"- issuer = \"https://login.example/realms/staff\"\n",
                           "+ issuer = \"https://other.example\"\n", "- nested = \"chain\"\n",
                           "+ nested = \"walk\"\n", "+ roles = [\"nurse\", \"administrator\"]\n",
                           "removed: administration two_people\n- two_people = "})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

}  // namespace
}  // namespace halligan::policy
