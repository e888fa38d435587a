// hospital.cc - what screens need to know of the hospital, told to anybody: nothing secret,
// nobody's name.

#include "app/judge.h"
#include "in/api/render.h"
#include "in/api/routes.h"

namespace halligan::in::api {
namespace {

http::Response show_hospital(Api& api, const http::Request&, const http::PathParams&) {
  std::optional<json::object> shown;
  const auto done = api.run([&](app::House& house, const Now&) {
    const auto* policy = app::policy_of(house.state());
    if (policy == nullptr) return;
    const auto& console = policy->console;
    shown.emplace(json::object{{"name", policy->hospital},
                               {"timezone", policy->timezone.text},
                               {"locale", console.locale.text},
                               {"lock_seconds", console.lock ? seconds(*console.lock) : nullptr},
                               {"recent_charts", console.recent_charts},
                               {"version", api.version}});
  });
  if (!done) return api.faulted(done.fault());
  if (!shown)
    return api.refused({.why = app::Why::no_policy, .what = "no policy names the hospital yet"});
  return answer(200, *shown);
}

constexpr std::array routes{Route{"GET", "/api/v1/hospital", show_hospital}};

}  // namespace

std::span<const Route> hospital_routes() { return routes; }

}  // namespace halligan::in::api
