// dpop.h - whether who sends a request holds the key that its access token was given to (RFC 9449).
//
// The proof brings its own key. That proves nothing by itself: the caller compares the thumbprint
// with what the token says ("cnf", "jkt"), and takes each jti of a key once while it is fresh.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/instant.h"
#include "core/identity/jose.h"

namespace halligan::identity {

inline constexpr std::string_view dpop_types[] = {"dpop+jwt"};

struct ExpectedProof {
  std::string method;  // "GET"
  std::string url;     // by which browsers reach us; what follows '?' or '#' does not count
  std::optional<std::string> access_token;  // that is shown with it; nothing where one is asked for
  Instant now;
};
struct DpopProof {
  std::string thumbprint;  // RFC 7638, as in "cnf": {"jkt"}
  std::string jti;
  Instant issued_at;
  std::string nonce;  // empty: none. Whether it is one of ours is the caller's to ask
};
std::variant<DpopProof, TokenWrong> verify_dpop(std::string_view proof,
                                                const ExpectedProof& expected);

}  // namespace halligan::identity
