// glass.h - the life of one opening, from broken glass to its end.
//
// Pure data and pure functions: nothing here reads a clock, a file or a socket.
// INVARIANT: a glass that has ended never becomes open again, and no deadline ever moves later
// than opening + lifetime, whatever either clock does (P2, P8).
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "core/facts/facts.h"

namespace halligan::glass {

// The boot clock started anew between two entries.
struct Reboot {
  Now last;  // the last entry before
  Now at;    // the first one after
};

// A deadline on both clocks; the earlier wins. The boot clock that began anew is given what was
// left when the last entry was written, or what is left by the wall, if that is less: then a wall
// clock that steps back, before or afterwards, extends nothing but for the time between the two.
struct Deadline {
  Instant wall = far_future;
  Millis boot = Millis::max();

  bool passed(const Now& now) const { return now.wall >= wall || now.boot >= boot; }
  void count_on(const Reboot& reboot);
  friend bool operator==(const Deadline&, const Deadline&) = default;
};
Deadline in(const Now& now, Millis span);
Deadline earlier(const Deadline& a, const Deadline& b);
// The wall instant at which it passes, as far as `now` can tell.
Instant wall_end(const Deadline& deadline, const Now& now);

// One reason given (or one allow rule paid for) on a glass.
struct Grant {
  Instant since{};
  std::string rule;
  std::vector<std::string> paid;  // rules whose duties it pays
  std::string reason;             // empty for a paid allow
  std::string purpose;
  std::vector<facts::Detail> details;
  std::string policy;
  int proof_level = 0;
  bool unsure = false;
  std::optional<Instant> details_due;  // owed until given
  // What it was asked for; all empty: the chart as such.
  std::string for_action;
  std::string for_type;
  std::vector<std::string> for_labels;
  std::vector<std::string> for_categories;
};

struct Open {
  Deadline until;
  Deadline idle;
};
struct Ended {
  Instant at{};
  facts::EndedBy by = facts::EndedBy::closed;
  StaffId ended_by;
  std::string comment;  // of the officer, where revoked
};

struct Glass {
  GlassId id;
  CaseId case_id;  // empty where no review is owed
  StaffId staff;
  PatientId patient;
  SessionId session;
  TerminalId terminal;
  PlaceId place;
  Instant opened_at{};
  bool ends_with_focus = true;
  Millis idle_span{0};  // 0: no idle ending
  std::vector<Grant> grants;
  std::string relations;
  std::uint64_t releases = 0;
  std::variant<Open, Ended> life;

  bool open() const { return std::holds_alternative<Open>(life); }
};

// The moment an entry was made, on both clocks; what apply functions get instead of a clock.
using EntryTime = Now;

Glass apply_opened(const facts::GlassOpened& fact, const EntryTime& at);
// A second reason: each ending becomes the shorter of what both say, and never moves later.
void apply_widened(Glass& glass, const facts::GlassWidened& fact, const EntryTime& at);
void apply_used(Glass& glass, const EntryTime& at);  // an access of that chart was recorded
void apply_details(Glass& glass, const facts::DetailsGiven& fact);
void apply_ended(Glass& glass, const facts::GlassEnded& fact);  // a second ending changes nothing
void apply_reboot(Glass& glass, const Reboot& reboot);

// Which deadline has ended it, if any: expired before idle where both have.
std::optional<facts::EndedBy> ending_due(const Glass& glass, const Now& now);
// The fact that ends it; nothing where it has ended already.
std::optional<facts::GlassEnded> decide_end(const Glass& glass, facts::EndedBy by, StaffId ended_by,
                                            const Now& now);

}  // namespace halligan::glass
