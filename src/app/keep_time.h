// keep_time.h - what becomes due by the passing of time, as facts. Pure.
#pragma once

#include <vector>

#include "app/context.h"

namespace halligan::app {

// Endings of glass and sessions, in the order in which they must be written.
std::vector<facts::Fact> endings_due(const State& state, const Now& now);
// Before this there is none, however much is used from now on, unless a fact comes that brings one.
Deadline next_ending(const State& state, const Now& now);
// What this fact brings, which was applied.
Deadline ending_of(const State& state, const facts::Fact& fact, const Now& now);

// Cases that became late. Costs what is late, not what is there.
std::vector<facts::Fact> late_cases(const State& state, const Now& now);

// Glass that the policy now in force would no longer give.
std::vector<facts::Fact> ended_by_policy(const State& state, const Now& now);

// After a start: sessions and glass that must not go on because the wall clock is behind the last
// entry, and outcomes of intents that have none.
std::vector<facts::Fact> due_at_start(const State& state, const Now& now, bool clock_behind);

}  // namespace halligan::app
