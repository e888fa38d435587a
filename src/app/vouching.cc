#include "app/vouching.h"

#include <algorithm>

#include "app/access.h"
#include "app/doors.h"
#include "app/judge.h"
#include "app/providers.h"
#include "base/limits.h"

namespace halligan::app {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t asked_at_terminal_max = 10;  // within ten minutes
constexpr Millis asked_within = 10min;
constexpr Millis counted_within = 24h;
constexpr std::size_t wrong_numbers_max = 5;  // told by one person
constexpr Proof vouching_proof{"vouching for somebody", 5min, true};

const policy::ast::Vouching* rules_of(const State& state) {
  const auto* policy = policy_of(state);
  return policy == nullptr || !policy->vouching ? nullptr : &*policy->vouching;
}

// Those roles that this way in lends.
std::vector<std::string> lent(const policy::ast::Vouching& rules,
                              const std::vector<std::string>& roles) {
  std::vector<std::string> out;
  std::ranges::copy_if(roles, std::back_inserter(out), [&](const std::string& role) {
    return std::ranges::any_of(rules.roles, [&](const auto& name) { return name.text == role; });
  });
  return out;
}

Refusal no_vouching() {
  return {.why = Why::role_needed, .what = "the policy in force lets nobody vouch for a colleague"};
}
Refusal nobody_asks() {
  return {.why = Why::not_found, .what = "nobody asks for this any more at your place"};
}

// Within a day, by one colleague or for one person.
std::size_t times(const State& state, StaffId Vouching::*whose, const StaffId& who, const Now& now,
                  Vouching::Stage stage = Vouching::Stage::vouched) {
  return static_cast<std::size_t>(std::ranges::count_if(state.vouchings, [&](const auto& each) {
    const auto& held = each.second;
    return held.stage == stage && held.*whose == who && now.wall < held.asked_at + counted_within;
  }));
}

bool waits(const Vouching& held, const Now& now) {
  return held.stage == Vouching::Stage::asked && now.wall < held.until;
}

// The session, where it may vouch at all.
struct Colleague {
  const Session* session = nullptr;
  std::optional<Refusal> refusal;
};
Colleague colleague(const State& state, const std::string& token_hash, const Now& now) {
  Colleague out{.session = live_session(state, token_hash, now), .refusal = {}};
  const auto* rules = rules_of(state);
  if (out.session == nullptr)
    out.refusal = no_session(state, token_hash, now);
  else if (rules == nullptr)
    out.refusal = no_vouching();
  else if (!out.session->by_own_factors() ||
           lent(*rules, active_roles(state, *out.session)).empty())
    out.refusal = Refusal{.why = Why::role_needed,
                          .what =
                              "vouching takes one of the policy's roles for it, and a sign-in "
                              "by factors of your own"};
  return out;
}

}  // namespace

bool may_be_vouched_for(const State& state, const Person& person) {
  const auto* rules = rules_of(state);
  return rules != nullptr && person.active && person.is_person() &&
         !lent(*rules, person.roles).empty();
}

AskVouch::Answer decide(const AskVouch& command, Context& context) {
  const auto& state = context.state;
  const auto* rules = rules_of(state);
  if (rules == nullptr) return no_vouching();
  const auto* terminal = proved_terminal(state, command.terminal, command.terminal_kept_as);
  if (terminal == nullptr || terminal->place.empty())
    return Refusal{.why = Why::role_needed,
                   .what = "a colleague vouches at an enrolled terminal alone: this is none"};
  const auto recent = std::ranges::count_if(state.vouchings, [&](const auto& each) {
    return each.second.terminal == terminal->id &&
           context.now.wall < each.second.asked_at + asked_within;
  });
  if (static_cast<std::size_t>(recent) >= asked_at_terminal_max)
    return slow_down(std::chrono::duration_cast<std::chrono::seconds>(asked_within).count());
  AskVouch::Done out{.vouch = VouchId{context.fresh.id()},
                     .number = context.fresh.two_digits(),
                     .until = context.now.wall + limits::vouching_life};
  const auto* person = person_called(state, command.user);
  // Whom nobody can vouch for waits in vain, and is written down and counted like others: who works
  // here is not told.
  const bool nobody = person == nullptr || !may_be_vouched_for(state, *person);
  context.note(facts::VouchAsked{.staff = nobody ? StaffId{} : person->id,
                                 .vouch = out.vouch,
                                 .token_hash = command.token_hash,
                                 .number = out.number,
                                 .terminal = terminal->id,
                                 .place = terminal->place,
                                 .until = out.until});
  return out;
}

Vouch::Answer decide(const Vouch& command, Context& context) {
  const auto& state = context.state;
  const auto asked = colleague(state, command.token_hash, context.now);
  if (asked.refusal) return *asked.refusal;
  const auto& session = *asked.session;
  const auto held = state.vouchings.find(command.vouch);
  if (held == state.vouchings.end() || !waits(held->second, context.now) || session.place.empty() ||
      held->second.place != session.place || held->second.person.empty())
    return nobody_asks();
  const auto& vouching = held->second;
  if (vouching.person == session.staff)
    return Refusal{.why = Why::same_person, .what = "nobody vouches for themself"};
  if (vouching.terminal == session.terminal)
    return Refusal{.why = Why::same_person,
                   .what = "you and who asks are at two terminals of the place: this is the same"};
  if (auto due = not_proved(session, vouching_proof, context.now)) return *std::move(due);
  const auto* rules = rules_of(state);
  const auto most = static_cast<std::size_t>(rules->at_most);
  if (times(state, &Vouching::colleague, session.staff, context.now) >= most)
    return Refusal{.why = Why::conflict,
                   .what =
                       "you have vouched as often today as the policy lets anybody: let "
                       "another colleague do it"};
  if (times(state, &Vouching::person, vouching.person, context.now) >= most)
    return Refusal{.why = Why::conflict,
                   .what = "this person was vouched for as often today as the policy lets anybody"};
  if (times(state, &Vouching::colleague, session.staff, context.now, Vouching::Stage::failed) >=
      wrong_numbers_max)
    return Refusal{.why = Why::conflict,
                   .what = "you told a wrong number too often today: let another colleague do it"};
  const auto* person = state.person(vouching.person);
  auto roles = lent(*rules, person->roles);
  const auto* terminal = state.terminal(vouching.terminal);
  if (!person->active || roles.empty() || terminal == nullptr || !terminal->active ||
      terminal->place != vouching.place)
    return nobody_asks();
  if (command.number != vouching.number) {
    context.note(facts::VouchFailed{
        .staff = session.staff, .vouch = vouching.id, .person = vouching.person});
    return Refusal{.why = Why::conflict,
                   .what = "that is not the number on their screen: ask them to begin again"};
  }
  const auto until = context.now.wall + limits::vouched_session;
  context.note(facts::Vouched{.staff = session.staff,
                              .vouch = vouching.id,
                              .person = person->id,
                              .session = session.id,
                              .place = vouching.place,
                              .until = until});
  facts::SessionOpened fact;
  fact.staff = person->id;
  fact.token_hash = vouching.token_hash;
  fact.terminal = terminal->id;
  fact.place = terminal->place;
  fact.proof_level = 2;
  fact.origin = "terminal/" + terminal->id.text();
  fact.way = "vouched";
  fact.lent_by = session.staff;
  fact.roles = std::move(roles);
  const auto opened = open_session(std::move(fact), limits::vouched_session, context);
  owe_case("vouched", person->id, rules->review,
           "signed in at " + terminal->id.text() + " on the word of " + session.staff.text(),
           "vouched/" + opened.session.text(), context);
  owe_lock_out_case(*person, opened.session, "on a colleague's word", context);
  return Vouch::Done{.person = person->id, .name = person->name};
}

std::variant<std::vector<AskedVouch>, Refusal> asked_vouches(const State& state,
                                                             const std::string& token_hash,
                                                             const Now& now) {
  const auto asked = colleague(state, token_hash, now);
  if (asked.refusal) return *asked.refusal;
  std::vector<AskedVouch> out;
  for (const auto& [id, held] : state.vouchings) {
    if (!waits(held, now) || asked.session->place.empty() || held.place != asked.session->place ||
        held.person.empty() || held.person == asked.session->staff)
      continue;
    const auto* person = state.person(held.person);
    out.push_back({.vouch = id,
                   .person = held.person,
                   .name = person == nullptr ? std::string{} : person->name,
                   .terminal = held.terminal,
                   .place = held.place,
                   .until = held.until});
  }
  return out;
}

}  // namespace halligan::app
