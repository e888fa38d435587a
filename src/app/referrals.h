// referrals.h - referrals logged and closed by people, and relations that a second person confirms.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "app/edges.h"
#include "app/judge.h"

namespace halligan::app {

// Whether the policy lets this person do it is a cell: (append or modify, fact:referral, patient).
Cell referral_cell(Action action, const PatientId& patient);

// Of what the person belongs to now, what they may log a referral of: ids of one type, in order.
inline constexpr std::size_t referring_teams_max = 64;
std::vector<std::string> referring_teams(const State& state, const Session& session,
                                         const Now& now);

struct LogReferral {
  struct Done {
    std::string from;  // nodes
    std::string to;
    Instant start{};
    EntryIndex entry = 0;
    CaseId case_id;  // where it is self-made and the policy has such cases
    bool again = false;
  };
  using Answer = std::variant<Done, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  PatientId patient;
  bool patient_exists = false;
  std::string team;
};
LogReferral::Answer decide(const LogReferral& command, Context& context);

struct CloseReferral {
  using Answer = std::variant<EntryIndex, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  PatientId patient;
  std::string team;
};
CloseReferral::Answer decide(const CloseReferral& command, Context& context);

// By somebody else than who recorded it. Closes no case: its reviewer does.
struct ConfirmRelation {
  using Answer = std::variant<EntryIndex, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  std::string relation;
  std::string from;
  std::string to;
};
ConfirmRelation::Answer decide(const ConfirmRelation& command, Context& context);

}  // namespace halligan::app
