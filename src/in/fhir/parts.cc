#include "in/fhir/parts.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "in/fhir/counter.h"
#include "in/fhir/outcome.h"

namespace halligan::in::fhir {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 5> methods{"GET", "POST", "PUT", "DELETE", "PATCH"};
// Of the request around them: who asks, why, and how it is to be answered.
constexpr std::array<std::string_view, 6> passed_on{"authorization", "cookie", "halligan-csrf",
                                                    "category",      "prefer", "accept"};

bool relative(std::string_view url) {
  const auto colon = url.find(':');
  const bool scheme = colon != std::string_view::npos && colon < url.find_first_of("/?");
  return !url.empty() && url.size() <= limits::target_bytes_max && url.front() != '/' && !scheme &&
         std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
}

// What stands beside the resource of an answer.
json::object about(const http::Response& answer) {
  json::object out{{"status", std::to_string(answer.status) + " " +
                                  std::string{http::reason_phrase(answer.status)}}};
  json::array extensions;
  for (const auto& header : answer.headers) {
    if (http::same_name(header.name, "etag")) out["etag"] = header.value;
    if (http::same_name(header.name, "location")) out["location"] = header.value;
    if (http::same_name(header.name, "halligan-receipt"))
      extensions.emplace_back(
          json::object{{"url", "urn:halligan:receipt"}, {"valueString", header.value}});
    if (http::same_name(header.name, "halligan-glass"))
      extensions.emplace_back(
          json::object{{"url", "urn:halligan:glass"}, {"valueString", header.value}});
  }
  if (!extensions.empty()) out["extension"] = std::move(extensions);
  return out;
}

}  // namespace

http::Request lone_request(const BatchRequest& from, const http::Request& around) {
  http::Request out;
  out.method = from.method;
  out.target = std::string{mount} + "/" + from.url;
  const auto mark = out.target.find('?');
  out.path = out.target.substr(0, mark);
  if (mark != std::string::npos) out.query = out.target.substr(mark + 1);
  for (const auto& header : around.headers)
    if (std::ranges::any_of(passed_on,
                            [&](auto name) { return http::same_name(header.name, name); }))
      out.headers.push_back(header);
  for (const auto& [name, value] : from.conditions) out.headers.push_back({name, value});
  if (!from.media_type.empty()) out.headers.push_back({"Content-Type", from.media_type});
  out.body = from.body;
  out.peer_address = around.peer_address;
  out.tls = around.tls;
  return out;
}

std::optional<NotAllowed> not_in_a_batch(const BatchRequest& request, const Target& target) {
  const auto invalid = [](const char* what) { return NotAllowed{400, "invalid", what}; };
  if (std::ranges::find(methods, request.method) == methods.end())
    return invalid("request.method: expected GET, POST, PUT, PATCH or DELETE");
  if (!relative(request.url))
    return invalid("request.url: expected one below the base, as Observation/1");
  if (request.method == "GET" && !request.media_type.empty())
    return invalid("a GET has no resource");
  if (std::holds_alternative<Batch>(target)) return invalid("a batch has no batch in it");
  if (std::holds_alternative<Everything>(target) || std::holds_alternative<Metadata>(target))
    return NotAllowed{400, "not-supported", "ask for this by itself, not in a batch"};
  return std::nullopt;
}

void take_back(http::Response& answer, const std::string& method, http::Response instead) {
  if (const auto* record = std::get_if<http::ReleasedRecord>(&answer.body);
      record != nullptr && record->on_done)
    record->on_done(0, app::Done::cut);
  if (method == "GET") {
    answer = std::move(instead);
    return;
  }
  answer.body = std::string{};
  std::erase_if(answer.headers, [](const auto& header) {
    return http::same_name(header.name, "preference-applied");
  });
}

void take_back_what_ended(http::Response& answer, const std::string& method) {
  if (const auto* record = std::get_if<http::ReleasedRecord>(&answer.body);
      record != nullptr && record->lease != nullptr && record->lease->over())
    take_back(answer, method,
              outcome(NotAllowed{403, "forbidden",
                                 "the right to this ended before all was answered: a batch is best "
                                 "about one chart"}));
}

Answers::Answers(std::string_view type) {
  text(R"({"resourceType":"Bundle","type":")" + std::string{type} + "\"");
}

void Answers::add(const http::Response& answer) {
  text(first_ ? R"(,"entry":[{)" : ",{");
  first_ = false;
  auto beside = about(answer);
  if (const auto* record = std::get_if<http::ReleasedRecord>(&answer.body)) {
    if (record->lease != nullptr) leases_.push_back(record->lease);
    const auto size = record->bytes.bytes().size();
    if (size > 0) text("\"resource\":");
    parts_.push_back({.offset = size_, .size = size, .on_done = record->on_done});
    pieces_.emplace_back(record->bytes);
    size_ += size;
    if (size > 0) text(",");
  } else if (const auto body = http::body_text(answer); !body.empty()) {
    beside["outcome"] = json::parse(body);
  }
  text("\"response\":" + json::serialize(beside) + "}");
}

http::Response Answers::whole() && {
  text(first_ ? "}" : "]}");
  http::Response out{
      .status = 200, .headers = {{"Content-Type", "application/fhir+json"}}, .body = {}};
  auto all = app::released_together(pieces_);
  if (parts_.empty()) {
    out.body = all.bytes();
    return out;
  }
  auto done = [parts = std::move(parts_)](std::uint64_t written, app::Done how) {
    for (const auto& part : parts) {
      const auto theirs = std::min(part.size, written - std::min(written, part.offset));
      if (part.on_done) part.on_done(theirs, theirs == part.size ? app::Done::whole : how);
    }
  };
  out.body = http::ReleasedRecord{.bytes = std::move(all),
                                  .lease = lease_of_all(std::move(leases_)),
                                  .on_done = std::move(done)};
  return out;
}

void Answers::text(std::string what) {
  size_ += what.size();
  pieces_.emplace_back(std::move(what));
}

}  // namespace halligan::in::fhir
