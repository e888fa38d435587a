// filter.h - filters and paths of SCIM (RFC 7644, 3.4.2.2 and 3.5.2), and whether a resource fits.
//
// BOUNDS  a text of 1 KiB, 64 comparisons, 16 levels: else an error, never a long wait.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "in/scim/error.h"

namespace halligan::in::scim {

namespace json = boost::json;

inline constexpr std::string_view core_user = "urn:ietf:params:scim:schemas:core:2.0:User";
inline constexpr std::string_view core_group = "urn:ietf:params:scim:schemas:core:2.0:Group";
inline constexpr std::string_view enterprise =
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

bool same_word(std::string_view a, std::string_view b);  // but for the case of ASCII letters

// "emails", "name.givenName", or with the schema before it; of the enterprise extension
// `extension`.
struct Attribute {
  bool extension = false;
  std::string name;
  std::string sub;  // empty: none
};

enum class Compare { eq, ne, co, sw, ew, gt, ge, lt, le, pr };

struct Filter {
  enum class Kind { compare, all, any, none, element } kind = Kind::compare;  // none: not (...)
  Attribute attribute;  // of compare, and of an element: emails[...]
  Compare how = Compare::eq;
  json::value value;
  std::vector<Filter> parts;  // of all, any, none, element
};

Or<Filter> parse_filter(std::string_view text);
bool fits(const Filter& filter, const json::object& resource);

// A path of PATCH: attribute, attribute[filter], attribute[filter].sub.
struct Path {
  Attribute attribute;  // `sub` is what follows the filter, where there is one
  std::optional<Filter> element;
};
Or<Path> parse_path(std::string_view text);

// The member of that name, whatever the case of its letters.
const json::value* find_member(const json::object& object, std::string_view name);
json::value* find_member(json::object& object, std::string_view name);

}  // namespace halligan::in::scim
