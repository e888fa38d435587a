#include "in/fhir/outcome.h"

#include <boost/json.hpp>

#include <array>
#include <cstdio>

#include "base/must.h"
#include "in/fhir/purpose.h"
#include "in/offer_json.h"

namespace halligan::in::fhir {
namespace {

namespace json = boost::json;

json::object issue_of(std::string_view severity, std::string_view code, std::string_view text) {
  return {{"severity", severity}, {"code", code}, {"details", {{"text", text}}}};
}

json::object purpose_coding(std::string_view code, std::string_view display) {
  return {{"system", act_reason}, {"code", code}, {"display", display}};
}

std::string whole(json::object issue) {
  return json::serialize(
      json::object{{"resourceType", "OperationOutcome"}, {"issue", {std::move(issue)}}});
}

http::Response answer(int status, json::object issue) {
  return {.status = status,
          .headers = {{"Content-Type", "application/fhir+json"}},
          .body = whole(std::move(issue))};
}

std::string outcome_entry(json::object issue) {
  return "{\"resource\":" + whole(std::move(issue)) + ",\"search\":{\"mode\":\"outcome\"}}";
}

// FHIR's issue type for a refusal.
std::string_view code_of(app::Why why) {
  switch (why) {
    case app::Why::no_session:
    case app::Why::session_locked:
    case app::Why::sign_in_refused: return "login";
    case app::Why::bad_request: return "invalid";
    case app::Why::not_found: return "not-found";
    case app::Why::stale:
    case app::Why::focus_elsewhere:
    case app::Why::conflict: return "conflict";
    case app::Why::slow_down:
    case app::Why::too_many_streams: return "throttled";
    case app::Why::ledger_nearly_full: return "no-store";
    case app::Why::role_needed:
    case app::Why::denied:
    case app::Why::glass_needed:
    case app::Why::no_policy:
    case app::Why::code_reused:
    case app::Why::step_up_needed:
    case app::Why::details_missing:
    case app::Why::acknowledgement_missing:
    case app::Why::confirmation_missing:
    case app::Why::unknown_reason:
    case app::Why::not_yours:
    case app::Why::self_review:
    case app::Why::same_person:
    case app::Why::second_person_needed:
    case app::Why::closed_already:
    case app::Why::not_closed:
    case app::Why::glass_ended:
    case app::Why::policy_refused: return "forbidden";
  }
  base::stop("refusal outside its enum", __FILE__, __LINE__);
}

std::string diagnostics_of(const std::string& code) { return "reference code " + code; }

void quote(std::string& out, std::string_view text) { out += json::serialize(json::string{text}); }

}  // namespace

http::Response outcome(const Issue& issue) {
  auto body = issue_of(issue.severity, issue.code, issue.text);
  if (!issue.diagnostics.empty()) body.emplace("diagnostics", issue.diagnostics);
  return answer(issue.status, std::move(body));
}

http::Response outcome(const NotAllowed& why) {
  auto out =
      outcome(Issue{.status = why.status, .code = why.code, .text = why.what, .diagnostics = {}});
  if (why.status == 405) out.headers.push_back({"Allow", "GET, HEAD, POST, PUT, PATCH, DELETE"});
  return out;
}

http::Response refused(const app::Refusal& refusal) {
  auto issue =
      issue_of("error", code_of(refusal.why), refusal.text.empty() ? refusal.what : refusal.text);
  if (!refusal.code.empty()) issue.emplace("diagnostics", diagnostics_of(refusal.code));
  if (refusal.offer) {
    issue.at("details").as_object().emplace("coding",
                                            json::array{purpose_coding("BTG", "break the glass")});
    issue.emplace("extension", json::array{json::object{
                                   {"url", offer_extension},
                                   {"valueString", json::serialize(offer_json(*refusal.offer))}}});
  }
  auto out = answer(app::http_status(refusal.why), std::move(issue));
  if (out.status == 401) out.headers.push_back({"WWW-Authenticate", "Bearer realm=\"halligan\""});
  if (refusal.retry_after_seconds > 0)
    out.headers.push_back({"Retry-After", std::to_string(refusal.retry_after_seconds)});
  return out;
}

http::Response no_such_resource(const std::string& code) {
  return outcome(Issue{.status = 404,
                       .code = "not-found",
                       .text = "there is no such resource, or no rule lets you see it",
                       .diagnostics = code.empty() ? std::string{} : diagnostics_of(code)});
}

http::Response refused_by_id(const app::Refusal& refusal) {
  const bool silent = refusal.why == app::Why::denied && refusal.rule.empty();
  return silent ? no_such_resource(refusal.code) : refused(refusal);
}

http::Response with_code(http::Response response, const std::string& code) {
  if (code.empty()) return response;
  auto body = json::parse(http::body_text(response));
  body.at("issue").as_array().at(0).as_object().emplace("diagnostics", diagnostics_of(code));
  response.body = json::serialize(body);
  return response;
}

http::Response too_many() {
  auto out = outcome(Issue{.status = 429,
                           .code = "throttled",
                           .text = "too many whole charts or batches are being asked for at once: "
                                   "try again in a moment, or ask for less at a time",
                           .diagnostics = {}});
  out.headers.push_back({"Retry-After", "2"});
  return out;
}

http::Response no_room() {
  auto out = outcome(Issue{.status = 503,
                           .code = "throttled",
                           .text = "more is being answered at once than there is room for: try "
                                   "again in a moment, or ask for less at a time",
                           .diagnostics = {}});
  out.headers.push_back({"Retry-After", "2"});
  return out;
}

http::Response ledger_stopped() {
  auto out = outcome(Issue{.status = 503,
                           .code = "no-store",
                           .text = "the ledger cannot be written, so nothing may be shown or "
                                   "changed: go by the downtime procedure "
                                   "of your department, and call the people who run this system",
                           .diagnostics = {}});
  out.headers.push_back({"Retry-After", "5"});
  return out;
}

http::Response upstream_trouble(FaultCode code) {
  if (code == FaultCode::upstream_timeout)
    return outcome(Issue{.status = 504,
                         .code = "timeout",
                         .text = "the record system did not answer in time",
                         .diagnostics = {}});
  if (code == FaultCode::too_large)
    return outcome(Issue{.status = 502,
                         .code = "too-costly",
                         .text = "the record system's answer is larger than is checked at once: "
                                 "ask for fewer with _count",
                         .diagnostics = {}});
  if (code == FaultCode::upstream_unreachable)
    return outcome(Issue{.status = 502,
                         .code = "transient",
                         .text = "the record system cannot be reached",
                         .diagnostics = {}});
  return outcome(
      Issue{.status = 502,
            .code = "exception",
            .text = "the record system's answer could not be checked, so nothing of it is shown",
            .diagnostics = {}});
}

http::Response upstream_refused(int status) {
  if (status == 429 || status == 503)
    return outcome(Issue{.status = 503,
                         .code = "transient",
                         .text = "the record system is busy: try again in a moment",
                         .diagnostics = {}});
  if (status == 409 || status == 412)
    return outcome(Issue{.status = status,
                         .code = "conflict",
                         .text = "the resource was changed meanwhile: read it again",
                         .diagnostics = {}});
  if (status == 400 || status == 422)
    return outcome(Issue{
        .status = 422,
        .code = "processing",
        .text =
            "the record system does not take this: its content breaks a rule of the record system",
        .diagnostics = {}});
  return outcome(Issue{.status = 502,
                       .code = "exception",
                       .text = "the record system refused with status " + std::to_string(status),
                       .diagnostics = {}});
}

std::string hint_entry() {
  auto issue =
      issue_of("information", "suppressed",
               "Additional information may be available using the Break-The-Glass Protocol");
  issue.at("details").as_object().emplace(
      "coding", json::array{purpose_coding("ETREAT", "Emergency Treatment")});
  return outcome_entry(std::move(issue));
}

std::string note_entry(std::string_view text) {
  return outcome_entry(issue_of("information", "informational", text));
}

std::string bundle(const Envelope& envelope, const std::vector<Entry>& entries) {
  std::size_t size = 512 + envelope.extra.size();
  for (const auto& entry : entries)
    size += entry.bytes.size() + entry.full_url.size() + entry.about.size() + 64;
  std::string out;
  out.reserve(size);
  out.append(R"({"resourceType":"Bundle","type":")").append(envelope.type);
  out += R"(","link":[{"relation":"self","url":)";
  quote(out, envelope.self);
  out += '}';
  if (!envelope.next.empty()) {
    out += R"(,{"relation":"next","url":)";
    quote(out, envelope.next);
    out += '}';
  }
  out += ']';
  bool first = true;
  const auto next_entry = [&] {
    out += first ? ",\"entry\":[" : ",";
    first = false;
  };
  for (const auto& entry : entries) {
    next_entry();
    out += "{\"fullUrl\":";
    quote(out, entry.full_url);
    if (!entry.bytes.empty()) out.append(",\"resource\":").append(entry.bytes);
    out.append(",").append(entry.about).append("}");
  }
  if (!envelope.extra.empty()) {
    next_entry();
    out += envelope.extra;
  }
  out += first ? "}" : "]}";
  return out;
}

std::string http_date(Instant at) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at - day)};
  std::array<char, 40> out{};
  std::snprintf(out.data(), out.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                days[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return out.data();
}

}  // namespace halligan::in::fhir
