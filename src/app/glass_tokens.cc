#include "app/glass_tokens.h"

#include <algorithm>

#include "app/roles.h"
#include "base/limits.h"

namespace halligan::app {
namespace {

Refusal no_such_glass() {
  return {.why = Why::not_found, .what = "this session has no open glass of this id"};
}

const glass::Glass* own_open(const State& state, const Session& session, const GlassId& id) {
  const auto* held = state.glass(id);
  return held != nullptr && held->session == session.id && held->open() ? held : nullptr;
}

// In whole seconds, as the token itself says it: it ends for whoever reads it and for whoever asks
// at once.
Instant latest_end(const Session& session, const glass::Glass& held, const Now& now) {
  const auto& open = std::get<glass::Open>(held.life);
  return std::chrono::floor<std::chrono::seconds>(
      std::min({now.wall + Millis{limits::glass_token_life}, glass::wall_end(open.until, now),
                glass::wall_end(session.until, now)}));
}

}  // namespace

std::variant<TokenClaims, Refusal> claims_of_token(const State& state,
                                                   const std::string& session_token_hash,
                                                   const GlassId& glass, const Now& now) {
  const auto* session = live_session(state, session_token_hash, now);
  if (session == nullptr) return no_session(state, session_token_hash, now);
  const auto* held = own_open(state, *session, glass);
  if (held == nullptr || latest_end(*session, *held, now) <= now.wall) return no_such_glass();
  const auto& last = held->grants.back();
  const auto* person = state.person(session->staff);
  const auto* policy = policy_of(state);
  return TokenClaims{.staff = session->staff,
                     .name = person->name,
                     .roles = active_roles(state, *session),
                     .hospital = policy == nullptr ? state.hospital : policy->hospital,
                     .patient = held->patient,
                     .session = session->id,
                     .glass = held->id,
                     .reason = last.reason.empty() ? last.rule : last.reason,
                     .purpose = last.purpose,
                     .proof_level = session->proof_level,
                     .proof_at = session->proof_at.wall,
                     .way = session->way,
                     .until = latest_end(*session, *held, now)};
}

MakeGlassToken::Answer decide(const MakeGlassToken& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  const auto* held = own_open(context.state, *session, command.glass);
  if (held == nullptr) return no_such_glass();
  GlassToken out{.id = command.token,
                 .bound = command.bound,
                 .session = session->id,
                 .glass = held->id,
                 .patient = held->patient,
                 .until = std::min(command.until, latest_end(*session, *held, context.now))};
  context.note(facts::TokenMade{.staff = session->staff,
                                .patient = out.patient,
                                .session = out.session,
                                .glass = out.glass,
                                .token = out.id,
                                .token_hash = command.new_token_hash,
                                .bound = out.bound,
                                .until = out.until});
  return out;
}

RevokeGlassToken::Answer decide(const RevokeGlassToken& command, Context& context) {
  const auto* token = context.state.glass_token(command.glass_token_hash);
  if (token == nullptr) return false;
  const auto* held = context.state.glass(token->glass);
  context.note(facts::TokenRevoked{.staff = held == nullptr ? StaffId{} : held->staff,
                                   .patient = token->patient,
                                   .token = token->id});
  return true;
}

std::variant<std::optional<GlassToken>, Refusal> glass_token_shown(
    const State& state, const std::string& token_hash, const std::string& glass_token_hash,
    const Now& now) {
  const auto asked = role::asked_by(state, token_hash, now, {role::interface},
                                    "asking about a token takes the role interface");
  if (asked.refusal) return *asked.refusal;
  const auto* token = state.glass_token(glass_token_hash);
  if (token == nullptr || !state.stands(*token, now.wall)) return std::nullopt;
  // Its glass is over at its deadline, not when that is written down.
  if (const auto* held = state.glass(token->glass);
      held == nullptr || glass::ending_due(*held, now))
    return std::nullopt;
  // A locked session shows nothing, here as there.
  const auto* session = state.session(token->session);
  if (live_session(state, session->token_hash, now) == nullptr) return std::nullopt;
  return *token;
}

RecordTokenKey::Answer decide(const RecordTokenKey& command, Context& context) {
  const auto& keys = context.state.token_keys;
  if ((keys.empty() ? std::string{} : keys.back().key) != command.instead_of) return false;
  context.note(
      facts::TokenKeyMade{.key = command.key, .jwk = command.jwk, .kept_as = command.kept_as});
  return true;
}

}  // namespace halligan::app
