// receivers.h - systems that are told when sessions and glass end (Shared Signals Framework 1.0,
// CAEP 1.0, pushed by RFC 8935): what was opened by a credential there ends with it here.
//
// A receiver is told of everything that ends after it was set, at least once, in order, for a day;
// what it does not take in that time it is never told of. No event says anything of a patient.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "app/context.h"
#include "app/refusal.h"

namespace halligan::app {

std::optional<Refusal> may_set_receiver(const State& state, const std::string& token_hash,
                                        const Now& now, const std::string& receiver);

// Makes one, or sets it anew; `kept_as` names in the vault what is shown there.
struct SetReceiver {
  using Answer = std::variant<std::string, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  std::string receiver;
  std::string url;
  std::string audience;
  std::string kept_as;
};
SetReceiver::Answer decide(const SetReceiver& command, Context& context);

struct StopReceiver {  // it is told nothing any more
  using Answer = std::variant<std::string, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  std::string receiver;
};
StopReceiver::Answer decide(const StopReceiver& command, Context& context);

// By the part of the program that tells: everything before this entry was taken.
struct ReceiverTook {
  using Answer = bool;  // false: it is none any more
  std::string receiver;
  EntryIndex before = 0;
};
ReceiverTook::Answer decide(const ReceiverTook& command, Context& context);

struct ReceiverShown {
  Receiver receiver;
  std::size_t waiting = 0;  // events
};
std::variant<std::vector<ReceiverShown>, Refusal> receivers(const State& state,
                                                            const std::string& token_hash,
                                                            const Now& now);
// What it is to be told next, at most `most` of it. Copies.
std::vector<Ended> to_tell(const State& state, const Receiver& receiver, std::size_t most);

}  // namespace halligan::app
