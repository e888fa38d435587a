#include "in/scim/resources.h"

#include <algorithm>
#include <array>

#include "app/state.h"
#include "base/limits.h"

namespace halligan::in::scim {
namespace {

constexpr std::size_t user_name_bytes_max = limits::user_bytes_max;
constexpr std::size_t external_bytes_max = 256;
constexpr std::size_t group_name_bytes_max = 512;

// Attributes of a user that are kept as they were given, as RFC 7643 spells them. What is held
// elsewhere (active, department), made by us (groups, meta), or never kept (password) is not here.
constexpr std::array<std::string_view, 15> kept{
    "name",         "displayName",       "nickName", "profileUrl",   "title",
    "userType",     "preferredLanguage", "locale",   "timezone",     "emails",
    "phoneNumbers", "addresses",         "roles",    "entitlements", "ims"};
// What stands in the parts of those.
constexpr std::array<std::string_view, 22> parts{
    "formatted",       "familyName", "givenName", "middleName", "honorificPrefix",
    "honorificSuffix", "value",      "display",   "type",       "primary",
    "streetAddress",   "locality",   "region",    "postalCode", "country",
    "displayName",     "$ref",       "manager",   "label",      "name",
    "position",        "order"};
constexpr std::array<std::string_view, 5> kept_of_enterprise{"employeeNumber", "costCenter",
                                                             "organization", "division", "manager"};

Error invalid(std::string what) {
  return {.status = 400, .type = "invalidValue", .detail = std::move(what)};
}

std::string text_in(const json::object& object, std::string_view name) {
  const auto* held = find_member(object, name);
  return held != nullptr && held->is_string() ? std::string{held->get_string()} : std::string{};
}

bool plain(const std::string& text) {
  return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool is_plain_value(const json::value& value) { return !value.is_object() && !value.is_array(); }

json::object known_parts(const json::object& given) {
  json::object out;
  for (const auto& each : given)
    for (const auto name : parts)
      if (same_word(each.key(), name) && is_plain_value(each.value()) && !each.value().is_null())
        out[name] = each.value();
  return out;
}

// As the schema has it: a value, a thing with known parts, or a list of either. Whatever else
// somebody put there is not kept.
json::value cleaned(const json::value& given) {
  if (given.is_object()) return known_parts(given.get_object());
  if (!given.is_array()) return given;
  json::array out;
  for (const auto& each : given.get_array()) {
    if (is_plain_value(each)) out.push_back(each);
    if (each.is_object())
      if (auto part = known_parts(each.get_object()); !part.empty()) out.push_back(std::move(part));
  }
  return out;
}

std::string name_of(const json::object& resource) {
  if (auto shown = text_in(resource, "displayName"); !shown.empty()) return shown;
  const auto* name = find_member(resource, "name");
  if (name == nullptr || !name->is_object()) return {};
  const auto& named = name->get_object();
  if (auto whole = text_in(named, "formatted"); !whole.empty()) return whole;
  const auto given = text_in(named, "givenName");
  const auto family = text_in(named, "familyName");
  return given + (given.empty() || family.empty() ? "" : " ") + family;
}

// Entra says "True" and "False".
std::optional<bool> truth_in(const json::value& value) {
  if (value.is_bool()) return value.get_bool();
  if (!value.is_string()) return std::nullopt;
  if (same_word(value.get_string(), "true")) return true;
  if (same_word(value.get_string(), "false")) return false;
  return std::nullopt;
}

json::object meta(const char* type, const std::string& base, const std::string& path,
                  Instant made_at, Instant changed_at, std::uint64_t version) {
  return {{"resourceType", type},
          {"created", to_text(made_at)},
          {"lastModified", to_text(changed_at)},
          {"location", base + path},
          {"version", version_tag(version)}};
}

}  // namespace

std::optional<Person> person_in(const app::State& state, const app::Account& account) {
  const auto* held = state.person(account.person);
  if (held == nullptr) return std::nullopt;
  Person out{.account = account,
             .name = held->name,
             .department = held->department,
             .active = held->active,
             .groups = {}};
  for (const auto& id : state.groups_of(account.person))
    if (const auto* group = state.user_group(id)) out.groups.emplace_back(id, group->name);
  return out;
}

json::object user_json(const Person& person, const std::string& base) {
  boost::system::error_code ignored;
  auto rest = json::parse(person.account.rest, ignored);
  json::object out = rest.is_object() ? std::move(rest.get_object()) : json::object{};
  json::object extension;
  if (auto* held = find_member(out, enterprise)) extension = held->get_object();
  if (!person.department.empty()) extension["department"] = person.department;
  json::array schemas{core_user};
  if (!extension.empty()) {
    schemas.emplace_back(enterprise);
    out[enterprise] = std::move(extension);
  }
  out["schemas"] = std::move(schemas);
  out["id"] = person.account.person.text();
  out["userName"] = person.account.user_name;
  if (!person.account.external.empty()) out["externalId"] = person.account.external;
  out["active"] = person.active;
  json::array groups;
  for (const auto& [id, name] : person.groups)
    groups.push_back(
        json::object{{"value", id}, {"display", name}, {"$ref", base + "/Groups/" + id}});
  if (!groups.empty()) out["groups"] = std::move(groups);
  out["meta"] = meta("User", base, "/Users/" + person.account.person.text(), person.account.made_at,
                     person.account.changed_at, person.account.version);
  return out;
}

json::object group_json(const app::UserGroup& group, const std::string& base, bool members) {
  json::object out{{"schemas", json::array(1, json::value(core_group))},
                   {"id", group.id},
                   {"displayName", group.name}};
  if (!group.external.empty()) out["externalId"] = group.external;
  if (members) {
    json::array list;
    for (const auto& member : group.members)
      list.push_back(
          json::object{{"value", member.text()}, {"$ref", base + "/Users/" + member.text()}});
    out["members"] = std::move(list);
  }
  out["meta"] =
      meta("Group", base, "/Groups/" + group.id, group.made_at, group.changed_at, group.version);
  return out;
}

Or<app::AccountGiven> account_in(const json::object& resource) {
  app::AccountGiven out;
  out.user_name = text_in(resource, "userName");
  if (out.user_name.empty() || out.user_name.size() > user_name_bytes_max || !plain(out.user_name))
    return invalid("userName is a text of 1 to 128 bytes without control characters");
  out.external = text_in(resource, "externalId");
  if (out.external.size() > external_bytes_max || !plain(out.external))
    return invalid("externalId is a text of at most 256 bytes without control characters");
  out.name = name_of(resource);
  if (out.name.size() > limits::name_bytes_max || !plain(out.name))
    return invalid(
        "displayName, or name, is a text of at most 1200 bytes without control characters");
  if (const auto* active = find_member(resource, "active");
      active != nullptr && !active->is_null()) {
    const auto truth = truth_in(*active);
    if (!truth) return invalid("active is true or false");
    out.active = *truth;
  }
  json::object rest;
  for (const auto name : kept)
    if (const auto* held = find_member(resource, name); held != nullptr && !held->is_null())
      if (auto value = cleaned(*held); !(value.is_array() && value.get_array().empty()))
        rest[name] = std::move(value);
  if (const auto* held = find_member(resource, enterprise); held != nullptr && held->is_object()) {
    out.department = text_in(held->get_object(), "department");
    json::object extension;
    for (const auto name : kept_of_enterprise)
      if (const auto* each = find_member(held->get_object(), name);
          each != nullptr && !each->is_null())
        extension[name] = name == "manager" && each->is_string()  // of Entra
                              ? json::value(json::object{{"value", *each}})
                              : cleaned(*each);
    if (!extension.empty()) rest[enterprise] = std::move(extension);
  }
  if (out.department.size() > limits::id_bytes_max || !plain(out.department))
    return invalid("department is a text of at most 64 bytes without control characters");
  out.rest = json::serialize(rest);
  if (out.rest.size() > limits::account_rest_bytes_max)
    return invalid("an account says at most 16 KiB beside its name");
  return out;
}

Or<std::vector<std::string>> members_in(const json::value& value) {
  std::vector<std::string> out;
  const auto add = [&](const json::value& each) {
    std::string id;
    if (each.is_string()) id = std::string{each.get_string()};
    if (each.is_object()) id = text_in(each.get_object(), "value");
    if (!valid_id(id)) return false;
    out.push_back(std::move(id));
    return true;
  };
  const Error wrong = invalid("members is a list of {\"value\": id} of accounts");
  if (!value.is_array()) return add(value) ? Or<std::vector<std::string>>{out} : wrong;
  if (value.get_array().size() > limits::members_at_once_max)
    return Error{.status = 413, .type = "tooMany", .detail = "at most 50000 members at once"};
  for (const auto& each : value.get_array())
    if (!add(each)) return wrong;
  return out;
}

Or<GroupGiven> group_in(const json::object& resource) {
  GroupGiven out;
  out.name = text_in(resource, "displayName");
  if (out.name.empty() || out.name.size() > group_name_bytes_max || !plain(out.name))
    return invalid("displayName is a text of 1 to 512 bytes without control characters");
  out.external = text_in(resource, "externalId");
  if (out.external.size() > external_bytes_max || !plain(out.external))
    return invalid("externalId is a text of at most 256 bytes without control characters");
  if (const auto* held = find_member(resource, "members"); held != nullptr && !held->is_null()) {
    auto members = members_in(*held);
    if (auto* wrong = std::get_if<Error>(&members)) return std::move(*wrong);
    out.members = std::get<0>(std::move(members));
  }
  return out;
}

namespace {

// What a list of attributes says of one: nothing, all of it, or some parts, and some of those' own.
struct Named {
  bool whole = false;
  std::vector<std::string> parts;
  bool any() const { return whole || !parts.empty(); }
};

void add(Named& out, const std::string& part) {
  if (part.empty())
    out.whole = true;
  else
    out.parts.push_back(part);
}

Named named_by(const std::vector<std::string>& list, std::string_view name) {
  Named out;
  for (const auto& each : list) {
    const auto path = parse_path(each);
    const auto* held = std::get_if<Path>(&path);
    if (held == nullptr || held->element) {
      if (same_word(each, name)) out.whole = true;  // the extension's own name
      continue;
    }
    const auto& attribute = held->attribute;
    if (attribute.extension && same_word(name, enterprise))
      add(out, attribute.sub.empty() ? attribute.name : attribute.name + "." + attribute.sub);
    else if (!attribute.extension && same_word(name, attribute.name))
      add(out, attribute.sub);
  }
  return out;
}

void show_parts(json::value& value, const std::vector<std::string>& chosen, bool only) {
  if (value.is_array())
    for (auto& each : value.get_array()) show_parts(each, chosen, only);
  if (!value.is_object()) return;
  auto& object = value.get_object();
  std::vector<std::string> dropped;
  for (auto& member : object) {
    Named named;
    for (const auto& part : chosen) {
      const auto dot = std::min(part.find('.'), part.size());
      if (same_word(part.substr(0, dot), member.key()))
        add(named, part.substr(std::min(dot + 1, part.size())));
    }
    if (only ? !named.any() : named.whole)
      dropped.emplace_back(member.key());
    else if (named.any() && !named.whole)
      show_parts(member.value(), named.parts, only);
  }
  for (const auto& name : dropped) object.erase(name);
}

}  // namespace

bool is_shown(const Shown& shown, std::string_view name) {
  return shown.only.empty() ? !named_by(shown.without, name).whole
                            : named_by(shown.only, name).any();
}

void show(json::object& resource, const Shown& shown) {
  const bool only = !shown.only.empty();
  std::vector<std::string> dropped;
  for (auto& each : resource) {
    const std::string_view name = each.key();
    if (name == "id" || name == "schemas") continue;  // "returned": "always"
    const auto named = named_by(only ? shown.only : shown.without, name);
    if (!is_shown(shown, name))
      dropped.emplace_back(name);
    else if (named.any() && !named.whole)
      show_parts(each.value(), named.parts, only);
  }
  for (const auto& name : dropped) resource.erase(name);
}

}  // namespace halligan::in::scim
