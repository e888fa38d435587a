// check.h - whether a policy makes sense, said by line and column.
//
// well_formed() refuses what cannot be compiled: undefined names, paths that do not join, words
// used where they mean nothing. check() says all of that and more: contradictions, rules that can
// never apply, reviews that nobody could do; and it warns of what is looser than the defaults.
#pragma once

#include "core/policy/ast.h"
#include "core/policy/message.h"

namespace halligan::policy {

Messages well_formed(const ast::Policy& policy);
Messages check(const ast::Policy& policy);

// The alternatives of a path without `|`; nothing where they are more than the limits allow.
std::vector<std::vector<ast::Step>> alternatives_of(const ast::PathExpr& expr);
inline constexpr std::size_t alternatives_max = 32;

}  // namespace halligan::policy
