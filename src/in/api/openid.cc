#include "in/api/openid.h"

#include <boost/json.hpp>

#include "base/limits.h"
#include "in/http/json.h"

namespace halligan::in::api {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr Millis kept_for = 1h;
constexpr Millis keys_again_after = 10s;
constexpr Millis failed_for = 5s;
constexpr int asking_max = 8;
constexpr int of_one_max = 2;
constexpr auto place_within = 2s;

Fault nonsense(const char* what) { return {FaultCode::upstream_nonsense, what}; }

std::string text_in(const json::object& object, std::string_view name) {
  const auto* held = object.if_contains(name);
  return held != nullptr && held->is_string() ? std::string{held->get_string()} : std::string{};
}

Result<json::object> object_in(const std::string& text) {
  auto parsed = http::parse_json(text, limits::web_answer_bytes_max);
  auto* value = std::get_if<json::value>(&parsed);
  if (value == nullptr || !value->is_object())
    return nonsense("a provider's answer is no JSON object");
  return std::move(value->get_object());
}

bool lists(const json::object& object, std::string_view name, std::string_view wanted) {
  const auto* held = object.if_contains(name);
  if (held == nullptr || !held->is_array()) return false;
  for (const auto& each : held->get_array())
    if (each.is_string() && each.get_string() == wanted) return true;
  return false;
}

bool is_loopback(std::string_view url) {
  if (url.find('@') != std::string_view::npos) return false;
  return url.starts_with("http://127.0.0.1:") || url.starts_with("http://localhost:") ||
         url.starts_with("http://[::1]:");
}

// Where the issuer is on this machine, as in a trial, its other addresses may be so too.
bool may_be_asked(const std::string& url, const std::string& issuer) {
  return url.starts_with("https://") || (is_loopback(url) && is_loopback(issuer));
}

}  // namespace

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      out.append("%").append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
  }
  return out;
}

Result<std::string> OpenId::get(const std::string& url) {
  needs::WebRequest request;
  request.method = "GET";
  request.url = url;
  request.headers = {{"Accept", "application/json"}};
  request.ca_file = ca_file_;
  request.connect_within = limits::provider_connect_time_max;
  request.within = limits::provider_answer_time_max;
  request.bytes_max = limits::web_answer_bytes_max;
  request.allow_loopback_http = is_loopback(url);
  auto answer = web_.send(request);
  if (!answer) return answer.fault();
  if (answer->status != 200) return nonsense("a provider does not show what it must publish");
  return std::move(answer->body);
}

Result<ProviderMetadata> OpenId::metadata(const std::string& issuer, bool anew) {
  const auto boot = clock_.now().boot;
  if (!anew) {
    const std::lock_guard lock{mutex_};
    const auto& held = kept_[issuer];
    const bool known = held.read >= Millis{0};
    if (known && boot < held.read + kept_for) return held.metadata;
    if (held.failed && boot < held.failed_at + failed_for) return *held.failed;
    if (fetching_.contains(issuer)) {
      if (known) return held.metadata;
      return Fault{FaultCode::cancelled, "the provider is being asked already"};
    }
    fetching_.insert(issuer);
  }
  auto out = fetch_metadata(issuer);
  const std::lock_guard lock{mutex_};
  if (!anew) fetching_.erase(issuer);
  auto& held = kept_[issuer];
  if (out) {
    held.metadata = *out;
    held.read = boot;
    held.failed.reset();
  } else {
    held.failed = out.fault();
    held.failed_at = clock_.now().boot;
  }
  return out;
}

Result<ProviderMetadata> OpenId::fetch_metadata(const std::string& issuer) {
  const std::string base = issuer.ends_with('/') ? issuer.substr(0, issuer.size() - 1) : issuer;
  const auto text = get(base + "/.well-known/openid-configuration");
  if (!text) return text.fault();
  const auto said = object_in(*text);
  if (!said) return said.fault();
  ProviderMetadata out{.issuer = text_in(*said, "issuer"),
                       .authorize = text_in(*said, "authorization_endpoint"),
                       .token = text_in(*said, "token_endpoint"),
                       .keys = text_in(*said, "jwks_uri")};
  const auto methods = "token_endpoint_auth_methods_supported";
  out.secret_in_body =
      lists(*said, methods, "client_secret_post") && !lists(*said, methods, "client_secret_basic");
  const auto* says = said->if_contains("authorization_response_iss_parameter_supported");
  out.says_issuer = says != nullptr && says->is_bool() && says->get_bool();
  if (out.issuer != issuer) return nonsense("a provider says that it is another issuer");
  for (const auto* each : {&out.authorize, &out.token, &out.keys})
    if (!may_be_asked(*each, issuer))
      return nonsense("a provider publishes an address without TLS");
  return out;
}

Result<std::shared_ptr<const identity::KeySet>> OpenId::keys(const ProviderMetadata& provider,
                                                             bool anew) {
  const auto boot = clock_.now().boot;
  {
    const std::lock_guard lock{mutex_};
    auto& held = kept_[provider.issuer];
    const bool fresh = boot < held.keys_read + (anew ? keys_again_after : kept_for);
    if (held.keys != nullptr && fresh) return held.keys;
    if (held.failed && boot < held.failed_at + failed_for) return *held.failed;
    if (fetching_.contains(provider.keys)) {
      if (held.keys != nullptr) return held.keys;
      return Fault{FaultCode::cancelled, "the provider's keys are being fetched already"};
    }
    fetching_.insert(provider.keys);
  }
  const auto text = get(provider.keys);
  auto read = identity::read_jwks(text ? *text : std::string{});
  const std::lock_guard lock{mutex_};
  fetching_.erase(provider.keys);
  auto& held = kept_[provider.issuer];
  if (!text) {
    held.failed = text.fault();
    held.failed_at = clock_.now().boot;
    return text.fault();
  }
  if (!read) return nonsense("a provider's keys cannot be used");
  held.keys = std::make_shared<const identity::KeySet>(*std::move(read));
  held.keys_read = boot;
  return held.keys;
}

// Whether there is a place, which the caller then leaves.
bool OpenId::has_place(const std::string& network) {
  std::unique_lock lock{mutex_};
  auto& own = networks_[network];
  const auto is_free = [&] { return asking_ < asking_max && own.asking < of_one_max; };
  bool free = is_free();
  if (!free && waiting_ < asking_max && own.waiting < of_one_max) {
    ++waiting_;
    ++own.waiting;
    free = place_.wait_for(lock, place_within, is_free);
    --waiting_;
    --own.waiting;
  }
  if (free) {
    ++asking_;
    ++own.asking;
  }
  forget(network);
  return free;
}

void OpenId::leaves(const std::string& network) {
  const std::lock_guard lock{mutex_};
  --asking_;
  --networks_.at(network).asking;
  forget(network);
  place_.notify_all();
}

void OpenId::forget(const std::string& network) {
  const auto held = networks_.find(network);
  if (held->second.asking == 0 && held->second.waiting == 0) networks_.erase(held);
}

Result<needs::WebAnswer> OpenId::token_answer(const ProviderMetadata& provider, const Code& code) {
  needs::WebRequest request;
  request.method = "POST";
  request.url = provider.token;
  request.headers = {{"Accept", "application/json"},
                     {"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = "grant_type=authorization_code&code=" + percent_encoded(code.code) +
                 "&redirect_uri=" + percent_encoded(code.redirect_uri) +
                 "&code_verifier=" + percent_encoded(code.verifier);
  const auto& secret = code.secret.reveal();
  if (secret.empty() || provider.secret_in_body)
    request.body += "&client_id=" + percent_encoded(code.client);
  if (!secret.empty() && provider.secret_in_body)
    request.body += "&client_secret=" + percent_encoded(secret);
  if (!secret.empty() && !provider.secret_in_body)  // RFC 6749 2.3.1: encoded before it is joined
    request.basic = needs::WebBasic{.user = percent_encoded(code.client),
                                    .password = Sealed{percent_encoded(secret)}};
  request.ca_file = ca_file_;
  request.connect_within = limits::provider_connect_time_max;
  request.within = limits::provider_answer_time_max;
  request.bytes_max = limits::web_answer_bytes_max;
  request.allow_loopback_http = is_loopback(provider.token);
  return web_.send(request);
}

Result<std::optional<std::string>> OpenId::redeem(const ProviderMetadata& provider,
                                                  const Code& code, const std::string& network) {
  if (!has_place(network)) return Fault{FaultCode::cancelled, "too many ask at once"};
  const auto answer = token_answer(provider, code);
  leaves(network);
  if (!answer) return answer.fault();
  if (answer->status >= 400 && answer->status < 500) {
    const auto why = object_in(answer->body);  // RFC 6749 5.2
    const bool is_client =
        answer->status == 401 || (why && text_in(*why, "error") == "invalid_client");
    if (is_client)
      return Fault{FaultCode::bad_input, "the provider does not know our client, or its secret"};
    return std::optional<std::string>{};
  }
  if (answer->status != 200) return nonsense("a provider does not answer a code");
  const auto said = object_in(answer->body);
  if (!said) return said.fault();
  auto token = text_in(*said, "id_token");
  if (token.empty()) return nonsense("a provider gives no ID token");
  return std::optional{std::move(token)};
}

}  // namespace halligan::in::api
