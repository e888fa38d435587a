// replay.h - the state as the ledger alone gives it (P5): nothing recorded, nothing changed.
#pragma once

#include <memory>

#include "app/journal.h"
#include "app/state.h"

namespace halligan::app {

// Puts each entry that the journal reads onto a state. The journal is the one that is reading.
inline Journal::Visit applying_to(State& state, const Journal& journal) {
  return [&](EntryIndex index, Instant at, const facts::Body* body) {
    if (body == nullptr) return state.apply_unreadable(index, {.wall = at, .boot = Millis{0}});
    if (const auto* erased = std::get_if<facts::PatientErased>(&body->fact))
      if (const auto patient = journal.patient_of(*erased)) state.forget(*patient);
    state.apply(index, {.wall = at, .boot = body->boot}, *body);
  };
}

inline Result<std::unique_ptr<State>> replayed_state(Journal& journal) {
  auto state = std::make_unique<State>();
  const auto done = journal.replay(applying_to(*state, journal));
  if (!done) return done.fault();
  return state;
}

}  // namespace halligan::app
