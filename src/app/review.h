// review.h - cases: listing, looking at, justifying, closing and re-opening them.
//
// A case is seen by the person whom it concerns and by those who hold its reviewer's role, and
// closed by the latter alone; from whom the patient is hidden, their cases are hidden, too. Nobody
// closes their own, whatever roles they hold, nor that of somebody whom they enrolled or who
// enrolled them (P9).
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/context.h"
#include "app/refusal.h"

namespace halligan::app {

enum class CaseState { any, owed, justified, explained, closed, unclosed, late };

struct ListCases {
  static constexpr bool can_wait = true;
  struct Listed {
    std::vector<CaseId> cases;  // newest first
    bool more = false;
  };
  using Answer = std::variant<Listed, Refusal>;
  std::string token_hash;
  CaseState state = CaseState::any;
  std::string queue;  // empty: every queue
  StaffId staff;      // empty: about anybody
  bool mine = false;  // about the person who asks
  std::size_t limit = 50;
  CaseId after;  // go on after this one; empty: from the newest
};
ListCases::Answer decide(const ListCases& command, Context& context);

struct ViewCase {
  static constexpr bool can_wait = true;
  using Answer = std::variant<CaseId, Refusal>;
  std::string token_hash;
  CaseId id;
};
ViewCase::Answer decide(const ViewCase& command, Context& context);

struct JustifyCase {
  using Answer = std::variant<CaseId, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  CaseId id;
  std::string text;
};
JustifyCase::Answer decide(const JustifyCase& command, Context& context);

struct CloseCase {
  using Answer = std::variant<CaseId, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  CaseId id;
  facts::Finding finding = facts::Finding::appropriate;
  std::string comment;
};
CloseCase::Answer decide(const CloseCase& command, Context& context);

struct ReopenCase {
  static constexpr bool can_wait = true;
  using Answer = std::variant<CaseId, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  CaseId id;
  std::string comment;
};
ReopenCase::Answer decide(const ReopenCase& command, Context& context);

}  // namespace halligan::app
