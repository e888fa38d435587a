#include "in/api/api.h"

#include <array>

#include "in/api/render.h"
#include "in/api/routes.h"

namespace halligan::in::api {
namespace {

std::array<std::span<const Route>, 25> all_routes() {
  return {session_routes(),  lock_routes(),     passkey_routes(), terminal_routes(),
          card_routes(),     vouch_routes(),    search_routes(),  chart_routes(),
          own_routes(),      glass_routes(),    case_routes(),    people_routes(),
          fact_routes(),     policy_routes(),   ledger_routes(),  running_routes(),
          hospital_routes(), event_routes(),    erasure_routes(), backup_routes(),
          act_routes(),      provider_routes(), token_routes(),   provisioning_routes(),
          receiver_routes()};
}

bool good_key(const http::Request& request) {
  const auto count = request.count("idempotency-key");
  if (count == 0) return true;
  const auto key = *request.header("idempotency-key");
  return count == 1 && !key.empty() && key.size() <= limits::idempotency_key_bytes_max;
}

// URLs end up in logs, histories and screenshots. Who wants no patient in them writes ~ in the path
// and the id in a header; one of the two says it, never both.
constexpr std::string_view patient_header = "halligan-patient";
constexpr std::string_view in_header = "~";
bool good_patient(const http::Request& request, std::string_view segment) {
  const auto count = request.count(patient_header);
  if (segment != in_header) return count == 0;
  return count == 1 && valid_id(*request.header(patient_header));
}

http::Response serve(Api& api, const Route& route, const http::Request& request,
                     http::PathParams path) {
  if (!good_key(request))
    return api.bad_request("", "an Idempotency-Key that is empty, too long or not alone",
                           "one of 1 to 128 characters");
  if (route.path.find("{patient}") == std::string_view::npos)
    return route.handle(api, request, path);
  if (!good_patient(request, path["patient"]))
    return api.bad_request("", "a patient in neither or both of the path and Halligan-Patient",
                           "an id in the path, or ~ there and one id in that header");
  if (path["patient"] == in_header)
    path.set("patient", std::string{*request.header(patient_header)});
  return route.handle(api, request, path);
}

struct Trouble {
  int status;
  std::string_view slug;
  std::string_view title;
  std::string_view detail;
};

Trouble trouble_of(FaultCode code) {
  switch (code) {
    case FaultCode::upstream_timeout:
      return {504, "record-system-late", "The record system did not answer in time",
              "nothing was released; try again, or use the downtime procedure"};
    case FaultCode::upstream_unreachable:
    case FaultCode::upstream_nonsense:
    case FaultCode::too_large:
      return {502, "record-system-failed", "The record system cannot be used",
              "nothing was released; try again, or use the downtime procedure"};
    case FaultCode::vault_failed:
    case FaultCode::wrong_key:
    case FaultCode::crypto_failed:
      return {503, "vault-failed", "The vault cannot be used",
              "nobody can be checked for the moment; use the downtime procedure"};
    case FaultCode::disk_failed:
    case FaultCode::disk_full:
    case FaultCode::ledger_damaged:
    case FaultCode::ledger_locked:
    case FaultCode::ledger_unavailable:
    case FaultCode::bad_input:
    case FaultCode::not_found:
      return {503, "ledger-unavailable", "The ledger cannot be written",
              "nothing is released without an entry; use the downtime procedure"};
    case FaultCode::cancelled:
    case FaultCode::no_room:
      return {503, "overloaded", "Too much is asked at once",
              "nothing was done: try again in a few seconds"};
  }
  base::stop("fault outside its enum", __FILE__, __LINE__);
}

}  // namespace

std::vector<RouteName> api_routes() {
  std::vector<RouteName> out;
  for (const auto& family : all_routes())
    for (const auto& route : family) {
      std::string path{route.path};
      if (path.ends_with("...}"))
        path.replace(path.size() - 4, 3, "");  // OpenAPI has no such segments
      out.push_back({.method = route.method, .path = std::move(path)});
    }
  return out;
}

std::size_t body_bytes_max(std::string_view path) {
  if (path == "/api/v1/facts") return limits::facts_body_bytes_max;
  if (path == "/api/v1/policy/proposals") return 2 * limits::policy_bytes_max;  // escaped in JSON
  return limits::command_body_bytes_max;
}

void Api::add_to(http::Router& router) {
  for (const auto& family : all_routes())
    for (const auto& route : family)  // of a table that lives as long as the program
      router.add(route.method, route.path,
                 [this, &route](const http::Request& request, const http::PathParams& path) {
                   ++metrics.requests;
                   return serve(*this, route, request, path);
                 });
}

std::string Api::idempotency_of(const http::Request& request, const app::State& state) {
  const auto key = request.header("idempotency-key");
  const auto* session = key ? state.session_by_token(session_hash(request)) : nullptr;
  return session == nullptr ? std::string{} : session->staff.text() + "/" + std::string{*key};
}

Result<app::Durable> Api::run(const std::function<void(app::House&, const Now&)>& job,
                              http::Urgency urgency) {
  const auto before = edge.clock.now().boot;
  auto durable = urgency == http::Urgency::bulk ? edge.desk.run_later(job) : edge.desk.run(job);
  if (durable) metrics.took(edge.clock.now().boot - before);
  return durable;
}

http::Response Api::plain(int status, std::string_view slug, std::string_view title,
                          std::string_view detail) {
  const auto code = codes.make({.at = edge.clock.now().wall,
                                .status = status,
                                .slug = std::string{slug},
                                .title = std::string{title}});
  return http::problem(status, slug, title, detail, code);
}

http::Response Api::refused(const app::Refusal& refusal) {
  ++metrics.refusals;
  auto code = refusal.code;
  if (code.empty())
    code = codes.make({.at = edge.clock.now().wall,
                       .status = app::http_status(refusal.why),
                       .slug = app::slug(refusal.why),
                       .title = app::title(refusal.why)});
  return problem_of(refusal, code);
}

http::Response Api::faulted(const Fault& fault) {
  ++metrics.faults;
  const auto trouble = trouble_of(fault.code);
  auto response = plain(trouble.status, trouble.slug, trouble.title, trouble.detail);
  if (trouble.status == 503) response.headers.push_back({"Retry-After", "5"});
  return response;
}

http::Response Api::bad_request(std::string_view pointer, std::string_view found,
                                std::string_view wanted) {
  return http::problem(
      http::FieldError{std::string{pointer}, std::string{found}, std::string{wanted}});
}

http::Response Api::not_found(std::string_view what) {
  return refused({.why = app::Why::not_found, .what = std::string{what}});
}

}  // namespace halligan::in::api
