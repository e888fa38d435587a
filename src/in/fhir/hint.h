// hint.h - whether this person, for this patient, could have more by glass than what they were
// given.
//
// INVARIANT: it depends on person, patient and policy alone, never on what the chart holds.
#pragma once

#include <string>

#include "app/judge.h"

namespace halligan::in::fhir {

// True where the policy names a label, or a category of this type, for which the verdict is glass.
bool more_by_glass(const app::State& state, const app::Session& session, const PatientId& patient,
                   const std::string& type, const Now& now);

}  // namespace halligan::in::fhir
