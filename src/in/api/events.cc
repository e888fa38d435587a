// events.cc - a screen hears of what changes without asking (text/event-stream).

#include "app/access.h"
#include "in/api/render.h"
#include "in/api/routes.h"

namespace halligan::in::api {
namespace {

http::Response watch_events(Api& api, const http::Request& request, const http::PathParams&) {
  const auto hash = session_hash(request);
  std::optional<app::Refusal> refused;
  std::shared_ptr<http::EventSource> source;
  const auto done = api.run([&](app::House& house, const Now& now) {
    const auto& state = house.state();
    // A locked screen, too, is to hear at once that its session ended.
    const auto* session = app::locked_or_live_session(state, hash, now);
    if (session == nullptr) {
      refused = app::no_session();
      return;
    }
    source = api.bulletin.listen({.session = session->id, .staff = session->staff},
                                 house.watch(session->id, now));
    if (source != nullptr) return;
    refused = app::Refusal{.why = app::Why::too_many_streams,
                           .what =
                               "this session, or its person, has too many screens that listen: "
                               "close one, or ask again later"};
    refused->retry_after_seconds = 30;
  });
  if (!done) return api.faulted(done.fault());
  if (refused) return api.refused(*refused);
  return {.status = 200,
          .headers = {{"Content-Type", "text/event-stream"}},
          .body = http::EventStream{std::move(source)}};
}

constexpr std::array routes{Route{"GET", "/api/v1/events", watch_events}};

}  // namespace

std::span<const Route> event_routes() { return routes; }

}  // namespace halligan::in::api
