// lock.cc - walking away from a shared screen and coming back, and saying that one is still there.

#include "app/sessions.h"
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

Response lock(Api& api, const Request& request, const PathParams&) {
  if (auto refused = bad_empty(request)) return *refused;
  app::LockSession command;
  command.token_hash = session_hash(request);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return no_content();
}

Result<bool> secret_matches(Api& api, const app::MayUnlock::Yes& whose,
                            const Sealed<std::string>& given) {
  if (!whose.card.empty()) return pin_matches(api, whose.card, whose.kept_as, given);
  const auto kept = secret_of(api, "staff/" + whose.person.text(), "password", whose.kept_as);
  if (!kept) return kept.fault();
  return api.edge.hasher.matches(*kept, given, needs::PasswordHasher::Whose::known);
}

Response unlock(Api& api, const Request& request, const PathParams&) {
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  const Sealed password{fields.text("password", limits::password_bytes_max)};
  if (const auto error = fields.error()) return http::problem(*error);

  app::MayUnlock may;
  may.token_hash = session_hash(request);
  const auto allowed = api.ask(request, may);
  if (!allowed) return api.faulted(allowed.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&allowed->get()))
    return api.refused(*refusal);
  if (std::holds_alternative<app::MayUnlock::NotLocked>(allowed->get())) return no_content();
  // Whoever has no password takes as long: the hasher works all the same.
  const auto& whose = std::get<app::MayUnlock::Yes>(allowed->get());
  const auto matched = secret_matches(api, whose, password);
  if (!matched) return api.faulted(matched.fault());

  app::UnlockSession command;
  command.token_hash = may.token_hash;
  command.password_matched = *matched;
  command.kept_as = whose.kept_as;
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return no_content();
}

Response extend(Api& api, const Request& request, const PathParams&) {
  if (auto refused = bad_empty(request)) return *refused;
  app::ExtendSession command;
  command.token_hash = session_hash(request);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  const auto& done = std::get<app::ExtendSession::Done>(asked->get());
  return answer(200, {{"until", to_text(done.until)}, {"idle_until", to_text(done.idle_until)}});
}

constexpr std::array routes{
    Route{"POST", "/api/v1/session/lock", lock},
    Route{"POST", "/api/v1/session/unlock", unlock},
    Route{"POST", "/api/v1/session/extend", extend},
};

}  // namespace

std::span<const Route> lock_routes() { return routes; }

}  // namespace halligan::in::api
