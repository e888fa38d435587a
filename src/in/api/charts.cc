// charts.cc - opening a chart, copying it, breaking its glass, the viewer, referrals.

#include "app/break_glass.h"
#include "app/offer.h"
#include "app/referrals.h"
#include "core/policy/words.h"
#include "in/api/credentials.h"
#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/routes.h"
#include "in/api/upstream.h"
#include "in/offer_json.h"

namespace halligan::in::api {
namespace {

using http::Fields;
using http::PathParams;
using http::Request;
using http::Response;

// --- opening a chart ---------------------------------------------------------------------------

// The relations that the basis rests on.
std::vector<app::UsedRelation> relations_of(const app::State& state, const std::string& token_hash,
                                            const app::Cell& cell, const std::string& rule,
                                            const Now& now) {
  std::vector<app::UsedRelation> out;
  const auto* session = state.session_by_token(token_hash);
  if (session == nullptr) return out;
  const auto how = app::explain(state, *session, cell, now);
  if (!how) return out;
  for (const auto& step : how->steps)
    if (step.rule == rule)
      for (const auto& part : step.parts)
        out.insert(out.end(), part.relations.begin(), part.relations.end());
  return out;
}

// Whether somebody else will look at what rests on this right: of a glass, its case is told
// instead.
bool is_reviewed(const app::State& state, const std::string& token_hash, const app::Cell& cell,
                 const Now& now) {
  const auto* session = state.session_by_token(token_hash);
  if (session == nullptr) return false;
  const auto basis = app::judge(state, *session, cell, now).basis;
  return basis && !basis->is_reason && !basis->bill.reviews.empty();
}

// What a permit of a type may leave out takes glass: the offer of it, by the policy alone, and as
// the records' own answers hint at it.
json::value offer_of_rest(const app::State& state, const std::string& token_hash,
                          const app::Cell& cell, const Now& now) {
  const auto* session = state.session_by_token(token_hash);
  if (session == nullptr || !cell.survey) return {};
  const auto more = app::more_by_glass(state, *session, cell, now);
  if (!more) return {};
  return offer_json(app::offer_of(state, more->cell, more->answer, now));
}

json::object basis_json(const std::string& rule, const std::vector<app::UsedRelation>& used,
                        const GlassId& glass) {
  json::array relations;
  json::array because;
  for (const auto& each : used) {
    relations.emplace_back(each.text);
    because.push_back({{"relation", each.relation},
                       {"from", each.from},
                       {"to", each.to},
                       {"since", or_null(each.since)}});
  }
  return {{"rule", rule},
          {"relations", std::move(relations)},
          {"because", std::move(because)},
          {"glass", or_null(glass.text())}};
}

// What is told of what is open.
struct Shown {
  std::string rule;
  std::vector<app::UsedRelation> relations{};
  GlassId glass{};
  std::vector<std::string> notices{};
  bool reviewed = false;
  json::value rest{};
};

json::object shown_json(const Shown& shown) {
  return {{"basis", basis_json(shown.rule, shown.relations, shown.glass)},
          {"notices", json_texts(shown.notices)},
          {"review", shown.reviewed},
          {"rest", shown.rest}};
}

// The same of what opens now, by whatever right; nothing where it does not.
std::optional<Shown> shown_of(const app::State& state, const std::string& token_hash,
                              const app::Cell& cell, const Now& now, app::OpenGlass open_glass) {
  const auto* session = state.session_by_token(token_hash);
  if (session == nullptr) return std::nullopt;
  const auto basis = app::judge(state, *session, cell, now, open_glass).basis;
  if (!basis) return std::nullopt;
  Shown out{.rule = basis->rule, .notices = app::notices_of(state, *basis)};
  out.relations = relations_of(state, token_hash, cell, out.rule, now);
  if (open_glass == app::OpenGlass::counts)
    if (const auto* held =
            app::glass_behind(state, *session, PatientId{cell.patient.value_or("")}, *basis))
      out.glass = held->id;
  out.reviewed = is_reviewed(state, token_hash, cell, now);
  out.rest = offer_of_rest(state, token_hash, cell, now);
  return out;
}

json::object not_permitted(const app::Refusal& refusal) {
  if (refusal.offer)
    return {{"verdict", "glass"}, {"offer", offer_json(*refusal.offer)}, {"code", refusal.code}};
  return {{"verdict", "deny"},
          {"rule", or_null(refusal.rule)},
          {"text", or_null(refusal.text)},
          {"code", refusal.code}};
}

// The cell that an offer named, or none: the chart.
app::OfferedCell read_wanted(Fields& fields) {
  app::OfferedCell out;
  auto cell = fields.optional_object("cell");
  if (!cell) return out;
  const auto action = cell->optional_one_of("action", {"search", "read", "append", "modify"});
  out.action = app::action_named(action.value_or("read")).value_or(app::Action::read);
  out.type = cell->text("type", limits::id_bytes_max);
  const Fields::ListBounds codes{.items_max = limits::codes_of_cell_max,
                                 .bytes_max = limits::id_bytes_max};
  out.labels = cell->optional_texts("labels", codes);
  out.categories = cell->optional_texts("categories", codes);
  if (!out.type.empty() && !out.type.starts_with("fact:") && !policy::is_resource_type(out.type))
    cell->refuse("type", "another text", "a resource type of FHIR R4, or fact: and a relation");
  return out;
}

// What is asked of a chart as such, or of a cell of it, before anything of it is shown.
struct Opening {
  std::string form;
  std::string what{};
  facts::Outcome outcome = facts::Outcome::nothing;  // nothing of the chart is shown yet
  app::AskAccess::Focus focus = app::AskAccess::Focus::moves;
  bool with_rest = false;
};

Response decide_chart(Api& api, const Request& request, const PatientId& patient,
                      const app::Cell& cell, const Opening& opening) {
  const auto upstream = ask_patient(api, request, patient, cell);
  if (const auto* trouble = std::get_if<Response>(&upstream)) return *trouble;

  app::AskAccess command;
  command.token_hash = session_hash(request);
  command.cells = {cell};
  command.form = opening.form;
  command.what = opening.what;
  command.focus = opening.focus;
  command.patients_exist = std::get<Asked>(upstream).exists;
  Shown shown;
  const auto asked =
      api.ask(request, command, [&](app::House& house, const Now& now, const auto& decided) {
        const auto* access = std::get_if<app::Accessed>(&decided);
        if (access == nullptr || !access->any_permitted) return;
        const auto& rule = access->cells.front().rule;
        shown = {.rule = rule,
                 .relations = relations_of(house.state(), command.token_hash, cell, rule, now),
                 .glass = access->glass,
                 .notices = access->notices,
                 .reviewed = is_reviewed(house.state(), command.token_hash, cell, now),
                 .rest = offer_of_rest(house.state(), command.token_hash, cell, now)};
        app::TellOutcome outcome;
        outcome.intent = access->intent;
        outcome.outcome = opening.outcome;
        house.perform(outcome, now);
      });
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  const auto& access = std::get<app::Accessed>(asked->get());
  if (!access.any_permitted) return answer(200, not_permitted(*access.refusal));
  auto body = shown_json(shown);
  if (!opening.with_rest) body.erase("rest");
  body.emplace("verdict", "permit");
  body.emplace("receipt", access.intent);
  return answer(200, body);
}

Response open_chart(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "patient", path["patient"])) return *refused;
  auto body = optional_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  const auto wanted = read_wanted(fields);
  if (const auto error = fields.error()) return http::problem(*error);
  const PatientId patient{path["patient"]};
  return decide_chart(api, request, patient, app::cell_of(wanted, patient),
                      {.form = "open-chart", .with_rest = true});
}

// What leaves the screen on paper or as a file is written down before it does.
Response copy_chart(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "patient", path["patient"])) return *refused;
  const auto copy = read_copy(request);
  if (const auto* refused = std::get_if<Response>(&copy)) return *refused;
  const auto& [kind, what] = std::get<Copy>(copy);
  const PatientId patient{path["patient"]};
  return decide_chart(api, request, patient, app::chart_cell(patient),
                      {.form = kind,
                       .what = what,
                       .outcome = facts::Outcome::released,
                       .focus = by_cookie(request) ? app::AskAccess::Focus::must_be_there
                                                   : app::AskAccess::Focus::moves});
}

// --- breaking the glass ------------------------------------------------------------------------

std::variant<app::BreakGlass, Response> read_break(const Request& request) {
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  drop_unanswered(std::get<json::object>(body));
  Fields fields{std::get<json::object>(body)};
  app::BreakGlass out;
  const auto reason = fields.optional_text("reason", limits::id_bytes_max);
  const auto rule = fields.optional_text("rule", limits::id_bytes_max);
  if (reason.has_value() == rule.has_value())
    fields.refuse("reason", reason ? "a rule beside it" : "neither a reason nor a rule",
                  "one of reason and rule");
  out.rule = reason ? *reason : rule.value_or("");
  out.details = read_details(fields.optional_objects("details", limits::details_max));
  out.acknowledged =
      fields.optional_texts("acknowledge", {.items_max = 32, .bytes_max = limits::id_bytes_max});
  out.confirmed = fields.optional_flag("confirm").value_or(false);
  out.wanted = read_wanted(fields);
  if (const auto error = fields.error()) return http::problem(*error);
  return out;
}

// What was broken before has no entry of its own, so nothing of the chart is told by it.
json::object shown_or_not(const std::optional<Shown>& shown) {
  if (shown) return shown_json(*shown);
  return {{"basis", nullptr}, {"notices", json::array{}}, {"review", false}, {"rest", nullptr}};
}

// Where the request shows a key, a credential that is bound to it comes with the glass. That none
// could be made keeps nobody from the chart: the glass is broken, and it says why.
json::value credential_with(Api& api, const Request& request, const GlassId& glass) {
  if (api.tokens == nullptr) return nullptr;
  const auto key = api.tokens->key_of(request);
  if (key.bound.empty())
    return key.wrong.empty() ? json::value{} : json::value(json::object{{"error", key.wrong}});
  auto made = make_credential(api, session_hash(request), glass, key.bound);
  if (auto* credential = std::get_if<json::object>(&made)) return std::move(*credential);
  const auto* refusal = std::get_if<app::Refusal>(&made);
  return json::object{{"error", refusal != nullptr ? refusal->what : "ask for it again"}};
}

Response broken_response(const app::Broken& broken, const app::GlassView& view,
                         const std::optional<Shown>& shown, json::value credential) {
  const auto& held = view.held;
  const auto reason =
      held.grants.back().reason.empty() ? held.grants.back().rule : held.grants.back().reason;
  auto body = shown_or_not(shown);
  body.emplace("glass", held.id.text());
  body.emplace("case", or_null(held.case_id.text()));
  body.emplace("reason", reason);
  body.emplace("until", or_null(view.until));
  body.emplace("idle_seconds", seconds(held.idle_span));
  body.emplace("details_owed", owed_json(view));
  body.emplace("receipt", broken.entry == 0 ? json::value{} : json::value(broken.entry));
  if (!credential.is_null()) body.emplace("credential", std::move(credential));
  return answer(broken.again ? 200 : 201, body);
}

Response break_chart(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "patient", path["patient"])) return *refused;
  auto read = read_break(request);
  if (auto* refused = std::get_if<Response>(&read)) return std::move(*refused);
  auto& command = std::get<app::BreakGlass>(read);
  command.token_hash = session_hash(request);
  command.patient = PatientId{path["patient"]};
  const auto cell = app::cell_of(command.wanted, command.patient);
  const auto upstream = ask_patient(api, request, command.patient, cell);
  if (const auto* trouble = std::get_if<Response>(&upstream)) return *trouble;
  command.patient_exists = std::get<Asked>(upstream).exists;

  app::GlassView view;
  std::optional<Shown> shown;
  const auto asked =
      api.ask(request, command, [&](app::House& house, const Now& now, const auto& decided) {
        const auto& state = house.state();
        if (const auto* broken = std::get_if<app::Broken>(&decided)) {
          view = app::glass_view(state, *state.glass(broken->glass), now);
          if (!broken->again)
            shown = shown_of(state, command.token_hash, app::chart_cell(command.patient), now,
                             app::OpenGlass::counts);
        }
        if (std::holds_alternative<app::Unneeded>(decided))
          shown = shown_of(state, command.token_hash, cell, now, app::OpenGlass::ignored);
      });
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  if (const auto* unneeded = std::get_if<app::Unneeded>(&asked->get())) {
    auto body = shown_or_not(shown);
    body.emplace("verdict", "permit");
    body.emplace("unneeded", true);
    body.emplace("receipt", unneeded->entry);
    return answer(200, body);
  }
  if (api.edge.under_glass != nullptr)
    api.edge.under_glass->note(command.token_hash, api.edge.clock.now().boot);
  const auto& broken = std::get<app::Broken>(asked->get());
  return broken_response(broken, view, shown, credential_with(api, request, broken.glass));
}

Response view_glass(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "patient", path["patient"])) return *refused;
  app::ViewGlass command;
  command.token_hash = session_hash(request);
  command.patient = PatientId{path["patient"]};
  const auto upstream =
      ask_patient(api, request, command.patient, app::chart_cell(command.patient));
  if (const auto* trouble = std::get_if<Response>(&upstream)) return *trouble;
  command.patient_exists = std::get<Asked>(upstream).exists;

  std::vector<app::GlassView> views;
  bool reviewed = false;
  const auto asked =
      api.ask(request, command, [&](app::House& house, const Now& now, const auto& decided) {
        const auto* seen = std::get_if<app::ViewGlass::Seen>(&decided);
        if (seen == nullptr) return;
        reviewed =
            is_reviewed(house.state(), command.token_hash, app::chart_cell(command.patient), now);
        for (const auto& id : seen->glass)
          views.push_back(app::glass_view(house.state(), *house.state().glass(id), now));
        app::TellOutcome outcome;
        outcome.intent = seen->access.intent;
        outcome.outcome = facts::Outcome::released;
        outcome.resources = views.size();
        house.perform(outcome, now);
      });
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  json::array list;
  for (const auto& each : views) list.push_back(glass_json(each));
  return answer(200, {{"glass", std::move(list)},
                      {"review", reviewed},
                      {"receipt", std::get<app::ViewGlass::Seen>(asked->get()).access.intent}});
}

// --- referrals ---------------------------------------------------------------------------------

Response log_referral(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "patient", path["patient"])) return *refused;
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  app::LogReferral command;
  command.token_hash = session_hash(request);
  command.patient = PatientId{path["patient"]};
  command.team = fields.text("team", 2 * limits::id_bytes_max);
  if (const auto error = fields.error()) return http::problem(*error);
  const auto upstream = ask_patient(api, request, command.patient,
                                    app::referral_cell(app::Action::append, command.patient));
  if (const auto* trouble = std::get_if<Response>(&upstream)) return *trouble;
  command.patient_exists = std::get<Asked>(upstream).exists;
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  const auto& done = std::get<app::LogReferral::Done>(asked->get());
  return answer(done.again ? 200 : 201, {{"relation", "referral"},
                                         {"from", done.from},
                                         {"to", done.to},
                                         {"start", to_text(done.start)},
                                         {"case", or_null(done.case_id.text())},
                                         {"receipt", done.entry}});
}

Response close_referral(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "patient", path["patient"])) return *refused;
  if (auto refused = bad_id(api, "team", path["team"])) return *refused;
  if (auto refused = bad_empty(request)) return *refused;
  app::CloseReferral command;
  command.token_hash = session_hash(request);
  command.patient = PatientId{path["patient"]};
  command.team = path["team"];
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return answer(200, {{"relation", "referral"}, {"receipt", std::get<EntryIndex>(asked->get())}});
}

constexpr std::array routes{
    Route{"POST", "/api/v1/charts/{patient}/open", open_chart},
    Route{"POST", "/api/v1/charts/{patient}/copies", copy_chart},
    Route{"POST", "/api/v1/charts/{patient}/break", break_chart},
    Route{"GET", "/api/v1/charts/{patient}/glass", view_glass},
    Route{"POST", "/api/v1/charts/{patient}/referrals", log_referral},
    Route{"POST", "/api/v1/charts/{patient}/referrals/{team}/close", close_referral},
};

}  // namespace

std::span<const Route> chart_routes() { return routes; }

}  // namespace halligan::in::api
