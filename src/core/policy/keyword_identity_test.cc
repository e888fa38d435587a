// keyword_identity_test.cc - the words of [[provider]], [[directory]], [[provisioning]], [[group]],
// [sign_in] and [administration], as keyword_test.cc has the others.
#include "core/policy/diff.h"
#include "core/policy/keyword_fixture.h"
#include "core/policy/print.h"

namespace halligan::policy {
namespace {

const std::string provider =
    "[[provider]]\nname = \"login\"\nlabel = \"Hospital login\"\n"
    "issuer = \"https://login.example.org/realm\"\nclient = \"halligan\"\n"
    "person = \"preferred_username\"\ngroups = \"groups\"\nscopes = [\"profile\"]\n"
    "ask = \"mfa\"\nsecond_factor = [\"mfa\", \"otp\"]\nsecurity_key = [\"hwk\"]\n";
const std::string directory =
    "[[directory]]\nname = \"ldap\"\nurl = \"ldaps://ldap.example.org\"\n"
    "bind = \"cn=halligan,dc=example\"\npeople = \"ou=people,dc=example\"\n"
    "groups = \"ou=groups,dc=example\"\n";
const std::string provisioning = "[[provisioning]]\nname = \"hr\"\n";
const std::string group = "[[group]]\nfrom = \"hr\"\nname = \"ED nurses\"\nroles = [\"nurse\"]\n";

Messages messages_of(const std::string& more) {
  const auto parsed = parse(fixture::base + more);
  return parsed.policy ? check(*parsed.policy) : parsed.messages;
}
std::string wrong(const std::string& more) {
  for (const auto& message : messages_of(more))
    if (message.severity == Severity::error) return message.what;
  return {};
}
ast::Policy policy_of(const std::string& more) {
  EXPECT_EQ(wrong(more), "") << more;
  return parse(fixture::base + more).policy.value_or(ast::Policy{});
}

TEST(Keyword, provider) {
  const auto held = policy_of(provider).providers.at(0);
  EXPECT_EQ(held.name.text, "login");
  EXPECT_EQ(held.label, "Hospital login");
  EXPECT_EQ(held.client, "halligan");
  EXPECT_EQ(held.scopes, std::vector<std::string>{"profile"});
  EXPECT_EQ(held.ask, "mfa");
  for (const char* word : {"issuer", "client", "name"}) {
    const auto from = provider.find(std::string{word} + " = ");
    auto without = provider;
    without.erase(from, without.find('\n', from) + 1 - from);
    EXPECT_NE(wrong(without).find("[[provider]] needs `" + std::string{word}), std::string::npos);
  }
}
TEST(Keyword, issuer) {
  for (const char* bad : {"http://login.example.org", "https://a@b.org", "https://b.org?x",
                          "https://b.org#x", "login.example.org"})
    EXPECT_NE(wrong(replaced(provider, "https://login.example.org/realm", bad)), "") << bad;
  for (const char* good : {"http://127.0.0.1:9000", "http://localhost:9000/x"})
    EXPECT_EQ(wrong(replaced(provider, "https://login.example.org/realm", good)), "") << good;
}
TEST(Keyword, person) {
  EXPECT_EQ(policy_of(provider).providers.at(0).person, "preferred_username");
  EXPECT_EQ(
      policy_of(replaced(provider, "person = \"preferred_username\"\n", "")).providers.at(0).person,
      "sub");
  EXPECT_EQ(policy_of(directory).directories.at(0).person, "uid");
  EXPECT_NE(wrong(directory + "person = \"a)(b\"\n"), "");
}
TEST(Keyword, second_factor) {
  EXPECT_EQ(policy_of(provider).providers.at(0).second_factor.size(), 2U);
  const auto none = replaced(replaced(provider, "second_factor = [\"mfa\", \"otp\"]\n", ""),
                             "security_key = [\"hwk\"]\n", "");
  const auto found = messages_of(none);
  EXPECT_TRUE(std::ranges::any_of(found, [](const auto& each) {
    return each.severity == Severity::warning &&
           each.what.starts_with("nobody signs in by this provider");
  }));
}
TEST(Keyword, security_key) {
  EXPECT_EQ(policy_of(provider).providers.at(0).security_key, std::vector<std::string>{"hwk"});
}
TEST(Keyword, directory) {
  EXPECT_FALSE(policy_of(directory).directories.at(0).in_chain);
  EXPECT_EQ(policy_of(directory).directories.at(0).member, "member");
  EXPECT_NE(
      wrong(directory + replaced(directory, "\"ldap\"", "\"other\"")).find("one [[directory]]"),
      std::string::npos);
  for (const char* bad : {"http://x", "ldaps://", "ldaps://x/dc=a", "ldap://a b"})
    EXPECT_NE(wrong(replaced(directory, "ldaps://ldap.example.org", bad)), "") << bad;
  EXPECT_EQ(wrong(replaced(directory, "ldaps://ldap.example.org", "ldap://x:1389")), "");
}
TEST(Keyword, nested) {
  EXPECT_TRUE(policy_of(directory + "nested = \"chain\"\n").directories.at(0).in_chain);
  EXPECT_FALSE(policy_of(directory + "nested = \"walk\"\n").directories.at(0).in_chain);
  EXPECT_NE(wrong(directory + "nested = \"deep\"\n"), "");
}
TEST(Keyword, provisioning) {
  EXPECT_EQ(policy_of(provisioning).provisionings.at(0).name.text, "hr");
  EXPECT_NE(wrong(provisioning + replaced(provider, "\"login\"", "\"hr\"")).find("are named"),
            std::string::npos);
}
TEST(Keyword, group) {
  EXPECT_EQ(policy_of(provisioning + group).groups.at(0).roles.at(0).text, "nurse");
  EXPECT_NE(wrong(group).find("no [[provisioning]], [[provider]] or [[directory]] is named"),
            std::string::npos);
  EXPECT_NE(wrong(provisioning + group + group), "");
  EXPECT_NE(wrong(provisioning + replaced(group, "\"nurse\"", "\"clerk\"")), "");
  EXPECT_NE(wrong(provisioning + replaced(group, "\"nurse\"", "\"interface\"")), "");
  EXPECT_EQ(wrong(provisioning + replaced(group, "\"nurse\"", "\"administrator\"")), "");
}
TEST(Keyword, sign_in) {
  EXPECT_FALSE(policy_of("").sign_in.own_when_down);
  EXPECT_TRUE(policy_of(provider + "[sign_in]\nown = \"when-down\"\n").sign_in.own_when_down);
  EXPECT_NE(wrong("[sign_in]\nown = \"when-down\"\n"), "");
  EXPECT_NE(wrong("[sign_in]\nown = \"sometimes\"\n"), "");
}
TEST(Keyword, enrolment) {
  EXPECT_EQ(policy_of("[sign_in]\nenrolment = \"400d\"\n").sign_in.enrolment,
            Millis{400LL * 24 * 3'600'000});
  EXPECT_NE(wrong("[sign_in]\nenrolment = \"1h\"\n"), "");
  EXPECT_NE(wrong("[sign_in]\nreview = { by = \"officer\", within = \"24h\" }\n"), "");
}
TEST(Keyword, two_people) {
  const auto held = policy_of("[administration]\ntwo_people = [\"roles\", \"terminals\"]\n");
  EXPECT_TRUE(held.administration.takes_two(ast::TwoPeople::roles));
  EXPECT_FALSE(held.administration.takes_two(ast::TwoPeople::factors));
  EXPECT_NE(wrong("[administration]\ntwo_people = [\"keys\"]\n"), "");
  EXPECT_NE(wrong("[administration]\n"), "");
}
TEST(Keyword, IdentityIsPrintedAndReadAgain) {
  const auto policy =
      policy_of(provider + directory + "nested = \"chain\"\n" + provisioning + group +
                "[sign_in]\nown = \"when-down\"\nenrolment = \"400d\"\nreview = { by = "
                "\"officer\", within = \"24h\" }\n[administration]\ntwo_people = [\"factors\"]\n");
  const auto again = parse(print(policy));
  ASSERT_TRUE(again.policy);
  EXPECT_EQ(*again.policy, policy);
}
// Whoever signs sees each new trust, and which of several groups became another one.
TEST(Keyword, AnotherIssuerOrGroupIsSeenInTheDiff) {
  const auto second = replaced(replaced(group, "ED nurses", "ICU"), "\"nurse\"", "\"doctor\"");
  const auto before = policy_of(provider + provisioning + group + second);
  const auto after = policy_of(replaced(provider, "login.example.org", "login.example.com") +
                               provisioning + group + replaced(second, "doctor", "nurse"));
  const auto changes = diff(before, after);
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].what, "provider login");
  EXPECT_NE(changes[0].after.find("https://login.example.com/realm"), std::string::npos);
  EXPECT_EQ(changes[1].what, "group hr ICU");
}

}  // namespace
}  // namespace halligan::policy
