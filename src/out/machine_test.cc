// The clock, the dice and the password hasher of this machine do what needs/ says.
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "out/argon2_hasher.h"
#include "out/crc32c.h"
#include "out/os_dice.h"
#include "out/system_clock.h"

namespace halligan::out {
namespace {

TEST(SystemClock, ReadsBothClocksAndTheBootId) {
  SystemClock clock;
  const Now first = clock.now();
  const Now second = clock.now();
  EXPECT_GT(first.wall, *parse_instant("2024-01-01T00:00:00Z"));
  EXPECT_GT(first.boot, Millis{0});
  EXPECT_GE(second.boot, first.boot);
  EXPECT_EQ(clock.boot_id().size(), 36u);
  EXPECT_EQ(clock.boot_id(), SystemClock{}.boot_id());
}

TEST(OsDice, DoNotRepeat) {
  OsDice dice;
  std::set<std::array<std::uint8_t, 16>> seen;
  for (int i = 0; i < 1'000; ++i) seen.insert(dice.roll<16>());
  EXPECT_EQ(seen.size(), 1'000u);
  std::vector<std::uint8_t> big(100'000);
  dice.fill(big);
  EXPECT_GT(std::set<std::uint8_t>(big.end() - 5'000, big.end()).size(), 200u);
}

TEST(Crc32c, MatchesItsVectors) {  // RFC 3720, B.4
  EXPECT_EQ(crc32c(0, view("123456789")), 0xE3069283u);
  EXPECT_EQ(crc32c(0, Bytes(32)), 0x8A9136AAu);
  EXPECT_EQ(crc32c(0, Bytes(32, 0xFF)), 0x62A8AB43u);
  EXPECT_EQ(crc32c(crc32c(0, view("1234")), view("56789")), 0xE3069283u);
}

class Argon2HasherTest : public testing::Test {
 protected:
  static constexpr auto known = needs::PasswordHasher::Whose::known;
  static Sealed<std::string> text(std::string value) {
    return Sealed<std::string>{std::move(value)};
  }
  Argon2Hasher hasher_{{.passes = 1, .memory_bytes = 8'192}};
};

TEST_F(Argon2HasherTest, MatchesThePasswordAndNoOther) {
  const auto one = hasher_.hash(text("correct horse"));
  const auto two = hasher_.hash(text("correct horse"));
  ASSERT_TRUE(one);
  EXPECT_NE(one->reveal(), two->reveal());  // salted
  EXPECT_TRUE(one->reveal().starts_with("$argon2id$"));
  EXPECT_TRUE(*hasher_.matches(*one, text("correct horse"), known));
  EXPECT_TRUE(*hasher_.matches(*two, text("correct horse"), known));
  EXPECT_FALSE(*hasher_.matches(*one, text("correct horsf"), known));
  EXPECT_FALSE(*hasher_.matches(*one, text(""), known));
}

TEST_F(Argon2HasherTest, NobodysPasswordMatchesNothing) {
  EXPECT_FALSE(*hasher_.matches(text(""), text("nobody"), known));
  EXPECT_FALSE(*hasher_.matches(text(""), text(""), known));
  EXPECT_FALSE(*hasher_.matches(text("not a hash"), text("not a hash"), known));
}

TEST_F(Argon2HasherTest, RefusesWhatIsTooLong) {
  EXPECT_EQ(hasher_.hash(text(std::string(257, 'x'))).fault().code, FaultCode::too_large);
  const auto stored = hasher_.hash(text(std::string(256, 'x')));
  EXPECT_TRUE(*hasher_.matches(*stored, text(std::string(256, 'x')), known));
  EXPECT_FALSE(*hasher_.matches(*stored, text(std::string(257, 'x')), known));
}

TEST_F(Argon2HasherTest, ManyAtOnceAllGetTheirAnswer) {
  const auto stored = hasher_.hash(text("correct horse"));
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const auto answer =
          hasher_.matches(*stored, text(i % 2 == 0 ? "correct horse" : "wrong"), known);
      ASSERT_TRUE(answer);
      EXPECT_EQ(*answer, i % 2 == 0);
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace halligan::out
