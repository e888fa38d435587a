// parse_parts.h - what the files that read a policy have in common; others read one by parse.h.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/policy/toml_reader.h"
#include "core/policy/words.h"

namespace halligan::policy {

// Reads words of an enum; `later` are those that a later part brings.
template <class Enum>
std::vector<Enum> enums(Keys& keys, std::string_view key,
                        std::optional<Enum> (*of)(std::string_view),
                        std::initializer_list<std::string_view> known,
                        std::span<const std::string_view> later) {
  std::vector<Enum> out;
  for (const auto& word : keys.words(key)) {
    if (const auto value = of(word.text)) {
      out.push_back(*value);
    } else if (std::ranges::find(later, word.text) != later.end()) {
      keys.error(word.at, quoted(word.text) + " is not yet enforced; take it out");
    } else {
      keys.error(word.at, quoted(word.text) + " is not one of " + quoted(key) +
                              hint(word.text, std::span{known.begin(), known.size()}));
    }
  }
  return out;
}

// The review of what is no access: there is no evidence around it.
ast::Review read_plain_review(Messages& out, const toml::table& table);

// [[provider]], [[directory]], [[provisioning]], [[group]], [sign_in] and [administration].
void read_identity(Messages& out, Keys& top, ast::Policy& policy);

}  // namespace halligan::policy
