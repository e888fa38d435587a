// record_facts.h - relations and flags in bulk, from feeds and people.
//
// What is recorded must be a relation that the policy in force declares, between nodes of its
// types. What a source has said already is not written again.
#pragma once

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "app/edges.h"

namespace halligan::app {

inline constexpr std::size_t facts_per_request_max = 20'000;
inline constexpr std::size_t facts_of_a_person_max = 100;     // no feed, no administrator
inline constexpr std::size_t own_facts_per_request_max = 20;  // self-made ones

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

// All or nothing. Interfaces and administrators may say anything that the policy declares; other
// people what it lets them say: (append or modify, fact:<relation>, patient), of patients whom an
// entry names; what others said they end or deny where the chart is open to them.
struct RecordFacts {
  static constexpr bool can_wait = true;
  struct Done {
    std::size_t recorded = 0;
    std::size_t unchanged = 0;
  };
  using Answer = std::variant<Done, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  std::string source;  // the feed that speaks, through an interface; empty: a person's own word
  bool heartbeat = false;
  std::vector<ToldFact> facts;
  std::vector<ToldFlag> flags;
};
RecordFacts::Answer decide(const RecordFacts& command, Context& context);

}  // namespace halligan::app
