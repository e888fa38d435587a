// glass.cc - glass that is open, or was: listing, closing, revoking, paying the details owed.

#include "app/break_glass.h"
#include "app/read_ledger.h"
#include "app/roles.h"
#include "in/api/query.h"
#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/routes.h"

namespace halligan::in::api {
namespace {

using http::Fields;
using http::PathParams;
using http::Request;
using http::Response;

struct List {
  bool all = false;
  bool past = false;
  app::PageAsked page;
};

std::variant<List, Response> read_list(const Request& request) {
  Query query{request};
  List out;
  out.all = query.flag("all");
  out.past = query.flag("past");
  if (out.past) {  // what is open now has no pages
    out.page.limit = query.number("limit", {.otherwise = 50, .min = 1, .max = 100});
    out.page.before = GlassId{query.text("before")};
  }
  if (const auto error = query.error()) return http::problem(*error);
  return out;
}

std::variant<app::GlassPage, app::Refusal> listed(const app::State& state,
                                                  const app::Session& session, const List& list,
                                                  const Now& now) {
  namespace role = app::role;
  if (list.all && list.past && !app::has_role(state, session, role::privacy_officer))
    return role::needed("all glass that ever was takes a privacy officer");
  if (list.all && !app::has_any_role(state, session, {role::administrator, role::privacy_officer}))
    return role::needed("the glass of everybody takes an administrator or a privacy officer");
  const auto whose = list.all ? app::WhoseGlass::everybodys : app::WhoseGlass::own;
  if (!list.past)
    return app::GlassPage{.glass = app::open_glass(state, session, whose, now), .more = false};
  auto page = app::past_glass(state, session, whose, list.page, now);
  if (!page)
    return app::Refusal{.why = app::Why::not_found, .what = "the list has no glass of this id"};
  return *std::move(page);
}

Response list_glass(Api& api, const Request& request, const PathParams&) {
  const auto read = read_list(request);
  if (const auto* refused = std::get_if<Response>(&read)) return *refused;
  const auto& list = std::get<List>(read);
  std::variant<app::GlassPage, app::Refusal> shown;
  const auto done = api.run([&](app::House& house, const Now& now) {
    const auto& state = house.state();
    const auto* session = app::live_session(state, session_hash(request), now);
    if (session == nullptr)
      shown = app::no_session(state, session_hash(request), now);
    else
      shown = listed(state, *session, list, now);
    const auto* page = std::get_if<app::GlassPage>(&shown);
    if (!list.all || page == nullptr) return;
    app::NoteReading note{
        .token_hash = session_hash(request),
        .what = list.past ? "all glass of everybody" : "the open glass of everybody"};
    for (const auto& each : page->glass) note.about.push_back({each.held.patient, each.held.staff});
    house.perform(note, now);
  });
  if (!done) return api.faulted(done.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&shown)) return api.refused(*refusal);
  const auto& page = std::get<app::GlassPage>(shown);
  json::array glass;
  for (const auto& each : page.glass) glass.push_back(glass_json(each));
  return answer(200, {{"glass", std::move(glass)}, {"more", page.more}});
}

// Carries out a command on one glass and shows what has become of it.
template <class Command>
Response act(Api& api, const Request& request, const Command& command) {
  app::GlassView view;
  const auto asked =
      api.ask(request, command, [&](app::House& house, const Now& now, const auto& decided) {
        const auto* id = std::get_if<GlassId>(&decided);
        const auto* session = app::live_session(house.state(), command.token_hash, now);
        if (id != nullptr && session != nullptr)
          view = app::glass_view_for(house.state(), *session, *house.state().glass(*id), now);
      });
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return answer(200, glass_json(view));
}

Response close_glass(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "glass", path["glass"])) return *refused;
  if (auto refused = bad_empty(request)) return *refused;
  app::CloseGlass command;
  command.token_hash = session_hash(request);
  command.glass = GlassId{path["glass"]};
  return act(api, request, command);
}

Response revoke_glass(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "glass", path["glass"])) return *refused;
  auto body = optional_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  app::RevokeGlass command;
  command.comment = fields.optional_text("comment", limits::comment_bytes_max).value_or("");
  if (const auto error = fields.error()) return http::problem(*error);
  command.token_hash = session_hash(request);
  command.glass = GlassId{path["glass"]};
  return act(api, request, command);
}

Response give_details(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "glass", path["glass"])) return *refused;
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  drop_unanswered(std::get<json::object>(body));
  Fields fields{std::get<json::object>(body)};
  app::GiveDetails command;
  command.details = read_details(fields.objects("details", limits::details_max));
  if (const auto error = fields.error()) return http::problem(*error);
  command.token_hash = session_hash(request);
  command.glass = GlassId{path["glass"]};
  return act(api, request, command);
}

constexpr std::array routes{
    Route{"GET", "/api/v1/glass", list_glass},
    Route{"POST", "/api/v1/glass/{glass}/close", close_glass},
    Route{"POST", "/api/v1/glass/{glass}/revoke", revoke_glass},
    Route{"POST", "/api/v1/glass/{glass}/details", give_details},
};

}  // namespace

std::span<const Route> glass_routes() { return routes; }

}  // namespace halligan::in::api
