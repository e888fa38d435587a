// Unit tests of base: spellings are canonical, durations and instants round-trip, crypto vectors.
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/crypto.h"
#include "base/ids.h"
#include "base/instant.h"

namespace halligan {
namespace {

TEST(Base, SpellingsRoundTripAndRefuseOthers) {
  for (std::size_t n = 0; n < 40; ++n) {
    Bytes bytes;
    for (std::size_t i = 0; i < n; ++i) bytes.push_back(static_cast<std::uint8_t>(i * 37 + n));
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
    EXPECT_EQ(from_base32(to_base32(bytes)), bytes);
  }
  EXPECT_EQ(to_base64(view("foob")), "Zm9vYg==");  // RFC 4648 section 10
  EXPECT_EQ(to_base32(view("foob")), "MZXW6YQ");
  EXPECT_FALSE(from_base64("Zm9vYh=="));  // left-over bits
  EXPECT_FALSE(from_base64("Zm9vYg="));
  EXPECT_FALSE(from_base64("Zm9v Yg="));
  EXPECT_FALSE(from_hex("0g"));
  EXPECT_FALSE(from_hex("abc"));
}

TEST(Base, InstantsRoundTrip) {
  for (const char* text : {"2026-11-22T03:14:00.000Z", "1970-01-01T00:00:00.000Z",
                           "2024-02-29T23:59:59.999Z", "9999-12-31T23:59:59.999Z"}) {
    ASSERT_TRUE(parse_instant(text)) << text;
    EXPECT_EQ(to_text(*parse_instant(text)), text);
  }
  EXPECT_EQ(to_text(*parse_instant("2026-11-22T03:14:00+01:00")), "2026-11-22T02:14:00.000Z");
  for (const char* bad :
       {"2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-22", "", "2026-11-22T03:14:00",
        "2026-11-22T03:14:00.Z", "2026-11-22T25:00:00Z", "2026-11-22T03:14:00Zx"})
    EXPECT_FALSE(parse_instant(bad)) << bad;
}

TEST(Base, DurationsRoundTrip) {
  for (const char* text : {"90s", "15m", "8h", "7d", "1h30m", "1d1h1m1s"}) {
    ASSERT_TRUE(parse_duration(text)) << text;
    EXPECT_EQ(parse_duration(duration_text(*parse_duration(text))), parse_duration(text));
  }
  for (const char* bad : {"", "5", "m", "-5m", "5x", "1m1h", "1h1h", "99999999999d", "5 m"})
    EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(Base, Utf8) {
  EXPECT_TRUE(valid_utf8("Ngọc Phạm Ω 🩺"));
  EXPECT_FALSE(valid_utf8("\xC0\x80"));
  EXPECT_FALSE(valid_utf8("\xED\xA0\x80"));
  EXPECT_FALSE(valid_utf8("\xF4\x90\x80\x80"));
  EXPECT_FALSE(valid_utf8("\xE2\x82"));
}

TEST(Base, IdsHaveOneForm) {
  EXPECT_TRUE(valid_id("p-000123"));
  for (const char* bad : {"", ".", "..", "a/b", "a b", "a%41", "é"})
    EXPECT_FALSE(valid_id(bad)) << bad;
  EXPECT_FALSE(valid_id(std::string(65, 'a')));
}

TEST(Base, Ed25519VectorOfRfc8032) {  // section 7.1, test 2
  crypto::Key256 seed{};
  const auto raw = *from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  std::copy(raw.begin(), raw.end(), seed.begin());
  const crypto::SecretKey key{seed};
  EXPECT_EQ(to_hex(crypto::public_key(key)),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const Bytes message{0x72};
  const auto signature = crypto::sign(key, message);
  EXPECT_EQ(to_hex(signature).substr(0, 32), "92a009a9f0d4cab8720e820b5f642540");
  EXPECT_TRUE(crypto::verify(crypto::public_key(key), message, signature));
  EXPECT_FALSE(crypto::verify(crypto::public_key(key), Bytes{0x73}, signature));
}

TEST(Base, SealedBytesOpenOnlyAsSealed) {
  const crypto::SecretKey key{crypto::Key256{1, 2, 3}};
  const crypto::Nonce nonce{9};
  const auto sealed = crypto::seal(key, nonce, view("clear"), view("secret"));
  EXPECT_EQ(text_view(*crypto::open(key, nonce, view("clear"), sealed)), "secret");
  EXPECT_FALSE(crypto::open(key, nonce, view("cleaR"), sealed));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto spoiled = sealed;
    spoiled[i] ^= 1;
    EXPECT_FALSE(crypto::open(key, nonce, view("clear"), spoiled));
  }
}

}  // namespace
}  // namespace halligan
