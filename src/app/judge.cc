#include "app/judge.h"

#include <algorithm>

#include "app/fold_evidence.h"
#include "app/roles.h"
#include "base/must.h"

namespace halligan::app {
namespace {

namespace ast = policy::ast;
using policy::Engine;
using policy::Evidence;
using policy::Subject;

const char* text_of(policy::Truth value) {
  switch (value) {
    case policy::Truth::no: return "false";
    case policy::Truth::unknown: return "unknown";
    case policy::Truth::conflicting: return "conflicting";
    case policy::Truth::yes: return "true";
  }
  base::stop("truth outside its enum", __FILE__, __LINE__);
}

Subject subject(const Evidence& evidence, std::string_view type, const std::string& id) {
  return id.empty() ? Subject{} : Subject::of(evidence.find(type, id));
}

// Everything the engine needs, kept alive while it looks at it.
struct Put {
  policy::Asker asker;
  policy::Cell cell;
  std::vector<policy::WordId> labels;
  std::vector<policy::WordId> categories;
  std::vector<policy::Payment> paid;
  bool known_type = true;
};

policy::Asker asker_for(const State& state, const Engine& engine, const StaffId& staff) {
  policy::Asker out;
  out.staff = state.evidence.find("staff", staff.text());
  out.hands = state.in_hands_of(staff);
  if (const auto* person = state.person(staff)) out.active = out.held = engine.roles(person->roles);
  return out;
}

policy::Asker asker_of(const State& state, const Engine& engine, const Session& session,
                       const Now& now) {
  auto out = asker_for(state, engine, session.staff);
  out.active = engine.roles(active_roles(state, session));
  out.terminal = subject(state.evidence, "terminal", session.terminal.text());
  if (!session.place.empty()) {
    const auto place = place_node(session.place);
    out.place = state.evidence.find(place.type, place.id);
  }
  if (const auto* person = state.person(session.staff))
    out.department = subject(state.evidence, "department", person->department);
  out.focus = subject(state.evidence, "patient", session.focus.text());
  out.proof_level = session.proof_level;
  // Age is measured on both clocks, the older wins; after a reboot the wall alone tells.
  out.proof_at = session.proof_at.wall;
  if (session.proof_this_boot)
    out.proof_at = std::min(out.proof_at, now.wall - (now.boot - session.proof_at.boot));
  return out;
}

std::vector<policy::Payment> payments_of(const State& state, const Engine& engine,
                                         const Session& session, const PatientId& patient,
                                         const Now& now) {
  std::vector<policy::Payment> out;
  for (const auto* held : state.open_glass_of(session.id)) {
    if (held->patient != patient || glass::ending_due(*held, now)) continue;
    const auto ends = glass::wall_end(std::get<glass::Open>(held->life).until, now);
    for (const auto& grant : held->grants)
      for (const auto& name : grant.paid)
        if (const auto rule = engine.find_rule(name))
          out.push_back({.rule = *rule, .confirmed = grant.unsure, .ends = ends});
  }
  return out;
}

Put put(const State& state, const Engine& engine, const Session& session, const Cell& cell,
        const Now& now, OpenGlass open_glass) {
  Put out;
  out.asker = asker_of(state, engine, session, now);
  const auto slot =
      cell.fact.empty() ? engine.slot_of_type(cell.type) : engine.slot_of_fact(cell.fact);
  // A feed says what is so; it reads no chart and looks for nobody, whatever a rule would give.
  const bool reads = cell.fact.empty();
  out.known_type = slot.has_value() && !(reads && has_role(state, session, role::interface));
  if (slot) out.cell.slot = *slot;
  out.cell.action = cell.action;
  for (const auto& label : cell.labels)
    if (const auto word = state.evidence.find_word(label); word != policy::WordId::none)
      out.labels.push_back(word);
  out.cell.categories_known = cell.categories.has_value();
  if (cell.categories)
    for (const auto& category : *cell.categories)
      if (const auto word = state.evidence.find_word(category); word != policy::WordId::none)
        out.categories.push_back(word);
  out.cell.dated = cell.dated;
  if (cell.patient) out.cell.patient = Subject::of(state.evidence.find("patient", *cell.patient));
  out.cell.survey = cell.survey;
  if (open_glass == OpenGlass::counts && cell.patient)
    out.paid = payments_of(state, engine, session, PatientId{*cell.patient}, now);
  return out;
}

// The spans are set last: the vectors must not move afterwards.
void point(Put& question) {
  question.cell.labels = question.labels;
  question.cell.categories = question.categories;
}

Grant plain(const Engine& engine, const policy::Decision& decision, const policy::Granted& granted,
            const Put& question, const Now& now) {
  Grant out;
  const auto& rule = engine.rule(granted.rule);
  out.rule = rule.name.text;
  out.is_reason = rule.kind == ast::RuleKind::glass;
  out.bill = engine.bill(decision, granted, question.asker, now.wall, question.paid);
  return out;
}

ProofAsked proof_asked(const Engine& engine, const policy::Decision& decision,
                       const policy::Granted& granted, const Put& question, const Now& now) {
  auto unproved = question.asker;
  unproved.proof_level = 0;
  const auto bill = engine.bill(decision, granted, unproved, now.wall, question.paid);
  return {.level = bill.proof_level, .not_older_than = bill.proof_age};
}

Judged plain(const State& state, const Engine& engine, const policy::Decision& decision,
             const Put& question, const Now& now) {
  Judged out;
  out.holds_until = decision.holds_until;
  out.verdict = decision.verdict;
  out.failed = decision.failed;
  out.hidden = decision.hidden;
  switch (decision.verdict) {
    case Verdict::permit:
      out.basis = plain(engine, decision, decision.grants[decision.basis], question, now);
      break;
    case Verdict::glass:
      for (const auto* granted : engine.offer(decision)) {
        out.offer.push_back(plain(engine, decision, *granted, question, now));
        out.proofs.push_back(proof_asked(engine, decision, *granted, question, now));
        auto& pays = out.pays.emplace_back();
        for (const auto rule : engine.pays(decision, *granted))
          pays.push_back(engine.rule(rule).name.text);
      }
      out.instead =
          engine.instead(state.evidence, question.asker, question.cell, now.wall, question.paid);
      break;
    case Verdict::deny:
      for (const auto rule : engine.named(decision))
        out.denied_by.push_back(engine.rule(rule).name.text);
      break;
  }
  return out;
}

UsedRelation used_relation(const Evidence& evidence, policy::FactId id) {
  const auto& fact = evidence.fact(id);
  const auto& edge = evidence.edge(fact.edge);
  UsedRelation out{.text = evidence.text_of(id),
                   .relation = evidence.text_of(edge.relation),
                   .from = evidence.text_of(edge.from),
                   .to = evidence.text_of(edge.to),
                   .since = {}};
  if (fact.start != far_past) out.since = fact.start;
  return out;
}

std::optional<ast::CaseKind> kind_of_case(const std::string& kind) {
  if (kind == "glass") return ast::CaseKind::glass;
  if (kind == "seal") return ast::CaseKind::seal;
  if (kind == "access") return ast::CaseKind::access;
  if (kind == "self-made-relation") return ast::CaseKind::self_made_relation;
  if (kind == "decision-owed") return ast::CaseKind::decision_owed;
  return std::nullopt;
}

Rights all_rights(const Engine& engine, const policy::Decision& decision) {
  Rights out{.rules = {}, .holds_until = decision.holds_until};
  if (decision.verdict != Verdict::permit) return out;
  const auto name = [&](const policy::Granted& grant) { return engine.rule(grant.rule).name.text; };
  out.rules.push_back(name(decision.grants[decision.basis]));
  for (const auto& grant : decision.grants)
    if (grant.left.before == 0 && name(grant) != out.rules.front())
      out.rules.push_back(name(grant));
  return out;
}

// Puts the question, and makes of the decision what is asked for; nothing of it without a policy in
// force, or for a type that it does not know.
template <class Answer, class Make>
Answer decided(const State& state, const Session& session, const Cell& cell, const Now& now,
               OpenGlass open_glass, const Make& make) {
  const auto* engine = state.engine();
  if (engine == nullptr) return {};
  auto question = put(state, *engine, session, cell, now, open_glass);
  if (!question.known_type) return {};
  point(question);
  const auto decision =
      engine->decide(state.evidence, question.asker, question.cell, now.wall, question.paid);
  return make(*engine, decision, question);
}

}  // namespace

const char* action_text(Action action) {
  switch (action) {
    case Action::search: return "search";
    case Action::read: return "read";
    case Action::append: return "append";
    case Action::modify: return "modify";
  }
  base::stop("action outside its enum", __FILE__, __LINE__);
}

std::optional<Action> action_named(std::string_view text) {
  for (const auto action : {Action::search, Action::read, Action::append, Action::modify})
    if (text == action_text(action)) return action;
  return std::nullopt;
}

Judged judge(const State& state, const Session& session, const Cell& cell, const Now& now,
             OpenGlass open_glass) {
  return decided<Judged>(state, session, cell, now, open_glass,
                         [&](const auto& engine, const auto& decision, const Put& question) {
                           return plain(state, engine, decision, question, now);
                         });
}

Rights rights_of(const State& state, const Session& session, const Cell& cell, const Now& now) {
  return decided<Rights>(state, session, cell, now, OpenGlass::counts,
                         [](const auto& engine, const auto& decision, const Put&) {
                           return all_rights(engine, decision);
                         });
}

bool may_learn(const State& state, const Session& session, const StaffId& about,
               const PatientId& patient, const Now& now) {
  return patient.empty() || about == session.staff || !hidden_from(state, session, patient, now);
}

Judged judge_if_known(const State& state, const Session& session, const Cell& cell, const Now& now,
                      bool known, OpenGlass open_glass) {
  auto out = judge(state, session, cell, now, open_glass);
  if (known || out.verdict == Verdict::deny) return out;
  return {};
}

bool asks_who_it_is(const State& state, const Session& session, const std::vector<Cell>& cells,
                    const PatientId& patient, const Now& now) {
  bool offered = false;
  bool refused = false;
  for (const auto& cell : cells) {
    const auto answer = judge(state, session, cell, now);
    if (!answer.denied_by.empty()) return false;
    offered = offered || answer.verdict == Verdict::glass;
    refused = refused || answer.verdict == Verdict::deny;
  }
  return (refused && !offered) || !state.knows(patient);
}

std::optional<Explained> explain(const State& state, const Session& session, const Cell& cell,
                                 const Now& now) {
  const auto* engine = state.engine();
  if (engine == nullptr) return std::nullopt;
  auto question = put(state, *engine, session, cell, now, OpenGlass::counts);
  if (!question.known_type) return Explained{};
  point(question);
  const auto found =
      engine->explain(state.evidence, question.asker, question.cell, now.wall, question.paid);
  Explained out{
      .answer = plain(state, *engine, found.decision, question, now), .steps = {}, .decisive = {}};
  for (const auto& step : found.steps) {
    Explained::Step told{
        .rule = engine->rule(step.rule).name.text, .value = text_of(step.value), .parts = {}};
    for (const auto& condition : step.conditions) {
      Explained::Step::Part part{
          .name = std::string{condition.name}, .value = text_of(condition.value), .relations = {}};
      for (const auto fact : condition.facts)
        part.relations.push_back(used_relation(state.evidence, fact));
      told.parts.push_back(std::move(part));
    }
    out.steps.push_back(std::move(told));
  }
  for (const auto rule : found.decisive) out.decisive.push_back(engine->rule(rule).name.text);
  return out;
}

const policy::ast::Policy* policy_of(const State& state) {
  return state.engine() == nullptr ? nullptr : &state.engine()->policy();
}

const policy::ast::Rule* rule_named(const State& state, const std::string& name) {
  if (state.engine() == nullptr) return nullptr;
  const auto rule = state.engine()->find_rule(name);
  return rule ? &state.engine()->rule(*rule) : nullptr;
}

Cell chart_cell(const PatientId& patient) {
  Cell cell;
  cell.type = "Patient";
  cell.patient = patient.text();
  cell.categories.emplace();
  return cell;
}

Cell search_cell() {
  Cell cell;
  cell.action = Action::search;
  cell.type = "Patient";
  cell.categories.emplace();
  return cell;
}

bool hidden_from(const State& state, const Session& session, const PatientId& patient,
                 const Now& now) {
  return !patient.empty() && judge(state, session, chart_cell(patient), now).hidden;
}

Cell nobodys_cell(const std::string& by_id) {
  Cell cell;
  cell.type = by_id.substr(0, by_id.find('/'));
  cell.patient = by_id;
  return cell;
}

Cell rest_of(const Cell& survey) {
  auto rest = survey;
  rest.survey = false;
  if (!rest.categories) rest.categories.emplace();
  rest.dated = far_past;
  return rest;
}

Judged judge_break(const State& state, const Session& session, const Cell& cell, const Now& now,
                   bool known) {
  auto answer = judge_if_known(state, session, cell, now, known, OpenGlass::ignored);
  if (answer.verdict != Verdict::permit || !cell.survey) return answer;
  auto other = judge_if_known(state, session, rest_of(cell), now, known, OpenGlass::ignored);
  return other.verdict == Verdict::glass ? other : answer;
}

const glass::Glass* glass_behind(const State& state, const Session& session,
                                 const PatientId& patient, const Grant& grant) {
  for (const auto* held : state.open_glass_of(session.id))
    if (held->patient == patient)
      for (const auto& each : held->grants)
        if (each.rule == grant.rule) return held;
  return nullptr;
}

bool accounted_for(const State& state, const policy::ast::Rule& rule, const StaffId& staff,
                   const PatientId& patient, Instant access_at) {
  const auto* engine = state.engine();
  const auto found = engine->find_rule(rule.name.text);
  if (!found || !rule.duties.review || !rule.duties.review->unless) return false;
  return engine->accounted_for(state.evidence, *found, asker_for(state, *engine, staff),
                               Subject::of(state.evidence.find("patient", patient.text())),
                               access_at) == policy::Truth::yes;
}

std::optional<facts::CaseExplained> explanation_of(const State& state, const cases::Case& held) {
  const auto* engine = state.engine();
  const auto kind = kind_of_case(held.kind);
  if (engine == nullptr || !kind) return std::nullopt;
  facts::CaseExplained out{
      .patient = held.patient, .case_id = held.id, .rule = {}, .relations = {}};
  if (const auto* rule = rule_named(state, held.rule);
      rule != nullptr && accounted_for(state, *rule, held.staff, held.patient, held.opened_at)) {
    out.rule = held.rule;
    return out;
  }
  const auto asker = asker_for(state, *engine, held.staff);
  const auto patient = Subject::of(state.evidence.find("patient", held.patient.text()));
  const auto found = engine->explanation_of(state.evidence, *kind, asker, patient, held.opened_at);
  if (!found) return std::nullopt;
  out.rule = engine->policy().explains[found->explain].name.text;
  for (const auto fact : found->facts) {
    if (fact == policy::FactId::none) continue;
    out.relations += (out.relations.empty() ? "" : ", ") + state.evidence.text_of(fact);
  }
  return out;
}

bool closes_itself(const State& state, const cases::Case& held) {
  const auto* policy = policy_of(state);
  const auto kind = kind_of_case(held.kind);
  if (policy == nullptr || !kind) return false;
  return std::any_of(
      policy->cases.begin(), policy->cases.end(),
      [&](const policy::ast::CaseRule& rule) { return rule.kind == *kind && rule.closes_itself; });
}

}  // namespace halligan::app
