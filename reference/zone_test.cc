// zone_test.cc - calendar days by hand: where clocks change, and where they do not.
#include "reference/zone.h"

#include <gtest/gtest.h>

namespace halligan::reference {
namespace {

using namespace std::chrono_literals;

std::string moved(const char* zone, const char* at, policy::ast::Span span, Way way) {
  return to_text(shift(zone, *parse_instant(at), span, way));
}

TEST(Zone, DaysKeepTheLocalTimeOfDay) {
  EXPECT_EQ(moved("Europe/London", "2026-03-28T12:00:00Z", {.days = 1, .exact = 0ms}, Way::ahead),
            "2026-03-29T11:00:00.000Z");
  EXPECT_EQ(moved("Europe/London", "2026-10-26T12:00:00Z", {.days = 7, .exact = 0ms}, Way::back),
            "2026-10-19T11:00:00.000Z");
}

TEST(Zone, AGapGivesItsEnd) {
  EXPECT_EQ(moved("Europe/London", "2026-03-28T01:30:00Z", {.days = 1, .exact = 0ms}, Way::ahead),
            "2026-03-29T01:00:00.000Z");
  EXPECT_EQ(
      moved("Australia/Lord_Howe", "2026-10-02T15:40:00Z", {.days = 1, .exact = 0ms}, Way::ahead),
      "2026-10-03T15:30:00.000Z");
}

TEST(Zone, OfTwoTheEarlier) {
  EXPECT_EQ(moved("Europe/London", "2026-10-24T00:30:00Z", {.days = 1, .exact = 0ms}, Way::ahead),
            "2026-10-25T00:30:00.000Z");
  EXPECT_EQ(moved("Europe/London", "2026-10-26T01:30:00Z", {.days = 1, .exact = 0ms}, Way::back),
            "2026-10-25T00:30:00.000Z");
}

TEST(Zone, WithoutDaysItIsExact) {
  EXPECT_EQ(moved("Europe/London", "2026-10-25T01:30:00Z", {.days = 0, .exact = 0ms}, Way::ahead),
            "2026-10-25T01:30:00.000Z");
  EXPECT_EQ(moved("Europe/London", "2026-03-29T00:30:00Z", {.days = 0, .exact = 1h}, Way::ahead),
            "2026-03-29T01:30:00.000Z");
}

TEST(Zone, TheFarEndsStay) {
  EXPECT_EQ(shift("Europe/London", far_past, {.days = 7, .exact = 0ms}, Way::back), far_past);
  EXPECT_EQ(shift("Europe/London", far_future, {.days = 7, .exact = 0ms}, Way::ahead), far_future);
}

}  // namespace
}  // namespace halligan::reference
