#include "in/scim/answers.h"

#include <algorithm>

#include "in/edge.h"
#include "in/http/json.h"
#include "in/http/router.h"
#include "in/scim/scim.h"

namespace halligan::in::scim {
namespace {

using http::Request;
using http::Response;

constexpr std::string_view error_schema = "urn:ietf:params:scim:api:messages:2.0:Error";

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty() && out.size() < 64) {
    const auto end = std::min(text.find_first_of(", "), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::size_t number(std::string_view text, std::size_t otherwise) {
  std::size_t out = 0;
  if (text.empty() || text.size() > 9) return otherwise;
  if (text.front() == '-') return 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return otherwise;
    out = out * 10 + static_cast<std::size_t>(c - '0');
  }
  return out;
}

std::optional<Error> take(Query& out, std::string_view name, const std::string& value) {
  if (same_word(name, "filter")) {
    auto filter = parse_filter(value);
    if (auto* wrong = std::get_if<Error>(&filter)) return std::move(*wrong);
    out.filter = std::get<Filter>(std::move(filter));
  }
  if (same_word(name, "startIndex")) out.start = std::max<std::size_t>(1, number(value, 1));
  if (same_word(name, "count")) out.count = std::min(page_max, number(value, Query{}.count));
  if (same_word(name, "attributes")) out.shown.only = split(value);
  if (same_word(name, "excludedAttributes")) out.shown.without = split(value);
  return std::nullopt;
}

}  // namespace

Response scim_json(int status, const json::value& body) {
  Response out{.status = status,
               .headers = {{"Content-Type", "application/scim+json"}},
               .body = json::serialize(body)};
  return out;
}

json::object error_json(const Error& error) {
  json::object out{{"schemas", json::array(1, json::value(error_schema))},
                   {"status", std::to_string(error.status)},
                   {"detail", error.detail}};
  if (!error.type.empty()) out.emplace("scimType", error.type);
  return out;
}

Response refused(const Error& error) {
  auto out = scim_json(error.status, error_json(error));
  if (error.status == 401) out.headers.push_back({"WWW-Authenticate", "Bearer"});
  return out;
}

Response stopped() {
  return refused({.status = 503,
                  .type = {},
                  .detail = "the ledger cannot be written now: try again"});
}

std::string hash_of(const Request& request) {
  return by_cookie(request) ? std::string{} : session_hash(request);
}

Error nobody() {
  return {.status = 401,
          .type = {},
          .detail = "this token is that of no system that the policy lets enrol people"};
}

Or<json::object> body_of(const Request& request) {
  const auto type = request.header("content-type").value_or("");
  const auto media = type.substr(0, type.find(';'));
  if (!http::same_name(media, "application/scim+json") &&
      !http::same_name(media, "application/json"))
    return Error{.status = 415,
                 .type = {},
                 .detail = "the body is application/scim+json, or application/json"};
  auto parsed = http::parse_json(request.body, body_bytes_max(request.path));
  if (const auto* wrong = std::get_if<http::FieldError>(&parsed))
    return Error{.status = 400,
                 .type = "invalidSyntax",
                 .detail = "found " + wrong->found + ", expected " + wrong->expected};
  auto& value = std::get<json::value>(parsed);
  if (!value.is_object())
    return Error{.status = 400, .type = "invalidSyntax", .detail = "the body is one JSON object"};
  return std::move(value.get_object());
}

Or<std::optional<std::uint64_t>> version_in(const std::optional<std::string_view>& header) {
  if (!header || *header == "*") return std::optional<std::uint64_t>{};
  auto text = *header;
  if (text.starts_with("W/")) text.remove_prefix(2);
  std::uint64_t out = 0;
  const bool quoted =
      text.size() > 2 && text.size() < 22 && text.front() == '"' && text.back() == '"';
  for (const char c : quoted ? text.substr(1, text.size() - 2) : std::string_view{"x"}) {
    if (c < '0' || c > '9')
      return Error{.status = 412, .type = {}, .detail = "no version of this resource has this tag"};
    out = out * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return std::optional{out};
}

Or<Query> query_of(const Request& request) {
  Query out;
  if (request.method == "POST") {  // .search
    auto body = body_of(request);
    if (auto* wrong = std::get_if<Error>(&body)) return std::move(*wrong);
    for (const auto& each : std::get<json::object>(body)) {
      std::string text;
      if (each.value().is_string()) text = std::string{each.value().get_string()};
      if (each.value().is_int64()) text = std::to_string(each.value().get_int64());
      if (each.value().is_array())
        for (const auto& one : each.value().get_array())
          if (one.is_string()) text += (text.empty() ? "" : ",") + std::string{one.get_string()};
      if (auto wrong = take(out, each.key(), text)) return *std::move(wrong);
    }
    return out;
  }
  const auto pairs = http::parse_query(request.query);
  if (!pairs)
    return Error{.status = 400, .type = "invalidSyntax", .detail = "the query cannot be read"};
  for (const auto& [name, value] : *pairs)
    if (auto wrong = take(out, name, value)) return *std::move(wrong);
  return out;
}

Shown shown_of(const Request& request) {
  Query out;
  const auto pairs = http::parse_query(request.query).value_or(http::QueryPairs{});
  for (const auto& [name, value] : pairs)
    if (same_word(name, "attributes") || same_word(name, "excludedAttributes"))
      (void)take(out, name, value);  // these two are never wrong
  return std::move(out.shown);
}

}  // namespace halligan::in::scim
