#include "app/refusal.h"

#include "base/must.h"

namespace halligan::app {
namespace {

struct Row {
  int status;
  const char* slug;
  const char* title;
};

Row row(Why why) {
  switch (why) {
    case Why::no_session: return {401, "no-session", "Sign in first"};
    case Why::session_locked: return {401, "session-locked", "This session is locked"};
    case Why::role_needed: return {403, "role-needed", "Your role does not cover this"};
    case Why::denied: return {403, "denied", "This record is closed to you"};
    case Why::glass_needed: return {403, "glass-needed", "This chart takes breaking the glass"};
    case Why::no_policy: return {503, "no-policy", "No policy is in force"};
    case Why::bad_request: return {400, "bad-request", "The request cannot be understood"};
    case Why::not_found: return {404, "not-found", "There is no such thing"};
    case Why::sign_in_refused: return {401, "sign-in-refused", "Name, password or code is wrong"};
    case Why::code_reused: return {401, "code-reused", "This code was used before"};
    case Why::slow_down: return {429, "slow-down", "Too many attempts"};
    case Why::too_many_streams: return {429, "too-many-streams", "Too many screens listen"};
    case Why::step_up_needed: return {401, "step-up-needed", "A fresh second factor is needed"};
    case Why::details_missing: return {422, "details-missing", "Details are missing"};
    case Why::acknowledgement_missing:
      return {422, "acknowledgement-missing", "An acknowledgement is missing"};
    case Why::confirmation_missing:
      return {422, "confirmation-missing", "The situation must be confirmed"};
    case Why::unknown_reason: return {422, "unknown-reason", "This reason is not offered here"};
    case Why::not_yours: return {403, "not-yours", "This belongs to somebody else"};
    case Why::self_review: return {409, "self-review", "Nobody reviews their own case"};
    case Why::same_person: return {409, "same-person", "This takes a second person"};
    case Why::second_person_needed:
      return {409, "second-person-needed", "It waits for a second administrator"};
    case Why::closed_already: return {409, "closed-already", "It is closed already"};
    case Why::not_closed: return {409, "not-closed", "It is not closed"};
    case Why::glass_ended: return {409, "glass-ended", "This glass has ended"};
    case Why::policy_refused: return {422, "policy-refused", "The policy cannot be accepted"};
    case Why::conflict: return {409, "conflict", "This contradicts what is recorded"};
    case Why::stale: return {412, "stale", "It was changed meanwhile"};
    case Why::focus_elsewhere: return {409, "focus-elsewhere", "Another chart is in front"};
    case Why::ledger_nearly_full:
      return {503, "ledger-nearly-full", "The ledger's disk is nearly full"};
  }
  base::stop("refusal outside its enum", __FILE__, __LINE__);
}

}  // namespace

int http_status(Why why) { return row(why).status; }
const char* slug(Why why) { return row(why).slug; }
const char* title(Why why) { return row(why).title; }

}  // namespace halligan::app
