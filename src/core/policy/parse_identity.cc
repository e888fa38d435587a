#include "core/policy/parse_identity.h"

#include <array>

#include "core/policy/words.h"

namespace halligan::policy {
namespace {

constexpr std::size_t text_bytes_max = 1'024;  // an address, a DN
constexpr std::size_t label_bytes_max = 200;
constexpr std::size_t group_bytes_max = 512;

std::vector<std::string> texts_of(Keys& keys, std::string_view key) {
  std::vector<std::string> out;
  for (auto& each : keys.words(key)) out.push_back(std::move(each.text));
  return out;
}

std::string text_or(Keys& keys, const toml::table& table, std::string_view key, const char* plain) {
  return table.contains(key) ? keys.text(key, text_bytes_max) : std::string{plain};
}

ast::Provider read_provider(Messages& out, const toml::table& table) {
  Keys keys{out, table, "[[provider]]"};
  ast::Provider provider;
  provider.at = keys.at();
  keys.must_have("name", "name = \"staff-login\"");
  keys.must_have("issuer", "issuer = \"https://login.example.org\"");
  keys.must_have("client", "client = \"halligan\"");
  if (auto name = keys.name("name")) provider.name = std::move(*name);
  provider.label = keys.text("label", label_bytes_max);
  provider.issuer = keys.text("issuer", text_bytes_max);
  provider.client = keys.text("client", text_bytes_max);
  provider.person = text_or(keys, table, "person", "sub");
  provider.groups = keys.text("groups", text_bytes_max);
  provider.scopes = texts_of(keys, "scopes");
  provider.ask = keys.text("ask", text_bytes_max);
  provider.second_factor = texts_of(keys, "second_factor");
  provider.security_key = texts_of(keys, "security_key");
  keys.finish();
  return provider;
}

ast::Directory read_directory(Messages& out, const toml::table& table) {
  Keys keys{out, table, "[[directory]]"};
  ast::Directory directory;
  directory.at = keys.at();
  keys.must_have("name", "name = \"staff-directory\"");
  keys.must_have("url", "url = \"ldaps://ldap.example.org\"");
  keys.must_have("bind", "bind = \"cn=halligan,ou=services,dc=example,dc=org\"");
  keys.must_have("people", "people = \"ou=people,dc=example,dc=org\"");
  if (auto name = keys.name("name")) directory.name = std::move(*name);
  directory.label = keys.text("label", label_bytes_max);
  directory.url = keys.text("url", text_bytes_max);
  directory.bind = keys.text("bind", text_bytes_max);
  directory.people = keys.text("people", text_bytes_max);
  directory.person = text_or(keys, table, "person", "uid");
  directory.groups = keys.text("groups", text_bytes_max);
  directory.member = text_or(keys, table, "member", "member");
  const auto nested = keys.text("nested", label_bytes_max);
  directory.in_chain = nested == "chain";
  if (!nested.empty() && nested != "chain" && nested != "walk")
    keys.error(keys.at(), "`nested` is \"walk\" or \"chain\", found " + quoted(nested));
  keys.finish();
  return directory;
}

ast::Provisioning read_provisioning(Messages& out, const toml::table& table) {
  Keys keys{out, table, "[[provisioning]]"};
  ast::Provisioning system;
  system.at = keys.at();
  keys.must_have("name", "name = \"hr\"");
  if (auto name = keys.name("name")) system.name = std::move(*name);
  system.label = keys.text("label", label_bytes_max);
  keys.finish();
  return system;
}

ast::Group read_group(Messages& out, const toml::table& table) {
  Keys keys{out, table, "[[group]]"};
  ast::Group group;
  group.at = keys.at();
  keys.must_have("from", "from = \"hr\"");
  keys.must_have("name", "name = \"ED nurses\"");
  keys.must_have("roles", "roles = [\"nurse\"]");
  if (auto from = keys.name("from")) group.from = std::move(*from);
  group.name = keys.text("name", group_bytes_max);
  group.roles = keys.names("roles");
  keys.finish();
  return group;
}

ast::SignInRule read_sign_in(Messages& out, const toml::table& table,
                             ast::Review (*read_review)(Messages&, const toml::table&)) {
  Keys keys{out, table, "[sign_in]"};
  ast::SignInRule rule;
  rule.at = keys.at();
  const auto own = keys.text("own", label_bytes_max);
  rule.own_when_down = own == "when-down";
  if (!own.empty() && own != "always" && own != "when-down")
    keys.error(keys.at(), "`own` is \"always\" or \"when-down\", found " + quoted(own));
  rule.enrolment = keys.lifetime("enrolment");
  if (const auto* review = keys.table("review")) rule.review = read_review(out, *review);
  if (rule.review && !rule.enrolment)
    keys.error(rule.review->at,
               "`review` of [sign_in] belongs to its `enrolment`, which is missing");
  keys.finish();
  return rule;
}

ast::Administration read_administration(Messages& out, const toml::table& table) {
  Keys keys{out, table, "[administration]"};
  ast::Administration rule;
  rule.at = keys.at();
  keys.must_have("two_people", "two_people = [\"roles\", \"factors\"]");
  for (const auto& word : keys.words("two_people")) {
    const auto known = two_people_of(word.text);
    if (!known)
      keys.error(word.at, quoted(word.text) + " is none of \"roles\", \"factors\", \"terminals\"");
    else if (!rule.takes_two(*known))
      rule.two_people.push_back(*known);
  }
  keys.finish();
  return rule;
}

}  // namespace

void read_identity(Messages& out, Keys& top, ast::Policy& policy,
                   ast::Review (*read_review)(Messages&, const toml::table&)) {
  for (const auto* table : top.tables("provider"))
    policy.providers.push_back(read_provider(out, *table));
  for (const auto* table : top.tables("directory"))
    policy.directories.push_back(read_directory(out, *table));
  for (const auto* table : top.tables("provisioning"))
    policy.provisionings.push_back(read_provisioning(out, *table));
  for (const auto* table : top.tables("group")) policy.groups.push_back(read_group(out, *table));
  if (const auto* table = top.table("sign_in"))
    policy.sign_in = read_sign_in(out, *table, read_review);
  if (const auto* table = top.table("administration"))
    policy.administration = read_administration(out, *table);
}

}  // namespace halligan::policy
