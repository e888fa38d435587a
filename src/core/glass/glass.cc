#include "core/glass/glass.h"

#include <algorithm>

namespace halligan::glass {

void Deadline::count_on(const Reboot& reboot) {
  if (boot == Millis::max()) return;
  boot = reboot.at.boot + std::min(wall - reboot.at.wall, boot - reboot.last.boot);
}

Deadline in(const Now& now, Millis span) {
  return {.wall = now.wall + span, .boot = now.boot + span};
}

Deadline earlier(const Deadline& a, const Deadline& b) {
  return {.wall = std::min(a.wall, b.wall), .boot = std::min(a.boot, b.boot)};
}

Instant wall_end(const Deadline& deadline, const Now& now) {
  if (deadline.boot == Millis::max()) return deadline.wall;
  return std::min(deadline.wall, now.wall + (deadline.boot - now.boot));
}

namespace {

// What an opening and a widening have in common.
template <class Fact>
Grant grant_of(const Fact& fact, const EntryTime& at) {
  Grant out{.since = at.wall,
            .rule = fact.rule,
            .paid = fact.paid,
            .reason = fact.reason,
            .purpose = fact.purpose,
            .details = fact.details,
            .policy = fact.policy,
            .proof_level = fact.proof_level,
            .unsure = fact.unsure,
            .details_due = {},
            .for_action = fact.for_action,
            .for_type = fact.for_type,
            .for_labels = fact.for_labels,
            .for_categories = fact.for_categories};
  if (fact.details_owed) out.details_due = fact.details_due;
  return out;
}

}  // namespace

Glass apply_opened(const facts::GlassOpened& fact, const EntryTime& at) {
  const Deadline until{.wall = fact.until, .boot = at.boot + (fact.until - at.wall)};
  const Millis idle{fact.idle_millis};
  Glass out{.id = fact.glass,
            .case_id = fact.case_id,
            .staff = fact.staff,
            .patient = fact.patient,
            .session = fact.session,
            .terminal = fact.terminal,
            .place = fact.place,
            .opened_at = at.wall,
            .ends_with_focus = fact.ends_with_focus,
            .idle_span = idle,
            .grants = {},
            .relations = fact.relations,
            .releases = 0,
            .life = Open{.until = until, .idle = idle.count() > 0 ? in(at, idle) : Deadline{}}};
  out.grants.push_back(grant_of(fact, at));
  return out;
}

void apply_widened(Glass& glass, const facts::GlassWidened& fact, const EntryTime& at) {
  auto* open = std::get_if<Open>(&glass.life);
  if (open == nullptr) return;
  glass.grants.push_back(grant_of(fact, at));
  glass.ends_with_focus = glass.ends_with_focus || fact.ends_with_focus;
  if (fact.until != far_future) open->until = earlier(open->until, in(at, fact.until - at.wall));
  const Millis idle{fact.idle_millis};
  if (idle.count() == 0) return;
  glass.idle_span = glass.idle_span.count() == 0 ? idle : std::min(glass.idle_span, idle);
  open->idle = earlier(open->idle, in(at, glass.idle_span));
}

void apply_used(Glass& glass, const EntryTime& at) {
  auto* open = std::get_if<Open>(&glass.life);
  if (open == nullptr) return;
  ++glass.releases;
  // A wall clock that stepped back must not shorten either: only the boot half moves then.
  if (glass.idle_span.count() > 0) open->idle = in(at, glass.idle_span);
}

void apply_details(Glass& glass, const facts::DetailsGiven& fact) {
  for (auto& grant : glass.grants) {
    if (!grant.details_due) continue;
    grant.details.insert(grant.details.end(), fact.details.begin(), fact.details.end());
    grant.details_due.reset();
    return;
  }
}

void apply_ended(Glass& glass, const facts::GlassEnded& fact) {
  if (!glass.open()) return;
  glass.life =
      Ended{.at = fact.ended_at, .by = fact.by, .ended_by = fact.ended_by, .comment = fact.comment};
}

void apply_reboot(Glass& glass, const Reboot& reboot) {
  auto* open = std::get_if<Open>(&glass.life);
  if (open == nullptr) return;
  open->until.count_on(reboot);
  open->idle.count_on(reboot);
}

std::optional<facts::EndedBy> ending_due(const Glass& glass, const Now& now) {
  const auto* open = std::get_if<Open>(&glass.life);
  if (open == nullptr) return std::nullopt;
  if (open->until.passed(now)) return facts::EndedBy::expired;
  if (open->idle.passed(now)) return facts::EndedBy::idle;
  return std::nullopt;
}

std::optional<facts::GlassEnded> decide_end(const Glass& glass, facts::EndedBy by, StaffId ended_by,
                                            const Now& now) {
  const auto* open = std::get_if<Open>(&glass.life);
  if (open == nullptr) return std::nullopt;
  const Instant at = std::max(
      glass.opened_at, std::min({now.wall, wall_end(open->until, now), wall_end(open->idle, now)}));
  return facts::GlassEnded{.staff = glass.staff,
                           .patient = glass.patient,
                           .glass = glass.id,
                           .by = by,
                           .ended_at = at,
                           .ended_by = std::move(ended_by),
                           .comment = {}};
}

}  // namespace halligan::glass
