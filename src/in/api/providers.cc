// providers.cc - signing in, stepping up and unlocking through an OpenID provider, in a browser;
// its logouts; which providers there are, and whether they answer.
//
// The way there and back is kept in a cookie of the browser's, under a code of ours, so nothing is
// kept here of whoever only sets out. Its state, nonce and verifier follow from that cookie and our
// key: nobody who has seen an address has them.

#include "app/providers.h"

#include <algorithm>

#include "app/access.h"
#include "core/identity/id_token.h"
#include "in/api/openid.h"
#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/renewing.h"
#include "in/api/routes.h"
#include "in/api/sign_in.h"
#include "in/http/cookie.h"

namespace halligan::in::api {
namespace {

using http::Fields;
using http::PathParams;
using http::Request;
using http::Response;

constexpr std::string_view flow_cookie = "__Host-halligan-provider";
constexpr std::size_t flow_bytes_max = 2'048;
constexpr std::size_t then_bytes_max = 512;

// Somebody's way to a provider and back.
struct Flow {
  std::string random;
  std::string provider;
  std::string purpose;  // "sign-in", "step-up", "unlock"
  std::string session;  // hash of its token; of the latter two
  std::string terminal;
  std::string terminal_kept_as;
  std::string then;  // where in the console it goes on
  Instant begun{};   // by the wall: the provider tells its times so
  Millis until{0};   // on the boot clock
};

std::string text_of(const Flow& flow) {
  return json::serialize(json::object{{"r", flow.random},
                                      {"p", flow.provider},
                                      {"w", flow.purpose},
                                      {"s", flow.session},
                                      {"t", flow.terminal},
                                      {"k", flow.terminal_kept_as},
                                      {"n", flow.then},
                                      {"b", flow.begun.time_since_epoch().count()},
                                      {"u", flow.until.count()}});
}

std::string code_of(Api& api, std::string_view what, std::string_view flow) {
  const auto message = std::string{what}.append("|").append(flow);
  return to_base64url(crypto::hmac_sha256(api.flow_key.reveal(), view(message)));
}

std::string sealed(Api& api, const std::string& text) {
  return to_base64url(view(text)) + "." + code_of(api, "cookie", text);
}

struct OpenFlow {
  Flow flow;
  std::string text;
};
std::optional<OpenFlow> open_flow(Api& api, const Request& request) {
  const auto value = http::cookie(request, flow_cookie);
  if (!value || value->size() > flow_bytes_max) return std::nullopt;
  const auto dot = value->find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto bytes = from_base64url(value->substr(0, dot));
  if (!bytes) return std::nullopt;
  OpenFlow out{.flow = {}, .text = std::string{text_view(*bytes)}};
  if (!equal_in_constant_time(view(code_of(api, "cookie", out.text)), view(value->substr(dot + 1))))
    return std::nullopt;
  const auto read = json::parse(out.text).get_object();  // as we wrote it
  const auto text = [&](const char* name) { return std::string{read.at(name).get_string()}; };
  out.flow = {.random = text("r"),
              .provider = text("p"),
              .purpose = text("w"),
              .session = text("s"),
              .terminal = text("t"),
              .terminal_kept_as = text("k"),
              .then = text("n"),
              .begun = Instant{Millis{read.at("b").get_int64()}},
              .until = Millis{read.at("u").get_int64()}};
  return out;
}

http::Header set_flow_cookie(std::string_view value, std::string_view more) {
  // Lax: the browser brings it along when the provider sends it back here.
  return {"Set-Cookie", std::string{flow_cookie}
                            .append("=")
                            .append(value)
                            .append("; Path=/; Secure; HttpOnly; SameSite=Lax")
                            .append(more)};
}

std::string redirect_uri(const Api& api, const std::string& provider) {
  return api.address + "/api/v1/providers/" + provider + "/callback";
}

// A page of the console's own.
bool is_ours(std::string_view path) {
  return path.starts_with("/console/") && path.find("//") == std::string_view::npos &&
         path.find('\\') == std::string_view::npos && path.find("..") == std::string_view::npos &&
         std::ranges::all_of(path, [](char c) { return c > 0x20 && c < 0x7f; });
}

struct Held {
  std::optional<policy::ast::Provider> provider;
  std::string secret_kept_as;
};
Result<Held> held(Api& api, const std::string& name) {
  Held out;
  const auto looked = api.run([&](app::House& house, const Now&) {
    const auto& state = house.state();
    if (const auto* provider = app::provider_named(state, name)) out.provider = *provider;
    if (const auto seen = state.sources.find(name); seen != state.sources.end())
      out.secret_kept_as = seen->second.kept_as;
  });
  if (!looked) return looked.fault();
  return out;
}

void see(Api& api, const std::string& source, const Fault* fault) {
  app::SeeSource command{.source = source, .up = fault == nullptr, .why = {}};
  if (fault != nullptr) command.why = app::why_down(*fault);
  (void)app::ask(api.edge.desk, command);
}

std::optional<Response> none_here(Api& api) {
  if (api.openid != nullptr && api.address.starts_with("https://")) return std::nullopt;
  return api.not_found("an https name of this server: see serve --public-url");
}

Response no_such_provider(Api& api) {
  return api.not_found("a provider of this name in the policy in force");
}

// --- setting out -------------------------------------------------------------------------------

std::string address_of(Api& api, const policy::ast::Provider& provider,
                       const ProviderMetadata& published, const Flow& flow) {
  const auto text = text_of(flow);
  std::string scopes = "openid";
  for (const auto& each : provider.scopes) scopes += " " + each;
  const auto challenge = to_base64url(crypto::sha256(view(code_of(api, "verifier", text))));
  std::string out = published.authorize;
  out += out.find('?') == std::string::npos ? "?" : "&";
  out += "response_type=code&client_id=" + percent_encoded(provider.client) +
         "&redirect_uri=" + percent_encoded(redirect_uri(api, provider.name.text)) +
         "&scope=" + percent_encoded(scopes) + "&state=" + code_of(api, "state", text) +
         "&nonce=" + code_of(api, "nonce", text) + "&code_challenge=" + challenge +
         "&code_challenge_method=S256";
  if (!provider.ask.empty()) out += "&acr_values=" + percent_encoded(provider.ask);
  if (flow.purpose != "sign-in") out += "&prompt=login&max_age=0";
  return out;
}

Response set_out(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "provider", path["provider"])) return *refused;
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  auto& object = std::get<json::object>(body);
  object["cookie"] = true;  // it ends in a browser
  Fields fields{object};
  Flow flow;
  flow.purpose =
      fields.optional_one_of("purpose", {"sign-in", "step-up", "unlock"}).value_or("sign-in");
  flow.then = fields.optional_text("then", then_bytes_max).value_or("/console/");
  if (!is_ours(flow.then)) fields.refuse("then", "another address", "a path below /console/");
  auto at = read_doorway(fields, request);
  if (const auto error = fields.error()) return http::problem(*error);
  if (auto none = none_here(api)) return *std::move(none);
  const auto known = held(api, path["provider"]);
  if (!known) return api.faulted(known.fault());
  if (!known->provider) return no_such_provider(api);
  flow.provider = path["provider"];
  flow.random = to_base64url(api.edge.dice.roll<16>());
  if (flow.purpose != "sign-in") flow.session = session_hash(request);
  if (flow.purpose != "sign-in" && flow.session.empty()) return api.refused(app::no_session());
  const auto proved = terminal_proved(api, at);
  if (!proved) return api.faulted(proved.fault());
  if (*proved) {
    flow.terminal = at.terminal.text();
    flow.terminal_kept_as = **proved;
  }
  const auto now = api.edge.clock.now();
  flow.begun = now.wall;
  flow.until = now.boot + Millis{limits::provider_flow_time_max};
  const auto published = api.openid->metadata(known->provider->issuer);
  if (!published) {
    if (published.fault().code != FaultCode::cancelled) see(api, flow.provider, &published.fault());
    return http::problem(503, "provider-down", "The hospital's sign-in does not answer",
                         "sign in by factors that are checked here, or try again",
                         api.codes.make({.at = now.wall,
                                         .status = 503,
                                         .slug = "provider-down",
                                         .title = "The hospital's sign-in does not answer"}));
  }
  auto response = answer(201, {{"url", address_of(api, *known->provider, *published, flow)}});
  response.headers.push_back(set_flow_cookie(sealed(api, text_of(flow)), "; Max-Age=600"));
  return response;
}

// --- coming back -------------------------------------------------------------------------------

// What a page of the console says then is for it to know.
Response back(std::string_view path, std::string_view wrong) {
  std::string to{path};
  if (!wrong.empty())
    to.append(to.find('?') == std::string::npos ? "?" : "&").append("provider=").append(wrong);
  Response out{.status = 303, .headers = {{"Location", std::move(to)}}, .body = {}};
  out.headers.push_back(set_flow_cookie("", "; Max-Age=0"));
  return out;
}

std::string value_of(const http::QueryPairs& query, std::string_view name) {
  std::string out;
  for (const auto& [each, value] : query)
    if (each == name) out = out.empty() ? value : std::string{"\x01"};  // twice is none
  return out;
}

std::vector<std::string> texts_in(const json::object& claims, const std::string& name) {
  std::vector<std::string> out;
  const auto* listed = claims.if_contains(name);
  if (listed == nullptr || !listed->is_array()) return out;
  for (const auto& each : listed->get_array())
    if (each.is_string() && out.size() < limits::groups_of_person_max)
      out.emplace_back(each.get_string());
  return out;
}

int level_of(const policy::ast::Provider& provider, const identity::IdToken& token) {
  const auto worth = [&](const std::vector<std::string>& values) {
    return std::ranges::any_of(values, [&](const std::string& each) {
      return each == token.acr || std::ranges::find(token.amr, each) != token.amr.end();
    });
  };
  if (worth(provider.security_key)) return 3;
  return worth(provider.second_factor) ? 2 : 1;
}

app::ProviderSaid said_by(const policy::ast::Provider& provider, const identity::IdToken& token,
                          Instant now) {
  app::ProviderSaid out;
  out.provider = provider.name.text;
  out.subject = token.subject;
  if (const auto* name = token.claims.if_contains(provider.person);
      name != nullptr && name->is_string())
    out.name = std::string{name->get_string()};
  out.level = level_of(provider, token);
  // One that does not say when it asked for the factors may have done it long ago.
  out.proof_age = token.auth_time ? now - *token.auth_time : Millis{limits::session_absolute};
  out.tells_groups = !provider.groups.empty();
  if (out.tells_groups) out.groups = texts_in(token.claims, provider.groups);
  out.session = token.sid;
  return out;
}

// What the provider signed; else a word for what was wrong.
using Signed = std::variant<identity::IdToken, const char*>;
Signed redeemed(Api& api, const Held& known, const OpenFlow& open, const std::string& code,
                const std::string& network) {
  const auto& provider = *known.provider;
  const auto failed = [&](const Fault& fault) -> Signed {
    if (fault.code == FaultCode::cancelled) return "busy";
    see(api, open.flow.provider, &fault);
    return "down";
  };
  const auto published = api.openid->metadata(provider.issuer);
  if (!published) return failed(published.fault());
  auto secret = secret_of(api, "source/" + open.flow.provider, "secret", known.secret_kept_as);
  if (!secret) return "failed";
  const auto token = api.openid->redeem(
      *published,
      {.client = provider.client,
       .secret = known.secret_kept_as.empty() ? Sealed<std::string>{} : *std::move(secret),
       .code = code,
       .redirect_uri = redirect_uri(api, open.flow.provider),
       .verifier = code_of(api, "verifier", open.text)},
      network);
  if (!token) {
    // What is not understood may be the answer to a stranger's code: it says nothing of others.
    if (token.fault().code == FaultCode::bad_input) return "client";
    return token.fault().code == FaultCode::upstream_nonsense ? "down" : failed(token.fault());
  }
  if (!*token) return "refused";
  std::variant<identity::Token, identity::TokenWrong> read = identity::TokenWrong::unknown_key;
  for (const bool anew : {false, true}) {
    const auto keys = api.openid->keys(*published, anew);
    if (!keys) return failed(keys.fault());
    read = identity::verify_jwt(**token, **keys, identity::id_token_types);
    const auto* wrong = std::get_if<identity::TokenWrong>(&read);
    if (wrong == nullptr || *wrong != identity::TokenWrong::unknown_key) break;
  }
  if (std::holds_alternative<identity::TokenWrong>(read)) return "refused";
  const auto now = api.edge.clock.now().wall;
  identity::ExpectedIdToken expected{.issuer = provider.issuer,
                                     .client = provider.client,
                                     .nonce = code_of(api, "nonce", open.text),
                                     .now = now,
                                     .max_age = {}};
  if (open.flow.purpose != "sign-in") expected.max_age = now - open.flow.begun;
  auto checked =
      identity::check_id_token(std::move(std::get<identity::Token>(read).claims), expected);
  if (std::holds_alternative<identity::TokenWrong>(checked)) return "refused";
  see(api, open.flow.provider, nullptr);
  return std::get<identity::IdToken>(std::move(checked));
}

const char* word_for(const app::Refusal& refusal) {
  return refusal.why == app::Why::no_session ? "no-session" : "nobody";
}

template <class Command>
Response within_session(Api& api, const Request& request, const Flow& flow,
                        app::ProviderSaid said) {
  Command command;
  command.token_hash = flow.session;
  command.said = std::move(said);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  const auto* refusal = std::get_if<app::Refusal>(&asked->get());
  return back(flow.then, refusal == nullptr ? "" : word_for(*refusal));
}

Response begin_session(Api& api, const Request& request, const Flow& flow, app::ProviderSaid said) {
  const auto token = to_base64url(api.edge.dice.roll<32>());
  app::SignInByProvider command;
  command.said = std::move(said);
  command.address = request.peer_network;
  command.terminal = TerminalId{flow.terminal};
  command.terminal_kept_as = flow.terminal_kept_as;
  command.token_hash = token_hash(token);
  const bool one_factor = command.said.level < 2;
  const bool no_claim = command.said.name.empty();
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (std::holds_alternative<app::Refusal>(asked->get()))
    return back(flow.then, one_factor ? "one-factor" : no_claim ? "no-claim" : "nobody");
  auto response = back(flow.then, "");
  response.headers.push_back(set_session_cookie(token));
  return response;
}

Response come_back(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "provider", path["provider"])) return *refused;
  if (auto none = none_here(api)) return *std::move(none);
  const auto open = open_flow(api, request);
  const auto boot = api.edge.clock.now().boot;
  if (!open || open->flow.provider != path["provider"] || boot >= open->flow.until)
    return back("/console/", "expired");
  const auto& flow = open->flow;
  const auto query = http::parse_query(request.query).value_or(http::QueryPairs{});
  const auto state = value_of(query, "state");
  if (!equal_in_constant_time(view(state), view(code_of(api, "state", open->text))))
    return back("/console/", "expired");
  if (!value_of(query, "error").empty()) return back(flow.then, "refused");
  const auto known = held(api, flow.provider);
  if (!known) return api.faulted(known.fault());
  if (!known->provider) return back("/console/", "expired");
  const auto issuer = value_of(query, "iss");
  if (!issuer.empty() && issuer != known->provider->issuer) return back(flow.then, "refused");
  // One way there is one way back. Where strangers have filled what is kept of those, a code is
  // good once at the provider all the same.
  if (!api.flows.take("", flow.random, boot, flow.until) && api.flows.holds("", flow.random))
    return back(flow.then, "expired");
  auto got = redeemed(api, *known, *open, value_of(query, "code"), request.peer_network);
  if (const auto* wrong = std::get_if<const char*>(&got)) return back(flow.then, *wrong);
  auto said =
      said_by(*known->provider, std::get<identity::IdToken>(got), api.edge.clock.now().wall);
  if (flow.purpose == "step-up")
    return within_session<app::StepUpByProvider>(api, request, flow, std::move(said));
  if (flow.purpose == "unlock")
    return within_session<app::UnlockByProvider>(api, request, flow, std::move(said));
  return begin_session(api, request, flow, std::move(said));
}

// --- logouts that a provider tells of (OpenID Connect Back-Channel Logout 1.0) -------------------

Response bad_logout(std::string_view what) {
  return http::json_response(400, json::serialize(json::object{{"error", "invalid_request"},
                                                               {"error_description", what}}));
}

Response logged_out(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "provider", path["provider"])) return *refused;
  if (auto none = none_here(api)) return *std::move(none);
  const auto form = http::parse_query(request.body);
  if (!form || request.body.size() > 2 * limits::token_bytes_max)
    return bad_logout("the body is a form with a logout_token");
  const auto known = held(api, path["provider"]);
  if (!known) return api.faulted(known.fault());
  if (!known->provider) return no_such_provider(api);
  const auto published = api.openid->metadata(known->provider->issuer);
  if (!published) return api.faulted(published.fault());
  const auto compact = value_of(*form, "logout_token");
  std::variant<identity::Token, identity::TokenWrong> read = identity::TokenWrong::unknown_key;
  for (const bool anew : {false, true}) {
    const auto keys = api.openid->keys(*published, anew);
    if (!keys) return api.faulted(keys.fault());
    read = identity::verify_jwt(compact, **keys, identity::logout_token_types);
    const auto* wrong = std::get_if<identity::TokenWrong>(&read);
    if (wrong == nullptr || *wrong != identity::TokenWrong::unknown_key) break;
  }
  if (std::holds_alternative<identity::TokenWrong>(read))
    return bad_logout("the provider did not sign this");
  const auto checked = identity::check_logout_token(std::get<identity::Token>(read).claims,
                                                    {.issuer = known->provider->issuer,
                                                     .client = known->provider->client,
                                                     .now = api.edge.clock.now().wall});
  if (std::holds_alternative<identity::TokenWrong>(checked))
    return bad_logout("this is no logout token for us, or it is over");
  const auto& token = std::get<identity::LogoutToken>(checked);
  const auto asked = api.ask(
      request, app::ProviderLogout{
                   .provider = path["provider"], .subject = token.subject, .session = token.sid});
  if (!asked) return api.faulted(asked.fault());
  return {.status = 200, .headers = {}, .body = {}};
}

// --- which there are -----------------------------------------------------------------------------

// For the page of signing in: told to anybody.
Response list_providers(Api& api, const Request&, const PathParams&) {
  std::vector<app::SourceShown> shown;
  const auto looked =
      api.run([&](app::House& house, const Now&) { shown = app::sources(house.state()); });
  if (!looked) return api.faulted(looked.fault());
  json::array out;
  if (api.openid != nullptr && api.address.starts_with("https://"))
    for (const auto& each : shown)
      if (each.kind == "provider")
        out.push_back(
            json::object{{"provider", each.source}, {"label", each.label}, {"up", each.up}});
  return answer(200, out);
}

Response list_sources(Api& api, const Request& request, const PathParams&) {
  std::variant<std::vector<app::SourceShown>, app::Refusal> shown;
  const auto looked = api.run([&](app::House& house, const Now& now) {
    shown = app::sources_for(house.state(), session_hash(request), now);
  });
  if (!looked) return api.faulted(looked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&shown)) return api.refused(*refusal);
  json::array out;
  for (const auto& each : std::get<0>(shown))
    out.push_back(json::object{{"source", each.source},
                               {"kind", each.kind},
                               {"label", each.label},
                               {"up", each.up},
                               {"why", or_null(each.why)},
                               {"since", or_null(each.since)},
                               {"has_secret", each.has_secret}});
  return answer(200, out);
}

Response set_source_secret(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "source", path["source"])) return *refused;
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  const Sealed secret{fields.text("secret", limits::password_bytes_max)};
  if (const auto error = fields.error()) return http::problem(*error);
  app::SetSourceSecret command;
  command.source = path["source"];
  if (auto refused = renew(
          api, request, "source/" + path["source"], "secret", command,
          [&](const app::State& state, const std::string& token, const Now& now) {
            return app::may_set_source_secret(state, token, now, command.source);
          },
          [&] { return Result<Sealed<std::string>>{Sealed{std::string{secret.reveal()}}}; }))
    return std::move(*refused);
  return no_content();
}

Response forget_subject(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "staff", path["staff"])) return *refused;
  if (auto refused = bad_id(api, "provider", path["provider"])) return *refused;
  if (auto refused = bad_empty(request)) return *refused;
  app::ForgetSubject command;
  command.token_hash = session_hash(request);
  command.person = StaffId{path["staff"]};
  command.provider = path["provider"];
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return answer(200, {{"sessions_ended", std::get<std::size_t>(asked->get())}});
}

constexpr std::array routes{
    Route{"GET", "/api/v1/providers", list_providers},
    Route{"POST", "/api/v1/providers/{provider}/sign-in", set_out},
    Route{"GET", "/api/v1/providers/{provider}/callback", come_back},
    Route{"POST", "/api/v1/providers/{provider}/logout", logged_out},
    Route{"GET", "/api/v1/sources", list_sources},
    Route{"PUT", "/api/v1/sources/{source}/secret", set_source_secret},
    Route{"DELETE", "/api/v1/staff/{staff}/providers/{provider}", forget_subject},
};

}  // namespace

std::span<const Route> provider_routes() { return routes; }

}  // namespace halligan::in::api
