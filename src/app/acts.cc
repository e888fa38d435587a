#include "app/acts.h"

#include <algorithm>

#include "app/judge.h"
#include "app/roles.h"

namespace halligan::app {
namespace {

using namespace std::chrono_literals;

constexpr auto waits_for = 24h;  // somebody to agree
constexpr auto done_within = 1h;
constexpr std::size_t waiting_max = 100;

role::Asked administrator(const State& state, const std::string& token_hash, const Now& now) {
  return role::asked_by(state, token_hash, now, {role::administrator},
                        "this takes an administrator");
}

Refusal no_such_act() {
  return {.why = Why::not_found, .what = "nothing of this name waits for a second administrator"};
}

const Act* waiting(const State& state, const std::string& id, const Now& now) {
  const auto held = state.acts.find(id);
  return held == state.acts.end() || held->second.until <= now.wall ? nullptr : &held->second;
}

// Whether two do count as two for this, now: the first may have left, or come into the other's
// hands.
std::optional<Refusal> not_two(const State& state, const Act& act, const StaffId& other) {
  if (act.by == other)
    return Refusal{.why = Why::same_person, .what = "somebody else has to agree to what you asked"};
  if (state.one_hand(act.by, other, act.asked_at)) return in_one_hand("who asked", "agree");
  if (!role::still_has_one(state, act.by, {role::administrator}))
    return Refusal{.why = Why::conflict,
                   .what = "who asked this is no administrator any more: ask again"};
  if (!role::still_has_one(state, other, {role::administrator}))
    return Refusal{.why = Why::conflict,
                   .what = "who agreed to this is no administrator any more: let another agree"};
  return std::nullopt;
}

Refusal waits(const std::string& act, bool agreed_lapsed) {
  Refusal out{.why = Why::second_person_needed,
              .what =
                  "another administrator has to agree; give the same command again within the "
                  "hour after that"};
  if (agreed_lapsed) out.what = "who agreed no longer counts as a second person: " + out.what;
  out.act = act;
  return out;
}

}  // namespace

std::optional<Refusal> second_person(const Session& session, const ActWanted& wanted,
                                     Context& context) {
  const auto* policy = policy_of(context.state);
  if (policy == nullptr || !policy->administration.takes_two(wanted.kind)) return std::nullopt;
  std::size_t own = 0;
  for (const auto& [id, act] : context.state.acts) {
    if (act.by != session.staff || act.until <= context.now.wall) continue;
    ++own;
    if (act.what != wanted.what || act.person != wanted.person || act.text != wanted.text) continue;
    if (act.agreed_by.empty()) return waits(id, false);
    if (not_two(context.state, act, act.agreed_by)) return waits(id, true);
    context.note(facts::ActEnded{.staff = session.staff, .act = id, .done = true});
    return std::nullopt;
  }
  if (own >= waiting_max)
    return Refusal{.why = Why::conflict,
                   .what = "too much of what you asked for waits: let somebody agree, or drop it"};
  const auto id = context.fresh.id();
  context.note(facts::ActAsked{.staff = session.staff,
                               .act = id,
                               .what = wanted.what,
                               .person = wanted.person,
                               .text = wanted.text,
                               .until = context.now.wall + waits_for});
  return waits(id, false);
}

AgreeAct::Answer decide(const AgreeAct& command, Context& context) {
  const auto asked = administrator(context.state, command.token_hash, context.now);
  if (asked.refusal) return *asked.refusal;
  const auto* act = waiting(context.state, command.act, context.now);
  if (act == nullptr) return no_such_act();
  if (!act->agreed_by.empty())
    return Refusal{.why = Why::closed_already, .what = "somebody agreed to this before"};
  if (auto no = not_two(context.state, *act, asked.session->staff)) return *std::move(no);
  if (act->person == asked.session->staff)
    return Refusal{.why = Why::same_person,
                   .what = "it is about you: somebody else has to agree to it"};
  if (auto due = not_proved(*asked.session, proof::administration, context.now)) return *due;
  context.note(facts::ActAgreed{
      .staff = asked.session->staff, .act = act->id, .until = context.now.wall + done_within});
  return act->id;
}

DropAct::Answer decide(const DropAct& command, Context& context) {
  const auto asked = administrator(context.state, command.token_hash, context.now);
  if (asked.refusal) return *asked.refusal;
  const auto* act = waiting(context.state, command.act, context.now);
  if (act == nullptr) return no_such_act();
  context.note(facts::ActEnded{.staff = asked.session->staff, .act = act->id, .done = false});
  return act->id;
}

std::variant<std::vector<ActShown>, Refusal> acts(const State& state, const std::string& token_hash,
                                                  const Now& now) {
  const auto asked =
      role::asked_by(state, token_hash, now, {role::administrator, role::privacy_officer},
                     "this takes an administrator or a privacy officer");
  if (asked.refusal) return *asked.refusal;
  std::vector<ActShown> out;
  const auto name_of = [&](const StaffId& id) {
    const auto* person = state.person(id);
    return person == nullptr ? id.text() : person->name;
  };
  for (const auto& [id, act] : state.acts)
    if (now.wall < act.until)
      out.push_back({.act = act,
                     .by_name = name_of(act.by),
                     .person_name = act.person.empty() ? "" : name_of(act.person),
                     .own = act.by == asked.session->staff});
  std::ranges::sort(out, {}, [](const ActShown& each) { return each.act.asked_at; });
  return out;
}

}  // namespace halligan::app
