// What Chromium's virtual authenticator answered to a page of ours, and what is left of it when any
// part is another.
#include "core/identity/passkey.h"

#include <gtest/gtest.h>

namespace halligan::identity {
namespace {

constexpr std::string_view credential_id = "ZBywm6z3aB8dF7nA6bsJ3gWNc7wRVIe8DrYvYevsBMQ";
constexpr std::string_view create_client_data =
    "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU"
    "FBQUFBQUFBQUFBQUFBQSIsIm9yaWdpbiI6Imh0dHBzOi8vbG9jYWxob3N0OjM4NzM1IiwiY3Jvc3NPcmlnaW4iOmZh"
    "bHNlfQ==";
constexpr std::string_view attestation_object =
    "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVikSZYN5YgOjGh0NBcPZHZgW4/krrmihjLHmVzzuoMdl2NFAAAAAQ"
    "ECAwQFBgcIAQIDBAUGBwgAIGQcsJus92gfHRe5wOm7Cd4FjXO8EVSHvA62L2Hr7ATEpQECAyYgASFYIPVePfSVfcCa"
    "yCcAxJ8cJyximeh5Vhh+42PWqh2rQcBVIlggVVdgrmlUTjziaDyVChQZ5s5I/7Ag3VqQJv0SXAgKGHI=";
constexpr std::string_view get_client_data =
    "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiQndjSEJ3Y0hCd2NIQndjSEJ3Y0hCd2NIQndjSEJ3Y0"
    "hCd2NIQndjSEJ3YyIsIm9yaWdpbiI6Imh0dHBzOi8vbG9jYWxob3N0OjM4NzM1IiwiY3Jvc3NPcmlnaW4iOmZhbHNl"
    "fQ==";
constexpr std::string_view authenticator_data =
    "SZYN5YgOjGh0NBcPZHZgW4/krrmihjLHmVzzuoMdl2MFAAAAAg==";
constexpr std::string_view signature =
    "MEUCICdN6uVJgoc+yx7da2YxpsSCNo8v3TnLiYHOL9l3Vw70AiEAprn4EgrOi8kgeVLiZhae1kIxUgcJiU+DA/ssKu"
    "rsgGs=";

Bytes decoded(std::string_view text) { return *from_base64(text); }

struct Answers {
  RelyingParty party = relying_party_of("https://localhost:38735/console/");
  std::string made_for = to_base64url(Bytes(32, 0));
  std::string asked_for = to_base64url(Bytes(32, 7));
  Bytes made_data = decoded(create_client_data);
  Bytes made_object = decoded(attestation_object);
  Assertion assertion{.client_data = decoded(get_client_data),
                      .authenticator_data = decoded(authenticator_data),
                      .signature = decoded(signature)};

  auto made() const { return check_new_passkey(party, made_for, made_data, made_object); }
  NewPasskey passkey() const { return std::get<NewPasskey>(made()); }
  PublicKey key() const {
    return {.algorithm = passkey().algorithm, .bytes = passkey().public_key};
  }
  auto proved() const { return check_passkey(party, asked_for, key(), assertion); }
};

template <class T>
std::string wrong(const std::variant<T, PasskeyWrong>& answer) {
  const auto* held = std::get_if<PasskeyWrong>(&answer);
  return held == nullptr ? "" : name_of(*held);
}

Bytes edited(const Bytes& text, std::string_view from, std::string_view to) {
  std::string out{text_view(text)};
  const auto at = out.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  out.replace(at, from.size(), to);
  return {out.begin(), out.end()};
}

TEST(Passkey, OfARealBrowserIsTakenAndProves) {
  const Answers given;
  const auto passkey = given.passkey();
  EXPECT_EQ(passkey.algorithm, -7);
  EXPECT_EQ(passkey.attestation, "none");
  EXPECT_EQ(passkey.model, "01020304050607080102030405060708");
  EXPECT_FALSE(passkey.synced);
  EXPECT_EQ(to_base64url(passkey.id), credential_id);
  const auto counter = given.proved();
  ASSERT_TRUE(std::holds_alternative<std::uint32_t>(counter)) << wrong(counter);
  EXPECT_GT(std::get<std::uint32_t>(counter), passkey.counter);
}

TEST(Passkey, IsForOneChallengeOnePageAndOneUse) {
  Answers given;
  given.asked_for = to_base64url(Bytes(32, 8));
  EXPECT_EQ(wrong(given.proved()), "challenge");
  given.made_for = to_base64url(Bytes(32, 1));
  EXPECT_EQ(wrong(given.made()), "challenge");
  Answers elsewhere;
  elsewhere.party.origin = "https://localhost";
  EXPECT_EQ(wrong(elsewhere.made()), "origin");
  elsewhere.party = {};
  EXPECT_EQ(wrong(elsewhere.made()), "origin");
  Answers other;
  const auto key = other.key();
  other.party.id = "hospital.example";
  EXPECT_EQ(wrong(other.made()), "party");
  EXPECT_EQ(wrong(check_passkey(other.party, other.asked_for, key, other.assertion)), "party");
  Answers framed;
  framed.made_data = edited(framed.made_data, R"("crossOrigin":false)", R"("crossOrigin":true)");
  EXPECT_EQ(wrong(framed.made()), "origin");
  Answers swapped;  // what was made for one thing proves nothing else
  swapped.assertion.client_data =
      edited(swapped.assertion.client_data, "webauthn.get", "webauthn.create");
  EXPECT_EQ(wrong(swapped.proved()), "form");
}

TEST(Passkey, ThatWasAlteredAnywhereIsRefused) {
  const Answers whole;
  const auto key = whole.key();
  for (std::size_t i = 0; i < whole.assertion.signature.size(); ++i) {
    Answers given;
    given.assertion.signature[i] ^= 1U;
    EXPECT_FALSE(std::holds_alternative<std::uint32_t>(
        check_passkey(given.party, given.asked_for, key, given.assertion)))
        << i;
  }
  for (std::size_t i = 0; i < whole.assertion.authenticator_data.size(); ++i) {
    Answers given;
    given.assertion.authenticator_data[i] ^= 1U;
    EXPECT_FALSE(std::holds_alternative<std::uint32_t>(
        check_passkey(given.party, given.asked_for, key, given.assertion)))
        << i;
  }
  for (std::size_t cut = 0; cut < whole.made_object.size(); ++cut) {
    const Bytes part(whole.made_object.begin(),
                     whole.made_object.begin() + static_cast<std::ptrdiff_t>(cut));
    EXPECT_EQ(wrong(check_new_passkey(whole.party, whole.made_for, whole.made_data, part)), "form");
  }
  auto other = key;
  other.bytes[0] ^= 1U;
  EXPECT_EQ(wrong(check_passkey(whole.party, whole.asked_for, other, whole.assertion)),
            "signature");
  other.algorithm = -999;
  EXPECT_EQ(wrong(check_passkey(whole.party, whole.asked_for, other, whole.assertion)),
            "signature");
}

// Whoever says that a list has two milliards of elements gets no room for them made.
TEST(Passkey, ThatClaimsMoreThanItBringsIsNotRead) {
  const Answers given;
  const auto key = given.key();
  const Bytes huge{0x9A, 0x7F, 0xFF, 0xFF, 0xFF};
  EXPECT_EQ(wrong(check_new_passkey(given.party, given.made_for, given.made_data, huge)), "form");
  auto nested = Bytes(4'000, 0x81);
  nested.push_back(0x00);
  EXPECT_EQ(wrong(check_new_passkey(given.party, given.made_for, given.made_data, nested)), "form");
  auto behind = given.assertion;
  behind.authenticator_data[32] |= 0x80;
  behind.authenticator_data.insert(behind.authenticator_data.end(), huge.begin(), huge.end());
  EXPECT_EQ(wrong(check_passkey(given.party, given.asked_for, key, behind)), "form");
  auto object = given.made_object;  // the key's map claims as much
  const auto at = text_view(object).find("\xA5\x01\x02\x03");
  ASSERT_NE(at, std::string_view::npos);
  object[at] = 0xBA;
  EXPECT_EQ(wrong(check_new_passkey(given.party, given.made_for, given.made_data, object)), "form");
}

// Flags stand behind the hash of the party's id; the object has them in the clear, for "none".
TEST(Passkey, TakesSomebodyWhoTouchedItAndWhomItKnows) {
  const Answers whole;
  const auto hash_at = text_view(whole.made_object).find("authData") + 8 + 2;
  const auto flags_at = hash_at + 32;
  for (const auto& [cleared, said] : {std::pair{0x01, "absent"}, {0x04, "unverified"}}) {
    Answers given;
    given.made_object[flags_at] &= static_cast<std::uint8_t>(~cleared);
    EXPECT_EQ(wrong(given.made()), said);
    Answers asked;
    const auto key = asked.key();
    asked.assertion.authenticator_data[32] &= static_cast<std::uint8_t>(~cleared);
    EXPECT_EQ(wrong(check_passkey(asked.party, asked.asked_for, key, asked.assertion)), said);
  }
}

TEST(RelyingParty, IsTheNameUnderWhichBrowsersReachUs) {
  const auto at = [](std::string_view address) {
    const auto party = relying_party_of(address);
    return party.id + " " + party.origin;
  };
  EXPECT_EQ(at("https://records.hospital.example"),
            "records.hospital.example https://records.hospital.example");
  EXPECT_EQ(at("https://records.hospital.example:443/console/"),
            "records.hospital.example https://records.hospital.example");
  EXPECT_EQ(at("https://h.example:8443"), "h.example https://h.example:8443");
  EXPECT_EQ(at("https://127.0.0.1:8443"), "localhost https://localhost:8443");
  EXPECT_EQ(at("https://[::1]:8443"), "localhost https://localhost:8443");
  EXPECT_EQ(at("http://h.example"), " ");
  EXPECT_EQ(at("ftp://h.example"), " ");
  EXPECT_EQ(at("https://"), " ");
  EXPECT_EQ(at(""), " ");
}

}  // namespace
}  // namespace halligan::identity
