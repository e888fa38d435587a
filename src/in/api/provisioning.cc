// provisioning.cc - systems that enrol people: which the policy names, and their tokens.

#include "app/provisioning.h"

#include "app/judge.h"
#include "app/roles.h"
#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/routes.h"

namespace halligan::in::api {
namespace {

using http::PathParams;
using http::Request;
using http::Response;

struct Line {
  std::string source;
  std::string label;
  bool in_policy = false;
  std::optional<Instant> since;  // of its token
  std::size_t accounts = 0;
  std::size_t groups = 0;
};

std::vector<Line> lines(const app::State& state) {
  std::map<std::string, Line> out;
  if (const auto* policy = app::policy_of(state))
    for (const auto& each : policy->provisionings)
      out[each.name.text] = {.source = each.name.text,
                             .label = each.label.empty() ? each.name.text : each.label,
                             .in_policy = true,
                             .since = {}};
  for (const auto& [source, held] : state.provisioners) {
    auto& line = out[source];
    line.source = source;
    if (line.label.empty()) line.label = source;
    if (held.active) line.since = held.since;
  }
  for (const auto& [id, account] : state.accounts)
    if (!account.removed && out.contains(account.source)) ++out[account.source].accounts;
  for (const auto& [id, group] : state.user_groups)
    if (out.contains(group.source)) ++out[group.source].groups;
  std::vector<Line> list;
  for (auto& [source, line] : out) list.push_back(std::move(line));
  return list;
}

Response list_systems(Api& api, const Request& request, const PathParams&) {
  std::optional<app::Refusal> no;
  std::vector<Line> found;
  const auto done = api.run([&](app::House& house, const Now& now) {
    no = app::role::asked_by(house.state(), session_hash(request), now,
                             {app::role::administrator, app::role::privacy_officer},
                             "this takes an administrator or a privacy officer")
             .refusal;
    if (!no) found = lines(house.state());
  });
  if (!done) return api.faulted(done.fault());
  if (no) return api.refused(*no);
  json::array out;
  for (const auto& line : found)
    out.push_back(json::object{{"source", line.source},
                               {"label", line.label},
                               {"in_policy", line.in_policy},
                               {"token_since", or_null(line.since)},
                               {"accounts", line.accounts},
                               {"groups", line.groups}});
  return answer(200, out);
}

std::optional<Response> set(Api& api, const Request& request, const PathParams& path,
                            const std::string& hash) {
  app::SetProvisioner command;
  command.token_hash = session_hash(request);
  command.source = path["source"];
  command.new_token_hash = hash;
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return std::nullopt;
}

// Shown once: nothing but its hash is kept.
Response make_token(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "source", path["source"])) return *refused;
  if (auto refused = bad_empty(request)) return *refused;
  const auto token = "hps_" + to_base64url(api.edge.dice.roll<32>());
  if (auto refused = set(api, request, path, token_hash(token))) return *std::move(refused);
  return answer(201, {{"source", path["source"]}, {"token", token}, {"path", "/scim/v2"}});
}

Response stop(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "source", path["source"])) return *refused;
  if (auto refused = bad_empty(request)) return *refused;
  if (auto refused = set(api, request, path, {})) return *std::move(refused);
  return no_content();
}

constexpr std::array routes{
    Route{"GET", "/api/v1/provisioning", list_systems},
    Route{"PUT", "/api/v1/provisioning/{source}", make_token},
    Route{"DELETE", "/api/v1/provisioning/{source}", stop},
};

}  // namespace

std::span<const Route> provisioning_routes() { return routes; }

}  // namespace halligan::in::api
