// parse_identity.cc - whom a policy believes about who somebody is, and what takes two people.
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "base/limits.h"
#include "core/policy/parse_parts.h"

namespace halligan::policy {
namespace {

constexpr std::size_t text_bytes_max = 1'024;  // an address, a DN, a claim
constexpr std::size_t label_bytes_max = 200;
constexpr std::size_t group_bytes_max = 512;
constexpr std::size_t values_max = 32;     // scopes, or values of a claim
constexpr std::int64_t guesses_least = 2;  // one of them from unknown places
constexpr std::int64_t guesses_most = 100;
constexpr Millis enrolment_min{3'600'000};
constexpr std::int32_t non_joiner = 0x200c;  // writes Persian, and names in it
constexpr std::int32_t joiner = 0x200d;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

// ---- Texts. Whoever signs a policy reads them: nothing in one hides itself or turns the rest.

bool shows_itself(const std::string& text) {
  constexpr std::uint32_t hidden = U_GC_CC_MASK | U_GC_CF_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK;
  const auto points = icu::UnicodeString::fromUTF8(text);
  for (std::int32_t at = 0; at < points.length(); at = points.moveIndex32(at, 1)) {
    const std::int32_t point = points.char32At(at);
    if (point == non_joiner || point == joiner) continue;
    if ((U_GET_GC_MASK(point) & hidden) != 0 ||
        u_hasBinaryProperty(point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
      return false;
  }
  return true;
}

// One table, the readers of Keys, and those of the texts here.
class Said : public Keys {
 public:
  Said(Messages& out, const toml::table& table, std::string where)
      : Keys(out, table, std::move(where)), table_(table) {}

  // Empty where it is missing or wrong; the latter is said.
  std::string shown(std::string_view key, std::size_t most = text_bytes_max) {
    auto value = text(key, most);
    if (shows_itself(value)) return value;
    hides(at_of(key), key);
    return {};
  }

  // A text of some form; `what` says which.
  std::string formed(std::string_view key, bool (*is)(std::string_view), std::string_view what) {
    auto value = shown(key);
    if (value.empty() || is(value)) return value;
    error(at_of(key), quoted(key) + " is " + std::string{what} + ", found \"" + value + "\"");
    return {};
  }

  std::vector<std::string> values(std::string_view key, bool (*is)(std::string_view),
                                  std::string_view what) {
    std::vector<std::string> out;
    auto found = words(key);
    if (found.size() > values_max) {
      error(found[values_max].at, quoted(key) + " holds at most " + std::to_string(values_max) +
                                      " values, found " + std::to_string(found.size()));
      return out;
    }
    for (auto& word : found) {
      if (!shows_itself(word.text))
        hides(word.at, key);
      else if (word.text.size() > text_bytes_max || !is(word.text))
        error(word.at, "a value of " + quoted(key) + " is " + std::string{what});
      else
        out.push_back(std::move(word.text));
    }
    return out;
  }

  // Whether it is the second of two words; the first is the default.
  bool is_second(std::string_view key, std::string_view first, std::string_view second) {
    const auto word = name(key);
    if (!word || word->text == first) return false;
    if (word->text == second) return true;
    error(word->at, quoted(key) + " is \"" + std::string{first} + "\" or \"" + std::string{second} +
                        "\", found " + quoted(word->text));
    return false;
  }

  // A key that says something about `of`, which is missing.
  void belongs(std::string_view key, std::string_view of) {
    if (has(key) && !has(of))
      error(at_of(key), quoted(key) + " belongs to " + quoted(of) + ", which is missing");
  }

  bool has(std::string_view key) const { return table_.contains(key); }
  ast::Pos at_of(std::string_view key) const {
    const auto* node = table_.get(key);
    return node == nullptr ? at() : pos_of(*node);
  }

 private:
  void hides(ast::Pos at, std::string_view key) {
    error(at, quoted(key) + " holds a control character or one that cannot be seen");
  }

  const toml::table& table_;
};

// ---- Forms.

bool is_host(std::string_view text) {
  if (text.starts_with('['))
    return text.size() > 4 && text.ends_with(']') &&
           std::ranges::all_of(text.substr(1, text.size() - 2),
                               [](char c) { return is_hex(c) || is_one_of(c, ":."); });
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || is_one_of(c, "-.");
  });
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port > 0 && port < 65'536;
}

// What of RFC 3986 may stand in a path, without segments that lead back.
bool is_path(std::string_view text) {
  if (text.find("/./") != std::string_view::npos || text.find("/../") != std::string_view::npos ||
      text.ends_with("/.") || text.ends_with("/.."))
    return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
    } else if (!is_letter(text[i]) && !is_digit(text[i]) &&
               !is_one_of(text[i], "/-._~!$&'()*+,;=:@")) {
      return false;
    }
  }
  return true;
}

struct Url {
  std::string_view scheme;
  std::string_view host;
  std::string_view path;  // empty, or from its slash on
};

// A host and perhaps a port and a path: nobody's name, no query, no fragment.
std::optional<Url> url_of(std::string_view text) {
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  Url url{.scheme = text.substr(0, colon), .host = {}, .path = {}};
  text.remove_prefix(colon + 3);
  const auto slash = std::min(text.find('/'), text.size());
  url.path = text.substr(slash);
  url.host = text.substr(0, slash);
  const auto port = url.host.rfind(':');
  if (port != std::string_view::npos && !url.host.ends_with(']')) {
    if (!is_port(url.host.substr(port + 1))) return std::nullopt;
    url.host = url.host.substr(0, port);
  }
  if (!is_host(url.host) || !is_path(url.path)) return std::nullopt;
  return url;
}

bool is_issuer(std::string_view text) {
  const auto url = url_of(text);
  if (!url) return false;
  return url->scheme == "https" ||
         (url->scheme == "http" &&
          (url->host == "127.0.0.1" || url->host == "localhost" || url->host == "[::1]"));
}

bool is_directory(std::string_view text) {
  const auto url = url_of(text);
  return url && (url->scheme == "ldaps" || url->scheme == "ldap") && url->path.empty();
}

// RFC 4512 1.4: a name, or the numbers of one. It becomes part of a filter, so nothing else may.
bool is_attribute(std::string_view text) {
  if (text.empty() || text.size() > limits::id_bytes_max) return false;
  if (is_digit(text.front()))
    return std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; });
  return is_letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

// RFC 4514, as far as it tells a DN from a name that somebody types.
bool is_dn(std::string_view text) {
  const auto equals = text.find('=');
  return equals != std::string_view::npos && is_attribute(text.substr(0, equals)) &&
         equals + 1 < text.size();
}

// RFC 6749 3.3.
bool is_scope(std::string_view text) {
  return !text.empty() && text != "openid" && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '\\';
  });
}

bool is_value(std::string_view text) { return !text.empty(); }

// ---- Tables.

ast::Provider read_provider(Messages& out, const toml::table& table) {
  Said keys{out, table, "[[provider]]"};
  ast::Provider provider;
  provider.at = keys.at();
  keys.must_have("name", "name = \"hospital-login\"");
  keys.must_have("issuer", "issuer = \"https://login.hospital.example/realms/staff\"");
  keys.must_have("client", "client = \"halligan\"");
  if (auto name = keys.name("name")) provider.name = std::move(*name);
  provider.label = keys.shown("label", label_bytes_max);
  provider.issuer =
      keys.formed("issuer", is_issuer,
                  "an https URL without user, query and fragment, as the provider's tokens say it "
                  "(http on this machine alone)");
  provider.client = keys.shown("client");
  if (keys.has("person")) provider.person = keys.shown("person");
  provider.groups = keys.shown("groups");
  provider.scopes =
      keys.values("scopes", is_scope, "one word, and not openid, which is always asked for");
  provider.ask = keys.shown("ask");
  const std::string value = "a text of 1 to " + std::to_string(text_bytes_max) + " bytes";
  provider.second_factor = keys.values("second_factor", is_value, value);
  provider.security_key = keys.values("security_key", is_value, value);
  for (const auto& both : provider.security_key) {
    if (std::ranges::find(provider.second_factor, both) != provider.second_factor.end())
      keys.error(keys.at_of("security_key"),
                 quoted(both) + " stands in `second_factor`, too: it is worth one of them");
  }
  keys.finish();
  return provider;
}

ast::Directory read_directory(Messages& out, const toml::table& table) {
  constexpr std::string_view dn = "a DN such as \"ou=people,dc=hospital,dc=example\"";
  constexpr std::string_view attribute = "an attribute such as \"uid\"";
  Said keys{out, table, "[[directory]]"};
  ast::Directory directory;
  directory.at = keys.at();
  keys.must_have("name", "name = \"hospital-directory\"");
  keys.must_have("url", "url = \"ldaps://ldap.hospital.example\"");
  keys.must_have("bind", "bind = \"cn=halligan,dc=hospital,dc=example\"");
  keys.must_have("people", "people = \"ou=people,dc=hospital,dc=example\"");
  if (auto name = keys.name("name")) directory.name = std::move(*name);
  directory.label = keys.shown("label", label_bytes_max);
  directory.url = keys.formed(
      "url", is_directory, "ldaps:// or ldap:// with a host, perhaps a port, and nothing after it");
  directory.bind = keys.formed("bind", is_dn, dn);
  directory.people = keys.formed("people", is_dn, dn);
  if (keys.has("person")) directory.person = keys.formed("person", is_attribute, attribute);
  directory.groups = keys.formed("groups", is_dn, dn);
  if (keys.has("member")) directory.member = keys.formed("member", is_attribute, attribute);
  directory.in_chain = keys.is_second("nested", "walk", "chain");
  if (keys.has("guesses"))
    directory.guesses = static_cast<int>(keys.whole("guesses", guesses_least, guesses_most));
  keys.belongs("member", "groups");
  keys.belongs("nested", "groups");
  keys.finish();
  return directory;
}

ast::Provisioning read_provisioning(Messages& out, const toml::table& table) {
  Said keys{out, table, "[[provisioning]]"};
  ast::Provisioning provisioning;
  provisioning.at = keys.at();
  keys.must_have("name", "name = \"staff-office\"");
  if (auto name = keys.name("name")) provisioning.name = std::move(*name);
  provisioning.label = keys.shown("label", label_bytes_max);
  keys.finish();
  return provisioning;
}

ast::Group read_group(Messages& out, const toml::table& table) {
  Said keys{out, table, "[[group]]"};
  ast::Group group;
  group.at = keys.at();
  keys.must_have("from", "from = \"hospital-login\"");
  keys.must_have("name", "name = \"Ward nurses\"");
  keys.must_have("roles", "roles = [\"nurse\"]");
  if (auto from = keys.name("from")) group.from = std::move(*from);
  group.name = keys.shown("name", group_bytes_max);
  group.roles = keys.names("roles");
  keys.finish();
  return group;
}

ast::SignInRule read_sign_in(Messages& out, const toml::table& table) {
  Said keys{out, table, "[sign_in]"};
  ast::SignInRule rule;
  rule.at = keys.at();
  rule.own_when_down = keys.is_second("own", "always", "when-down");
  rule.enrolment = keys.lifetime("enrolment");
  if (rule.enrolment && *rule.enrolment < enrolment_min)
    keys.error(keys.at_of("enrolment"), "`enrolment` is a time of \"1h\" or more");
  if (const auto* review = keys.table("review")) rule.review = read_plain_review(out, *review);
  keys.belongs("review", "enrolment");
  keys.finish();
  return rule;
}

ast::Administration read_administration(Messages& out, const toml::table& table) {
  Keys keys{out, table, "[administration]"};
  ast::Administration administration;
  administration.at = keys.at();
  keys.must_have("two_people", "two_people = [\"roles\"]");
  administration.two_people = enums<ast::TwoPeople>(keys, "two_people", two_people_of,
                                                    {"roles", "factors", "terminals"}, {});
  keys.finish();
  return administration;
}

}  // namespace

void read_identity(Messages& out, Keys& top, ast::Policy& policy) {
  for (const auto* table : top.tables("provider"))
    policy.providers.push_back(read_provider(out, *table));
  for (const auto* table : top.tables("directory"))
    policy.directories.push_back(read_directory(out, *table));
  for (const auto* table : top.tables("provisioning"))
    policy.provisionings.push_back(read_provisioning(out, *table));
  for (const auto* table : top.tables("group")) policy.groups.push_back(read_group(out, *table));
  if (const auto* table = top.table("sign_in")) policy.sign_in = read_sign_in(out, *table);
  if (const auto* table = top.table("administration"))
    policy.administration = read_administration(out, *table);
}

}  // namespace halligan::policy
