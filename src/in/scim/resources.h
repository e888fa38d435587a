// resources.h - people and groups as SCIM resources (RFC 7643), and back.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/provisioning.h"
#include "in/scim/filter.h"

namespace halligan::in::scim {

// What is copied out of the state for one resource.
struct Person {
  app::Account account;
  std::string name;
  std::string department;
  bool active = true;
  std::vector<std::pair<std::string, std::string>> groups;  // id, name
};
std::optional<Person> person_in(const app::State& state, const app::Account& account);

json::object user_json(const Person& person, const std::string& base);
// `members`: whether they are listed, which may be many.
json::object group_json(const app::UserGroup& group, const std::string& base, bool members);

// What a resource says of somebody; what we do not keep is left out. `before`: what an account that
// is replaced said, for its `password` and the like nothing.
Or<app::AccountGiven> account_in(const json::object& resource);

struct GroupGiven {
  std::string name;
  std::string external;
  std::vector<std::string> members;
};
Or<GroupGiven> group_in(const json::object& resource);
Or<std::vector<std::string>> members_in(const json::value& value);

// Only these attributes, or all but those, as the query asks; what must be there stays.
struct Shown {
  std::vector<std::string> only;
  std::vector<std::string> without;
};
void show(json::object& resource, const Shown& shown);
bool is_shown(const Shown& shown, std::string_view name);  // any of it

inline std::string version_tag(std::uint64_t version) {
  return "W/\"" + std::to_string(version) + "\"";
}

}  // namespace halligan::in::scim
