// diff.h - what a proposed policy changes against the one in force, by name, for those who sign.
#pragma once

#include <string>
#include <vector>

#include "core/policy/ast.h"

namespace halligan::policy {

struct Change {
  enum class Kind { added, removed, changed };
  Kind kind = Kind::changed;
  std::string what;    // "allow open-referral", "relation member", "timezone"
  std::string before;  // canonical text; empty where it was not there
  std::string after;
  bool operator==(const Change&) const = default;
};

std::vector<Change> diff(const ast::Policy& in_force, const ast::Policy& proposed);
// "- ..." and "+ ..." lines under one heading for each change; "no change" where there is none.
std::string diff_text(const std::vector<Change>& changes);

}  // namespace halligan::policy
