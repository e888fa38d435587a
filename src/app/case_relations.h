// case_relations.h - what ties the person of a case to its patient: facts to be drawn for a
// reviewer.
//
// No other patient is named, and of the patient's relations to staff none but to this person: whom
// else either has to do with is not what the case is about. Relations that a hidden deny walks over
// are told only where they are between the two.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/state.h"

namespace halligan::app {

inline constexpr std::size_t case_relations_max = 60;

struct CaseRelation {
  std::string relation;
  std::string from;  // "type/id"
  std::string to;
  std::optional<Instant> start;  // nothing: for as long as anybody knows
  std::optional<Instant> end;    // nothing: it is open
  std::string source;            // the feed, or "staff/id" of who recorded it
  // It lies on a way of at most two facts, held when the case was opened, from person to patient.
  bool links = false;
};
// Relations of the policy at the person or the patient, those that ended long before the case left
// out; what links first, then what began last. For reviewers: others, and the person, get none.
std::vector<CaseRelation> relations_around(const State& state, const Session& reader,
                                           const cases::Case& held);

}  // namespace halligan::app
