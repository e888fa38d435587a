#include "app/rehearsing.h"

#include <algorithm>

#include "app/access.h"
#include "app/judge.h"
#include "app/people.h"
#include "app/roles.h"

namespace halligan::app {
Rehearse::Answer decide(const Rehearse& command, Context& context) {
  const auto& state = context.state;
  const auto* session = live_session(state, command.token_hash, context.now);
  if (session == nullptr) return no_session(state, command.token_hash, context.now);
  // A card is good once, and a colleague's word is lent: nobody rehearses by those.
  if (auto due = not_proved(*session, proof::rehearsal, context.now)) return *due;
  context.note(facts::Rehearsed{.staff = session->staff,
                                .session = session->id,
                                .way = session->way,
                                .factor = session->proof_by,
                                .terminal = session->terminal,
                                .place = session->place});
  const auto line = roster_line(state, *state.person(session->staff));
  return Rehearse::Done{.way = session->way,
                        .factor = session->proof_by,
                        .at = context.now.wall,
                        .can_break = line.can_break,
                        .lacks = line.lacks};
}

std::vector<RehearsedPath> rehearsals_of(const Person& person) {
  std::vector<RehearsedPath> out;
  for (const auto& [path, at] : person.rehearsed) {
    const auto slash = path.find('/');
    out.push_back({.way = path.substr(0, slash), .factor = path.substr(slash + 1), .last = at});
  }
  return out;
}

std::optional<Instant> last_rehearsed(const Person& person, const std::string& way) {
  std::optional<Instant> out;
  for (const auto& each : rehearsals_of(person))
    if (each.way == way) out = std::max(each.last, out.value_or(each.last));
  return out;
}

std::variant<std::vector<RehearsedPath>, Refusal> own_rehearsals(const State& state,
                                                                 const std::string& token_hash,
                                                                 const Now& now) {
  const auto* session = live_session(state, token_hash, now);
  if (session == nullptr) return no_session(state, token_hash, now);
  return rehearsals_of(*state.person(session->staff));
}

}  // namespace halligan::app
