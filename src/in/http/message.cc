#include "in/http/message.h"

#include <algorithm>
#include <boost/json.hpp>

namespace halligan::in::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}
bool sendable(const Header& header) {
  const auto control = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  };
  return !header.name.empty() && std::all_of(header.name.begin(), header.name.end(), token_char) &&
         std::none_of(header.value.begin(), header.value.end(), control);
}
bool framing(std::string_view name) {
  return same_name(name, "content-length") || same_name(name, "transfer-encoding") ||
         same_name(name, "connection") || same_name(name, "keep-alive") ||
         same_name(name, "trailer") || same_name(name, "upgrade");
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const auto& each : headers)
    if (same_name(each.name, name)) return each.value;
  return std::nullopt;
}

std::size_t Request::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(headers.begin(), headers.end(),
                    [&](const Header& each) { return same_name(each.name, name); }));
}

std::string_view body_text(const Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
  if (const auto* part = std::get_if<BuiltIn>(&response.body)) return part->bytes;
  if (std::holds_alternative<EventStream>(response.body)) return {};
  return std::get<ReleasedRecord>(response.body).bytes.bytes();
}

Response problem(const Problem& what) {
  const boost::json::object body{
      {"type", "urn:halligan:problem:" + std::string{what.slug}},
      {"title", std::string{what.title}},
      {"status", what.status},
      {"detail", std::string{what.detail}},
      {"code", std::string{what.code}},
  };
  return {.status = what.status,
          .headers = {{"Content-Type", "application/problem+json"}},
          .body = boost::json::serialize(body)};
}

Response problem(int status, std::string_view slug, std::string_view title, std::string_view detail,
                 std::string_view code) {
  return problem(Problem{status, slug, title, detail, code});
}

Response json_response(int status, std::string json) {
  return {
      .status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(json)};
}

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 302: return "Found";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Answer";  // the phrase means nothing to a program; it must only not be empty
  }
}

std::optional<std::string> head_text(const Response& response, const HeadFacts& facts) {
  if (response.status < 200 || response.status > 599) return std::nullopt;
  std::string out;
  out.reserve(320);
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason_phrase(response.status)).append("\r\nDate: ").append(facts.date).append("\r\n");
  bool cache_said = false;
  for (const auto& header : response.headers) {
    if (!sendable(header)) return std::nullopt;
    if (framing(header.name) || same_name(header.name, "date")) continue;
    cache_said = cache_said || same_name(header.name, "cache-control");
    out.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  if (!cache_said) out.append("Cache-Control: no-store\r\n");
  out.append("X-Content-Type-Options: nosniff\r\n");
  if (may_have_body(response.status) && !std::holds_alternative<EventStream>(response.body))
    out.append("Content-Length: ")
        .append(std::to_string(body_text(response).size()))
        .append("\r\n");
  if (facts.close) out.append("Connection: close\r\n");
  out.append("\r\n");
  return out;
}

}  // namespace halligan::in::http
