#include "in/api/tokens.h"

#include <algorithm>

#include "base/limits.h"
#include "core/identity/dpop.h"
#include "core/identity/signer.h"
#include "in/api/render.h"
#include "in/edge.h"

namespace halligan::in::api {
namespace {

using namespace std::chrono_literals;
using http::Request;

constexpr auto key_life = std::chrono::hours{24 * 30};
constexpr Millis proof_life{70'000};  // as long as one is taken, and a little
constexpr const char* owner = "tokens";
constexpr const char* act_reason = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

std::string place(const std::string& kept_as) { return std::string{owner} + "/key/" + kept_as; }

std::int64_t seconds_of(Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

// The token of an `Authorization: DPoP`, where that is the only Authorization.
std::optional<std::string_view> dpop_token(const Request& request) {
  constexpr std::string_view scheme = "dpop ";
  if (request.count("authorization") != 1) return std::nullopt;
  const auto value = *request.header("authorization");
  if (value.size() <= scheme.size() || !http::same_name(value.substr(0, scheme.size()), scheme))
    return std::nullopt;
  return value.substr(scheme.size());
}

std::string bound_to_certificate(const std::string& hex) {
  const auto bytes = from_hex(hex);
  return bytes && !bytes->empty() ? "x5t#S256:" + to_base64url(*bytes) : std::string{};
}

std::string text_of(const json::object& claims, std::string_view name) {
  const auto* held = claims.if_contains(name);
  return held != nullptr && held->is_string() ? std::string{held->get_string()} : std::string{};
}

// RFC 8176, as far as it has words for it.
json::array methods_of(const std::string& way) {
  if (way == "password" || way == "directory") return {"pwd", "otp"};
  if (way == "passkey") return {"pop", "user"};
  if (way == "card") return {"pop", "pin"};
  return json::array(1, json::value(way));
}

json::object confirmation(const std::string& bound) {
  const auto colon = bound.find(':');
  return {{bound.substr(0, colon), bound.substr(colon + 1)}};
}

}  // namespace

Tokens::Tokens(Parts parts) : parts_(std::move(parts)) {}
Tokens::~Tokens() = default;

std::string Tokens::url_of(const Request& request) const { return parts_.address + request.path; }

Tokens::Key Tokens::key_of(const Request& request) {
  if (request.count("dpop") == 0)
    return {.bound = bound_to_certificate(request.client_certificate), .wrong = {}};
  if (request.count("dpop") > 1) return {.bound = {}, .wrong = "more than one DPoP header"};
  const auto now = parts_.clock.now();
  const auto proof = identity::verify_dpop(
      *request.header("dpop"),
      {.method = request.method, .url = url_of(request), .access_token = {}, .now = now.wall});
  if (const auto* wrong = std::get_if<identity::TokenWrong>(&proof))
    return {.bound = {},
            .wrong = std::string{"the proof is no good: "} + identity::name_of(*wrong)};
  const auto& good = std::get<identity::DpopProof>(proof);
  return {.bound = "jkt:" + good.thumbprint, .wrong = {}};
}

Shown Tokens::shown(const Request& request, Spend spend) {
  const auto token = dpop_token(request);
  if (!token)
    return {.hash = session_hash(request),
            .bound = bound_to_certificate(request.client_certificate),
            .wrong = {}};
  const auto wrong = [](std::string what) {
    return Shown{.hash = {}, .bound = {}, .wrong = std::move(what)};
  };
  if (request.count("dpop") != 1) return wrong("one DPoP header goes with it");
  auto read = identity::verify_jwt(*token, *keys(false), identity::access_token_types);
  if (const auto* why = std::get_if<identity::TokenWrong>(&read);
      why != nullptr && *why == identity::TokenWrong::unknown_key)
    read = identity::verify_jwt(*token, *keys(true), identity::access_token_types);
  if (const auto* why = std::get_if<identity::TokenWrong>(&read))
    return wrong(std::string{"the token is none of ours: "} + identity::name_of(*why));
  const auto& claims = std::get<identity::Token>(read).claims;
  const auto now = parts_.clock.now();
  const auto* expires = claims.if_contains("exp");
  if (text_of(claims, "iss") != issuer() || text_of(claims, "aud") != audience())
    return wrong("the token is for somebody else");
  if (expires == nullptr || !expires->is_int64() || expires->get_int64() <= seconds_of(now.wall))
    return wrong("the token is over: ask for the next one");
  const auto proof =
      identity::verify_dpop(*request.header("dpop"), {.method = request.method,
                                                      .url = url_of(request),
                                                      .access_token = std::string{*token},
                                                      .now = now.wall});
  if (const auto* why = std::get_if<identity::TokenWrong>(&proof))
    return wrong(std::string{"the proof is no good: "} + identity::name_of(*why));
  const auto& good = std::get<identity::DpopProof>(proof);
  const auto* bound = claims.if_contains("cnf");
  if (bound == nullptr || !bound->is_object() ||
      text_of(bound->get_object(), "jkt") != good.thumbprint)
    return wrong("the token is bound to another key");
  if (spend == Spend::now &&
      !proofs_.take(good.thumbprint, good.jti, now.boot, now.boot + proof_life))
    return wrong("this proof was shown before");
  return {.hash = token_hash(*token), .bound = "jkt:" + good.thumbprint, .wrong = {}};
}

// Asked of the house at most once a second: nobody who shows nonsense keeps it busy.
std::shared_ptr<const identity::KeySet> Tokens::keys(bool again) {
  {
    const std::lock_guard lock{mutex_};
    const auto boot = parts_.clock.now().boot;
    if (keys_ != nullptr && (!again || boot < keys_read_ + Millis{1'000})) return keys_;
    keys_read_ = boot;
  }
  const auto text = key_set();
  auto read = text ? identity::read_jwks(*text) : Result<identity::KeySet>{identity::KeySet{}};
  auto fresh =
      std::make_shared<const identity::KeySet>(read ? std::move(*read) : identity::KeySet{});
  const std::lock_guard lock{mutex_};
  keys_ = std::move(fresh);
  return keys_;
}

// The newest, and those before it whose last tokens are not over yet.
Result<std::string> Tokens::key_set() {
  json::array out;
  const auto looked = parts_.desk.run([&](app::House& house, const Now& now) {
    const auto& keys = house.state().token_keys;
    for (std::size_t i = keys.size(); i-- > 0;) {
      const bool over =
          i + 1 < keys.size() && keys[i + 1].since + 2 * limits::glass_token_life < now.wall;
      if (over) break;
      out.push_back(json::parse(keys[i].jwk));
    }
  });
  if (!looked) return looked.fault();
  return json::serialize(json::object{{"keys", std::move(out)}});
}

Result<std::shared_ptr<const identity::Signer>> Tokens::new_signer(const std::string& instead_of) {
  std::array<std::uint8_t, 40> bits{};
  const auto first = parts_.dice.roll<32>();
  const auto rest = parts_.dice.roll<8>();
  std::ranges::copy(rest, std::ranges::copy(first, bits.begin()).out);
  const auto pem = identity::make_signing_key(identity::KeyDice{bits});
  auto made = identity::Signer::from(pem);
  if (!made) return made.fault();
  app::RecordTokenKey command;
  command.key = made->kid();
  command.jwk = made->public_jwk();
  command.kept_as = to_hex(parts_.dice.roll<8>());
  command.instead_of = instead_of;
  if (const auto kept = parts_.vault.set_secret(place(command.kept_as), "key", pem); !kept)
    return kept.fault();
  const auto asked = app::ask(parts_.desk, command);
  if (!asked) return asked.fault();
  if (!asked->get()) return std::shared_ptr<const identity::Signer>{};
  return std::make_shared<const identity::Signer>(std::move(*made));
}

Result<std::shared_ptr<const identity::Signer>> Tokens::signer() {
  // Another thread may have made one meanwhile: then that is it.
  for (int tries = 0; tries < 3; ++tries) {
    app::TokenKey newest;
    bool old = false;
    const auto looked = parts_.desk.run([&](app::House& house, const Now& now) {
      if (house.state().token_keys.empty()) return;
      newest = house.state().token_keys.back();
      old = newest.since + key_life < now.wall;
    });
    if (!looked) return looked.fault();
    if (!newest.key.empty() && !old) {
      {
        const std::lock_guard lock{mutex_};
        if (signer_ != nullptr && signer_->kid() == newest.key) return signer_;
      }
      auto kept = parts_.vault.secret(place(newest.kept_as), "key");
      if (!kept) return kept.fault();
      if (*kept) {
        auto read = identity::Signer::from(**kept);
        if (read && read->kid() == newest.key) {
          const std::lock_guard lock{mutex_};
          signer_ = std::make_shared<const identity::Signer>(std::move(*read));
          return signer_;
        }
      }
    }
    auto made = new_signer(newest.key);  // the vault may be an older copy: its key is nobody's then
    if (!made) return made.fault();
    if (*made == nullptr) continue;
    const std::lock_guard lock{mutex_};
    signer_ = *made;
    keys_.reset();
    return signer_;
  }
  return Fault{FaultCode::vault_failed, "no key to sign tokens by can be settled on"};
}

Result<Tokens::Made> Tokens::make(const app::TokenClaims& claims, const std::string& bound,
                                  Instant now) {
  const auto key = signer();
  if (!key) return key.fault();
  Made out{.token = {}, .id = to_base64url(parts_.dice.roll<16>())};
  json::array purposes{json::object{{"system", act_reason}, {"code", "BTG"}}};
  if (!claims.purpose.empty() && claims.purpose != "BTG")
    purposes.push_back(json::object{{"system", act_reason}, {"code", claims.purpose}});
  json::array roles;
  for (const auto& role : claims.roles)
    roles.push_back(json::object{{"system", issuer() + "/roles"}, {"code", role}});
  const json::object said{{"iss", issuer()},
                          {"sub", claims.staff.text()},
                          {"aud", audience()},
                          {"client_id", bound.substr(bound.find(':') + 1)},
                          {"iat", seconds_of(now)},
                          {"exp", seconds_of(claims.until)},
                          {"jti", out.id},
                          {"scope", "patient/*.crs"},
                          {"patient", claims.patient.text()},
                          {"auth_time", seconds_of(claims.proof_at)},
                          {"acr", "urn:halligan:proof:" + std::to_string(claims.proof_level)},
                          {"amr", methods_of(claims.way)},
                          {"cnf", confirmation(bound)},
                          {"glass", claims.glass.text()},
                          {"extensions",
                           {{"ihe_iua",
                             {{"subject_name", claims.name},
                              {"subject_organization", claims.hospital},
                              {"subject_role", std::move(roles)},
                              {"purpose_of_use", std::move(purposes)}}}}}};
  auto token = (*key)->sign_jwt("at+jwt", said);
  if (!token) return token.fault();
  out.token = *std::move(token);
  return out;
}

// A complex subject (Shared Signals Framework 1.0, 3.1): a person in one session, or glass.
json::object event_said(const Tokens::Event& event, const std::string& issuer) {
  constexpr const char* revoked = "https://schemas.openid.net/secevent/caep/event-type/";
  constexpr const char* framework = "https://schemas.openid.net/secevent/ssf/event-type/";
  json::object out{{"iss", issuer},
                   {"jti", event.id},
                   {"iat", seconds_of(event.made_at)},
                   {"aud", event.audience}};
  if (event.kind == "verification") {
    out["sub_id"] = json::object{{"format", "opaque"}, {"id", event.audience}};
    out["events"] =
        json::object{{std::string{framework} + "verification", json::object{{"state", event.id}}}};
    return out;
  }
  out["sub_id"] =
      json::object{{"format", "complex"},
                   {"user", {{"format", "iss_sub"}, {"iss", issuer}, {"sub", event.staff.text()}}},
                   {"session", {{"format", "opaque"}, {"id", event.kind + "/" + event.about}}}};
  const bool by_time = event.why == "idle" || event.why == "expired";
  const bool by_themselves =
      event.why == "closed" || event.why == "logout" || event.why == "focus_moved";
  out["events"] = json::object{{std::string{revoked} + "session-revoked",
                                json::object{{"event_timestamp", seconds_of(event.ended_at)},
                                             {"initiating_entity", by_themselves ? "user"
                                                                   : by_time     ? "system"
                                                                                 : "policy"},
                                             {"reason_admin", json::object{{"en", event.why}}}}}};
  return out;
}

Result<std::string> Tokens::make_event(const Event& event) {
  const auto key = signer();
  if (!key) return key.fault();
  return (*key)->sign_jwt("secevent+jwt", event_said(event, issuer()));
}

}  // namespace halligan::in::api
