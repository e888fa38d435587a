// The W3C's own test vectors before our checks: whole, and with one bit that is another.
#include "core/identity/webauthn_vectors.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/crypto.h"
#include "core/identity/passkey.h"

namespace halligan::identity {
namespace {

const RelyingParty party{.id = "example.org", .origin = "https://example.org"};
constexpr std::uint8_t verified_flag = 0x04;
constexpr std::size_t flags_at = 32;

Bytes hex(std::string_view text) { return *from_hex(text); }
Bytes octets(std::string_view text) { return {text.begin(), text.end()}; }
std::string challenge(std::string_view text) { return to_base64url(hex(text)); }

std::size_t place_of(const Bytes& part, const Bytes& whole) {
  const auto at = text_view(whole).find(text_view(part));
  EXPECT_NE(at, std::string_view::npos);
  return at;
}
// Where the authenticator's data begin: with the hash of the party's id.
std::size_t data_in(const Bytes& object) {
  const auto hash = crypto::sha256(view(party.id));
  return place_of(Bytes(hash.begin(), hash.end()), object);
}

using Made = std::variant<NewPasskey, PasskeyWrong>;
using Proved = std::variant<std::uint32_t, PasskeyWrong>;

template <class T>
std::string said(const std::variant<T, PasskeyWrong>& answer) {
  const auto* held = std::get_if<PasskeyWrong>(&answer);
  return held == nullptr ? "taken" : name_of(*held);
}

Made made(const WebauthnVector& vector, const Bytes& data, const Bytes& object) {
  return check_new_passkey(party, challenge(vector.made_for), data, object);
}
Made made(const WebauthnVector& vector) {
  return made(vector, octets(vector.made_data), hex(vector.made_object));
}
Bytes object_verified(const WebauthnVector& vector) {
  if (!vector.made_object_verified.empty()) return hex(vector.made_object_verified);
  auto object = hex(vector.made_object);
  object[data_in(object) + flags_at] |= verified_flag;
  return object;
}
Made made_verified(const WebauthnVector& vector) {
  return made(vector, octets(vector.made_data), object_verified(vector));
}

Assertion assertion_of(const WebauthnVector& vector, bool verified) {
  Assertion out{.client_data = octets(vector.client_data),
                .authenticator_data = hex(vector.authenticator_data),
                .signature = hex(vector.signature)};
  if (verified && !vector.signature_verified.empty()) {
    out.authenticator_data[flags_at] |= verified_flag;
    out.signature = hex(vector.signature_verified);
  }
  return out;
}
Proved proved(const WebauthnVector& vector, const NewPasskey& passkey, const Assertion& given) {
  return check_passkey(party, challenge(vector.asked_for),
                       {.algorithm = passkey.algorithm, .bytes = passkey.public_key}, given);
}

// What is said of each: as it is printed, and where its user was verified.
struct Expected {
  std::string_view name;
  std::string_view made;
  std::string_view made_verified;
  std::string_view proved = {};
  std::string_view proved_verified = {};
};
constexpr Expected expected[] = {
    {"none.ES256", "unverified", "taken", "unverified", "taken"},
    {"packed-self.ES256", "taken", "taken", "unverified", "taken"},
    // We are in nobody's frame.
    {"none.ES256.crossOrigin", "origin", "origin"},
    {"none.ES256.topOrigin", "origin", "origin"},
    {"none.ES256.long-credential-id", "unverified", "taken", "taken", "taken"},
    {"packed.ES256", "taken", "taken", "taken", "taken"},
    // Keys that are not asked for: no authenticator makes one for us.
    {"packed.ES384", "unverified", "form"},
    {"packed.ES512", "form", "form"},
    // Its modulus has 3,482 bits. libfido2 knows those of 2,048, which authenticators make.
    {"packed.RS256", "form", "form"},
    {"packed.EdDSA", "unverified", "taken", "unverified", "taken"},
    {"packed.Ed448", "unverified", "form"},
    // libfido2 takes a TPM's key that cannot leave it, and the vector's says nothing of that. The
    // formats of Android and Apple it does not know.
    {"tpm.ES256", "attestation", "attestation"},
    {"android-key.ES256", "attestation", "attestation"},
    {"apple.ES256", "unverified", "attestation"},
    {"fido-u2f.ES256", "unverified", "taken", "unverified", "taken"},
};

TEST(WebauthnVectors, B01AreEachTakenOrRefusedForWhatIsSaidHere) {
  ASSERT_EQ(std::size(webauthn_vectors), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    const auto& vector = webauthn_vectors[i];
    const auto& row = expected[i];
    SCOPED_TRACE(vector.name);
    ASSERT_EQ(vector.name, row.name);
    EXPECT_EQ(said(made(vector)), row.made);
    const auto passkey = made_verified(vector);
    EXPECT_EQ(said(passkey), row.made_verified);
    if (!std::holds_alternative<NewPasskey>(passkey)) continue;
    const auto& held = std::get<NewPasskey>(passkey);
    EXPECT_EQ(said(proved(vector, held, assertion_of(vector, false))), row.proved);
    EXPECT_EQ(said(proved(vector, held, assertion_of(vector, true))), row.proved_verified);
  }
}

// What a passkey is kept as.
std::string kept(const Made& answer) {
  const auto* passkey = std::get_if<NewPasskey>(&answer);
  if (passkey == nullptr) return {};
  return to_hex(passkey->id) + " " + std::to_string(passkey->algorithm) + " " +
         to_hex(passkey->public_key) + " " + passkey->attestation + " " + passkey->model + " " +
         std::to_string(passkey->counter) + (passkey->synced ? " synced" : "");
}

const WebauthnVector& named(std::string_view name) {
  for (const auto& vector : webauthn_vectors)
    if (vector.name == name) return vector;
  ADD_FAILURE() << name;
  return webauthn_vectors[0];
}

// From where, how many octets, of what is signed.
using Span = std::pair<std::size_t, std::size_t>;
template <class Check>
void with_each_bit(Bytes whole, Span span, Check check) {
  for (auto i = span.first; i < span.first + span.second; ++i)
    for (unsigned bit = 0; bit < 8; ++bit) {
      whole[i] ^= static_cast<std::uint8_t>(1U << bit);
      check(std::as_const(whole), i * 8 + bit);
      whole[i] ^= static_cast<std::uint8_t>(1U << bit);
    }
}

// "packed" signs all that the authenticator says, and the page's data.
TEST(WebauthnVectors, B01NoBitOfAPackedAttestationIsAnother) {
  for (const char* name : {"packed-self.ES256", "packed.ES256", "packed.EdDSA"}) {
    const auto& vector = named(name);
    const auto data = octets(vector.made_data);
    const auto object = object_verified(vector);
    const auto begin = data_in(object);
    const auto signature = text_view(object).find("csigX") + 6;
    const std::size_t signature_bytes = object[signature - 1];
    for (const auto& span : {Span{begin, object.size() - begin}, Span{signature, signature_bytes}})
      with_each_bit(object, span, [&](const Bytes& other, std::size_t bit) {
        EXPECT_NE(said(made(vector, data, other)), "taken") << name << " " << bit;
      });
    with_each_bit(data, {0, data.size()}, [&](const Bytes& other, std::size_t bit) {
      EXPECT_NE(said(made(vector, other, object)), "taken") << name << " " << bit;
    });
  }
}

// "fido-u2f" signs who is asked, the page's data, the credential's id and its key.
TEST(WebauthnVectors, B01NoBitThatU2fSignsIsAnother) {
  const auto& vector = named("fido-u2f.ES256");
  const auto data = octets(vector.made_data);
  const auto object = object_verified(vector);
  const auto begin = data_in(object);
  const auto passkey = std::get<NewPasskey>(made(vector, data, object));
  EXPECT_EQ(passkey.attestation, "fido-u2f");
  const auto id = place_of(passkey.id, object);
  const auto signature = text_view(object).find("csigX") + 6;
  for (const auto& span : {Span{begin, 32}, Span{id, object.size() - id},
                           Span{signature, std::size_t{object[signature - 1]}}})
    with_each_bit(object, span, [&](const Bytes& other, std::size_t bit) {
      EXPECT_NE(said(made(vector, data, other)), "taken") << bit;
    });
  with_each_bit(data, {0, data.size()}, [&](const Bytes& other, std::size_t bit) {
    EXPECT_NE(said(made(vector, other, object)), "taken") << bit;
  });
}

// Nothing is signed under "none". What is another is refused or kept as another, never as the same,
// and proves nothing.
TEST(WebauthnVectors, B01NoBitOfAnUnsignedOneMakesTheSamePasskey) {
  const auto& vector = named("none.ES256");
  const auto data = octets(vector.made_data);
  const auto object = object_verified(vector);
  const auto begin = data_in(object);
  const auto whole = kept(made(vector, data, object));
  const auto good = assertion_of(vector, true);
  constexpr unsigned not_kept = 0x10 | 0x22;  // backed up, which changes with each use; reserved
  with_each_bit(object, {0, object.size()}, [&](const Bytes& other, std::size_t bit) {
    const auto answer = made(vector, data, other);
    if ((unsigned{other[begin + flags_at]} ^ object[begin + flags_at]) & not_kept) return;
    EXPECT_NE(kept(answer), whole) << bit;
    const auto* passkey = std::get_if<NewPasskey>(&answer);
    if (passkey == nullptr || bit / 8 < begin + flags_at) return;
    const auto key = std::get<NewPasskey>(made(vector, data, object)).public_key;
    if (passkey->public_key == key) return;
    EXPECT_EQ(said(proved(vector, *passkey, good)), "signature") << bit;
  });
  for (const std::string_view part : {R"("webauthn.create")", R"("https://example.org")"}) {
    const auto at = place_of(octets(part), data);
    with_each_bit(data, {at, part.size()}, [&](const Bytes& other, std::size_t bit) {
      EXPECT_NE(said(made(vector, other, object)), "taken") << bit;
    });
  }
  const auto asked = octets(challenge(vector.made_for));
  with_each_bit(data, {place_of(asked, data), asked.size()},
                [&](const Bytes& other, std::size_t bit) {
                  EXPECT_NE(said(made(vector, other, object)), "taken") << bit;
                });
}

TEST(WebauthnVectors, B01NoBitOfAProofIsAnother) {
  std::size_t tried = 0;
  for (const auto& vector : webauthn_vectors) {
    const auto answer = made_verified(vector);
    const auto* passkey = std::get_if<NewPasskey>(&answer);
    if (passkey == nullptr) continue;
    ++tried;
    const auto good = assertion_of(vector, true);
    const auto refused = [&](const Assertion& given, std::size_t bit) {
      EXPECT_NE(said(proved(vector, *passkey, given)), "taken") << vector.name << " " << bit;
    };
    for (auto part :
         {&Assertion::client_data, &Assertion::authenticator_data, &Assertion::signature})
      with_each_bit(good.*part, {0, (good.*part).size()}, [&](const Bytes& other, std::size_t bit) {
        auto given = good;
        given.*part = other;
        refused(given, bit);
      });
    with_each_bit(passkey->public_key, {0, passkey->public_key.size()},
                  [&](const Bytes& other, std::size_t bit) {
                    auto key = *passkey;
                    key.public_key = other;
                    EXPECT_EQ(said(proved(vector, key, good)), "signature")
                        << vector.name << " " << bit;
                  });
  }
  EXPECT_EQ(tried, 6U);
}

// No vector has a key of RSA that is taken: one of 2,048 bits, made here.
TEST(WebauthnVectors, B01AnRsaKeyOf2048BitsIsTakenAndProves) {
  struct Free {
    void operator()(EVP_PKEY* held) const { EVP_PKEY_free(held); }
    void operator()(BIGNUM* held) const { BN_free(held); }
    void operator()(EVP_MD_CTX* held) const { EVP_MD_CTX_free(held); }
  };
  const std::unique_ptr<EVP_PKEY, Free> key{EVP_RSA_gen(2048)};
  ASSERT_NE(key, nullptr);
  BIGNUM* read = nullptr;
  ASSERT_EQ(EVP_PKEY_get_bn_param(key.get(), "n", &read), 1);
  const std::unique_ptr<BIGNUM, Free> modulus{read};
  Bytes n(256);
  ASSERT_EQ(BN_bn2binpad(modulus.get(), n.data(), 256), 256);

  const auto& vector = named("none.ES256");
  const auto hash = crypto::sha256(view(party.id));
  const auto data = to_hex(hash) + "45" + "00000000" + std::string(32, '0') + "0004" + "01020304" +
                    "a401030339010020590100" + to_hex(n) + "2143010001";
  const auto object = hex("a363666d74646e6f6e656761747453746d74a068617574684461746159" +
                          to_hex(Bytes{static_cast<std::uint8_t>(data.size() / 2 >> 8U),
                                       static_cast<std::uint8_t>(data.size() / 2)}) +
                          data);
  const auto answer = made(vector, octets(vector.made_data), object);
  ASSERT_EQ(said(answer), "taken");
  const auto& passkey = std::get<NewPasskey>(answer);
  EXPECT_EQ(passkey.algorithm, -257);

  auto given = assertion_of(vector, false);
  given.authenticator_data[flags_at] |= verified_flag;
  auto message = given.authenticator_data;
  const auto client_hash = crypto::sha256(given.client_data);
  message.insert(message.end(), client_hash.begin(), client_hash.end());
  const std::unique_ptr<EVP_MD_CTX, Free> signing{EVP_MD_CTX_new()};
  given.signature.resize(256);
  std::size_t size = given.signature.size();
  ASSERT_EQ(EVP_DigestSignInit(signing.get(), nullptr, EVP_sha256(), nullptr, key.get()), 1);
  ASSERT_EQ(
      EVP_DigestSign(signing.get(), given.signature.data(), &size, message.data(), message.size()),
      1);
  EXPECT_EQ(said(proved(vector, passkey, given)), "taken");
  with_each_bit(given.signature, {0, 256}, [&](const Bytes& other, std::size_t bit) {
    auto wrong = given;
    wrong.signature = other;
    EXPECT_EQ(said(proved(vector, passkey, wrong)), "signature") << bit;
  });
}

}  // namespace
}  // namespace halligan::identity
