// forget.cc - what an erasure leaves of the state: what a replay gives that cannot read the
// patient's entries (P5).
#include <algorithm>

#include "app/state.h"

namespace halligan::app {

void State::forget_glass_and_cases(const PatientId& patient) {
  const auto of_patient = [&](const GlassId& id) { return glasses.at(id).patient == patient; };
  std::erase_if(glass_in_order, of_patient);
  for (auto& [staff, ids] : glass_of_staff) std::erase_if(ids, of_patient);
  std::erase_if(glass_of_staff, [](const auto& each) { return each.second.empty(); });
  for (const auto& id : glass_of_patient[patient]) {
    if (const auto over = glass_over.find(id); over != glass_over.end()) over->second->store(true);
    glass_over.erase(id);
    open.erase(id);
    glasses.erase(id);
  }
  glass_of_patient.erase(patient);

  std::vector<const cases::Case*> gone;
  for (const auto& [id, held] : all_cases)
    if (held.patient == patient) gone.push_back(&held);
  std::erase_if(case_by_key, [&](const auto& each) {
    const auto held = all_cases.find(each.second);
    return held != all_cases.end() && held->second.patient == patient;
  });
  for (const auto* held : gone) {
    drop_unclosed(*held);
    cases_by_time.erase({held->opened_at, held->id});
    all_cases.erase(CaseId{held->id});  // not by what lies in it
  }
}

void State::forget(const PatientId& patient) {
  forget_glass_and_cases(patient);
  const auto about = [&](const auto& each) { return each.second.patient == patient; };
  std::erase_if(pending, about);
  std::erase_if(glass_tokens, about);
  std::erase_if(token_by_id_,
                [&](const auto& each) { return !glass_tokens.contains(each.second); });
  std::erase_if(endings, [&](const auto& each) { return each.patient == patient; });
  std::erase_if(made, about);
  std::erase_if(folds, [&](const auto& each) { return each.second.sample.patient == patient; });
  std::erase_if(codes_in_order,
                [&](const std::string& code) { return codes.at(code).patient == patient; });
  std::erase_if(codes, about);
  erasures_wanted.erase(patient);
  for (auto& [id, card] : cards) card.charts.erase(patient);
  patients.erase(patient.text());
  if (const auto node = evidence.find("patient", patient.text()); node != policy::NodeId::unnamed)
    evidence.forget(node);
  ++rights_epoch;
}

// Lists in the order in which entries filled them.
void State::complete() {
  for (const auto& [id, person] : people) {
    for (const auto& [passkey, held] : person.passkeys) passkey_owner_[passkey] = id;
    evidence.intern("staff", id.text());
    for (const auto& [what, holders] : person.hands)
      for (const auto& [holder, until] : holders) hold(holder, id);
    if (!person.department.empty()) evidence.intern("department", person.department);
  }
  for (const auto& [id, terminal] : terminals) name_terminal(terminal);
  complete_sources();
  for (auto& [id, session] : sessions) {
    by_token[session.token_hash] = id;
    session.over = std::make_shared<std::atomic<bool>>(false);
    session.out_of_sight = std::make_shared<std::atomic<bool>>(session.locked);
  }
  for (const auto& id : glass_in_order) {
    const auto& held = glasses.at(id);
    glass_of_patient[held.patient].push_back(id);
    glass_of_staff[held.staff].push_back(id);
    if (!held.open()) continue;
    open.insert(id);
    glass_over[id] = std::make_shared<std::atomic<bool>>(false);
  }
  for (const auto& [id, held] : all_cases) {
    cases_by_time[{held.opened_at, id}] = &held;
    if (!held.closing) keep_unclosed(held);
  }
  if (!policy_version.empty()) compile_policy();
}

}  // namespace halligan::app
