// jose.h - signed tokens (RFC 7515, 7517, 7519): which keys are taken, and whether one of them
// signed what is shown. The mathematics is libcjose's; which algorithm a key may be used with is
// ours.
//
// Nothing here reads a clock, and nothing that a token says of keys (jku, x5u, jwk) is believed.
// What a token is good for is asked in id_token.h and dpop.h.
// INVARIANT: neither "none" nor a shared secret (HS256 and the like) ever proves anything.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace halligan::identity {

enum class Algorithm { rs256, rs384, rs512, ps256, ps384, ps512, es256, es384 };
const char* name_of(Algorithm algorithm);  // "ES256"

enum class TokenWrong {
  form,         // not a token: its size, its three parts, its JSON
  type,         // made for another use: "typ", or members that another kind has
  critical,     // it asks for an extension ("crit"); there is none that we know
  algorithm,    // not one that its key may be used with
  unknown_key,  // nobody of the set; the set may be an old one
  which_key,    // several could be meant
  key,          // the key that a proof brings may not be used
  signature,
  claim,  // one that it must have is missing, or is of another form
  issuer,
  audience,
  nonce,
  expired,
  early,    // from the future, by our clock
  old,      // too long ago, by our clock
  sign_in,  // when its person signed in: not said, or too long ago
  method,
  url,
  access_token
};
const char* name_of(TokenWrong wrong);

struct KeyHandle;  // libcjose's

struct TokenKey {
  std::string kid;                    // empty: none
  std::string kty;                    // "RSA" or "EC"
  std::vector<Algorithm> algorithms;  // that it may be used with, at least one
  std::string thumbprint;             // RFC 7638, SHA-256 in base64url
  std::size_t signature_bytes = 0;
  std::shared_ptr<const KeyHandle> handle;
};
// One public key. Nothing, where it is of a kind that we do not understand or for another use than
// signatures; a fault where it must not be used: it shows its private half, or is too weak.
Result<std::optional<TokenKey>> read_jwk(const boost::json::object& jwk);

struct KeySet {
  std::vector<TokenKey> keys;
};
// Keys that are not understood are skipped. One that must not be used refuses the set: whoever
// publishes it has lost it, or will.
Result<KeySet> read_jwks(std::string_view text);

// Media types without "application/", of which a token must have one; "" is a token without "typ".
using TokenTypes = std::span<const std::string_view>;
inline constexpr std::string_view access_token_types[] = {"at+jwt"};       // RFC 9068
inline constexpr std::string_view event_token_types[] = {"secevent+jwt"};  // RFC 8417

struct Token {
  boost::json::object header;
  boost::json::object claims;
};
// A token that one of these keys signed: the one that it names ("kid") or, where it names none, the
// only one that its algorithm leaves. Nothing of its claims has been looked at.
std::variant<Token, TokenWrong> verify_jwt(std::string_view compact, const KeySet& keys,
                                           TokenTypes types);

// A token taken apart, which nobody is known to have signed.
struct UnprovenToken {
  Token token;
  Algorithm algorithm;
  Bytes signature;
};
std::variant<UnprovenToken, TokenWrong> take_apart(std::string_view compact, TokenTypes types);
// `token` is what take_apart() found in `compact`.
bool signed_by(std::string_view compact, const UnprovenToken& token, const TokenKey& key);

// RFC 8705, "x5t#S256": SHA-256 of a certificate in DER, in base64url.
std::string certificate_thumbprint(ByteView der);

}  // namespace halligan::identity
