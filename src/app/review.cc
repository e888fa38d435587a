#include "app/review.h"

#include <algorithm>

#include "app/access.h"
#include "app/judge.h"
#include "app/made.h"
#include "app/views.h"
#include "base/must.h"

namespace halligan::app {
namespace {

using namespace std::chrono_literals;

// A case that is opened again has as long as it first had, within these bounds.
constexpr Millis reopened_least = 1h;
constexpr Millis reopened_most = 30 * 24h;

// Whoever must not learn of a patient learns of no case either, but for their own: those they know.
bool may_see(const State& state, const Session& session, const cases::Case& held, const Now& now) {
  if (held.staff == session.staff) return true;
  return cases::is_reviewer(held, active_roles(state, session)) &&
         may_learn(state, session, held.staff, held.patient, now);
}

bool in_state(const cases::Case& held, CaseState wanted, const Now& now) {
  const auto stage = cases::stage_of(held);
  switch (wanted) {
    case CaseState::any: return true;
    case CaseState::owed: return stage == cases::Stage::owed;
    case CaseState::justified: return stage == cases::Stage::justified;
    case CaseState::explained: return stage == cases::Stage::explained;
    case CaseState::closed: return stage == cases::Stage::closed;
    case CaseState::unclosed: return stage != cases::Stage::closed;
    case CaseState::late: return is_late(held, now);
  }
  base::stop("case state outside its enum", __FILE__, __LINE__);
}

Refusal unknown_case() {
  return {.why = Why::not_found, .what = "no case that you may see has this id"};
}

Refusal refusal_of(cases::Refusal why) {
  switch (why) {
    case cases::Refusal::none: break;
    case cases::Refusal::self_review:
      return {.why = Why::self_review, .what = "somebody else has to look at a case about you"};
    case cases::Refusal::not_reviewer:
      return {.why = Why::role_needed, .what = "the policy gives this case to another role"};
    case cases::Refusal::closed_already:
      return {.why = Why::closed_already, .what = "the case is closed"};
    case cases::Refusal::not_closed: return {.why = Why::not_closed, .what = "the case is open"};
    case cases::Refusal::not_yours:
      return {.why = Why::not_yours, .what = "only the person whom the case concerns justifies it"};
  }
  base::stop("no refusal to tell", __FILE__, __LINE__);
}

// Until somebody says who used a card, whoever looks at what it did may be the one. Where nobody
// ever says so, two people look: one at the card, the other at the rest.
std::optional<Refusal> card_unassigned(const State& state, const StaffId& who,
                                       const cases::Case& held) {
  const auto* card = state.card_of(held.staff);
  if (card == nullptr || card->stage != CardStage::used || !card->assigned_to.empty())
    return std::nullopt;
  const bool about_the_card = held.kind == "unassigned-card";
  bool card_closed = false;
  for (const auto& [id, other] : state.all_cases) {
    if (other.staff != held.staff || other.id == held.id || !other.closing) continue;
    card_closed = card_closed || other.kind == "unassigned-card";
    if ((about_the_card || other.kind == "unassigned-card") && other.closing->reviewer == who)
      return Refusal{.why = Why::same_person,
                     .what =
                         "nobody has said who used this card: somebody else than who looked at "
                         "its other case looks at this one"};
  }
  if (about_the_card || card_closed) return std::nullopt;
  return Refusal{.why = Why::conflict,
                 .what = "nobody has said yet who used this card: assign it first"};
}

// Of closing and re-opening: the rules of the case, then that two people are not one (P9).
std::optional<Refusal> not_for(const State& state, const StaffId& who, const cases::Case& held,
                               cases::Refusal why) {
  if (why != cases::Refusal::none) return refusal_of(why);
  if (auto no = card_unassigned(state, who, held)) return no;
  if (!state.one_hand(held.staff, who, held.opened_at)) return std::nullopt;
  return in_one_hand("the person of this case", "look at it");
}

struct Asked {
  const Session* session = nullptr;
  const cases::Case* held = nullptr;
  const std::vector<std::string>* roles = nullptr;
  std::optional<Refusal> refusal;
  bool repeated = false;  // this very command was carried out before
};

// `kind` is that of the fact to be noted.
Asked ask_for(const std::string& token_hash, const CaseId& id, const char* kind,
              const Context& context) {
  Asked out;
  out.session = live_session(context.state, token_hash, context.now);
  if (out.session == nullptr) {
    out.refusal = no_session(context.state, token_hash, context.now);
    return out;
  }
  out.roles = &active_roles(context.state, *out.session);
  out.held = context.state.case_of(id);
  if (out.held == nullptr || !may_see(context.state, *out.session, *out.held, context.now))
    out.refusal = unknown_case();
  // What is said of a case is somebody's own: by a card, or on a colleague's word, nobody says more
  // than why the glass of that very session was broken.
  const auto* glass = out.refusal ? nullptr : context.state.glass(out.held->glass);
  const bool of_this_session = std::string_view{kind} == facts::CaseJustified::kind &&
                               glass != nullptr && glass->session == out.session->id;
  if (!out.refusal && !of_this_session) out.refusal = not_by_own_factors(*out.session, "a finding");
  const auto before = repeated(context, std::string{kind} + "/" + id.text());
  if (before == Repeated::other) out.refusal = key_used_otherwise();
  out.repeated = before == Repeated::same;
  return out;
}

}  // namespace

ListCases::Answer decide(const ListCases& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  const auto* after = command.after.empty() ? nullptr : context.state.case_of(command.after);
  if (!command.after.empty() &&
      (after == nullptr || !may_see(context.state, *session, *after, context.now)))
    return unknown_case();

  const auto wanted = [&](const cases::Case& held) {
    return in_state(held, command.state, context.now) &&
           (command.queue.empty() || cases::in_queue(held, command.queue)) &&
           (command.staff.empty() || held.staff == command.staff) &&
           (!command.mine || held.staff == session->staff) &&
           may_see(context.state, *session, held, context.now);
  };
  // Closed cases are most of them: they are looked through only when they are asked for. A page
  // goes on where the last one ended, so that all pages together look at each case once.
  const bool closed_too = command.state == CaseState::any || command.state == CaseState::closed;
  const auto& all = closed_too ? context.state.cases_by_time : context.state.unclosed_by_time;
  auto at = after == nullptr ? all.end() : all.lower_bound({after->opened_at, after->id});
  ListCases::Listed out;
  while (at != all.begin()) {
    const auto& held = *(--at)->second;
    if (!wanted(held)) continue;
    if (out.cases.size() == command.limit) {
      out.more = true;
      break;
    }
    out.cases.push_back(held.id);
  }
  context.note(facts::CasesListed{
      .staff = session->staff, .session = session->id, .count = out.cases.size()});
  return out;
}

ViewCase::Answer decide(const ViewCase& command, Context& context) {
  const auto asked = ask_for(command.token_hash, command.id, facts::CaseViewed::kind, context);
  if (asked.refusal) return *asked.refusal;
  context.note(facts::CaseViewed{.staff = asked.session->staff,
                                 .patient = asked.held->patient,
                                 .session = asked.session->id,
                                 .case_id = command.id});
  return command.id;
}

JustifyCase::Answer decide(const JustifyCase& command, Context& context) {
  const auto asked = ask_for(command.token_hash, command.id, facts::CaseJustified::kind, context);
  if (asked.refusal) return *asked.refusal;
  if (asked.repeated) return command.id;
  if (const auto why = cases::may_justify(*asked.held, asked.session->staff);
      why != cases::Refusal::none)
    return refusal_of(why);
  context.note(facts::CaseJustified{.staff = asked.session->staff,
                                    .patient = asked.held->patient,
                                    .case_id = command.id,
                                    .text = command.text});
  return command.id;
}

CloseCase::Answer decide(const CloseCase& command, Context& context) {
  const auto asked = ask_for(command.token_hash, command.id, facts::CaseClosed::kind, context);
  if (asked.refusal) return *asked.refusal;
  if (asked.repeated) return command.id;
  const auto& who = asked.session->staff;
  if (auto refusal = not_for(context.state, who, *asked.held,
                             cases::may_close(*asked.held, who, *asked.roles)))
    return *refusal;
  context.note(facts::CaseClosed{.staff = asked.session->staff,
                                 .patient = asked.held->patient,
                                 .case_id = command.id,
                                 .finding = command.finding,
                                 .comment = command.comment});
  return command.id;
}

ReopenCase::Answer decide(const ReopenCase& command, Context& context) {
  const auto asked = ask_for(command.token_hash, command.id, facts::CaseReopened::kind, context);
  if (asked.refusal) return *asked.refusal;
  if (asked.repeated) return command.id;
  const auto& who = asked.session->staff;
  if (auto refusal = not_for(context.state, who, *asked.held,
                             cases::may_reopen(*asked.held, who, *asked.roles)))
    return *refusal;
  const auto allowed =
      std::clamp(asked.held->due - asked.held->opened_at, reopened_least, reopened_most);
  context.note(facts::CaseReopened{.staff = asked.session->staff,
                                   .patient = asked.held->patient,
                                   .case_id = command.id,
                                   .comment = command.comment,
                                   .due = context.now.wall + allowed});
  return command.id;
}

}  // namespace halligan::app
