// cases.cc - what somebody must look at afterwards: listing, looking, justifying, closing.

#include "app/case_relations.h"
#include "app/entry_search.h"
#include "app/review.h"
#include "in/api/query.h"
#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/routes.h"
#include "in/offer_json.h"

namespace halligan::in::api {
namespace {

using app::CaseState;
using http::Fields;
using http::PathParams;
using http::Request;
using http::Response;

CaseState state_named(std::string_view text) {
  if (text == "owed") return CaseState::owed;
  if (text == "justified") return CaseState::justified;
  if (text == "explained") return CaseState::explained;
  if (text == "closed") return CaseState::closed;
  if (text == "unclosed") return CaseState::unclosed;
  if (text == "late") return CaseState::late;
  return CaseState::any;
}

facts::Finding finding_named(std::string_view text) {
  if (text == "inappropriate") return facts::Finding::inappropriate;
  if (text == "training") return facts::Finding::training;
  if (text == "mistaken") return facts::Finding::mistaken;
  return facts::Finding::appropriate;
}

Response list_cases(Api& api, const Request& request, const PathParams&) {
  Query query{request};
  app::ListCases command;
  command.token_hash = session_hash(request);
  command.state = state_named(
      query.one_of("state", {"owed", "justified", "explained", "closed", "unclosed", "late"}));
  command.queue = query.text("queue");
  command.staff = StaffId{query.text("staff")};
  command.mine = query.flag("mine");
  command.limit = query.number("limit", {.otherwise = 50, .min = 1, .max = 500});
  command.after = CaseId{query.text("after")};
  if (const auto error = query.error()) return http::problem(*error);
  std::vector<app::CaseView> views;
  const auto asked =
      api.ask(request, command, [&](app::House& house, const Now& now, const auto& decided) {
        if (const auto* listed = std::get_if<app::ListCases::Listed>(&decided))
          for (const auto& id : listed->cases)
            views.push_back(app::case_line(house.state(), *house.state().case_of(id), now));
      });
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  json::array list;
  for (const auto& view : views) list.push_back(case_json(view));
  return answer(200, {{"cases", std::move(list)},
                      {"more", std::get<app::ListCases::Listed>(asked->get()).more}});
}

json::array accesses_json(const app::CoveredAccesses& covered) {
  json::array out;
  for (const auto& each : covered.accesses)
    out.push_back(
        {{"index", each.index},
         {"at", to_text(each.at)},
         {"action", each.intended.action},
         {"form", each.intended.form},
         {"basis", each.intended.basis},
         {"types", json_texts(each.intended.types)},
         {"outcome", each.outcome ? json::value(spelled(each.outcome->outcome)) : json::value{}},
         {"resources", each.outcome ? each.outcome->resources : 0}});
  return out;
}

json::array relations_json(const std::vector<app::CaseRelation>& relations) {
  json::array out;
  for (const auto& each : relations)
    out.push_back({{"relation", each.relation},
                   {"from", each.from},
                   {"to", each.to},
                   {"start", or_null(each.start)},
                   {"end", or_null(each.end)},
                   {"source", each.source},
                   {"links", each.links}});
  return out;
}

struct NothingElse {
  void operator()(const app::State&, const cases::Case&, const Now&) const {}
};

// Carries out a command on one case and shows what has become of it. `also` sees the case, too.
template <class Command, class Also = NothingElse>
std::variant<app::CaseView, Response> act(Api& api, const Request& request, const Command& command,
                                          Also also = {}) {
  app::CaseView view;
  const auto asked =
      api.ask(request, command, [&](app::House& house, const Now& now, const auto& decided) {
        const auto* id = std::get_if<CaseId>(&decided);
        if (id == nullptr) return;
        const auto& held = *house.state().case_of(*id);
        view = app::case_view(house.state(), held, now);
        also(house.state(), held, now);
      });
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return view;
}

template <class Command>
Response act_and_show(Api& api, const Request& request, const Command& command) {
  auto done = act(api, request, command);
  if (auto* refused = std::get_if<Response>(&done)) return std::move(*refused);
  return answer(200, case_json(std::get<app::CaseView>(done)));
}

Response show_case(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "case", path["case"])) return *refused;
  app::ViewCase command;
  command.token_hash = session_hash(request);
  command.id = CaseId{path["case"]};
  std::vector<app::CaseRelation> relations;
  auto seen = act(api, request, command,
                  [&](const app::State& state, const cases::Case& held, const Now& now) {
                    if (const auto* session = app::live_session(state, command.token_hash, now))
                      relations = app::relations_around(state, *session, held);
                  });
  if (auto* refused = std::get_if<Response>(&seen)) return std::move(*refused);
  const auto& view = std::get<app::CaseView>(seen);
  const auto covered = app::accesses_of(api.edge.desk, api.index, view.held);
  if (!covered) return api.faulted(covered.fault());
  auto body = case_json(view);
  body.emplace("accesses", accesses_json(*covered));
  body.emplace("accesses_complete", covered->complete);
  body.emplace("relations", relations_json(relations));
  body.emplace("glass_detail", view.glass ? json::value(glass_json(*view.glass)) : json::value{});
  return answer(200, body);
}

Response justify(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "case", path["case"])) return *refused;
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  app::JustifyCase command;
  command.text = fields.text("text", limits::comment_bytes_max);
  if (const auto error = fields.error()) return http::problem(*error);
  command.token_hash = session_hash(request);
  command.id = CaseId{path["case"]};
  return act_and_show(api, request, command);
}

Response close(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "case", path["case"])) return *refused;
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  drop_empty(std::get<json::object>(body), "comment");
  Fields fields{std::get<json::object>(body)};
  app::CloseCase command;
  command.finding = finding_named(
      fields.one_of("finding", {"appropriate", "inappropriate", "training", "mistaken"}));
  command.comment = fields.optional_text("comment", limits::comment_bytes_max).value_or("");
  if (const auto error = fields.error()) return http::problem(*error);
  command.token_hash = session_hash(request);
  command.id = CaseId{path["case"]};
  return act_and_show(api, request, command);
}

Response reopen(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "case", path["case"])) return *refused;
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  app::ReopenCase command;
  command.comment = fields.text("comment", limits::comment_bytes_max);
  if (const auto error = fields.error()) return http::problem(*error);
  command.token_hash = session_hash(request);
  command.id = CaseId{path["case"]};
  return act_and_show(api, request, command);
}

constexpr std::array routes{
    Route{"GET", "/api/v1/cases", list_cases},
    Route{"GET", "/api/v1/cases/{case}", show_case},
    Route{"POST", "/api/v1/cases/{case}/justify", justify},
    Route{"POST", "/api/v1/cases/{case}/close", close},
    Route{"POST", "/api/v1/cases/{case}/reopen", reopen},
};

}  // namespace

std::span<const Route> case_routes() { return routes; }

}  // namespace halligan::in::api
