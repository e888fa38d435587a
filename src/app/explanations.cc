#include "app/explanations.h"

#include "app/fold_evidence.h"

namespace halligan::app {
namespace {

template <class Id>
void add_cases_of(const std::set<std::pair<Id, CaseId>>& unclosed, const Id& whose,
                  Unexplained& out) {
  for (auto each = unclosed.lower_bound({whose, CaseId{}});
       each != unclosed.end() && each->first == whose; ++each)
    out.cases.insert(each->second);
}

void add_cases_at(const State& state, const std::string& end, Unexplained& out) {
  const auto node = split_node(end);
  if (node.type == "patient")
    add_cases_of(state.unclosed_of_patient, PatientId{std::string{node.id}}, out);
  if (node.type == "staff")
    add_cases_of(state.unclosed_of_staff, StaffId{std::string{node.id}}, out);
}

void add_edge(const State& state, const std::string& relation, const std::string& from,
              const std::string& to, Unexplained& out) {
  const auto* engine = state.engine();
  if (engine == nullptr) return;
  switch (engine->explains_by(state.evidence.find_word(relation))) {
    case policy::ExplainsBy::no: return;
    case policy::ExplainsBy::its_ends:
      add_cases_at(state, from, out);
      add_cases_at(state, to, out);
      return;
    case policy::ExplainsBy::any_walk: out.all = true; return;
  }
}

void look_at(const State& state, const cases::Case& held, std::vector<facts::Fact>& out) {
  if (held.explanation || held.closing) return;
  auto found = explanation_of(state, held);
  if (!found) return;
  // What its own rule's `unless` accounts for was never owed.
  const bool not_owed = found->rule == held.rule;
  out.emplace_back(std::move(*found));
  if (not_owed || closes_itself(state, held))
    out.emplace_back(facts::CaseClosed{.staff = {},
                                       .patient = held.patient,
                                       .case_id = held.id,
                                       .finding = facts::Finding::appropriate,
                                       .comment = "explained by what was recorded later"});
}

}  // namespace

void may_explain(const State& state, const facts::Fact& fact, Unexplained& out) {
  if (const auto* f = std::get_if<facts::RelationRecorded>(&fact))
    add_edge(state, f->relation, f->from, f->to, out);
  if (const auto* f = std::get_if<facts::RelationEnded>(&fact))
    add_edge(state, f->relation, f->from, f->to, out);
  if (const auto* f = std::get_if<facts::RelationConfirmed>(&fact))
    add_edge(state, f->relation, f->from, f->to, out);
  if (const auto* f = std::get_if<facts::CaseOpened>(&fact)) out.cases.insert(f->case_id);
  if (const auto* f = std::get_if<facts::CaseReopened>(&fact)) out.cases.insert(f->case_id);
  if (std::holds_alternative<facts::PolicySigned>(fact)) out.all = true;
}

std::vector<facts::Fact> explained_now(const State& state, const Unexplained& among) {
  std::vector<facts::Fact> out;
  if (among.all)
    for (const auto& [opened, held] : state.unclosed_by_time) look_at(state, *held, out);
  else
    for (const auto& id : among.cases)
      if (const auto* held = state.case_of(id)) look_at(state, *held, out);
  return out;
}

}  // namespace halligan::app
