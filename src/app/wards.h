// wards.h - which wards there are, and who is on one: what the relations in force say.
//
// Who is on a ward is known here; what they are called only the record system knows.
#pragma once

#include <string>
#include <vector>

#include "app/state.h"

namespace halligan::app {

inline constexpr std::size_t ward_candidates_max = 200;
inline constexpr std::size_t wards_listed_max = 500;

struct OnWard {
  std::vector<PatientId> patients;  // by id
  bool more = false;                // there are others
};
// Patients of whom some source says now, by a relation of the policy from patient to unit, that
// they are on this ward.
OnWard patients_on(const State& state, const std::string& ward, const Now& now);

// Units that somebody is on now, or that the policy names as a place. By id.
std::vector<std::string> wards(const State& state, const Now& now);

}  // namespace halligan::app
