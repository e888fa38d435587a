#include "app/edges.h"

#include <algorithm>

#include "app/fold_evidence.h"
#include "app/judge.h"

namespace halligan::app {
namespace {

namespace ast = policy::ast;

const ast::Relation* declared(const ast::Policy& policy, std::string_view name) {
  const auto found =
      std::find_if(policy.relations.begin(), policy.relations.end(),
                   [&](const ast::Relation& each) { return each.name.text == name; });
  return found == policy.relations.end() ? nullptr : &*found;
}

std::optional<std::string> node_of(const std::string& text, const std::string& type) {
  const auto node = split_node(text);
  if (node.type.empty()) return valid_id(text) ? std::optional{type + "/" + text} : std::nullopt;
  return node.type == type && valid_id(node.id) ? std::optional{text} : std::nullopt;
}

PatientId patient_in(const std::string& from, const std::string& to) {
  for (const auto* text : {&to, &from})
    if (const auto node = split_node(*text); node.type == "patient")
      return PatientId{std::string{node.id}};
  return {};
}

policy::NodeId node(const policy::Evidence& evidence, const std::string& text) {
  const auto [type, id] = split_node(text);
  return evidence.find(type, id);
}

bool is_of(const policy::Evidence& evidence, const policy::Fact& fact, const Source& source) {
  if (!source.feed.empty())
    return evidence.text_of(fact.feed) == source.feed && fact.feed != policy::WordId::none;
  return fact.feed == policy::WordId::none &&
         fact.recorded_by == evidence.find("staff", source.staff.text());
}

}  // namespace

std::variant<Edge, std::string> edge_of(const ast::Policy& policy, const std::string& relation,
                                        const std::string& from, const std::string& to) {
  const auto* found = declared(policy, relation);
  if (found == nullptr) return "relation: expected one that the policy in force declares";
  const auto source = node_of(from, found->from.text);
  if (!source) return "from: expected the id of a " + found->from.text;
  const auto target = node_of(to, found->to.text);
  if (!target) return "to: expected the id of a " + found->to.text;
  return Edge{
      .declared = found, .from = *source, .to = *target, .patient = patient_in(*source, *target)};
}

policy::EdgeId find_edge(const policy::Evidence& evidence, std::string_view relation,
                         const std::string& from, const std::string& to) {
  const auto word = evidence.find_word(relation);
  const auto source = node(evidence, from);
  const auto target = node(evidence, to);
  if (word == policy::WordId::none || source == policy::NodeId::unnamed ||
      target == policy::NodeId::unnamed)
    return policy::EdgeId::none;
  return evidence.find_edge(word, source, target);
}

std::optional<policy::Fact> last_said(const policy::Evidence& evidence, policy::EdgeId edge,
                                      const Source& source) {
  if (edge == policy::EdgeId::none) return std::nullopt;
  for (auto id = evidence.edge(edge).newest; id != policy::FactId::none;
       id = evidence.fact(id).older)
    if (const auto& fact = evidence.fact(id); !fact.gone && is_of(evidence, fact, source))
      return fact;
  return std::nullopt;
}

std::optional<policy::Fact> holding(const policy::Evidence& evidence, policy::EdgeId edge,
                                    Whose whose, Saying saying, Instant at) {
  if (edge == policy::EdgeId::none) return std::nullopt;
  for (auto id = evidence.edge(edge).newest; id != policy::FactId::none;
       id = evidence.fact(id).older) {
    const auto& fact = evidence.fact(id);
    const bool meant = (fact.feed == policy::WordId::none) == (whose == Whose::people) &&
                       (saying == Saying::anything || !fact.denied);
    if (!fact.gone && meant && fact.start <= at && at < fact.end) return fact;
  }
  return std::nullopt;
}

bool said_by_nobody_else(const policy::Evidence& evidence, policy::EdgeId edge,
                         const StaffId& staff, Instant at) {
  if (!holding(evidence, edge, Whose::people, Saying::anything, at)) return false;
  const auto self = evidence.find("staff", staff.text());
  for (auto id = evidence.edge(edge).newest; id != policy::FactId::none;
       id = evidence.fact(id).older) {
    const auto& fact = evidence.fact(id);
    if (fact.feed != policy::WordId::none || fact.gone || fact.recorded_by == self) continue;
    if (fact.start <= at && at < fact.end) return false;
  }
  return true;
}

bool is_so(const policy::Evidence& evidence, const policy::Edge& edge, Instant at) {
  const auto same_source = [](const policy::Fact& a, const policy::Fact& b) {
    return a.feed == b.feed && a.recorded_by == b.recorded_by;
  };
  std::vector<policy::Fact> said;
  for (auto id = edge.newest; id != policy::FactId::none; id = evidence.fact(id).older) {
    const auto& fact = evidence.fact(id);
    if (fact.gone || at < fact.start || at >= fact.end) continue;
    if (std::any_of(said.begin(), said.end(),
                    [&](const auto& later) { return same_source(later, fact); }))
      continue;
    if (!fact.denied) return true;
    said.push_back(fact);
  }
  return false;
}

bool concerns(const State& state, const StaffId& staff, const Edge& edge) {
  const std::string self = "staff/" + staff.text();
  if (edge.from == self || edge.to == self) return true;
  const auto* policy = policy_of(state);
  for (const auto& relation : policy->relations) {
    for (const auto* end : {&edge.from, &edge.to}) {
      if (split_node(*end).type == "patient")
        continue;  // being somebody's doctor is not the relation itself
      if (relation.from.text == "staff" &&
          find_edge(state.evidence, relation.name.text, self, *end) != policy::EdgeId::none)
        return true;
    }
  }
  return false;
}

std::string self_made_key(const StaffId& author, const Edge& edge) {
  return "self-made-relation|" + author.text() + "|" + edge.declared->name.text + "|" + edge.from +
         "|" + edge.to;
}

CaseId owe_self_made_case(const Session& session, const Edge& edge, Context& context) {
  const auto* policy = policy_of(context.state);
  const auto rule =
      std::find_if(policy->cases.begin(), policy->cases.end(), [](const ast::CaseRule& each) {
        return each.kind == ast::CaseKind::self_made_relation && each.by && each.within;
      });
  if (rule == policy->cases.end()) return {};
  facts::CaseOpened fact;
  fact.key = self_made_key(session.staff, edge);
  if (const auto held = context.state.case_by_key.find(fact.key);
      held != context.state.case_by_key.end() && context.state.unclosed.contains(held->second))
    return held->second;
  fact.staff = session.staff;
  fact.patient = edge.patient;
  fact.case_id = CaseId{context.fresh.id()};
  fact.case_kind = "self-made-relation";
  fact.rule = edge.declared->name.text;
  fact.reviewer = rule->by->text;
  fact.queue = rule->queue.empty() ? rule->by->text : rule->queue;
  fact.due = context.now.wall + *rule->within;
  fact.rank = rule->rank;
  fact.cause = "recorded for themselves: " + edge.declared->name.text;
  auto id = fact.case_id;
  context.note(std::move(fact));
  return id;
}

}  // namespace halligan::app
