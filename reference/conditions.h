// conditions.h - value(rule, cell) of section 4 of spec/policy-language.md.
#pragma once

#include "reference/evidence.h"

namespace halligan::reference {

// `staff : recorded_by_self`, which is decided for each grant.
bool is_self_made(const ast::Path& path);

// What the rule is worth on the cell, where `self_made` is what that special path is worth.
Value value_with(const Scene& scene, const ast::Rule& rule, bool strict, Value self_made);

}  // namespace halligan::reference
