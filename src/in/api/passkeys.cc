// passkeys.cc - passkeys (WebAuthn): enrolling, signing in and stepping up by one, taking one away.
//
// What an authenticator signed is checked here, on the worker's thread; whether it counts is
// decided by the writer (app/passkeys.h, app/sessions.h).

#include "app/passkeys.h"

#include "app/access.h"
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
using identity::PasskeyWrong;

constexpr std::size_t client_data_bytes_max = 4'096;  // in base64url, as all of these
constexpr std::size_t attestation_bytes_max = 24'576;
constexpr std::size_t authenticator_data_bytes_max = 4'096;
constexpr std::size_t signature_bytes_max = 1'024;
constexpr std::size_t passkey_id_bytes_max = 1'364;  // 1,023 bytes
constexpr std::size_t passkey_name_bytes_max = 128;

constexpr std::string_view for_signing_in = "sign-in";
std::string for_stepping_up(const std::string& session) { return "step-up/" + session; }
std::string for_unlocking(const std::string& session) { return "unlock/" + session; }
std::string for_enrolling(const std::string& session) { return "enrol/" + session; }

Bytes bytes_in(Fields& fields, std::string_view name, std::size_t bytes_max) {
  auto bytes = from_base64url(fields.text(name, bytes_max));
  if (!bytes) fields.refuse(name, "another text", "base64url without padding");
  return std::move(bytes).value_or(Bytes{});
}

struct Answered {
  std::string passkey;
  identity::Assertion assertion;
  std::string user_handle;  // base64url; empty: not told
};

Answered read_answer(Fields& fields) {
  Answered out;
  auto given = fields.object("passkey");
  out.passkey = given.text("id", passkey_id_bytes_max);
  out.assertion.client_data = bytes_in(given, "client_data", client_data_bytes_max);
  out.assertion.authenticator_data =
      bytes_in(given, "authenticator_data", authenticator_data_bytes_max);
  out.assertion.signature = bytes_in(given, "signature", signature_bytes_max);
  out.user_handle = given.optional_text("user_handle", 128).value_or("");
  return out;
}

std::string handle_of(const app::Person& person) {
  return to_base64url(from_hex(person.pseudonym).value_or(Bytes{}));
}

// Whose passkey it says it is, and the key that would show it.
struct Known {
  StaffId person;
  std::string handle;
  identity::PublicKey key;
};
Result<Known> known(Api& api, const std::string& passkey) {
  Known out;
  const auto looked = api.run([&](app::House& house, const Now&) {
    const auto* person = house.state().owner_of(passkey);
    if (person == nullptr) return;
    const auto& held = person->passkeys.at(passkey);
    out = {.person = person->id,
           .handle = handle_of(*person),
           .key = {.algorithm = held.algorithm,
                   .bytes = from_base64url(held.public_key).value_or(Bytes{})}};
  });
  if (!looked) return looked.fault();
  return out;
}

// A challenge that was answered rightly is good no more, whatever is decided of the answer.
app::PasskeyUsed looked_at(Api& api, const Answered& given, const Known& whose,
                           std::string_view purpose) {
  app::PasskeyUsed out{.passkey = given.passkey, .public_key = to_base64url(whose.key.bytes)};
  const auto boot = api.edge.clock.now().boot;
  const auto challenge = identity::challenge_in(given.assertion.client_data);
  if (whose.person.empty() || !api.challenges.stands(challenge, purpose, boot)) return out;
  const auto checked = identity::check_passkey(api.party, challenge, whose.key, given.assertion);
  const auto* counter = std::get_if<std::uint32_t>(&checked);
  const bool ours = given.user_handle.empty() || given.user_handle == whose.handle;
  if (counter == nullptr || !ours) return out;
  out.good = api.challenges.use(challenge, boot);
  out.counter = *counter;
  return out;
}

std::optional<Response> no_passkeys_here(Api& api) {
  if (!api.party.origin.empty()) return std::nullopt;
  return api.not_found("a name under which browsers reach this server: see serve --public-url");
}

json::object challenge_json(const Api& api, const std::string& challenge) {
  return {{"challenge", challenge}, {"rp_id", api.party.id}, {"origin", api.party.origin}};
}

Response ask_to_sign_in(Api& api, const Request& request, const PathParams&) {
  if (auto refused = bad_empty(request)) return *refused;
  if (auto none = no_passkeys_here(api)) return *std::move(none);
  return answer(
      201, challenge_json(api, api.challenges.make(for_signing_in, api.edge.clock.now().boot)));
}

Response sign_in(Api& api, const Request& request, const PathParams&) {
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  const auto given = read_answer(fields);
  auto at = read_doorway(fields, request);
  if (const auto error = fields.error()) return http::problem(*error);

  const auto proved = terminal_proved(api, at);
  if (!proved) return api.faulted(proved.fault());
  const auto whose = known(api, given.passkey);
  if (!whose) return api.faulted(whose.fault());
  app::MaySignIn may;
  may.user = whose->person.empty() ? given.passkey : whose->person.text();
  may.address = request.peer_network;
  may.passkey = true;
  if (*proved) {
    may.terminal = at.terminal;
    may.terminal_kept_as = **proved;
  }
  const auto allowed = api.ask(request, may);
  if (!allowed) return api.faulted(allowed.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&allowed->get()))
    return api.refused(*refusal);
  const auto& from = std::get<app::MaySignIn::Yes>(allowed->get());

  const auto token = to_base64url(api.edge.dice.roll<32>());
  app::SignIn command;
  command.person = whose->person;
  command.user = may.user;
  command.origin = from.origin;
  command.passkey = looked_at(api, given, *whose, for_signing_in);
  command.terminal = from.terminal;
  command.terminal_kept_as = may.terminal_kept_as;
  command.token_hash = token_hash(token);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return signed_in(std::get<app::SignIn::Done>(asked->get()), token, at.cookie);
}

// Whose session asks, or why nobody's does.
enum class LockedToo { no, yes };
std::variant<app::Person, Response> asking(Api& api, const Request& request,
                                           LockedToo locked_too = LockedToo::no) {
  std::optional<app::Person> person;
  app::Refusal nobody;
  const auto known = api.run([&](app::House& house, const Now& now) {
    const auto hash = session_hash(request);
    const auto* session = locked_too == LockedToo::yes
                              ? app::locked_or_live_session(house.state(), hash, now)
                              : app::live_session(house.state(), hash, now);
    if (session != nullptr)
      person = *house.state().person(session->staff);
    else
      nobody = app::no_session(house.state(), hash, now);
  });
  if (!known) return api.faulted(known.fault());
  if (!person) return api.refused(nobody);
  return *std::move(person);
}

json::array ids_of(const app::Person& person) {
  json::array out;
  for (const auto& [id, held] : person.passkeys) out.emplace_back(id);
  return out;
}

Response ask_to_step_up(Api& api, const Request& request, const PathParams&) {
  if (auto refused = bad_empty(request)) return *refused;
  if (auto none = no_passkeys_here(api)) return *std::move(none);
  const auto asker = asking(api, request);
  if (const auto* refused = std::get_if<Response>(&asker)) return *refused;
  auto out = challenge_json(
      api, api.challenges.make(for_stepping_up(session_hash(request)), api.edge.clock.now().boot));
  out.emplace("passkeys", ids_of(std::get<app::Person>(asker)));
  return answer(201, out);
}

Response step_up(Api& api, const Request& request, const PathParams&) {
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  const auto given = read_answer(fields);
  if (const auto error = fields.error()) return http::problem(*error);
  const auto asker = asking(api, request);
  if (const auto* refused = std::get_if<Response>(&asker)) return *refused;
  const auto whose = known(api, given.passkey);
  if (!whose) return api.faulted(whose.fault());
  app::StepUp command;
  command.token_hash = session_hash(request);
  command.passkey = looked_at(api, given, *whose, for_stepping_up(command.token_hash));
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return answer(200, {{"proof_at", to_text(std::get<app::StepUp::Done>(asked->get()).at)}});
}

Response ask_to_unlock(Api& api, const Request& request, const PathParams&) {
  if (auto refused = bad_empty(request)) return *refused;
  if (auto none = no_passkeys_here(api)) return *std::move(none);
  const auto asker = asking(api, request, LockedToo::yes);
  if (const auto* refused = std::get_if<Response>(&asker)) return *refused;
  auto out = challenge_json(
      api, api.challenges.make(for_unlocking(session_hash(request)), api.edge.clock.now().boot));
  out.emplace("passkeys", ids_of(std::get<app::Person>(asker)));
  return answer(201, out);
}

Response unlock(Api& api, const Request& request, const PathParams&) {
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  const auto given = read_answer(fields);
  if (const auto error = fields.error()) return http::problem(*error);
  const auto asker = asking(api, request, LockedToo::yes);
  if (const auto* refused = std::get_if<Response>(&asker)) return *refused;
  const auto whose = known(api, given.passkey);
  if (!whose) return api.faulted(whose.fault());
  app::UnlockSession command;
  command.token_hash = session_hash(request);
  command.passkey = looked_at(api, given, *whose, for_unlocking(command.token_hash));
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return no_content();
}

std::optional<Response> may_not_enrol(Api& api, const Request& request) {
  std::optional<app::Refusal> no;
  const auto looked = api.run([&](app::House& house, const Now& now) {
    no = app::may_enrol_passkey(house.state(), session_hash(request), now);
  });
  if (!looked) return api.faulted(looked.fault());
  if (no) return api.refused(*no);
  return std::nullopt;
}

Response ask_to_enrol(Api& api, const Request& request, const PathParams&) {
  if (auto refused = bad_empty(request)) return *refused;
  if (auto none = no_passkeys_here(api)) return *std::move(none);
  if (auto refused = may_not_enrol(api, request)) return *std::move(refused);
  const auto asker = asking(api, request);
  if (const auto* refused = std::get_if<Response>(&asker)) return *refused;
  const auto& person = std::get<app::Person>(asker);
  auto out = challenge_json(
      api, api.challenges.make(for_enrolling(session_hash(request)), api.edge.clock.now().boot));
  out.emplace("user", json::object{{"handle", handle_of(person)},
                                   {"name", person.id.text()},
                                   {"display_name", person.name}});
  json::array algorithms;
  for (const int each : identity::passkey_algorithms) algorithms.emplace_back(each);
  out.emplace("algorithms", std::move(algorithms));
  out.emplace("passkeys", ids_of(person));
  return answer(201, out);
}

std::string wanted_of(PasskeyWrong wrong) {
  switch (wrong) {
    case PasskeyWrong::form:
      return "what an authenticator answered to navigator.credentials.create";
    case PasskeyWrong::challenge: return "an answer to the challenge that was asked";
    case PasskeyWrong::origin:
      return "an answer from a page of this server, in no other page's frame";
    case PasskeyWrong::party: return "a passkey for this server's name";
    case PasskeyWrong::absent: return "somebody who touches the authenticator";
    case PasskeyWrong::unverified:
      return "an authenticator that verified its owner (PIN, finger, face)";
    case PasskeyWrong::attestation: return "an attestation that is signed by what it names";
    case PasskeyWrong::signature: return "a signature by the passkey";
  }
  return {};
}

Response enrol(Api& api, const Request& request, const PathParams&) {
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  app::EnrolPasskey command;
  command.name = fields.text("name", passkey_name_bytes_max);
  const auto client_data = bytes_in(fields, "client_data", client_data_bytes_max);
  const auto object = bytes_in(fields, "attestation_object", attestation_bytes_max);
  if (const auto error = fields.error()) return http::problem(*error);
  if (auto refused = may_not_enrol(api, request)) return *std::move(refused);

  command.token_hash = session_hash(request);
  const auto boot = api.edge.clock.now().boot;
  const auto challenge = identity::challenge_in(client_data);
  const bool stands = api.challenges.stands(challenge, for_enrolling(command.token_hash), boot);
  const auto checked =
      stands ? identity::check_new_passkey(api.party, challenge, client_data, object)
             : std::variant<identity::NewPasskey, PasskeyWrong>{PasskeyWrong::challenge};
  const auto* wrong = std::get_if<PasskeyWrong>(&checked);
  if (wrong != nullptr || !api.challenges.use(challenge, boot)) {
    const auto why = wrong == nullptr ? PasskeyWrong::challenge : *wrong;
    return api.bad_request("/attestation_object", std::string{"another: "} + identity::name_of(why),
                           wanted_of(why));
  }
  const auto& made = std::get<identity::NewPasskey>(checked);
  command.passkey = to_base64url(made.id);
  command.algorithm = made.algorithm;
  command.public_key = to_base64url(made.public_key);
  command.attestation = made.attestation;
  command.model = made.model;
  command.counter = made.counter;
  command.synced = made.synced;
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return answer(201, {{"passkey", command.passkey}, {"name", command.name}});
}

Response list_own(Api& api, const Request& request, const PathParams&) {
  const auto asker = asking(api, request);
  if (const auto* refused = std::get_if<Response>(&asker)) return *refused;
  return answer(200, passkeys_json(std::get<app::Person>(asker)));
}

Response remove(Api& api, const Request& request, StaffId person, const std::string& passkey) {
  app::RemovePasskey command;
  command.token_hash = session_hash(request);
  command.person = std::move(person);
  command.passkey = passkey;
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return answer(200, {{"sessions_ended", std::get<std::size_t>(asked->get())}});
}

Response remove_own(Api& api, const Request& request, const PathParams& path) {
  return remove(api, request, {}, path["passkey"]);
}

Response remove_of(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "staff", path["staff"])) return *refused;
  return remove(api, request, StaffId{path["staff"]}, path["passkey"]);
}

constexpr std::array routes{
    Route{"POST", "/api/v1/passkeys/challenge", ask_to_sign_in},
    Route{"POST", "/api/v1/sessions/passkey", sign_in},
    Route{"POST", "/api/v1/session/step-up/challenge", ask_to_step_up},
    Route{"POST", "/api/v1/session/step-up/passkey", step_up},
    Route{"POST", "/api/v1/session/unlock/challenge", ask_to_unlock},
    Route{"POST", "/api/v1/session/unlock/passkey", unlock},
    Route{"GET", "/api/v1/session/passkeys", list_own},
    Route{"POST", "/api/v1/session/passkeys", enrol},
    Route{"POST", "/api/v1/session/passkeys/challenge", ask_to_enrol},
    Route{"DELETE", "/api/v1/session/passkeys/{passkey}", remove_own},
    Route{"DELETE", "/api/v1/staff/{staff}/passkeys/{passkey}", remove_of},
};

}  // namespace

std::span<const Route> passkey_routes() { return routes; }

}  // namespace halligan::in::api
