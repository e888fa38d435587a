// credentials.cc - making credentials for a glass, asking about them, taking them back; what others
// find out about all of this (RFC 8414, RFC 7517, SMART App Launch).

#include "in/api/credentials.h"

#include "app/access.h"
#include "in/api/reading.h"
#include "in/api/routes.h"

namespace halligan::in::api {
namespace {

using http::PathParams;
using http::Request;
using http::Response;

constexpr std::string_view exchange = "urn:ietf:params:oauth:grant-type:token-exchange";
constexpr std::string_view access_token_type = "urn:ietf:params:oauth:token-type:access_token";
constexpr std::size_t form_bytes_max = 32 * 1024;
constexpr std::size_t parameters_max = 32;

// RFC 6749 5.2. Nothing in it is of a patient.
Response oauth_error(int status, std::string_view error, std::string_view what) {
  auto out = http::json_response(
      status, json::serialize(json::object{{"error", error}, {"error_description", what}}));
  if (status == 401) out.headers.push_back({"WWW-Authenticate", "Bearer"});
  return out;
}

using Form = std::variant<http::QueryPairs, Response>;
Form read_form(const Request& request) {
  const auto type = request.header("content-type").value_or("");
  const auto media = type.substr(0, type.find(';'));
  if (!http::same_name(media, "application/x-www-form-urlencoded"))
    return oauth_error(400, "invalid_request",
                       "the body is a form: application/x-www-form-urlencoded");
  if (request.body.size() > form_bytes_max)
    return oauth_error(400, "invalid_request", "the form is too long");
  auto pairs = http::parse_query(request.body);
  if (!pairs) return oauth_error(400, "invalid_request", "the form cannot be read");
  if (pairs->size() > parameters_max)
    return oauth_error(400, "invalid_request", "the form has too many parameters");
  for (std::size_t i = 0; i < pairs->size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if ((*pairs)[i].first == (*pairs)[j].first)
        return oauth_error(400, "invalid_request", "a parameter stands there twice");
  return *std::move(pairs);
}

std::string field(const http::QueryPairs& form, std::string_view name) {
  for (const auto& [each, value] : form)
    if (each == name) return value;
  return {};
}

std::optional<Response> none_here(Api& api) {
  if (api.tokens != nullptr) return std::nullopt;
  return api.not_found("an https name of this server: see serve --public-url");
}

// By a session's own request: with its proof, for one of its glass.
Response make_for_glass(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "glass", path["glass"])) return *refused;
  if (auto refused = bad_empty(request)) return *refused;
  const auto session = session_hash(request);
  if (session.empty()) return api.refused(app::no_session());
  if (auto none = none_here(api)) return *std::move(none);
  const auto key = api.tokens->key_of(request);
  if (key.bound.empty()) {
    std::optional<app::Refusal> nobody;
    const auto looked = api.run([&](app::House& house, const Now& now) {
      if (app::live_session(house.state(), session, now) == nullptr)
        nobody = app::no_session(house.state(), session, now);
    });
    if (!looked) return api.faulted(looked.fault());
    if (nobody) return api.refused(*nobody);
    return api.bad_request(
        "/DPoP", key.wrong.empty() ? "neither a DPoP header nor a certificate" : key.wrong,
        "a proof of the key that the token will be bound to (RFC 9449)");
  }
  auto made = make_credential(api, session, GlassId{path["glass"]}, key.bound);
  if (const auto* refusal = std::get_if<app::Refusal>(&made)) return api.refused(*refusal);
  if (const auto* fault = std::get_if<Fault>(&made)) return api.faulted(*fault);
  return answer(201, std::get<json::object>(made));
}

// The session's glass on this chart; empty: it has none.
Result<GlassId> glass_on(Api& api, const std::string& session_hash, const PatientId& patient) {
  GlassId out;
  const auto looked = api.run([&](app::House& house, const Now& now) {
    const auto* session = app::live_session(house.state(), session_hash, now);
    const auto* held =
        session == nullptr ? nullptr : house.state().open_glass(session->id, patient);
    if (held != nullptr) out = held->id;
  });
  if (!looked) return looked.fault();
  return out;
}

// RFC 8693: a session's token becomes one for a chart whose glass is open in it.
Response exchange_token(Api& api, const Request& request, const PathParams&) {
  if (auto none = none_here(api)) return *std::move(none);
  const auto read = read_form(request);
  if (const auto* refused = std::get_if<Response>(&read)) return *refused;
  const auto& form = std::get<http::QueryPairs>(read);
  if (field(form, "grant_type") != exchange)
    return oauth_error(400, "unsupported_grant_type", "the one grant is token exchange (RFC 8693)");
  if (field(form, "subject_token_type") != access_token_type ||
      field(form, "subject_token").empty())
    return oauth_error(400, "invalid_request",
                       "subject_token is the token of a session, subject_token_type says so");
  const auto patient = field(form, "patient");
  if (!valid_id(patient))
    return oauth_error(400, "invalid_request",
                       "patient is the id of the chart whose glass is open");
  const auto key = api.tokens->key_of(request);
  if (key.bound.empty())
    return oauth_error(400, "invalid_dpop_proof",
                       key.wrong.empty()
                           ? "a DPoP header, or a certificate, says who holds the token"
                           : std::string_view{key.wrong});
  const auto session = token_hash(field(form, "subject_token"));
  const auto glass = glass_on(api, session, PatientId{patient});
  if (!glass) return api.faulted(glass.fault());
  auto made = make_credential(api, session, *glass, key.bound);
  if (const auto* refusal = std::get_if<app::Refusal>(&made))
    return oauth_error(400, "invalid_grant", refusal->what);
  if (const auto* fault = std::get_if<Fault>(&made)) return api.faulted(*fault);
  auto& body = std::get<json::object>(made);
  body.emplace("issued_token_type", access_token_type);
  return answer(200, body);
}

json::object introspection(const Tokens& tokens, const app::GlassToken& token,
                           const StaffId& staff) {
  const auto colon = token.bound.find(':');
  return {{"active", true},
          {"iss", tokens.issuer()},
          {"aud", tokens.audience()},
          {"sub", staff.text()},
          {"client_id", token.bound.substr(colon + 1)},
          {"jti", token.id},
          {"scope", "patient/*.crs"},
          {"patient", token.patient.text()},
          {"glass", token.glass.text()},
          {"token_type", token.bound.starts_with("jkt") ? "DPoP" : "Bearer"},
          {"exp", std::chrono::floor<std::chrono::seconds>(token.until).time_since_epoch().count()},
          {"cnf", {{token.bound.substr(0, colon), token.bound.substr(colon + 1)}}}};
}

// RFC 7662, for a record system that was shown a token.
Response introspect(Api& api, const Request& request, const PathParams&) {
  if (auto none = none_here(api)) return *std::move(none);
  const auto read = read_form(request);
  if (const auto* refused = std::get_if<Response>(&read)) return *refused;
  const auto asked_about = token_hash(field(std::get<http::QueryPairs>(read), "token"));
  std::variant<std::optional<app::GlassToken>, app::Refusal> shown;
  StaffId staff;
  const auto session = by_cookie(request) ? std::string{} : session_hash(request);
  const auto looked = api.run([&](app::House& house, const Now& now) {
    shown = app::glass_token_shown(house.state(), session, asked_about, now);
    if (const auto* token = std::get_if<0>(&shown); token != nullptr && token->has_value())
      if (const auto* held = house.state().session((*token)->session)) staff = held->staff;
  });
  if (!looked) return api.faulted(looked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&shown))
    return oauth_error(app::http_status(refusal->why),
                       app::is_nobody(refusal->why) ? "invalid_client" : "unauthorized_client",
                       refusal->what);
  const auto& token = std::get<0>(shown);
  return answer(
      200, token ? introspection(*api.tokens, *token, staff) : json::object{{"active", false}});
}

// RFC 7009. Whoever has the token may give it up; whether it was one is not told.
Response revoke(Api& api, const Request& request, const PathParams&) {
  const auto read = read_form(request);
  if (const auto* refused = std::get_if<Response>(&read)) return *refused;
  app::RevokeGlassToken command;
  command.glass_token_hash = token_hash(field(std::get<http::QueryPairs>(read), "token"));
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  return {.status = 200, .headers = {}, .body = {}};
}

Response show_keys(Api& api, const Request&, const PathParams&) {
  if (auto none = none_here(api)) return *std::move(none);
  const auto text = api.tokens->key_set();
  if (!text) return api.faulted(text.fault());
  auto out = http::json_response(200, *text);
  out.headers.push_back({"Cache-Control", "max-age=60"});
  return out;
}

json::object endpoints(const Api& api) {
  const auto& at = api.tokens->issuer();
  return {{"issuer", at},
          {"token_endpoint", at + "/oauth2/token"},
          {"introspection_endpoint", at + "/oauth2/introspect"},
          {"revocation_endpoint", at + "/oauth2/revoke"},
          {"jwks_uri", at + "/oauth2/jwks"},
          {"grant_types_supported", {exchange}},
          {"token_endpoint_auth_methods_supported", json::array{"none"}},
          {"scopes_supported", json::array{"patient/*.crs"}}};
}

// RFC 8414; RFC 9449 5.1; RFC 8705 3.3.
Response show_metadata(Api& api, const Request&, const PathParams&) {
  if (auto none = none_here(api)) return *std::move(none);
  auto out = endpoints(api);
  out.emplace("response_types_supported", json::array{});
  out.emplace("dpop_signing_alg_values_supported", json::array{"ES256", "RS256", "PS256"});
  out.emplace("tls_client_certificate_bound_access_tokens", true);
  return answer(200, out);
}

// SMART App Launch 2.2, "Using well-known": no app is launched here, so nothing is authorized.
Response show_smart(Api& api, const Request&, const PathParams&) {
  if (auto none = none_here(api)) return *std::move(none);
  auto out = endpoints(api);
  out.emplace("capabilities", json::array{"permission-patient", "permission-v2"});
  out.emplace("code_challenge_methods_supported", json::array{"S256"});
  return answer(200, out);
}

constexpr std::array routes{
    Route{"POST", "/api/v1/glass/{glass}/token", make_for_glass},
    Route{"POST", "/oauth2/token", exchange_token},
    Route{"POST", "/oauth2/introspect", introspect},
    Route{"POST", "/oauth2/revoke", revoke},
    Route{"GET", "/oauth2/jwks", show_keys},
    Route{"GET", "/.well-known/oauth-authorization-server", show_metadata},
    Route{"GET", "/fhir/.well-known/smart-configuration", show_smart},
};

}  // namespace

Credential make_credential(Api& api, const std::string& session_hash, const GlassId& glass,
                           const std::string& bound) {
  std::variant<app::TokenClaims, app::Refusal> claims;
  Instant now{};
  const auto looked = api.run([&](app::House& house, const Now& at) {
    now = at.wall;
    claims = app::claims_of_token(house.state(), session_hash, glass, at);
  });
  if (!looked) return looked.fault();
  if (const auto* refusal = std::get_if<app::Refusal>(&claims)) return *refusal;
  const auto& said = std::get<app::TokenClaims>(claims);
  const auto made = api.tokens->make(said, bound, now);
  if (!made) return made.fault();
  app::MakeGlassToken command;
  command.token_hash = session_hash;
  command.glass = glass;
  command.token = made->id;
  command.new_token_hash = token_hash(made->token);
  command.bound = bound;
  command.until = said.until;
  const auto asked = app::ask(api.edge.desk, command);
  if (!asked) return asked.fault();
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return *refusal;
  if (api.edge.under_glass != nullptr)
    api.edge.under_glass->note(command.new_token_hash, api.edge.clock.now().boot);
  const auto lasts = std::chrono::floor<std::chrono::seconds>(said.until - now).count();
  return json::object{{"access_token", made->token},
                      {"token_type", bound.starts_with("jkt") ? "DPoP" : "Bearer"},
                      {"expires_in", lasts},
                      {"scope", "patient/*.crs"},
                      {"patient", said.patient.text()},
                      {"glass", said.glass.text()}};
}

std::span<const Route> token_routes() { return routes; }

}  // namespace halligan::in::api
