// generate.h - small worlds, policies and questions that hang together, for laws and comparisons.
//
// One hospital of two of everything, so that rules, facts and questions meet often; times lie at
// and beside the edges of windows, some of them where the clocks change. What comes out is a policy
// that `check` would mostly pass; it always compiles.
#pragma once

#include <string>

#include "core/policy/ast.h"
#include "reference/choices.h"

namespace halligan::reference {

namespace ast = policy::ast;

struct Case {
  ast::Policy policy;
  ast::World world;
  ast::Question question;
  bool operator==(const Case&) const = default;
};

Case generate(Choices& choices);
ast::Rule generate_rule(Choices& choices, const ast::Policy& policy, ast::RuleKind kind,
                        const std::string& name);

}  // namespace halligan::reference
