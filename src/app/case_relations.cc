#include "app/case_relations.h"

#include <algorithm>
#include <set>

#include "app/access.h"
#include "app/judge.h"

namespace halligan::app {
namespace {

using namespace std::chrono_literals;
using policy::Edge;
using policy::EdgeId;
using policy::Evidence;
using policy::Fact;
using policy::FactId;
using policy::NodeId;

constexpr Millis before_case = 90 * 24h;
constexpr std::size_t facts_looked_at_max = 20'000;

// Every edge at a node, of the relations that the policy in force declares.
std::vector<EdgeId> edges_at(const State& state, NodeId node, std::string_view type) {
  std::vector<EdgeId> out;
  const auto* policy = policy_of(state);
  if (policy == nullptr || node == NodeId::unnamed) return out;
  const auto& evidence = state.evidence;
  for (const auto& relation : policy->relations) {
    const auto word = evidence.find_word(relation.name.text);
    if (word == policy::WordId::none) continue;
    if (relation.from.text == type)
      for (auto id = evidence.edges_from(node, word).first;
           id != EdgeId::none && out.size() < facts_looked_at_max;
           id = evidence.edge(id).next_of_from)
        out.push_back(id);
    if (relation.to.text == type)
      for (auto id = evidence.edges_to(node, word).first;
           id != EdgeId::none && out.size() < facts_looked_at_max;
           id = evidence.edge(id).next_of_to)
        if (evidence.edge(id).from != node) out.push_back(id);
  }
  return out;
}

void add_relations(const policy::ast::PathExpr& expr, std::set<std::string>& out) {
  if (expr.kind == policy::ast::PathKind::step) out.insert(expr.step.relation.text);
  for (const auto& part : expr.parts) add_relations(part, out);
}

// What a hidden deny walks over: a reviewer may be shut out by it, too, and must not learn that.
std::set<std::string> hidden_relations(const State& state) {
  std::set<std::string> out;
  if (const auto* policy = policy_of(state))
    for (const auto& rule : policy->rules)
      if (rule.kind == policy::ast::RuleKind::deny && rule.hide)
        for (const auto* path : {&rule.via, &rule.when, &rule.unless})
          if (*path) add_relations((*path)->expr, out);
  return out;
}

// When a fact is over: at its end, or where the same source later said that it is not so.
Instant end_of(const Evidence& evidence, const Edge& edge, FactId id) {
  const auto& fact = evidence.fact(id);
  auto out = fact.end;
  for (auto later = edge.newest; later != id; later = evidence.fact(later).older) {
    const auto& other = evidence.fact(later);
    if (other.denied && other.feed == fact.feed && other.recorded_by == fact.recorded_by)
      out = std::min(out, other.start);
  }
  return out;
}

class Around {
 public:
  Around(const State& state, const cases::Case& held)
      : state_(state),
        evidence_(state.evidence),
        person_(evidence_.find("staff", held.staff.text())),
        patient_(evidence_.find("patient", held.patient.text())),
        opened_(held.opened_at),
        since_(held.opened_at - before_case),
        hidden_(hidden_relations(state)) {}

  std::vector<CaseRelation> all() {
    const auto of_person = held_at(person_, "staff");
    const auto of_patient = held_at(patient_, "patient");
    const auto near_person = others(of_person, person_);
    const auto near_patient = others(of_patient, patient_);
    std::vector<CaseRelation> out;
    out.reserve(of_person.size() + of_patient.size());
    for (const auto& each : of_person) out.push_back(told(each, person_, patient_, near_patient));
    for (const auto& each : of_patient)
      if (other_end(each, patient_) != person_)  // that one is told already
        out.push_back(told(each, patient_, person_, near_person));
    return out;
  }

 private:
  struct Held {
    FactId fact;
    Instant end;
  };

  NodeId other_end(const Held& held, NodeId node) const {
    const auto& edge = evidence_.edge(evidence_.fact(held.fact).edge);
    return edge.from == node ? edge.to : edge.from;
  }

  // No other patient's name, none of others of the staff at the patient, and what is hidden only
  // between the two.
  bool concerns_case(const Edge& edge, NodeId node) const {
    const auto other = edge.from == node ? edge.to : edge.from;
    if (other == patient_ || other == person_) return true;
    const auto is_a = [&](std::string_view type) {
      const auto id = evidence_.find_type(type);
      return id && evidence_.type_of(other) == *id;
    };
    return !is_a("patient") && !(node == patient_ && is_a("staff")) &&
           !hidden_.contains(evidence_.text_of(edge.relation));
  }

  std::vector<Held> held_at(NodeId node, std::string_view type) {
    std::vector<Held> out;
    for (const auto id : edges_at(state_, node, type)) {
      const auto& edge = evidence_.edge(id);
      if (!concerns_case(edge, node)) continue;
      for (auto fact = edge.newest; fact != FactId::none; fact = evidence_.fact(fact).older) {
        if (++looked_at_ > facts_looked_at_max) return out;
        const auto& said = evidence_.fact(fact);
        if (said.gone || said.denied) continue;
        const auto end = end_of(evidence_, edge, fact);
        if (end > since_ && end > said.start) out.push_back({.fact = fact, .end = end});
      }
    }
    return out;
  }

  // What began later explains nothing of what was done.
  bool held_then(const Held& held) const {
    return evidence_.fact(held.fact).start <= opened_ && opened_ < held.end;
  }

  std::set<NodeId> others(const std::vector<Held>& held, NodeId node) const {
    std::set<NodeId> out;
    for (const auto& each : held)
      if (held_then(each)) out.insert(other_end(each, node));
    return out;
  }

  CaseRelation told(const Held& held, NodeId here, NodeId there,
                    const std::set<NodeId>& near_there) const {
    const auto& fact = evidence_.fact(held.fact);
    const auto& edge = evidence_.edge(fact.edge);
    const auto other = other_end(held, here);
    CaseRelation out{.relation = evidence_.text_of(edge.relation),
                     .from = evidence_.text_of(edge.from),
                     .to = evidence_.text_of(edge.to),
                     .start = {},
                     .end = {},
                     .source = evidence_.text_of(fact.feed),
                     .links = held_then(held) && there != NodeId::unnamed &&
                              (other == there || near_there.contains(other))};
    if (fact.start != far_past) out.start = fact.start;
    if (held.end != far_future) out.end = held.end;
    if (fact.recorded_by != NodeId::unnamed) out.source = evidence_.text_of(fact.recorded_by);
    return out;
  }

  const State& state_;
  const Evidence& evidence_;
  const NodeId person_;
  const NodeId patient_;
  const Instant opened_;
  const Instant since_;
  const std::set<std::string> hidden_;
  std::size_t looked_at_ = 0;
};

}  // namespace

std::vector<CaseRelation> relations_around(const State& state, const Session& reader,
                                           const cases::Case& held) {
  const auto* person = state.person(reader.staff);
  if (person == nullptr || held.staff == reader.staff ||
      !cases::is_reviewer(held, active_roles(state, reader)))
    return {};
  auto out = Around{state, held}.all();
  std::stable_sort(out.begin(), out.end(), [](const CaseRelation& a, const CaseRelation& b) {
    if (a.links != b.links) return a.links;
    return a.start.value_or(far_past) > b.start.value_or(far_past);
  });
  if (out.size() > case_relations_max) out.resize(case_relations_max);
  return out;
}

}  // namespace halligan::app
