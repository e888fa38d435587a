// edge.h - what every handler of the wire is given: the writer, and the few parts of the world that
// a request needs beside it.
#pragma once

#include <optional>
#include <string>

#include "app/house.h"
#include "base/crypto.h"
#include "in/http/cookie.h"
#include "in/http/message.h"
#include "in/shown.h"
#include "in/under_glass.h"
#include "needs/clock.h"
#include "needs/dice.h"
#include "needs/password_hasher.h"
#include "needs/record_source.h"
#include "needs/vault.h"

namespace halligan::in {

struct Edge {
  app::Desk& desk;
  needs::Vault& vault;  // secrets only
  needs::PasswordHasher& hasher;
  needs::Clock& clock;
  needs::Dice& dice;
  needs::RecordSource& records;
  UnderGlass* under_glass = nullptr;        // none: nobody goes before others for it
  GlassCredentials* credentials = nullptr;  // none: sessions alone ask for records
};

// A token is 32 random bytes in base64url; only its hash goes further than this line.
inline std::string token_hash(std::string_view token) {
  return to_hex(crypto::sha256(view(token)));
}

// A browser holds the token in a cookie that no script can read; what goes with it in a header
// shows that the page which asks is ours. That value follows from the token, so nothing is kept of
// it, and nobody has it who has not the token: neither from a hash in the ledger nor from another
// session. (A plain hash does: what is hashed has one length, so nothing can be appended to it.)
inline constexpr std::string_view session_cookie = "__Host-halligan";
inline std::string csrf_of(std::string_view token) {
  constexpr std::string_view domain{"halligan csrf\0", 14};
  return to_base64url(crypto::sha256(view(std::string{domain}.append(token))));
}

inline bool csrf_matches(const http::Request& request, std::string_view token) {
  return request.count("halligan-csrf") == 1 &&
         equal_in_constant_time(view(*request.header("halligan-csrf")), view(csrf_of(token)));
}

// Whether a browser asks: with no Authorization at all, so that the cookie says who it is.
inline bool by_cookie(const http::Request& request) { return request.count("authorization") == 0; }

// The token of the session that a request is of: the bearer token (RFC 6750), or that of the cookie
// where no Authorization is there at all. Empty where there is none, more than one, or a cookie
// alone.
inline std::string_view session_token(const http::Request& request) {
  if (by_cookie(request)) {
    const auto token = http::cookie(request, session_cookie);
    return token && csrf_matches(request, *token) ? *token : std::string_view{};
  }
  if (request.count("authorization") != 1) return {};
  const auto value = *request.header("authorization");
  constexpr std::string_view scheme = "bearer ";
  if (value.size() <= scheme.size() || !http::same_name(value.substr(0, scheme.size()), scheme))
    return {};
  return value.substr(scheme.size());
}

// What the session is known by; empty where the request is of none.
inline std::string session_hash(const http::Request& request) {
  const auto token = session_token(request);
  return token.empty() ? std::string{} : token_hash(token);
}

// What a request is known by before anything of it is checked: of a session, or of a credential.
inline std::string hash_shown(const http::Request& request) {
  constexpr std::string_view scheme = "dpop ";
  const auto value = request.header("authorization").value_or("");
  if (request.count("authorization") == 1 && value.size() > scheme.size() &&
      http::same_name(value.substr(0, scheme.size()), scheme))
    return token_hash(value.substr(scheme.size()));
  return session_hash(request);
}

// Who asks for a record: a session, or whoever shows a credential for a glass.
inline Shown shown_by(const Edge& edge, const http::Request& request, Spend spend = Spend::now) {
  if (edge.credentials != nullptr && !by_cookie(request))
    return edge.credentials->shown(request, spend);
  return {.hash = session_hash(request), .bound = {}, .wrong = {}};
}

}  // namespace halligan::in
