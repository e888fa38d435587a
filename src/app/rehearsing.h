// rehearsing.h - going through the proof that breaking the glass asks for, without a chart: so that
// the night when it is needed is not the first time. What was rehearsed, and when, stands in the
// roster.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/context.h"
#include "app/refusal.h"

namespace halligan::app {

// A path: the way in, and the factor of the proof after it. Takes a proof of the last two minutes:
// the step-up before it is what is rehearsed.
struct Rehearse {
  struct Done {
    std::string way;
    std::string factor;
    Instant at{};
    bool can_break = false;          // a reason of the policy is meant for one of their roles
    std::vector<std::string> lacks;  // factors without which they would not come in
  };
  using Answer = std::variant<Done, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
};
Rehearse::Answer decide(const Rehearse& command, Context& context);

struct RehearsedPath {
  std::string way;
  std::string factor;
  Instant last{};
};
std::vector<RehearsedPath> rehearsals_of(const Person& person);
// By any factor.
std::optional<Instant> last_rehearsed(const Person& person, const std::string& way);

std::variant<std::vector<RehearsedPath>, Refusal> own_rehearsals(const State& state,
                                                                 const std::string& token_hash,
                                                                 const Now& now);

}  // namespace halligan::app
