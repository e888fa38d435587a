// policy.cc - the policy in force, proposals and signatures; why something was decided so.

#include "app/explain.h"
#include "app/policy_change.h"
#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/routes.h"
#include "in/http/refusals.h"
#include "in/offer_json.h"

namespace halligan::in::api {
namespace {

using http::Fields;
using http::PathParams;
using http::Request;
using http::Response;

json::array messages_json(const policy::Messages& messages, policy::Severity severity) {
  json::array out;
  for (const auto& each : messages)
    if (each.severity == severity)
      out.push_back({{"line", each.at.line}, {"column", each.at.column}, {"what", each.what}});
  return out;
}

json::array warnings_json(const policy::Messages& messages) {
  json::array out;
  for (const auto& each : messages)
    if (each.severity == policy::Severity::warning)
      out.emplace_back(std::to_string(each.at.line) + ":" + std::to_string(each.at.column) + ": " +
                       each.what);
  return out;
}

json::object proposal_json(const app::PolicyText& text) {
  return {{"version", text.version},
          {"proposer", text.proposer.text()},
          {"signer", or_null(text.signer.text())},
          {"note", text.note},
          {"proposed_at", to_text(text.proposed_at)}};
}

Response show(Api& api, const Request& request, const PathParams&) {
  std::variant<app::PolicyShown, app::Refusal> shown;
  const auto done = api.run([&](app::House& house, const Now& now) {
    shown = app::show_policy(house.state(), session_hash(request), now);
  });
  if (!done) return api.faulted(done.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&shown)) return api.refused(*refusal);
  const auto& found = std::get<app::PolicyShown>(shown);
  json::array proposals;
  for (const auto& each : found.proposals) proposals.push_back(proposal_json(each));
  return answer(200, {{"version", or_null(found.in_force.version)},
                      {"text", found.in_force.text},
                      {"proposer", or_null(found.in_force.proposer.text())},
                      {"signer", or_null(found.in_force.signer.text())},
                      {"proposals", std::move(proposals)}});
}

Response errors_response(Api& api, const policy::Messages& messages) {
  auto response =
      api.refused({.why = app::Why::policy_refused, .what = "the policy has errors: see the list"});
  auto body = json::parse(std::get<std::string>(response.body)).get_object();
  body.emplace("errors", messages_json(messages, policy::Severity::error));
  body.emplace("warnings", warnings_json(messages));
  response.body = json::serialize(body);
  return response;
}

Response propose(Api& api, const Request& request, const PathParams& path) {
  (void)path;  // the table gives every handler one
  auto body = http::read_command(request, body_bytes_max(request.path));
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  app::ProposePolicy command;
  command.text = fields.text("text", limits::policy_bytes_max);
  command.note = fields.text("note", limits::comment_bytes_max);
  if (const auto error = fields.error()) return http::problem(*error);
  command.token_hash = session_hash(request);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  if (const auto* errors = std::get_if<app::PolicyErrors>(&asked->get()))
    return errors_response(api, errors->messages);
  const auto& done = std::get<app::ProposePolicy::Done>(asked->get());
  return answer(201, {{"version", done.version},
                      {"diff", json_texts(done.preview.diff)},
                      {"warnings", warnings_json(done.preview.warnings)}});
}

Response show_proposal(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "version", path["version"])) return *refused;
  std::variant<app::ProposalShown, app::Refusal> shown;
  const auto done = api.run([&](app::House& house, const Now& now) {
    shown = app::show_proposal(house.state(), session_hash(request), now, path["version"]);
  });
  if (!done) return api.faulted(done.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&shown)) return api.refused(*refusal);
  const auto& found = std::get<app::ProposalShown>(shown);
  auto body = proposal_json(found.proposal);
  body.emplace("text", found.proposal.text);
  body.emplace("diff", json_texts(found.preview.diff));
  body.emplace("warnings", warnings_json(found.preview.warnings));
  return answer(200, body);
}

Response sign(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "version", path["version"])) return *refused;
  if (auto refused = bad_empty(request)) return *refused;
  app::SignPolicy command;
  command.token_hash = session_hash(request);
  command.version = path["version"];
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return answer(200, {{"version", command.version}});
}

// --- explaining --------------------------------------------------------------------------------

const char* text_of(app::Verdict verdict) {
  switch (verdict) {
    case app::Verdict::deny: return "deny";
    case app::Verdict::glass: return "glass";
    case app::Verdict::permit: return "permit";
  }
  base::stop("verdict outside its enum", __FILE__, __LINE__);
}

json::object told_json(const app::ExplainDecision::Told& told) {
  const auto& found = told.how.answer;
  json::object out{{"verdict", text_of(found.verdict)},
                   {"policy", told.policy},
                   {"basis", found.basis ? json::value(found.basis->rule) : json::value{}},
                   {"owed", json_texts(told.owed)},
                   {"denied_by", json_texts(found.denied_by)},
                   {"offer", told.offer ? json::value(offer_json(*told.offer)) : json::value{}}};
  json::array steps;
  for (const auto& step : told.how.steps) {
    json::array parts;
    for (const auto& part : step.parts) {
      json::array relations;
      for (const auto& each : part.relations) relations.emplace_back(each.text);
      parts.push_back({{"condition", part.name},
                       {"value", part.value},
                       {"relations", std::move(relations)}});
    }
    steps.push_back({{"rule", step.rule}, {"value", step.value}, {"conditions", std::move(parts)}});
  }
  out.emplace("decisive", json_texts(told.how.decisive));
  out.emplace("steps", std::move(steps));
  return out;
}

Response explain_decision(Api& api, const Request& request, const PathParams&) {
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  app::ExplainDecision command;
  command.staff = StaffId{fields.optional_text("staff", limits::id_bytes_max).value_or("")};
  const auto patient = fields.text("patient", limits::id_bytes_max);
  if (!patient.empty() && !valid_id(patient)) fields.refuse("patient", "another text", "an id");
  command.cell.patient = patient;
  const auto action = fields.one_of("action", {"search", "read", "append", "modify"});
  command.cell.action = app::action_named(action).value_or(app::Action::read);
  const auto type = fields.text("type", limits::id_bytes_max);
  if (type.starts_with("fact:"))
    command.cell.fact = type.substr(5);
  else
    command.cell.type = type;
  command.cell.labels =
      fields.optional_texts("labels", {.items_max = 32, .bytes_max = limits::id_bytes_max});
  command.cell.categories.emplace();
  if (const auto error = fields.error()) return http::problem(*error);
  command.token_hash = session_hash(request);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return answer(200, told_json(std::get<app::ExplainDecision::Told>(asked->get())));
}

// A code of the edge itself, which stands for the same thing everywhere.
const http::Problem* standing(const std::string& code) {
  for (const auto& each : http::refusals::all)
    if (each.code == code) return &each;
  return nullptr;
}

Response explain_code(Api& api, const Request& request, const PathParams& path) {
  app::ExplainCode command;
  command.token_hash = session_hash(request);
  command.code = path["code"];
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* coded = std::get_if<app::Coded>(&asked->get()))
    return answer(200, {{"code", command.code},
                        {"at", to_text(coded->at)},
                        {"staff", or_null(coded->staff.text())},
                        {"patient", or_null(coded->patient.text())},
                        {"what", coded->text}});
  const auto& refusal = std::get<app::Refusal>(asked->get());
  if (refusal.why != app::Why::not_found) return api.refused(refusal);
  if (const auto* fixed = standing(command.code))
    return answer(200,
                  {{"code", command.code},
                   {"at", nullptr},
                   {"staff", nullptr},
                   {"patient", nullptr},
                   {"what", std::string{fixed->title} +
                                (fixed->detail.empty() ? "" : ": " + std::string{fixed->detail})}});
  if (const auto told = api.codes.find(command.code))
    return answer(200, {{"code", command.code},
                        {"at", to_text(told->at)},
                        {"staff", nullptr},
                        {"patient", nullptr},
                        {"what", told->title + " (" + told->slug + ", status " +
                                     std::to_string(told->status) + ")"}});
  return api.refused(refusal);
}

constexpr std::array routes{
    Route{"GET", "/api/v1/policy", show},
    Route{"POST", "/api/v1/policy/proposals", propose},
    Route{"GET", "/api/v1/policy/proposals/{version}", show_proposal},
    Route{"POST", "/api/v1/policy/proposals/{version}/sign", sign},
    Route{"POST", "/api/v1/policy/explain", explain_decision},
    Route{"GET", "/api/v1/codes/{code}", explain_code},
};

}  // namespace

std::span<const Route> policy_routes() { return routes; }

}  // namespace halligan::in::api
