// sessions.cc - signing in and out, stepping up, looking at one's own session.

#include "app/sessions.h"

#include "app/doors.h"
#include "app/providers.h"

#include "core/identity/totp.h"
#include "in/api/directory.h"
#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/routes.h"
#include "in/api/secrets.h"
#include "in/api/sign_in.h"

namespace halligan::in::api {
namespace {

using http::Fields;
using http::PathParams;
using http::Request;
using http::Response;

struct Credentials {
  std::string user;
  Sealed<std::string> password;
  Sealed<std::string> code;
  Doorway at;
};

std::variant<Credentials, Response> read_credentials(const Request& request) {
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  Credentials out;
  out.user = fields.text("user", limits::user_bytes_max);
  out.password = Sealed{fields.text("password", limits::password_bytes_max)};
  out.code = Sealed{fields.text("code", 16)};
  out.at = read_doorway(fields, request);
  if (const auto error = fields.error()) return http::problem(*error);
  return out;
}

// Always does the work, also for somebody without a factor.
Result<std::optional<std::int64_t>> totp_step(Api& api, const StaffId& person,
                                              const std::string& kept_as,
                                              const Sealed<std::string>& code) {
  const auto kept = secret_of(api, "staff/" + person.text(), "totp", kept_as);
  if (!kept) return kept.fault();
  const auto bytes = from_base32(kept->reveal());
  const bool enrolled = bytes && !bytes->empty();
  const Bytes nobody(20, 0);
  const auto step =
      identity::match_totp(enrolled ? *bytes : nobody, code.reveal(), api.edge.clock.now().wall);
  return enrolled ? step : std::nullopt;
}

}  // namespace

http::Header set_session_cookie(std::string_view token, std::string_view more) {
  return {"Set-Cookie", std::string{session_cookie}
                            .append("=")
                            .append(token)
                            .append("; Path=/; Secure; HttpOnly; SameSite=Strict")
                            .append(more)};
}

Doorway read_doorway(Fields& fields, const Request& request) {
  Doorway out;
  if (auto terminal = fields.optional_object("terminal")) {
    out.terminal = TerminalId{terminal->text("id", limits::id_bytes_max)};
    out.terminal_secret = Sealed{terminal->text("secret", limits::password_bytes_max)};
  }
  out.certificate = request.client_certificate;
  out.cookie = fields.optional_flag("cookie").value_or(false);
  if (out.cookie && !request.tls)
    fields.refuse("cookie", "a cookie asked for without TLS", "an https connection");
  if (out.cookie && out.terminal.empty())
    if (auto made = terminal_of_browser(request)) {
      out.terminal = std::move(made->terminal);
      out.terminal_secret = std::move(made->terminal_secret);
    }
  return out;
}

Result<std::optional<std::string>> terminal_proved(Api& api, Doorway& given) {
  if (given.terminal.empty() && !given.certificate.empty()) {
    const auto looked = api.run([&](app::House& house, const Now&) {
      if (const auto* held = house.state().terminal_by_certificate(given.certificate))
        given.terminal = held->id;
    });
    if (!looked) return looked.fault();
    if (!given.terminal.empty()) return std::optional{app::by_certificate(given.certificate)};
  }
  if (!valid_id(given.terminal.text())) return std::optional<std::string>{};
  std::string kept_as;
  const auto asked = api.run([&](app::House& house, const Now&) {
    if (const auto* held = house.state().terminal(given.terminal)) kept_as = held->kept_as;
  });
  if (!asked) return asked.fault();
  const auto kept = secret_of(api, "terminal/" + given.terminal.text(), "secret", kept_as);
  if (!kept) return kept.fault();
  const auto told = to_hex(crypto::sha256(view(given.terminal_secret.reveal())));
  if (!equal_in_constant_time(view(kept->reveal()), view(told)))
    return std::optional<std::string>{};
  return std::optional{std::move(kept_as)};
}

Response signed_in(const app::SignIn::Done& done, const std::string& token, bool cookie) {
  auto response = answer(201, {{cookie ? "csrf" : "token", cookie ? csrf_of(token) : token},
                               {"session", done.session.text()},
                               {"staff", done.staff.text()},
                               {"name", done.name},
                               {"roles", json::array(done.roles.begin(), done.roles.end())},
                               {"place", or_null(done.place.text())},
                               {"terminal", or_null(done.terminal.text())},
                               {"until", to_text(done.until)},
                               {"idle_seconds", seconds(done.idle)}});
  if (cookie) response.headers.push_back(set_session_cookie(token));
  return response;
}

namespace {

std::variant<app::MaySignIn::Yes, Response> may_sign_in(Api& api, const Request& request,
                                                        const app::MaySignIn& may) {
  const auto asked = api.ask(request, may);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return std::get<app::MaySignIn::Yes>(asked->get());
}

Response sign_in(Api& api, const Request& request, const PathParams&) {
  auto read = read_credentials(request);
  if (const auto* refused = std::get_if<Response>(&read)) return *refused;
  auto& given = std::get<Credentials>(read);

  const auto proved = terminal_proved(api, given.at);
  if (!proved) return api.faulted(proved.fault());
  app::MaySignIn may;
  may.user = given.user;
  may.address = request.peer_network;
  if (*proved) {
    may.terminal = given.at.terminal;
    may.terminal_kept_as = **proved;
  }
  Devices::Whose whose{.user = given.user, .password = {}};
  const auto looked = api.run([&](app::House& house, const Now&) {
    if (const auto* held = app::person_called(house.state(), given.user))
      whose.password = app::name_of_secret(held->kept_as, "password");
  });
  if (!looked) return api.faulted(looked.fault());
  const auto now = api.edge.clock.now().wall;
  const auto device = api.devices.of(request, whose, now);
  may.device = device.value_or("");
  auto allowed = may_sign_in(api, request, may);
  AtATime::Place place;
  if (const auto* yes = std::get_if<app::MaySignIn::Yes>(&allowed);
      yes != nullptr && !yes->directory.empty() && !yes->person.empty()) {
    // What the directory said of one password is counted before it is asked about the next.
    place = api.directory_asks.take(yes->person.text() + "@" + (yes->known ? yes->origin : "*"));
    if (place == nullptr) return api.refused(app::slow_down(1));
    allowed = may_sign_in(api, request, may);
  }
  if (auto* refused = std::get_if<Response>(&allowed)) return std::move(*refused);
  const auto& from = std::get<app::MaySignIn::Yes>(allowed);
  const auto& person = from.person;

  // Both factors are looked at whoever it is and whatever the first says: the time tells nothing.
  const auto hash = secret_of(api, "staff/" + person.text(), "password",
                              app::name_of_secret(from.kept_as, "password"));
  if (!hash) return api.faulted(hash.fault());
  using Whose = needs::PasswordHasher::Whose;
  const auto matched =
      api.edge.hasher.matches(*hash, given.password, from.known ? Whose::known : Whose::strangers);
  if (!matched) return api.faulted(matched.fault());
  auto said = directory_says(api, from.directory, from.called, given.password);
  if (!said) return api.faulted(said.fault());
  const auto step = totp_step(api, person, app::name_of_secret(from.kept_as, "totp"), given.code);
  if (!step) return api.faulted(step.fault());

  const auto token = to_base64url(api.edge.dice.roll<32>());
  app::SignIn command;
  command.person = person;
  command.user = given.user;
  command.origin = from.origin;
  command.password_matched = *matched;
  command.directory = *std::move(said);
  command.kept_as = from.kept_as;
  command.totp_step = *step;
  command.terminal = from.terminal;
  command.terminal_kept_as = may.terminal_kept_as;
  command.token_hash = token_hash(token);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  auto response = signed_in(std::get<app::SignIn::Done>(asked->get()), token, given.at.cookie);
  // A screen of the ward is everybody's: it is known as a terminal.
  if (given.at.cookie && !device && from.terminal.empty())
    if (auto cookie = api.devices.cookie_for(whose, now))
      response.headers.push_back(*std::move(cookie));
  return response;
}

// A page of ours that was loaded again has the cookie and has lost what goes with it; one beside
// which somebody signed in anew has that of another session. Only here, and only where the browser
// itself says that the page is ours, the cookie is enough.
std::string_view token_after_reload(const Request& request) {
  const bool ours = by_cookie(request) && request.count("sec-fetch-site") == 1 &&
                    request.header("sec-fetch-site") == "same-origin";
  return ours ? http::cookie(request, session_cookie).value_or("") : std::string_view{};
}

Response show_session(Api& api, const Request& request, const PathParams&) {
  auto token = session_token(request);
  if (token.empty()) token = token_after_reload(request);
  std::optional<app::SessionView> view;
  const auto done = api.run([&](app::House& house, const Now& now) {
    if (!token.empty()) view = app::session_view(house.state(), token_hash(token), now);
  });
  if (!done) return api.faulted(done.fault());
  if (!view) return api.refused(app::no_session());
  auto shown = session_json(*view);
  if (by_cookie(request)) shown.emplace("csrf", csrf_of(token));
  return answer(200, shown);
}

Response step_up(Api& api, const Request& request, const PathParams&) {
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  const Sealed code{fields.text("code", 16)};
  if (const auto error = fields.error()) return http::problem(*error);

  StaffId person;
  CardId card;
  app::Refusal nobody;
  app::StepUp command;
  command.token_hash = session_hash(request);
  const auto known = api.run([&](app::House& house, const Now& now) {
    if (const auto* session = app::live_session(house.state(), command.token_hash, now)) {
      person = session->staff;
      command.kept_as = app::name_of_secret(house.state().person(person)->kept_as, "totp");
      if (const auto* held = house.state().card_of(person)) {
        card = held->id;
        command.kept_as = held->kept_as;
      }
    } else {
      nobody = app::no_session(house.state(), command.token_hash, now);
    }
  });
  if (!known) return api.faulted(known.fault());
  if (person.empty()) return api.refused(nobody);
  if (card.empty()) {
    const auto step = totp_step(api, person, command.kept_as, code);
    if (!step) return api.faulted(step.fault());
    command.totp_step = *step;
  } else {
    const auto matched = pin_matches(api, card, command.kept_as, code);
    if (!matched) return api.faulted(matched.fault());
    command.pin_matched = *matched;
  }
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return answer(200, {{"proof_at", to_text(std::get<app::StepUp::Done>(asked->get()).at)}});
}

Response signed_out(Api& api, const Request& request) {
  app::SignOut command;
  command.token_hash = session_hash(request);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return no_content();
}

// Whatever came of it, the browser forgets: the next person at the screen has no use of it.
Response sign_out(Api& api, const Request& request, const PathParams&) {
  auto response = signed_out(api, request);
  if (by_cookie(request) && !session_token(request).empty())
    response.headers.push_back(set_session_cookie("", "; Max-Age=0"));
  return response;
}

constexpr std::array routes{
    Route{"POST", "/api/v1/sessions", sign_in},
    Route{"GET", "/api/v1/session", show_session},
    Route{"DELETE", "/api/v1/session", sign_out},
    Route{"POST", "/api/v1/session/step-up", step_up},
};

}  // namespace

std::span<const Route> session_routes() { return routes; }

}  // namespace halligan::in::api
