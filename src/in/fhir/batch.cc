// batch.cc - several requests in one Bundle: each is understood, decided, written down and answered
// by itself, through the same code as when it comes alone.
//
// BOUNDS  requests, the bytes of their answers together, and the time after which none is begun.
// A part whose right has ended when all are answered is not sent: a later one may have moved the
// focus, and ended the glass that it rested on.
#include "base/limits.h"
#include "in/fhir/gateway.h"
#include "in/fhir/parts.h"

namespace halligan::in::fhir {
namespace {

http::Response not_carried_out(std::string what, int status) {
  return outcome(NotAllowed{status, "too-costly", std::move(what)});
}

}  // namespace

http::Response Gateway::batch(const Counter& counter, const http::Request& request) {
  const auto scanned = scan_batch(request.body);
  if (const auto* wrong = std::get_if<Malformed>(&scanned))
    return outcome(NotAllowed{400, "structure", "the Bundle cannot be read: " + wrong->what});
  const auto& [type, requests] = std::get<BatchBody>(scanned);
  if (type != "batch" && type != "transaction")
    return outcome(NotAllowed{422, "not-supported",
                              "the only Bundles that are taken are a batch and a transaction"});
  if (requests.size() > limits::batch_requests_max)
    return outcome(NotAllowed{413, "too-long",
                              "a " + type + " has at most " +
                                  std::to_string(limits::batch_requests_max) +
                                  " requests: nothing of it was carried out"});
  // Each takes a worker through all of its requests, as a whole chart does.
  const auto turn = turn_of(counter);
  if (!turn.came()) return too_many();
  if (type == "transaction") return transaction(counter, requests, request);
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
  Answers out{"batch-response"};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    take_back_what_ended(answers[i], requests[i].method);
    out.add(answers[i]);
  }
  return std::move(out).whole();
}

}  // namespace halligan::in::fhir
