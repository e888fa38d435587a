// passkeys.h - a person's own passkeys: enrolled by themself, taken away by themself or by an
// administrator.
//
// Enrolling takes a second factor that is fresh: whoever finds an open screen enrols nothing.
// Whoever can act as the person at that time (State::holds) can act by the passkey as well, and is
// counted so until it is taken away.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "app/context.h"
#include "app/refusal.h"

namespace halligan::app {

// Asked before the browser is: nothing where it may be.
std::optional<Refusal> may_enrol_passkey(const State& state, const std::string& token_hash,
                                         const Now& now);

struct EnrolPasskey {
  using Answer = std::variant<StaffId, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  std::string passkey;  // base64url of its id
  std::string name;
  int algorithm = 0;
  std::string public_key;  // base64url
  std::string attestation;
  std::string model;
  std::uint32_t counter = 0;
  bool synced = false;
};
EnrolPasskey::Answer decide(const EnrolPasskey& command, Context& context);

// Ends the person's sessions but the one that asks, as renewing a factor does.
struct RemovePasskey {
  using Answer = std::variant<std::size_t, Refusal>;  // sessions ended
  static constexpr bool keeps_session = true;
  std::string token_hash;
  StaffId person;  // empty: oneself
  std::string passkey;
};
RemovePasskey::Answer decide(const RemovePasskey& command, Context& context);

}  // namespace halligan::app
