// keep_time.h - what becomes due by the passing of time, as facts. Pure.
#pragma once

#include <vector>

#include "app/context.h"

namespace halligan::app {

// Endings of glass and sessions, in the order in which they must be written; overdue cases;
// explanations that turned up.
std::vector<facts::Fact> due_by_time(const State& state, const Now& now);

// Glass that the policy now in force would no longer give.
std::vector<facts::Fact> ended_by_policy(const State& state, const Now& now);

// After a start: sessions and glass that must not go on because the wall clock is behind the last
// entry, and outcomes of intents that have none.
std::vector<facts::Fact> due_at_start(const State& state, const Now& now, bool clock_behind);

}  // namespace halligan::app
