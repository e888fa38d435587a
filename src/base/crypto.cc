#include "base/crypto.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <memory>

#include "base/must.h"

namespace halligan::crypto {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* held) const {
    Free(held);
  }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>>;
using PKey = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;

// Fetching an algorithm costs more than hashing 200 bytes: fetch once, keep a context per thread.
const EVP_MD* sha256_algorithm() {
  static EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  MUST(fetched != nullptr);
  return fetched;
}
const EVP_CIPHER* gcm_algorithm() {
  static EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  MUST(fetched != nullptr);
  return fetched;
}

int length_of(ByteView bytes) {
  MUST(bytes.size() < (1U << 30));
  return static_cast<int>(bytes.size());
}

}  // namespace

Hash sha256(std::initializer_list<ByteView> parts) {
  thread_local const DigestContext context{EVP_MD_CTX_new()};
  MUST(EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr) == 1);
  for (const auto& part : parts)
    MUST(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  Hash out{};
  unsigned size = 0;
  MUST(EVP_DigestFinal_ex(context.get(), out.data(), &size) == 1 && size == out.size());
  return out;
}

Hash sha256(ByteView bytes) { return sha256({bytes}); }

Hash hmac_sha256(ByteView key, ByteView message) {
  Hash out{};
  unsigned size = 0;
  MUST(HMAC(sha256_algorithm(), key.data(), length_of(key), message.data(), message.size(),
            out.data(), &size) != nullptr);
  return out;
}

Bytes seal(const SecretKey& key, const Nonce& nonce, ByteView associated, ByteView plain) {
  thread_local const CipherContext context{EVP_CIPHER_CTX_new()};
  Bytes out(plain.size() + tag_bytes);
  int written = 0;
  int last = 0;
  MUST(EVP_EncryptInit_ex2(context.get(), gcm_algorithm(), key.reveal().data(), nonce.data(),
                           nullptr) == 1);
  MUST(EVP_EncryptUpdate(context.get(), nullptr, &written, associated.data(),
                         length_of(associated)) == 1);
  MUST(EVP_EncryptUpdate(context.get(), out.data(), &written, plain.data(), length_of(plain)) == 1);
  MUST(EVP_EncryptFinal_ex(context.get(), out.data() + written, &last) == 1);
  MUST(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes,
                           out.data() + plain.size()) == 1);
  return out;
}

std::optional<Bytes> open(const SecretKey& key, const Nonce& nonce, ByteView associated,
                          ByteView sealed) {
  if (sealed.size() < tag_bytes) return std::nullopt;
  thread_local const CipherContext context{EVP_CIPHER_CTX_new()};
  const std::size_t size = sealed.size() - tag_bytes;
  Bytes out(size);
  Bytes tag(sealed.begin() + static_cast<std::ptrdiff_t>(size), sealed.end());
  int written = 0;
  int last = 0;
  MUST(EVP_DecryptInit_ex2(context.get(), gcm_algorithm(), key.reveal().data(), nonce.data(),
                           nullptr) == 1);
  MUST(EVP_DecryptUpdate(context.get(), nullptr, &written, associated.data(),
                         length_of(associated)) == 1);
  if (EVP_DecryptUpdate(context.get(), out.data(), &written, sealed.data(),
                        static_cast<int>(size)) != 1)
    return std::nullopt;
  MUST(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()) == 1);
  if (EVP_DecryptFinal_ex(context.get(), out.data() + written, &last) != 1) return std::nullopt;
  return out;
}

SecretKey derive(const SecretKey& key, std::string_view label) {
  EVP_KDF* const algorithm = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  MUST(algorithm != nullptr);
  EVP_KDF_CTX* const context = EVP_KDF_CTX_new(algorithm);
  EVP_KDF_free(algorithm);
  Key256 secret = key.reveal();
  std::string info{label};
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
      OSSL_PARAM_construct_end()};
  Key256 out{};
  const int good = EVP_KDF_derive(context, out.data(), out.size(), parameters);
  EVP_KDF_CTX_free(context);
  OPENSSL_cleanse(secret.data(), secret.size());
  MUST(good == 1);
  return SecretKey{out};
}

PublicKey public_key(const SecretKey& seed) {
  const PKey key{EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.reveal().data(), 32)};
  MUST(key != nullptr);
  PublicKey out{};
  std::size_t size = out.size();
  MUST(EVP_PKEY_get_raw_public_key(key.get(), out.data(), &size) == 1 && size == out.size());
  return out;
}

Signature sign(const SecretKey& seed, ByteView message) {
  const PKey key{EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.reveal().data(), 32)};
  const DigestContext context{EVP_MD_CTX_new()};
  MUST(key != nullptr &&
       EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  Signature out{};
  std::size_t size = out.size();
  MUST(EVP_DigestSign(context.get(), out.data(), &size, message.data(), message.size()) == 1);
  return out;
}

bool verify(const PublicKey& key, ByteView message, const Signature& signature) {
  const PKey held{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size())};
  if (held == nullptr) return false;
  const DigestContext context{EVP_MD_CTX_new()};
  if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, held.get()) != 1) return false;
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

}  // namespace halligan::crypto
