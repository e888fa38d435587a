#include "app/wards.h"

#include <algorithm>
#include <set>

#include "app/edges.h"
#include "app/fold_evidence.h"
#include "app/judge.h"

namespace halligan::app {
namespace {

using policy::Evidence;

constexpr std::string_view unit = "unit";

// Relations of the policy by which a patient is on a unit.
std::vector<policy::WordId> relations_to_units(const State& state) {
  std::vector<policy::WordId> out;
  if (const auto* policy = policy_of(state))
    for (const auto& relation : policy->relations)
      if (relation.from.text == "patient" && relation.to.text == unit)
        if (const auto word = state.evidence.find_word(relation.name.text);
            word != policy::WordId::none)
          out.push_back(word);
  return out;
}

// Calls `found` with the patient of every edge that is so; stops where it gives false.
template <class Found>
void each_patient(const State& state, policy::NodeId ward, const Now& now, Found found) {
  const auto& evidence = state.evidence;
  for (const auto relation : relations_to_units(state))
    for (auto id = evidence.edges_to(ward, relation).first; id != policy::EdgeId::none;
         id = evidence.edge(id).next_of_to) {
      const auto& edge = evidence.edge(id);
      if (is_so(evidence, edge, now.wall) && !found(evidence.id_of(edge.from))) return;
    }
}

}  // namespace

OnWard patients_on(const State& state, const std::string& ward, const Now& now) {
  std::set<std::string> ids;
  each_patient(state, state.evidence.find(unit, ward), now, [&](const std::string& id) {
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

std::vector<std::string> wards(const State& state, const Now& now) {
  std::set<std::string> out;
  if (const auto* policy = policy_of(state))
    for (const auto& place : policy->places)
      for (const auto& id : place.ids) {
        const auto node = split_node(id.text);
        if (node.type.empty()) out.insert(id.text);
        if (node.type == unit) out.insert(std::string{node.id});
      }
  if (const auto type = state.evidence.find_type(unit))
    for (const auto ward : state.evidence.nodes_of(*type))
      each_patient(state, ward, now, [&](const std::string&) {
        out.insert(state.evidence.id_of(ward));
        return false;  // one is enough
      });
  const auto end =
      std::next(out.begin(), static_cast<std::ptrdiff_t>(std::min(out.size(), wards_listed_max)));
  return {out.begin(), end};
}

}  // namespace halligan::app
