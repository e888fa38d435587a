// doors.h - what every way of signing in shares: the throttle, the terminal, the session that
// opens, the case of who passed a lock.
#pragma once

#include <optional>
#include <string>

#include "app/sessions.h"

namespace halligan::app {

// What is counted for a name: the person, or a short hash of a name that is nobody's (it may be a
// mistyped password).
std::string short_hash(const std::string& user);
std::string counted_by(const Person* person, const std::string& user);

// How long to wait before the next attempt, for a name at an origin; `with_sums`: what failed for
// the name anywhere, and there for anybody, counts as well. 0: no wait.
std::int64_t seconds_to_wait(const State& state, const std::string& name, const std::string& origin,
                             bool with_sums, const Now& now);
// The same for a passkey: what failed there for anybody by one. A signature is not guessed.
std::int64_t seconds_to_wait_for_passkeys(const State& state, const std::string& origin,
                                          const Now& now);
Refusal slow_down(std::int64_t seconds);
Refusal sign_in_refused();

// What stands for the name of a secret where a terminal showed its certificate.
inline std::string by_certificate(const std::string& certificate) {
  return "certificate/" + certificate;
}
// Where somebody signs in: the terminal, where it is in use and its secret the one that was told.
const Terminal* proved_terminal(const State& state, const TerminalId& id,
                                const std::string& kept_as);
// Whether the place is one of these, by names of the policy.
bool is_in(const State& state, const PlaceId& place, const std::vector<policy::ast::Name>& places);

// Whether the policy in force still lends the session its roles: of factors of its person's own,
// always.
bool still_lent(const State& state, const Session& session);

// Notes the session, with an id and its ends; the person's oldest makes room where there are too
// many.
SignIn::Done open_session(facts::SessionOpened fact, Millis lasts, Context& context);

// Notes a case that is about no patient.
void owe_case(const char* kind, const StaffId& about, const policy::ast::Review& review,
              std::string cause, std::string key, Context& context);
// Whoever got in, by something else, while their password is locked.
void owe_lock_out_case(const Person& person, const SessionId& session, const char* by,
                       Context& context);

}  // namespace halligan::app
