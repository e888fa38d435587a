// refusal.h - the ordinary answer "no", as a value: why, what is missing, how to go on.
//
// `what` is for the person who asked: lower case, no full stop, and never patient data beyond what
// that person sent.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "core/policy/ast.h"

namespace halligan::app {

// What is due for one grant (spec/policy-language.md, "The bill"), in words for people.
struct Due {
  bool confirm = false;
  int proof_level = 0;  // that is asked; 0: none
  std::optional<Millis> proof_age;
  bool proof_paid = false;  // the one of this session suffices: nothing of it is due
  std::vector<std::string> prompts;
  struct Acknowledge {
    std::string rule;
    std::string text;
  };
  std::vector<Acknowledge> acknowledge;
  struct Owed {
    std::vector<std::string> prompts;
    Millis within{};
  };
  std::vector<Owed> owed_prompts;
  bool review = false;
  std::vector<std::string> notices;
};

struct OfferedGrant {
  std::string rule;
  bool reason = false;
  std::string label;
  std::string help;
  std::string purpose;
  Due due;
  Millis idle{};
  Millis lasts{};
};

// What is to be done in a chart, in codes: the cell that was refused, or that a glass is for. Of
// labels and categories it has those alone that the policy names: no others decide anything.
struct OfferedCell {
  policy::ast::Action action = policy::ast::Action::read;
  std::string type = "Patient";  // or "fact:referral"
  std::vector<std::string> labels{};
  std::vector<std::string> categories{};  // none: of whatever category
  // Whether the chart opens: read, Patient, unlabelled.
  bool is_chart() const { return *this == OfferedCell{}; }
  bool operator==(const OfferedCell&) const = default;
};

// Advice, not a right: breaking is decided afresh.
struct Offer {
  PatientId patient;
  OfferedCell wanted{};
  std::string policy;
  Instant until{};
  std::vector<OfferedGrant> grants;
  std::vector<std::string> instead;
};

enum class Why {
  no_session,      // token unknown, ended or over
  session_locked,  // alive, but its person walked away
  role_needed,     // the person's roles do not cover it
  denied,          // a verdict of deny
  glass_needed,    // a verdict of glass: see offer
  no_policy,       // no policy is in force
  bad_request,
  not_found,
  sign_in_refused,
  code_reused,
  slow_down,
  too_many_streams,
  step_up_needed,
  details_missing,
  acknowledgement_missing,
  confirmation_missing,
  unknown_reason,
  not_yours,
  self_review,
  same_person,           // the second person must be another one
  second_person_needed,  // it waits for one
  closed_already,
  not_closed,
  glass_ended,
  policy_refused,
  conflict,
  stale,            // it was changed since it was read
  focus_elsewhere,  // another chart is in front
  ledger_nearly_full,
};

struct Refusal {
  Why why = Why::denied;
  std::string what{};
  std::string code{};                  // reference code, where the refusal is an entry
  std::string rule{};                  // the visible rule that shut
  std::string text{};                  // its text
  std::vector<std::string> missing{};  // prompts or rules
  std::int64_t retry_after_seconds = 0;
  std::int64_t max_age_seconds = 0;  // of the proof that is asked (RFC 9470)
  std::optional<Offer> offer{};
  std::string act{};       // under which name it waits for a second administrator
  std::string ended_by{};  // how the session ended, where this very command ended it
};

// Nobody is behind the request: whatever it asked, nothing of it is answered.
inline bool is_nobody(Why why) { return why == Why::no_session || why == Why::session_locked; }

int http_status(Why why);
const char* slug(Why why);  // of urn:halligan:problem:<slug>
const char* title(Why why);

}  // namespace halligan::app
