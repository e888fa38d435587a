// signer.h - signing tokens of our own with ES256 (RFC 7515, 7518): access tokens (RFC 9068) and
// security events (RFC 8417).
//
// The one place where chance is taken inside: OpenSSL mixes some of its own into each signature.
// The key leaves the Signer in no form; libcjose and OpenSSL wipe theirs.
#pragma once

#include <array>
#include <boost/json/object.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/sealed.h"
#include "core/identity/jose.h"

namespace halligan::identity {

// A P-256 key made of 320 random bits, of which 64 are there to even them out (FIPS 186-5, A.2.1),
// in PEM (PKCS #8). The same bits make the same key.
using KeyDice = Sealed<std::array<std::uint8_t, 40>>;
Sealed<std::string> make_signing_key(const KeyDice& dice);

class Signer {
 public:
  // PEM, DER (PKCS #8 or SEC 1, not encrypted) or a JWK: the private key of a P-256 pair.
  static Result<Signer> from(const Sealed<std::string>& key);

  // The header is {"alg": "ES256", "typ": typ, "kid": kid}.
  Result<std::string> sign_jwt(std::string_view typ, const boost::json::object& claims) const;
  const std::string& kid() const { return public_.kid; }  // RFC 7638 thumbprint
  std::string public_jwk() const;                         // one key of a set, as JSON text
  const TokenKey& public_key() const { return public_; }

 private:
  Signer(TokenKey shown, std::string x, std::string y, std::shared_ptr<const KeyHandle> secret)
      : public_(std::move(shown)), x_(std::move(x)), y_(std::move(y)), secret_(std::move(secret)) {}

  TokenKey public_;
  std::string x_;  // base64url
  std::string y_;
  std::shared_ptr<const KeyHandle> secret_;
};

}  // namespace halligan::identity
