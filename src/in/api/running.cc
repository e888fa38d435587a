// running.cc - whether it lives, whether it serves, and how it fares in numbers (Prometheus).
//
// Numbers only: no names of people, patients, places or rules (P15).

#include <prometheus/text_serializer.h>
#include <boost/mp11.hpp>

#include "app/access.h"
#include "app/roles.h"
#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/routes.h"

namespace halligan::in::api {
namespace {

using http::PathParams;
using http::Request;
using http::Response;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

Response health(Api&, const Request&, const PathParams&) {
  return answer(200, {{"status", "alive"}});
}

Response ready(Api& api, const Request&, const PathParams&) {
  bool governed = false;
  const auto done =
      api.run([&](app::House& house, const Now&) { governed = house.state().engine() != nullptr; });
  if (!done) return api.faulted(done.fault());
  if (!governed)
    return api.refused(
        {.why = app::Why::no_policy, .what = "nothing is decided before a policy is in force"});
  return answer(200, {{"status", "ready"}});
}

// What the writer is asked for, copied.
struct Counts {
  std::array<std::uint64_t, std::variant_size_v<facts::AnyFact>> kinds{};
  std::uint64_t offers = 0;
  std::uint64_t entries = 0;
  std::size_t sessions = 0;
  std::size_t glass = 0;
  std::size_t cases = 0;
  std::size_t overdue = 0;
  std::size_t pending = 0;
  bool may = false;
};

ClientMetric one(double value, MetricType type, std::vector<ClientMetric::Label> labels = {}) {
  ClientMetric out;
  out.label = std::move(labels);
  if (type == MetricType::Counter)
    out.counter.value = value;
  else
    out.gauge.value = value;
  return out;
}

MetricFamily family(const char* name, const char* help, MetricType type,
                    std::vector<ClientMetric> metrics) {
  MetricFamily out;
  out.name = name;
  out.help = help;
  out.type = type;
  out.metric = std::move(metrics);
  return out;
}

template <class Number>
MetricFamily single(const char* name, const char* help, MetricType type, Number value) {
  return family(name, help, type, {one(static_cast<double>(value), type)});
}

template <class Fact>
std::uint64_t count_of(const Counts& counts) {
  return counts.kinds[boost::mp11::mp_find<facts::AnyFact, Fact>::value];
}

MetricFamily kinds_family(const Counts& counts) {
  std::vector<ClientMetric> metrics;
  boost::mp11::mp_for_each<boost::mp11::mp_iota_c<std::variant_size_v<facts::AnyFact>>>(
      [&](auto at) {
        using Fact = std::variant_alternative_t<at, facts::AnyFact>;
        if (counts.kinds[at] > 0)
          metrics.push_back(one(static_cast<double>(counts.kinds[at]), MetricType::Counter,
                                {{"kind", Fact::kind}}));
      });
  return family("halligan_entries_total", "Entries of the ledger, by kind", MetricType::Counter,
                std::move(metrics));
}

MetricFamily verdicts_family(const Counts& counts) {
  const auto refused = count_of<facts::AccessRefused>(counts);
  const auto metric = [](std::uint64_t value, const char* verdict) {
    return one(static_cast<double>(value), MetricType::Counter, {{"verdict", verdict}});
  };
  return family("halligan_verdicts_total",
                "Verdicts written down; those that repeat within a minute count once",
                MetricType::Counter,
                {metric(count_of<facts::AccessIntended>(counts), "permit"),
                 metric(counts.offers, "glass"), metric(refused - counts.offers, "deny")});
}

MetricFamily durable_family(const Metrics& metrics) {
  ClientMetric metric;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < metrics.durable.size(); ++i) {
    sum += metrics.durable[i].load();
    ClientMetric::Bucket bucket;
    bucket.cumulative_count = sum;
    bucket.upper_bound = i < Metrics::bounds.size()
                             ? static_cast<double>(Metrics::bounds[i]) / 1'000
                             : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back(bucket);
  }
  metric.histogram.sample_count = sum;
  metric.histogram.sample_sum = static_cast<double>(metrics.durable_millis.load()) / 1'000;
  return family("halligan_durable_seconds", "From asking the writer to a durable answer",
                MetricType::Histogram, {metric});
}

void add_server(const http::ServerCounters& server, std::vector<MetricFamily>& out) {
  const auto counter = [&](const char* name, const char* help, std::uint64_t value) {
    out.push_back(single(name, help, MetricType::Counter, value));
  };
  counter("halligan_http_requests_total", "Requests that reached the server",
          server.requests.load());
  counter("halligan_http_refusals_total", "Requests that the edge itself refused",
          server.refusals.load());
  counter("halligan_http_overloads_total", "Requests that found no worker",
          server.overloads.load());
  counter("halligan_http_timeouts_total", "Connections that were too slow", server.timeouts.load());
  counter("halligan_http_cuts_total", "Running bodies whose right ended", server.cuts.load());
  counter("halligan_http_failures_total", "Requests that could not be handled",
          server.handler_failures.load());
  counter("halligan_http_dropped_total", "Connections that made room for others",
          server.connections_dropped.load());
  const auto gauge = [&](const char* name, const char* help, std::uint64_t value) {
    out.push_back(single(name, help, MetricType::Gauge, value));
  };
  gauge("halligan_http_connections", "Connections that are open", server.connections_open.load());
  gauge("halligan_http_streams", "Screens that listen for events", server.streams_open.load());
  gauge("halligan_http_answer_bytes", "Of large answers, what is held for those who take them",
        server.answer_bytes.load());
}

bool from_this_machine(const Request& request) {
  return request.peer_address == "::1" || request.peer_address.starts_with("127.");
}

Response metrics(Api& api, const Request& request, const PathParams&) {
  Counts counts;
  const auto done = api.run([&](app::House& house, const Now& now) {
    const auto& state = house.state();
    counts.kinds = state.kinds;
    counts.offers = state.offers;
    counts.entries = state.entries;
    counts.sessions = state.sessions.size();
    counts.glass = state.open.size();
    counts.cases = state.unclosed.size();
    for (const auto& id : state.unclosed)
      if (state.all_cases.at(id).overdue_at) ++counts.overdue;
    counts.pending = state.pending.size();
    const auto* session = app::live_session(state, session_hash(request), now);
    counts.may = session != nullptr && app::has_role(state, *session, app::role::administrator);
  });
  if (!done) return api.faulted(done.fault());
  if (!counts.may && !from_this_machine(request))
    return api.refused(app::role::needed("metrics are for this machine, or for an administrator"));
  std::vector<MetricFamily> out;
  out.push_back(verdicts_family(counts));
  out.push_back(kinds_family(counts));
  out.push_back(
      single("halligan_ledger_size", "Entries in the ledger", MetricType::Gauge, counts.entries));
  out.push_back(single("halligan_published_size", "Entries under the newest checkpoint",
                       MetricType::Gauge, api.log.published_size()));
  out.push_back(single("halligan_sessions_open", "Sessions", MetricType::Gauge, counts.sessions));
  out.push_back(
      single("halligan_glass_open", "Glass that is open", MetricType::Gauge, counts.glass));
  out.push_back(single("halligan_cases_unclosed", "Cases that nobody has closed", MetricType::Gauge,
                       counts.cases));
  out.push_back(single("halligan_cases_overdue", "Of these, those past their time",
                       MetricType::Gauge, counts.overdue));
  out.push_back(single("halligan_outcomes_owed", "Accesses whose outcome is not known yet",
                       MetricType::Gauge, counts.pending));
  out.push_back(durable_family(api.metrics));
  out.push_back(single("halligan_api_requests_total", "Requests of the API", MetricType::Counter,
                       api.metrics.requests.load()));
  out.push_back(single("halligan_api_refusals_total", "Ordinary refusals of the API",
                       MetricType::Counter, api.metrics.refusals.load()));
  out.push_back(single("halligan_api_faults_total", "Answers that the world broke",
                       MetricType::Counter, api.metrics.faults.load()));
  if (api.server != nullptr) add_server(*api.server, out);
  return {.status = 200,
          .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
          .body = prometheus::TextSerializer{}.Serialize(out)};
}

constexpr std::array routes{
    Route{"GET", "/healthz", health},
    Route{"GET", "/readyz", ready},
    Route{"GET", "/metrics", metrics},
};

}  // namespace

std::span<const Route> running_routes() { return routes; }

}  // namespace halligan::in::api
