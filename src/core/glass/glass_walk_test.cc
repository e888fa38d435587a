// Every history of a glass to a fixed depth, walked against a model of a few lines (P2, P8).
#include <gtest/gtest.h>

#include "core/glass/glass.h"

namespace halligan::glass {
namespace {

using namespace std::chrono_literals;

constexpr Millis lifetime = 60min;
constexpr Millis idle_span = 25min;
constexpr Instant start{Millis{1'790'000'000'000}};

// What a second reason says of the ending: less of both.
constexpr Millis second_lifetime = 40min;
constexpr Millis second_idle = 20min;

enum class Step { use, tick, wall_back, wall_on, reboot, widen, close, revoke, leave };
constexpr Step all_steps[] = {Step::use,     Step::tick,   Step::wall_back,
                              Step::wall_on, Step::reboot, Step::widen,
                              Step::close,   Step::revoke, Step::leave};

// The whole idea: when it ends on either clock, counted from opening; a reboot keeps what is left
// on both.
struct Model {
  struct Ends {
    Millis until = lifetime;
    Millis idle = idle_span;
    void use(Millis at, Millis span) { idle = at + span; }
    void widen(Millis at) {
      until = std::min(until, at + second_lifetime);
      idle = std::min(idle, at + second_idle);
    }
    bool over(Millis at) const { return at >= until || at >= idle; }
  };
  bool open = true;
  bool widened = false;
  Millis wall{0};  // wall time passed since opening, as the wall clock tells it
  Millis boot{0};  // real time passed since opening
  Ends by_wall;
  Ends by_boot;
  bool over() const { return by_wall.over(wall) || by_boot.over(boot); }
  void reboot() {
    by_boot.until = std::min(by_boot.until, boot + (by_wall.until - wall));
    by_boot.idle = std::min(by_boot.idle, boot + (by_wall.idle - wall));
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

facts::GlassWidened widening(const Now& at) {
  facts::GlassWidened fact;
  fact.glass = GlassId{"g"};
  fact.idle_millis = second_idle.count();
  fact.until = at.wall + second_lifetime;
  return fact;
}

struct Walk {
  std::size_t histories = 0;
  std::size_t widened = 0;
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
          next.reboot();
          at.boot = Millis{0};
          apply_reboot(real, {.last = now, .at = at});
          break;
        case Step::widen:
          if (m.widened) continue;  // once is enough, and the walk stays short
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
      ASSERT_TRUE(!next.open || next.boot < lifetime) << "whatever the clocks said";
      if (s == Step::use && next.open) {
        apply_used(real, at);
        // After a use both clocks count again from here, on this run of the machine.
        const Millis span = next.widened ? second_idle : idle_span;
        next.by_wall.use(next.wall, span);
        next.by_boot.use(next.boot, span);
      }
      if (s == Step::widen && next.open) {
        const auto before = std::get<Open>(real.life);
        apply_widened(real, widening(at), at);
        const auto& after = std::get<Open>(real.life);
        ASSERT_EQ(earlier(before.until, after.until), after.until) << "never later";
        ASSERT_EQ(earlier(before.idle, after.idle), after.idle) << "never later";
        next.widened = true;
        next.by_wall.widen(next.wall);
        next.by_boot.widen(next.boot);
        ++widened;
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
      step(depth - 1, next, real, at);
    }
  }
};

TEST(GlassWalk, EveryHistoryToDepthSeven) {
  Walk walk;
  const Now now{.wall = start, .boot = 1000min};
  walk.step(7, {}, apply_opened(opening(), now), now);
  EXPECT_GT(walk.histories, 100'000U);
  EXPECT_GT(walk.widened, 1'000U);
  for (const auto by : {facts::EndedBy::expired, facts::EndedBy::idle, facts::EndedBy::closed,
                        facts::EndedBy::revoked, facts::EndedBy::focus_moved})
    EXPECT_GT(walk.ended_by[static_cast<std::size_t>(by)], 100U);
  std::printf("walked %zu histories\n", walk.histories);
}

TEST(GlassWalk, IdleCountsOnTheNewBootClockAfterARebootAndUse) {
  Now now{.wall = start, .boot = 1000min};
  auto glass = apply_opened(opening(), now);
  apply_reboot(glass,
               {.last = {.wall = start, .boot = 1000min}, .at = {.wall = start, .boot = 0min}});
  now = {.wall = start + 5min, .boot = 1min};
  apply_used(glass, now);
  now = {.wall = start - 60min, .boot = 1min + idle_span};  // the wall steps back, real time passes
  EXPECT_EQ(ending_due(glass, now), facts::EndedBy::idle);
}

// Without a use, too: a wall clock that is set back once the machine runs again extends nothing.
TEST(GlassWalk, WhatIsLeftByTheWallAtARebootCountsOnTheNewBootClock) {
  auto glass = apply_opened(opening(), {.wall = start, .boot = 1000min});
  apply_reboot(glass, {.last = {.wall = start, .boot = 1000min},
                       .at = {.wall = start + 20min, .boot = 1min}});
  EXPECT_EQ(ending_due(glass, {.wall = start - 60min, .boot = 1min + idle_span - 21min}),
            std::nullopt);
  EXPECT_EQ(ending_due(glass, {.wall = start - 60min, .boot = 1min + idle_span - 20min}),
            facts::EndedBy::idle);
  EXPECT_EQ(ending_due(glass, {.wall = start - 60min, .boot = 1min + lifetime - 20min}),
            facts::EndedBy::expired);
}

// Nor does one that was set back before: what was left at the last entry is known.
TEST(GlassWalk, WhatWasLeftBeforeARebootCountsOnTheNewBootClock) {
  auto glass = apply_opened(opening(), {.wall = start, .boot = 1000min});
  apply_reboot(glass, {.last = {.wall = start + 1min, .boot = 1020min},
                       .at = {.wall = start + 1min, .boot = 1min}});
  EXPECT_EQ(ending_due(glass, {.wall = start + 2min, .boot = 1min + idle_span - 21min}),
            std::nullopt);
  EXPECT_EQ(ending_due(glass, {.wall = start + 2min, .boot = 1min + idle_span - 20min}),
            facts::EndedBy::idle);
}

TEST(GlassWalk, ASecondReasonAfterARebootCountsOnTheNewBootClock) {
  auto glass = apply_opened(opening(), {.wall = start, .boot = 1000min});
  apply_reboot(glass,
               {.last = {.wall = start, .boot = 1000min}, .at = {.wall = start, .boot = 0min}});
  const Now now{.wall = start + 5min, .boot = 1min};
  apply_widened(glass, widening(now), now);
  EXPECT_EQ(ending_due(glass, {.wall = start - 60min, .boot = now.boot + second_idle}),
            facts::EndedBy::idle);
  EXPECT_EQ(ending_due(glass, {.wall = start - 60min, .boot = now.boot + second_lifetime}),
            facts::EndedBy::expired);
}

TEST(Glass, AWideningOfOldSaysNothingOfTheEnding) {
  const Now now{.wall = start, .boot = 1000min};
  auto fact = opening();
  fact.ends_with_focus = false;
  auto glass = apply_opened(fact, now);
  facts::GlassWidened old;
  old.rule = "second";
  apply_widened(glass, old, now);
  ASSERT_EQ(glass.grants.size(), 2U);
  EXPECT_FALSE(glass.ends_with_focus);
  EXPECT_EQ(glass.idle_span, idle_span);
  EXPECT_EQ(std::get<Open>(glass.life).until.wall, start + lifetime);
  old.ends_with_focus = true;
  apply_widened(glass, old, now);
  EXPECT_TRUE(glass.ends_with_focus);
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
