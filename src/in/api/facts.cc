// facts.cc - relations and flags in bulk, from feeds and people; confirming what somebody recorded.

#include "app/record_facts.h"
#include "app/referrals.h"
#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/routes.h"

namespace halligan::in::api {
namespace {

using http::Fields;
using http::PathParams;
using http::Request;
using http::Response;

constexpr std::size_t node_bytes_max = 2 * limits::id_bytes_max + 1;

// A moment in RFC 3339, or a day: "2026-11-22".
app::When when(Fields& fields, std::string_view name) {
  const auto text = fields.optional_text(name, 40);
  if (!text) return {};
  if (const auto at = parse_instant(*text)) return *at;
  if (text->size() == 10)
    if (const auto day = parse_instant(*text + "T00:00:00Z"))
      return std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(*day)};
  fields.refuse(name, "another text", "a time such as 2026-11-22T03:14:00Z, or a date");
  return {};
}

app::ToldFact read_fact(Fields& fields) {
  app::ToldFact out;
  out.relation = fields.text("relation", limits::id_bytes_max);
  out.from = fields.text("from", node_bytes_max);
  out.to = fields.text("to", node_bytes_max);
  out.start = when(fields, "start");
  out.end = when(fields, "end");
  out.value = fields.optional_text("value", limits::id_bytes_max).value_or("");
  out.denied = fields.optional_flag("denied").value_or(false);
  out.ended = fields.optional_flag("ended").value_or(false);
  return out;
}

app::ToldFlag read_flag(Fields& fields) {
  app::ToldFlag out;
  out.patient = PatientId{fields.text("patient", limits::id_bytes_max)};
  if (!out.patient.empty() && !valid_id(out.patient.text()))
    fields.refuse("patient", "another text", "an id");
  out.flag = fields.text("flag", limits::id_bytes_max);
  out.on = fields.flag("on");
  return out;
}

Response record(Api& api, const Request& request, const PathParams&) {
  auto body = http::read_command(request, limits::facts_body_bytes_max);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  app::RecordFacts command;
  command.source = fields.optional_text("source", limits::id_bytes_max).value_or("");
  command.heartbeat = fields.optional_flag("heartbeat").value_or(false);
  for (auto& each : fields.optional_objects("facts", app::facts_per_request_max))
    command.facts.push_back(read_fact(each));
  for (auto& each : fields.optional_objects("flags", app::facts_per_request_max))
    command.flags.push_back(read_flag(each));
  if (const auto error = fields.error()) return http::problem(*error);
  command.token_hash = session_hash(request);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  const auto& done = std::get<app::RecordFacts::Done>(asked->get());
  return answer(200, {{"recorded", done.recorded}, {"unchanged", done.unchanged}});
}

Response confirm(Api& api, const Request& request, const PathParams&) {
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  app::ConfirmRelation command;
  command.relation = fields.text("relation", limits::id_bytes_max);
  command.from = fields.text("from", node_bytes_max);
  command.to = fields.text("to", node_bytes_max);
  if (const auto error = fields.error()) return http::problem(*error);
  command.token_hash = session_hash(request);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return answer(200,
                {{"relation", command.relation}, {"receipt", std::get<EntryIndex>(asked->get())}});
}

constexpr std::array routes{
    Route{"POST", "/api/v1/facts", record},
    Route{"POST", "/api/v1/relations/confirm", confirm},
};

}  // namespace

std::span<const Route> fact_routes() { return routes; }

}  // namespace halligan::in::api
