// begin.h - the genesis of a ledger: origin and key of the log, two officers enrolled together, and
// the first policy, which one of them proposes and the other signs.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "app/context.h"
#include "app/refusal.h"

namespace halligan::app {

struct Officer {
  StaffId id;
  std::string name;
  std::vector<std::string> roles;
};

struct Begin {
  using Answer = std::variant<EntryIndex, Refusal>;
  std::string hospital;
  std::string origin;
  std::string log_key;
  std::string boot_id;
  std::string version;
  std::vector<Officer> officers;  // two
  std::string policy;             // its text
};
Begin::Answer decide(const Begin& command, Context& context);

// The facts that carry a policy's text, in parts that fit an entry. Gives the version's name.
std::string note_policy(const StaffId& proposer, const std::string& text, const std::string& note,
                        Context& context);

}  // namespace halligan::app
