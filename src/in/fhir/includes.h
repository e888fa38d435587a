// includes.h - what a search may bring along: which references of which type, and where they stand.
//
// Data only. What is not listed is refused by name.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "in/fhir/target.h"

namespace halligan::in::fhir {

// "Observation:encounter": the search parameter `param` of `type`, as in `_include`.
struct IncludeLink {
  std::string_view type;
  std::string_view param;
  std::string_view path;                    // where the reference stands: "performer.actor"
  std::array<std::string_view, 4> targets;  // types that it may be to
  bool may_be_to(std::string_view target) const;
  std::string name() const { return std::string{type} + ":" + std::string{param}; }
};

// Of a search for `type`: what it refers to, or (`reverse`) what refers to it.
std::vector<IncludeLink> include_links(std::string_view type, bool reverse);

// "Observation:performer", "Observation:performer:Practitioner"; nothing where it is not taken.
struct Include {
  IncludeLink link;
  bool reverse = false;
};
std::vector<Include> includes_of(const Search& search);
std::optional<Include> include_of(std::string_view type, std::string_view value, bool reverse);

}  // namespace halligan::in::fhir
