// The promises over 200 seeds, and the canary that must be caught.
#include <gtest/gtest.h>

#include "sim/simulation.h"

namespace halligan::sim {
namespace {

TEST(Simulation, TwoHundredSeedsKeepEveryPromise) {
  Report sum;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const auto report = simulate({.seed = seed, .steps = 250});
    ASSERT_EQ(report.broken, "") << "halligan-sim --seed " << seed << " --steps 250 (step "
                                 << report.step << ")";
    sum.entries += report.entries;
    sum.releases += report.releases;
    sum.glasses += report.glasses;
    sum.restarts += report.restarts;
    sum.erasures += report.erasures;
    sum.begun_from_snapshots += report.begun_from_snapshots;
  }
  EXPECT_GT(sum.releases, 2'000U);
  EXPECT_GT(sum.glasses, 1'000U);
  EXPECT_GT(sum.restarts, 300U);
  EXPECT_GT(sum.erasures, 20U);
  EXPECT_GT(sum.begun_from_snapshots, 100U);
}

TEST(Simulation, ThePowerFailsAtEachWriteOfAHistoryInEachWay) {
  const auto sum = simulate_every_cut({.seed = 2, .steps = 50});
  ASSERT_EQ(sum.broken, "") << "halligan-sim --every-write --seed 2 --steps 50";
  EXPECT_GE(sum.appends, 35U);
  EXPECT_GE(sum.restarts, 3 * 30U);
  EXPECT_GT(sum.releases, 3 * 30U);
}

TEST(Simulation, TheCanaryIsCaught) {
  unsigned caught = 0;
  for (std::uint64_t seed = 1; seed <= 200 && caught == 0; ++seed) {
    const auto report = simulate({.seed = seed, .steps = 250, .canary = true});
    if (report.broken.starts_with("P1")) ++caught;
  }
  EXPECT_EQ(caught, 1U) << "a release before the commit went unnoticed for 200 seeds";
}

TEST(Simulation, TheSameSeedGivesTheSameHistory) {
  const auto one = simulate({.seed = 7, .steps = 100});
  const auto two = simulate({.seed = 7, .steps = 100});
  EXPECT_EQ(one.entries, two.entries);
  EXPECT_EQ(one.releases, two.releases);
  EXPECT_EQ(one.restarts, two.restarts);
}

}  // namespace
}  // namespace halligan::sim
