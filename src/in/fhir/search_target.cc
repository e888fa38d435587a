// search_target.cc - the parameters of a search: within one chart, for a person, or a page of one.
#include "in/fhir/search_target.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include "base/limits.h"
#include "in/fhir/compartment.h"
#include "in/fhir/includes.h"
#include "in/fhir/search_params.h"

namespace halligan::in::fhir {

using std::string_view;

NotAllowed unsupported(std::string what, int status) {
  return {.status = status, .code = "not-supported", .what = std::move(what)};
}
NotAllowed invalid(std::string what) {
  return {.status = 400, .code = "invalid", .what = std::move(what)};
}

bool json_format(string_view value) {
  return value == "json" || value == "application/json" || value == "application/fhir+json" ||
         value == "text/json";
}

std::variant<Common, NotAllowed> read_common(http::QueryPairs&& pairs) {
  Common out;
  bool counted = false;
  for (auto& [name, value] : pairs) {
    if (name == "_count") {
      const auto* end = value.data() + value.size();
      std::size_t count = 0;
      const auto read = std::from_chars(value.data(), end, count);
      if (counted || value.empty() || value.size() > 6 || value[0] == '+' ||
          read.ec != std::errc{} || read.ptr != end)
        return invalid("_count: expected one whole number");
      if (count == 0) return unsupported("_count=0 asks for a total, and none is told");
      counted = true;
      out.count = std::min(count, count_max);
    } else if (name == "_format") {
      if (!json_format(value)) return unsupported("the only format is JSON", 406);
    } else {
      out.rest.push_back({std::move(name), std::move(value)});
    }
  }
  return out;
}

namespace {

// Names of parameters that people know, and why they are not taken.
std::optional<string_view> why_not(string_view name) {
  struct Known {
    string_view name;
    string_view why;
  };
  static constexpr std::array known{
      Known{"_include", "ask for the included type by itself, with patient"},
      Known{"_revinclude", "ask for the including type by itself, with patient"},
      Known{"_has", "ask for that type by itself, with patient"},
      Known{"_filter", "use the listed parameters"},
      Known{"_query", "use the listed parameters"},
      Known{"_summary", "whole resources are needed, to be checked"},
      Known{"_elements", "whole resources are needed, to be checked"},
      Known{"_sort", "sort the answer: an order made from what may not be seen would tell of it"},
      Known{"_total", "no total is told: it would count what may not be seen"},
      Known{"_contained", "contained resources come inside what contains them"},
      Known{"_type", "ask for one type at a time"},
      Known{"_text", "use the listed parameters"},
      Known{"_content", "use the listed parameters"},
      Known{"_pretty", "format the answer yourself"},
  };
  for (const auto& each : known)
    if (each.name == name) return each.why;
  return std::nullopt;
}

// Only names that cannot carry anything about a patient are repeated in an answer.
std::string shown(string_view name) {
  const bool plain = !name.empty() && name.size() <= 40 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
  return plain ? "\"" + std::string{name} + "\"" : "with that name";
}

NotAllowed unknown_param(string_view type, string_view name, std::span<const string_view> known) {
  if (const auto why = why_not(name))
    return unsupported("the parameter " + std::string{name} +
                       " is not taken: " + std::string{*why});
  if (name.starts_with("_include:") || name.starts_with("_revinclude:"))
    return unsupported(
        "what is included includes nothing further: name _include without a modifier");
  if (name.find(':') != string_view::npos)
    return unsupported(
        "modifiers of parameters are not taken: name the parameter alone, without a colon");
  if (name.find('.') != string_view::npos)
    return unsupported(
        "chained parameters are not taken: ask for that type by itself, with patient");
  std::string what =
      "a parameter " + shown(name) + " is not taken for " + std::string{type} + "; there are";
  for (const auto each : known) what += " " + std::string{each};
  return unsupported(std::move(what));
}

// "p-1", "Patient/p-1"; nothing else. An absolute address is refused: whose base it has, only we
// know.
std::optional<PatientId> one_patient(string_view value) {
  if (value.starts_with("Patient/")) value.remove_prefix(8);
  if (!valid_id(value)) return std::nullopt;
  return PatientId{std::string{value}};
}

std::optional<NotAllowed> check_values(string_view type, const std::vector<Param>& params,
                                       bool person) {
  std::size_t dates = 0;
  for (const auto& param : params) {
    const auto kind = person ? person_param(param.name) : chart_param(type, param.name);
    if (!kind)
      return unknown_param(type, param.name, person ? person_params() : chart_params(type));
    if (const auto wrong = wrong_value(*kind, param.value))
      return invalid(param.name + ": " + std::string{*wrong});
    if (param.name == "_security" && param.value.find(',') != std::string::npos)
      return unsupported("_security: one label at a time");
    const auto times =
        static_cast<std::size_t>(std::ranges::count(params, param.name, &Param::name));
    if (times > (*kind == ParamKind::date ? 2U : 1U))
      return invalid(param.name + " is there more than once");
    dates += *kind == ParamKind::date ? 1U : 0U;
  }
  if (dates > 4) return invalid("too many dates");
  return std::nullopt;
}

Target person_search(Common common) {
  if (auto wrong = check_values("Patient", common.rest, true)) return *std::move(wrong);
  const bool names_somebody =
      std::ranges::any_of(common.rest, [](const Param& p) { return p.name != "gender"; });
  if (!names_somebody)
    return unsupported(
        "a search for a person takes at least one of name, family, given, birthdate, identifier");
  return PersonSearch{.params = std::move(common.rest), .count = common.count};
}

bool names_one(const Common& common) {
  return std::ranges::find(common.rest, "_id", &Param::name) != common.rest.end();
}

// The one whose chart it is, by the id alone: who is looked for by more is looked for as a person.
Target search_of_one(const Common& common) {
  if (common.rest.size() > 1)
    return unsupported("_id of a Patient is asked alone: there is nothing to narrow down");
  const auto& id = common.rest.front().value;
  if (!valid_id(id)) return invalid("_id: expected one id");
  return Search{.type = "Patient", .patient = PatientId{id}, .params = {}, .count = common.count};
}

bool is_include(const Param& param) {
  return param.name == "_include" || param.name == "_revinclude";
}

// `before`: those that are asked for already.
std::optional<NotAllowed> wrong_include(string_view type, const Param& param,
                                        const std::vector<Param>& before) {
  const bool reverse = param.name == "_revinclude";
  if (std::ranges::find(before, param) != before.end())
    return invalid(param.name + " is there more than once with the same value");
  if (before.size() == limits::includes_max)
    return unsupported("at most " + std::to_string(limits::includes_max) +
                       " _include and _revinclude are taken: ask for the types by themselves");
  if (include_of(type, param.value, reverse)) return std::nullopt;
  std::string what = param.name + " of " + std::string{type} + ": expected one of";
  for (const auto& link : include_links(type, reverse)) what += " " + link.name();
  return unsupported(std::move(what));
}

Target chart_search(const Compartment& of, Common common) {
  Search out{.type = std::string{of.type}, .patient = {}, .params = {}, .count = common.count};
  const auto says_whose = [&](const Param& p) {
    return p.name == of.search_by || (!of.search_also.empty() && p.name == of.search_also);
  };
  const auto also = of.search_also.empty() ? std::string{} : " or " + std::string{of.search_also};
  std::vector<Param> includes;
  for (auto& param : common.rest) {
    if (is_include(param)) {
      if (auto wrong = wrong_include(of.type, param, includes)) return *std::move(wrong);
      includes.push_back(std::move(param));
      continue;
    }
    if (!says_whose(param)) {
      if (param.name.starts_with(std::string{of.search_by} + ":") ||
          (!of.search_also.empty() && param.name.starts_with(std::string{of.search_also} + ":")))
        return unsupported("say " + std::string{of.search_by} + "=Patient/id, without a modifier");
      out.params.push_back(std::move(param));
      continue;
    }
    auto patient = one_patient(param.value);
    if (!patient) return invalid(param.name + ": expected one patient, as Patient/id");
    if (!out.patient.empty())
      return invalid("the patient is named more than once: name one patient, once");
    out.patient = *std::move(patient);
  }
  if (auto wrong = check_values(of.type, out.params, false)) return *std::move(wrong);
  if (out.patient.empty())
    return unsupported("a search is within one chart: name its patient with " +
                       std::string{of.search_by} + also);
  for (auto& param : out.params)
    if (param.name == "encounter" && !param.value.starts_with("Encounter/"))
      param.value = "Encounter/" + param.value;
  std::ranges::move(includes, std::back_inserter(out.params));
  return out;
}

}  // namespace

Target search(const std::string& type, http::QueryPairs pairs) {
  if (pairs.size() == 1 && pairs[0].first == "page") {
    if (pairs[0].second.empty()) return invalid("page: expected the link of an earlier answer");
    return NextPage{.type = type, .token = std::move(pairs[0].second)};
  }
  auto common = read_common(std::move(pairs));
  if (auto* wrong = std::get_if<NotAllowed>(&common)) return std::move(*wrong);
  if (type == "Patient" && names_one(std::get<Common>(common)))
    return search_of_one(std::get<Common>(common));
  if (type == "Patient") return person_search(std::get<Common>(std::move(common)));
  const auto* of = compartment_of(type);
  if (of == nullptr) return unsupported(type + " belongs to no chart: read it by its id");
  return chart_search(*of, std::get<Common>(std::move(common)));
}

}  // namespace halligan::in::fhir
