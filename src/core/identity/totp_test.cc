#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

#include "core/identity/totp.h"

namespace halligan::identity {
namespace {

const ByteView secret = view("12345678901234567890");
Instant at_second(std::int64_t s) { return Instant{std::chrono::seconds{s}}; }

TEST(Totp, B01VectorsOfRfc6238AppendixB) {  // SHA-1 rows, last six of eight digits
  const std::pair<std::int64_t, const char*> rows[] = {
      {59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
      {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
  for (const auto& [second, code] : rows)
    EXPECT_EQ(totp_code(secret, totp_step_at(at_second(second))), code);
}

// Its rows of SHA-256 and SHA-512, which are not enrolled here (otpauth:// says SHA1), are no
// codes.
TEST(Totp, B01OtherHashesOfRfc6238AppendixBAreNoCodes) {
  const std::string digits = "1234567890123456789012345678901234567890123456789012345678901234";
  const std::pair<std::int64_t, std::array<const char*, 2>> rows[] = {
      {59, {"119246", "693936"}},         {1111111109, {"084774", "091201"}},
      {1111111111, {"062674", "943326"}}, {1234567890, {"819424", "441116"}},
      {2000000000, {"698825", "618901"}}, {20000000000, {"737706", "863826"}}};
  for (const auto& [second, codes] : rows) {
    EXPECT_FALSE(match_totp(view(digits).first(32), codes[0], at_second(second))) << second;
    EXPECT_FALSE(match_totp(view(digits).first(64), codes[1], at_second(second))) << second;
  }
}

TEST(Totp, TheNeighbouringStepsMatchAndNoOther) {
  const Instant now = at_second(1'790'000'010);
  const auto step = totp_step_at(now);
  for (std::int64_t d = -3; d <= 3; ++d) {
    const auto found = match_totp(secret, totp_code(secret, step + d), now);
    if (d >= -1 && d <= 1)
      EXPECT_EQ(found, step + d);
    else
      EXPECT_FALSE(found);
  }
  for (const char* bad : {"", "12345", "1234567", "abcdef"})
    EXPECT_FALSE(match_totp(secret, bad, now)) << bad;
}

TEST(Totp, SaysHowLongToWaitAfterReuse) {
  const Instant now = at_second(totp_step_seconds * 1000 + 10);
  EXPECT_EQ(seconds_until_next(1000, now), 20);
  EXPECT_EQ(seconds_until_next(1001, now), 50);
  EXPECT_EQ(seconds_until_next(10, now), 0);
}

}  // namespace
}  // namespace halligan::identity
