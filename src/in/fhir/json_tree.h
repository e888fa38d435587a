// json_tree.h - JSON as a tree in which every text begins with what it is: 's' a string, 'n' the
// spelling of a number. Boost.JSON would turn 1.50 into 1.5E0.
#pragma once

#include <boost/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "in/fhir/body.h"

namespace halligan::in::fhir {

// Malformed where it is not JSON within the bounds of a body.
std::variant<boost::json::value, Malformed> tree_of(std::string_view text);
void print_tree(const boost::json::value& value, std::string& out);

// RFC 6902, 4.6: 1.5 is 1.50.
bool same(const boost::json::value& a, const boost::json::value& b);

struct Weight {
  std::size_t bytes = 0;
  std::size_t depth = 0;
};
Weight weight_of(const boost::json::value& value);

}  // namespace halligan::in::fhir
