// entry_search.h - entries of the ledger by patient, person and kind: the index, and behind it the
// tail that it does not hold yet.
//
// Reads in small helpings, so that nobody waits for the writer meanwhile.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/house.h"
#include "needs/access_index.h"

namespace halligan::app {

// Puts the next durable entries into the index; gives how many, index_helping at most. Called again
// and again by one thread; nothing waits for it.
inline constexpr std::size_t index_helping = 256;
Result<std::size_t> feed_index(Desk& desk, needs::AccessIndex& index);

struct ReadEntry {
  EntryIndex index = 0;
  Instant at{};
  std::optional<facts::Body> body;  // nothing where its key was destroyed
};
// Entries [from, from + limit) as far as they are durable.
Result<std::vector<ReadEntry>> read_entries(Desk& desk, EntryIndex from, std::size_t limit);

// One access that a case covers.
struct CoveredAccess {
  EntryIndex index = 0;
  Instant at{};
  facts::AccessIntended intended;
  std::optional<facts::AccessOutcome> outcome;
};
struct CoveredAccesses {
  std::vector<CoveredAccess> accesses;  // oldest first
  bool complete = true;                 // false: there are more than are listed
};
// Of a glass: every access that rested on it. Of other cases: what the person did with this chart
// from the opening of the case until half a day later. `index` may be null.
Result<CoveredAccesses> accesses_of(Desk& desk, needs::AccessIndex* index, const cases::Case& held);

// What one person did, in whatever chart or in none, newest first. A search for people is among
// them as an access of nobody's chart, and has no outcome.
struct OwnAccesses {
  std::vector<CoveredAccess> accesses;
  bool more = false;
  bool complete = true;  // false: some entries, or outcomes, were not looked through
};
struct OwnAsked {
  StaffId staff;
  std::size_t limit = 50;
  EntryIndex before = 0;  // entries before this one; 0: from the newest
};
Result<OwnAccesses> accesses_by(Desk& desk, needs::AccessIndex* index, const OwnAsked& asked);

}  // namespace halligan::app
