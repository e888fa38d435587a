// wards.h - which wards there are, and who is on one: what the relations in force say.
//
// Who is on a ward is known here; what they are called only the record system knows.
#pragma once

#include <string>
#include <vector>

#include "app/judge.h"

namespace halligan::app {

inline constexpr std::size_t ward_candidates_max = 200;
inline constexpr std::size_t wards_listed_max = 500;

// Who is on a ward is told to whom the policy gives `search` on a relation from patient to unit,
// and by that relation alone. One question for each such relation:
std::vector<Cell> ward_cells(const State& state);
// and those relations of which the answer is yes.
std::vector<std::string> wards_asked(const State& state, const Session& session, const Now& now);

struct OnWard {
  std::vector<PatientId> patients;  // by id
  bool more = false;                // there are others
};
// Patients of whom some source says now, by a relation that this session may search, that they are
// on this ward. Whether each may be found is another question (ListPeople).
OnWard patients_on(const State& state, const Session& session, const std::string& ward,
                   const Now& now);

// Units that the policy names as a place, and those that somebody is on now whom this session may
// find there. By id.
std::vector<std::string> wards(const State& state, const Session& session, const Now& now);

}  // namespace halligan::app
