#include "app/sessions.h"

#include <algorithm>

#include "app/access.h"
#include "app/doors.h"
#include "app/given_roles.h"
#include "app/providers.h"
#include "app/roles.h"
#include "base/crypto.h"
#include "base/limits.h"
#include "core/identity/totp.h"

namespace halligan::app {
namespace {

using namespace std::chrono_literals;

constexpr Millis origin_known_for = 30 * 24h;
constexpr Millis extended_once_in = 1min;
constexpr Millis asked_again_after = 1h;

// Whether the sums over all origins and over all names count as well. At an enrolled terminal, and
// where the person has signed in of late, they do not: nobody far away, and nobody behind the same
// address, keeps a clinician waiting by failing for others, or for them elsewhere.
bool sums_count(const Person* person, const std::string& origin, const TerminalId& terminal,
                const Now& now) {
  if (!terminal.empty() || origin.starts_with("device/")) return false;
  if (person == nullptr) return true;
  const auto before = person->signed_in_from.find(origin);
  return before == person->signed_in_from.end() || now.wall >= before->second + origin_known_for;
}

// One that was used, or a little older than one. Where the clock was ahead, codes before those that
// were used then are good once it is right: else nobody who signed in meanwhile could until it has
// caught up.
// The last step for which this one is no good any more; nothing where it is good.
std::optional<std::int64_t> used_up_to(std::int64_t step, const Person& person) {
  constexpr std::int64_t steps_beside = 2;  // of two codes that are good at one moment
  std::optional<std::int64_t> out;
  for (const auto used : person.totp_steps)
    if (step <= used && used <= step + steps_beside) out = std::max(used, out.value_or(used));
  return out;
}

Refusal code_reused(std::int64_t step, const Now& now) {
  Refusal out{.why = Why::code_reused, .what = "this code was used before: wait for the next one"};
  out.retry_after_seconds = identity::seconds_until_next(step, now.wall);
  return out;
}

// Where failed proofs within a session are counted. Failures before its lock are counted apart:
// nobody at a locked screen keeps its person from a proof, or the other way round.
std::string origin_of(const Session& session) { return "session/" + session.id.text(); }

std::optional<Refusal> too_many_failed(const State& state, const Session& session,
                                       const std::string& origin, const Now& now) {
  const auto wait = seconds_to_wait(state, session.staff.text(), origin, false, now);
  if (wait <= 0) return std::nullopt;
  Refusal out{.why = Why::slow_down,
              .what = "too many attempts failed in this session: wait and try again"};
  out.retry_after_seconds = wait;
  return out;
}

// Until when it idles from now on; an entry of it once a minute at most.
Deadline extended(const Session& session, Context& context) {
  if (!session.idle.passed({.wall = context.now.wall + session.idle_span - extended_once_in,
                            .boot = context.now.boot + session.idle_span - extended_once_in}))
    return session.idle;
  context.note(facts::SessionExtended{.staff = session.staff, .session = session.id});
  return glass::in(context.now, session.idle_span);
}

// A counter that does not grow is one of two copies of a passkey. (Those that are on several
// devices have none: it stays 0.)
const char* why_refused(const Person& person, const PasskeyUsed& used) {
  const auto held = person.passkeys.find(used.passkey);
  if (!used.good || held == person.passkeys.end() || held->second.public_key != used.public_key)
    return "passkey";
  const auto before = held->second.counter;
  return used.counter <= before && (used.counter != 0 || before != 0) ? "passkey-counter" : nullptr;
}

const char* why_refused(const Person* person, const SignIn& command, bool known) {
  if (person == nullptr || !person->is_person()) return command.passkey ? "passkey" : "unknown";
  if (!person->active) return "inactive";
  if (command.passkey) return why_refused(*person, *command.passkey);
  if (person->lock.at(command.origin, known))
    return "locked";  // right or wrong: nobody learns which
  if (command.directory) {
    if (!command.directory->right ||
        name_of_secret(command.kept_as, "totp") != name_of_secret(person->kept_as, "totp"))
      return "password";
  } else if (!command.password_matched || command.kept_as != person->kept_as) {
    return "password";
  }
  if (!command.totp_step) return "totp";
  return nullptr;
}

// Whether nobody could lift locks any more. A passkey is never locked.
bool is_last_administrator(const State& state, const Person& person) {
  const auto administrates = [](const Person& each) {
    return each.active && std::ranges::find(each.roles, role::administrator) != each.roles.end();
  };
  return administrates(person) && std::ranges::none_of(state.people, [&](const auto& each) {
           const auto& other = each.second;
           return other.id != person.id && administrates(other) &&
                  (!other.passkeys.empty() || !other.lock.elsewhere);
         });
}

// Guessing locks the password, where it was guessed at; every other way in stays.
void lock_if_due(const Person& person, std::string_view why, const std::string& origin, bool known,
                 Context& context) {
  const auto* policy = policy_of(context.state);
  if (policy == nullptr || (why != "password" && why != "totp")) return;
  const auto here = person.lock.failed_at.find(origin);
  const auto before = !known                                ? person.lock.failed_elsewhere
                      : here == person.lock.failed_at.end() ? 0
                                                            : here->second;
  if (before + 1 < static_cast<std::uint32_t>(policy->lockout.after)) return;
  if (!known && is_last_administrator(context.state, person)) return;  // slowed down alone
  context.note(facts::PasswordLocked{
      .person = person.id, .at = known ? origin : std::string{}, .failures = before + 1});
}

// A directory counts wrong passwords, too, and locks the account for everything in the hospital.
// Half of what it may be asked about is kept for where the person is known.
bool may_ask_about(const State& state, const policy::ast::Directory& directory,
                   const StaffId& person, bool known, const Now& now) {
  const auto counted = [&](const std::string& key) {
    const auto held = state.failures.find(key);
    return held == state.failures.end() || held->second.last.wall + asked_again_after < now.wall
               ? 0
               : static_cast<int>(held->second.count);
  };
  return counted(guesses_key(person)) < directory.guesses &&
         (known || counted(guesses_elsewhere_key(person)) < directory.guesses / 2);
}

// How a directory knows them: never by another spelling of it, which it may take for the same. Of
// somebody unknown here it is asked for nobody, so that it takes as long and guesses nothing.
std::string name_there(const State& state, const Person* person, const std::string& typed) {
  if (person == nullptr) return "nobody-" + short_hash(typed);
  if (person->id.text() == typed) return typed;
  const auto* account = state.account(person->id);
  return account == nullptr ? person->id.text() : account->user_name;
}

// An enrolment that is past its time still lets its person in, on the night when nobody can renew
// it; somebody looks at it afterwards.
void owe_enrolment_case(const Person& person, const SignIn& command, const SessionId& session,
                        Context& context) {
  const auto* policy = policy_of(context.state);
  if (policy == nullptr || !policy->sign_in.enrolment) return;
  std::string past;
  const auto look = [&](const std::string& factor, Instant enrolled) {
    if (enrolled + *policy->sign_in.enrolment < context.now.wall)
      past += (past.empty() ? "" : ", ") + factor;
  };
  if (command.passkey) {
    look("passkey", person.passkeys.at(command.passkey->passkey).enrolled_at);
  } else {
    for (const char* factor : {"password", "totp"})
      if (const auto at = person.enrolled_at.find(factor);
          at != person.enrolled_at.end() && !(command.directory && at->first == "password"))
        look(factor, at->second);
  }
  if (past.empty()) return;
  policy::ast::Review review;
  review.by.text = role::privacy_officer;
  review.within = std::chrono::hours{72};
  if (policy->sign_in.review) review = *policy->sign_in.review;
  owe_case("expired-enrolment", person.id, review,
           "signed in by what was enrolled too long ago: " + past, "enrolment/" + session.text(),
           context);
}

}  // namespace

MaySignIn::Answer decide(const MaySignIn& command, Context& context) {
  const auto* person = person_called(context.state, command.user);
  const StaffId id = person == nullptr ? StaffId{} : person->id;
  MaySignIn::Yes out{
      .person = id, .origin = command.address, .terminal = {}, .known = false, .kept_as = {}};
  if (person != nullptr) out.kept_as = person->kept_as;
  if (const auto* terminal =
          proved_terminal(context.state, command.terminal, command.terminal_kept_as)) {
    out.origin = "terminal/" + terminal->id.text();
    out.terminal = terminal->id;
  } else if (!command.device.empty()) {
    out.origin = "device/" + command.device;
  }
  out.known = !sums_count(person, out.origin, out.terminal, context.now);
  // A password that is locked here is not tried there; and nobody waits for a directory that is
  // known to be down: whoever watches it will say when it is back.
  const auto* directory = directory_of(context.state);
  if (directory != nullptr && source_is_up(context.state, directory->name.text) &&
      (person == nullptr ||
       (!person->lock.at(out.origin, out.known) &&
        may_ask_about(context.state, *directory, person->id, out.known, context.now))))
    out.directory = directory->name.text;
  out.called = name_there(context.state, person, command.user);
  const auto wait = command.passkey
                        ? seconds_to_wait_for_passkeys(context.state, out.origin, context.now)
                        : seconds_to_wait(context.state, counted_by(person, command.user),
                                          out.origin, !out.known, context.now);
  if (wait > 0) return slow_down(wait);
  return out;
}

SignIn::Answer decide(const SignIn& command, Context& context) {
  const auto* person = context.state.person(command.person);
  // Asked again: many attempts may have been let in together.
  const auto wait =
      command.passkey
          ? seconds_to_wait_for_passkeys(context.state, command.origin, context.now)
          : seconds_to_wait(context.state, counted_by(person, command.user), command.origin,
                            sums_count(person, command.origin, command.terminal, context.now),
                            context.now);
  if (wait > 0) return slow_down(wait);
  const bool known = !sums_count(person, command.origin, command.terminal, context.now);
  if (const char* why = why_refused(person, command, known); why != nullptr) {
    context.note(
        facts::SignInRefused{.staff = person == nullptr ? StaffId{} : person->id,
                             .origin = command.origin,
                             .why = why,
                             .asked = person == nullptr ? short_hash(command.user) : std::string{},
                             .known = known,
                             .directory = command.directory && !command.directory->right});
    if (person != nullptr) lock_if_due(*person, why, command.origin, known, context);
    return sign_in_refused();
  }
  if (!command.passkey && !command.directory && kept_for_downtime(context.state, *person)) {
    context.note(facts::SignInRefused{
        .staff = person->id, .origin = command.origin, .why = "provider-up", .known = known});
    return Refusal{.why = Why::sign_in_refused,
                   .what =
                       "your password is for when the hospital's own sign-in is down: it is "
                       "not, so sign in by that"};
  }
  if (const auto used = command.passkey ? std::nullopt : used_up_to(*command.totp_step, *person)) {
    context.note(
        facts::SignInRefused{.staff = person->id, .origin = command.origin, .why = "totp-reused"});
    return code_reused(*used, context.now);
  }
  facts::SessionOpened fact;
  fact.staff = person->id;
  fact.token_hash = command.token_hash;
  if (const auto* terminal =
          proved_terminal(context.state, command.terminal, command.terminal_kept_as)) {
    fact.terminal = terminal->id;
    fact.place = terminal->place;
  }
  auto roles = person->roles;
  if (command.directory) {
    fact.provider = command.directory->source;
    auto given =
        roles_of_groups(*policy_of(context.state), fact.provider, command.directory->groups);
    roles = roles_with(*person, fact.provider, given);
    (void)give_roles(*person, fact.provider, std::move(given), {}, context);
  }
  fact.proof_level = command.passkey ? 3 : 2;
  fact.totp_step = command.totp_step.value_or(0);
  if (command.passkey) {
    fact.passkey = command.passkey->passkey;
    fact.counter = command.passkey->counter;
  }
  fact.origin = command.origin;
  auto done = open_session(std::move(fact), limits::session_absolute, context);
  done.roles = std::move(roles);  // what the directory has just given is in no state yet
  if (command.passkey) owe_lock_out_case(*person, done.session, "by a passkey", context);
  owe_enrolment_case(*person, command, done.session, context);
  return done;
}

StepUp::Answer decide(const StepUp& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  const auto* person = context.state.person(session->staff);
  const auto origin = origin_of(*session);
  if (auto wait = too_many_failed(context.state, *session, origin, context.now))
    return *std::move(wait);
  if (const auto* card = context.state.card_of(session->staff)) {
    if (!command.pin_matched || command.kept_as != card->kept_as) {
      context.note(facts::SignInRefused{.staff = person->id, .origin = origin, .why = "card-pin"});
      return Refusal{.why = Why::sign_in_refused, .what = "that is not the PIN of this card"};
    }
    context.note(facts::SteppedUp{.staff = person->id, .session = session->id, .factor = "card"});
    return StepUp::Done{.at = context.now.wall};
  }
  if (command.passkey) {
    if (const char* why = why_refused(*person, *command.passkey); why != nullptr) {
      context.note(facts::SignInRefused{.staff = person->id, .origin = origin, .why = why});
      return sign_in_refused();
    }
    context.note(facts::SteppedUp{.staff = person->id,
                                  .session = session->id,
                                  .factor = "passkey",
                                  .passkey = command.passkey->passkey,
                                  .counter = command.passkey->counter});
    return StepUp::Done{.at = context.now.wall};
  }
  if (name_of_secret(person->kept_as, "totp") != command.kept_as) return sign_in_refused();
  const auto used = command.totp_step ? used_up_to(*command.totp_step, *person) : std::nullopt;
  if (!command.totp_step || used) {
    context.note(facts::SignInRefused{
        .staff = person->id, .origin = origin, .why = command.totp_step ? "totp-reused" : "totp"});
    return used ? code_reused(*used, context.now) : sign_in_refused();
  }
  context.note(facts::SteppedUp{.staff = person->id,
                                .session = session->id,
                                .factor = "totp",
                                .totp_step = *command.totp_step});
  return StepUp::Done{.at = context.now.wall};
}

SignOut::Answer decide(const SignOut& command, Context& context) {
  const auto* session = locked_or_live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session();
  end_session(*session, facts::SessionEnd::logout, facts::EndedBy::logout, {}, context);
  return session->id;
}

LockSession::Answer decide(const LockSession& command, Context& context) {
  const auto* session = locked_or_live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session();
  if (!session->locked)
    context.note(facts::SessionLocked{.staff = session->staff, .session = session->id});
  return LockSession::Done{};
}

MayUnlock::Answer decide(const MayUnlock& command, Context& context) {
  const auto* session = locked_or_live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session();
  if (!session->locked) return MayUnlock::NotLocked{};
  if (auto wait = too_many_failed(context.state, *session, unlock_origin(session->id), context.now))
    return *std::move(wait);
  if (const auto* card = context.state.card_of(session->staff))
    return MayUnlock::Yes{.person = session->staff, .kept_as = card->kept_as, .card = card->id};
  return MayUnlock::Yes{
      .person = session->staff,
      .kept_as = name_of_secret(context.state.person(session->staff)->kept_as, "password")};
}

UnlockSession::Answer decide(const UnlockSession& command, Context& context) {
  const auto* session = locked_or_live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session();
  if (!session->locked) return UnlockSession::Done{};  // as another tab of it has been told
  // Asked again: many attempts may have been let in together.
  const auto origin = unlock_origin(session->id);
  if (auto wait = too_many_failed(context.state, *session, origin, context.now))
    return *std::move(wait);
  const auto& person = *context.state.person(session->staff);
  const auto* card = context.state.card_of(session->staff);
  const auto kept_as = card != nullptr ? card->kept_as : name_of_secret(person.kept_as, "password");
  const char* wrong = card != nullptr ? "card-pin" : "password";
  if (command.passkey)
    wrong = why_refused(person, *command.passkey);
  else if (command.password_matched && command.kept_as == kept_as)
    wrong = nullptr;
  if (wrong == nullptr) {
    facts::SessionUnlocked fact{.staff = session->staff, .session = session->id};
    if (command.passkey) {
      fact.passkey = command.passkey->passkey;
      fact.counter = command.passkey->counter;
    }
    context.note(std::move(fact));
    return UnlockSession::Done{};
  }
  const bool last = session->failed_unlocks + 1 >= limits::failed_unlocks_max;
  context.note(facts::SignInRefused{.staff = session->staff, .origin = origin, .why = wrong});
  if (!last)
    return Refusal{.why = Why::sign_in_refused,
                   .what = command.passkey   ? "that is no passkey of yours that is good here"
                           : card != nullptr ? "that is not the PIN of this card"
                                             : "the password is wrong"};
  end_session(*session, facts::SessionEnd::unlock_failed, facts::EndedBy::logout, {}, context);
  auto over = no_session();
  over.ended_by = "unlock-failed";
  return over;
}

ExtendSession::Answer decide(const ExtendSession& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  return ExtendSession::Done{
      .until = glass::wall_end(session->until, context.now),
      .idle_until = glass::wall_end(extended(*session, context), context.now)};
}

void keep_session(const std::string& token_hash, Context& context) {
  const auto* session = live_session(context.state, token_hash, context.now);
  if (session == nullptr || context.noted.empty()) return;
  const bool over = std::ranges::any_of(context.noted, [&](const facts::Fact& each) {
    const auto* ended = std::get_if<facts::SessionEnded>(&each);
    return ended != nullptr && ended->session == session->id;
  });
  if (!over) (void)extended(*session, context);
}

void end_session(const Session& session, facts::SessionEnd by, facts::EndedBy glass_by,
                 const StaffId& who, Context& context) {
  for (const auto* held : context.state.open_glass_of(session.id))
    if (auto ended = glass::decide_end(*held, glass_by, who, context.now))
      context.note(std::move(*ended));
  context.note(facts::SessionEnded{
      .staff = session.staff, .session = session.id, .by = by, .revoked_by = who});
}

std::size_t end_sessions(facts::SessionEnd by, facts::EndedBy glass_by, const StaffId& who,
                         Context& context, const std::function<bool(const Session&)>& which) {
  std::size_t ended = 0;
  for (const auto& [id, session] : context.state.sessions) {
    if (!which(session)) continue;
    end_session(session, by, glass_by, who, context);
    ++ended;
  }
  return ended;
}

}  // namespace halligan::app
