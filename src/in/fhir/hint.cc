#include "in/fhir/hint.h"

#include "app/offer.h"

namespace halligan::in::fhir {

bool more_by_glass(const app::State& state, const app::Session& session, const PatientId& patient,
                   const std::string& type, const Now& now) {
  const auto* policy = app::policy_of(state);
  if (policy == nullptr) return false;
  const auto named = app::codes_named(*policy, type);
  app::Cell cell;
  cell.type = type;
  cell.patient = patient.text();
  cell.survey = true;
  const auto glass = [&] {
    return app::judge(state, session, cell, now).verdict == app::Verdict::glass;
  };
  if (glass()) return true;
  // What is of no category that a rule names, and old: a right may cover the rest of the type only.
  if (app::judge(state, session, app::rest_of(cell), now).verdict == app::Verdict::glass)
    return true;
  for (const auto& label : named.labels) {
    cell.labels = {label};
    if (glass()) return true;
  }
  cell.labels.clear();
  for (const auto& category : named.categories) {
    cell.categories = {category};
    if (glass()) return true;
  }
  return false;
}

}  // namespace halligan::in::fhir
