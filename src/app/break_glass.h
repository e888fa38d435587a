// break_glass.h - opening, widening, closing, revoking a glass; paying the details that are owed.
//
// Breaking is decided afresh, whatever was offered, for the chart or for what is wanted of it. A
// glass is for one person, in one session, for one chart; it opens together with its case and moves
// the focus.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "app/access.h"

namespace halligan::app {

struct Broken {
  GlassId glass;
  CaseId case_id;  // empty where no review is owed
  EntryIndex entry = 0;
  bool again = false;  // it was open for this reason already, or the command was repeated
};
struct Unneeded {  // ordinary access suffices
  std::string rule;
  EntryIndex entry = 0;
};

struct BreakGlass {
  using Answer = std::variant<Broken, Unneeded, Refusal>;
  std::string token_hash;
  PatientId patient;
  bool patient_exists = false;
  // What it is for. Whoever names something else than what they need gains nothing: what the glass
  // then gives is decided at each access, and a seal upon that still asks.
  OfferedCell wanted{};
  std::string rule;  // a reason, or the allow rule whose asks are paid
  std::vector<facts::Detail> details;
  std::vector<std::string> acknowledged;  // rules
  bool confirmed = false;
};
BreakGlass::Answer decide(const BreakGlass& command, Context& context);

struct CloseGlass {
  using Answer = std::variant<GlassId, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  GlassId glass;
};
CloseGlass::Answer decide(const CloseGlass& command, Context& context);

struct RevokeGlass {  // by a privacy officer or an administrator
  using Answer = std::variant<GlassId, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  GlassId glass;
  std::string comment;
};
RevokeGlass::Answer decide(const RevokeGlass& command, Context& context);

struct GiveDetails {
  using Answer = std::variant<GlassId, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  GlassId glass;
  std::vector<facts::Detail> details;
};
GiveDetails::Answer decide(const GiveDetails& command, Context& context);

// The prompts that a glass still owes answers to, oldest grant first.
std::vector<std::string> owed_prompts(const State& state, const glass::Glass& held);

// Every glass of one patient. Takes the same right as the chart, and is itself an entry.
struct ViewGlass {
  struct Seen {
    Accessed access;
    std::vector<GlassId> glass;  // newest first
  };
  using Answer = std::variant<Seen, Refusal>;
  std::string token_hash;
  PatientId patient;
  bool patient_exists = false;
};
ViewGlass::Answer decide(const ViewGlass& command, Context& context);

}  // namespace halligan::app
