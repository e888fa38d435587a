// patch.h - PATCH of SCIM (RFC 7644, 3.5.2), in the dialects that identity systems send.
//
// Operations in any case ("Replace"); a value without a path, whose names may be paths; "active" as
// a text; a filter that nothing fits names what is to be made.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "in/scim/filter.h"

namespace halligan::in::scim {

struct Operation {
  enum class Kind { add, replace, remove } kind = Kind::add;
  std::optional<Path> path;
  json::value value;
};
// The body of a PATCH; 1,000 operations at most.
Or<std::vector<Operation>> operations_in(const json::object& body);

// On a user's resource, as user_json() has it.
std::optional<Error> apply(const std::vector<Operation>& operations, json::object& user);

// On a group: what changes, without reading its members.
struct GroupChange {
  std::string name;  // empty: as it is
  std::optional<std::string> external;
  std::optional<std::vector<std::string>> members;  // all of them
  std::vector<std::string> added;
  std::vector<std::string> removed;
};
Or<GroupChange> group_change(const std::vector<Operation>& operations);

}  // namespace halligan::in::scim
