// evidence.h - section 3 of spec/policy-language.md: what the facts say about one edge and about a
// path, in four values.
//
// The slow obvious way: every step walks all facts and all nodes again. Nothing is remembered
// between two calls. Policies are those that `check` has passed; an undefined name is a bug.
#pragma once

#include <algorithm>

#include "core/policy/ast.h"

namespace halligan::reference {

namespace ast = policy::ast;

// In their order: `and` is the minimum, `or` is the maximum.
enum class Value { no, unknown, conflicting, yes };

constexpr Value both(Value a, Value b) { return std::min(a, b); }
constexpr Value either(Value a, Value b) { return std::max(a, b); }
constexpr Value swapped(Value value) {
  if (value == Value::yes) return Value::no;
  if (value == Value::no) return Value::yes;
  return value;
}
constexpr Value truth(bool value) { return value ? Value::yes : Value::no; }

// All that a value depends on.
struct Scene {
  const ast::Policy& policy;
  const ast::World& world;
  const ast::Question& question;
};

// Which facts that the asker recorded are left out of a condition.
enum class LeaveOut { nothing, own_assertions, own_denials };

// What a flag of the patient says. The scene's cell has a patient.
Value flag_value(const Scene& scene, const std::string& flag, LeaveOut leave_out);

// The greatest of the walks that end anywhere: `when` and `unless`.
Value path_exists(const Scene& scene, const ast::Path& path, const std::vector<ast::Around>& around,
                  LeaveOut leave_out);

// The greatest of the walks that end at the cell's patient or item: `via`.
Value path_reaches(const Scene& scene, const ast::Path& path,
                   const std::vector<ast::Around>& around, LeaveOut leave_out);

}  // namespace halligan::reference
