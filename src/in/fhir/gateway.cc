#include "in/fhir/gateway.h"

#include <algorithm>

#include "base/limits.h"
#include "in/fhir/capability.h"
#include "in/fhir/purpose.h"

namespace halligan::in::fhir {

namespace {

constexpr std::size_t asked_upstream_min = 50;  // resources a page

// RFC 9449 7.1.
http::Response bad_credential(const std::string& what) {
  auto out = outcome(NotAllowed{401, "login", what});
  out.headers.push_back(
      {"WWW-Authenticate", R"(DPoP error="invalid_token", algs="ES256 RS256 PS256")"});
  return out;
}

http::Response no_such_page() {
  return outcome(
      NotAllowed{400, "invalid",
                 "page: this link is not of this session, or too old; ask again from the start"});
}

// Whether the first thing that is done for it asks the desk, which refuses whom it does not know.
bool begins_with_survey(const Target& target) {
  const auto* read = std::get_if<Read>(&target);
  return std::holds_alternative<Search>(target) || (read != nullptr && read->type == "Patient");
}

}  // namespace

Gateway::Gateway(const Edge& edge, std::string base)
    : edge_(edge),
      bases_{.ours = std::move(base), .upstream = edge.records.base()},
      tokens_(edge.dice),
      teller_(edge.desk) {}

void Gateway::routes(http::Router& router) {
  const auto handler = [this](const http::Request& request, const http::PathParams&) {
    return handle(request);
  };
  for (const auto* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    router.add(method, "/fhir", handler);
    router.add(method, "/fhir/{rest...}", handler);
  }
}

std::optional<http::Response> Gateway::admit(const http::Request& head) {
  auto who = shown_by(edge_, head, Spend::later);
  if (!who.wrong.empty()) return bad_credential(who.wrong);
  const Counter counter{edge_, std::move(who), {}, bases_, [](const auto&) { return nullptr; }};
  if (const auto nobody = counter.nobody()) return answer(*nobody);
  return std::nullopt;
}

Turns::Turn Gateway::turn_of(const Counter& counter) {
  const bool under_glass = edge_.under_glass != nullptr &&
                           edge_.under_glass->has(counter.session(), edge_.clock.now().boot);
  return {turns_, counter.session(), under_glass};
}

http::Response Gateway::handle(const http::Request& request) {
  return serve(request, classify(request));
}

http::Response Gateway::serve(const http::Request& request, const Target& target) {
  if (std::holds_alternative<Metadata>(target)) return metadata();
  auto purpose = purpose_of(request);
  if (!purpose)
    return outcome(NotAllowed{
        400, "invalid",
        "Category: expected one purpose of use, as " + std::string{act_reason} + "#TREAT"});
  auto who = shown_by(edge_, request);
  if (!who.wrong.empty()) return bad_credential(who.wrong);
  Counter counter{edge_, std::move(who), *std::move(purpose), bases_,
                  [this](const std::string& iana) { return zone(iana); }};
  if (by_cookie(request)) counter.only_in_front();
  counter.hold_in(room_);
  if (!begins_with_survey(target))
    if (const auto nobody = counter.nobody()) return answer(*nobody);
  struct Serve {
    Gateway& gateway;
    const Counter& counter;
    const http::Request& request;
    http::Response operator()(const Read& t) const { return gateway.read(counter, t); }
    http::Response operator()(const BinaryOf& t) const { return gateway.binary(counter, t); }
    http::Response operator()(const Search& t) const {
      auto wide = t;
      // One more tells whether there is a next page. Small pages are asked for in large ones: were
      // each upstream page as small as ours, the time would count what was withheld.
      wide.count = std::max(t.count + 1, asked_upstream_min);
      return gateway.search(counter, {.search = t, .upstream = print(wide), .skip = 0}, true);
    }
    http::Response operator()(const NextPage& t) const {
      auto place = gateway.tokens_.open(t.token, counter.session());
      if (!place || place->search.type != t.type || !place->history.empty()) return no_such_page();
      return gateway.search(counter, *std::move(place), false);
    }
    http::Response operator()(const History& t) const {
      auto wide = t;
      wide.count = std::max(t.count + 1, asked_upstream_min);
      wide.since.clear();
      std::vector<Param> since;
      if (!t.since.empty()) since.push_back({"_since", t.since});
      return gateway.history(
          counter,
          {.search = {.type = t.type, .patient = {}, .params = std::move(since), .count = t.count},
           .upstream = print(wide),
           .skip = 0,
           .history = t.id});
    }
    http::Response operator()(const HistoryPage& t) const {
      auto place = gateway.tokens_.open(t.token, counter.session());
      if (!place || place->search.type != t.type || place->history != t.id) return no_such_page();
      return gateway.history(counter, *std::move(place));
    }
    http::Response operator()(const PersonSearch& t) const { return gateway.people(counter, t); }
    http::Response operator()(const Everything& t) const { return gateway.everything(counter, t); }
    Asker by() const { return {counter, request}; }
    http::Response write(Readied readied) const {
      return gateway.write(counter, std::move(readied), wish_of(request));
    }
    http::Response operator()(const Create& t) const { return write(gateway.ready(by(), t)); }
    http::Response operator()(const Update& t) const {
      return write(gateway.ready(by(), change_of(t)));
    }
    http::Response operator()(const Patch& t) const {
      return write(gateway.ready(by(), change_of(t)));
    }
    http::Response operator()(const Delete& t) const {
      return write(gateway.ready(by(), change_of(t)));
    }
    http::Response operator()(const Batch&) const { return gateway.batch(counter, request); }
    http::Response operator()(const Metadata&) const { return gateway.metadata(); }
    http::Response operator()(const NotAllowed& t) const { return outcome(t); }
  };
  return std::visit(Serve{*this, counter, request}, target);
}

std::shared_ptr<const policy::Zone> Gateway::zone(const std::string& iana) {
  const std::lock_guard lock{zone_mutex_};
  if (iana == zone_name_) return zone_;
  zone_name_ = iana;
  auto made = policy::Zone::named(iana);
  zone_ = made ? std::make_shared<const policy::Zone>(*std::move(made)) : nullptr;
  return zone_;
}

http::Response Gateway::nothing_there(const Counter& counter, const std::string& by_id) {
  const auto none = counter.missing(by_id);
  const auto* refusal = std::get_if<app::Refusal>(&none);
  return refusal == nullptr ? trouble(std::get<Fault>(none)) : refused_by_id(*refusal);
}

http::Response Gateway::metadata() const {
  return {.status = 200,
          .headers = {{"Content-Type", "application/fhir+json"}},
          .body = capability_statement(bases_.ours)};
}

http::Response Gateway::trouble(const Fault& fault) {
  switch (fault.code) {
    case FaultCode::upstream_unreachable:
    case FaultCode::upstream_timeout:
    case FaultCode::upstream_nonsense:
    case FaultCode::too_large: return upstream_trouble(fault.code);
    case FaultCode::no_room: return no_room();
    case FaultCode::disk_failed:
    case FaultCode::disk_full:
    case FaultCode::ledger_damaged:
    case FaultCode::ledger_locked:
    case FaultCode::ledger_unavailable:
    case FaultCode::vault_failed:
    case FaultCode::wrong_key:
    case FaultCode::bad_input:
    case FaultCode::not_found:
    case FaultCode::crypto_failed:
    case FaultCode::cancelled: return ledger_stopped();
  }
  return ledger_stopped();
}

http::Response Gateway::answer(const std::variant<app::Refusal, Fault>& why) {
  if (const auto* refusal = std::get_if<app::Refusal>(&why)) return refused(*refusal);
  return trouble(std::get<Fault>(why));
}

Result<Gateway::Fetched> Gateway::fetch(const Counter& counter, const std::string& target,
                                        std::size_t bytes_max) {
  auto room = counter.hold();
  auto answer = edge_.records.send({.method = "GET",
                                    .target = target,
                                    .headers = {},
                                    .body = {},
                                    .bytes_max = bytes_max,
                                    .room = [&](std::size_t bytes) { return room.grow(bytes); }});
  if (!answer) return answer.fault();
  return Fetched{*std::move(answer), std::move(room)};
}

void Gateway::tell(const Tallies& tallies, facts::Outcome outcome) {
  for (const auto& [intent, tally] : tallies)
    teller_.tell({.intent = intent,
                  .outcome = outcome,
                  .resources = tally.resources,
                  .withheld = tally.withheld,
                  .bytes = tally.bytes,
                  .upstream_status = tally.upstream_status,
                  .new_id = {}});
}

void Gateway::Kept::charge(const Granted& granted) {
  for (const auto& cell : granted.access().cells)
    if (cell.verdict == app::Verdict::permit) tallies.try_emplace(cell.intent);
}

http::Response Gateway::release(std::string bytes, const Kept& kept, const Granted& by,
                                http::Headers headers) {
  headers.push_back({"Content-Type", "application/fhir+json"});
  headers.push_back({"Halligan-Receipt", std::to_string(kept.grants.first_intent())});
  for (const auto& granted : kept.grants.all)
    if (!granted.access().glass.empty()) {
      headers.push_back({"Halligan-Glass", granted.access().glass.text()});
      break;
    }
  auto room = std::make_shared<Room::Hold>(kept.room.beside());
  room->keep(bytes.size());
  auto done = [this, room, tallies = kept.tallies](std::uint64_t written, app::Done how) mutable {
    const bool whole = how == app::Done::whole;
    for (auto& [intent, tally] : tallies) {
      tally.bytes = std::min(tally.bytes, written);  // none of a HEAD
      tell({{intent, tally}}, !whole                ? facts::Outcome::cut
                              : tally.resources > 0 ? facts::Outcome::released
                                                    : facts::Outcome::nothing);
    }
  };
  return {.status = 200,
          .headers = std::move(headers),
          .body = http::ReleasedRecord{.bytes = app::release(by.answer, std::move(bytes)),
                                       .lease = kept.grants.lease(),
                                       .on_done = std::move(done)}};
}

}  // namespace halligan::in::fhir
