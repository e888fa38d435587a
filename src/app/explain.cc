#include "app/explain.h"

#include <algorithm>

#include "app/access.h"
#include "app/offer.h"
#include "app/roles.h"

namespace halligan::app {
namespace {

bool oversees(const State& state, const Session& session) {
  return has_any_role(state, session, {role::administrator, role::privacy_officer});
}

// How it would be for this person in a session opened just now, at no known place.
Session imagined(const StaffId& staff, const Now& now) {
  Session out;
  out.staff = staff;
  out.proof_level = 2;
  out.proof_at = now;
  return out;
}

// What the person may know of their own question: the rules that the answer rests on, without
// those that stay hidden. Of a deny that names no rule nothing, or the hidden would show by it.
void keep_own(const State& state, Explained& how) {
  const auto hidden = [&](const std::string& name) {
    const auto* rule = rule_named(state, name);
    return rule == nullptr || rule->hide;
  };
  const bool nameless = how.answer.verdict == Verdict::deny && how.answer.denied_by.empty();
  std::erase_if(how.decisive, [&](const std::string& name) { return nameless || hidden(name); });
  std::erase_if(how.steps, [&](const Explained::Step& step) {
    return std::find(how.decisive.begin(), how.decisive.end(), step.rule) == how.decisive.end();
  });
  if (how.answer.verdict == Verdict::permit) return;
  for (auto& step : how.steps)
    for (auto& part : step.parts) part.relations.clear();
}

}  // namespace

ExplainCode::Answer decide(const ExplainCode& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  const auto held = context.state.codes.find(command.code);
  const bool own = held != context.state.codes.end() && held->second.staff == session->staff;
  if (held == context.state.codes.end() || (!own && !oversees(context.state, *session)) ||
      !may_learn(context.state, *session, held->second.staff, held->second.patient, context.now))
    return Refusal{.why = Why::not_found, .what = "no code that concerns you reads like this"};
  if (!own)
    context.note(facts::LedgerRead{.staff = session->staff,
                                   .session = session->id,
                                   .what = "code " + command.code,
                                   .patient = held->second.patient,
                                   .about = held->second.staff});
  return held->second;
}

ExplainDecision::Answer decide(const ExplainDecision& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  const bool overseer = oversees(context.state, *session);
  const bool own = command.staff.empty() || command.staff == session->staff;
  if (!own && !overseer)
    return role::needed("a decision about somebody else takes an officer or an administrator");
  if (!own && context.state.person(command.staff) == nullptr)
    return Refusal{.why = Why::not_found, .what = "nobody is enrolled under this id"};
  const Session asker = own ? *session : imagined(command.staff, context.now);
  // An id that is nobody's explains like one that no rule gives anything of; to who asks for
  // somebody else, so does a patient who must not be told to them.
  const PatientId patient{command.cell.patient.value_or("")};
  const bool hidden = !own && hidden_from(context.state, *session, patient, context.now);
  const bool known = patient.empty() || (!hidden && context.state.knows(patient));
  auto cell = command.cell;
  if (hidden) cell.patient = nobodys_cell("Patient/" + patient.text()).patient;
  auto how = explain(context.state, asker, cell, context.now);
  if (how && !known && how->answer.verdict != Verdict::deny) how.emplace();
  if (!how) return Refusal{.why = Why::no_policy, .what = "no policy is in force"};
  ExplainDecision::Told out{
      .how = std::move(*how), .policy = context.state.policy_version, .offer = {}, .owed = {}};
  const auto& answer = out.how.answer;
  if (answer.verdict == Verdict::glass)
    out.offer = offer_of(context.state, command.cell, answer, context.now);
  if (answer.basis) out.owed = answer.basis->bill.reviews;
  if (!overseer || own) keep_own(context.state, out.how);
  context.note(facts::LedgerRead{
      .staff = session->staff,
      .session = session->id,
      .what = std::string{"explained: "} + action_text(command.cell.action) + " of " +
              (command.cell.fact.empty() ? command.cell.type : command.cell.fact),
      .patient = known ? patient : PatientId{},
      .about = own ? StaffId{} : command.staff});
  return out;
}

}  // namespace halligan::app
