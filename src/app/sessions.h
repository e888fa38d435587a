// sessions.h - signing in and out, stepping up, locking and unlocking.
//
// Passwords are checked by the caller, on its own thread (needs/password_hasher.h); what arrives
// here is whether it matched, and which step's code it was. Secrets never come here.
//
// THROTTLE  failures are counted for a person at an origin, for a person, and for an origin. They
//           slow down guessing; they never lock a person out: at an enrolled terminal, and at an
//           origin where the person has signed in before, only that person's failures there count;
//           sessions that are open, and their step-ups, are not touched. Within a session failed
//           step-ups and failed unlocks are counted, each by itself.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "app/context.h"
#include "app/refusal.h"

namespace halligan::app {

struct MaySignIn {  // asked before the password is looked at
  struct Yes {
    StaffId person;       // empty where nobody has this name: the caller goes on, and fails, in
                          // the same time
    std::string origin;   // as it is counted
    TerminalId terminal;  // that it is asked from; empty: an unknown place
    bool known = false;   // an enrolled terminal, or where the person has signed in of late
    KeptAs kept_as;       // their secrets
    // Of the policy, to be asked of the password first; empty: none. Where it was asked too often
    // about wrong ones of this person, none: it would lock their account there.
    std::string directory{};
    std::string called{};  // how the directory knows the person
  };
  using Answer = std::variant<Yes, Refusal>;
  std::string user;
  std::string address;  // on the network; of IPv6 its /64
  // Whose secret matched, and its name; one that is no longer active, or was renewed meanwhile, is
  // an unknown place.
  TerminalId terminal;
  std::string terminal_kept_as{};
  std::string device{};  // a browser that this very person signed in with before, as proved
  bool passkey = false;  // by one, and no password
};
MaySignIn::Answer decide(const MaySignIn& command, Context& context);

// What became of an answer of a passkey: whether its signature holds, by which key.
struct PasskeyUsed {
  std::string passkey;     // base64url of its id
  std::string public_key;  // that was looked at, base64url
  bool good = false;
  std::uint32_t counter = 0;
};

// What a directory said of a password that it was asked about. Whom it does not know, and what it
// did not answer, it says nothing of: then the password that is kept here counts.
struct DirectorySaid {
  std::string source;
  bool right = false;
  std::vector<std::string> groups{};
};

struct SignIn {
  struct Done {
    SessionId session;
    StaffId staff;
    std::string name;
    std::vector<std::string> roles;
    PlaceId place;
    TerminalId terminal;
    Instant until{};
    Millis idle{};
  };
  using Answer = std::variant<Done, Refusal>;
  std::string user{};  // the name as it was typed
  StaffId person;      // empty: nobody
  std::string origin;
  bool password_matched = false;
  std::optional<std::int64_t> totp_step;     // of the code, where it matched one
  std::optional<PasskeyUsed> passkey{};      // instead of both
  std::optional<DirectorySaid> directory{};  // instead of the password that is kept here
  TerminalId terminal;                       // as it was answered; empty: an unknown place
  std::string terminal_kept_as{};
  // The secrets that were looked at: where one was renewed meanwhile, it proves nothing.
  KeptAs kept_as{};
  std::string token_hash;  // hex SHA-256 of the token that the caller made
};
SignIn::Answer decide(const SignIn& command, Context& context);

struct StepUp {
  struct Done {
    Instant at{};
  };
  using Answer = std::variant<Done, Refusal>;
  std::string token_hash;
  std::optional<std::int64_t> totp_step;
  std::string kept_as{};                 // the secret that was looked at
  std::optional<PasskeyUsed> passkey{};  // instead of the code
  bool pin_matched = false;              // of a card, which has no code
};
StepUp::Answer decide(const StepUp& command, Context& context);

struct SignOut {
  using Answer = std::variant<SessionId, Refusal>;
  std::string token_hash;
};
SignOut::Answer decide(const SignOut& command, Context& context);

// Walking away from a shared screen: nothing of the session is answered any more, and what is being
// released is cut. Glass goes on to its own end; nothing lives longer for it.
struct LockSession {
  struct Done {};
  using Answer = std::variant<Done, Refusal>;
  std::string token_hash;
};
LockSession::Answer decide(const LockSession& command, Context& context);

struct MayUnlock {      // asked before the password is looked at
  struct NotLocked {};  // no password is looked at: whoever has the token learns nothing of it
  struct Yes {
    StaffId person;  // whose password it takes
    std::string kept_as;
    CardId card{};  // whose PIN it takes instead
  };
  using Answer = std::variant<Yes, NotLocked, Refusal>;
  std::string token_hash;
};
MayUnlock::Answer decide(const MayUnlock& command, Context& context);

// By the password, or a passkey, of the session's own person, or the PIN of its card. It is no
// fresh proof of anything. The session ends with the tenth failure in a row.
struct UnlockSession {
  struct Done {};
  using Answer = std::variant<Done, Refusal>;
  std::string token_hash;
  bool password_matched = false;
  std::string kept_as{};                 // the password, or PIN, that was looked at
  std::optional<PasskeyUsed> passkey{};  // instead
};
UnlockSession::Answer decide(const UnlockSession& command, Context& context);

// The person is still there, though nothing was asked: the session idles from here on. Its absolute
// end stays, and so does every glass's. It is written down once a minute at most.
struct ExtendSession {
  struct Done {
    Instant until{};
    Instant idle_until{};
  };
  using Answer = std::variant<Done, Refusal>;
  std::string token_hash;
};
ExtendSession::Answer decide(const ExtendSession& command, Context& context);

// Notes the end of a session and of every glass in it.
void end_session(const Session& session, facts::SessionEnd by, facts::EndedBy glass_by,
                 const StaffId& who, Context& context);
// Whether the session is this person's, or was opened on their word.
inline bool rests_on(const Session& session, const StaffId& person) {
  return session.staff == person || session.lent_by == person;
}
// Of every session for which `which` says so; gives how many.
std::size_t end_sessions(facts::SessionEnd by, facts::EndedBy glass_by, const StaffId& who,
                         Context& context, const std::function<bool(const Session&)>& which);

}  // namespace halligan::app
