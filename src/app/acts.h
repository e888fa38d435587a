// acts.h - what takes two administrators, where the policy says so ([administration]).
//
// One asks, by giving the command: it is written down and not done. Another, who is in no one hand
// with the first, agrees. Then the first gives the same command again, within the hour, and it is
// done, once. So whatever is done is done by a command that was given with its author's own proof.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/context.h"
#include "app/refusal.h"

namespace halligan::app {

struct ActWanted {
  policy::ast::TwoPeople kind = policy::ast::TwoPeople::roles;
  const char* what = "";  // as in Act
  StaffId person{};       // whom it is about, where it is somebody
  std::string text;       // the whole of it, for people: equal texts are one act
};

// Nothing where one administrator suffices, or another has agreed: then it is used up by this. Else
// the refusal that says that it waits; asked for the first time, it is written down.
std::optional<Refusal> second_person(const Session& session, const ActWanted& wanted,
                                     Context& context);

struct AgreeAct {
  using Answer = std::variant<std::string, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  std::string act;
};
AgreeAct::Answer decide(const AgreeAct& command, Context& context);

struct DropAct {  // by any administrator, whoever asked
  using Answer = std::variant<std::string, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  std::string act;
};
DropAct::Answer decide(const DropAct& command, Context& context);

struct ActShown {
  Act act;
  std::string by_name;
  std::string person_name;
  bool own = false;  // of whoever looks
};
std::variant<std::vector<ActShown>, Refusal> acts(const State& state, const std::string& token_hash,
                                                  const Now& now);

}  // namespace halligan::app
