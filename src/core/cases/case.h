// case.h - what somebody must look at afterwards (spec/case-states.md).
//
// INVARIANT: nobody closes a case about themselves (P9); closing rests on a recorded fact; nothing
// is rewritten: re-opening is a new fact.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "core/facts/facts.h"

namespace halligan::cases {

enum class Stage { owed, justified, explained, closed };
BOOST_DESCRIBE_ENUM(Stage, owed, justified, explained, closed)

struct Justification {
  Instant at{};
  std::string text;
};
struct Explanation {
  Instant at{};
  std::string rule;
  std::string relations;
};
struct Closing {
  Instant at{};
  StaffId reviewer;  // empty where it closed by itself
  facts::Finding finding = facts::Finding::appropriate;
  std::string comment;
};

// A finding that did not stand: who closed it, then who opened the case again, when and why.
struct Reopening {
  Closing closing;
  Instant at{};
  StaffId by;  // empty where a second reason on the same glass did it
  std::string comment;
};

struct Reviewer {
  std::string role;
  std::string queue;
  bool operator==(const Reviewer&) const = default;
};

struct Case {
  CaseId id;
  std::string kind;
  StaffId staff;  // whose act it is about
  PatientId patient;
  GlassId glass;
  std::string rule;
  // Of what opened it, then of each reason that widened its glass: one case, and each may close it.
  std::vector<Reviewer> reviewers;
  int rank = 0;  // higher is looked at first
  std::string cause;
  std::string key;
  Instant opened_at{};
  Instant due{};
  std::optional<Instant> overdue_at;
  std::optional<Justification> justification;
  std::vector<Justification> justified_before;  // oldest first: nothing is rewritten
  std::optional<Explanation> explanation;
  std::optional<Closing> closing;
  std::vector<Reopening> reopenings;  // oldest first
};

Stage stage_of(const Case& held);
const char* name_of(Stage stage);

Case apply_opened(const facts::CaseOpened& fact, Instant at);
void apply_justified(Case& held, const facts::CaseJustified& fact, Instant at);
void apply_explained(Case& held, const facts::CaseExplained& fact, Instant at);
void apply_closed(Case& held, const facts::CaseClosed& fact, Instant at);
void apply_overdue(Case& held, Instant at);
void apply_reopened(Case& held, const facts::CaseReopened& fact, Instant at);
// Its glass got a second reason: due is the earlier, rank the more urgent, either reviewer may.
void apply_widened(Case& held, const facts::GlassWidened& fact);

bool is_reviewer(const Case& held, const std::vector<std::string>& roles);
bool in_queue(const Case& held, const std::string& queue);

enum class Refusal { none, self_review, not_reviewer, closed_already, not_closed, not_yours };

Refusal may_justify(const Case& held, const StaffId& who);
// `own` are all identities of the person asking; `roles` the active ones.
Refusal may_close(const Case& held, const StaffId& who, const std::vector<std::string>& roles);
Refusal may_reopen(const Case& held, const StaffId& who, const std::vector<std::string>& roles);
bool overdue_now(const Case& held, Instant now);  // due has passed and it has not been recorded

}  // namespace halligan::cases
