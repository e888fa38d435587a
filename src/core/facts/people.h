// people.h - facts of people, their factors, terminals and sessions (facts.h has the rules for
// all).
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"

namespace halligan::facts {

struct StaffSet {  // enrolled or changed: the whole new state of the person
  static constexpr const char* kind = "staff-set";
  StaffId staff;  // who did it; empty at genesis
  StaffId person;
  std::string pseudonym;  // hex; how entries name the person
  std::string name;
  std::vector<std::string> roles;
  std::string department;
  bool active = true;
};
BOOST_DESCRIBE_STRUCT(StaffSet, (), (staff, person, pseudonym, name, roles, department, active))

struct FactorEnrolled {
  static constexpr const char* kind = "factor-enrolled";
  StaffId staff;
  StaffId person;
  std::string factor;  // "password", "totp"
  std::string
      kept_as{};  // names the secret in the vault: no other is this factor. Empty: its first
};
BOOST_DESCRIBE_STRUCT(FactorEnrolled, (), (staff, person, factor, kept_as))

// A passkey (WebAuthn) of the person; anybody may know its public key.
struct PasskeyEnrolled {
  static constexpr const char* kind = "passkey-enrolled";
  StaffId staff;
  StaffId person;
  std::string passkey;      // base64url of the credential's id
  std::string name;         // as its person calls it
  int algorithm = 0;        // COSE
  std::string public_key;   // base64url
  std::string attestation;  // format; "none"
  std::string model;        // hex AAGUID
  std::uint32_t counter = 0;
  bool synced = false;  // may be on other devices of the person, too
};
BOOST_DESCRIBE_STRUCT(PasskeyEnrolled, (),
                      (staff, person, passkey, name, algorithm, public_key, attestation, model,
                       counter, synced))

struct PasskeyRemoved {
  static constexpr const char* kind = "passkey-removed";
  StaffId staff;
  StaffId person;
  std::string passkey;
};
BOOST_DESCRIBE_STRUCT(PasskeyRemoved, (), (staff, person, passkey))

struct TerminalSet {
  static constexpr const char* kind = "terminal-set";
  StaffId staff;
  TerminalId terminal;
  PlaceId place;
  std::string use;  // "workstation", "room", "ambulance"
  bool active = true;
  std::string kept_as{};  // names its secret in the vault, where it was renewed; empty: none yet
  std::string certificate{};  // hex SHA-256 of the one that it shows (mTLS); empty: none
};
BOOST_DESCRIBE_STRUCT(TerminalSet, (), (staff, terminal, place, use, active, kept_as, certificate))

struct SessionOpened {
  static constexpr const char* kind = "session-opened";
  StaffId staff;
  SessionId session;
  std::string token_hash;  // hex SHA-256; the token itself is nowhere
  TerminalId terminal;     // empty: an unknown place
  PlaceId place;           // empty: unknown
  int proof_level = 0;     // 1 password, 2 password and TOTP, 3 passkey
  std::int64_t totp_step = 0;
  std::string origin;  // network address
  Instant until{};     // absolute end
  std::int64_t idle_millis = 0;
  std::string passkey{};  // by which it was opened, where it was
  std::uint32_t counter = 0;
  std::string way{};  // "card", "vouched"; empty: by factors of the person's own
  // Of those ways: all that the session may be, whatever else its person is.
  std::vector<std::string> roles{};
  std::string provider{};             // or directory, that said who it is
  std::string subject{};              // the provider's own name of the person
  std::string provider_session{};     // there; for a logout that it tells of
  StaffId lent_by{};                  // the colleague who vouched
  std::int64_t proof_age_millis = 0;  // a provider may have asked for the factors long ago
  std::string issuer{};               // the provider's: what it calls somebody is bound to that
};
BOOST_DESCRIBE_STRUCT(SessionOpened, (),
                      (staff, session, token_hash, terminal, place, proof_level, totp_step, origin,
                       until, idle_millis, passkey, counter, way, roles, provider, subject,
                       provider_session, lent_by, proof_age_millis, issuer))

struct SignInRefused {  // folded: `times` within a minute
  static constexpr const char* kind = "sign-in-refused";
  StaffId staff;  // empty where the name is nobody's (what was typed is not kept)
  std::string origin;
  // "unknown", "password", "totp", "totp-reused", "passkey", "passkey-counter", "throttled",
  // "inactive", "locked", "card", "card-place", "card-inert", "card-over", "card-pin",
  // "provider", "provider-subject", "provider-level", "provider-up"
  std::string why;
  std::uint32_t times = 1;
  std::string asked{};     // a short hash of a name that is nobody's, to count by
  bool known = false;      // where the person has been seen before
  bool directory = false;  // it was the directory that was asked about the password
};
BOOST_DESCRIBE_STRUCT(SignInRefused, (), (staff, origin, why, times, asked, known, directory))

struct SteppedUp {  // a fresh second factor within a session
  static constexpr const char* kind = "stepped-up";
  StaffId staff;
  SessionId session;
  std::string factor;  // "totp", "passkey", "card", "provider"
  std::int64_t totp_step = 0;
  std::string passkey{};
  std::uint32_t counter = 0;
  int level = 0;  // of a provider's
};
BOOST_DESCRIBE_STRUCT(SteppedUp, (), (staff, session, factor, totp_step, passkey, counter, level))

// Somebody went through the proof that breaking the glass asks for, and opened no chart.
struct Rehearsed {
  static constexpr const char* kind = "rehearsed";
  StaffId staff;
  SessionId session;
  std::string way;     // by which the session came in
  std::string factor;  // of the newest proof: "totp", "passkey", "card", "provider"
  TerminalId terminal;
  PlaceId place;
};
BOOST_DESCRIBE_STRUCT(Rehearsed, (), (staff, session, way, factor, terminal, place))

enum class SessionEnd {
  logout,
  idle,
  expired,
  revoked,
  staff_deactivated,
  roles_changed,
  clock_behind,
  unlock_failed,   // too often in a row
  provider_logout  // the provider that said who it is tells so
};
BOOST_DESCRIBE_ENUM(SessionEnd, logout, idle, expired, revoked, staff_deactivated, roles_changed,
                    clock_behind, unlock_failed, provider_logout)

struct SessionEnded {
  static constexpr const char* kind = "session-ended";
  StaffId staff;  // whose session it was
  SessionId session;
  SessionEnd by = SessionEnd::logout;
  StaffId revoked_by;
};
BOOST_DESCRIBE_STRUCT(SessionEnded, (), (staff, session, by, revoked_by))

// The person walked away: nothing is answered to the session until it is unlocked.
struct SessionLocked {
  static constexpr const char* kind = "session-locked";
  StaffId staff;
  SessionId session;
};
BOOST_DESCRIBE_STRUCT(SessionLocked, (), (staff, session))

struct SessionUnlocked {  // by the password, a passkey or the card's PIN; no fresh proof
  static constexpr const char* kind = "session-unlocked";
  StaffId staff;
  SessionId session;
  std::string passkey{};
  std::uint32_t counter = 0;
};
BOOST_DESCRIBE_STRUCT(SessionUnlocked, (), (staff, session, passkey, counter))

struct SessionExtended {  // the person is still there: it idles from here on
  static constexpr const char* kind = "session-extended";
  StaffId staff;
  SessionId session;
};
BOOST_DESCRIBE_STRUCT(SessionExtended, (), (staff, session))

}  // namespace halligan::facts
