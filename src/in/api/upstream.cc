#include "in/api/upstream.h"

#include <algorithm>
#include <boost/json.hpp>

#include "in/http/json.h"

namespace halligan::in::api {
namespace {

namespace json = boost::json;

constexpr std::size_t ids_at_once = 50;  // of 64 bytes: well within what a URL may have

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      out += '%' + to_hex(view(std::string_view{&c, 1}));
  }
  return out;
}

// Signs that would make one value several (FHIR search, escaping).
std::string one_value(std::string_view text, std::string_view meant) {
  std::string out;
  for (const char c : text) {
    if (std::string_view{"\\,$|"}.find(c) != std::string_view::npos &&
        meant.find(c) == std::string_view::npos)
      out += '\\';
    out += c;
  }
  return escaped(out);
}

std::string text_in(const json::object& from, std::string_view key) {
  const auto* held = from.if_contains(key);
  return held != nullptr && held->is_string() ? std::string{held->get_string()} : std::string{};
}

const json::array& list_in(const json::object& from, std::string_view key) {
  static const json::array none;
  const auto* held = from.if_contains(key);
  return held != nullptr && held->is_array() ? held->get_array() : none;
}

std::string name_of(const json::object& patient) {
  const json::object* best = nullptr;
  for (const auto& each : list_in(patient, "name")) {
    if (!each.is_object()) continue;
    if (best == nullptr || text_in(each.get_object(), "use") == "official")
      best = &each.get_object();
    if (text_in(*best, "use") == "official") break;
  }
  if (best == nullptr) return {};
  if (auto text = text_in(*best, "text"); !text.empty()) return text;
  std::string out;
  for (const auto& given : list_in(*best, "given"))
    if (given.is_string()) out += std::string{given.get_string()} + ' ';
  return out + text_in(*best, "family");
}

// The security labels; nothing where one cannot be read, since it may be any.
std::optional<std::vector<std::string>> labels_of(const json::object& patient) {
  std::vector<std::string> out;
  const auto* meta = patient.if_contains("meta");
  if (meta == nullptr) return out;
  if (!meta->is_object()) return std::nullopt;
  const auto* security = meta->get_object().if_contains("security");
  if (security == nullptr) return out;
  if (!security->is_array()) return std::nullopt;
  for (const auto& each : security->get_array()) {
    auto code = each.is_object() ? text_in(each.get_object(), "code") : std::string{};
    if (code.empty()) return std::nullopt;
    out.push_back(std::move(code));
  }
  return out;
}

// Bounded, so that one record cannot fill the list.
std::string shortened(std::string text) {
  if (text.size() <= 200) return text;
  text.resize(200);
  while (!text.empty() && !valid_utf8(text)) text.pop_back();
  return text;
}

Fault nonsense() {
  return {FaultCode::upstream_nonsense, "the record system's answer is no searchset of FHIR"};
}

Result<Found> read_found(std::string_view body, std::size_t at_most) {
  auto parsed = http::parse_json(body, limits::bundle_bytes_max);
  const auto* whole = std::get_if<json::value>(&parsed);
  if (whole == nullptr || !whole->is_object() ||
      text_in(whole->get_object(), "resourceType") != "Bundle")
    return nonsense();
  Found out;
  for (const auto& link : list_in(whole->get_object(), "link"))
    out.more = out.more || (link.is_object() && text_in(link.get_object(), "relation") == "next");
  for (const auto& entry : list_in(whole->get_object(), "entry")) {
    const auto* resource = entry.is_object() ? entry.get_object().if_contains("resource") : nullptr;
    if (resource == nullptr || !resource->is_object()) continue;
    const auto& patient = resource->get_object();
    const auto id = text_in(patient, "id");
    auto labels = labels_of(patient);
    if (text_in(patient, "resourceType") != "Patient" || !valid_id(id) || !labels) continue;
    if (out.people.size() == at_most) {
      out.more = true;
      break;
    }
    out.people.push_back({.id = PatientId{id},
                          .name = shortened(name_of(patient)),
                          .birth_date = shortened(text_in(patient, "birthDate")),
                          .gender = shortened(text_in(patient, "gender")),
                          .labels = *std::move(labels)});
  }
  return out;
}

// `ids` as they are written in a URL; none: of any id.
Result<Found> send_search(Api& api, const Criteria& criteria, const std::string& ids,
                          std::size_t at_most) {
  std::string target = "Patient?_count=" + std::to_string(at_most + 1);
  if (!criteria.name.empty()) target += "&name=" + one_value(criteria.name, "");
  if (!criteria.birth_date.empty()) target += "&birthdate=" + one_value(criteria.birth_date, "");
  if (!criteria.identifier.empty()) target += "&identifier=" + one_value(criteria.identifier, "|");
  if (!ids.empty()) target += "&_id=" + ids;
  const auto told = api.edge.records.send({.method = "GET",
                                           .target = target,
                                           .headers = {},
                                           .body = {},
                                           .bytes_max = limits::bundle_bytes_max});
  if (!told) return told.fault();
  if (told->status != 200) return nonsense();
  return read_found(told->body.look(), at_most);
}

}  // namespace

std::variant<Asked, http::Response> ask_patient(Api& api, const http::Request& request,
                                                const PatientId& patient, const app::Cell& cell) {
  std::optional<app::Refusal> refusal;
  bool asks = true;
  bool known = false;
  const auto looked = api.run([&](app::House& house, const Now& now) {
    const auto* session = app::live_session(house.state(), session_hash(request), now);
    if (session == nullptr) refusal = app::no_session(house.state(), session_hash(request), now);
    known = house.state().knows(patient);
    asks = session != nullptr && app::asks_who_it_is(house.state(), *session, {cell}, patient, now);
  });
  if (!looked) return api.faulted(looked.fault());
  if (refusal) return api.refused(*refusal);
  if (!asks) return Asked{.exists = known};
  const auto told = api.edge.records.send({.method = "GET",
                                           .target = "Patient/" + patient.text(),
                                           .headers = {},
                                           .body = {},
                                           .bytes_max = limits::resource_bytes_max});
  if (!told) return api.faulted(told.fault());
  if (told->status == 200) return Asked{.exists = true};
  if (told->status == 404 || told->status == 410) return Asked{.exists = false};
  return api.faulted(
      {FaultCode::upstream_nonsense, "the record system neither knows nor denies a patient"});
}

Result<Found> find_people(Api& api, const Criteria& criteria, std::size_t at_most) {
  auto found = send_search(api, criteria, one_value(criteria.id, ""), at_most);
  // One of another id is not who was asked for, whatever the record system thinks.
  if (found && !criteria.id.empty())
    std::erase_if(found->people,
                  [&](const Person& person) { return person.id.text() != criteria.id; });
  return found;
}

Result<Found> find_people(Api& api, const Criteria& criteria, const std::vector<PatientId>& among) {
  Found out;
  for (std::size_t done = 0; done < among.size();) {
    const auto end = std::min(done + ids_at_once, among.size());
    std::string ids;
    for (auto at = done; at < end; ++at) ids += (ids.empty() ? "" : ",") + among[at].text();
    auto found = send_search(api, criteria, ids, end - done);
    if (!found) return found.fault();
    const auto asked = std::span{among}.subspan(done, end - done);
    for (auto& person : found->people)
      if (std::ranges::find(asked, person.id) != asked.end())
        out.people.push_back(std::move(person));
    out.more = out.more || found->more;
    done = end;
  }
  return out;
}

}  // namespace halligan::in::api
