// state.h - everything Halligan knows, as a fold of the ledger's entries (P5).
//
// apply() is total: it may not refuse, and it looks at nothing but the entry. The table in
// ARCHITECTURE.md says what is kept and when each kind is forgotten.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "app/sources.h"
#include "core/cases/case.h"
#include "core/facts/facts.h"
#include "core/glass/glass.h"
#include "core/policy/engine.h"
#include "core/policy/evidence.h"

namespace halligan::app {

using glass::Deadline;
using glass::EntryTime;

// Turned off when the right behind it ends; leases of running streams hold it (lease.h).
using Switch = std::shared_ptr<std::atomic<bool>>;  // true: over

// Names of secrets in the vault, by factor. A first secret, which began with the ledger, has none.
using KeptAs = std::map<std::string, std::string>;
std::string name_of_secret(const KeptAs& kept_as, const std::string& factor);

// A passkey of somebody, by which they sign in without a password.
struct Passkey {
  std::string name;
  int algorithm = 0;       // COSE
  std::string public_key;  // base64url
  std::string attestation;
  std::string model;  // hex AAGUID
  std::uint32_t counter = 0;
  bool synced = false;
  Instant enrolled_at{};
  Instant used_at = far_past;
};

// How often in a row the password, or the code with it, was wrong; then the password is locked
// there, never its person. Each terminal, browser and address where the person has been seen before
// is counted by itself, and all other places together: whoever guesses in one place locks it there.
struct PasswordLock {
  std::uint32_t failed_elsewhere = 0;
  std::map<std::string, std::uint32_t> failed_at;  // by origin
  bool elsewhere = false;
  std::set<std::string> places;  // origins where it is locked
  Instant since = far_future;    // of the first lock that stands
  bool at(const std::string& origin, bool known) const {
    return known ? places.contains(origin) : elsewhere;
  }
  bool any() const { return elsewhere || !places.empty(); }
};

struct Person {
  StaffId id;
  std::string name;
  std::string pseudonym;                        // hex; how entries name the person
  std::vector<std::string> roles;               // all of them
  std::vector<std::string> own_roles;           // that an administrator gave
  std::map<std::string, Given> given;           // by source: those that follow from groups
  std::map<std::string, std::string> subjects;  // by issuer: its own name of the person
  std::string department;
  bool active = true;
  std::set<std::string> factors;
  KeptAs kept_as;
  std::map<std::string, Instant> enrolled_at;  // each factor but passkeys, which say it themselves
  std::map<std::string, Passkey> passkeys;     // by their id, base64url
  // Who may act as this person, or made them what they are: by factor, and under "roles", who last
  // set it, with all those in whose hands that one was then; and who did before, until when.
  std::map<std::string, std::map<StaffId, Instant>> hands;
  std::vector<std::int64_t> totp_steps;  // of the codes used, the newest last, and the last few
  // Addresses from which the person signed in, and when last: failures of others there do not slow
  // them down. The newest few.
  std::map<std::string, Instant> signed_in_from;
  PasswordLock lock;
  std::map<std::string, Instant> came_by;  // when last; as a session's way
  // When each way, with each factor of a proof after it, was last rehearsed: "password/totp".
  std::map<std::string, Instant> rehearsed;
  StaffId deactivated_by;  // where not active: who said so
  CardId card;             // who speaks by this card; empty: no card
  std::string source;      // the system that enrols people in this name; empty: none
  bool is_person() const { return card.empty() && source.empty(); }
};

enum class CardStage { made, sealed, drawn, used, retired };

// A sealed card of a drawer: good for one session, of whoever draws it.
struct Card {
  CardId id;
  std::string drawer;  // of the policy
  std::uint32_t number = 0;
  std::string kept_as;  // its secrets, in the vault
  StaffId maker;
  Instant made_at{};
  CardStage stage = CardStage::made;
  Instant counted_at = far_past;  // last found sealed
  Instant drawn_at = far_past;
  Instant used_at = far_past;
  facts::CardEnd retired_by = facts::CardEnd::withdrawn;  // of one that is
  std::uint32_t wrong_pins = 0;
  SessionId session{};
  TerminalId terminal{};
  PlaceId place{};
  Instant assign_by = far_future;
  StaffId assigned_to{};  // empty: nobody has said who it was
  StaffId assigned_by{};
  Instant assigned_at = far_past;
  std::set<PatientId> charts{};  // that some entry of its session is about
};

struct Counting {  // of a drawer, the last one
  StaffId by;
  Instant at{};
};

// Somebody asks a colleague to vouch for them.
struct Vouching {
  enum class Stage { asked, vouched, failed };
  VouchId id;
  StaffId person;
  StaffId colleague;
  std::string token_hash;
  std::uint32_t number = 0;
  TerminalId terminal;
  PlaceId place;
  Instant asked_at{};
  Instant until{};
  Stage stage = Stage::asked;
};

struct Terminal {
  TerminalId id;
  PlaceId place;
  std::string use;
  bool active = true;
  std::string kept_as;      // its secret, in the vault; empty: it has none
  std::string certificate;  // hex SHA-256 of its certificate; empty: none
};

struct Session {
  SessionId id;
  StaffId staff;
  std::string token_hash;
  TerminalId terminal;  // empty: unknown
  PlaceId place;        // empty: unknown
  int proof_level = 0;
  EntryTime proof_at{};  // the freshest second factor, on both clocks
  bool proof_this_boot = true;
  std::string proof_by;  // "totp", "passkey", "card", "provider", "vouched"
  // "password", "passkey", "card", "vouched", "directory" (with a code), "provider"
  std::string way;
  std::vector<std::string> roles;  // of a card or vouched for: all that it may be
  StaffId lent_by;                 // the colleague who vouched
  std::string provider;            // or directory
  std::string subject;
  std::string provider_session;
  bool by_own_factors() const { return way != "card" && way != "vouched"; }
  Instant opened_at{};
  Deadline until;
  Deadline idle;
  Millis idle_span{0};
  PatientId focus;
  PatientId used_for;  // the chart that it was last used for, where one was
  // Its person walked away: nothing is answered before the password was given.
  bool locked = false;
  std::uint32_t failed_unlocks = 0;  // in a row
  Switch over = std::make_shared<std::atomic<bool>>(false);
  // What is being released ends with a lock, too; after it there is a new one.
  Switch out_of_sight = std::make_shared<std::atomic<bool>>(false);
};

struct PolicyText {
  std::string version;
  StaffId proposer;
  StaffId signer;  // empty while only proposed
  std::string note;
  Instant proposed_at{};
  Instant signed_at{};  // where there is a signer
  std::uint32_t parts = 0;
  std::string text;
};

struct Pending {  // an intent whose outcome is not known yet
  StaffId staff;
  PatientId patient;
};

// A refusal that was written; those that repeat within a minute are counted by the house, and
// written once at its end.
struct Fold {
  facts::AccessRefused sample;
  Instant first{};
};

std::string fold_key(const facts::AccessRefused& refused);
std::string unlock_origin(const SessionId& session);  // where failed unlocks are counted

// What is counted of wrong passwords that a directory was asked about: of one person, and those of
// them that came from unknown places.
std::string guesses_key(const StaffId& person);
std::string guesses_elsewhere_key(const StaffId& person);
// Passkeys are counted by themselves: who guesses at a password keeps nobody from theirs.
std::string passkeys_key(const std::string& origin);

struct Failures {  // of signing in, for the throttle
  std::uint32_t count = 0;
  EntryTime last{};
};

struct Coded {  // what a reference code stands for
  EntryIndex index = 0;
  Instant at{};
  StaffId staff;
  PatientId patient;
  std::string text;
};

// What a command with an idempotency key made the first time.
struct Made {
  Instant at{};
  std::string id;
  EntryIndex index = 0;
  PatientId patient;  // whose entry it is, where it is one's
};

struct ErasureWanted {
  StaffId by;
  Instant at{};
  std::string why;
};

class State {
 public:
  State() = default;
  State(const State&) = delete;  // it points into itself
  State& operator=(const State&) = delete;
  State(State&&) = default;
  State& operator=(State&&) = default;
  ~State() = default;

  void apply(EntryIndex index, const EntryTime& at, const facts::Body& body);
  void apply_unreadable(EntryIndex index, const EntryTime& at);  // its key was destroyed
  // Everything that rests on the patient's own entries: afterwards the state is as if those could
  // not be read. Before the patient-erased entry is applied.
  void forget(const PatientId& patient);
  // After the plain members were filled from a snapshot: what follows from them.
  void complete();

  // A text of everything above, the same for equal states, for P5 and for people with a problem.
  std::string dump() const;

  const Session* session(const SessionId& id) const;
  const Session* session_by_token(const std::string& token_hash) const;
  const Person* person(const StaffId& id) const;
  // Whether `holder` set the other's roles or enrolled the other's factors, directly or as somebody
  // in their hands, and that stood at any time from `since` on (far_future: stands).
  bool holds(const StaffId& holder, const StaffId& held, Instant since) const;
  // Whether one of them holds the other so: then they do not count as two people, for what one of
  // them did then.
  bool one_hand(const StaffId& a, const StaffId& b, Instant since) const;
  // Who is, or was, in this person's hands, in order: what those record counts as their own.
  std::span<const policy::NodeId> in_hands_of(const StaffId& who) const;
  const Person* owner_of(const std::string& passkey) const;
  const Terminal* terminal(const TerminalId& id) const;
  const Terminal* terminal_by_certificate(const std::string& certificate) const;  // in use
  // The account that stands, by our id, or by the system's name of it (whose case does not count).
  const Account* account(const StaffId& person) const;
  const Account* account_named(const std::string& source, const std::string& user_name) const;
  // Those that stand of whom the system says so; it may say the same of several.
  std::vector<const Account*> accounts_of_external(const std::string& source,
                                                   const std::string& external) const;
  // Whose id is so but for capitals.
  std::set<StaffId> people_spelt(const std::string& name) const;
  const UserGroup* user_group(const std::string& id) const;
  const std::set<std::string>& groups_of(const StaffId& member) const;           // their ids
  const Provisioner* provisioner_by_token(const std::string& token_hash) const;  // in use
  const Person* person_of_subject(const std::string& issuer, const std::string& subject) const;
  // By the hash of the token, or its jti; those that are over may still be there.
  const GlassToken* glass_token(const std::string& token_hash) const;
  const GlassToken* glass_token_by_id(const std::string& token) const;
  bool stands(const GlassToken& token, Instant now) const;  // its glass is open, and it is in time
  const Card* card(const CardId& id) const;
  const Card* card_of(const StaffId& speaker) const;  // null where it is a person
  const glass::Glass* glass(const GlassId& id) const;
  const cases::Case* case_of(const CaseId& id) const;
  const glass::Glass* open_glass(const SessionId& session, const PatientId& patient) const;
  std::vector<const glass::Glass*> open_glass_of(const SessionId& session) const;
  const policy::Engine* engine() const { return engine_.get(); }
  const PolicyText* policy_in_force() const;
  bool knows(const PatientId& patient) const { return patients.contains(patient.text()); }

  // Read by decide functions; changed by apply only.
  std::string hospital, origin, log_key, boot_id;
  EntryIndex entries = 0;
  EntryTime last{};
  std::map<StaffId, Person> people;
  std::map<TerminalId, Terminal> terminals;
  std::map<SessionId, Session> sessions;
  boost::unordered_flat_map<std::string, SessionId> by_token;
  std::map<GlassId, glass::Glass> glasses;
  std::set<GlassId> open;  // those of glasses that are open
  std::map<PatientId, std::vector<GlassId>> glass_of_patient;
  std::vector<GlassId> glass_in_order;                     // as they were opened
  std::map<StaffId, std::vector<GlassId>> glass_of_staff;  // of each, as they were opened
  std::map<GlassId, Switch> glass_over;
  std::map<CaseId, cases::Case> all_cases;
  std::set<CaseId> unclosed;
  // All, and those, as they were opened: lists are read from the newest on, a page at a time. They
  // point into all_cases, whose cases stay where they are, also when the state moves.
  using ByTime = std::map<std::pair<Instant, CaseId>, const cases::Case*>;
  ByTime cases_by_time, unclosed_by_time;
  // Those that nobody closed, by whom they are about, and by when each becomes late.
  std::set<std::pair<PatientId, CaseId>> unclosed_of_patient;
  std::set<std::pair<StaffId, CaseId>> unclosed_of_staff;
  std::set<std::pair<Instant, CaseId>> late_from;
  std::map<std::string, CaseId> case_by_key;
  std::map<std::string, PolicyText> policies;
  std::string policy_version;
  policy::Evidence evidence;
  std::map<CardId, Card> cards;
  std::map<std::string, Counting> counted;          // by drawer
  std::set<std::pair<Instant, CardId>> unassigned;  // used, by when somebody is to say by whom
  std::map<VouchId, Vouching> vouchings;
  std::map<std::string, Provisioner> provisioners;  // by source
  std::map<StaffId, Account> accounts;
  std::map<std::string, UserGroup> user_groups;
  std::map<std::string, SourceSeen> sources;       // providers and directories
  std::vector<TokenKey> token_keys;                // the newest last
  std::map<std::string, GlassToken> glass_tokens;  // by the hash of each
  std::map<std::string, Receiver> receivers;
  std::deque<Ended> endings;        // in order, while some receiver is to be told
  std::map<std::string, Act> acts;  // that wait
  std::map<EntryIndex, Pending> pending;
  std::map<std::string, Fold> folds;
  std::map<std::string, Failures> failures;
  std::map<std::string, Made> made;
  std::map<std::string, Coded> codes;
  std::deque<std::string> codes_in_order;
  std::map<PatientId, ErasureWanted> erasures_wanted;
  EntryIndex erased_below = 0;                      // the last erasure is before this; 0: none
  boost::unordered_flat_set<std::string> patients;  // whom some entry concerns
  // For metrics: entries of each kind, by its place in Fact, and the refusals that were offers.
  std::array<std::uint64_t, std::variant_size_v<facts::AnyFact>> kinds{};
  std::uint64_t offers = 0;
  // Grows whenever a right may have changed: running leases are then decided again.
  std::uint64_t rights_epoch = 0;

 private:
  template <class F>
  void on(EntryIndex index, const EntryTime& at, const F& fact);
  void used(const SessionId& session, const PatientId& patient, const EntryTime& at,
            const GlassId& glass);
  void forget_glass_and_cases(const PatientId& patient);
  void compile_policy();
  void name_terminal(const Terminal& held);
  void end_session(const SessionId& id);
  // state_ways.cc: the kinds that have no `on` of their own.
  void way_in(const EntryTime& at, const facts::PasskeyEnrolled& f);
  void way_in(const EntryTime& at, const facts::PasskeyRemoved& f);
  void way_in(const EntryTime& at, const facts::PasswordLocked& f);
  void way_in(const EntryTime& at, const facts::PasswordUnlocked& f);
  void way_in(const EntryTime& at, const facts::CardMade& f);
  void way_in(const EntryTime& at, const facts::DrawerCounted& f);
  void way_in(const EntryTime& at, const facts::CardDrawn& f);
  void way_in(const EntryTime& at, const facts::CardUsed& f);
  void way_in(const EntryTime& at, const facts::CardRetired& f);
  void way_in(const EntryTime& at, const facts::CardAssigned& f);
  void way_in(const EntryTime& at, const facts::ChartAssigned& f);
  // state_sources.cc
  void way_in(const EntryTime& at, const facts::Rehearsed& f);
  void way_in(const EntryTime& at, const facts::ProvisionerSet& f);
  void way_in(const EntryTime& at, const facts::AccountSet& f);
  void way_in(const EntryTime& at, const facts::AccountRemoved& f);
  void way_in(const EntryTime& at, const facts::GroupSet& f);
  void way_in(const EntryTime& at, const facts::GroupMembers& f);
  void way_in(const EntryTime& at, const facts::GroupRemoved& f);
  void way_in(const EntryTime& at, const facts::RolesGiven& f);
  void way_in(const EntryTime& at, const facts::ProviderSeen& f);
  void way_in(const EntryTime& at, const facts::SourceSecretSet& f);
  void way_in(const EntryTime& at, const facts::SubjectForgotten& f);
  void way_in(const EntryTime& at, const facts::TokenKeyMade& f);
  void way_in(const EntryTime& at, const facts::TokenMade& f);
  void way_in(const EntryTime& at, const facts::TokenRevoked& f);
  void way_in(const EntryTime& at, const facts::ReceiverSet& f);
  void way_in(const EntryTime& at, const facts::ReceiverTold& f);
  void way_in(const EntryTime& at, const facts::ActAsked& f);
  void way_in(const EntryTime& at, const facts::ActAgreed& f);
  void way_in(const EntryTime& at, const facts::ActEnded& f);
  void sum_up_roles(Person& person);
  void bind_subject(Person& person, const std::string& issuer, const std::string& subject);
  void tell_of(EntryIndex index, const EntryTime& at, const facts::SessionEnded& f);
  void tell_of(EntryIndex index, const EntryTime& at, const facts::GlassEnded& f);
  bool tells_anybody() const;
  void forget_told();
  void complete_sources();
  void forget_old_sources(Instant now);
  void way_in(const EntryTime& at, const facts::VouchAsked& f);
  void way_in(const EntryTime& at, const facts::VouchFailed& f);
  void way_in(const EntryTime& at, const facts::Vouched& f);
  void count_failure(const EntryTime& at, const facts::SignInRefused& f);
  void forget_failures(Instant now);
  void forget_guesses(const StaffId& person);
  void name_person(const StaffId& id);
  void use_passkey(const StaffId& staff, const std::string& passkey, std::uint32_t counter,
                   Instant at);
  void take_in_hand(Person& person, const std::string& what, const StaffId& by, Instant at);
  void hold(const StaffId& holder, const StaffId& held);
  void keep_unclosed(const cases::Case& held);
  void drop_unclosed(const cases::Case& held);
  void file_late(const cases::Case& held);
  void unfile_late(const CaseId& id);
  void file_late_of(const glass::Glass& held);
  void forget_old(const EntryTime& at);

  std::shared_ptr<const policy::Engine> engine_;
  std::map<StaffId, std::vector<policy::NodeId>> in_hands_;  // by holder, each list in order
  std::map<std::string, StaffId> passkey_owner_;
  std::map<std::string, StaffId> account_by_name_;      // "source|name", lower case
  std::map<StaffId, std::set<std::string>> groups_of_;  // by member
  std::map<std::string, StaffId> subject_owner_;        // "issuer|subject"
  std::map<std::string, std::string> token_by_id_;      // jti: hash
  std::map<std::string, TerminalId> terminal_by_certificate_;
  std::map<CaseId, Instant> late_at_;                      // where each stands in late_from
  std::map<std::string, std::set<StaffId>> ids_by_small_;  // those with capitals, by small letters
  // Beside account_by_name_: "source|external", as it is spelt.
  std::set<std::pair<std::string, StaffId>> account_by_external_;
};

}  // namespace halligan::app
