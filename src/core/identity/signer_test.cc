// What a Signer signs is taken by who has its public key, and by nobody else.
#include "core/identity/signer.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/limits.h"
#include "core/identity/test_tokens.h"

namespace halligan::identity {
namespace {

using testing::keys_of;
using testing::TestKey;
using testing::wrong;
namespace json = boost::json;

constexpr std::string_view jwt[] = {"JWT"};

Sealed<std::string> key_of(std::uint8_t first) {
  std::array<std::uint8_t, 40> dice{};
  dice.fill(first);
  return make_signing_key(KeyDice{dice});
}
Signer signer(std::uint8_t first = 7) { return *Signer::from(key_of(first)); }
json::object published(const Signer& given) { return json::parse(given.public_jwk()).as_object(); }
bool taken(const std::string& key) { return Signer::from(Sealed<std::string>{key}).ok(); }

using PKey = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
PKey opened(const std::string& pem) {
  const std::unique_ptr<BIO, int (*)(BIO*)> source{
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free};
  return {PEM_read_bio_PrivateKey(source.get(), nullptr, nullptr, nullptr), EVP_PKEY_free};
}
template <class Write>
std::string written(Write write) {
  const std::unique_ptr<BIO, int (*)(BIO*)> out{BIO_new(BIO_s_mem()), BIO_free};
  EXPECT_EQ(write(out.get()), 1);
  char* text = nullptr;
  const auto bytes = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(bytes)};
}
std::string pem_of(EVP_PKEY* key, const EVP_CIPHER* cipher = nullptr, std::string password = "") {
  return written([&](BIO* out) {
    return PEM_write_bio_PKCS8PrivateKey(out, key, cipher, password.data(),
                                         static_cast<int>(password.size()), nullptr, nullptr);
  });
}

TEST(Signer, WhatItSignsVerifiesWithItsPublicKey) {
  const auto own = signer();
  const json::object claims = {{"iss", "https://records.example"}, {"sub", "dr.osei"}, {"exp", 9}};
  const auto token = own.sign_jwt("at+jwt", claims);
  ASSERT_TRUE(token.ok());
  const auto read = verify_jwt(*token, keys_of({published(own)}), access_token_types);
  ASSERT_EQ(wrong(read), "");
  EXPECT_EQ(std::get<Token>(read).claims, claims);
  EXPECT_EQ(std::get<Token>(read).header,
            (json::object{{"alg", "ES256"}, {"typ", "at+jwt"}, {"kid", own.kid()}}));
  EXPECT_EQ(wrong(verify_jwt(*token, {{own.public_key()}}, access_token_types)), "");
  EXPECT_EQ(wrong(verify_jwt(*token, keys_of({published(signer(8))}), access_token_types)),
            "unknown-key");
}

TEST(Signer, ShowsItsPublicKeyAlone) {
  const auto jwk = published(signer());
  EXPECT_EQ(jwk.size(), 7U);
  EXPECT_EQ(jwk.at("kty"), "EC");
  EXPECT_EQ(jwk.at("crv"), "P-256");
  EXPECT_EQ(jwk.at("use"), "sig");
  EXPECT_EQ(jwk.at("alg"), "ES256");
  EXPECT_FALSE(jwk.contains("d"));
  const auto read = read_jwk(jwk);
  ASSERT_TRUE(read.ok() && read->has_value());
  EXPECT_EQ(jwk.at("kid").as_string(), (*read)->thumbprint);
  EXPECT_EQ((*read)->algorithms, std::vector{Algorithm::es256});
}

TEST(Signer, EverySignatureHasBothHalvesWhole) {
  const auto own = signer();  // of 600, about four begin with a nought in either half
  for (int i = 0; i < 600; ++i) {
    const auto token = own.sign_jwt("JWT", {{"i", i}});
    ASSERT_TRUE(token.ok());
    EXPECT_EQ(wrong(verify_jwt(*token, {{own.public_key()}}, jwt)), "") << *token;
  }
}

TEST(Signer, NoTokenIsLargerThanWhatIsRead) {
  const auto own = signer();
  const auto sized = [&](std::size_t bytes) {
    return own.sign_jwt("JWT", {{"a", std::string(bytes, 'x')}});
  };
  EXPECT_TRUE(sized(12'000).ok());
  const auto huge = sized(12'288);
  ASSERT_FALSE(huge.ok());
  EXPECT_EQ(huge.fault().code, FaultCode::too_large);
}

TEST(SigningKey, TheSameBitsMakeTheSameKey) {
  EXPECT_EQ(key_of(3).reveal(), key_of(3).reveal());
  EXPECT_NE(key_of(3).reveal(), key_of(4).reveal());
  EXPECT_NE(signer(3).kid(), signer(4).kid());
}

// d = (c mod (n - 1)) + 1 by FIPS 186-5: 1 at the least, n - 1 at the most.
TEST(SigningKey, LiesWithinItsGroup) {
  constexpr std::string_view base_x = "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY";
  constexpr std::string_view base_y = "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";
  const auto from = [](std::string_view hex) {
    const auto bytes = *from_hex("0000000000000000" + std::string{hex});
    std::array<std::uint8_t, 40> dice{};
    std::ranges::copy(bytes, dice.begin());
    return published(*Signer::from(make_signing_key(KeyDice{dice})));
  };
  const auto one = published(signer(0));
  EXPECT_EQ(one.at("x").as_string(), base_x);
  EXPECT_EQ(one.at("y").as_string(), base_y);
  // n - 1 comes round to 1; n - 2 is the point on the other side.
  EXPECT_EQ(from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550"), one);
  const auto last = from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254f");
  EXPECT_EQ(last.at("x").as_string(), base_x);
  EXPECT_NE(last.at("y").as_string(), base_y);
}

TEST(SigningKey, IsReadInEveryForm) {
  const auto pem = key_of(7).reveal();
  EXPECT_TRUE(pem.starts_with("-----BEGIN PRIVATE KEY-----"));
  const auto key = opened(pem);
  const auto sec1 = written([&](BIO* out) {
    return PEM_write_bio_PrivateKey_traditional(out, key.get(), nullptr, nullptr, 0, nullptr,
                                                nullptr);
  });
  EXPECT_TRUE(sec1.starts_with("-----BEGIN EC PRIVATE KEY-----"));
  const auto der = written([&](BIO* out) { return i2d_PrivateKey_bio(out, key.get()); });
  const auto pkcs8 = written([&](BIO* out) {
    return i2d_PKCS8PrivateKey_bio(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  for (const auto& each : {pem, sec1, der, pkcs8}) {
    const auto read = Signer::from(Sealed<std::string>{each});
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->kid(), signer().kid());
  }
}

TEST(SigningKey, IsReadFromAJwk) {
  const auto key = TestKey::ec();
  const auto jwk = key.jwk({{"d", key.private_number()}});
  const auto read = Signer::from(Sealed<std::string>{json::serialize(jwk)});
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->kid(), (*read_jwk(key.jwk()))->thumbprint);
  const auto token = read->sign_jwt("JWT", {});
  EXPECT_EQ(wrong(verify_jwt(*token, {{read->public_key()}}, jwt)), "");
}

TEST(SigningKey, TheHalvesOfTwoPairsAreRefused) {
  const auto key = TestKey::ec();
  auto jwk = key.jwk({{"d", TestKey::ec().private_number()}});
  EXPECT_FALSE(taken(json::serialize(jwk)));
}

TEST(SigningKey, AnythingElseIsRefused) {
  const auto key = TestKey::ec();
  const auto d = key.private_number();
  auto longer = *from_base64url(d);
  longer.insert(longer.begin(), 0);
  EXPECT_TRUE(taken(json::serialize(key.jwk({{"d", d}}))));
  EXPECT_FALSE(taken(json::serialize(key.jwk())));
  EXPECT_FALSE(taken(json::serialize(key.jwk({{"d", d}, {"crv", "P-384"}}))));
  EXPECT_FALSE(taken(json::serialize(key.jwk({{"d", to_base64url(longer)}}))));
  EXPECT_FALSE(taken(json::serialize(key.jwk({{"d", to_base64url(Bytes(32))}}))));
  EXPECT_FALSE(taken(json::serialize(key.jwk({{"d", to_base64url(Bytes(32, 0xff))}}))));
  for (const std::string_view each : {"", "{", "-----BEGIN", "-----BEGIN PRIVATE KEY-----\nAAAA"})
    EXPECT_FALSE(taken(std::string{each})) << each;
  EXPECT_TRUE(taken(std::string(1'000, '\n').append(key_of(7).reveal())));
  EXPECT_FALSE(taken(std::string(limits::key_file_bytes_max, '\n').append(key_of(7).reveal())));
  const PKey rsa{EVP_RSA_gen(2048), EVP_PKEY_free};
  EXPECT_FALSE(taken(pem_of(rsa.get())));
  for (const char* curve : {"P-384", "secp256k1"}) {
    const PKey other{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve), EVP_PKEY_free};
    EXPECT_FALSE(taken(pem_of(other.get()))) << curve;
  }
}

TEST(SigningKey, AnEncryptedFileIsRefusedAndNobodyIsAskedForItsPassword) {
  const auto key = opened(key_of(7).reveal());
  const auto locked = pem_of(key.get(), EVP_aes_256_cbc(), "password");
  ASSERT_TRUE(locked.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
  EXPECT_FALSE(taken(locked));
}

TEST(SigningKey, LeavesNoErrorForOthersToFind) {
  ERR_clear_error();
  EXPECT_FALSE(taken("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
  const auto own = signer();
  auto token = *own.sign_jwt("JWT", {});
  auto& octet = token[token.size() - 10];
  octet = octet == 'A' ? 'B' : 'A';
  EXPECT_EQ(wrong(verify_jwt(token, {{own.public_key()}}, jwt)), "signature");
  EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace halligan::identity
