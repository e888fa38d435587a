#include "app/views.h"

#include <algorithm>

#include "app/access.h"
#include "app/break_glass.h"
#include "app/judge.h"
#include "app/referrals.h"
#include "app/roles.h"

namespace halligan::app {

GlassView glass_view(const State& state, const glass::Glass& held, const Now& now) {
  GlassView out;
  out.held = held;
  if (const auto* person = state.person(held.staff)) {
    out.name = person->name;
    out.roles = person->roles;
  }
  if (const auto* rule = rule_named(state, held.grants.front().rule)) out.label = rule->label;
  if (const auto* open = std::get_if<glass::Open>(&held.life)) {
    out.until = glass::wall_end(open->until, now);
    if (held.idle_span.count() > 0) out.idle_until = glass::wall_end(open->idle, now);
  }
  for (const auto& grant : held.grants)
    if (grant.details_due && (!out.owed_due || *grant.details_due < *out.owed_due))
      out.owed_due = grant.details_due;
  if (out.owed_due) out.owed_prompts = owed_prompts(state, held);
  if (const auto* opened = state.case_of(held.case_id)) {
    out.case_state = cases::name_of(cases::stage_of(*opened));
    if (opened->closing) out.finding = opened->closing->finding;
  }
  return out;
}

GlassView glass_view_for(const State& state, const Session& reader, const glass::Glass& held,
                         const Now& now) {
  auto out = glass_view(state, held, now);
  if (held.staff == reader.staff || has_role(state, reader, role::privacy_officer)) return out;
  out.text_hidden = true;
  for (auto& grant : out.held.grants) grant.details.clear();
  if (auto* ended = std::get_if<glass::Ended>(&out.held.life)) ended->comment.clear();
  return out;
}

bool is_late(const cases::Case& held, const Now& now) {
  return !held.closing && (held.overdue_at || now.wall >= held.due);
}

CaseView case_line(const State& state, const cases::Case& held, const Now& now) {
  CaseView out;
  out.held = held;
  if (const auto* person = state.person(held.staff)) out.name = person->name;
  out.late = is_late(held, now);
  return out;
}

CaseView case_view(const State& state, const cases::Case& held, const Now& now) {
  auto out = case_line(state, held, now);
  if (const auto* opened = state.glass(held.glass)) out.glass = glass_view(state, *opened, now);
  return out;
}

std::optional<SessionView> session_view(const State& state, const std::string& token_hash,
                                        const Now& now) {
  const auto* session = locked_or_live_session(state, token_hash, now);
  if (session == nullptr) return std::nullopt;
  const auto* person = state.person(session->staff);
  SessionView out{.id = session->id,
                  .staff = session->staff,
                  .name = person->name,
                  .roles = active_roles(state, *session),
                  .place = session->place,
                  .terminal = session->terminal,
                  .until = glass::wall_end(session->until, now),
                  .idle_until = glass::wall_end(session->idle, now),
                  .proof_at = session->proof_at.wall,
                  .way = session->way,
                  .locked = session->locked,
                  .focus = {},
                  .focus_rules = {},
                  .glass = {},
                  .teams = {},
                  .owed = {}};
  if (session->locked) return out;
  out.focus = session->focus;
  if (!out.focus.empty())
    out.focus_rules = rights_of(state, *session, chart_cell(out.focus), now).rules;
  out.teams = referring_teams(state, *session, now);
  for (const auto* held : state.open_glass_of(session->id))
    out.glass.push_back(glass_view(state, *held, now));
  std::set<GlassId> looked_at;
  const auto owes = [&](const GlassId& id) {
    const auto* held = state.glass(id);
    if (held == nullptr || held->staff != session->staff || !looked_at.insert(id).second) return;
    auto view = glass_view(state, *held, now);
    if (view.owed_due) out.owed.push_back(std::move(view));
  };
  for (const auto& id : state.open) owes(id);
  for (const auto& id : state.unclosed) owes(state.all_cases.at(id).glass);
  return out;
}

namespace {

// Whoever must not learn of a patient learns of no glass either, but for their own.
bool is_asked(const State& state, const Session& reader, WhoseGlass whose, const glass::Glass& held,
              const Now& now) {
  return (held.staff == reader.staff || whose == WhoseGlass::everybodys) &&
         may_learn(state, reader, held.staff, held.patient, now);
}

}  // namespace

std::vector<GlassView> open_glass(const State& state, const Session& reader, WhoseGlass whose,
                                  const Now& now) {
  std::vector<GlassView> out;
  for (const auto& id : state.open) {
    const auto& held = state.glasses.at(id);
    if (is_asked(state, reader, whose, held, now) && !glass::ending_due(held, now))
      out.push_back(glass_view_for(state, reader, held, now));
  }
  std::sort(out.begin(), out.end(), [](const GlassView& a, const GlassView& b) {
    return a.held.opened_at < b.held.opened_at;
  });
  return out;
}

std::optional<GlassPage> past_glass(const State& state, const Session& reader, WhoseGlass whose,
                                    const PageAsked& asked, const Now& now) {
  const std::vector<GlassId> none;
  const auto own = state.glass_of_staff.find(reader.staff);
  const auto& all = whose == WhoseGlass::everybodys     ? state.glass_in_order
                    : own == state.glass_of_staff.end() ? none
                                                        : own->second;
  auto end = all.end();
  if (!asked.before.empty()) {
    const auto* held = state.glass(asked.before);
    if (held == nullptr) return std::nullopt;
    // They lie in the order of their opening: only those of the same moment are looked through.
    end = std::lower_bound(
        all.begin(), all.end(), held->opened_at,
        [&](const GlassId& id, Instant at) { return state.glasses.at(id).opened_at < at; });
    end = std::find(end, all.end(), asked.before);
    if (end == all.end()) return std::nullopt;
  }
  GlassPage out;
  for (auto at = end; at != all.begin();) {
    if (out.glass.size() == asked.limit) {
      out.more = true;
      break;
    }
    const auto& held = state.glasses.at(*--at);
    if (is_asked(state, reader, whose, held, now))
      out.glass.push_back(glass_view_for(state, reader, held, now));
  }
  return out;
}

}  // namespace halligan::app
