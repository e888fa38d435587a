// acts.cc - what waits for a second administrator.

#include "app/acts.h"

#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/routes.h"

namespace halligan::in::api {
namespace {

using http::PathParams;
using http::Request;
using http::Response;

Response list_acts(Api& api, const Request& request, const PathParams&) {
  std::variant<std::vector<app::ActShown>, app::Refusal> shown;
  const auto done = api.run([&](app::House& house, const Now& now) {
    shown = app::acts(house.state(), session_hash(request), now);
  });
  if (!done) return api.faulted(done.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&shown)) return api.refused(*refusal);
  json::array out;
  for (const auto& each : std::get<0>(shown))
    out.push_back(json::object{{"act", each.act.id},
                               {"what", each.act.what},
                               {"by", each.act.by.text()},
                               {"by_name", each.by_name},
                               {"staff", or_null(each.act.person.text())},
                               {"staff_name", or_null(each.person_name)},
                               {"text", each.act.text},
                               {"asked_at", to_text(each.act.asked_at)},
                               {"until", to_text(each.act.until)},
                               {"agreed_by", or_null(each.act.agreed_by.text())},
                               {"own", each.own}});
  return answer(200, out);
}

template <class Command>
Response change(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "act", path["act"])) return *refused;
  if (auto refused = bad_empty(request)) return *refused;
  Command command;
  command.token_hash = session_hash(request);
  command.act = path["act"];
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return no_content();
}

Response agree(Api& api, const Request& request, const PathParams& path) {
  return change<app::AgreeAct>(api, request, path);
}
Response drop(Api& api, const Request& request, const PathParams& path) {
  return change<app::DropAct>(api, request, path);
}

constexpr std::array routes{
    Route{"GET", "/api/v1/acts", list_acts},
    Route{"POST", "/api/v1/acts/{act}/agree", agree},
    Route{"DELETE", "/api/v1/acts/{act}", drop},
};

}  // namespace

std::span<const Route> act_routes() { return routes; }

}  // namespace halligan::in::api
