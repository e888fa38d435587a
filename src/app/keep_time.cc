#include "app/keep_time.h"

#include <algorithm>
#include <set>

#include "app/break_glass.h"
#include "app/doors.h"
#include "app/offer.h"

namespace halligan::app {
namespace {

void end_glass(const glass::Glass& held, facts::EndedBy by, const Now& now,
               std::vector<facts::Fact>& out) {
  if (auto ended = glass::decide_end(held, by, {}, now)) out.emplace_back(std::move(*ended));
}

// A policy that came later may shorten what is open; it never lengthens it.
std::optional<Instant> shortened_to(const State& state, const glass::Grant& grant) {
  const auto* rule = rule_named(state, grant.rule);
  if (rule == nullptr) return std::nullopt;
  return grant.since + rule->ends.value_or(policy::ast::Ends{}).after;
}

bool shortened_out(const State& state, const glass::Glass& held, const Now& now) {
  return std::any_of(held.grants.begin(), held.grants.end(), [&](const glass::Grant& grant) {
    const auto at = shortened_to(state, grant);
    return at && now.wall >= *at;
  });
}

// Use moves this later, but for one thing: after a reboot its halves may stand far apart.
Deadline idle_end(const Deadline& idle, Millis span, const Now& now) {
  return span.count() == 0 ? idle : glass::earlier(idle, glass::in(now, span));
}

Deadline ending_of(const Session& session, const Now& now) {
  return glass::earlier(session.until, idle_end(session.idle, session.idle_span, now));
}

Deadline ending_of(const State& state, const glass::Glass& held, const Now& now) {
  const auto* open = std::get_if<glass::Open>(&held.life);
  if (open == nullptr) return {};
  auto out = glass::earlier(open->until, idle_end(open->idle, held.idle_span, now));
  for (const auto& grant : held.grants)
    if (const auto at = shortened_to(state, grant)) out.wall = std::min(out.wall, *at);
  return out;
}

}  // namespace

std::vector<facts::Fact> endings_due(const State& state, const Now& now) {
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
  return out;
}

Deadline next_ending(const State& state, const Now& now) {
  Deadline out;
  for (const auto& [id, session] : state.sessions)
    out = glass::earlier(out, ending_of(session, now));
  for (const auto& id : state.open)
    out = glass::earlier(out, ending_of(state, state.glasses.at(id), now));
  return out;
}

Deadline ending_of(const State& state, const facts::Fact& fact, const Now& now) {
  if (const auto* f = std::get_if<facts::SessionOpened>(&fact)) {
    const auto* session = state.session(f->session);
    return session == nullptr ? Deadline{} : ending_of(*session, now);
  }
  const glass::Glass* held = nullptr;
  if (const auto* f = std::get_if<facts::GlassOpened>(&fact)) held = state.glass(f->glass);
  if (const auto* f = std::get_if<facts::GlassWidened>(&fact)) held = state.glass(f->glass);
  if (held != nullptr) return ending_of(state, *held, now);
  // Another policy may shorten all that is open.
  return std::holds_alternative<facts::PolicySigned>(fact) ? next_ending(state, now) : Deadline{};
}

std::vector<facts::Fact> late_cases(const State& state, const Now& now) {
  std::vector<facts::Fact> out;
  for (const auto& [from, id] : state.late_from) {
    if (now.wall < from) break;
    const auto& held = state.all_cases.at(id);
    out.emplace_back(facts::CaseOverdue{.patient = held.patient, .case_id = id, .due = held.due});
  }
  return out;
}

std::vector<facts::Fact> ended_by_policy(const State& state, const Now& now) {
  std::vector<facts::Fact> out;
  std::set<SessionId> over;
  for (const auto& [id, session] : state.sessions) {
    if (still_lent(state, session)) continue;
    over.insert(id);
    for (const auto* held : state.open_glass_of(id))
      end_glass(*held, facts::EndedBy::policy_changed, now, out);
    out.emplace_back(facts::SessionEnded{.staff = session.staff,
                                         .session = id,
                                         .by = facts::SessionEnd::roles_changed,
                                         .revoked_by = {}});
  }
  for (const auto& id : state.open) {
    const auto& held = state.glasses.at(id);
    const auto* session = state.session(held.session);
    if (session == nullptr || over.contains(held.session)) continue;
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
