// own.cc - what concerns the person who asks: their accesses, and what they print that is no chart.

#include "app/entry_search.h"
#include "app/read_ledger.h"
#include "app/rehearsing.h"
#include "in/api/query.h"
#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/routes.h"
#include "in/offer_json.h"

namespace halligan::in::api {
namespace {

using http::PathParams;
using http::Request;
using http::Response;

json::object access_json(const app::CoveredAccess& access) {
  const auto& intended = access.intended;
  const auto& outcome = access.outcome;
  return {{"index", access.index},
          {"at", to_text(access.at)},
          {"patient", or_null(intended.patient.text())},
          {"action", intended.action},
          {"form", intended.form},
          {"basis", intended.basis},
          {"types", json_texts(intended.types)},
          {"outcome", outcome ? json::value(spelled(outcome->outcome)) : json::value{}},
          {"resources", outcome ? outcome->resources : 0},
          {"glass", or_null(intended.glass.text())}};
}

Response list_accesses(Api& api, const Request& request, const PathParams&) {
  Query query{request};
  app::OwnAsked wanted;
  wanted.limit = query.number("limit", {.otherwise = 50, .min = 1, .max = 200});
  wanted.before =
      query.number("before", {.otherwise = 0, .min = 0, .max = std::uint64_t{1} << 62U});
  if (const auto error = query.error()) return http::problem(*error);
  app::ReadOwnAccesses command;
  command.token_hash = session_hash(request);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  wanted.staff = std::get<StaffId>(asked->get());
  const auto found = app::accesses_by(api.edge.desk, api.index, wanted);
  if (!found) return api.faulted(found.fault());
  json::array list;
  for (const auto& each : found->accesses) list.push_back(access_json(each));
  return answer(
      200, {{"accesses", std::move(list)}, {"more", found->more}, {"complete", found->complete}});
}

Response copy_own(Api& api, const Request& request, const PathParams&) {
  const auto copy = read_copy(request);
  if (const auto* refused = std::get_if<Response>(&copy)) return *refused;
  app::NoteCopy command;
  command.token_hash = session_hash(request);
  command.kind = std::get<Copy>(copy).kind;
  command.what = std::get<Copy>(copy).what;
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return no_content();
}

json::object path_json(const app::RehearsedPath& path) {
  return {{"way", path.way}, {"factor", path.factor}, {"last", to_text(path.last)}};
}

// Everything that breaking the glass takes but a chart: to be done before the night comes.
Response rehearse(Api& api, const Request& request, const PathParams&) {
  if (auto refused = bad_empty(request)) return *refused;
  app::Rehearse command;
  command.token_hash = session_hash(request);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  const auto& done = std::get<app::Rehearse::Done>(asked->get());
  return answer(201, {{"way", done.way},
                      {"factor", done.factor},
                      {"at", to_text(done.at)},
                      {"can_break", done.can_break},
                      {"lacks", json_texts(done.lacks)}});
}

Response list_rehearsals(Api& api, const Request& request, const PathParams&) {
  std::variant<std::vector<app::RehearsedPath>, app::Refusal> shown;
  const auto looked = api.run([&](app::House& house, const Now& now) {
    shown = app::own_rehearsals(house.state(), session_hash(request), now);
  });
  if (!looked) return api.faulted(looked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&shown)) return api.refused(*refusal);
  json::array out;
  for (const auto& each : std::get<0>(shown)) out.push_back(path_json(each));
  return answer(200, out);
}

constexpr std::array routes{
    Route{"GET", "/api/v1/accesses", list_accesses},
    Route{"POST", "/api/v1/copies", copy_own},
    Route{"GET", "/api/v1/rehearsals", list_rehearsals},
    Route{"POST", "/api/v1/rehearsals", rehearse},
};

}  // namespace

std::span<const Route> own_routes() { return routes; }

}  // namespace halligan::in::api
