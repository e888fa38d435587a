// parse_path.h - paths and members of classes: the two small notations inside the file's strings.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/policy/ast.h"

namespace halligan::policy {

// `offset` is where in the text it went wrong, from 0.
struct NotationError {
  std::size_t offset = 0;
  std::string what;
};

// `at` is where the text begins in the file; names inside get their own positions.
std::variant<ast::Path, NotationError> parse_path(std::string_view text, ast::Pos at);
std::variant<ast::Member, NotationError> parse_member(std::string_view text, ast::Pos at);

std::string path_text(const ast::Path& path);
std::string member_text(const ast::Member& member);

}  // namespace halligan::policy
