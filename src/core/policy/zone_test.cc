// zone_test.cc - calendar days across the turns of the clock.
#include "core/policy/zone.h"

#include <gtest/gtest.h>

namespace halligan::policy {
namespace {

Instant at(const char* text) { return parse_instant(text).value(); }

TEST(Zone, KnowsIanaNamesOnly) {
  EXPECT_TRUE(Zone::named("Europe/London"));
  EXPECT_TRUE(Zone::named("UTC"));
  EXPECT_TRUE(Zone::named("America/Argentina/Buenos_Aires"));
  for (const char* name :
       {"", "Europe/Lundon", "GMT+3", "Europe/London ", "London", "../etc/passwd"}) {
    EXPECT_FALSE(Zone::named(name)) << name;
  }
}

TEST(Zone, ADayIsADayByTheLocalClock) {
  const auto london = *Zone::named("Europe/London");
  const ast::Span day{.days = 1};
  // 29 March 2026: at 01:00 the clock goes to 02:00.
  EXPECT_EQ(london.shift(at("2026-03-28T12:00:00Z"), day, false), at("2026-03-29T11:00:00Z"));
  EXPECT_EQ(london.shift(at("2026-03-29T11:00:00Z"), day, true), at("2026-03-28T12:00:00Z"));
  // 25 October 2026: at 02:00 it goes back to 01:00.
  EXPECT_EQ(london.shift(at("2026-10-24T11:00:00Z"), day, false), at("2026-10-25T12:00:00Z"));
  EXPECT_EQ(
      london.shift(at("2026-06-01T12:00:00Z"), {.days = 30, .exact = Millis{3'600'000}}, false),
      at("2026-07-01T13:00:00Z"));
}

TEST(Zone, GapsAndRepetitions) {
  const auto london = *Zone::named("Europe/London");
  // 01:30 on 29 March does not exist: the first moment after the gap.
  EXPECT_EQ(london.from_local(at("2026-03-29T01:30:00Z")), at("2026-03-29T01:00:00Z"));
  // 01:30 on 25 October comes twice: the earlier.
  EXPECT_EQ(london.from_local(at("2026-10-25T01:30:00Z")), at("2026-10-25T00:30:00Z"));
  EXPECT_EQ(london.from_local(at("2026-10-25T02:00:00Z")), at("2026-10-25T02:00:00Z"));
  // In São Paulo midnight itself was in the gap.
  const auto sao_paulo = *Zone::named("America/Sao_Paulo");
  EXPECT_EQ(sao_paulo.midnight(std::chrono::year{2018} / 11 / 4), at("2018-11-04T03:00:00Z"));
}

TEST(Zone, TheFarEndsStayWhereTheyAre) {
  const auto tokyo = *Zone::named("Asia/Tokyo");
  EXPECT_EQ(tokyo.shift(far_past, {.days = 9}, true), far_past);
  EXPECT_EQ(tokyo.shift(far_future, {.days = 9}, false), far_future);
  EXPECT_EQ(tokyo.midnight(std::chrono::year{2026} / 3 / 2), at("2026-03-01T15:00:00Z"));
}

}  // namespace
}  // namespace halligan::policy
