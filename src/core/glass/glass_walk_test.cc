// Every history of a glass to a fixed depth, walked against a model of a few lines (P2, P8).
#include <gtest/gtest.h>

#include "core/glass/glass.h"

namespace halligan::glass {
namespace {

using namespace std::chrono_literals;

constexpr Millis lifetime = 60min;
constexpr Millis idle_span = 25min;
constexpr Instant start{Millis{1'790'000'000'000}};

enum class Step { use, tick, wall_back, wall_on, reboot, close, revoke, leave };
constexpr Step all_steps[] = {Step::use,    Step::tick,  Step::wall_back, Step::wall_on,
                              Step::reboot, Step::close, Step::revoke,    Step::leave};

// The whole idea: real minutes since opening and since use, where a reboot leaves only the wall.
struct Model {
  bool open = true;
  bool boot_known = true;
  Millis wall{0};  // wall time passed since opening, as the wall clock tells it
  Millis boot{0};  // real time passed since opening
  Millis used_wall{0};
  Millis used_boot{0};
  bool over() const {
    return wall >= lifetime || wall >= used_wall + idle_span ||
           (boot_known && (boot >= lifetime || boot >= used_boot + idle_span));
  }
};

facts::GlassOpened opening() {
  facts::GlassOpened fact;
  fact.staff = StaffId{"s"};
  fact.patient = PatientId{"p"};
  fact.glass = GlassId{"g"};
  fact.idle_millis = idle_span.count();
  fact.until = start + lifetime;
  return fact;
}

struct Walk {
  std::size_t histories = 0;
  std::size_t ended_by[10] = {};

  void end(Glass& glass, facts::EndedBy by, const Now& now) {
    const auto fact = decide_end(glass, by, {}, now);
    if (!fact) return;
    EXPECT_LE(fact->ended_at, start + lifetime);
    apply_ended(glass, *fact);
    ++ended_by[static_cast<std::size_t>(by)];
  }

  void step(int depth, Model m, Glass glass, Now now) {
    ++histories;
    ASSERT_EQ(m.open, glass.open());
    if (depth == 0) return;
    for (const Step s : all_steps) {
      Model next = m;
      Glass real = glass;
      Now at = now;
      const bool was_open = real.open();
      auto pass = [&](Millis wall, Millis boot) {
        next.wall += wall;
        next.boot += boot;
        at.wall += wall;
        at.boot += boot;
      };
      switch (s) {
        case Step::tick: pass(13min, 13min); break;
        case Step::wall_back: pass(-60min, 0min); break;
        case Step::wall_on: pass(20min, 0min); break;
        case Step::reboot:
          next.boot_known = false;
          apply_reboot(real);
          at.boot = Millis{0};
          break;
        case Step::use:
        case Step::close:
        case Step::revoke:
        case Step::leave: break;
      }
      // The house ends what is due before anything else happens.
      if (const auto due = ending_due(real, at)) end(real, *due, at);
      if (next.over()) next.open = false;
      ASSERT_EQ(next.open, real.open());
      if (s == Step::use && next.open) {
        apply_used(real, at);
        // After a use both clocks count again from here, on this run of the machine.
        next.used_wall = next.wall;
        next.used_boot = next.boot;
      }
      if (s == Step::close || s == Step::revoke || s == Step::leave) {
        end(real,
            s == Step::close    ? facts::EndedBy::closed
            : s == Step::revoke ? facts::EndedBy::revoked
                                : facts::EndedBy::focus_moved,
            at);
        next.open = false;
      }
      if (!was_open) {
        ASSERT_FALSE(real.open()) << "an ended glass became open";
      }
      // A use after a reboot starts the idle half of the new boot clock: the test below has it.
      if (!next.boot_known && s == Step::use && next.open) continue;
      step(depth - 1, next, real, at);
    }
  }
};

TEST(GlassWalk, EveryHistoryToDepthSeven) {
  Walk walk;
  const Now now{.wall = start, .boot = 1000min};
  walk.step(7, {}, apply_opened(opening(), now), now);
  EXPECT_GT(walk.histories, 100'000U);
  for (const auto by : {facts::EndedBy::expired, facts::EndedBy::idle, facts::EndedBy::closed,
                        facts::EndedBy::revoked, facts::EndedBy::focus_moved})
    EXPECT_GT(walk.ended_by[static_cast<std::size_t>(by)], 100U);
  std::printf("walked %zu histories\n", walk.histories);
}

TEST(GlassWalk, IdleCountsOnTheNewBootClockAfterARebootAndUse) {
  Now now{.wall = start, .boot = 1000min};
  auto glass = apply_opened(opening(), now);
  apply_reboot(glass);
  now = {.wall = start + 5min, .boot = 1min};
  apply_used(glass, now);
  now = {.wall = start - 60min, .boot = 1min + idle_span};  // the wall steps back, real time passes
  EXPECT_EQ(ending_due(glass, now), facts::EndedBy::idle);
}

TEST(Glass, D13_clock_jumps_either_way_never_lengthen_it) {
  const Now now{.wall = start, .boot = 1000min};
  const auto glass = apply_opened(opening(), now);
  EXPECT_EQ(ending_due(glass, {.wall = start - 60min, .boot = now.boot + lifetime}),
            facts::EndedBy::expired);
  EXPECT_EQ(ending_due(glass, {.wall = start + lifetime, .boot = now.boot + 1min}),
            facts::EndedBy::expired);
  EXPECT_FALSE(ending_due(glass, {.wall = start + 1min, .boot = now.boot + 1min}));
}

TEST(Glass, EndingTwiceKeepsTheFirst) {
  const Now now{.wall = start, .boot = 1000min};
  auto glass = apply_opened(opening(), now);
  apply_ended(glass, *decide_end(glass, facts::EndedBy::closed, {}, now));
  EXPECT_FALSE(decide_end(glass, facts::EndedBy::revoked, StaffId{"o"}, now));
  auto second = opening();
  facts::GlassEnded again;
  again.by = facts::EndedBy::revoked;
  apply_ended(glass, again);
  EXPECT_EQ(std::get<Ended>(glass.life).by, facts::EndedBy::closed);
}

TEST(Glass, OwedDetailsArePaidOldestFirst) {
  const Now now{.wall = start, .boot = 1000min};
  auto fact = opening();
  fact.details_owed = true;
  fact.details_due = start + 30min;
  auto glass = apply_opened(fact, now);
  ASSERT_TRUE(glass.grants[0].details_due);
  facts::DetailsGiven given;
  given.details = {{"What was the emergency?", "arrest"}};
  apply_details(glass, given);
  EXPECT_FALSE(glass.grants[0].details_due);
  EXPECT_EQ(glass.grants[0].details.size(), 1U);
}

}  // namespace
}  // namespace halligan::glass
