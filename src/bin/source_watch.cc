#include "bin/source_watch.h"

#include <chrono>

#include "app/providers.h"
#include "in/api/directory.h"
#include "in/api/openid.h"

namespace halligan::bin {
namespace {

using namespace std::chrono_literals;

struct Named {
  std::string source;
  std::string issuer;  // empty: the directory
};

std::vector<Named> sources_of(in::api::Api& api) {
  std::vector<Named> out;
  (void)api.run([&](app::House& house, const Now&) {
    const auto& state = house.state();
    for (const auto& each : app::sources(state)) {
      const auto* provider = app::provider_named(state, each.source);
      out.push_back({.source = each.source, .issuer = provider == nullptr ? "" : provider->issuer});
    }
  });
  return out;
}

// Nothing where it cannot be asked yet: it was given no secret.
std::optional<app::SeeSource> seen(in::api::Api& api, const Named& named) {
  std::optional<Fault> fault;
  if (!named.issuer.empty()) {
    const auto answer = api.openid->metadata(named.issuer, true);
    if (!answer) fault = answer.fault();
  } else {
    const auto at = in::api::directory_at(api);
    if (!at || !*at || api.directory == nullptr) return std::nullopt;
    const auto answer = api.directory->answers(**at);
    if (!answer) fault = answer.fault();
  }
  return app::SeeSource{
      .source = named.source, .up = !fault, .why = fault ? app::why_down(*fault) : ""};
}

}  // namespace

SourceWatch::SourceWatch(in::api::Api& api)
    : thread_([&api](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
          for (const auto& each : sources_of(api)) {
            if (stop.stop_requested()) return;
            if (const auto told = seen(api, each)) (void)app::ask(api.edge.desk, *told);
          }
          const auto until = std::chrono::steady_clock::now() + limits::source_watch_every;
          while (!stop.stop_requested() && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(90ms);
        }
      }) {}

}  // namespace halligan::bin
