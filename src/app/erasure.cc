#include "app/erasure.h"

#include <algorithm>

#include "app/edges.h"
#include "app/judge.h"
#include "app/roles.h"
#include "app/sessions.h"

namespace halligan::app {
namespace {

role::Asked officer(const State& state, const std::string& token_hash, const Now& now) {
  return role::asked_by(state, token_hash, now, {role::privacy_officer},
                        "an erasure takes a privacy officer");
}

bool may_hear_of(const State& state, const Session& session, const PatientId& patient,
                 const Now& now) {
  return state.knows(patient) && !hidden_from(state, session, patient, now);
}

Refusal nobody() { return {.why = Why::not_found, .what = "no entry concerns such a patient"}; }

std::size_t open_cases(const State& state, const PatientId& patient) {
  std::size_t count = 0;
  for (auto each = state.unclosed_of_patient.lower_bound({patient, CaseId{}});
       each != state.unclosed_of_patient.end() && each->first == patient; ++each)
    ++count;
  return count;
}

// What reads the chart now, or moved last for it, is over: else it would be known by that.
void end_sessions_on(const PatientId& patient, const StaffId& by, Context& context) {
  for (const auto& [id, session] : context.state.sessions)
    if (session.focus == patient || session.used_for == patient)
      end_session(session, facts::SessionEnd::revoked, facts::EndedBy::revoked, by, context);
  for (const auto& id : context.state.open) {
    const auto* held = context.state.glass(id);
    if (held->patient != patient) continue;
    const auto noted = std::ranges::any_of(context.noted, [&](const facts::Fact& fact) {
      const auto* ended = std::get_if<facts::GlassEnded>(&fact);
      return ended != nullptr && ended->glass == id;
    });
    if (noted) continue;
    if (auto ended = glass::decide_end(*held, facts::EndedBy::revoked, by, context.now))
      context.note(std::move(*ended));
  }
}

std::optional<Refusal> not_yet(const State& state, const Session& session, const PatientId& patient,
                               const Now& now) {
  const auto wanted = state.erasures_wanted.find(patient);
  if (wanted == state.erasures_wanted.end() || wanted->second.at + erasure_waits_max < now.wall)
    return Refusal{.why = Why::conflict,
                   .what =
                       "another officer has to ask for this erasure first, and not more than "
                       "14 days ago"};
  if (wanted->second.by == session.staff)
    return Refusal{.why = Why::same_person, .what = "somebody else has to do what you asked for"};
  if (state.one_hand(wanted->second.by, session.staff, wanted->second.at))
    return in_one_hand("who asked", "erase");
  if (!role::still_has_one(state, wanted->second.by, {role::privacy_officer}))
    return Refusal{.why = Why::conflict,
                   .what = "who asked for this is no privacy officer any more: ask anew"};
  if (const auto open = open_cases(state, patient); open > 0)
    return Refusal{.why = Why::conflict,
                   .what = std::to_string(open) + (open == 1 ? " case" : " cases") +
                           " about this patient must be closed first"};
  return not_proved(session, proof::erasure, now);
}

}  // namespace

AskErasure::Answer decide(const AskErasure& command, Context& context) {
  const auto asked = officer(context.state, command.token_hash, context.now);
  if (asked.refusal) return *asked.refusal;
  if (std::ranges::find(erasure_reasons, command.why) == erasure_reasons.end())
    return Refusal{.why = Why::bad_request,
                   .what =
                       "why: expected retention-over, patient-asked, court-order or "
                       "recorded-by-mistake"};
  if (!may_hear_of(context.state, *asked.session, command.patient, context.now)) return nobody();
  return context.note(facts::ErasureAsked{
      .staff = asked.session->staff, .patient = command.patient, .why = command.why});
}

ErasePatient::Answer decide(const ErasePatient& command, Context& context) {
  const auto asked = officer(context.state, command.token_hash, context.now);
  if (asked.refusal) return *asked.refusal;
  const auto& patient = command.patient;
  if (!command.what || !may_hear_of(context.state, *asked.session, patient, context.now))
    return nobody();
  if (auto refusal = not_yet(context.state, *asked.session, patient, context.now))
    return std::move(*refusal);
  const auto wanted = context.state.erasures_wanted.at(patient);
  end_sessions_on(patient, asked.session->staff, context);
  ErasePatient::Done out{.entry = 0,
                         .pseudonym = command.what->pseudonym,
                         .key = command.what->key,
                         .entries = command.what->entries};
  for (const auto& fact : context.noted)
    if (facts::patient_of(fact) == patient) ++out.entries;
  out.entry = context.note(facts::PatientErased{.staff = asked.session->staff,
                                                .pseudonym = to_hex(out.pseudonym),
                                                .key = to_hex(out.key),
                                                .asked_by = wanted.by,
                                                .why = wanted.why,
                                                .count = out.entries});
  return out;
}

std::variant<std::vector<ErasureLine>, Refusal> erasures_wanted(const State& state,
                                                                const std::string& token_hash,
                                                                const Now& now) {
  const auto asked = officer(state, token_hash, now);
  if (asked.refusal) return *asked.refusal;
  std::vector<ErasureLine> out;
  for (const auto& [patient, wanted] : state.erasures_wanted)
    if (wanted.at + erasure_waits_max >= now.wall &&
        may_hear_of(state, *asked.session, patient, now))
      out.push_back(
          {.patient = patient, .wanted = wanted, .open_cases = open_cases(state, patient)});
  return out;
}

}  // namespace halligan::app
