#include "in/fhir/target.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/instant.h"
#include "core/policy/words.h"
#include "in/fhir/compartment.h"
#include "in/fhir/conditions.h"
#include "in/fhir/search_target.h"
#include "in/http/router.h"

namespace halligan::in::fhir {
namespace {

using std::string_view;

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
    return unsupported("Binary is read as it is now, by what refers to it: without a history");
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

// A query of `of` alone.
Target binary(const std::string& id, const http::QueryPairs& query) {
  std::string_view of;
  for (const auto& [name, value] : query) {
    if (name == "_format" && json_format(value)) continue;
    if (name != "of" || !of.empty() || value.empty())
      return unsupported("Binary is read by what refers to it: with the parameter of alone, once");
    of = value;
  }
  const auto slash = std::min(of.find('/'), of.size());
  const auto type = of.substr(0, slash);
  if (of.empty() || !refers_to_binaries(type) ||
      !valid_id(of.substr(std::min(slash + 1, of.size()))))
    return unsupported(
        "Binary is read by what refers to it: say of=DocumentReference/id, of=DiagnosticReport/id "
        "or of=Media/id");
  return BinaryOf{id, std::string{type}, std::string{of.substr(slash + 1)}};
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
  const auto& [rest, count] = std::get<Common>(common);
  if (rest.size() > 1 || (!rest.empty() && rest[0].name != "_since"))
    return unsupported("a history takes _count and _since: follow its links to what is older");
  if (!rest.empty() && !parse_instant(rest[0].value))
    return invalid("_since: expected an instant, as 2026-05-03T10:00:00Z");
  return History{path[0], path[1], count, rest.empty() ? std::string{} : rest[0].value};
}

// Of an instance: GET, PUT, PATCH, DELETE Type/id.
Target instance(const http::Request& request, const std::string& type, const std::string& id,
                const http::QueryPairs& query) {
  if (type == "Binary" && request.method == "GET") return binary(id, query);
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
  for (const string_view name :
       {"if-match", "if-none-match", "if-modified-since", "if-unmodified-since"})
    if (request.header(name))
      return unsupported("a create takes no conditions: what it makes has no version yet");
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

}  // namespace

bool refers_to_binaries(string_view type) {
  return type == "DocumentReference" || type == "DiagnosticReport" || type == "Media";
}

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

}  // namespace halligan::in::fhir
