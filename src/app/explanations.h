// explanations.h - cases that account for themselves, by a relation that turned up. Pure.
#pragma once

#include <vector>

#include "app/judge.h"

namespace halligan::app {

// For each case that has none yet: the explanation, and its closing where policy lets it close
// itself. Nothing that the person of the case recorded counts (P3).
inline std::vector<facts::Fact> explained_now(const State& state) {
  std::vector<facts::Fact> out;
  for (const auto& id : state.unclosed) {
    const auto& held = state.all_cases.at(id);
    if (held.explanation) continue;
    auto found = explanation_of(state, held);
    if (!found) continue;
    // What its own rule's `unless` accounts for was never owed.
    const bool not_owed = found->rule == held.rule;
    out.emplace_back(std::move(*found));
    if (not_owed || closes_itself(state, held))
      out.emplace_back(facts::CaseClosed{.staff = {},
                                         .patient = held.patient,
                                         .case_id = id,
                                         .finding = facts::Finding::appropriate,
                                         .comment = "explained by what was recorded later"});
  }
  return out;
}

}  // namespace halligan::app
