// transaction.cc - several writes in one Bundle, of which all are carried out or none.
//
// Each is granted and written down as when it comes alone, by ordinary grants; then all are sent as
// one, composed here. Nothing of a client's Bundle goes upstream but the resources in it, and the
// names that they give to what they create.
// BOUNDS  as of a batch; and the bytes that go upstream.
#include <boost/json.hpp>

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "in/fhir/gateway.h"
#include "in/fhir/parts.h"
#include "in/fhir/writes.h"

namespace halligan::in::fhir {
namespace {

namespace json = boost::json;

// The refusal of one request, with its place.
http::Response at_entry(http::Response why, std::size_t entry) {
  auto body = json::parse(http::body_text(why));
  body.at("issue").as_array().at(0).as_object().emplace(
      "expression", json::array{"Bundle.entry[" + std::to_string(entry) + "]"});
  why.body = json::serialize(body);
  return why;
}

// "urn:uuid:c757873d-ec9a-4326-a141-556f43239520": nothing that could be read as another text.
bool is_uuid_urn(std::string_view text) {
  constexpr std::string_view begin = "urn:uuid:";
  constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (!text.starts_with(begin) || text.size() != begin.size() + form.size()) return false;
  const auto uuid = text.substr(begin.size());
  for (std::size_t i = 0; i < form.size(); ++i) {
    const char c = uuid[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (form[i] == '-' ? c != '-' : !hex) return false;
  }
  return true;
}

// What is wrong with a request of a transaction that would do for one of a batch.
std::optional<NotAllowed> wrong_part(const BatchRequest& request, const Target& target,
                                     const Bases& bases) {
  if (const auto* why = std::get_if<NotAllowed>(&target)) return *why;
  const bool create = std::holds_alternative<Create>(target);
  if (!create && !std::holds_alternative<Update>(target) &&
      !std::holds_alternative<Patch>(target) && !std::holds_alternative<Delete>(target))
    return NotAllowed{422, "not-supported",
                      "a transaction writes: ask for what is to be read in a batch"};
  if (request.full_url.empty()) return std::nullopt;
  if (create && !is_uuid_urn(request.full_url))
    return not_this("fullUrl of what is created: expected urn:uuid: and a UUID in small letters");
  if (!create && request.full_url != bases.ours + "/" + print(target))
    return not_this("fullUrl of what is changed: expected its address, or none");
  return std::nullopt;
}

json::object request_of(const needs::RecordRequest& request) {
  json::object out{{"method", request.method}, {"url", request.target}};
  for (const auto& [name, value] : request.headers)
    if (name == "If-Match") out.emplace("ifMatch", value);
  return out;
}

http::Response one_thing_twice() {
  return outcome(not_this("two requests are about the same resource: say once what becomes of it"));
}

// The record system broke its word.
http::Response torn_apart() {
  return outcome(Issue{.status = 502,
                       .code = "incomplete",
                       .text = "the record system carried out a part of it alone: look at what is "
                               "there before you write it again",
                       .diagnostics = {}});
}

http::Response ended_meanwhile() {
  return outcome(NotAllowed{403, "forbidden",
                            "the right to a part of it ended before all was decided: nothing of it "
                            "was carried out"});
}

}  // namespace

http::Response Gateway::give_up(const Whole& whole, http::Response why) {
  for (const auto& part : whole.parts) tell_nothing(part.grants);
  return why;
}

std::optional<http::Response> Gateway::gather(Whole& whole, const Counter& counter,
                                              const std::vector<BatchRequest>& requests,
                                              const http::Request& around) {
  const auto end = edge_.clock.now().boot + limits::batch_time_max;
  std::set<std::string> names;
  std::set<std::string> changed;
  EntryIndex part_of = 0;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto refuse = [&](http::Response why) {
      return give_up(whole, at_entry(std::move(why), i));
    };
    if (edge_.clock.now().boot > end)
      return refuse(outcome(NotAllowed{413, "too-costly",
                                       "the record system is too slow for so much at once: nothing "
                                       "of it was carried out"}));
    const auto lone = lone_request(requests[i], around);
    const auto target = classify(lone);
    auto wrong = not_in_a_batch(requests[i], target);
    if (!wrong) wrong = wrong_part(requests[i], target, counter.bases());
    if (wrong) return refuse(outcome(*wrong));
    const bool create = std::holds_alternative<Create>(target);
    const auto& name = create ? requests[i].full_url : std::string{};
    if (!create && !changed.insert(print(target)).second) return refuse(one_thing_twice());
    if (!name.empty() && !names.insert(name).second)
      return refuse(outcome(not_this("two requests have the same fullUrl")));

    const Asker by{counter, lone, part_of};
    auto readied =
        create                                   ? ready(by, std::get<Create>(target))
        : std::holds_alternative<Update>(target) ? ready(by, change_of(std::get<Update>(target)))
        : std::holds_alternative<Patch>(target)  ? ready(by, change_of(std::get<Patch>(target)))
                                                 : ready(by, change_of(std::get<Delete>(target)));
    if (auto* why = std::get_if<http::Response>(&readied)) return refuse(std::move(*why));
    whole.full_urls.push_back(name);
    const auto& part = whole.parts.emplace_back(std::get<Ready>(std::move(readied)));
    if (part_of == 0) part_of = part.grants.first_intent() + 1;
    if (std::ranges::any_of(part.grants.all,
                            [](const auto& each) { return !each.access().glass.empty(); }))
      return refuse(outcome(not_this(
          "a transaction takes ordinary grants: under a glass, add one resource at a time", 403)));
    bytes += part.request.body.size();
    if (bytes > limits::bundle_bytes_max)
      return refuse(outcome(not_this("what is to be written is too large together", 413)));
  }
  // The record system puts the new id where the name stood: of nothing else, and of no patient.
  for (std::size_t i = 0; i < whole.parts.size(); ++i)
    if (!std::ranges::includes(names, whole.parts[i].wrote.urns))
      return give_up(whole, at_entry(outcome(not_this("a reference by urn: names nothing that this "
                                                      "transaction creates")),
                                     i));
  return std::nullopt;
}

needs::RecordRequest Gateway::composed(const Whole& whole, Wish wish) {
  std::string text = R"({"resourceType":"Bundle","type":"transaction","entry":[)";
  for (std::size_t i = 0; i < whole.parts.size(); ++i) {
    const auto& part = whole.parts[i];
    text += i == 0 ? "{" : ",{";
    if (!whole.full_urls[i].empty()) text += "\"fullUrl\":\"" + whole.full_urls[i] + "\",";
    if (!part.request.body.empty()) text += "\"resource\":" + part.request.body + ",";
    text += "\"request\":" + json::serialize(request_of(part.request)) + "}";
  }
  needs::RecordRequest out{.method = "POST",
                           .target = {},
                           .headers = {{"Content-Type", "application/fhir+json"}},
                           .body = text + "]}",
                           .bytes_max = limits::bundle_bytes_max};
  if (wish == Wish::representation) out.headers.push_back(give_it_back);
  return out;
}

std::variant<std::vector<Gateway::Taken>, http::Response> Gateway::send_whole(const Whole& whole,
                                                                              Wish wish) {
  std::vector<Fate> fates;
  for (const auto& part : whole.parts) {
    Kept kept;
    for (const auto& granted : part.grants.all) kept.charge(granted);
    fates.push_back({std::move(kept.tallies), {.bytes = part.request.body.size()}});
  }
  const auto tell_all = [&](facts::Outcome outcome, int status) {
    for (auto& fate : fates) {
      fate.told.outcome = outcome;
      fate.told.upstream_status = status;
    }
    return tell_now(fates);
  };
  const auto answer = edge_.records.send(composed(whole, wish));
  if (!answer) {
    // Only what never reached the record system is known not to have been written.
    const bool never = answer.fault().code == FaultCode::upstream_unreachable;
    if (!tell_all(never ? facts::Outcome::refused_upstream : facts::Outcome::unknown, 0))
      return ledger_stopped();
    return never ? trouble(answer.fault()) : unknown_whether_written();
  }
  if (answer->status < 200 || answer->status >= 300) {
    if (!tell_all(facts::Outcome::refused_upstream, answer->status)) return ledger_stopped();
    return upstream_refused(answer->status);
  }
  const auto scanned = scan_transaction_response(answer->body.look());
  const auto* done = std::get_if<std::vector<PartDone>>(&scanned);
  if (done == nullptr || done->size() != fates.size()) {
    if (!tell_all(facts::Outcome::unknown, answer->status)) return written_but("answered");
    return unknown_whether_written();
  }
  auto taken = taken_of(whole, *done, fates);
  if (!tell_now(fates)) return written_but("took");
  if (taken.size() != fates.size()) return torn_apart();
  return taken;
}

std::vector<Gateway::Taken> Gateway::taken_of(const Whole& whole, const std::vector<PartDone>& done,
                                              std::vector<Fate>& fates) {
  std::vector<Taken> out;
  for (std::size_t i = 0; i < fates.size(); ++i) {
    const auto& [status, location, etag, resource] = done[i];
    const auto& part = whole.parts[i];
    auto& told = fates[i].told;
    const bool taken = status >= 200 && status < 300;
    told.outcome = taken         ? facts::Outcome::released
                   : status == 0 ? facts::Outcome::unknown
                                 : facts::Outcome::refused_upstream;
    told.upstream_status = status;
    if (!taken) continue;
    auto& each = out.emplace_back();
    each.answer = {.status = status,
                   .headers = {{"location", "/" + location}, {"etag", etag}},
                   .body = needs::RecordBytes{resource}};
    each.version = version_of(each.answer);
    if (part.request.method != "POST") continue;
    each.id = new_id_of(each.answer, part.wrote.type, bases_);
    if (!each.id.empty()) told.new_id = part.wrote.type + "/" + each.id;
  }
  return out;
}

http::Response Gateway::transaction(const Counter& counter,
                                    const std::vector<BatchRequest>& requests,
                                    const http::Request& around) {
  if (requests.empty())
    return outcome(NotAllowed{400, "structure", "a transaction has at least one request"});
  Whole whole;
  if (auto why = gather(whole, counter, requests, around)) return *std::move(why);
  std::vector<std::shared_ptr<const app::Lease>> leases;
  for (const auto& part : whole.parts) leases.push_back(part.grants.lease());
  if (lease_of_all(std::move(leases))->over()) return give_up(whole, ended_meanwhile());

  const auto wish = wish_of(around);
  auto sent = send_whole(whole, wish);
  if (auto* why = std::get_if<http::Response>(&sent)) return std::move(*why);
  auto& taken = std::get<std::vector<Taken>>(sent);
  std::vector<http::Response> answers;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const bool gone = whole.parts[i].request.method == "DELETE";
    answers.push_back(tell_written(counter,
                                   written_of(std::move(whole.parts[i]), std::move(taken[i])),
                                   gone ? Wish::none : wish));
  }
  Answers out{"transaction-response"};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    take_back_what_ended(answers[i], requests[i].method);
    out.add(answers[i]);
  }
  return std::move(out).whole();
}

}  // namespace halligan::in::fhir
