#include "core/cases/case.h"

#include <algorithm>

#include "base/must.h"

namespace halligan::cases {

Stage stage_of(const Case& held) {
  if (held.closing) return Stage::closed;
  if (held.explanation) return Stage::explained;
  if (held.justification) return Stage::justified;
  return Stage::owed;
}

const char* name_of(Stage stage) {
  switch (stage) {
    case Stage::owed: return "owed";
    case Stage::justified: return "justified";
    case Stage::explained: return "explained";
    case Stage::closed: return "closed";
  }
  base::stop("stage outside its enum", __FILE__, __LINE__);
}

Case apply_opened(const facts::CaseOpened& fact, Instant at) {
  Case out;
  out.id = fact.case_id;
  out.kind = fact.case_kind;
  out.staff = fact.staff;
  out.patient = fact.patient;
  out.glass = fact.glass;
  out.rule = fact.rule;
  out.reviewers.push_back({.role = fact.reviewer, .queue = fact.queue});
  out.rank = fact.rank;
  out.cause = fact.cause;
  out.key = fact.key;
  out.opened_at = at;
  out.due = fact.due;
  return out;
}

void apply_justified(Case& held, const facts::CaseJustified& fact, Instant at) {
  if (held.justification) held.justified_before.push_back(*held.justification);
  held.justification = Justification{.at = at, .text = fact.text};
}

void apply_explained(Case& held, const facts::CaseExplained& fact, Instant at) {
  held.explanation = Explanation{.at = at, .rule = fact.rule, .relations = fact.relations};
}

void apply_closed(Case& held, const facts::CaseClosed& fact, Instant at) {
  if (held.closing) return;
  held.closing =
      Closing{.at = at, .reviewer = fact.staff, .finding = fact.finding, .comment = fact.comment};
}

void apply_overdue(Case& held, Instant at) { held.overdue_at = at; }

void apply_reopened(Case& held, const facts::CaseReopened& fact, Instant at) {
  held.reopenings.push_back({.closing = held.closing.value_or(Closing{}),
                             .at = at,
                             .by = fact.staff,
                             .comment = fact.comment});
  held.closing.reset();
  held.overdue_at.reset();
  held.due = fact.due;
}

void apply_widened(Case& held, const facts::GlassWidened& fact) {
  held.due = std::min(held.due, fact.due);
  held.rank = std::max(held.rank, fact.rank);
  const Reviewer second{.role = fact.reviewer, .queue = fact.queue};
  if (!fact.reviewer.empty() &&
      std::find(held.reviewers.begin(), held.reviewers.end(), second) == held.reviewers.end())
    held.reviewers.push_back(second);
}

bool is_reviewer(const Case& held, const std::vector<std::string>& roles) {
  return std::any_of(held.reviewers.begin(), held.reviewers.end(), [&](const Reviewer& each) {
    return std::find(roles.begin(), roles.end(), each.role) != roles.end();
  });
}

bool in_queue(const Case& held, const std::string& queue) {
  return std::any_of(held.reviewers.begin(), held.reviewers.end(),
                     [&](const Reviewer& each) { return each.queue == queue; });
}

Refusal may_justify(const Case& held, const StaffId& who) {
  if (held.staff != who) return Refusal::not_yours;
  return held.closing ? Refusal::closed_already : Refusal::none;
}

Refusal may_close(const Case& held, const StaffId& who, const std::vector<std::string>& roles) {
  if (held.staff == who) return Refusal::self_review;  // first: no role makes it right
  if (!is_reviewer(held, roles)) return Refusal::not_reviewer;
  return held.closing ? Refusal::closed_already : Refusal::none;
}

Refusal may_reopen(const Case& held, const StaffId& who, const std::vector<std::string>& roles) {
  if (held.staff == who) return Refusal::self_review;
  if (!is_reviewer(held, roles)) return Refusal::not_reviewer;
  return held.closing ? Refusal::none : Refusal::not_closed;
}

bool overdue_now(const Case& held, Instant now) {
  return !held.closing && !held.overdue_at && now >= held.due;
}

}  // namespace halligan::cases
