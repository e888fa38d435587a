#include "app/wards.h"

#include <algorithm>
#include <set>

#include "app/edges.h"
#include "app/fold_evidence.h"
#include "app/judge.h"

namespace halligan::app {
namespace {

constexpr std::string_view unit = "unit";

// Those of wards_asked() that some fact has spoken of.
std::vector<policy::WordId> words_asked(const State& state, const Session& session,
                                        const Now& now) {
  std::vector<policy::WordId> out;
  for (const auto& name : wards_asked(state, session, now))
    if (const auto word = state.evidence.find_word(name); word != policy::WordId::none)
      out.push_back(word);
  return out;
}

// Calls `found` with the patient of every edge that is so; stops where it gives false.
template <class Found>
void each_patient(const State& state, const std::vector<policy::WordId>& relations,
                  policy::NodeId ward, const Now& now, Found found) {
  const auto& evidence = state.evidence;
  for (const auto relation : relations)
    for (auto id = evidence.edges_to(ward, relation).first; id != policy::EdgeId::none;
         id = evidence.edge(id).next_of_to) {
      const auto& edge = evidence.edge(id);
      if (is_so(evidence, edge, now.wall) && !found(evidence.id_of(edge.from))) return;
    }
}

// Whether somebody is on it whom this session would find there.
bool finds_somebody(const State& state, const Session& session,
                    const std::vector<policy::WordId>& relations, policy::NodeId ward,
                    const Now& now) {
  bool finds = false;
  std::size_t left = ward_candidates_max;
  each_patient(state, relations, ward, now, [&](const std::string& id) {
    auto cell = search_cell();
    cell.patient = id;
    finds = judge(state, session, cell, now).verdict == Verdict::permit;
    return !finds && --left > 0;
  });
  return finds;
}

}  // namespace

std::vector<Cell> ward_cells(const State& state) {
  std::vector<Cell> out;
  if (const auto* policy = policy_of(state))
    for (const auto& relation : policy->relations)
      if (relation.from.text == "patient" && relation.to.text == unit) {
        auto& cell = out.emplace_back();
        cell.action = Action::search;
        cell.fact = relation.name.text;
      }
  return out;
}

std::vector<std::string> wards_asked(const State& state, const Session& session, const Now& now) {
  std::vector<std::string> out;
  for (const auto& cell : ward_cells(state))
    if (judge(state, session, cell, now).verdict == Verdict::permit) out.push_back(cell.fact);
  return out;
}

OnWard patients_on(const State& state, const Session& session, const std::string& ward,
                   const Now& now) {
  std::set<std::string> ids;
  each_patient(state, words_asked(state, session, now), state.evidence.find(unit, ward), now,
               [&](const std::string& id) {
                 ids.insert(id);
                 return true;
               });
  OnWard out;
  for (const auto& id : ids) {
    if (out.patients.size() == ward_candidates_max) {
      out.more = true;
      break;
    }
    out.patients.emplace_back(id);
  }
  return out;
}

std::vector<std::string> wards(const State& state, const Session& session, const Now& now) {
  std::set<std::string> out;
  if (const auto* policy = policy_of(state))
    for (const auto& place : policy->places)
      for (const auto& id : place.ids) {
        const auto node = split_node(id.text);
        if (node.type.empty()) out.insert(id.text);
        if (node.type == unit) out.insert(std::string{node.id});
      }
  const auto relations = words_asked(state, session, now);
  if (const auto type = state.evidence.find_type(unit))
    for (const auto ward : state.evidence.nodes_of(*type))
      if (finds_somebody(state, session, relations, ward, now))
        out.insert(state.evidence.id_of(ward));
  const auto end =
      std::next(out.begin(), static_cast<std::ptrdiff_t>(std::min(out.size(), wards_listed_max)));
  return {out.begin(), end};
}

}  // namespace halligan::app
