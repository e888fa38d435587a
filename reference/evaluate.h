// evaluate.h - the slow obvious evaluator: spec/policy-language.md, section 4, in code.
//
// To be read next to that page, by anybody who wants to know why an answer is what it is. It has no
// index and no cache, leaves no loop early, and walks all facts for every step. It shares the
// syntax tree with the engine and nothing else; a test holds the two together. It expects a policy
// that `check` has passed, and does not count what it touches (so it never fails on a bound).
#pragma once

#include "core/policy/ast.h"
#include "reference/evidence.h"

namespace halligan::reference {

ast::Answer evaluate(const ast::Policy& policy, const ast::World& world,
                     const ast::Question& question);

// What a rule is worth on the cell: the minimum of its conditions. `strict` applies the rule about
// what the asker recorded to every action. A seal on what is self-made counts as not self-made.
Value value_of(const Scene& scene, const ast::Rule& rule, bool strict);

// The moments, later than now, at which something that the answer may rest on begins or ends. The
// answer stays what it is until the first of them, as long as nothing is recorded.
std::vector<Instant> moments_ahead(const ast::Policy& policy, const ast::World& world,
                                   const ast::Question& question);

}  // namespace halligan::reference
