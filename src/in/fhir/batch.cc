// batch.cc - several requests in one Bundle: each is understood, decided, written down and answered
// by itself, through the same code as when it comes alone.
//
// BOUNDS  requests, the bytes of their answers together, and the time after which none is begun.
// A part whose right has ended when all are answered is not sent: a later one may have moved the
// focus, and ended the glass that it rested on.
#include <boost/json.hpp>

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "in/fhir/gateway.h"

namespace halligan::in::fhir {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 5> methods{"GET", "POST", "PUT", "DELETE", "PATCH"};
// Of the request around them: who asks, why, and how it is to be answered.
constexpr std::array<std::string_view, 6> passed_on{"authorization", "cookie", "halligan-csrf",
                                                    "category",      "prefer", "accept"};

http::Response not_carried_out(std::string what, int status) {
  return outcome(NotAllowed{status, "too-costly", std::move(what)});
}

bool relative(std::string_view url) {
  const auto colon = url.find(':');
  const bool scheme = colon != std::string_view::npos && colon < url.find_first_of("/?");
  return !url.empty() && url.size() <= limits::target_bytes_max && url.front() != '/' && !scheme &&
         std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
}

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

// Nothing where it may be served as if it had come alone.
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

// The answers as one, in order.
class Answers {
 public:
  void add(const http::Response& answer) {
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

  http::Response whole() && {
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

 private:
  struct Part {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::function<void(std::uint64_t, app::Done)> on_done;
  };
  void text(std::string what) {
    size_ += what.size();
    pieces_.emplace_back(std::move(what));
  }

  bool first_ = true;
  std::uint64_t size_ = 0;
  std::vector<Part> parts_;
  std::vector<std::shared_ptr<const app::Lease>> leases_;
  std::vector<std::variant<std::string, app::Released>> pieces_;

 public:
  Answers() { text(R"({"resourceType":"Bundle","type":"batch-response")"); }
};

// What was answered is not sent, and its entries say so. That something was written stays told: who
// hears "no" writes it once more.
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

}  // namespace

http::Response Gateway::batch(const http::Request& request) {
  const auto scanned = scan_batch(request.body);
  if (const auto* wrong = std::get_if<Malformed>(&scanned))
    return outcome(NotAllowed{400, "structure", "the batch cannot be read: " + wrong->what});
  const auto& [type, requests] = std::get<BatchBody>(scanned);
  if (type == "transaction")
    return outcome(NotAllowed{
        422, "not-supported",
        "transactions are not taken: send a batch, whose requests stand for themselves"});
  if (type != "batch")
    return outcome(NotAllowed{422, "not-supported", "the only Bundle that is taken is a batch"});
  if (requests.size() > limits::batch_requests_max)
    return outcome(NotAllowed{413, "too-long",
                              "a batch has at most " + std::to_string(limits::batch_requests_max) +
                                  " requests: nothing of it was carried out"});
  // Each takes a worker through all of its requests, as a whole chart does.
  const Turn turn{long_ones_};
  if (turn.place > limits::whole_charts_max) return too_many();
  const auto end = edge_.clock.now().boot + limits::batch_time_max;
  std::size_t bytes = 0;
  std::vector<http::Response> answers;
  for (const auto& each : requests) {
    if (bytes > limits::bundle_bytes_max || edge_.clock.now().boot > end) {
      answers.push_back(not_carried_out(
          "the batch was too large, or the record system too slow, for all of it to be answered at "
          "once: this was not carried out",
          413));
      continue;
    }
    const auto lone = lone_request(each, request);
    const auto target = classify(lone);
    const auto wrong = not_in_a_batch(each, target);
    auto& answer = answers.emplace_back(wrong ? outcome(*wrong) : serve(lone, target));
    bytes += http::body_text(answer).size();
    if (bytes > limits::bundle_bytes_max)
      take_back(answer, each.method,
                not_carried_out("the answers together are too large: ask for this by itself", 413));
  }
  Answers out;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto& answer = answers[i];
    if (const auto* record = std::get_if<http::ReleasedRecord>(&answer.body);
        record != nullptr && record->lease != nullptr && record->lease->over())
      take_back(answer, requests[i].method,
                outcome(NotAllowed{403, "forbidden",
                                   "the right to this ended before all was answered: a "
                                   "batch is best about one chart"}));
    out.add(answer);
  }
  return std::move(out).whole();
}

}  // namespace halligan::in::fhir
