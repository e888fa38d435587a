#include "app/keep_time.h"

#include <algorithm>
#include <set>

#include "app/break_glass.h"
#include "app/offer.h"

namespace halligan::app {
namespace {

void end_glass(const glass::Glass& held, facts::EndedBy by, const Now& now,
               std::vector<facts::Fact>& out) {
  if (auto ended = glass::decide_end(held, by, {}, now)) out.emplace_back(std::move(*ended));
}

// A policy that came later may shorten what is open; it never lengthens it.
bool shortened_out(const State& state, const glass::Glass& held, const Now& now) {
  return std::any_of(held.grants.begin(), held.grants.end(), [&](const glass::Grant& grant) {
    const auto* rule = rule_named(state, grant.rule);
    return rule != nullptr &&
           now.wall >= grant.since + rule->ends.value_or(policy::ast::Ends{}).after;
  });
}

}  // namespace

std::vector<facts::Fact> due_by_time(const State& state, const Now& now) {
  std::vector<facts::Fact> out;
  std::set<SessionId> over;
  for (const auto& [id, session] : state.sessions) {
    const bool expired = session.until.passed(now);
    if (!expired && !session.idle.passed(now)) continue;
    over.insert(id);
    for (const auto* held : state.open_glass_of(id))
      end_glass(*held, expired ? facts::EndedBy::expired : facts::EndedBy::idle, now, out);
    out.emplace_back(
        facts::SessionEnded{.staff = session.staff,
                            .session = id,
                            .by = expired ? facts::SessionEnd::expired : facts::SessionEnd::idle,
                            .revoked_by = {}});
  }
  for (const auto& id : state.open) {
    const auto& held = state.glasses.at(id);
    if (over.contains(held.session)) continue;
    if (const auto by = glass::ending_due(held, now))
      end_glass(held, *by, now, out);
    else if (shortened_out(state, held, now))
      end_glass(held, facts::EndedBy::expired, now, out);
  }
  for (const auto& id : state.unclosed) {
    const auto& held = state.all_cases.at(id);
    bool late = cases::overdue_now(held, now.wall);
    if (const auto* opened = state.glass(held.glass); opened != nullptr && !held.overdue_at)
      for (const auto& grant : opened->grants)
        late = late || (grant.details_due && now.wall >= *grant.details_due);
    if (late)
      out.emplace_back(facts::CaseOverdue{.patient = held.patient, .case_id = id, .due = held.due});
  }
  return out;
}

std::vector<facts::Fact> ended_by_policy(const State& state, const Now& now) {
  std::vector<facts::Fact> out;
  for (const auto& id : state.open) {
    const auto& held = state.glasses.at(id);
    const auto* session = state.session(held.session);
    if (session == nullptr) continue;
    const bool given =
        std::all_of(held.grants.begin(), held.grants.end(), [&](const glass::Grant& grant) {
          const auto cell = cell_of(wanted_of(grant), held.patient);
          const auto answer = judge_break(state, *session, cell, now, true);
          return std::any_of(answer.offer.begin(), answer.offer.end(),
                             [&](const Grant& offered) { return offered.rule == grant.rule; });
        });
    if (!given) end_glass(held, facts::EndedBy::policy_changed, now, out);
  }
  return out;
}

std::vector<facts::Fact> due_at_start(const State& state, const Now& now, bool clock_behind) {
  std::vector<facts::Fact> out;
  if (clock_behind) {
    for (const auto& id : state.open)
      end_glass(state.glasses.at(id), facts::EndedBy::expired, now, out);
    for (const auto& [id, session] : state.sessions)
      out.emplace_back(facts::SessionEnded{.staff = session.staff,
                                           .session = id,
                                           .by = facts::SessionEnd::clock_behind,
                                           .revoked_by = {}});
  }
  for (const auto& [index, pending] : state.pending) {
    facts::AccessOutcome fact;
    fact.staff = pending.staff;
    fact.patient = pending.patient;
    fact.intent = index;
    fact.outcome = facts::Outcome::unknown;
    out.emplace_back(std::move(fact));
  }
  return out;
}

}  // namespace halligan::app
