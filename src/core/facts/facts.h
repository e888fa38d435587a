// facts.h - everything that can be true in Halligan, as it is written in the ledger.
//
// A fact is a plain described struct: its JSON form (the encrypted body of an entry) follows from
// its members, so it is written once (codec.h). `patient` names the one patient that a fact
// concerns, `staff` the one who acted; both go into the clear part as pseudonyms. A member may be
// added with a default, never renamed, retyped or removed: old entries must still be read.
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/instant.h"
#include "core/facts/cards.h"
#include "core/facts/identity.h"
#include "core/facts/people.h"

namespace halligan::facts {

// --- the ledger and the machine ---------------------------------------------------------------

struct LedgerBegun {  // the genesis entry
  static constexpr const char* kind = "ledger-begun";
  std::string hospital;
  std::string origin;   // checkpoint origin, C2SP tlog-checkpoint
  std::string log_key;  // verifier key of the log
};
BOOST_DESCRIBE_STRUCT(LedgerBegun, (), (hospital, origin, log_key))

struct ServerStarted {
  static constexpr const char* kind = "server-started";
  std::string boot_id;
  std::string version;
  // On the boot clock of before, when the last entry was written; that entry itself may be of a
  // patient who is erased some day. Below zero: an older entry, which does not say.
  std::int64_t last_boot_millis = -1;
};
BOOST_DESCRIBE_STRUCT(ServerStarted, (), (boot_id, version, last_boot_millis))

struct ClockStepped {  // wall time moved against boot time
  static constexpr const char* kind = "clock-stepped";
  std::int64_t by_millis = 0;
};
BOOST_DESCRIBE_STRUCT(ClockStepped, (), (by_millis))

// The log speaks with a new key from here on; the old one signed up to this entry.
struct LogKeyRotated {
  static constexpr const char* kind = "log-key-rotated";
  StaffId staff;
  std::string log_key;
};
BOOST_DESCRIBE_STRUCT(LogKeyRotated, (), (staff, log_key))

// First entry of a new origin after a loss: names what is missing.
struct OriginRenewed {
  static constexpr const char* kind = "origin-renewed";
  std::string origin;
  std::string lost_origin;
  std::uint64_t lost_from = 0;
  std::uint64_t lost_to = 0;
};
BOOST_DESCRIBE_STRUCT(OriginRenewed, (), (origin, lost_origin, lost_from, lost_to))

// --- policy --------------------------------------------------------------------------------------

struct PolicyProposed {  // the text follows in parts
  static constexpr const char* kind = "policy-proposed";
  StaffId staff;
  std::string policy;  // version name, made by the server
  std::string sha256;
  std::uint32_t parts = 0;
  std::string note;
};
BOOST_DESCRIBE_STRUCT(PolicyProposed, (), (staff, policy, sha256, parts, note))

struct PolicyPart {
  static constexpr const char* kind = "policy-part";
  std::string policy;
  std::uint32_t part = 0;  // from 0
  std::string text;
};
BOOST_DESCRIBE_STRUCT(PolicyPart, (), (policy, part, text))

struct PolicySigned {  // by somebody else than the proposer: in force from this entry on
  static constexpr const char* kind = "policy-signed";
  StaffId staff;
  std::string policy;
};
BOOST_DESCRIBE_STRUCT(PolicySigned, (), (staff, policy))

// --- charts in front of people ----------------------------------------------------------------

struct FocusMoved {
  static constexpr const char* kind = "focus-moved";
  StaffId staff;
  SessionId session;
  PatientId patient;
};
BOOST_DESCRIBE_STRUCT(FocusMoved, (), (staff, session, patient))

// --- relations, flags, feeds ------------------------------------------------------------------

// Nodes are written "type/id": "staff/a.osei", "patient/p-000001".
struct RelationRecorded {
  static constexpr const char* kind = "relation-recorded";
  StaffId staff;       // who recorded it; empty for a feed
  std::string source;  // the feed; empty for a person
  PatientId patient;   // where one end is a patient
  std::string relation;
  std::string from;
  std::string to;
  Instant start = far_past;
  Instant end = far_future;
  std::string value;
  bool asserted = true;  // false: the source says that it is not so
};
BOOST_DESCRIBE_STRUCT(RelationRecorded, (),
                      (staff, source, patient, relation, from, to, start, end, value, asserted))

struct RelationEnded {
  static constexpr const char* kind = "relation-ended";
  StaffId staff;
  std::string source;
  PatientId patient;
  std::string relation;
  std::string from;
  std::string to;
  Instant end{};
};
BOOST_DESCRIBE_STRUCT(RelationEnded, (), (staff, source, patient, relation, from, to, end))

struct RelationConfirmed {  // a self-made relation, by a second person
  static constexpr const char* kind = "relation-confirmed";
  StaffId staff;
  PatientId patient;
  std::string relation;
  std::string from;
  std::string to;
};
BOOST_DESCRIBE_STRUCT(RelationConfirmed, (), (staff, patient, relation, from, to))

struct FlagSet {
  static constexpr const char* kind = "flag-set";
  StaffId staff;
  std::string source;
  PatientId patient;
  std::string flag;
  bool on = true;
};
BOOST_DESCRIBE_STRUCT(FlagSet, (), (staff, source, patient, flag, on))

struct FeedBeat {
  static constexpr const char* kind = "feed-beat";
  StaffId staff;
  std::string source;
};
BOOST_DESCRIBE_STRUCT(FeedBeat, (), (staff, source))

// --- glass
// -----------------------------------------------------------------------------------------

struct Detail {
  std::string prompt;
  std::string answer;
};
BOOST_DESCRIBE_STRUCT(Detail, (), (prompt, answer))

// An opening: by a reason (a broken glass) or by paying what an allow rule asks (reason empty).
struct GlassOpened {
  static constexpr const char* kind = "glass-opened";
  StaffId staff;
  PatientId patient;
  GlassId glass;
  CaseId case_id;  // empty where no review is owed
  SessionId session;
  std::string rule;               // the policy's rule
  std::vector<std::string> paid;  // rules whose duties it pays: its own and those of seals
  std::string reason;             // empty for a paid allow
  std::string purpose;            // HL7 v3-ActReason code
  std::vector<Detail> details;
  TerminalId terminal;
  PlaceId place;
  std::string policy;  // version it was decided by
  int proof_level = 0;
  bool unsure = false;  // evidence was unknown or conflicting; the person confirmed
  bool ends_with_focus = true;
  std::int64_t idle_millis = 0;
  Instant until{};
  bool details_owed = false;
  Instant details_due{};  // where owed
  std::string relations;  // the relations that counted, for people to read
  // What it was asked for; all empty: the chart as such.
  std::string for_action;
  std::string for_type;
  std::vector<std::string> for_labels;
  std::vector<std::string> for_categories;
};
BOOST_DESCRIBE_STRUCT(GlassOpened, (),
                      (staff, patient, glass, case_id, session, rule, paid, reason, purpose,
                       details, terminal, place, policy, proof_level, unsure, ends_with_focus,
                       idle_millis, until, details_owed, details_due, relations, for_action,
                       for_type, for_labels, for_categories))

// A second step while open: another reason on the same glass and case.
struct GlassWidened {
  static constexpr const char* kind = "glass-widened";
  StaffId staff;
  PatientId patient;
  GlassId glass;
  std::string rule;
  std::vector<std::string> paid;
  std::string reason;
  std::string purpose;
  std::vector<Detail> details;
  std::string policy;
  int proof_level = 0;
  bool unsure = false;
  bool details_owed = false;
  Instant details_due{};
  // What this reason says of the ending and of the review; the shorter and the more urgent holds.
  bool ends_with_focus = false;
  std::int64_t idle_millis = 0;  // 0: says nothing of it
  Instant until = far_future;
  std::string reviewer{};  // role that may close the case, too
  std::string queue{};
  Instant due = far_future;
  int rank = 0;
  // What it was asked for; all empty: the chart as such.
  std::string for_action{};
  std::string for_type{};
  std::vector<std::string> for_labels{};
  std::vector<std::string> for_categories{};
};
BOOST_DESCRIBE_STRUCT(GlassWidened, (),
                      (staff, patient, glass, rule, paid, reason, purpose, details, policy,
                       proof_level, unsure, details_owed, details_due, ends_with_focus, idle_millis,
                       until, reviewer, queue, due, rank, for_action, for_type, for_labels,
                       for_categories))

enum class EndedBy {
  focus_moved,
  logout,
  idle,
  expired,
  closed,
  revoked,
  incident_closed,
  staff_deactivated,
  policy_changed,
  drill_over
};
BOOST_DESCRIBE_ENUM(EndedBy, focus_moved, logout, idle, expired, closed, revoked, incident_closed,
                    staff_deactivated, policy_changed, drill_over)

struct GlassEnded {
  static constexpr const char* kind = "glass-ended";
  StaffId staff;  // whose glass it was
  PatientId patient;
  GlassId glass;
  EndedBy by = EndedBy::closed;
  Instant ended_at{};
  StaffId ended_by;     // the officer, where revoked
  std::string comment;  // of the officer
};
BOOST_DESCRIBE_STRUCT(GlassEnded, (), (staff, patient, glass, by, ended_at, ended_by, comment))

struct DetailsGiven {  // the justification that was owed
  static constexpr const char* kind = "details-given";
  StaffId staff;
  PatientId patient;
  GlassId glass;
  CaseId case_id;
  std::vector<Detail> details;
};
BOOST_DESCRIBE_STRUCT(DetailsGiven, (), (staff, patient, glass, case_id, details))

struct BreakUnneeded {  // asked to break where ordinary access sufficed
  static constexpr const char* kind = "break-unneeded";
  StaffId staff;
  PatientId patient;
  SessionId session;
  std::string reason;
  std::string basis;
};
BOOST_DESCRIBE_STRUCT(BreakUnneeded, (), (staff, patient, session, reason, basis))

// --- cases
// -----------------------------------------------------------------------------------------

struct CaseOpened {
  static constexpr const char* kind = "case-opened";
  StaffId staff;  // whose act must be looked at
  PatientId patient;
  CaseId case_id;
  std::string case_kind;  // "glass", "seal", "access", "self-made-relation", "decision-owed",
                          // "unassigned-card", "lost-card", "vouched", "lock-out-passed"
  std::string rule;       // what caused it
  GlassId glass;          // empty where none
  std::string reviewer;   // role that may close it
  std::string queue;
  Instant due{};
  std::string cause;  // for people to read: no patient data beyond this entry's own patient
  std::string key;    // one case per key: an allow's review is not reopened at each read
  int rank = 0;       // higher is looked at first
};
BOOST_DESCRIBE_STRUCT(CaseOpened, (),
                      (staff, patient, case_id, case_kind, rule, glass, reviewer, queue, due, cause,
                       key, rank))

struct CaseJustified {
  static constexpr const char* kind = "case-justified";
  StaffId staff;
  PatientId patient;
  CaseId case_id;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(CaseJustified, (), (staff, patient, case_id, text))

struct CaseExplained {
  static constexpr const char* kind = "case-explained";
  PatientId patient;
  CaseId case_id;
  std::string rule;
  std::string relations;
};
BOOST_DESCRIBE_STRUCT(CaseExplained, (), (patient, case_id, rule, relations))

enum class Finding { appropriate, inappropriate, training, mistaken };
BOOST_DESCRIBE_ENUM(Finding, appropriate, inappropriate, training, mistaken)

struct CaseClosed {
  static constexpr const char* kind = "case-closed";
  StaffId staff;  // the reviewer; empty where it closed by itself
  PatientId patient;
  CaseId case_id;
  Finding finding = Finding::appropriate;
  std::string comment;
};
BOOST_DESCRIBE_STRUCT(CaseClosed, (), (staff, patient, case_id, finding, comment))

struct CaseOverdue {
  static constexpr const char* kind = "case-overdue";
  PatientId patient;
  CaseId case_id;
  Instant due{};
};
BOOST_DESCRIBE_STRUCT(CaseOverdue, (), (patient, case_id, due))

struct CaseReopened {
  static constexpr const char* kind = "case-reopened";
  StaffId staff;  // empty where a second reason on the same glass did it
  PatientId patient;
  CaseId case_id;
  std::string comment;
  Instant due{};
};
BOOST_DESCRIBE_STRUCT(CaseReopened, (), (staff, patient, case_id, comment, due))

struct CaseViewed {
  static constexpr const char* kind = "case-viewed";
  StaffId staff;
  PatientId patient;
  SessionId session;
  CaseId case_id;
};
BOOST_DESCRIBE_STRUCT(CaseViewed, (), (staff, patient, session, case_id))

struct CasesListed {
  static constexpr const char* kind = "cases-listed";
  StaffId staff;
  SessionId session;
  std::uint64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(CasesListed, (), (staff, session, count))

// --- access
// ----------------------------------------------------------------------------------------

struct AccessIntended {  // durable before anything is released
  static constexpr const char* kind = "access-intended";
  StaffId staff;
  PatientId patient;  // empty for what belongs to no patient (Practitioner, Organization)
  SessionId session;
  std::string action;  // search read append modify
  std::vector<std::string> types;
  // The request's form: "read", "search", "everything", "create", "viewer", "print", "download"
  std::string form;
  std::string basis;  // rule and relations
  GlassId glass;
  TerminalId terminal;
  PlaceId place;
  std::string purpose;
  std::string policy;
  std::uint64_t part_of = 0;  // index + 1 of the intent whose answer turned this up; 0: none
  std::string what{};         // of a print or a download: what it holds, in words
  std::string token{};        // jti of the credential by which it was asked, where it was one
};
BOOST_DESCRIBE_STRUCT(AccessIntended, (),
                      (staff, patient, session, action, types, form, basis, glass, terminal, place,
                       purpose, policy, part_of, what, token))

enum class Outcome { released, nothing, refused_upstream, cut, unknown };
BOOST_DESCRIBE_ENUM(Outcome, released, nothing, refused_upstream, cut, unknown)

struct AccessOutcome {
  static constexpr const char* kind = "access-outcome";
  StaffId staff;
  PatientId patient;
  std::uint64_t intent = 0;  // index of the AccessIntended
  Outcome outcome = Outcome::unknown;
  std::uint64_t resources = 0;
  std::uint64_t withheld = 0;
  std::uint64_t bytes = 0;
  int upstream_status = 0;
  std::string new_id;  // "Observation/o-9" for a create
};
BOOST_DESCRIBE_STRUCT(AccessOutcome, (),
                      (staff, patient, intent, outcome, resources, withheld, bytes, upstream_status,
                       new_id))

struct AccessRefused {  // folded: `times` within a minute for session, patient and rule
  static constexpr const char* kind = "access-refused";
  StaffId staff;
  PatientId patient;  // empty where the patient is unknown to us
  SessionId session;
  std::string action;
  std::string type;
  std::string rule;
  bool offered = false;  // the answer was an offer
  std::vector<std::string> reasons;
  std::string code;  // the reference code of the answer
  std::uint32_t times = 1;
  std::string policy;
  std::string asked;  // where the id is nobody's: a hash of session and id, to fold by
};
BOOST_DESCRIBE_STRUCT(AccessRefused, (),
                      (staff, patient, session, action, type, rule, offered, reasons, code, times,
                       policy, asked))

struct SearchMade {
  static constexpr const char* kind = "search-made";
  StaffId staff;
  SessionId session;
  std::string criteria;  // "name, birth_date": their values may be a patient's, and are in no entry
                         // that outlives an erasure
  std::string basis;
  PlaceId place;
  std::string purpose;  // ActReason code that the client declared; empty: none
};
BOOST_DESCRIBE_STRUCT(SearchMade, (), (staff, session, criteria, basis, place, purpose))

struct SearchListed {  // one small entry for each patient listed
  static constexpr const char* kind = "search-listed";
  StaffId staff;
  PatientId patient;
  SessionId session;
  std::uint64_t search = 0;  // index of the SearchMade
  std::string terms;         // "name=osei, birth_date=1961-04-02"
};
BOOST_DESCRIBE_STRUCT(SearchListed, (), (staff, patient, session, search, terms))

struct LedgerRead {  // entries read in bulk, a list of everybody's glass, a decision explained
  static constexpr const char* kind = "ledger-read";
  StaffId staff;
  SessionId session;
  std::string what;
  PatientId patient{};  // where it concerns one patient
  StaffId about{};      // whose access it concerns, where it is one person's
};
BOOST_DESCRIBE_STRUCT(LedgerRead, (), (staff, session, what, patient, about))

// Asked for by one officer; another one does it. An entry of the patient's own, so it goes, too.
struct ErasureAsked {
  static constexpr const char* kind = "erasure-asked";
  StaffId staff;
  PatientId patient;
  std::string why;
};
BOOST_DESCRIBE_STRUCT(ErasureAsked, (), (staff, patient, why))

// Key and pseudonym are destroyed as soon as this is durable; the bodies stay, unreadable.
struct PatientErased {
  static constexpr const char* kind = "patient-erased";
  StaffId staff;
  std::string pseudonym;    // hex, as in the clear part of the entries
  std::string key;          // hex, the id of the key
  StaffId asked_by;         // the other officer
  std::string why;          // no patient data
  std::uint64_t count = 0;  // of entries that cannot be read any more
};
BOOST_DESCRIBE_STRUCT(PatientErased, (), (staff, pseudonym, key, asked_by, why, count))

// --- copies of the ledger ------------------------------------------------------------------------

// The state after the first `size` entries lies in a sealed file; whoever loads it finds this entry
// behind it, or does not use it.
struct SnapshotTaken {
  static constexpr const char* kind = "snapshot-taken";
  std::uint64_t size = 0;
  std::string root;   // hex, of the tree of these entries
  std::string state;  // hex, SHA-256 of the state as it is kept
};
BOOST_DESCRIBE_STRUCT(SnapshotTaken, (), (size, root, state))

struct BackupMade {
  static constexpr const char* kind = "backup-made";
  StaffId staff;
  std::uint64_t size = 0;  // entries that are in it
  std::string root;        // hex
  std::string name;        // of the folder
};
BOOST_DESCRIBE_STRUCT(BackupMade, (), (staff, size, root, name))

// First entry after a backup was put back: every session and glass of before has ended.
struct LedgerRestored {
  static constexpr const char* kind = "ledger-restored";
  std::uint64_t size = 0;  // entries that the backup had
  std::string root;        // hex
};
BOOST_DESCRIBE_STRUCT(LedgerRestored, (), (size, root))

struct RootKeysRotated {  // both root keys and the vault's own; older copies need the older ones
  static constexpr const char* kind = "root-keys-rotated";
  std::string keys;
};
BOOST_DESCRIBE_STRUCT(RootKeysRotated, (), (keys))

using AnyFact = std::variant<
    LedgerBegun, ServerStarted, ClockStepped, LogKeyRotated, OriginRenewed, PolicyProposed,
    PolicyPart, PolicySigned, StaffSet, FactorEnrolled, PasskeyEnrolled, PasskeyRemoved,
    PasswordLocked, PasswordUnlocked, CardMade, DrawerCounted, CardDrawn, CardUsed, CardRetired,
    CardAssigned, ChartAssigned, VouchAsked, VouchFailed, Vouched, ProvisionerSet, AccountSet,
    AccountRemoved, GroupSet, GroupMembers, GroupRemoved, RolesGiven, ProviderSeen, SourceSecretSet,
    SubjectForgotten, TokenKeyMade, TokenMade, TokenRevoked, ReceiverSet, ReceiverTold, ActAsked,
    ActAgreed, ActEnded, TerminalSet, SessionOpened, SignInRefused, SteppedUp, Rehearsed,
    SessionEnded, SessionLocked, SessionUnlocked, SessionExtended, FocusMoved, RelationRecorded,
    RelationEnded, RelationConfirmed, FlagSet, FeedBeat, GlassOpened, GlassWidened, GlassEnded,
    DetailsGiven, BreakUnneeded, CaseOpened, CaseJustified, CaseExplained, CaseClosed, CaseOverdue,
    CaseReopened, CaseViewed, CasesListed, AccessIntended, AccessOutcome, AccessRefused, SearchMade,
    SearchListed, LedgerRead, PatientErased, ErasureAsked, SnapshotTaken, BackupMade,
    LedgerRestored, RootKeysRotated>;

// Copying, moving and destroying are compiled once, in facts.cc: a table over every kind in every
// file that holds a list of facts would cost seconds each.
struct Fact : AnyFact {
  template <class T>
  requires(!std::is_base_of_v<AnyFact, std::remove_cvref_t<T>>) Fact(T&& fact)
      : AnyFact(std::forward<T>(fact)) {}  // NOLINT: a fact is any of its kinds
  Fact();
  Fact(const Fact& other);
  Fact(Fact&& other) noexcept;
  Fact& operator=(const Fact& other);
  Fact& operator=(Fact&& other) noexcept;
  ~Fact();
};

const char* kind_of(const Fact& fact);
PatientId patient_of(const Fact& fact);  // empty where none
StaffId staff_of(const Fact& fact);      // empty where nobody in particular

// What stands in the body of an entry beside the fact.
struct Body {
  Fact fact;
  Millis boot{};            // boot clock at the time of the entry
  std::string idempotency;  // "<staff>/<key>" of the command that made it; empty where none
};

}  // namespace halligan::facts
