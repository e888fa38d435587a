// vouching.h - a colleague at the same place confirms, in person, who somebody is whose own factors
// are not at hand.
//
// Whoever asks does so at an enrolled terminal, and is shown a number. A colleague who is signed in
// by factors of their own, at a terminal of the same place, with a proof that is fresh, gives that
// number: the session opens at the terminal where it was asked for, with the roles that the policy
// lends this way and no others. Both are named; a case looks at it; nobody vouches, or is vouched
// for, more often than the policy says.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "app/sessions.h"

namespace halligan::app {

struct AskVouch {
  struct Done {
    VouchId vouch;
    std::uint32_t number = 0;
    Instant until{};
  };
  using Answer = std::variant<Done, Refusal>;
  std::string user;  // as it was typed; of a name that is nobody's the answer is the same
  TerminalId terminal;
  std::string terminal_kept_as;
  std::string token_hash;  // of the session that it may become
};
AskVouch::Answer decide(const AskVouch& command, Context& context);

struct Vouch {
  struct Done {
    StaffId person;
    std::string name;
  };
  using Answer = std::variant<Done, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  VouchId vouch;
  std::uint32_t number = 0;
};
Vouch::Answer decide(const Vouch& command, Context& context);

// Whether the policy lends this way in to them.
bool may_be_vouched_for(const State& state, const Person& person);

struct AskedVouch {
  VouchId vouch;
  StaffId person;
  std::string name;
  TerminalId terminal;
  PlaceId place;
  Instant until{};
};
// Who waits at the place of this session; nobody where it may not vouch.
std::variant<std::vector<AskedVouch>, Refusal> asked_vouches(const State& state,
                                                             const std::string& token_hash,
                                                             const Now& now);

}  // namespace halligan::app
