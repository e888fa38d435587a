// people.h - who may ask and from where: staff, their factors and sessions, terminals.
//
// An administrator's work, never on their own roles, and with a second factor that is fresh for all
// but deactivating. Secrets never come here: the caller keeps a new one in the vault under a name
// of its own first, then has that name recorded; until then, and where another name is recorded
// after it, it proves nothing.
//
// INVARIANT: who loses a role or is deactivated has no session and no open glass afterwards.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "app/context.h"
#include "app/refusal.h"

namespace halligan::app {

struct SetStaff {
  struct Done {
    StaffId person;
    bool enrolled = false;  // new
    bool changed = false;
    std::size_t sessions_ended = 0;
    // As it is now.
    std::string name;
    std::vector<std::string> roles;
    std::string department;
    bool active = true;
    std::set<std::string> factors;
  };
  using Answer = std::variant<Done, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  StaffId person;
  // What is not given stays as it is; whoever is new needs all.
  std::optional<std::string> name;
  std::optional<std::vector<std::string>> roles;
  std::optional<std::string> department;
  std::optional<bool> active;
};
SetStaff::Answer decide(const SetStaff& command, Context& context);

// Asked before a secret is made; nothing where it may be.
std::optional<Refusal> may_enrol(const State& state, const std::string& token_hash, const Now& now,
                                 const StaffId& person);
std::optional<Refusal> may_renew(const State& state, const std::string& token_hash, const Now& now,
                                 const TerminalId& terminal);

struct EnrolFactor {
  using Answer = std::variant<StaffId, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  StaffId person;
  std::string factor;  // "password", "totp"
  std::string kept_as;
};
EnrolFactor::Answer decide(const EnrolFactor& command, Context& context);

// Lifts the lock of a password that was guessed at; somebody else's, by an administrator.
struct UnlockPassword {
  using Answer = std::variant<StaffId, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  StaffId person;
};
UnlockPassword::Answer decide(const UnlockPassword& command, Context& context);

struct SignOutStaff {                                 // every session and glass of a person
  using Answer = std::variant<std::size_t, Refusal>;  // sessions ended
  static constexpr bool keeps_session = true;
  std::string token_hash;
  StaffId person;
};
SignOutStaff::Answer decide(const SignOutStaff& command, Context& context);

struct SetTerminal {
  using Answer = std::variant<TerminalId, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  TerminalId terminal;
  PlaceId place;  // "ward-a", or with its kind: "room/12"
  std::string use;
  bool active = true;
};
SetTerminal::Answer decide(const SetTerminal& command, Context& context);

// A new secret for a terminal. What was recorded of it stays as it is.
struct RenewTerminalSecret {
  using Answer = std::variant<TerminalId, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  TerminalId terminal;
  std::string kept_as;
};
RenewTerminalSecret::Answer decide(const RenewTerminalSecret& command, Context& context);

// The certificate that a terminal shows when it connects (mTLS); empty: none any more.
struct SetTerminalCertificate {
  using Answer = std::variant<TerminalId, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  TerminalId terminal;
  std::string certificate;  // hex SHA-256 of its DER
};
SetTerminalCertificate::Answer decide(const SetTerminalCertificate& command, Context& context);

// --- queries -----------------------------------------------------------------------------------

struct RosterLine {
  Person person;
  bool may_break = false;              // a reason of the policy is meant for one of their roles
  std::vector<std::string> lacks;      // factors without which nobody signs in
  bool can_break = false;              // both, and active
  struct Way {                         // in, that is ready for this person now
    std::string way;                   // "password", "passkey", "vouched"
    std::optional<Instant> last;       // when they last came in by it
    std::optional<Instant> rehearsed;  // with a fresh proof after it, and without a chart
  };
  std::vector<Way> ways;
};
RosterLine roster_line(const State& state, const Person& person);
std::variant<std::vector<RosterLine>, Refusal> roster(const State& state,
                                                      const std::string& token_hash,
                                                      const Now& now);

struct RoleLine {
  std::string role;
  std::size_t staff = 0;  // active ones
};
std::variant<std::vector<RoleLine>, Refusal> roles(const State& state,
                                                   const std::string& token_hash, const Now& now);
std::variant<std::vector<Terminal>, Refusal> terminals(const State& state,
                                                       const std::string& token_hash,
                                                       const Now& now);

// Every role that the policy in force or the program itself knows.
std::set<std::string> known_roles(const State& state);

}  // namespace halligan::app
