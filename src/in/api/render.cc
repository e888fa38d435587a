#include "in/api/render.h"

#include <algorithm>

#include "base/must.h"
#include "in/offer_json.h"

namespace halligan::in::api {
namespace {

json::array details_json(const std::vector<facts::Detail>& details) {
  json::array out;
  for (const auto& detail : details)
    out.push_back({{"prompt", detail.prompt}, {"answer", detail.answer}});
  return out;
}

// Quotes inside a quoted-string (RFC 9110) would end it early.
std::string quoted(std::string text) {
  std::replace(text.begin(), text.end(), '"', '\'');
  return '"' + text + '"';
}

void add_challenge(http::Response& response, const app::Refusal& refusal) {
  if (app::is_nobody(refusal.why)) response.headers.push_back({"WWW-Authenticate", "Bearer"});
  if (refusal.why != app::Why::step_up_needed) return;
  std::string value = "Bearer error=\"insufficient_user_authentication\", error_description=" +
                      quoted(refusal.what);
  if (refusal.max_age_seconds > 0)
    value += ", max_age=\"" + std::to_string(refusal.max_age_seconds) + '"';
  response.headers.push_back({"WWW-Authenticate", std::move(value)});
}

template <class Enum>
std::string enum_text(Enum value) {
  const char* name = boost::describe::enum_to_string(value, nullptr);
  MUST(name != nullptr);
  std::string out{name};
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

}  // namespace

std::string spelled(facts::EndedBy by) { return enum_text(by); }
std::string spelled(facts::Finding finding) { return enum_text(finding); }
std::string spelled(facts::Outcome outcome) { return enum_text(outcome); }
std::string spelled(facts::SessionEnd by) { return enum_text(by); }
std::string spelled(app::GlassChanged::What what) { return enum_text(what); }
std::string spelled(app::CaseChanged::What what) { return enum_text(what); }
std::string spelled(app::SessionChanged::What what) { return enum_text(what); }

json::value or_null(const std::string& text) {
  return text.empty() ? json::value{} : json::value(json::string{text});
}

json::value or_null(const std::optional<Instant>& at) {
  return at ? json::value(json::string{to_text(*at)}) : json::value{};
}

http::Response answer(int status, const json::value& body) {
  return http::json_response(status, json::serialize(body));
}

http::Response no_content() { return {.status = 204}; }

http::Response problem_of(const app::Refusal& refusal, const std::string& code) {
  const int status = app::http_status(refusal.why);
  json::object body{{"type", std::string{"urn:halligan:problem:"} + app::slug(refusal.why)},
                    {"title", app::title(refusal.why)},
                    {"status", status},
                    {"detail", refusal.what},
                    {"code", code}};
  if (!refusal.rule.empty()) body.emplace("rule", refusal.rule);
  if (!refusal.text.empty()) body.emplace("text", refusal.text);
  if (!refusal.missing.empty()) body.emplace("missing", json_texts(refusal.missing));
  if (refusal.retry_after_seconds > 0)
    body.emplace("retry_after_seconds", refusal.retry_after_seconds);
  if (refusal.max_age_seconds > 0) body.emplace("max_age_seconds", refusal.max_age_seconds);
  if (refusal.offer) body.emplace("offer", offer_json(*refusal.offer));
  if (!refusal.ended_by.empty()) body.emplace("ended_by", refusal.ended_by);
  if (!refusal.act.empty()) body.emplace("act", refusal.act);
  http::Response out{.status = status,
                     .headers = {{"Content-Type", "application/problem+json"}},
                     .body = json::serialize(body)};
  if (refusal.retry_after_seconds > 0)
    out.headers.push_back({"Retry-After", std::to_string(refusal.retry_after_seconds)});
  add_challenge(out, refusal);
  return out;
}

json::array owed_json(const app::GlassView& view) {
  json::array owed;
  if (view.owed_due)
    owed.push_back({{"prompts", json_texts(view.owed_prompts)}, {"due", to_text(*view.owed_due)}});
  return owed;
}

json::array passkeys_json(const app::Person& person) {
  json::array out;
  for (const auto& [id, held] : person.passkeys)
    out.push_back({{"passkey", id},
                   {"name", held.name},
                   {"attestation", held.attestation},
                   {"model", held.model},
                   {"synced", held.synced},
                   {"enrolled_at", to_text(held.enrolled_at)},
                   {"used_at", held.used_at == far_past ? json::value{}
                                                        : json::value(to_text(held.used_at))}});
  return out;
}

json::object glass_json(const app::GlassView& view) {
  const auto& held = view.held;
  const auto* ended = std::get_if<glass::Ended>(&held.life);
  const auto& first = held.grants.front();
  json::array details;
  json::array widened;
  bool unsure = false;
  for (const auto& grant : held.grants) {
    for (auto& detail : details_json(grant.details)) details.push_back(std::move(detail));
    unsure = unsure || grant.unsure;
    if (&grant != &first) widened.emplace_back(grant.reason.empty() ? grant.rule : grant.reason);
  }
  return {{"glass", held.id.text()},
          {"staff", held.staff.text()},
          {"name", view.name},
          {"roles", json_texts(view.roles)},
          {"patient", held.patient.text()},
          {"reason", first.reason.empty() ? first.rule : first.reason},
          {"widened", std::move(widened)},
          {"label", view.label},
          {"purpose", first.purpose},
          {"opened_at", to_text(held.opened_at)},
          {"until", or_null(view.until)},
          {"idle_until", or_null(view.idle_until)},
          {"idle_seconds", seconds(held.idle_span)},
          {"ended_at", ended == nullptr ? json::value{} : json::value(to_text(ended->at))},
          {"ended_by", ended == nullptr ? json::value{} : json::value(spelled(ended->by))},
          {"place", or_null(held.place.text())},
          {"terminal", or_null(held.terminal.text())},
          {"details", std::move(details)},
          {"comment", ended == nullptr ? json::value{} : or_null(ended->comment)},
          {"text_hidden", view.text_hidden},
          {"details_owed", owed_json(view)},
          {"releases", held.releases},
          {"unsure", unsure},
          {"case", or_null(held.case_id.text())},
          {"case_state", view.case_state ? json::value(*view.case_state) : json::value{}},
          {"finding", view.finding ? json::value(spelled(*view.finding)) : json::value{}}};
}

json::object closing_json(const cases::Closing& closing) {
  return {{"reviewer", or_null(closing.reviewer.text())},
          {"finding", spelled(closing.finding)},
          {"comment", closing.comment},
          {"at", to_text(closing.at)}};
}

json::object case_json(const app::CaseView& view) {
  const auto& held = view.held;
  json::array reviewers;
  for (const auto& each : held.reviewers) reviewers.emplace_back(each.role);
  json::value justification;
  json::value explanation;
  json::value closing;
  const auto said = [](const cases::Justification& each) {
    return json::object{{"at", to_text(each.at)}, {"text", each.text}};
  };
  if (held.justification) justification = said(*held.justification);
  json::array justified_before;
  for (const auto& each : held.justified_before) justified_before.push_back(said(each));
  if (held.explanation)
    explanation = {{"at", to_text(held.explanation->at)},
                   {"rule", held.explanation->rule},
                   {"relations", held.explanation->relations}};
  if (held.closing) closing = closing_json(*held.closing);
  json::array reopenings;
  for (const auto& each : held.reopenings)
    reopenings.push_back({{"closing", closing_json(each.closing)},
                          {"by", or_null(each.by.text())},
                          {"comment", each.comment},
                          {"at", to_text(each.at)}});
  return {{"case", held.id.text()},
          {"kind", held.kind},
          {"state", cases::name_of(cases::stage_of(held))},
          {"late", view.late},
          {"staff", held.staff.text()},
          {"name", view.name},
          {"patient", or_null(held.patient.text())},
          {"glass", or_null(held.glass.text())},
          {"rule", held.rule},
          {"queue", held.reviewers.front().queue},
          {"reviewer", held.reviewers.front().role},
          {"reviewers", std::move(reviewers)},
          {"rank", held.rank},
          {"cause", held.cause},
          {"opened_at", to_text(held.opened_at)},
          {"due", to_text(held.due)},
          {"justification", std::move(justification)},
          {"justified_before", std::move(justified_before)},
          {"explanation", std::move(explanation)},
          {"closing", std::move(closing)},
          {"reopened", held.reopenings.size()},
          {"reopenings", std::move(reopenings)}};
}

json::object session_json(const app::SessionView& view) {
  json::array open;
  for (const auto& each : view.glass) open.push_back(glass_json(each));
  json::array owed;
  for (const auto& each : view.owed)
    owed.push_back({{"glass", each.held.id.text()},
                    {"patient", each.held.patient.text()},
                    {"prompts", json_texts(each.owed_prompts)},
                    {"due", to_text(*each.owed_due)}});
  return {{"session", view.id.text()},
          {"staff", view.staff.text()},
          {"name", view.name},
          {"roles", json_texts(view.roles)},
          {"place", or_null(view.place.text())},
          {"terminal", or_null(view.terminal.text())},
          {"until", to_text(view.until)},
          {"idle_until", to_text(view.idle_until)},
          {"proof_at", to_text(view.proof_at)},
          {"way", view.way},
          {"locked", view.locked},
          {"focus", or_null(view.focus.text())},
          {"focus_rules", json_texts(view.focus_rules)},
          {"teams", json_texts(view.teams)},
          {"glass", std::move(open)},
          {"owed", std::move(owed)}};
}

}  // namespace halligan::in::api
