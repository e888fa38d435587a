// show.h - worlds, questions and answers as lines that a person can read.
#pragma once

#include <string>

#include "core/policy/ast.h"

namespace halligan::reference {

std::string show(const policy::ast::World& world);
std::string show(const policy::ast::Question& question);
std::string show(const policy::ast::Answer& answer);

}  // namespace halligan::reference
