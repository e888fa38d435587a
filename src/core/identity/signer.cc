#include "core/identity/signer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <boost/json.hpp>

#include "base/limits.h"
#include "base/must.h"
#include "core/facts/strict_json.h"
#include "core/identity/cjose_handle.h"
#include "core/identity/claims.h"

namespace halligan::identity {
namespace {

namespace json = boost::json;

constexpr std::size_t coordinate_bytes = 32;
constexpr std::size_t typ_bytes_max = 64;

struct FreeOpenssl {
  void operator()(BIGNUM* held) const { BN_clear_free(held); }
  void operator()(BN_CTX* held) const { BN_CTX_free(held); }
  void operator()(EC_GROUP* held) const { EC_GROUP_free(held); }
  void operator()(EC_POINT* held) const { EC_POINT_free(held); }
  void operator()(BIO* held) const { BIO_free(held); }
  void operator()(EVP_PKEY* held) const { EVP_PKEY_free(held); }
  void operator()(EVP_PKEY_CTX* held) const { EVP_PKEY_CTX_free(held); }
  void operator()(OSSL_PARAM_BLD* held) const { OSSL_PARAM_BLD_free(held); }
  void operator()(OSSL_PARAM* held) const { OSSL_PARAM_free(held); }
};
template <class T>
using Openssl = std::unique_ptr<T, FreeOpenssl>;

// The three numbers of a key pair, gone from memory afterwards.
struct Pair {
  Pair() = default;
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair() { OPENSSL_cleanse(d.data(), d.size()); }

  Bytes d = Bytes(coordinate_bytes);
  Bytes x = Bytes(coordinate_bytes);
  Bytes y = Bytes(coordinate_bytes);
};

Fault not_a_key() {
  return {FaultCode::bad_input, "no private key of a P-256 pair, expected one in PEM, DER or JWK"};
}

extern "C" int no_password(char*, int, int, void*) { return -1; }

bool number_of(const EVP_PKEY* key, const char* name, Bytes& out) {
  BIGNUM* read = nullptr;
  const bool there = EVP_PKEY_get_bn_param(key, name, &read) == 1;
  const Openssl<BIGNUM> held{read};
  return there && BN_bn2binpad(held.get(), out.data(), static_cast<int>(out.size())) ==
                      static_cast<int>(out.size());
}

bool read_encoded(const std::string& text, Pair& out) {
  Openssl<EVP_PKEY> key;
  if (text.find("-----BEGIN") != std::string::npos) {
    const Openssl<BIO> source{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
    key.reset(PEM_read_bio_PrivateKey(source.get(), nullptr, no_password, nullptr));
  } else {
    const auto* at = view(text).data();
    key.reset(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(text.size())));
  }
  if (key == nullptr) return false;
  char group[32] = {};
  std::size_t size = 0;
  return EVP_PKEY_get_group_name(key.get(), group, sizeof group, &size) == 1 &&
         std::string_view{group} == SN_X9_62_prime256v1 &&
         number_of(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, out.d) &&
         number_of(key.get(), OSSL_PKEY_PARAM_EC_PUB_X, out.x) &&
         number_of(key.get(), OSSL_PKEY_PARAM_EC_PUB_Y, out.y);
}

bool read_private_jwk(const std::string& text, Pair& out) {
  const auto read = facts::read_strict_json(text);
  const auto* value = std::get_if<json::value>(&read);
  if (value == nullptr || !value->is_object()) return false;
  const auto& jwk = value->get_object();
  if (text_in(jwk, "kty") != "EC" || text_in(jwk, "crv") != "P-256") return false;
  const auto octets = [&](std::string_view name, Bytes& into) {
    auto found = from_base64url(text_in(jwk, name).value_or(""));
    if (!found || found->size() != into.size()) return false;
    into.swap(*found);
    OPENSSL_cleanse(found->data(), found->size());
    return true;
  };
  return octets("d", out.d) && octets("x", out.x) && octets("y", out.y);
}

Result<std::string> signed_text(const KeyHandle& key, const std::string& typ,
                                const std::string& kid, const std::string& claims) {
  const ErrorsStayHere errors;
  const Cjose<cjose_header_t> header{cjose_header_new(nullptr)};
  const bool good = header != nullptr &&
                    cjose_header_set(header.get(), CJOSE_HDR_ALG, CJOSE_HDR_ALG_ES256, nullptr) &&
                    cjose_header_set(header.get(), "typ", typ.c_str(), nullptr) &&
                    cjose_header_set(header.get(), CJOSE_HDR_KID, kid.c_str(), nullptr);
  const Cjose<cjose_jws_t> made{
      good ? cjose_jws_sign(key.key, header.get(), view(claims).data(), claims.size(), nullptr)
           : nullptr};
  const char* text = nullptr;
  if (made == nullptr || !cjose_jws_export(made.get(), &text, nullptr) || text == nullptr)
    return Fault{FaultCode::crypto_failed, "a token could not be signed"};
  return std::string{text};
}

}  // namespace

Sealed<std::string> make_signing_key(const KeyDice& dice) {
  const Openssl<BN_CTX> scratch{BN_CTX_secure_new()};
  const Openssl<EC_GROUP> group{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
  const Openssl<BIGNUM> wide{
      BN_bin2bn(dice.reveal().data(), static_cast<int>(dice.reveal().size()), nullptr)};
  const Openssl<BIGNUM> below{group ? BN_dup(EC_GROUP_get0_order(group.get())) : nullptr};
  const Openssl<BIGNUM> secret{BN_secure_new()};
  const Openssl<EC_POINT> point{group ? EC_POINT_new(group.get()) : nullptr};
  MUST(scratch && wide && below && secret && point);
  // d = (c mod (n - 1)) + 1, and its point.
  BN_set_flags(wide.get(), BN_FLG_CONSTTIME);
  BN_set_flags(secret.get(), BN_FLG_CONSTTIME);
  MUST(BN_sub_word(below.get(), 1) == 1 &&
       BN_mod(secret.get(), wide.get(), below.get(), scratch.get()) == 1 &&
       BN_add_word(secret.get(), 1) == 1 &&
       EC_POINT_mul(group.get(), point.get(), secret.get(), nullptr, nullptr, scratch.get()) == 1);
  std::array<std::uint8_t, 1 + 2 * coordinate_bytes> shown{};
  MUST(EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, shown.data(),
                          shown.size(), scratch.get()) == shown.size());

  const Openssl<OSSL_PARAM_BLD> parts{OSSL_PARAM_BLD_new()};
  MUST(parts != nullptr &&
       OSSL_PARAM_BLD_push_utf8_string(parts.get(), OSSL_PKEY_PARAM_GROUP_NAME, SN_X9_62_prime256v1,
                                       0) == 1 &&
       OSSL_PARAM_BLD_push_octet_string(parts.get(), OSSL_PKEY_PARAM_PUB_KEY, shown.data(),
                                        shown.size()) == 1 &&
       OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret.get()) == 1);
  const Openssl<OSSL_PARAM> parameters{OSSL_PARAM_BLD_to_param(parts.get())};
  const Openssl<EVP_PKEY_CTX> context{EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr)};
  EVP_PKEY* made = nullptr;
  MUST(parameters != nullptr && context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1 &&
       EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, parameters.get()) == 1);
  const Openssl<EVP_PKEY> key{made};
  const Openssl<BIO> out{BIO_new(BIO_s_secmem())};
  char* text = nullptr;
  MUST(out != nullptr && PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0,
                                                       nullptr, nullptr) == 1);
  const auto bytes = BIO_get_mem_data(out.get(), &text);
  MUST(bytes > 0);
  return Sealed<std::string>{std::string{text, static_cast<std::size_t>(bytes)}};
}

Result<Signer> Signer::from(const Sealed<std::string>& key) {
  const ErrorsStayHere errors;
  const auto& text = key.reveal();
  if (text.size() > limits::key_file_bytes_max) return not_a_key();
  Pair pair;
  if (!(text.starts_with('{') ? read_private_jwk(text, pair) : read_encoded(text, pair)))
    return not_a_key();
  cjose_jwk_ec_keyspec spec{};
  spec.crv = CJOSE_JWK_EC_P_256;
  spec.d = lent(pair.d);
  spec.dlen = pair.d.size();
  auto* made = cjose_jwk_create_EC_spec(&spec, nullptr);
  if (made == nullptr) return not_a_key();
  auto secret = std::make_shared<const KeyHandle>(made);

  auto x = to_base64url(pair.x);
  auto y = to_base64url(pair.y);
  auto shown = read_jwk({{"kty", "EC"}, {"crv", "P-256"}, {"alg", "ES256"}, {"x", x}, {"y", y}});
  if (!shown || !*shown) return not_a_key();
  (*shown)->kid = (*shown)->thumbprint;
  Signer out{std::move(**shown), std::move(x), std::move(y), std::move(secret)};
  // A file may hold the halves of two pairs: then nobody could check what is signed.
  const auto trial = out.sign_jwt("JWT", {});
  constexpr std::string_view types[] = {"JWT"};
  if (!trial || !std::holds_alternative<Token>(verify_jwt(*trial, {{out.public_}}, types)))
    return not_a_key();
  return out;
}

Result<std::string> Signer::sign_jwt(std::string_view typ, const json::object& claims) const {
  MUST(!typ.empty() && typ.size() <= typ_bytes_max &&
       typ.find('\0') == std::string_view::npos);  // ours to choose
  auto out = signed_text(*secret_, std::string{typ}, kid(), json::serialize(claims));
  if (out && out->size() > limits::token_bytes_max)
    return Fault{FaultCode::too_large, "a token of " + std::to_string(out->size()) +
                                           " bytes, expected at most " +
                                           std::to_string(limits::token_bytes_max)};
  return out;
}

std::string Signer::public_jwk() const {
  return json::serialize(json::object{{"kty", "EC"},
                                      {"crv", "P-256"},
                                      {"x", x_},
                                      {"y", y_},
                                      {"kid", kid()},
                                      {"use", "sig"},
                                      {"alg", "ES256"}});
}

}  // namespace halligan::identity
