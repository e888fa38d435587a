// engine.h - a compiled policy that decides: pure, four-valued, in about a microsecond.
//
// spec/policy-language.md section 4 is what it computes; reference/ computes the same slowly.
// decide() allocates nothing: a Decision has a fixed size. What people read (bills, names,
// explanations) is made from a Decision afterwards.
// INVARIANT: Verdict deny is zero, and a bound that is passed denies (P6).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/policy/ast.h"
#include "core/policy/evidence.h"
#include "core/policy/few.h"
#include "core/policy/walk.h"
#include "core/policy/zone.h"

namespace halligan::policy {

using ast::Verdict;

enum class RuleIx : std::uint16_t {};   // place in policy().rules
enum class Slot : std::uint16_t {};     // a resource type or a kind of fact
enum class RoleSet : std::uint64_t {};  // one bit a role

constexpr bool meet(RoleSet a, RoleSet b) {
  return (static_cast<std::uint64_t>(a) & static_cast<std::uint64_t>(b)) != 0;
}

struct Asker {
  NodeId staff = NodeId::unnamed;
  // People whom the asker enrolled, in order: what they recorded counts as recorded by the asker.
  // The caller keeps the list.
  std::span<const NodeId> hands{};
  RoleSet active{};
  RoleSet held{};
  Subject terminal;             // absent: not a known one
  std::optional<NodeId> place;  // nothing: unknown
  Subject department;
  Subject application;
  Subject focus;
  int proof_level = 0;  // of the freshest proof
  Instant proof_at = far_past;
};

struct Cell {
  ast::Action action = ast::Action::read;
  Slot slot{};
  std::span<const WordId> labels;
  std::span<const WordId> categories;
  bool categories_known = false;
  std::optional<Instant> dated;
  Subject patient;
  Subject item;
  bool survey = false;
};

struct Payment {
  RuleIx rule{};
  bool confirmed = false;
  Instant ends = far_future;
};

// What is to be weighed, packed so that it compares as the least bill does: before, then after.
struct Cost {
  std::uint64_t before;
  std::uint64_t after;
  friend constexpr auto operator<=>(const Cost&, const Cost&) = default;
};

// No member has a default: a Decision has room for many, and is made for every request.
struct Granted {
  RuleIx rule;
  std::uint32_t seals;  // bits: which of Decision::seals ask of this grant
  Truth value;
  bool strict;  // true without what the asker recorded
  bool self_made;
  Cost whole;
  Cost left;  // after payments
};

inline constexpr std::size_t granted_max = 128;
inline constexpr std::size_t biting_max = 32;  // deny rules, and seals, at once

struct Decision {
  Verdict verdict = Verdict::deny;
  bool failed = false;                // a bound was passed
  bool hidden = false;                // a hidden deny was among those that shut
  std::uint16_t basis = 0;            // of a permit: place in `grants`
  Few<RuleIx, biting_max> denied_by;  // those that shut, hidden ones too
  Few<RuleIx, biting_max> owed;       // deny rules to be decided again
  Few<RuleIx, biting_max> seals;
  Few<Granted, granted_max> grants;               // of a permit and a glass, in policy order
  Few<FactId, 2 * limits::path_steps_max> facts;  // of a permit: the relations used
  Instant holds_until = far_future;
};

// How one condition of one rule came out.
struct Condition {
  std::string_view name;  // "via"
  Truth value = Truth::no;
  std::vector<FactId> facts;
};
struct RuleStep {
  RuleIx rule{};
  Truth value = Truth::no;
  std::vector<Condition> conditions;
};
struct Explanation {
  Decision decision;
  std::vector<RuleStep> steps;   // every rule, in policy order
  std::vector<RuleIx> decisive;  // these alone give the same verdict
};

// Which cases' explanations may walk over an edge: none; those of the staff or the patient that it
// ends at; or others, too, for it may lie in the middle of the way.
enum class ExplainsBy : std::uint8_t { no = 0, its_ends, any_walk };

class Engine {
 public:
  // Interns the policy's words and places into `names`; the engine then fits that evidence and its
  // copies. Fault bad_input where well_formed() has errors.
  static Result<Engine> compile(const ast::Policy& policy, Evidence& names);

  Decision decide(const Evidence& evidence, const Asker& asker, const Cell& cell, Instant now,
                  std::span<const Payment> paid) const;

  // ---- What people read. These allocate.

  Explanation explain(const Evidence& evidence, const Asker& asker, const Cell& cell, Instant now,
                      std::span<const Payment> paid) const;
  // What is left to pay of a grant, and what it leaves owed. Its `decisions` may name hidden rules:
  // for the record, not for the person.
  ast::Bill bill(const Decision& decision, const Granted& grant, const Asker& asker, Instant now,
                 std::span<const Payment> paid) const;
  // The grants to show for a glass verdict, in policy order: the cheapest allows and every reason.
  std::vector<const Granted*> offer(const Decision& decision) const;
  // The rules that a grant's opening pays: its own, then its seals.
  std::vector<RuleIx> pays(const Decision& decision, const Granted& grant) const;
  // Relations that the person may add instead, for a glass verdict on a resource.
  std::vector<std::string> instead(const Evidence& evidence, const Asker& asker, const Cell& cell,
                                   Instant now, std::span<const Payment> paid) const;
  // Deny rules to name to the person: none where all that shut are hidden.
  std::vector<RuleIx> named(const Decision& decision) const;

  // ---- Cases. Nothing that `asker` recorded counts.

  // Whether the `unless` of a rule's review was true around the access; no where it has none.
  Truth accounted_for(const Evidence& evidence, RuleIx rule, const Asker& asker, Subject patient,
                      Instant access_at) const;
  struct Found {
    std::size_t explain = 0;  // place in policy().explains
    std::vector<FactId> facts;
  };
  std::optional<Found> explanation_of(const Evidence& evidence, ast::CaseKind kind,
                                      const Asker& asker, Subject patient, Instant access_at) const;
  // Whom a fact of this relation may help to explain, or to account for.
  ExplainsBy explains_by(WordId relation) const;

  // ---- Names.

  const ast::Policy& policy() const { return policy_; }
  const ast::Rule& rule(RuleIx rule) const { return policy_.rules[static_cast<std::size_t>(rule)]; }
  std::optional<RuleIx> find_rule(std::string_view name) const;
  std::optional<Slot> slot_of_type(std::string_view resource_type) const;
  std::optional<Slot> slot_of_fact(std::string_view relation) const;  // or "flag:VIP"
  RoleSet roles(std::span<const std::string> names) const;  // names without a bit are left out
  const Zone& zone() const { return zone_; }
  int login_level() const { return login_level_; }
  std::size_t slot_count() const { return slots_; }
  std::size_t type_count() const { return types_; }  // slots below are resource types
  // Whether a rule can concern that kind of data at all, and whether it does so whatever the
  // labels.
  bool may_cover(RuleIx rule, Slot slot) const;
  bool surely_covers(RuleIx rule, Slot slot) const;
  // Whether a class, by its place in policy().classes, can hold that kind of data.
  bool class_may_hold(std::size_t data_class, Slot slot) const;
  // Whether the rule is kept out of a named_only class.
  bool kept_out_of(RuleIx rule, std::size_t data_class) const;

 private:
  friend class Compiler;
  friend class Evaluation;

  enum class Static : std::uint8_t { no, yes, depends };

  struct DataMember {
    bool minus = false;
    ast::MemberKind kind = ast::MemberKind::everything;
    Slot slot{};                 // of type and fact
    WordId word = WordId::none;  // label, or category of a type
    bool any_category = true;
    std::optional<ast::Span> newer_than;
    std::size_t set = 0;  // of named
  };
  struct DataSet {
    std::vector<DataMember> members;
    std::vector<Static> fixed;  // per slot: what it is whatever the labels and dates
  };
  struct PlaceSet {
    std::vector<TypeId> kinds;
    std::vector<std::string> ids;
  };
  struct Ask {
    bool reason = false;
    int proof_level = 0;
    std::optional<Millis> proof_age;
    unsigned prompts = 0;
    unsigned acknowledge = 0;
    unsigned reviews = 0;
    unsigned owed_prompts = 0;
    unsigned notices = 0;
  };
  enum class BySelf : std::uint8_t { unasked, required, forbidden };

  // What every decision looks at comes first: it fits a line of the cache.
  struct Compiled {
    ast::RuleKind kind = ast::RuleKind::deny;
    bool any_role = true;
    BySelf by_self = BySelf::unasked;
    bool has_ask = false;
    bool owes = false;  // if_unknown = "owe"
    bool hide = false;
    bool has_places = false;
    RoleSet roles{};
    RoleSet except_roles{};
    std::optional<std::uint32_t> flags;  // place in flags_
    std::optional<std::uint32_t> via;    // places in paths_
    std::optional<std::uint32_t> when;
    std::optional<std::uint32_t> unless;
    std::optional<std::uint32_t> data;  // set; nothing: everything, facts too
    std::vector<std::size_t> kept_out;  // named_only sets that the rule does not name
    Ask ask;
    std::vector<PlaceSet> places;
    std::vector<Static> fixed;      // per slot, of data and kept_out together
    std::vector<bool> names_type;   // per slot
    std::vector<RuleIx> lifted_by;  // of a seal: allow rules in `except`
    std::vector<RuleIx> spares;     // of a seal: reasons in `except`
    std::optional<WalkPath> review_unless;
  };
  // A rule that may concern an action and a kind of data.
  struct Candidate {
    RoleSet roles;  // one of them, unless any will do
    RoleSet except_roles;
    RuleIx rule;
    bool any_role;
    bool own_data;   // its data surely holds the cell, but for what is kept out
    bool sure_data;  // its data surely holds the cell
    bool met_by(RoleSet held) const {
      return (any_role || meet(held, roles)) && !meet(held, except_roles);
    }
  };
  // Rules that ask for the same first: where that is false, none of them is looked at.
  struct Gate {
    std::optional<std::uint32_t> via;    // place in paths_
    std::optional<std::uint32_t> flags;  // place in flags_
    std::vector<Candidate> rules;
  };
  struct Candidates {
    std::vector<Gate> denies, seals, grants;
  };

  explicit Engine(ast::Policy policy, Zone zone)
      : policy_(std::move(policy)), zone_(std::move(zone)) {}

  const Candidates& candidates(ast::Action action, Slot slot) const {
    return candidates_[static_cast<std::size_t>(action) * slots_ + static_cast<std::size_t>(slot)];
  }
  const Compiled& compiled(RuleIx rule) const { return rules_[static_cast<std::size_t>(rule)]; }
  bool is_fact(Slot slot) const { return static_cast<std::size_t>(slot) >= types_; }

  ast::Policy policy_;
  Zone zone_;
  int login_level_ = 2;
  std::size_t types_ = 0;  // slots below are resource types, from here on facts
  std::size_t slots_ = 0;
  std::vector<std::string> facts_;  // names of the slots from types_ on
  std::vector<DataSet> sets_;
  std::vector<Compiled> rules_;
  // Each once, however many rules have it.
  std::vector<WalkPath> paths_;
  std::vector<std::vector<WalkStep>> flags_;  // any of them, each from the patient to the same
  std::vector<WalkPath> explains_;
  std::vector<Candidates> candidates_;
  IdTable<Slot> types_by_name_;
  struct InsteadOf {
    Slot slot;
    std::string relation;
  };
  std::vector<InsteadOf> instead_;
};

}  // namespace halligan::policy
