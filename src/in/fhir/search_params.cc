#include "in/fhir/search_params.h"

#include <algorithm>
#include <array>

#include "base/ids.h"

namespace halligan::in::fhir {
namespace {

using std::string_view;

struct Row {
  string_view type;
  std::array<string_view, 8> names;
};

constexpr std::array table{
    Row{"Account", {"status", "type"}},
    Row{"AdverseEvent", {"category", "date"}},
    Row{"AllergyIntolerance",
        {"category", "clinical-status", "code", "criticality", "date", "type",
         "verification-status"}},
    Row{"Appointment", {"appointment-type", "date", "service-type", "status"}},
    Row{"CarePlan", {"category", "date", "encounter", "intent", "status"}},
    Row{"CareTeam", {"category", "date", "encounter", "status"}},
    Row{"Claim", {"created", "status", "use"}},
    Row{"ClinicalImpression", {"date", "encounter", "status"}},
    Row{"Communication", {"category", "encounter", "received", "sent", "status"}},
    Row{"Composition", {"category", "date", "encounter", "period", "status", "type"}},
    Row{"Condition",
        {"category", "clinical-status", "code", "encounter", "onset-date", "recorded-date",
         "severity", "verification-status"}},
    Row{"Consent", {"category", "date", "scope", "status"}},
    Row{"Coverage", {"status", "type"}},
    Row{"DeviceRequest", {"authored-on", "code", "encounter", "intent", "status"}},
    Row{"DiagnosticReport", {"category", "code", "date", "encounter", "issued", "status"}},
    Row{"DocumentReference", {"category", "date", "encounter", "period", "status", "type"}},
    Row{"Encounter", {"class", "date", "status", "type"}},
    Row{"EpisodeOfCare", {"date", "status", "type"}},
    Row{"ExplanationOfBenefit", {"created", "status"}},
    Row{"FamilyMemberHistory", {"code", "date", "relationship", "status"}},
    Row{"Flag", {"date", "encounter"}},
    Row{"Goal", {"category", "lifecycle-status", "start-date", "target-date"}},
    Row{"ImagingStudy", {"encounter", "modality", "started", "status"}},
    Row{"Immunization", {"date", "status", "vaccine-code"}},
    Row{"List", {"code", "date", "encounter", "status"}},
    Row{"Media", {"created", "encounter", "status", "type"}},
    Row{"MedicationAdministration", {"code", "effective-time", "status"}},
    Row{"MedicationDispense", {"code", "status", "whenhandedover", "whenprepared"}},
    Row{"MedicationRequest",
        {"authoredon", "category", "code", "date", "encounter", "intent", "priority", "status"}},
    Row{"MedicationStatement", {"category", "code", "effective", "status"}},
    Row{"NutritionOrder", {"datetime", "encounter", "status"}},
    Row{"Observation", {"category", "code", "date", "encounter", "status"}},
    Row{"Procedure", {"category", "code", "date", "encounter", "status"}},
    Row{"QuestionnaireResponse", {"authored", "encounter", "status"}},
    Row{"RiskAssessment", {"date", "encounter"}},
    Row{"ServiceRequest",
        {"authored", "category", "code", "encounter", "intent", "occurrence", "priority",
         "status"}},
    Row{"Specimen", {"collected", "status", "type"}},
    Row{"Task", {"authored-on", "code", "encounter", "intent", "modified", "priority", "status"}},
};

constexpr std::array<string_view, 17> dates{
    "_lastUpdated", "authored",   "authored-on", "authoredon",     "collected",    "created",
    "date",         "datetime",   "effective",   "effective-time", "issued",       "modified",
    "occurrence",   "onset-date", "period",      "received",       "recorded-date"};
constexpr std::array<string_view, 6> more_dates{"sent",        "start-date",     "started",
                                                "target-date", "whenhandedover", "whenprepared"};
constexpr std::array<string_view, 6> person{"birthdate", "family",     "gender",
                                            "given",     "identifier", "name"};

ParamKind kind_of(string_view name) {
  if (name == "encounter") return ParamKind::encounter;
  const bool date =
      std::ranges::binary_search(dates, name) || std::ranges::binary_search(more_dates, name);
  return date ? ParamKind::date : ParamKind::token;
}

bool digits(string_view text, std::size_t at, std::size_t count) {
  return text.size() >= at + count &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at),
                     text.begin() + static_cast<std::ptrdiff_t>(at + count),
                     [](char c) { return c >= '0' && c <= '9'; });
}

// Two digits within bounds.
bool part(string_view text, std::size_t at, string_view least, string_view most) {
  return digits(text, at, 2) && text.substr(at, 2) >= least && text.substr(at, 2) <= most;
}

// "Thh:mm", "Thh:mm:ss", with a fraction and an offset.
bool time_of_day(string_view rest) {
  if (rest.size() < 6 || rest[0] != 'T' || !part(rest, 1, "00", "23") || rest[3] != ':' ||
      !part(rest, 4, "00", "59"))
    return false;
  rest.remove_prefix(6);
  if (rest.starts_with(':')) {
    if (!part(rest, 1, "00", "59")) return false;
    rest.remove_prefix(3);
    if (rest.starts_with('.')) {
      const auto end = rest.find_first_not_of("0123456789", 1);
      if (end == 1 || rest.size() == 1) return false;
      rest = end == string_view::npos ? string_view{} : rest.substr(end);
    }
  }
  if (rest.empty() || rest == "Z") return true;
  return rest.size() == 6 && (rest[0] == '+' || rest[0] == '-') && part(rest, 1, "00", "14") &&
         rest[3] == ':' && part(rest, 4, "00", "59");
}

}  // namespace

std::span<const string_view> chart_params(string_view type) {
  const auto row = std::ranges::lower_bound(table, type, {}, &Row::type);
  if (row == table.end() || row->type != type) return {};
  const auto end = std::ranges::find(row->names, string_view{});
  return {row->names.begin(), end};
}

std::optional<ParamKind> chart_param(string_view type, string_view name) {
  if (name == "_id" || name == "_security") return ParamKind::token;
  if (name == "_lastUpdated") return ParamKind::date;
  const auto names = chart_params(type);
  if (std::ranges::find(names, name) == names.end()) return std::nullopt;
  return kind_of(name);
}

std::span<const string_view> person_params() { return person; }

std::optional<ParamKind> person_param(string_view name) {
  if (std::ranges::find(person, name) == person.end()) return std::nullopt;
  if (name == "birthdate") return ParamKind::date;
  return name == "gender" || name == "identifier" ? ParamKind::token : ParamKind::text;
}

bool is_search_date(string_view value) {
  constexpr std::array<string_view, 9> prefixes{"eq", "ne", "gt", "lt", "ge",
                                                "le", "sa", "eb", "ap"};
  if (value.size() > 2 && std::ranges::find(prefixes, value.substr(0, 2)) != prefixes.end())
    value.remove_prefix(2);
  if (!digits(value, 0, 4)) return false;
  if (value.size() == 4) return true;
  if (value[4] != '-' || !part(value, 5, "01", "12")) return false;
  if (value.size() == 7) return true;
  if (value[7] != '-' || !part(value, 8, "01", "31")) return false;
  return value.size() == 10 || time_of_day(value.substr(10));
}

std::optional<string_view> wrong_value(ParamKind kind, string_view value) {
  constexpr std::size_t bytes_max = 200;
  if (value.empty() || value.size() > bytes_max) return "expected 1 to 200 bytes";
  switch (kind) {
    case ParamKind::date:
      if (!is_search_date(value))
        return "expected a date such as 2026-05-03 or ge2026-05-03T10:00:00Z";
      return std::nullopt;
    case ParamKind::encounter: {
      if (value.starts_with("Encounter/")) value.remove_prefix(10);
      if (!valid_id(value)) return "expected Encounter/ and an id";
      return std::nullopt;
    }
    case ParamKind::token:
    case ParamKind::text: return std::nullopt;
  }
  return "not understood";
}

}  // namespace halligan::in::fhir
