// terminal.cc - a browser is made an enrolled terminal, and says which one it is.
//
// Its secret lies in a cookie that no script reads; whoever signs in there stands at its place.

#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/routes.h"
#include "in/api/sign_in.h"
#include "in/http/cookie.h"

namespace halligan::in::api {
namespace {

using http::Fields;
using http::PathParams;
using http::Request;
using http::Response;

constexpr std::string_view cookie_name = "__Host-halligan-terminal";

http::Header cookie(std::string_view value, std::string_view more) {
  return {"Set-Cookie", std::string{cookie_name}
                            .append("=")
                            .append(value)
                            .append("; Path=/; Secure; HttpOnly; SameSite=Strict")
                            .append(more)};
}

// Where the terminal stands; nothing where the secret is not its own, or it is out of use.
Result<std::optional<PlaceId>> place_proved(Api& api, Doorway& given) {
  const auto proved = terminal_proved(api, given);
  if (!proved) return proved.fault();
  std::optional<PlaceId> place;
  if (!*proved) return place;
  const auto looked = api.run([&](app::House& house, const Now&) {
    const auto* held = house.state().terminal(given.terminal);
    if (held != nullptr && held->active && held->kept_as == **proved) place = held->place;
  });
  if (!looked) return looked.fault();
  return place;
}

Response show(Api& api, const Request& request, const PathParams&) {
  auto given = terminal_of_browser(request);
  json::object out{{"terminal", nullptr}, {"place", nullptr}};
  if (!given) return answer(200, out);
  const auto place = place_proved(api, *given);
  if (!place) return api.faulted(place.fault());
  if (*place) {
    out["terminal"] = given->terminal.text();
    out["place"] = or_null((*place)->text());
  }
  return answer(200, out);
}

Response make(Api& api, const Request& request, const PathParams&) {
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  Doorway given;
  given.terminal = TerminalId{fields.text("terminal", limits::id_bytes_max)};
  given.terminal_secret = Sealed{fields.text("secret", limits::password_bytes_max)};
  if (const auto error = fields.error()) return http::problem(*error);
  if (!request.tls)
    return api.bad_request("", "a cookie asked for without TLS", "an https connection");
  const auto place = place_proved(api, given);
  if (!place) return api.faulted(place.fault());
  if (!*place)
    return api.refused({.why = app::Why::sign_in_refused,
                        .what = "no terminal in use has this name and this secret"});
  auto response = answer(200, {{"terminal", given.terminal.text()}, {"place", (*place)->text()}});
  const auto value =
      to_base64url(view(given.terminal.text() + "/" + given.terminal_secret.reveal()));
  response.headers.push_back(cookie(value, "; Max-Age=31536000"));
  return response;
}

Response forget(Api&, const Request&, const PathParams&) {
  auto response = no_content();
  response.headers.push_back(cookie("", "; Max-Age=0"));
  return response;
}

constexpr std::array routes{
    Route{"GET", "/api/v1/terminal", show},
    Route{"POST", "/api/v1/terminal", make},
    Route{"DELETE", "/api/v1/terminal", forget},
};

}  // namespace

std::optional<Doorway> terminal_of_browser(const Request& request) {
  const auto value = http::cookie(request, cookie_name);
  const auto bytes = value ? from_base64url(*value) : std::nullopt;
  if (!bytes) return std::nullopt;
  const auto text = text_view(*bytes);
  const auto at = text.find('/');
  if (at == std::string_view::npos ||
      text.size() > limits::id_bytes_max + limits::password_bytes_max)
    return std::nullopt;
  Doorway out;
  out.terminal = TerminalId{std::string{text.substr(0, at)}};
  out.terminal_secret = Sealed{std::string{text.substr(at + 1)}};
  return out;
}

std::span<const Route> terminal_routes() { return routes; }

}  // namespace halligan::in::api
