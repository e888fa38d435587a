// message.h - what is said about a policy file: where, what was found, what would be right.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/ast.h"

namespace halligan::policy {

enum class Severity { error, warning };

struct Message {
  Severity severity = Severity::error;
  ast::Pos at;
  std::string what;
  bool operator==(const Message&) const = default;
};

using Messages = std::vector<Message>;

inline bool has_errors(const Messages& messages) {
  return std::ranges::any_of(messages,
                             [](const Message& m) { return m.severity == Severity::error; });
}

// "policy.toml:12:9: error: ..."
inline std::string to_text(const Message& message, std::string_view file) {
  return std::string(file) + ":" + std::to_string(message.at.line) + ":" +
         std::to_string(message.at.column) +
         (message.severity == Severity::error ? ": error: " : ": warning: ") + message.what;
}

}  // namespace halligan::policy
