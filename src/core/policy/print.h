// print.h - the canonical text of a policy: parse(print(policy)) == policy.
#pragma once

#include <string>

#include "core/policy/ast.h"

namespace halligan::policy {

std::string print(const ast::Policy& policy);
std::string print(const ast::Rule& rule);  // one [[...]] table, as print(policy) writes it

}  // namespace halligan::policy
