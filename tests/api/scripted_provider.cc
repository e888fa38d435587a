#include "scripted_provider.h"

#include <array>

namespace halligan::tests {

namespace json = boost::json;

namespace {

std::int64_t seconds(Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

}  // namespace

ScriptedProvider::ScriptedProvider(needs::Clock& clock) : clock_(clock) {}

identity::Signer ScriptedProvider::signer(unsigned seed) const {
  std::array<std::uint8_t, 40> bits{};
  bits.fill(static_cast<std::uint8_t>(seed));
  return identity::Signer::from(identity::make_signing_key(identity::KeyDice{bits})).value();
}

void ScriptedProvider::rotate() { ++seed_; }

std::string ScriptedProvider::sign(json::object said, const std::string& type) const {
  return signer(seed_).sign_jwt(type, said).value();
}

std::string ScriptedProvider::sign_by_another(json::object said) const {
  return signer(99).sign_jwt("JWT", said).value();
}

Result<needs::WebAnswer> ScriptedProvider::send(const needs::WebRequest& request) {
  asked.push_back(request.url);
  if (fault) return *fault;
  const auto answer = [](const json::object& body) {
    return needs::WebAnswer{
        .status = 200, .content_type = "application/json", .body = json::serialize(body)};
  };
  if (request.url == issuer + "/.well-known/openid-configuration")
    return answer({{"issuer", issuer},
                   {"authorization_endpoint", issuer + "/auth"},
                   {"token_endpoint", issuer + "/token"},
                   {"jwks_uri", issuer + "/jwks"}});
  if (request.url == issuer + "/jwks")
    return answer({{"keys", json::array(1, json::parse(signer(seed_).public_jwk()))}});
  if (refuses_client)
    return needs::WebAnswer{
        .status = 400, .content_type = {}, .body = R"({"error":"invalid_client"})"};
  if (request.url != issuer + "/token" || refuses_codes)
    return needs::WebAnswer{.status = 400, .content_type = {}, .body = "{}"};
  last_form = request.body;
  json::object said = claims;
  const auto now = clock_.now().wall;
  said.insert_or_assign("iss", issuer);
  said.insert_or_assign("aud", "halligan");
  said.insert_or_assign("nonce", nonce);
  said.insert_or_assign("iat", seconds(now));
  said.insert_or_assign("exp", seconds(now) + 300);
  if (alter) alter(said);
  return answer({{"access_token", "x"},
                 {"token_type", "Bearer"},
                 {"id_token", token ? *token : sign(said, typ)}});
}

Result<needs::DirectoryAnswer> ScriptedDirectory::check(const needs::DirectoryAt&,
                                                        const std::string& user,
                                                        const Sealed<std::string>& password) {
  using Is = needs::DirectoryAnswer::Is;
  asked.push_back(user);
  if (fault) return *fault;
  const auto held = passwords.find(user);
  if (held == passwords.end()) return needs::DirectoryAnswer{};
  if (held->second != password.reveal()) return needs::DirectoryAnswer{.is = Is::wrong};
  needs::DirectoryAnswer out{.is = Is::right};
  for (const auto& name : groups[user])
    out.groups.push_back({.dn = "cn=" + name + ",ou=groups", .name = name});
  return out;
}

Result<Unit> ScriptedDirectory::answers(const needs::DirectoryAt&) {
  if (fault) return *fault;
  return Unit{};
}

}  // namespace halligan::tests
