// people.cc - staff, their factors and sessions, roles, terminals.
//
// Secrets pass through here to the vault and are shown once, to whoever enrols; they reach no entry
// and no log.

#include "app/people.h"

#include <functional>

#include "core/identity/totp.h"
#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/renewing.h"
#include "in/api/routes.h"
#include "in/http/transport.h"
#include "in/offer_json.h"

namespace halligan::in::api {
namespace {

using http::Fields;
using http::PathParams;
using http::Request;
using http::Response;

constexpr std::size_t password_bytes_min = 8;
constexpr std::size_t totp_bytes_min = 16;  // RFC 4226 section 4: at least 128 bits
constexpr std::size_t totp_bytes_max = 64;
constexpr std::size_t certificate_bytes_max = 16'384;

// Runs a query of the state for the person behind the token.
template <class Line>
using Query = std::variant<std::vector<Line>, app::Refusal> (*)(const app::State&,
                                                                const std::string&, const Now&);

template <class Line, class Render>
Response list(Api& api, const Request& request, Query<Line> query, Render render) {
  std::variant<std::vector<Line>, app::Refusal> shown;
  const auto done = api.run([&](app::House& house, const Now& now) {
    shown = query(house.state(), session_hash(request), now);
  });
  if (!done) return api.faulted(done.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&shown)) return api.refused(*refusal);
  json::array out;
  for (const auto& line : std::get<0>(shown)) out.push_back(render(line));
  return answer(200, out);
}

const char* lock_text(const app::PasswordLock& lock) {
  if (lock.elsewhere) return "elsewhere";
  return lock.places.empty() ? "no" : "places";
}

json::array ways_json(const app::RosterLine& line) {
  json::array out;
  for (const auto& way : line.ways)
    out.push_back(json::object{
        {"way", way.way}, {"last", or_null(way.last)}, {"rehearsed", or_null(way.rehearsed)}});
  return out;
}

// Which systems, providers and directories give somebody roles, by their groups there.
json::array given_json(const app::Person& person) {
  json::array out;
  for (const auto& [source, given] : person.given)
    out.push_back(json::object{{"source", source},
                               {"groups", json_texts(given.groups)},
                               {"roles", json_texts(given.roles)}});
  return out;
}

Response list_staff(Api& api, const Request& request, const PathParams&) {
  return list<app::RosterLine>(
      api, request, app::roster, [](const app::RosterLine& line) -> json::object {
        const auto& person = line.person;
        return {{"staff", person.id.text()},
                {"name", person.name},
                {"roles", json_texts(person.roles)},
                {"own_roles", json_texts(person.own_roles)},
                {"given_by", given_json(person)},
                {"department", or_null(person.department)},
                {"active", person.active},
                {"factors", json::array(person.factors.begin(), person.factors.end())},
                {"passkeys", passkeys_json(person)},
                {"ways", ways_json(line)},
                {"password_lock", lock_text(person.lock)},
                {"may_break", line.may_break},
                {"lacks", json_texts(line.lacks)},
                {"can_break", line.can_break}};
      });
}

Response list_roles(Api& api, const Request& request, const PathParams&) {
  return list<app::RoleLine>(api, request, app::roles,
                             [](const app::RoleLine& line) -> json::object {
                               return {{"role", line.role}, {"staff", line.staff}};
                             });
}

Response list_terminals(Api& api, const Request& request, const PathParams&) {
  return list<app::Terminal>(api, request, app::terminals,
                             [](const app::Terminal& line) -> json::object {
                               return {{"terminal", line.id.text()},
                                       {"place", or_null(line.place.text())},
                                       {"use", or_null(line.use)},
                                       {"active", line.active},
                                       {"has_secret", !line.kept_as.empty()},
                                       {"certificate", or_null(line.certificate)}};
                             });
}

constexpr Fields::ListBounds roles_bounds{.items_max = 32, .bytes_max = limits::id_bytes_max};

Response set_staff(Api& api, const Request& request, const PathParams& path,
                   void (*read)(Fields&, app::SetStaff&)) {
  if (auto refused = bad_id(api, "staff", path["staff"])) return *refused;
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  auto& object = std::get<json::object>(body);
  const bool empties_department = drop_empty(object, "department");
  Fields fields{object};
  app::SetStaff command;
  read(fields, command);
  if (empties_department) command.department = "";
  if (const auto error = fields.error()) return http::problem(*error);
  command.token_hash = session_hash(request);
  command.person = StaffId{path["staff"]};
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  const auto& done = std::get<app::SetStaff::Done>(asked->get());
  return answer(done.enrolled ? 201 : 200,
                {{"staff", done.person.text()},
                 {"changed", done.changed},
                 {"sessions_ended", done.sessions_ended},
                 {"name", done.name},
                 {"roles", json_texts(done.roles)},
                 {"department", or_null(done.department)},
                 {"active", done.active},
                 {"factors", json::array(done.factors.begin(), done.factors.end())}});
}

Response put_staff(Api& api, const Request& request, const PathParams& path) {
  return set_staff(api, request, path, [](Fields& fields, app::SetStaff& command) {
    command.name = fields.text("name", limits::name_bytes_max);
    command.roles = fields.texts("roles", roles_bounds);
    command.department = fields.optional_text("department", limits::id_bytes_max).value_or("");
    command.active = fields.flag("active");
  });
}

// What is not named stays as it is.
Response patch_staff(Api& api, const Request& request, const PathParams& path) {
  return set_staff(api, request, path, [](Fields& fields, app::SetStaff& command) {
    command.name = fields.optional_text("name", limits::name_bytes_max);
    if (fields.has("roles")) command.roles = fields.texts("roles", roles_bounds);
    command.department = fields.optional_text("department", limits::id_bytes_max);
    command.active = fields.optional_flag("active");
  });
}

std::optional<Response> enrol(Api& api, const Request& request, const std::string& staff,
                              const char* factor,
                              const std::function<Result<Sealed<std::string>>()>& made) {
  app::EnrolFactor command;
  command.person = StaffId{staff};
  command.factor = factor;
  return renew(
      api, request, "staff/" + staff, factor, command,
      [&](const app::State& state, const std::string& token, const Now& now) {
        return app::may_enrol(state, token, now, command.person);
      },
      made);
}

Response set_password(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "staff", path["staff"])) return *refused;
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  const Sealed password{fields.text("password", limits::password_bytes_max)};
  if (password.reveal().size() < password_bytes_min)
    fields.refuse("password", "a shorter text",
                  "at least " + std::to_string(password_bytes_min) + " bytes");
  if (const auto error = fields.error()) return http::problem(*error);
  if (auto refused = enrol(api, request, path["staff"], "password",
                           [&] { return api.edge.hasher.hash(password); }))
    return std::move(*refused);
  return no_content();
}

Response set_totp(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "staff", path["staff"])) return *refused;
  auto body = optional_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  const auto given = fields.optional_text("secret", 128);
  const auto chosen = given ? from_base32(*given) : std::nullopt;
  if (given && (!chosen || chosen->size() < totp_bytes_min || chosen->size() > totp_bytes_max))
    fields.refuse("secret", "another text",
                  "base32 of 16 to 64 bytes, in capitals, without padding");
  if (const auto error = fields.error()) return http::problem(*error);
  const auto fresh = api.edge.dice.roll<20>();
  const Bytes secret = chosen ? *chosen : Bytes(fresh.begin(), fresh.end());
  if (auto refused = enrol(api, request, path["staff"], "totp",
                           [&] { return Result<Sealed<std::string>>{Sealed{to_base32(secret)}}; }))
    return std::move(*refused);
  std::string hospital;
  const auto done =
      api.run([&](app::House& house, const Now&) { hospital = house.state().hospital; });
  if (!done) return api.faulted(done.fault());
  return answer(201, {{"secret", to_base32(secret)},
                      {"uri", identity::totp_uri("Halligan " + hospital, path["staff"], secret)}});
}

Response unlock_password(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "staff", path["staff"])) return *refused;
  if (auto refused = bad_empty(request)) return *refused;
  app::UnlockPassword command;
  command.token_hash = session_hash(request);
  command.person = StaffId{path["staff"]};
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return no_content();
}

Response sign_out_staff(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "staff", path["staff"])) return *refused;
  if (auto refused = bad_empty(request)) return *refused;
  app::SignOutStaff command;
  command.token_hash = session_hash(request);
  command.person = StaffId{path["staff"]};
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return answer(200, {{"sessions_ended", std::get<std::size_t>(asked->get())}});
}

Response set_terminal(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "terminal", path["terminal"])) return *refused;
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  drop_empty(std::get<json::object>(body), "use");
  Fields fields{std::get<json::object>(body)};
  app::SetTerminal command;
  command.place = PlaceId{fields.text("place", 2 * limits::id_bytes_max)};
  command.use = fields.optional_text("use", limits::id_bytes_max).value_or("");
  command.active = fields.flag("active");
  if (const auto error = fields.error()) return http::problem(*error);
  command.token_hash = session_hash(request);
  command.terminal = TerminalId{path["terminal"]};
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return answer(200, {{"terminal", command.terminal.text()},
                      {"place", command.place.text()},
                      {"use", or_null(command.use)},
                      {"active", command.active}});
}

Response renew_terminal_secret(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "terminal", path["terminal"])) return *refused;
  if (auto refused = bad_empty(request)) return *refused;
  app::RenewTerminalSecret command;
  command.terminal = TerminalId{path["terminal"]};
  const auto secret = to_base64url(api.edge.dice.roll<32>());
  if (auto refused = renew(
          api, request, "terminal/" + path["terminal"], "secret", command,
          [&](const app::State& state, const std::string& token, const Now& now) {
            return app::may_renew(state, token, now, command.terminal);
          },
          [&] {
            return Result<Sealed<std::string>>{Sealed{to_hex(crypto::sha256(view(secret)))}};
          }))
    return std::move(*refused);
  return answer(201, {{"secret", secret}});
}

// A certificate that the terminal shows when it connects (mTLS), told as PEM or by its hash.
std::optional<std::string> certificate_in(Fields& fields) {
  const auto text = fields.text("certificate", certificate_bytes_max);
  auto hash = text.starts_with("-----BEGIN")                    ? http::certificate_hash(text)
              : from_hex(text).has_value() && text.size() == 64 ? std::optional{text}
                                                                : std::nullopt;
  if (!hash)
    fields.refuse("certificate", "another text",
                  "a certificate in PEM, or its SHA-256 as 64 digits of a to f and 0 to 9");
  return hash;
}

Response set_certificate(Api& api, const Request& request, const PathParams& path,
                         std::string hash) {
  app::SetTerminalCertificate command;
  command.token_hash = session_hash(request);
  command.terminal = TerminalId{path["terminal"]};
  command.certificate = std::move(hash);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return answer(
      200, {{"terminal", command.terminal.text()}, {"certificate", or_null(command.certificate)}});
}

Response put_certificate(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "terminal", path["terminal"])) return *refused;
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  auto hash = certificate_in(fields);
  if (const auto error = fields.error()) return http::problem(*error);
  return set_certificate(api, request, path, *std::move(hash));
}

Response drop_certificate(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "terminal", path["terminal"])) return *refused;
  if (auto refused = bad_empty(request)) return *refused;
  return set_certificate(api, request, path, {});
}

constexpr std::array routes{
    Route{"GET", "/api/v1/staff", list_staff},
    Route{"PUT", "/api/v1/staff/{staff}", put_staff},
    Route{"PATCH", "/api/v1/staff/{staff}", patch_staff},
    Route{"PUT", "/api/v1/staff/{staff}/password", set_password},
    Route{"POST", "/api/v1/staff/{staff}/totp", set_totp},
    Route{"POST", "/api/v1/staff/{staff}/unlock", unlock_password},
    Route{"POST", "/api/v1/staff/{staff}/sign-out", sign_out_staff},
    Route{"GET", "/api/v1/roles", list_roles},
    Route{"GET", "/api/v1/terminals", list_terminals},
    Route{"PUT", "/api/v1/terminals/{terminal}", set_terminal},
    Route{"POST", "/api/v1/terminals/{terminal}/secret", renew_terminal_secret},
    Route{"PUT", "/api/v1/terminals/{terminal}/certificate", put_certificate},
    Route{"DELETE", "/api/v1/terminals/{terminal}/certificate", drop_certificate},
};

}  // namespace

std::span<const Route> people_routes() { return routes; }

}  // namespace halligan::in::api
