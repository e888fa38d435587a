// id_token.h - what an OpenID provider's signed words are good for: that somebody signed in (OpenID
// Connect Core 1.0, section 3.1.3.7), or that they signed out (Back-Channel Logout 1.0, 2.6).
//
// The claims come from verify_jwt() with the keys of the issuer that is expected here. The caller
// makes each nonce, sees that it is used once, and remembers the "jti" of sign-outs.
// INVARIANT: no token passes as both.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/instant.h"
#include "base/limits.h"
#include "core/identity/jose.h"

namespace halligan::identity {

inline constexpr std::string_view id_token_types[] = {"", "JWT"};
inline constexpr std::string_view logout_token_types[] = {"", "logout+jwt"};

struct ExpectedIdToken {
  std::string issuer;  // exactly as its metadata has it
  std::string client;  // our name there
  std::string nonce;   // of the one request that this answers
  Instant now;
  Millis skew = limits::token_skew_max;
  std::optional<Millis> max_age;  // as it was asked for
};
struct IdToken {
  std::string subject;  // never another's at this issuer
  std::string acr;      // how surely, in words of the issuer's; empty: not said
  std::vector<std::string> amr;
  std::optional<Instant> auth_time;
  std::string sid;  // the session at the issuer; empty: not said
  Instant issued_at;
  Instant expires_at;
  boost::json::object claims;
};
std::variant<IdToken, TokenWrong> check_id_token(boost::json::object claims,
                                                 const ExpectedIdToken& expected);

struct ExpectedLogoutToken {
  std::string issuer;
  std::string client;
  Instant now;
  Millis skew = limits::token_skew_max;
};
struct LogoutToken {
  std::string subject;  // either may be empty, not both
  std::string sid;
  std::string jti;
  Instant issued_at;
};
std::variant<LogoutToken, TokenWrong> check_logout_token(const boost::json::object& claims,
                                                         const ExpectedLogoutToken& expected);

}  // namespace halligan::identity
