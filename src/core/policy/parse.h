// parse.h - a policy file becomes a syntax tree, or the list of everything that is wrong with it.
//
// Reads form only: keys, types of value, notations. Whether names are defined and rules make sense
// is asked by check.h. Words of later parts are refused, never read and ignored.
#pragma once

#include <optional>
#include <string_view>

#include "core/policy/ast.h"
#include "core/policy/message.h"

namespace halligan::policy {

struct Parsed {
  std::optional<ast::Policy> policy;  // nothing if there is any error
  Messages messages;                  // in the order of the file
};

Parsed parse(std::string_view text);

}  // namespace halligan::policy
