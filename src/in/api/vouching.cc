// vouching.cc - asking a colleague to vouch, seeing who asks at one's own place, vouching.

#include "app/vouching.h"

#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/routes.h"
#include "in/api/sign_in.h"

namespace halligan::in::api {
namespace {

using http::Fields;
using http::PathParams;
using http::Request;
using http::Response;

// The token is that of nobody until a colleague has vouched.
Response ask(Api& api, const Request& request, const PathParams&) {
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  app::AskVouch command;
  command.user = fields.text("user", limits::user_bytes_max);
  auto at = read_doorway(fields, request);
  if (const auto error = fields.error()) return http::problem(*error);
  const auto proved = terminal_proved(api, at);
  if (!proved) return api.faulted(proved.fault());
  if (*proved) {
    command.terminal = at.terminal;
    command.terminal_kept_as = **proved;
  }
  const auto token = to_base64url(api.edge.dice.roll<32>());
  command.token_hash = token_hash(token);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  const auto& done = std::get<app::AskVouch::Done>(asked->get());
  auto response = answer(201, {{at.cookie ? "csrf" : "token", at.cookie ? csrf_of(token) : token},
                               {"vouch", done.vouch.text()},
                               {"number", done.number},
                               {"until", to_text(done.until)}});
  if (at.cookie) response.headers.push_back(set_session_cookie(token));
  return response;
}

Response list(Api& api, const Request& request, const PathParams&) {
  std::variant<std::vector<app::AskedVouch>, app::Refusal> shown;
  const auto done = api.run([&](app::House& house, const Now& now) {
    shown = app::asked_vouches(house.state(), session_hash(request), now);
  });
  if (!done) return api.faulted(done.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&shown)) return api.refused(*refusal);
  json::array out;
  for (const auto& each : std::get<0>(shown))
    out.push_back(json::object{{"vouch", each.vouch.text()},
                               {"staff", each.person.text()},
                               {"name", each.name},
                               {"terminal", each.terminal.text()},
                               {"place", each.place.text()},
                               {"until", to_text(each.until)}});
  return answer(200, out);
}

Response vouch(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "vouch", path["vouch"])) return *refused;
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  app::Vouch command;
  command.number = static_cast<std::uint32_t>(fields.integer("number", {.min = 10, .max = 99}));
  if (const auto error = fields.error()) return http::problem(*error);
  command.token_hash = session_hash(request);
  command.vouch = VouchId{path["vouch"]};
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  const auto& done = std::get<app::Vouch::Done>(asked->get());
  return answer(200, {{"staff", done.person.text()}, {"name", done.name}});
}

constexpr std::array routes{
    Route{"POST", "/api/v1/sessions/vouched", ask},
    Route{"GET", "/api/v1/vouches", list},
    Route{"POST", "/api/v1/vouches/{vouch}", vouch},
};

}  // namespace

std::span<const Route> vouch_routes() { return routes; }

}  // namespace halligan::in::api
