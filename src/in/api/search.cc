// search.cc - finding a person: by what they are called, or by the ward they are on.

#include "app/find_person.h"
#include "app/release.h"
#include "app/wards.h"
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

constexpr std::size_t candidates_max = app::people_listed_max + 10;  // some may have to be left out

bool valid_date(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  return parse_instant(text + "T00:00:00Z").has_value();
}

enum class Say { names, values };

std::string terms_of(const Criteria& criteria, Say say) {
  std::string out;
  const auto add = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    out += (out.empty() ? "" : ", ") + std::string{name} + (say == Say::values ? "=" + value : "");
  };
  add("name", criteria.name);
  add("birth_date", criteria.birth_date);
  add("identifier", criteria.identifier);
  add("id", criteria.id);
  add("ward", criteria.ward);
  return out;
}

std::variant<Criteria, Response> read_criteria(const Request& request) {
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  Criteria out{.name = fields.optional_text("name", 200).value_or(""),
               .birth_date = fields.optional_text("birth_date", 10).value_or(""),
               .identifier = fields.optional_text("identifier", 200).value_or(""),
               .id = fields.optional_text("id", limits::id_bytes_max).value_or(""),
               .ward = fields.optional_text("ward", limits::id_bytes_max).value_or("")};
  if (!out.birth_date.empty() && !valid_date(out.birth_date))
    fields.refuse("birth_date", "another text", "a date such as 1961-04-02");
  if (!out.id.empty() && !valid_id(out.id)) fields.refuse("id", "another text", "an id");
  if (!out.ward.empty() && !valid_id(out.ward)) fields.refuse("ward", "another text", "an id");
  // A field that is not known is named first: it is what was meant to be searched by.
  if (const auto error = fields.error()) return http::problem(*error);
  if (terms_of(out, Say::names).empty())
    fields.refuse("name", "nothing to search by",
                  "at least one of name, birth_date, identifier, id, ward");
  if (const auto error = fields.error()) return http::problem(*error);
  return out;
}

bool is_off_ward(const Criteria& criteria, const app::OnWard& on_ward, const PatientId& patient) {
  return !criteria.ward.empty() && !std::ranges::binary_search(on_ward.patients, patient);
}

// An id that was asked for is looked for whether it is on the ward or not: the time must not tell.
Result<Found> find_fitting(Api& api, const Criteria& criteria, const app::OnWard& on_ward) {
  if (criteria.ward.empty()) return find_people(api, criteria, candidates_max);
  auto found = criteria.id.empty() ? find_people(api, criteria, on_ward.patients)
                                   : find_people(api, criteria, candidates_max);
  if (!found) return found.fault();
  if (criteria.id.empty())
    std::erase_if(found->people,
                  [&](const Person& person) { return is_off_ward(criteria, on_ward, person.id); });
  found->more = found->more || on_ward.more;
  return found;
}

Response search(Api& api, const Request& request, const PathParams&) {
  const auto read = read_criteria(request);
  if (const auto* refused = std::get_if<Response>(&read)) return *refused;
  const auto& criteria = std::get<Criteria>(read);
  app::SearchPeople command;
  command.token_hash = session_hash(request);
  command.criteria = terms_of(criteria, Say::names);
  command.by_ward = !criteria.ward.empty();
  app::OnWard on_ward;
  const auto allowed =
      api.ask(request, command, [&](app::House& house, const Now& now, const auto& decided) {
        if (!std::holds_alternative<app::SearchPeople::Allowed>(decided) || !command.by_ward)
          return;
        if (const auto* session = app::live_session(house.state(), command.token_hash, now))
          on_ward = app::patients_on(house.state(), *session, criteria.ward, now);
      });
  if (!allowed) return api.faulted(allowed.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&allowed->get()))
    return api.refused(*refusal);

  const auto found = find_fitting(api, criteria, on_ward);
  if (!found) return api.faulted(found.fault());
  app::ListPeople list;
  list.token_hash = command.token_hash;
  list.search = std::get<app::SearchPeople::Allowed>(allowed->get()).search;
  list.terms = terms_of(criteria, Say::values);
  list.id = criteria.id;
  if (!criteria.ward.empty()) list.at_most = app::people_of_ward_listed_max;
  for (const auto& person : found->people)
    list.found.push_back({.patient = person.id,
                          .labels = person.labels,
                          .off_ward = is_off_ward(criteria, on_ward, person.id)});
  const auto listed = api.ask(request, list);
  if (!listed) return api.faulted(listed.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&listed->get())) return api.refused(*refusal);

  const auto& shown = std::get<app::ListPeople::Listed>(listed->get());
  json::array patients;
  for (const auto& person : found->people)
    if (std::find(shown.patients.begin(), shown.patients.end(), person.id) != shown.patients.end())
      patients.push_back({{"id", person.id.text()},
                          {"name", person.name},
                          {"birth_date", or_null(person.birth_date)},
                          {"gender", or_null(person.gender)}});
  const json::object body{{"patients", std::move(patients)}, {"more", shown.more || found->more}};
  return http::json_response(200, app::release_listed(*listed, json::serialize(body)).bytes());
}

Response list_wards(Api& api, const Request& request, const PathParams&) {
  app::ListWards command;
  command.token_hash = session_hash(request);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return answer(200, {{"wards", json_texts(std::get<0>(asked->get()))}});
}

constexpr std::array routes{
    Route{"POST", "/api/v1/patients/search", search},
    Route{"GET", "/api/v1/wards", list_wards},
};

}  // namespace

std::span<const Route> search_routes() { return routes; }

}  // namespace halligan::in::api
