// test_tokens.h - for tests alone: keys that sign whatever they are given, right or wrong.
#pragma once

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <boost/json.hpp>
#include <memory>
#include <string>

#include "core/identity/jose.h"

namespace halligan::identity::testing {

namespace json = boost::json;

template <class T>
std::string wrong(const std::variant<T, TokenWrong>& answer) {
  const auto* held = std::get_if<TokenWrong>(&answer);
  return held == nullptr ? "" : name_of(*held);
}

inline std::string encoded(std::string_view text) { return to_base64url(view(text)); }

class TestKey {
 public:
  static TestKey rsa(unsigned bits = 2048) { return TestKey{EVP_RSA_gen(bits)}; }
  static TestKey ec(const char* curve = "P-256") {
    return TestKey{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve)};
  }

  // With every member of `more` added or put in the place of ours.
  json::object jwk(const json::object& more = {}) const {
    json::object out;
    if (EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_RSA) {
      out = {{"kty", "RSA"}, {"n", number("n", 0)}, {"e", number("e", 0)}};
    } else {
      const auto size = static_cast<std::size_t>(EVP_PKEY_get_bits(key_.get()) / 8);
      out = {{"kty", "EC"},
             {"crv", size == 32 ? "P-256" : "P-384"},
             {"x", number(OSSL_PKEY_PARAM_EC_PUB_X, size)},
             {"y", number(OSSL_PKEY_PARAM_EC_PUB_Y, size)}};
    }
    for (const auto& each : more) out[each.key()] = each.value();
    return out;
  }
  std::string private_number() const { return number(OSSL_PKEY_PARAM_PRIV_KEY, 32); }

  // What `alg` says is how it is signed, with any other name as ES256 or RS256.
  std::string token(const json::object& header, std::string_view claims) const {
    return token(json::serialize(header), claims,
                 header.contains("alg") ? std::string{header.at("alg").as_string()} : "");
  }
  std::string token(const std::string& header, std::string_view claims,
                    std::string_view alg) const {
    const std::string input = encoded(header) + "." + encoded(claims);
    return input + "." + to_base64url(signature(input, alg));
  }
  Bytes signature(std::string_view input, std::string_view alg) const {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context{EVP_MD_CTX_new(),
                                                                     EVP_MD_CTX_free};
    EVP_PKEY_CTX* options = nullptr;
    const char* digest = alg.ends_with("384")   ? "SHA384"
                         : alg.ends_with("512") ? "SHA512"
                                                : "SHA256";
    EXPECT_EQ(EVP_DigestSignInit_ex(context.get(), &options, digest, nullptr, nullptr, key_.get(),
                                    nullptr),
              1);
    if (alg.starts_with("PS")) {
      EXPECT_GT(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING), 0);
      EXPECT_GT(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST), 0);
    }
    Bytes out(1024);
    std::size_t size = out.size();
    EXPECT_EQ(EVP_DigestSign(context.get(), out.data(), &size, view(input).data(), input.size()),
              1);
    out.resize(size);
    return EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_RSA ? out : halves(out);
  }

 private:
  explicit TestKey(EVP_PKEY* made) : key_(made, EVP_PKEY_free) { EXPECT_NE(made, nullptr); }

  std::string number(const char* name, std::size_t size) const {
    BIGNUM* read = nullptr;
    EXPECT_EQ(EVP_PKEY_get_bn_param(key_.get(), name, &read), 1) << name;
    const std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> held{read, BN_free};
    Bytes out(size == 0 ? static_cast<std::size_t>(BN_num_bytes(read)) : size);
    BN_bn2binpad(read, out.data(), static_cast<int>(out.size()));
    return to_base64url(out);
  }
  // From DER, as OpenSSL signs, to two numbers side by side, as tokens have them.
  Bytes halves(const Bytes& der) const {
    const auto* at = der.data();
    const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> read{
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free};
    const auto half = EVP_PKEY_get_bits(key_.get()) / 8;
    Bytes out(static_cast<std::size_t>(2 * half));
    BN_bn2binpad(ECDSA_SIG_get0_r(read.get()), out.data(), half);
    BN_bn2binpad(ECDSA_SIG_get0_s(read.get()), out.data() + half, half);
    return out;
  }

  std::shared_ptr<EVP_PKEY> key_;
};

inline std::string set_of(std::initializer_list<json::object> keys) {
  json::array list;
  for (const auto& each : keys) list.emplace_back(each);
  return json::serialize(json::object{{"keys", list}});
}
inline KeySet keys_of(std::initializer_list<json::object> keys) {
  auto read = read_jwks(set_of(keys));
  EXPECT_TRUE(read.ok());
  return read ? *read : KeySet{};
}

}  // namespace halligan::identity::testing
