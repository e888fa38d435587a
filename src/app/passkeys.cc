#include "app/passkeys.h"

#include "app/access.h"
#include "app/roles.h"
#include "app/sessions.h"
#include "base/limits.h"

namespace halligan::app {

std::optional<Refusal> may_enrol_passkey(const State& state, const std::string& token_hash,
                                         const Now& now) {
  const auto* session = live_session(state, token_hash, now);
  if (session == nullptr) return no_session(state, token_hash, now);
  if (auto due = not_proved(*session, proof::administration, now)) return due;
  if (state.person(session->staff)->passkeys.size() >= limits::passkeys_per_person_max)
    return Refusal{.why = Why::conflict,
                   .what = "you have as many passkeys as anybody may have: take one away first"};
  return std::nullopt;
}

EnrolPasskey::Answer decide(const EnrolPasskey& command, Context& context) {
  if (auto no = may_enrol_passkey(context.state, command.token_hash, context.now))
    return *std::move(no);
  if (context.state.owner_of(command.passkey) != nullptr)
    return Refusal{.why = Why::conflict, .what = "this passkey is enrolled already"};
  const auto& who = live_session(context.state, command.token_hash, context.now)->staff;
  context.note(facts::PasskeyEnrolled{.staff = who,
                                      .person = who,
                                      .passkey = command.passkey,
                                      .name = command.name,
                                      .algorithm = command.algorithm,
                                      .public_key = command.public_key,
                                      .attestation = command.attestation,
                                      .model = command.model,
                                      .counter = command.counter,
                                      .synced = command.synced});
  return who;
}

RemovePasskey::Answer decide(const RemovePasskey& command, Context& context) {
  const auto& state = context.state;
  const auto* session = live_session(state, command.token_hash, context.now);
  if (session == nullptr) return no_session(state, command.token_hash, context.now);
  const auto person = command.person.empty() ? session->staff : command.person;
  if (person != session->staff) {
    const auto asked = role::asked_by(state, command.token_hash, context.now, {role::administrator},
                                      "this takes an administrator");
    if (asked.refusal) return *asked.refusal;
  }
  if (auto due = not_proved(*session, proof::administration, context.now)) return *due;
  const auto* owner = state.person(person);
  if (owner == nullptr || !owner->passkeys.contains(command.passkey))
    return Refusal{.why = Why::not_found, .what = "there is no such passkey"};
  context.note(
      facts::PasskeyRemoved{.staff = session->staff, .person = person, .passkey = command.passkey});
  return end_sessions(
      facts::SessionEnd::revoked, facts::EndedBy::revoked, session->staff, context,
      [&](const Session& other) { return other.staff == person && other.id != session->id; });
}

}  // namespace halligan::app
