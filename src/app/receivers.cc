#include "app/receivers.h"

#include <algorithm>

#include "app/access.h"
#include "app/roles.h"
#include "base/limits.h"

namespace halligan::app {
namespace {

role::Asked administrator(const State& state, const std::string& token_hash, const Now& now) {
  return role::asked_by(state, token_hash, now, {role::administrator},
                        "this takes an administrator");
}

constexpr std::size_t receivers_max = 16;

}  // namespace

std::optional<Refusal> may_set_receiver(const State& state, const std::string& token_hash,
                                        const Now& now, const std::string& receiver) {
  auto asked = administrator(state, token_hash, now);
  if (asked.refusal) return asked.refusal;
  if (!state.receivers.contains(receiver) && state.receivers.size() >= receivers_max)
    return Refusal{.why = Why::conflict,
                   .what = "there are 16 receivers, as many as may be: set one of them anew"};
  return not_proved(*asked.session, proof::administration, now);
}

SetReceiver::Answer decide(const SetReceiver& command, Context& context) {
  if (auto no = may_set_receiver(context.state, command.token_hash, context.now, command.receiver))
    return *std::move(no);
  context.note(facts::ReceiverSet{
      .staff = live_session(context.state, command.token_hash, context.now)->staff,
      .receiver = command.receiver,
      .url = command.url,
      .audience = command.audience,
      .kept_as = command.kept_as,
      .active = true});
  return command.receiver;
}

StopReceiver::Answer decide(const StopReceiver& command, Context& context) {
  const auto asked = administrator(context.state, command.token_hash, context.now);
  if (asked.refusal) return *asked.refusal;
  const auto held = context.state.receivers.find(command.receiver);
  if (held == context.state.receivers.end() || !held->second.active)
    return Refusal{.why = Why::not_found, .what = "no receiver of this name is told anything"};
  if (auto due = not_proved(*asked.session, proof::administration, context.now)) return *due;
  context.note(facts::ReceiverSet{.staff = asked.session->staff,
                                  .receiver = command.receiver,
                                  .url = held->second.url,
                                  .audience = held->second.audience,
                                  .kept_as = {},
                                  .active = false});
  return command.receiver;
}

ReceiverTook::Answer decide(const ReceiverTook& command, Context& context) {
  const auto held = context.state.receivers.find(command.receiver);
  if (held == context.state.receivers.end() || !held->second.active ||
      command.before <= held->second.told_before)
    return false;
  context.note(facts::ReceiverTold{.receiver = command.receiver, .before = command.before});
  return true;
}

std::vector<Ended> to_tell(const State& state, const Receiver& receiver, std::size_t most) {
  std::vector<Ended> out;
  const auto first = std::ranges::lower_bound(state.endings, receiver.told_before, {},
                                              [](const Ended& each) { return each.entry; });
  for (auto at = first; at != state.endings.end() && out.size() < most; ++at) out.push_back(*at);
  return out;
}

std::variant<std::vector<ReceiverShown>, Refusal> receivers(const State& state,
                                                            const std::string& token_hash,
                                                            const Now& now) {
  const auto asked =
      role::asked_by(state, token_hash, now, {role::administrator, role::privacy_officer},
                     "this takes an administrator or a privacy officer");
  if (asked.refusal) return *asked.refusal;
  std::vector<ReceiverShown> out;
  for (const auto& [id, receiver] : state.receivers)
    out.push_back(
        {.receiver = receiver,
         .waiting = receiver.active ? to_tell(state, receiver, state.endings.size()).size() : 0});
  return out;
}

}  // namespace halligan::app
