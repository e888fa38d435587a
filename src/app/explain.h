// explain.h - why it was decided so: what a reference code stands for, and a decision rule by rule.
//
// People see what concerns themselves: of a decision the rules that it rests on, but for hidden
// ones. Officers and administrators see every step. That somebody looked is an entry.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "app/context.h"
#include "app/judge.h"
#include "app/refusal.h"

namespace halligan::app {

struct ExplainCode {
  using Answer = std::variant<Coded, Refusal>;
  std::string token_hash;
  std::string code;
};
ExplainCode::Answer decide(const ExplainCode& command, Context& context);

struct ExplainDecision {
  struct Told {
    Explained how;
    std::string policy;
    std::optional<Offer> offer;     // of a glass verdict
    std::vector<std::string> owed;  // rules that the basis of a permit leaves owed
  };
  using Answer = std::variant<Told, Refusal>;
  std::string token_hash;
  StaffId staff;  // whose decision; empty: of the person who asks
  Cell cell;
};
ExplainDecision::Answer decide(const ExplainDecision& command, Context& context);

}  // namespace halligan::app
