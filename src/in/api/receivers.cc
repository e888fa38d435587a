// receivers.cc - systems that are told when sessions and glass end, and what they find out about
// who tells them (Shared Signals Framework 1.0, section 6).

#include "app/receivers.h"

#include <algorithm>

#include "in/api/credentials.h"
#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/renewing.h"
#include "in/api/routes.h"

namespace halligan::in::api {
namespace {

using http::Fields;
using http::PathParams;
using http::Request;
using http::Response;

constexpr std::size_t url_bytes_max = 1'024;

bool may_be_told(std::string_view url) {
  if (url.find('@') != std::string_view::npos || url.find('#') != std::string_view::npos)
    return false;
  return url.starts_with("https://") && url.size() > 8 &&
         std::ranges::all_of(url, [](char c) { return c > 0x20 && c < 0x7f; });
}

Response list_receivers(Api& api, const Request& request, const PathParams&) {
  std::variant<std::vector<app::ReceiverShown>, app::Refusal> shown;
  const auto looked = api.run([&](app::House& house, const Now& now) {
    shown = app::receivers(house.state(), session_hash(request), now);
  });
  if (!looked) return api.faulted(looked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&shown)) return api.refused(*refusal);
  json::array out;
  for (const auto& [receiver, waiting] : std::get<0>(shown))
    out.push_back(json::object{{"receiver", receiver.id},
                               {"url", receiver.url},
                               {"audience", receiver.audience},
                               {"active", receiver.active},
                               {"has_secret", !receiver.kept_as.empty()},
                               {"waiting", waiting}});
  return answer(200, out);
}

Response set_receiver(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "receiver", path["receiver"])) return *refused;
  if (api.tokens == nullptr)
    return api.not_found("an https name of this server: see serve --public-url");
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  app::SetReceiver command;
  command.receiver = path["receiver"];
  command.url = fields.text("url", url_bytes_max);
  if (!may_be_told(command.url)) fields.refuse("url", "another address", "an https URL");
  command.audience = fields.optional_text("audience", url_bytes_max).value_or(command.url);
  const Sealed secret{fields.text("secret", limits::password_bytes_max)};
  if (const auto error = fields.error()) return http::problem(*error);
  if (auto refused = renew(
          api, request, "receiver/" + command.receiver, "secret", command,
          [&](const app::State& state, const std::string& token, const Now& now) {
            return app::may_set_receiver(state, token, now, command.receiver);
          },
          [&] { return Result<Sealed<std::string>>{Sealed{std::string{secret.reveal()}}}; }))
    return std::move(*refused);
  return no_content();
}

Response stop_receiver(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "receiver", path["receiver"])) return *refused;
  if (auto refused = bad_empty(request)) return *refused;
  app::StopReceiver command;
  command.token_hash = session_hash(request);
  command.receiver = path["receiver"];
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return no_content();
}

// The streams are set by administrators here, so there is no endpoint to make one at.
Response show_transmitter(Api& api, const Request&, const PathParams&) {
  if (api.tokens == nullptr)
    return api.not_found("an https name of this server: see serve --public-url");
  const auto& at = api.tokens->issuer();
  return answer(200, {{"spec_version", "1_0"},
                      {"issuer", at},
                      {"jwks_uri", at + "/oauth2/jwks"},
                      {"delivery_methods_supported", json::array{"urn:ietf:rfc:8935"}},
                      {"default_subjects", "ALL"}});
}

constexpr std::array routes{
    Route{"GET", "/api/v1/receivers", list_receivers},
    Route{"PUT", "/api/v1/receivers/{receiver}", set_receiver},
    Route{"DELETE", "/api/v1/receivers/{receiver}", stop_receiver},
    Route{"GET", "/.well-known/ssf-configuration", show_transmitter},
};

}  // namespace

std::span<const Route> receiver_routes() { return routes; }

}  // namespace halligan::in::api
