// policy_change.h - a new policy: proposed by one person, signed by another, in force from then on.
//
// A text with errors is never recorded. Signing is noted alone: what the new policy would no longer
// give is ended by the house as the fact is applied.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/context.h"
#include "app/refusal.h"
#include "core/policy/message.h"

namespace halligan::app {

struct PolicyErrors {
  policy::Messages messages;
};

// Nothing for those who may propose and sign.
std::optional<Refusal> no_policy_officer(const State& state, const Session& session);

// What a text would change: lines for people, and what `check` warns of.
struct PolicyPreview {
  std::vector<std::string> diff;
  policy::Messages warnings;
};

struct ProposePolicy {
  static constexpr bool can_wait = true;
  struct Done {
    std::string version;
    PolicyPreview preview;
  };
  using Answer = std::variant<Done, PolicyErrors, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  std::string text;
  std::string note;
};
ProposePolicy::Answer decide(const ProposePolicy& command, Context& context);

struct SignPolicy {
  using Answer = std::variant<std::string, Refusal>;  // the version
  static constexpr bool keeps_session = true;
  std::string token_hash;
  std::string version;
};
SignPolicy::Answer decide(const SignPolicy& command, Context& context);

// --- queries -----------------------------------------------------------------------------------

struct PolicyShown {
  PolicyText in_force;  // version empty while none is
  std::vector<PolicyText>
      proposals;  // newer than the one in force and not signed; without their text
};
std::variant<PolicyShown, Refusal> show_policy(const State& state, const std::string& token_hash,
                                               const Now& now);

struct ProposalShown {
  PolicyText proposal;
  PolicyPreview preview;
};
std::variant<ProposalShown, Refusal> show_proposal(const State& state,
                                                   const std::string& token_hash, const Now& now,
                                                   const std::string& version);

}  // namespace halligan::app
