#include "in/fhir/hint.h"

#include <set>

namespace halligan::in::fhir {
namespace {

namespace ast = policy::ast;

struct Named {
  std::set<std::string> labels;
  std::set<std::string> categories;
};

Named named_by(const ast::Policy& policy, const std::string& type) {
  Named out;
  const auto look = [&](const std::vector<ast::Member>& members) {
    for (const auto& member : members) {
      if (member.kind == ast::MemberKind::label) out.labels.insert(member.text);
      if (member.kind == ast::MemberKind::type && member.text == type && member.category)
        out.categories.insert(*member.category);
    }
  };
  for (const auto& rule : policy.rules) look(rule.data);
  for (const auto& data_class : policy.classes) look(data_class.of);
  return out;
}

}  // namespace

bool more_by_glass(const app::State& state, const app::Session& session, const PatientId& patient,
                   const std::string& type, const Now& now) {
  const auto* policy = app::policy_of(state);
  if (policy == nullptr) return false;
  const auto named = named_by(*policy, type);
  app::Cell cell;
  cell.type = type;
  cell.patient = patient.text();
  cell.survey = true;
  const auto glass = [&] {
    return app::judge(state, session, cell, now).verdict == app::Verdict::glass;
  };
  if (glass()) return true;
  // What is of no category that a rule names, and old: a right may cover the rest of the type only.
  auto rest = cell;
  rest.survey = false;
  rest.categories.emplace();
  rest.dated = far_past;
  if (app::judge(state, session, rest, now).verdict == app::Verdict::glass) return true;
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
