#include "core/identity/id_token.h"

#include <algorithm>

#include "base/bytes.h"
#include "core/identity/claims.h"

namespace halligan::identity {
namespace {

namespace json = boost::json;

constexpr std::size_t name_bytes_max = 255;  // of "sub" by section 2; the others alike
constexpr std::size_t list_max = 32;
constexpr std::string_view logout_event = "http://schemas.openid.net/event/backchannel-logout";

// A list of texts, or (of an audience) one text.
std::optional<std::vector<std::string>> texts_in(const json::object& claims,
                                                 std::string_view name) {
  const auto* held = claims.if_contains({name.data(), name.size()});
  if (held == nullptr || !held->is_array() || held->get_array().size() > list_max)
    return std::nullopt;
  std::vector<std::string> out;
  for (const auto& each : held->get_array()) {
    if (!each.is_string() || each.get_string().empty()) return std::nullopt;
    out.emplace_back(each.get_string());
  }
  return out;
}

std::optional<TokenWrong> check_audience(const json::object& claims, const std::string& client) {
  std::vector<std::string> audience;
  if (const auto one = text_in(claims, "aud")) {
    audience.emplace_back(*one);
  } else {
    auto several = texts_in(claims, "aud");
    if (!several) return TokenWrong::audience;
    audience = std::move(*several);
  }
  if (client.empty() || std::ranges::find(audience, client) == audience.end())
    return TokenWrong::audience;
  // Another party may show what it was given, too: then it must say that it was given to us.
  const bool several = audience.size() > 1;
  if ((several || claims.contains("azp")) && text_in(claims, "azp") != client)
    return TokenWrong::audience;
  return std::nullopt;
}

struct Times {
  Instant now;
  Millis skew;
};
std::optional<TokenWrong> check_issued(const json::object& claims, const Times& times) {
  const auto issued = moment_in(claims, "iat");
  if (!issued) return TokenWrong::claim;
  if (*issued > times.now + times.skew) return TokenWrong::early;
  if (*issued < times.now - limits::token_age_max) return TokenWrong::old;
  if (claims.contains("nbf")) {
    const auto begins = moment_in(claims, "nbf");
    if (!begins) return TokenWrong::claim;
    if (*begins > times.now + times.skew) return TokenWrong::early;
  }
  return std::nullopt;
}

std::optional<TokenWrong> check_expiry(const json::object& claims, const Times& times) {
  const auto expires = moment_in(claims, "exp");
  if (!expires) return TokenWrong::claim;
  return times.now < *expires + times.skew ? std::nullopt : std::optional{TokenWrong::expired};
}

std::optional<TokenWrong> check_sign_in(const std::optional<Instant>& auth_time,
                                        const ExpectedIdToken& expected) {
  if (auth_time && *auth_time > expected.now + expected.skew) return TokenWrong::early;
  if (!expected.max_age) return std::nullopt;
  if (!auth_time || expected.now > *auth_time + *expected.max_age + expected.skew)
    return TokenWrong::sign_in;
  return std::nullopt;
}

bool absent_or(const json::object& claims, std::string_view name, bool there) {
  return there || !claims.contains({name.data(), name.size()});
}

}  // namespace

std::variant<IdToken, TokenWrong> check_id_token(json::object claims,
                                                 const ExpectedIdToken& expected) {
  if (claims.contains("events")) return TokenWrong::type;
  if (expected.issuer.empty() || text_in(claims, "iss") != expected.issuer)
    return TokenWrong::issuer;
  if (const auto wrong = check_audience(claims, expected.client)) return *wrong;
  const Times times{.now = expected.now, .skew = expected.skew};
  if (const auto wrong = check_expiry(claims, times)) return *wrong;
  if (const auto wrong = check_issued(claims, times)) return *wrong;
  const auto nonce = text_in(claims, "nonce");
  if (!nonce || expected.nonce.empty() ||
      !equal_in_constant_time(view(*nonce), view(expected.nonce)))
    return TokenWrong::nonce;

  const auto subject = name_in(claims, "sub", name_bytes_max);
  const auto acr = name_in(claims, "acr", name_bytes_max);
  const auto sid = name_in(claims, "sid", name_bytes_max);
  const auto amr = texts_in(claims, "amr");
  const auto auth_time = moment_in(claims, "auth_time");
  if (!subject || !absent_or(claims, "acr", acr.has_value()) ||
      !absent_or(claims, "sid", sid.has_value()) || !absent_or(claims, "amr", amr.has_value()) ||
      !absent_or(claims, "auth_time", auth_time.has_value()))
    return TokenWrong::claim;
  if (const auto wrong = check_sign_in(auth_time, expected)) return *wrong;

  IdToken out{.subject = *subject,
              .acr = acr.value_or(""),
              .amr = amr.value_or(std::vector<std::string>{}),
              .auth_time = auth_time,
              .sid = sid.value_or(""),
              .issued_at = *moment_in(claims, "iat"),
              .expires_at = *moment_in(claims, "exp"),
              .claims = {}};
  out.claims = std::move(claims);
  return out;
}

std::variant<LogoutToken, TokenWrong> check_logout_token(const json::object& claims,
                                                         const ExpectedLogoutToken& expected) {
  const auto* events = claims.if_contains("events");
  if (events == nullptr || !events->is_object()) return TokenWrong::type;
  const auto* event = events->get_object().if_contains(logout_event);
  // A nonce is what a token of a sign-in has: neither passes as the other.
  if (event == nullptr || !event->is_object() || claims.contains("nonce")) return TokenWrong::type;
  if (expected.issuer.empty() || text_in(claims, "iss") != expected.issuer)
    return TokenWrong::issuer;
  if (const auto wrong = check_audience(claims, expected.client)) return *wrong;
  const Times times{.now = expected.now, .skew = expected.skew};
  if (const auto wrong = check_issued(claims, times)) return *wrong;
  if (claims.contains("exp"))
    if (const auto wrong = check_expiry(claims, times)) return *wrong;

  const auto subject = name_in(claims, "sub", name_bytes_max);
  const auto sid = name_in(claims, "sid", name_bytes_max);
  const auto jti = name_in(claims, "jti", name_bytes_max);
  if (!jti || (!subject && !sid) || !absent_or(claims, "sub", subject.has_value()) ||
      !absent_or(claims, "sid", sid.has_value()))
    return TokenWrong::claim;
  return LogoutToken{.subject = subject.value_or(""),
                     .sid = sid.value_or(""),
                     .jti = *jti,
                     .issued_at = *moment_in(claims, "iat")};
}

}  // namespace halligan::identity
