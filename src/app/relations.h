// relations.h - facts about who has to do with whom: in bulk, from feeds and people; referrals.
//
// A relation that a person records about themselves is self-made: it takes the same fresh proof as
// a glass, and has a case until a feed or a second person confirms it. What is recorded must be a
// relation that the policy in force declares, between nodes of its types.
#pragma once

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "app/context.h"
#include "app/refusal.h"

namespace halligan::app {

inline constexpr std::size_t facts_per_request_max = 20'000;
inline constexpr std::size_t own_facts_per_request_max = 20;  // self-made ones
inline constexpr Millis self_made_proof_age = std::chrono::minutes{5};

// A moment, or a day of the hospital's calendar: its local midnight.
using When = std::variant<std::monostate, Instant, std::chrono::year_month_day>;

struct ToldFact {
  std::string relation;
  std::string from;  // "team/cardio", or "cardio": the type is the relation's
  std::string to;
  When start;  // none: since ever
  When end;    // none: open
  std::string value;
  bool denied = false;
  bool ended = false;  // it held until `end`, or until now
};

struct ToldFlag {
  PatientId patient;
  std::string flag;
  bool on = true;
};

struct RecordFacts {  // all or nothing
  static constexpr bool can_wait = true;
  struct Done {
    std::size_t recorded = 0;
    std::size_t unchanged = 0;
  };
  using Answer = std::variant<Done, Refusal>;
  std::string token_hash;
  std::string source;  // the feed, of somebody with the role `interface`; empty: a person's own word
  bool heartbeat = false;
  std::vector<ToldFact> facts;
  std::vector<ToldFlag> flags;
};
RecordFacts::Answer decide(const RecordFacts& command, Context& context);

// Whether the policy lets this person do it is a cell: (append or modify, fact:referral, patient).
struct LogReferral {
  struct Done {
    std::string from;  // nodes
    std::string to;
    Instant start{};
    EntryIndex entry = 0;
    CaseId case_id;    // where it is self-made and the policy has such cases
    bool again = false;
  };
  using Answer = std::variant<Done, Refusal>;
  std::string token_hash;
  PatientId patient;
  bool patient_exists = false;
  std::string team;
};
LogReferral::Answer decide(const LogReferral& command, Context& context);

struct CloseReferral {
  using Answer = std::variant<EntryIndex, Refusal>;
  std::string token_hash;
  PatientId patient;
  std::string team;
};
CloseReferral::Answer decide(const CloseReferral& command, Context& context);

// By somebody else than who recorded it. Closes no case: its reviewer does.
struct ConfirmRelation {
  using Answer = std::variant<EntryIndex, Refusal>;
  std::string token_hash;
  std::string relation;
  std::string from;
  std::string to;
};
ConfirmRelation::Answer decide(const ConfirmRelation& command, Context& context);

}  // namespace halligan::app
