#include "in/fhir/target.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/limits.h"
#include "core/policy/words.h"
#include "in/fhir/compartment.h"
#include "in/fhir/conditions.h"
#include "in/fhir/includes.h"
#include "in/fhir/search_params.h"
#include "in/http/router.h"

namespace halligan::in::fhir {
namespace {

using std::string_view;

NotAllowed unsupported(std::string what, int status = 400) {
  return {.status = status, .code = "not-supported", .what = std::move(what)};
}
NotAllowed invalid(std::string what) {
  return {.status = 400, .code = "invalid", .what = std::move(what)};
}

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

bool json_format(string_view value) {
  return value == "json" || value == "application/json" || value == "application/fhir+json" ||
         value == "text/json";
}

bool accepts_json(const http::Request& request) {
  const auto accept = request.header("accept");
  if (!accept || accept->empty()) return true;
  std::string lower{*accept};
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  for (const string_view fine : {"json", "*/*", "application/*"})
    if (lower.find(fine) != std::string::npos) return true;
  return false;
}

std::string media_type(const http::Request& request) {
  std::string out{request.header("content-type").value_or("")};
  out.resize(std::min(out.find(';'), out.size()));
  while (!out.empty() && out.back() == ' ') out.pop_back();
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

// "p-1", "Patient/p-1"; nothing else. An absolute address is refused: whose base it has, only we
// know.
std::optional<PatientId> one_patient(string_view value) {
  if (value.starts_with("Patient/")) value.remove_prefix(8);
  if (!valid_id(value)) return std::nullopt;
  return PatientId{std::string{value}};
}

// What both kinds of search share; takes `_count` and `_format` out of the query.
struct Common {
  std::vector<Param> rest;
  std::size_t count = count_default;
};

std::variant<Common, NotAllowed> read_common(http::QueryPairs pairs) {
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

bool readable(string_view type) { return compartment_of(type) != nullptr || is_shared_type(type); }

// Passing over a condition of a write would do what its client wanted not to be done.
std::optional<NotAllowed> wrong_conditions(const http::Request& request) {
  for (const string_view name : {"if-none-match", "if-unmodified-since"})
    if (request.header(name))
      return unsupported("a change is held to a version with If-Match, and with nothing else");
  return std::nullopt;
}

std::optional<NotAllowed> not_readable(const std::string& type) {
  if (type == "Binary")
    return unsupported("Binary is not read by its id: it goes with the resource that refers to it");
  if (!readable(type)) return unsupported(type + " is not served here", 403);
  return std::nullopt;
}

Target read(const http::Request& request, Read what) {
  if (auto wrong = not_readable(what.type)) return *std::move(wrong);
  auto held = held_versions(request);
  if (!held) return invalid("If-None-Match: expected versions, as W/\"1\"");
  what.held = *std::move(held);
  return what;
}

bool formats_only(const http::QueryPairs& query) {
  return std::ranges::all_of(
      query, [](const auto& pair) { return pair.first == "_format" && json_format(pair.second); });
}

// GET Type/id/_history, GET Type/id/_history/version.
Target history(const http::Request& request, const std::vector<std::string>& path,
               http::QueryPairs query) {
  if (request.method != "GET")
    return unsupported("history is read with GET: nobody changes it", 405);
  if (auto wrong = not_readable(path[0])) return *std::move(wrong);
  if (path.size() == 4) {
    if (!valid_id(path[3])) return invalid("that is no version");
    if (!formats_only(query)) return unsupported("one version is read whole: without parameters");
    return read(request, Read{.type = path[0], .id = path[1], .held = {}, .version = path[3]});
  }
  if (path.size() > 4) return unsupported("a version has no parts: read it whole");
  if (query.size() == 1 && query[0].first == "page") {
    if (query[0].second.empty()) return invalid("page: expected the link of an earlier answer");
    return HistoryPage{path[0], path[1], std::move(query[0].second)};
  }
  auto common = read_common(std::move(query));
  if (auto* wrong = std::get_if<NotAllowed>(&common)) return std::move(*wrong);
  if (!std::get<Common>(common).rest.empty())
    return unsupported("a history takes _count alone: follow its links to what is older");
  return History{path[0], path[1], std::get<Common>(common).count};
}

// Of an instance: GET, PUT, PATCH, DELETE Type/id.
Target instance(const http::Request& request, const std::string& type, const std::string& id,
                const http::QueryPairs& query) {
  if (!formats_only(query))
    return unsupported("one resource is read, changed or deleted whole: without parameters");
  if (request.method == "GET") return read(request, Read{type, id});
  if (auto wrong = wrong_conditions(request)) return *std::move(wrong);
  if (compartment_of(type) == nullptr)
    return unsupported(type + " cannot be changed here: it belongs to no chart", 403);
  if (request.method == "DELETE") {
    if (request.header("if-match")) return unsupported("a delete takes no If-Match");
    return Delete{type, id};
  }
  if (request.method != "PUT" && request.method != "PATCH")
    return unsupported(
        "this method is not taken for one resource: GET, HEAD, PUT, PATCH, DELETE are", 405);
  std::string match{request.header("if-match").value_or("")};
  if (request.count("if-match") > 1 || (request.header("if-match") && !version_in(match)))
    return invalid("If-Match: expected one version, as W/\"1\"");
  if (request.method == "PUT") return Update{type, id, std::move(match)};
  if (media_type(request) != "application/json-patch+json")
    return unsupported(
        "a patch is sent as application/json-patch+json (RFC 6902): send anything else as the "
        "whole resource, with PUT",
        415);
  return Patch{type, id, std::move(match)};
}

Target of_type(const http::Request& request, const std::string& type, http::QueryPairs query) {
  if (request.method == "GET") return search(type, std::move(query));
  if (request.method != "POST")
    return unsupported("changes and deletes by search are not taken: name the resource by its id",
                       405);
  if (!query.empty()) return unsupported("a create takes no parameters");
  if (request.header("if-none-exist"))
    return unsupported("conditional creates are not taken: search, then create");
  if (type == "Patient")
    return unsupported("people are registered elsewhere; their charts are written here");
  if (compartment_of(type) == nullptr)
    return unsupported(type + " cannot be created here: it belongs to no chart", 403);
  return Create{type};
}

Target posted_search(const http::Request& request, const std::string& type,
                     http::QueryPairs query) {
  if (request.method != "POST") return unsupported("_search is asked with POST", 405);
  if (media_type(request) != "application/x-www-form-urlencoded")
    return unsupported("_search takes application/x-www-form-urlencoded", 415);
  auto posted = http::parse_query(request.body);
  if (!posted) return invalid("the form cannot be read");
  query.insert(query.end(), std::make_move_iterator(posted->begin()),
               std::make_move_iterator(posted->end()));
  return search(type, std::move(query));
}

std::optional<NotAllowed> wrong_envelope(const http::Request& request) {
  static constexpr std::array<string_view, 5> methods{"GET", "POST", "PUT", "DELETE", "PATCH"};
  if (std::ranges::find(methods, request.method) == methods.end())
    return unsupported("this method is not taken: GET, HEAD, POST, PUT, PATCH and DELETE are", 405);
  if (!accepts_json(request))
    return unsupported("the only format is JSON: accept application/fhir+json", 406);
  return std::nullopt;
}

bool takes_resource(const Target& target) {
  return std::holds_alternative<Create>(target) || std::holds_alternative<Update>(target) ||
         std::holds_alternative<Batch>(target);
}

Target classify_path(const http::Request& request, const std::vector<std::string>& path,
                     http::QueryPairs query) {
  if (path.empty()) {
    if (request.method == "GET")
      return unsupported("searches of the whole system are not taken: search one type at a time");
    if (request.method != "POST") return unsupported("a batch is sent with POST", 405);
    if (!query.empty()) return unsupported("a batch takes no parameters");
    return Batch{};
  }
  const auto& type = path[0];
  if (path.size() == 1 && type == "metadata") {
    if (request.method != "GET") return unsupported("metadata is read with GET", 405);
    return Metadata{};
  }
  if (type == "_history")
    return unsupported(
        "the history of the whole system is not served: ask for that of one resource");
  if (type.starts_with('$') || (path.size() > 1 && path[1].starts_with('$')))
    return unsupported("operations are not taken, but Patient/id/$everything");
  if (!policy::is_resource_type(type))
    return NotAllowed{
        .status = 404, .code = "not-supported", .what = "that is no resource type of FHIR R4"};
  if (path.size() == 1) return of_type(request, type, std::move(query));
  if (path.size() == 2 && path[1] == "_search")
    return posted_search(request, type, std::move(query));
  if (path[1].starts_with('_'))
    return unsupported("the history of a type is not served: ask for that of one resource");
  if (!valid_id(path[1])) return invalid("that is no id");
  if (path.size() == 2) return instance(request, type, path[1], query);
  if (path[2] == "_history") return history(request, path, std::move(query));
  if (path.size() == 3 && type == "Patient" && path[2] == "$everything") {
    if (request.method != "GET") return unsupported("$everything is asked with GET", 405);
    if (!query.empty())
      return unsupported(
          "$everything takes no parameters: it is bounded; ask type by type for less");
    return Everything{PatientId{path[1]}};
  }
  return unsupported(
      "compartment searches and other operations are not taken: search the type, with patient");
}

std::string encoded(string_view text) {
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += hex[byte >> 4];
    out += hex[byte & 15];
  }
  return out;
}

std::string print_params(const std::vector<Param>& params) {
  std::string out;
  for (const auto& param : params) out += param.name + "=" + encoded(param.value) + "&";
  return out;
}

struct Print {
  std::string operator()(const Read& t) const {
    return t.type + "/" + t.id + (t.version.empty() ? "" : "/_history/" + t.version);
  }
  std::string operator()(const History& t) const {
    return t.type + "/" + t.id + "/_history?_count=" + std::to_string(t.count);
  }
  std::string operator()(const HistoryPage& t) const {
    return t.type + "/" + t.id + "/_history?page=" + encoded(t.token);
  }
  std::string operator()(const Search& t) const {
    const auto whose = t.type == "Patient" ? "_id=" + t.patient.text()
                                           : std::string{compartment_of(t.type)->search_by} + "=" +
                                                 encoded("Patient/" + t.patient.text());
    return t.type + "?" + whose + "&" + print_params(t.params) +
           "_count=" + std::to_string(t.count);
  }
  std::string operator()(const NextPage& t) const { return t.type + "?page=" + encoded(t.token); }
  std::string operator()(const PersonSearch& t) const {
    return "Patient?" + print_params(t.params) + "_count=" + std::to_string(t.count);
  }
  std::string operator()(const Everything& t) const {
    return "Patient/" + t.patient.text() + "/$everything";
  }
  std::string operator()(const Create& t) const { return t.type; }
  std::string operator()(const Update& t) const { return t.type + "/" + t.id; }
  std::string operator()(const Patch& t) const { return t.type + "/" + t.id; }
  std::string operator()(const Delete& t) const { return t.type + "/" + t.id; }
  std::string operator()(const Batch&) const { return {}; }
  std::string operator()(const Metadata&) const { return "metadata"; }
  std::string operator()(const NotAllowed&) const { return {}; }
};

}  // namespace

Target classify(const http::Request& request) {
  if (request.method == "HEAD") {
    // Asked, decided and written down as what it is the head of; the wire leaves out the body.
    auto whole = request;
    whole.method = "GET";
    return classify(whole);
  }
  if (auto wrong = wrong_envelope(request)) return *std::move(wrong);
  if (!string_view{request.path}.starts_with(mount)) return invalid("FHIR is at /fhir");
  const auto below = request.path.substr(mount.size());
  std::optional<std::vector<std::string>> path = std::vector<std::string>{};
  if (!below.empty() && below != "/") path = http::split_path(below);
  auto query = http::parse_query(request.query);
  if (!path || !query) return invalid("the path or the query cannot be read");
  auto target = classify_path(request, *path, *std::move(query));
  if (takes_resource(target)) {
    const auto type = media_type(request);
    if (type != "application/fhir+json" && type != "application/json")
      return unsupported("a resource is sent as application/fhir+json", 415);
  }
  return target;
}

std::string print(const Target& target) { return std::visit(Print{}, target); }

string_view method_of(const Target& target) {
  if (std::holds_alternative<Create>(target) || std::holds_alternative<Batch>(target))
    return "POST";
  if (std::holds_alternative<Update>(target)) return "PUT";
  if (std::holds_alternative<Patch>(target)) return "PATCH";
  if (std::holds_alternative<Delete>(target)) return "DELETE";
  return "GET";
}

}  // namespace halligan::in::fhir
