// simulation.h - a hospital in one thread from one seed, and the promises watched at every step.
//
// Links the app and core that ship; only disk, vault, clock, dice and people are simulated. Two
// phases: break things and keep the promises; then heal, run on, and everything owed gets done.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/break_glass.h"
#include "app/house.h"
#include "app/review.h"
#include "sim/sim_clock.h"
#include "sim/sim_dice.h"
#include "sim/sim_entry_store.h"
#include "sim/sim_vault.h"

namespace halligan::sim {

struct Options {
  std::uint64_t seed = 1;
  unsigned steps = 400;
  bool canary = false;  // tell answers before the commit: the simulation must find out
  SimDisk::Cut cut{};   // where set, the power fails at this append and nothing else goes wrong
};

struct Report {
  std::string broken;  // the promise and what broke it; empty: all held
  unsigned step = 0;   // where
  std::uint64_t entries = 0;
  std::uint64_t releases = 0;
  std::uint64_t glasses = 0;
  std::uint64_t restarts = 0;
  std::uint64_t refusals = 0;
  std::uint64_t erasures = 0;
  std::uint64_t begun_from_snapshots = 0;
  std::uint64_t appends = 0;
};

Report simulate(const Options& options);

// The same history again and again, the power failing at each of its appends in each way a disk
// has. Gives the first report in which a promise broke, else the sum.
Report simulate_every_cut(Options options);

}  // namespace halligan::sim
