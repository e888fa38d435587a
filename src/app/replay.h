// replay.h - the state as the ledger alone gives it (P5): nothing recorded, nothing changed.
#pragma once

#include <memory>

#include "app/journal.h"
#include "app/state.h"

namespace halligan::app {

inline Result<std::unique_ptr<State>> replayed_state(Journal& journal) {
  auto state = std::make_unique<State>();
  const auto done = journal.replay([&](EntryIndex index, Instant at, const facts::Body* body) {
    if (body == nullptr)
      state->apply_unreadable(index, {.wall = at, .boot = Millis{0}});
    else
      state->apply(index, {.wall = at, .boot = body->boot}, *body);
  });
  if (!done) return done.fault();
  return state;
}

}  // namespace halligan::app
