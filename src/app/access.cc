#include "app/access.h"

#include <algorithm>

#include "app/offer.h"
#include "app/roles.h"
#include "base/crypto.h"
#include "base/limits.h"

namespace halligan::app {
namespace {

constexpr std::size_t reasons_named_max = 50;  // of a refusal's entry

PatientId patient_of(const Cell& cell) { return PatientId{cell.patient.value_or("")}; }

std::string type_of(const Cell& cell) {
  return cell.fact.empty() ? cell.type : "fact:" + cell.fact;
}

// One intent for each patient, rule and action of a request.
struct Group {
  const Cell* first = nullptr;
  const Grant* grant = nullptr;
  const glass::Glass* glass = nullptr;
  std::vector<std::string> types;
  std::vector<std::size_t> cells;
};

std::vector<Group> group_permitted(const State& state, const Session& session,
                                   const AskAccess& command, const std::vector<Judged>& answers) {
  std::vector<Group> groups;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].verdict != Verdict::permit) continue;
    const Cell& cell = command.cells[i];
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& g) {
      return g.first->patient == cell.patient && g.first->action == cell.action &&
             g.grant->rule == answers[i].basis->rule;
    });
    auto& group = same == groups.end() ? groups.emplace_back() : *same;
    if (group.first == nullptr) {
      group.first = &cell;
      group.grant = &*answers[i].basis;
      group.glass = glass_behind(state, session, patient_of(cell), *group.grant);
    }
    const auto type = type_of(cell);
    if (std::find(group.types.begin(), group.types.end(), type) == group.types.end())
      group.types.push_back(type);
    group.cells.push_back(i);
  }
  return groups;
}

// The earlier intent that names all of this group already, and whose outcome is not told yet.
std::optional<EntryIndex> covering(const AskAccess& command, const Group& group,
                                   const State& state) {
  const auto covers = [&](const AskAccess::Covered& each, const std::string& type) {
    return each.patient == patient_of(*group.first) && each.action == group.first->action &&
           each.type == type && each.rule == group.grant->rule &&
           state.pending.contains(each.intent);
  };
  std::optional<EntryIndex> out;
  for (const auto& type : group.types) {
    const auto found = std::find_if(command.covered.begin(), command.covered.end(),
                                    [&](const auto& each) { return covers(each, type); });
    if (found == command.covered.end() || (out && *out != found->intent)) return std::nullopt;
    out = found->intent;
  }
  return out;
}

facts::AccessIntended intent_of(const Asking& asking, const AskAccess& command, const Group& group,
                                const Context& context) {
  const Session& session = *asking.session;
  facts::AccessIntended fact;
  if (asking.token != nullptr) fact.token = asking.token->id;
  fact.staff = session.staff;
  fact.patient = patient_of(*group.first);
  fact.session = session.id;
  fact.action = action_text(group.first->action);
  fact.types = group.types;
  fact.form = command.form;
  fact.basis = group.grant->rule;
  fact.purpose = command.purpose;
  if (group.glass != nullptr) {
    fact.glass = group.glass->id;
    for (const auto& grant : group.glass->grants)
      if (grant.rule == group.grant->rule && fact.purpose.empty()) fact.purpose = grant.purpose;
  }
  fact.terminal = session.terminal;
  fact.place = session.place;
  fact.policy = context.state.policy_version;
  fact.part_of = command.part_of;
  fact.what = command.what;
  return fact;
}

// Whether the outcome of an earlier intent of this request stands with the cell's patient.
bool is_covered(const AskAccess& command, const Cell& cell) {
  return std::any_of(command.covered.begin(), command.covered.end(),
                     [&](const auto& each) { return each.patient == patient_of(cell); });
}

// Whether the refusal says no more than that of an id that is nobody's.
bool reads_as_missing(const Session& session, const AskAccess& command, const Judged& answer,
                      const Context& context) {
  if (command.by_id.empty() || answer.verdict != Verdict::deny) return false;
  const auto missing =
      judge_if_known(context.state, session, nobodys_cell(command.by_id), context.now, false);
  const auto named = [](const Judged& each) {
    return each.denied_by.empty() ? std::string{} : each.denied_by.front();
  };
  return named(answer) == named(missing);
}

// The patient whose chart the request is about: the only one, of reads and writes. Of one resource
// in several charts the one in front, else the first: no other chart stays open beside it.
PatientId chart_of(const AskAccess& command, const std::vector<Judged>& answers,
                   const PatientId& in_front) {
  PatientId only;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].verdict != Verdict::permit || command.cells[i].action == Action::search)
      continue;
    const auto patient = patient_of(command.cells[i]);
    if (patient.empty()) continue;
    if (!only.empty() && only != patient && !command.whole) return {};
    if (only.empty() || patient == in_front) only = patient;
  }
  return only;
}

Refusal another_in_front() {
  return {.why = Why::focus_elsewhere,
          .what = "another chart is in front of this session: open this one first"};
}

}  // namespace

const Session* live_session(const State& state, const std::string& token_hash, const Now& now) {
  const auto* session = locked_or_live_session(state, token_hash, now);
  return session == nullptr || session->locked ? nullptr : session;
}

Asking who_asks(const State& state, const std::string& token_hash, const std::string& bound,
                const Now& now) {
  if (const auto* session = live_session(state, token_hash, now)) return {.session = session};
  const auto* token = state.glass_token(token_hash);
  if (token == nullptr || token->bound != bound || !state.stands(*token, now.wall)) return {};
  const auto* held = state.session(token->session);
  const auto* session = held == nullptr ? nullptr : live_session(state, held->token_hash, now);
  return session == nullptr ? Asking{} : Asking{.session = session, .token = token};
}

const Session* locked_or_live_session(const State& state, const std::string& token_hash,
                                      const Now& now) {
  const auto* session = state.session_by_token(token_hash);
  if (session == nullptr || session->until.passed(now) || session->idle.passed(now)) return nullptr;
  const auto* person = state.person(session->staff);
  return person != nullptr && person->active ? session : nullptr;
}

Refusal no_session() {
  return {.why = Why::no_session, .what = "sign in: the session is unknown or has ended"};
}

Refusal no_session(const State& state, const std::string& token_hash, const Now& now) {
  if (locked_or_live_session(state, token_hash, now) != nullptr)
    return {.why = Why::session_locked, .what = "the session is locked: unlock it first"};
  return no_session();
}

const std::vector<std::string>& active_roles(const State& state, const Session& session) {
  static const std::vector<std::string> none;
  if (!session.by_own_factors()) return session.roles;
  const auto* person = state.person(session.staff);
  return person == nullptr ? none : person->roles;
}

bool has_role(const State& state, const Session& session, std::string_view role) {
  return std::ranges::find(active_roles(state, session), role) !=
         active_roles(state, session).end();
}

bool has_any_role(const State& state, const Session& session,
                  std::initializer_list<std::string_view> roles) {
  return std::any_of(roles.begin(), roles.end(),
                     [&](std::string_view role) { return has_role(state, session, role); });
}

void move_focus(const Session& session, const PatientId& patient, Context& context) {
  for (const auto* held : context.state.open_glass_of(session.id)) {
    if (held->patient == patient || !held->ends_with_focus) continue;
    if (auto ended = glass::decide_end(*held, facts::EndedBy::focus_moved, {}, context.now))
      context.note(std::move(*ended));
  }
  if (session.focus != patient)
    context.note(
        facts::FocusMoved{.staff = session.staff, .session = session.id, .patient = patient});
}

void owe_cases(const Session& session, const PatientId& patient, const Grant& grant,
               Context& context) {
  const auto open = [&](const std::string& kind, const std::string& rule,
                        const policy::ast::Review& review, const std::string& cause) {
    // One case for each rule, session and chart: reading on is the same act.
    const auto key = kind + "|" + rule + "|" + session.id.text() + "|" + patient.text();
    if (context.state.case_by_key.contains(key)) return;
    for (const auto& fact : context.noted)
      if (const auto* made = std::get_if<facts::CaseOpened>(&fact);
          made != nullptr && made->key == key)
        return;
    facts::CaseOpened fact;
    fact.staff = session.staff;
    fact.patient = patient;
    fact.case_id = CaseId{context.fresh.id()};
    fact.case_kind = kind;
    fact.rule = rule;
    fact.reviewer = review.by.text;
    fact.queue = review.queue.empty() ? review.by.text : review.queue;
    fact.due = context.now.wall + review.within;
    fact.rank = review.rank;
    fact.cause = cause;
    fact.key = key;
    context.note(std::move(fact));
  };
  for (const auto& name : grant.bill.reviews) {
    const auto* rule = rule_named(context.state, name);
    if (rule == nullptr || !rule->duties.review || rule->kind == policy::ast::RuleKind::glass)
      continue;
    const bool seal = rule->kind == policy::ast::RuleKind::seal;
    if (accounted_for(context.state, *rule, session.staff, patient, context.now.wall)) continue;
    open(
        seal ? "seal" : "access", name, *rule->duties.review,
        seal ? "a sealed chart was opened" : "access by " + grant.rule + " that is to be reviewed");
  }
  for (const auto& name : grant.bill.decisions) {
    const auto* policy = policy_of(context.state);
    for (const auto& rule : policy->cases) {
      if (rule.kind != policy::ast::CaseKind::decision_owed || !rule.by || !rule.within) continue;
      policy::ast::Review review;
      review.by = *rule.by;
      review.within = *rule.within;
      review.queue = rule.queue;
      review.rank = rule.rank;
      open("decision-owed", name, review, "whether " + name + " applied was not known");
    }
  }
}

Refusal refuse_cell(const Session& session, const Cell& cell, const Judged& answer,
                    Context& context, const std::string& by_id) {
  Refusal out;
  facts::AccessRefused fact;
  fact.staff = session.staff;
  // An unknown id mints no key and no pseudonym: it is written without a patient.
  const PatientId patient = patient_of(cell);
  if (context.state.knows(patient)) fact.patient = patient;
  // What is nobody's folds as what is somebody's does, or the reference code would tell them apart.
  const auto& asked = by_id.empty() && fact.patient.empty() ? patient.text() : by_id;
  if (!asked.empty())
    fact.asked = to_hex(crypto::sha256(view(session.id.text() + "|" + asked))).substr(0, 16);
  fact.session = session.id;
  fact.action = action_text(cell.action);
  fact.type = type_of(cell);
  fact.policy = context.state.policy_version;
  if (answer.verdict == Verdict::glass) {
    out.why = Why::glass_needed;
    out.what = "the chart can be opened by breaking the glass";
    out.offer = offer_of(context.state, cell, answer, context.now);
    fact.offered = true;
    for (const auto& grant : out.offer->grants)
      if (grant.reason && fact.reasons.size() < reasons_named_max)
        fact.reasons.push_back(grant.rule);
  } else {
    out.why = Why::denied;
    out.what = has_role(context.state, session, role::interface)
                   ? "an interface says what is so: it reads no chart and looks for nobody"
                   : "no rule covers it";
    if (!answer.denied_by.empty()) {
      out.rule = answer.denied_by.front();
      out.what = "the rule " + out.rule + " shuts it";
      if (const auto* rule = rule_named(context.state, out.rule)) out.text = rule->text;
    }
    fact.rule = out.rule;
  }
  if (fact.offered) fact.rule = "glass";
  const auto fold = context.state.folds.find(fold_key(fact));
  if (fold != context.state.folds.end() &&
      context.now.wall < fold->second.first + std::chrono::minutes{1}) {
    out.code = fold->second.sample.code;
    context.repeated.push_back(fold->first);
    return out;
  }
  for (const auto& noted : context.noted)
    if (const auto* made = std::get_if<facts::AccessRefused>(&noted);
        made != nullptr && fold_key(*made) == fold_key(fact)) {
      out.code = made->code;
      return out;
    }
  fact.code = out.code = context.fresh.code();
  context.note(std::move(fact));
  return out;
}

std::optional<Refusal> not_by_own_factors(const Session& session, const char* what) {
  if (session.by_own_factors()) return std::nullopt;
  return Refusal{.why = Why::role_needed,
                 .what = std::string{what} +
                         " takes a sign-in by factors of your own, not by a card or a colleague's "
                         "word"};
}

std::optional<Refusal> not_proved(const Session& session, const Proof& asked, const Now& now) {
  if (asked.own)
    if (auto no = not_by_own_factors(session, asked.what)) return no;
  const bool old = now.wall >= session.proof_at.wall + asked.age ||
                   (session.proof_this_boot && now.boot >= session.proof_at.boot + asked.age);
  if (!old) return std::nullopt;
  Refusal out{.why = Why::step_up_needed,
              .what = std::string{asked.what} + " takes a second factor that is fresh"};
  out.max_age_seconds = std::chrono::duration_cast<std::chrono::seconds>(asked.age).count();
  return out;
}

Refusal in_one_hand(std::string_view other, std::string_view act) {
  return {.why = Why::same_person,
          .what = "one of you and " + std::string{other} +
                  " enrolled the other or set their roles: let somebody else " + std::string{act} +
                  ", whom neither of you enrolled"};
}

Refusal refuse_saying(Refusal refusal, const Session& session, const Cell& cell,
                      const Judged& answer, Context& context) {
  refusal.code = refuse_cell(session, cell, answer, context).code;
  return refusal;
}

std::optional<Refusal> chart_is_shut(const Session& session, const PatientId& patient,
                                     Context& context) {
  const auto chart = chart_cell(patient);
  const auto answer =
      judge_if_known(context.state, session, chart, context.now, context.state.knows(patient));
  if (answer.verdict == Verdict::permit) return std::nullopt;
  return refuse_cell(session, chart, answer, context);
}

AskAccess::Answer decide(const AskAccess& command, Context& context) {
  const auto asking = who_asks(context.state, command.token_hash, command.bound, context.now);
  const auto* session = asking.session;
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  std::vector<Judged> answers;
  answers.reserve(command.cells.size());
  for (const auto& cell : command.cells) {
    // What it is for, and nothing that the session may do beside that.
    const bool beyond = asking.token != nullptr && cell.action == Action::modify;
    if (beyond || !asking.may_ask_about(cell)) {
      answers.emplace_back();
      continue;
    }
    const bool known =
        !cell.patient || command.patients_exist || context.state.knows(patient_of(cell));
    answers.push_back(judge_if_known(context.state, *session, cell, context.now, known));
  }

  Accessed out;
  out.cells.resize(answers.size());
  out.all_permitted = !answers.empty();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    out.cells[i].verdict = answers[i].verdict;
    if (answers[i].verdict == Verdict::permit)
      out.any_permitted = true;
    else
      out.all_permitted = false;
    if (answers[i].verdict == Verdict::glass) out.more_by_glass = true;
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].verdict == Verdict::permit) continue;
    if (command.withholds && is_covered(command, command.cells[i])) continue;
    const auto asked = reads_as_missing(*session, command, answers[i], context);
    auto refusal =
        refuse_cell(*session, command.cells[i], answers[i], context, asked ? command.by_id : "");
    // What could be had by glass is worth more to the person than what cannot be had.
    const bool better = !out.refusal || (out.refusal->why == Why::denied &&
                                         refusal.why == Why::glass_needed && !command.whole);
    if (better) out.refusal = std::move(refusal);
  }
  if (command.whole && !out.all_permitted) {
    out.any_permitted = false;
    return out;
  }
  if (!out.any_permitted) return out;

  out.right = {.session = session->id,
               .cells = {},
               .switches = {session->over, session->out_of_sight},
               .until = glass::earlier(session->until, session->idle),
               .judge_again = far_future};
  if (asking.token != nullptr) {
    out.right.switches.push_back(context.state.glass_over.at(asking.token->glass));
    out.right.until.wall = std::min(out.right.until.wall, asking.token->until);
  }
  if (const auto chart = chart_of(command, answers, session->focus);
      !chart.empty() && command.focus != AskAccess::Focus::stays && asking.token == nullptr) {
    const bool elsewhere = !session->focus.empty() && session->focus != chart;
    if (elsewhere && command.focus == AskAccess::Focus::must_be_there) return another_in_front();
    move_focus(*session, chart, context);
  }
  for (const auto& group : group_permitted(context.state, *session, command, answers)) {
    owe_cases(*session, patient_of(*group.first), *group.grant, context);
    const auto earlier = covering(command, group, context.state);
    const auto index =
        earlier ? *earlier : context.note(intent_of(asking, command, group, context));
    if (out.intent == 0) out.intent = index;
    for (const auto i : group.cells) {
      out.cells[i].rule = group.grant->rule;
      out.cells[i].intent = index;
      if (group.glass != nullptr) out.cells[i].glass = group.glass->id;
      out.right.cells.push_back(command.cells[i]);
      out.right.judge_again = std::min(out.right.judge_again, answers[i].holds_until);
    }
    if (group.glass != nullptr) {
      out.glass = group.glass->id;
      out.right.switches.push_back(context.state.glass_over.at(group.glass->id));
      const auto& open = std::get<glass::Open>(group.glass->life);
      out.right.until = glass::earlier(out.right.until, open.until);
    }
    for (auto& notice : notices_of(context.state, *group.grant))
      out.notices.push_back(std::move(notice));
  }
  return out;
}

TellOutcome::Answer decide(const TellOutcome& command, Context& context) {
  facts::AccessOutcome fact;
  if (const auto held = context.state.pending.find(command.intent);
      held != context.state.pending.end()) {
    fact.staff = held->second.staff;
    fact.patient = held->second.patient;
    fact.new_id = command.new_id;  // without its patient it would be in an entry of nobody's
  }
  fact.intent = command.intent;
  fact.outcome = command.outcome;
  fact.resources = command.resources;
  fact.withheld = command.withheld;
  fact.bytes = command.bytes;
  fact.upstream_status = command.upstream_status;
  return context.note(std::move(fact));
}

}  // namespace halligan::app
