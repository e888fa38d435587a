// erasure.cc - a patient is forgotten: asked for by one officer, done by another.

#include "app/erasure.h"

#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/routes.h"

namespace halligan::in::api {
namespace {

using http::Fields;
using http::PathParams;
using http::Request;
using http::Response;

Response list_erasures(Api& api, const Request& request, const PathParams&) {
  std::variant<std::vector<app::ErasureLine>, app::Refusal> shown;
  const auto done = api.run([&](app::House& house, const Now& now) {
    shown = app::erasures_wanted(house.state(), session_hash(request), now);
  });
  if (!done) return api.faulted(done.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&shown)) return api.refused(*refusal);
  json::array out;
  for (const auto& line : std::get<0>(shown))
    out.push_back({{"patient", line.patient.text()},
                   {"asked_by", line.wanted.by.text()},
                   {"asked_at", to_text(line.wanted.at)},
                   {"why", line.wanted.why},
                   {"open_cases", line.open_cases}});
  return answer(200, {{"erasures", std::move(out)}});
}

Response ask_erasure(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "patient", path["patient"])) return *refused;
  const auto body = http::read_command(request);
  if (const auto* refused = std::get_if<Response>(&body)) return *refused;
  Fields fields{std::get<json::object>(body)};
  app::AskErasure command;
  command.why = fields.text("why", limits::id_bytes_max);
  if (const auto error = fields.error()) return http::problem(*error);
  command.token_hash = session_hash(request);
  command.patient = PatientId{path["patient"]};
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return answer(202, {{"patient", command.patient.text()},
                      {"receipt", std::get<EntryIndex>(asked->get())}});
}

Response erase(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "patient", path["patient"])) return *refused;
  const auto body = http::read_command(request);
  if (const auto* refused = std::get_if<Response>(&body)) return *refused;
  Fields fields{std::get<json::object>(body)};
  if (const auto error = fields.error()) return http::problem(*error);
  app::ErasePatient command;
  command.token_hash = session_hash(request);
  command.patient = PatientId{path["patient"]};
  std::optional<app::ErasePatient::Answer> answered;
  const auto done = api.run([&](app::House& house, const Now& now) {
    command.what = house.journal().erasable(command.patient);
    answered = house.perform(command, now);
  });
  if (!done) return api.faulted(done.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&*answered)) return api.refused(*refusal);
  const auto& erased = std::get<app::ErasePatient::Done>(*answered);
  return answer(200, {{"patient", command.patient.text()},
                      {"pseudonym", to_hex(erased.pseudonym)},
                      {"key", to_hex(erased.key)},
                      {"entries", erased.entries},
                      {"receipt", erased.entry}});
}

constexpr std::array routes{
    Route{"GET", "/api/v1/erasures", list_erasures},
    Route{"POST", "/api/v1/charts/{patient}/erasure", ask_erasure},
    Route{"POST", "/api/v1/charts/{patient}/erase", erase},
};

}  // namespace

std::span<const Route> erasure_routes() { return routes; }

}  // namespace halligan::in::api
