// ast.h - what a policy says, as a tree, and the plain words in which a world is put before it.
//
// Plain data with value equality: nothing here is indexed, interned or computed, and nothing here
// points into the engine. parse.h makes a Policy from text, print.h makes text from a Policy;
// spec/policy-language.md gives the meaning. The slow evaluator in reference/ shares this header
// and nothing else with the engine.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"

namespace halligan::policy::ast {

// Where something stands in the file. Positions serve messages; two policies that say the same in
// different places are equal.
struct Pos {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend constexpr bool operator==(Pos, Pos) { return true; }
};

struct Name {
  std::string text;
  Pos at;
  bool operator==(const Name&) const = default;
};

// A length of time in a window: calendar days in the hospital's time zone, then exact time.
struct Span {
  std::int32_t days = 0;
  Millis exact{0};
  bool operator==(const Span&) const = default;
};

// [relations]. Without `source` the relation is the ledger's own: an absent fact is false.
struct Relation {
  Name name;
  Name from;  // types of node
  Name to;
  std::optional<Name> source;  // the feed that tells
  std::optional<Millis> stale_after;
  std::vector<Name> values;  // coded values a fact may carry; empty: none
  bool operator==(const Relation&) const = default;
};

// [flags]: what may be said of a patient alone. Same freshness as a relation.
struct Flag {
  Name name;
  std::optional<Name> source;
  std::optional<Millis> stale_after;
  bool operator==(const Flag&) const = default;
};

// [places]: a name for places of some kinds and for places by id.
struct Place {
  Name name;
  std::vector<Name> kinds;
  std::vector<Name> ids;
  bool operator==(const Place&) const = default;
};

enum class MemberKind : std::uint8_t {
  everything,  // "*": every resource type
  type,        // "Observation", perhaps with {category, age}
  label,       // "label:PSYTHPN"
  fact,        // "fact:referral"
  named,       // another class
};

struct Member {
  bool minus = false;
  MemberKind kind = MemberKind::everything;
  std::string text;                     // type, label, fact or class; empty for everything
  std::optional<std::string> category;  // of a type
  std::optional<Span> newer_than;       // of a type
  Pos at;
  bool operator==(const Member&) const = default;
};

// [classes]
struct DataClass {
  Name name;
  std::vector<Member> of;
  bool named_only = false;
  bool never_in_emergency = false;
  bool operator==(const DataClass&) const = default;
};

// Paths. `^` has been pushed down to the steps: ^(a/b) is ^b/^a.
struct Step {
  bool inverse = false;
  Name relation;
  std::optional<Name> place;         // r(place): the `to` end is one of that place
  std::optional<std::string> value;  // r[value]: the fact carries this value
  bool operator==(const Step&) const = default;
};

enum class PathKind : std::uint8_t { step, sequence, either };

struct PathExpr {
  PathKind kind = PathKind::step;
  Step step;                    // of kind step
  std::vector<PathExpr> parts;  // of kinds sequence and either: two or more
  bool operator==(const PathExpr&) const = default;
};

enum class Start : std::uint8_t { staff, terminal, session, patient, item };

struct Path {
  Start start = Start::staff;
  PathExpr expr;
  Pos at;
  bool operator==(const Path&) const = default;
};

// around = { admitted = { lead = "7d", lag = "30d" } }
struct Around {
  Name relation;
  Span lead;  // counts this long before the fact begins
  Span lag;   // and this long after it has ended
  bool operator==(const Around&) const = default;
};

enum class Action : std::uint8_t { search, read, append, modify };
inline constexpr std::size_t action_count = 4;

enum class Factor : std::uint8_t { password, totp, card, vouched, security_key };
// Levels of proof: 1 a password; 2 a password and a TOTP code, a card and its PIN, or vouched for
// in person; 3 a security key with user verification.
constexpr int level_of(Factor factor) {
  if (factor == Factor::password) return 1;
  return factor == Factor::security_key ? 3 : 2;
}

// Of a list: the least of them; totp where it is empty.
inline int level_of(const std::vector<Factor>& any) {
  if (any.empty()) return level_of(Factor::totp);
  int least = level_of(Factor::security_key);
  for (const auto factor : any) least = std::min(least, level_of(factor));
  return least;
}

struct Proof {
  std::vector<Factor> any;               // the least of them is what is asked
  std::optional<Millis> not_older_than;  // none: any time in this session
  Pos at;
  bool operator==(const Proof&) const = default;
};

struct Prompts {
  std::vector<std::string> ask;
  std::optional<Millis> owed;  // none: due before
  Pos at;
  bool operator==(const Prompts&) const = default;
};

struct Review {
  Name by;  // a role
  Millis within{0};
  std::string queue;           // empty: the default queue
  int rank = 0;                // higher is looked at first
  std::optional<Path> unless;  // not owed where this path is true around the access
  Span lead;                   // the path may have held this long before the access
  Span lag;                    // or begin this long after it
  Pos at;
  bool operator==(const Review&) const = default;
};

struct Duties {
  std::string notice;       // empty: none
  std::string acknowledge;  // empty: none
  std::optional<Prompts> prompts;
  std::optional<Proof> proof;
  std::optional<Review> review;
  bool operator==(const Duties&) const = default;
};

// An opening always ends with its session.
struct Ends {
  bool focus = true;
  Millis idle{15 * 60'000};
  Millis after{60 * 60'000};
  bool operator==(const Ends&) const = default;
};

// A new glass within this time for the same patient and reason continues the earlier case and asks
// nothing but reason and proof.
struct Repeat {
  Millis within{0};
  Pos at;
  bool operator==(const Repeat&) const = default;
};

enum class RuleKind : std::uint8_t { deny, seal, allow, glass };
enum class IfUnknown : std::uint8_t { unsaid, deny, owe };

// One [[deny]], [[seal]], [[allow]] or [[glass]]; a field that its kind does not have stays empty.
struct Rule {
  RuleKind kind = RuleKind::deny;
  Name name;                       // of a glass: its reason
  std::vector<Name> roles;         // any of; empty: everybody
  std::vector<Name> except_roles;  // none of
  std::vector<Name> place;         // any of; empty: anywhere
  std::vector<Name> flags;         // any of; empty: every patient
  std::vector<Member> data;        // empty: see the specification
  std::vector<Action> actions;     // empty: deny, seal: all; glass: read and append
  std::optional<Path> via;
  std::optional<Path> when;
  std::optional<Path> unless;
  std::vector<Around> around;
  Duties duties;                             // of a seal: its `ask`
  bool has_ask = false;                      // of a seal; without it the seal removes grants
  std::vector<Name> except;                  // of a seal: names of allow rules and of reasons
  IfUnknown if_unknown = IfUnknown::unsaid;  // of a deny
  bool hide = false;                         // of a deny
  std::string text;                          // shown to whom the rule stops
  std::string label;                         // of a glass, for people
  std::string help;
  std::string purpose;           // HL7 ActReason
  std::optional<Ends> ends;      // of what must be opened; none: the defaults of Ends
  std::optional<Repeat> repeat;  // of a glass
  Pos at;
  bool operator==(const Rule&) const = default;
};

// The kinds of case that a policy may speak of.
enum class CaseKind : std::uint8_t {
  glass,
  seal,
  access,  // an allow rule that has a review
  self_made_relation,
  decision_owed,  // a deny whose evidence was unknown
  patient_question,
  expired_review,
};

// [[explain]]: a path that accounts for a case when it turns up.
struct Explain {
  Name name;
  Path via;
  Span within;                  // before or after the access
  std::vector<CaseKind> cases;  // empty: every kind
  Pos at;
  bool operator==(const Explain&) const = default;
};

// [[case]]: what becomes of a kind of case.
struct CaseRule {
  CaseKind kind = CaseKind::glass;
  std::optional<Name> by;
  std::optional<Millis> within;
  std::string queue;
  int rank = 0;
  bool closes_itself = false;  // on an explanation that the person did not record
  Pos at;
  bool operator==(const CaseRule&) const = default;
};

// [[card]]: a drawer of sealed cards, each good for one session, and for whoever draws it.
struct Drawer {
  Name name;
  std::string label;          // for people; empty: the name
  std::vector<Name> roles;    // of whoever uses one of its cards
  std::vector<Name> place;    // where they are good: terminals of these places alone
  std::vector<Name> keepers;  // who may count them and say who used one, beside officers
  Millis session{4 * 3'600'000};
  Millis assigned{4 * 3'600'000};  // from its use on: until then somebody says who it was
  Review review;                   // of what nobody has assigned by then, and of what is missing
  Pos at;
  bool operator==(const Drawer&) const = default;
};

// [vouching]: a colleague at the same place confirms in person who somebody is. None: nobody may.
struct Vouching {
  std::vector<Name> roles;  // who may vouch, and for whom: all that whoever is vouched for may be
  int at_most = 3;          // within 24 hours: by one person, and for one
  Review review;
  Pos at;
  bool operator==(const Vouching&) const = default;
};

// [lockout]: how many failures in a row lock a password (never its person).
struct Lockout {
  int after = 100;               // NIST SP 800-63B 5.2.2: at most
  std::optional<Review> review;  // of who came in by another way meanwhile; none: the default
  Pos at;
  bool operator==(const Lockout&) const = default;
};

// [[provider]]: an OpenID provider that may say who somebody is.
struct Provider {
  Name name;
  std::string label;                // for people; empty: the name
  std::string issuer;               // https URL, as its tokens say it
  std::string client;               // what we are called there
  std::string person = "sub";       // the claim that names the person
  std::string groups;               // the claim that lists groups; empty: none are looked at
  std::vector<std::string> scopes;  // asked for beside openid
  std::string ask;                  // acr_values, where a second factor is asked for; empty: none
  std::vector<std::string> second_factor;  // values of acr or amr that are worth level 2
  std::vector<std::string> security_key;   // level 3
  Pos at;
  bool operator==(const Provider&) const = default;
};

// [[directory]]: an LDAP directory that checks passwords. Always TLS: ldaps, or ldap with StartTLS.
struct Directory {
  Name name;
  std::string label;
  std::string url;
  std::string bind;               // DN of the account that searches
  std::string people;             // DN below which people are
  std::string person = "uid";     // the attribute that is the name they type
  std::string groups;             // DN below which groups are; empty: none are looked at
  std::string member = "member";  // the attribute of a group
  bool in_chain = false;          // the directory itself follows groups in groups
  int guesses = 4;  // wrong passwords of one person that it is asked about within an hour
  Pos at;
  bool operator==(const Directory&) const = default;
};

// [[provisioning]]: a system that enrols people and groups (SCIM).
struct Provisioning {
  Name name;
  std::string label;
  Pos at;
  bool operator==(const Provisioning&) const = default;
};

// [[group]]: the roles of whoever is in a group, as one of those above says.
struct Group {
  Name from;
  std::string name;
  std::vector<Name> roles;
  Pos at;
  bool operator==(const Group&) const = default;
};

// [sign_in]: what the factors that Halligan checks by itself are for, beside providers.
struct SignInRule {
  bool own_when_down = false;       // password and code open only while no provider answers
  std::optional<Millis> enrolment;  // how long a factor's enrolment lasts; none: for ever
  std::optional<Review> review;     // of who came in by one that is past it; none: the default
  Pos at;
  bool operator==(const SignInRule&) const = default;
};

// [administration]: what takes two administrators.
enum class TwoPeople : std::uint8_t { roles, factors, terminals };
struct Administration {
  std::vector<TwoPeople> two_people;
  Pos at;
  bool takes_two(TwoPeople what) const {
    return std::find(two_people.begin(), two_people.end(), what) != two_people.end();
  }
  bool operator==(const Administration&) const = default;
};

// [console]: how screens behave. It decides nothing about access.
struct Console {
  Name locale{.text = "en-GB", .at = {}};  // BCP 47
  std::optional<Millis> lock;  // untouched screens cover themselves after it; none: never
  bool recent_charts = false;  // whether screens may list what their user opened lately
  Pos at;
  bool operator==(const Console&) const = default;
};

struct Policy {
  std::string hospital;
  Name timezone;              // IANA, e.g. Europe/London
  std::vector<Factor> login;  // what a login takes, the least of them; empty: totp
  std::vector<Name> roles;
  std::vector<Relation> relations;
  std::vector<Flag> flags;
  std::vector<Place> places;
  std::vector<DataClass> classes;
  std::vector<Rule> rules;  // all kinds, in the order of the file
  std::vector<Explain> explains;
  std::vector<CaseRule> cases;
  std::vector<Drawer> drawers;
  std::optional<Vouching> vouching;
  Lockout lockout;
  std::vector<Provider> providers;
  std::vector<Directory> directories;
  std::vector<Provisioning> provisionings;
  std::vector<Group> groups;
  SignInRule sign_in;
  Administration administration;
  Console console;
  bool operator==(const Policy&) const = default;
};

// ---- A world, a question and an answer in plain words: for tests, for explaining, for reference/.

struct Fact {
  bool denied = false;
  std::string relation;  // a relation, or "flag:NAME" with from == to == the patient
  std::string from;      // ids; the types are the relation's
  std::string to;
  std::string value;  // empty: none
  Instant start = far_past;
  Instant end = far_future;
  std::string source;       // a feed; empty: the person who recorded it
  std::string recorded_by;  // staff id; empty: a feed
  bool operator==(const Fact&) const = default;
};

struct Heartbeat {
  std::string feed;
  Instant at{};
  bool operator==(const Heartbeat&) const = default;
};

struct World {
  std::vector<Fact> facts;  // in the order in which they were recorded
  std::vector<Heartbeat> heartbeats;
  bool operator==(const World&) const = default;
};

struct Asker {
  std::string staff;
  std::vector<std::string> active_roles;
  std::vector<std::string> held_roles;
  std::optional<std::string> terminal;
  std::optional<std::string> place_kind;  // both or neither: neither is an unknown place
  std::optional<std::string> place_id;
  std::optional<std::string> department;  // of the session
  std::optional<std::string> application;
  std::optional<std::string> focus;  // the patient in front of the session
  int proof_level = 0;               // of the freshest proof
  Instant proof_at = far_past;
  bool operator==(const Asker&) const = default;
};

struct Cell {
  Action action = Action::read;
  std::string type;  // resource type; empty for a fact
  std::string fact;  // relation (or "flag:NAME") that is created or ended
  std::vector<std::string> labels;
  std::optional<std::vector<std::string>> categories;  // none: not known
  std::optional<Instant> dated;                        // none: not known
  std::optional<std::string> patient;                  // none: a thing without a patient
  std::optional<std::string> item;
  bool survey = false;  // asked before the resources are known; each is decided again
  bool operator==(const Cell&) const = default;
};

// What recorded facts of this session, for this patient, have paid: the before-duties of `rule`.
struct Payment {
  std::string rule;
  bool confirmed = false;  // the situation was confirmed, too
  Instant ends = far_future;
  bool operator==(const Payment&) const = default;
};

struct Question {
  Asker asker;
  Cell cell;
  std::vector<Payment> paid;
  Instant now{};
  bool operator==(const Question&) const = default;
};

enum class Verdict : std::uint8_t { deny = 0, glass, permit };

// What a grant costs: the asks of its rule and of the seals upon it, less what has been paid.
struct Bill {
  bool reason = false;               // due before, of a glass that is not open
  bool confirm = false;              // due before, where the situation is not certain
  int proof_level = 0;               // due before; 0: nothing
  std::optional<Millis> proof_age;   // the shortest that is asked
  std::vector<std::string> prompts;  // due before, in order
  std::vector<std::string>
      acknowledge;  // due before: names of the rules whose text is to be acknowledged
  std::vector<std::string> owed_prompts;  // owed after: names of the rules that ask
  std::vector<std::string> reviews;       // owed after: names of the rules that ask for one
  std::vector<std::string> decisions;     // owed after: deny rules whose evidence was unknown
  std::vector<std::string> notices;       // shown with the answer: names of the rules
  bool operator==(const Bill&) const = default;
};

struct Grant {
  std::string rule;
  bool is_reason = false;
  Bill bill;  // what is left to pay, and what is owed
  bool operator==(const Grant&) const = default;
};

struct Answer {
  Verdict verdict = Verdict::deny;
  std::optional<Grant> basis;          // of a permit
  std::vector<std::string> denied_by;  // of a deny: the visible rules; empty: no rule
  bool hidden = false;                 // of a deny: a hidden rule was among those that bit
  bool failed = false;                 // of a deny: a bound was passed
  std::vector<Grant> offer;            // of a glass, in policy order
  std::vector<std::string> instead;    // of a glass: facts the person may add
  bool operator==(const Answer&) const = default;
};

}  // namespace halligan::policy::ast
