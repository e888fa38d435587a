// generate_identity.h - what a policy says about who somebody is, for generated policies. No
// decision asks for it; it is there so that the laws can say so.
#pragma once

#include "core/policy/ast.h"
#include "reference/choices.h"

namespace halligan::reference {

void generate_identity(Choices& choices, policy::ast::Policy& policy);
void forget_identity(policy::ast::Policy& policy);

}  // namespace halligan::reference
