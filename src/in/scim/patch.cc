#include "in/scim/patch.h"

#include <algorithm>
#include <array>
#include <set>

#include "in/scim/resources.h"

namespace halligan::in::scim {
namespace {

constexpr std::size_t operations_max = 1'000;
constexpr std::size_t elements_max = 200;       // of a list of somebody's
constexpr std::size_t values_max = 64 * 1'024;  // octets and elements of a PATCH of somebody
constexpr std::array<std::string_view, 8> lists{"emails", "phoneNumbers", "addresses", "roles",
                                                "ims",    "entitlements", "photos",    "members"};
// Nobody sets these but we.
constexpr std::array<std::string_view, 3> read_only{"id", "meta", "groups"};

Error wrong(const char* type, std::string what) {
  return {.status = 400, .type = type, .detail = std::move(what)};
}

bool among(const auto& list, std::string_view name) {
  return std::ranges::any_of(list, [&](std::string_view each) { return same_word(each, name); });
}

// How much there is to go through.
std::size_t weight(const json::value& value) {
  std::size_t out = 1;
  if (value.is_string()) out += value.get_string().size();
  if (value.is_array())
    for (const auto& each : value.get_array()) out += weight(each);
  if (value.is_object())
    for (const auto& each : value.get_object()) out += each.key().size() + weight(each.value());
  return out;
}

// A new element as a filter names it: type eq "work" makes {"type": "work"}.
void make_fit(const Filter& filter, json::object& element) {
  if (filter.kind == Filter::Kind::compare && filter.how == Compare::eq) {
    auto& made = element[filter.attribute.name];
    made = filter.value;
    if (same_word(filter.attribute.name, "primary") && made.is_string())  // "True", as Entra says
      made = same_word(made.get_string(), "true");
  }
  if (filter.kind == Filter::Kind::all)
    for (const auto& part : filter.parts) make_fit(part, element);
}

json::value& member(json::object& object, std::string_view name) {
  if (auto* held = find_member(object, name)) return *held;
  return object[name];
}

void merge(json::object& into, const json::object& more) {
  for (const auto& each : more) member(into, each.key()) = each.value();
}

void set(json::value& held, const json::value& value, bool is_list, Operation::Kind kind) {
  if (is_list) {
    const json::array given = value.is_array() ? value.get_array() : json::array(1, value);
    if (kind == Operation::Kind::replace || !held.is_array()) {
      held = given;
      return;
    }
    for (const auto& each : given)
      if (held.get_array().size() <= elements_max &&
          std::ranges::find(held.get_array(), each) == held.get_array().end())
        held.get_array().push_back(each);
    return;
  }
  if (held.is_object() && value.is_object())
    merge(held.get_object(), value.get_object());
  else
    held = value;
}

std::optional<Error> on_elements(const Operation& operation, json::object& within) {
  const auto& path = *operation.path;
  auto& held = member(within, path.attribute.name);
  if (!held.is_array()) held = json::array{};
  auto& list = held.get_array();
  bool found = false;
  for (std::size_t i = 0; i < list.size();) {
    if (!list[i].is_object() || !fits(*path.element, list[i].get_object())) {
      ++i;
      continue;
    }
    found = true;
    auto& element = list[i].get_object();
    if (operation.kind == Operation::Kind::remove && path.attribute.sub.empty()) {
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
      continue;
    }
    if (operation.kind == Operation::Kind::remove) {
      if (const auto* part = find_member(element, path.attribute.sub); part != nullptr)
        element.erase(path.attribute.sub);
    } else if (!path.attribute.sub.empty()) {
      member(element, path.attribute.sub) = operation.value;
    } else if (operation.value.is_object()) {
      merge(element, operation.value.get_object());
    } else {
      member(element, "value") = operation.value;
    }
    ++i;
  }
  if (found || operation.kind == Operation::Kind::remove) return std::nullopt;
  json::object made;
  make_fit(*path.element, made);
  if (made.empty())
    return wrong("noTarget", "no element of the list fits the filter, and none can be made of it");
  if (!path.attribute.sub.empty())
    made[path.attribute.sub] = operation.value;
  else if (operation.value.is_object())
    merge(made, operation.value.get_object());
  else
    made["value"] = operation.value;
  list.push_back(std::move(made));
  return std::nullopt;
}

// Entra names what goes by its value, where the standard takes a filter.
void take_away(json::array& list, const json::value& given) {
  const auto value_of = [](const json::value& each) -> const json::value* {
    return each.is_object() ? find_member(each.get_object(), "value") : &each;
  };
  const auto goes = [&](const json::value& held) {
    const auto is = [&](const json::value& one) {
      const auto* a = value_of(held);
      const auto* b = value_of(one);
      return held == one || (a != nullptr && b != nullptr && *a == *b);
    };
    return given.is_array() ? std::ranges::any_of(given.get_array(), is) : is(given);
  };
  json::array kept;
  for (auto& each : list)
    if (!goes(each)) kept.push_back(std::move(each));
  list = std::move(kept);
}

std::optional<Error> apply_one(const Operation& operation, json::object& user);

// Without a path each name of the value is one.
std::optional<Error> apply_without_path(const Operation& operation, json::object& user) {
  if (operation.kind == Operation::Kind::remove)
    return wrong("noTarget", "remove takes a path: say what is to be removed");
  if (!operation.value.is_object())
    return wrong("invalidValue", "without a path the value is an object of attributes");
  for (const auto& each : operation.value.get_object()) {
    if (same_word(each.key(), "schemas")) continue;
    auto path = parse_path(each.key());
    if (std::holds_alternative<Error>(path)) continue;  // an attribute of somebody's own: not kept
    Operation single{
        .kind = operation.kind, .path = std::get<Path>(std::move(path)), .value = each.value()};
    if (auto no = apply_one(single, user)) return no;
  }
  return std::nullopt;
}

std::optional<Error> apply_one(const Operation& operation, json::object& user) {
  if (!operation.path) return apply_without_path(operation, user);
  const auto& path = *operation.path;
  auto* within = &user;
  if (path.attribute.extension) {
    auto& extension = member(user, enterprise);
    if (!extension.is_object()) extension = json::object{};
    within = &extension.get_object();
    if (path.attribute.name.empty()) {
      if (operation.kind == Operation::Kind::remove)
        *within = json::object{};
      else if (operation.value.is_object())
        merge(*within, operation.value.get_object());
      else
        return wrong("invalidValue", "an extension is an object of attributes");
      return std::nullopt;
    }
  } else if (among(read_only, path.attribute.name)) {
    return wrong("mutability", "id, meta and groups are not set here: change the group");
  }
  if (path.element) return on_elements(operation, *within);
  if (operation.kind == Operation::Kind::remove) {
    auto* held = find_member(*within, path.attribute.name);
    if (held == nullptr) return std::nullopt;
    if (path.attribute.sub.empty() && held->is_array() && !operation.value.is_null())
      take_away(held->get_array(), operation.value);
    else if (path.attribute.sub.empty())
      *held = nullptr;
    else if (held->is_object() && find_member(held->get_object(), path.attribute.sub) != nullptr)
      *find_member(held->get_object(), path.attribute.sub) = nullptr;
    return std::nullopt;
  }
  auto& held = member(*within, path.attribute.name);
  if (path.attribute.sub.empty()) {
    set(held, operation.value, among(lists, path.attribute.name), operation.kind);
    return std::nullopt;
  }
  if (among(lists, path.attribute.name)) {  // of every element
    if (!held.is_array() || held.get_array().empty()) held = json::array(1, json::object{});
    for (auto& each : held.get_array())
      if (each.is_object()) member(each.get_object(), path.attribute.sub) = operation.value;
    return std::nullopt;
  }
  if (!held.is_object()) held = json::object{};
  member(held.get_object(), path.attribute.sub) = operation.value;
  return std::nullopt;
}

// members[value eq "x"]: whom it means.
std::optional<std::string> member_named(const Filter& filter) {
  const bool is = filter.kind == Filter::Kind::compare && filter.how == Compare::eq &&
                  same_word(filter.attribute.name, "value") && filter.value.is_string();
  return is ? std::optional{std::string{filter.value.get_string()}} : std::nullopt;
}

void take_out(std::vector<std::string>& list, const std::vector<std::string>& ids) {
  const std::set<std::string_view> gone{ids.begin(), ids.end()};
  std::erase_if(list, [&](const std::string& each) { return gone.contains(each); });
}

std::optional<Error> change_members(const Operation& operation, GroupChange& out) {
  if (operation.path && operation.path->element) {
    auto id = member_named(*operation.path->element);
    if (!operation.path->attribute.sub.empty())
      return std::nullopt;  // of a member nothing else is kept
    if (!id || operation.kind != Operation::Kind::remove)
      return wrong("invalidPath", "of members only members[value eq \"id\"] is removed so");
    std::erase(out.added, *id);
    if (out.members) std::erase(*out.members, *id);
    out.removed.push_back(*std::move(id));
    return std::nullopt;
  }
  if (operation.kind == Operation::Kind::remove && operation.value.is_null()) {
    out.members.emplace();
    return std::nullopt;
  }
  auto given = members_in(operation.value);
  if (auto* no = std::get_if<Error>(&given)) return std::move(*no);
  auto& ids = std::get<0>(given);
  if (operation.kind == Operation::Kind::replace) {
    out.members = std::move(ids);
    out.added.clear();
    out.removed.clear();
    return std::nullopt;
  }
  auto& list = operation.kind == Operation::Kind::add ? out.added : out.removed;
  if (out.members) {
    take_out(*out.members, ids);
    if (operation.kind == Operation::Kind::add)
      out.members->insert(out.members->end(), ids.begin(), ids.end());
  } else {
    take_out(operation.kind == Operation::Kind::add ? out.removed : out.added, ids);
    list.insert(list.end(), ids.begin(), ids.end());
  }
  return std::nullopt;
}

std::optional<Error> change_group(const Operation& operation, GroupChange& out) {
  if (!operation.path) {
    if (!operation.value.is_object() || operation.kind == Operation::Kind::remove)
      return wrong("noTarget", "without a path the value is an object of attributes");
    for (const auto& each : operation.value.get_object()) {
      auto path = parse_path(each.key());
      if (std::holds_alternative<Error>(path)) continue;
      if (auto no = change_group({.kind = operation.kind,
                                  .path = std::get<Path>(std::move(path)),
                                  .value = each.value()},
                                 out))
        return no;
    }
    return std::nullopt;
  }
  const auto& name = operation.path->attribute.name;
  if (same_word(name, "members")) return change_members(operation, out);
  const bool text = operation.value.is_string();
  if (same_word(name, "displayName")) {
    auto given = group_in({{"displayName", operation.value}});
    if (!text || std::holds_alternative<Error>(given))
      return wrong("invalidValue", "displayName is a text of 1 to 512 bytes");
    out.name = std::get<GroupGiven>(std::move(given)).name;
  }
  if (same_word(name, "externalId")) {
    auto given = group_in({{"displayName", "x"}, {"externalId", operation.value}});
    if (auto* no = std::get_if<Error>(&given)) return std::move(*no);
    out.external = std::get<GroupGiven>(std::move(given)).external;
  }
  return std::nullopt;
}

}  // namespace

Or<std::vector<Operation>> operations_in(const json::object& body) {
  const auto* listed = find_member(body, "Operations");
  if (listed == nullptr || !listed->is_array() || listed->get_array().empty())
    return wrong("invalidSyntax", "a PATCH has a list of Operations");
  if (listed->get_array().size() > operations_max)
    return Error{.status = 413, .type = "tooMany", .detail = "at most 1000 operations at once"};
  std::vector<Operation> out;
  for (const auto& each : listed->get_array()) {
    const auto* named = each.is_object() ? find_member(each.get_object(), "op") : nullptr;
    if (named == nullptr || !named->is_string())
      return wrong("invalidSyntax", "an operation has an op: add, replace or remove");
    Operation operation;
    const std::string_view op{named->get_string()};
    if (same_word(op, "replace"))
      operation.kind = Operation::Kind::replace;
    else if (same_word(op, "remove"))
      operation.kind = Operation::Kind::remove;
    else if (!same_word(op, "add"))
      return wrong("invalidSyntax", "op is add, replace or remove");
    if (const auto* path = find_member(each.get_object(), "path");
        path != nullptr && !path->is_null()) {
      if (!path->is_string()) return wrong("invalidPath", "path is a text");
      auto read = parse_path(path->get_string());
      // Of a schema that is somebody's own nothing is kept.
      if (std::holds_alternative<Error>(read) && path->get_string().starts_with("urn:")) continue;
      if (auto* no = std::get_if<Error>(&read)) return std::move(*no);
      operation.path = std::get<Path>(std::move(read));
    }
    if (const auto* value = find_member(each.get_object(), "value")) operation.value = *value;
    out.push_back(std::move(operation));
  }
  return out;
}

std::optional<Error> apply(const std::vector<Operation>& operations, json::object& user) {
  std::size_t all = 0;
  for (const auto& operation : operations) all += weight(operation.value);
  if (all > values_max)
    return Error{.status = 413, .type = "tooMany", .detail = "at most 64 KiB of values at once"};
  for (const auto& operation : operations) {
    if (auto no = apply_one(operation, user)) return no;
    for (const auto name : lists)
      if (const auto* held = find_member(user, name);
          held != nullptr && held->is_array() && held->get_array().size() > elements_max)
        return wrong("invalidValue", "a list of somebody's has at most 200 elements");
  }
  return std::nullopt;
}

Or<GroupChange> group_change(const std::vector<Operation>& operations) {
  GroupChange out;
  for (const auto& operation : operations)
    if (auto no = change_group(operation, out)) return *std::move(no);
  return out;
}

}  // namespace halligan::in::scim
