// reads.cc - reading one resource, searching one chart, everything of one chart, finding a person.
#include <algorithm>

#include "app/find_person.h"
#include "base/limits.h"
#include "in/fhir/compartment.h"
#include "in/fhir/conditions.h"
#include "in/fhir/gateway.h"

namespace halligan::in::fhir {
namespace {

constexpr std::size_t upstream_pages_max = 40;  // of one answer to a search

bool gone(int status) { return status == 404 || status == 410; }

// "_security=system|code": the label that everything found carries.
std::vector<std::string> labels_asked(const Search& search) {
  for (const auto& param : search.params)
    if (param.name == "_security") return {param.value.substr(param.value.rfind('|') + 1)};
  return {};
}

// Where each cell stands in a list without repetitions.
std::vector<std::size_t> add_cells(std::vector<app::Cell> cells, std::vector<app::Cell>& list) {
  std::vector<std::size_t> out;
  for (auto& cell : cells) {
    const auto found = std::ranges::find(list, cell);
    out.push_back(static_cast<std::size_t>(found - list.begin()));
    if (found == list.end()) list.push_back(std::move(cell));
  }
  return out;
}

// Counts those that are at it at the same time.
struct Turn {
  explicit Turn(std::atomic<std::size_t>& at_it) : held(at_it), place(++at_it) {}
  ~Turn() { --held; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  std::atomic<std::size_t>& held;
  const std::size_t place;
};

bool lies_in(const Resource& resource, const PatientId& patient) {
  return std::ranges::binary_search(resource.patients, patient.text());
}

}  // namespace

Gateway::LookedAt Gateway::look(const Counter& counter, const Place& place, const std::string& form,
                                Kept& kept) {
  const auto stop = [&](http::Response why, int status) {
    for (auto& [intent, tally] : kept.tallies) tally.upstream_status = status;
    tell(kept.tallies, facts::Outcome::refused_upstream);
    return why;
  };
  const auto fetched = fetch(place.upstream, limits::bundle_bytes_max);
  if (!fetched) return stop(trouble(fetched.fault()), 0);
  if (fetched->status != 200) return stop(upstream_refused(fetched->status), fetched->status);
  auto scanned = scan_searchset(fetched->body.look(), counter.bases());
  if (std::holds_alternative<Malformed>(scanned))
    return stop(upstream_trouble(FaultCode::upstream_nonsense), 200);
  auto& page = std::get<Page>(scanned);

  Looked out{.matches = std::move(page.matches), .intents = {}, .next = std::move(page.next)};
  std::vector<app::Cell> cells;
  std::vector<std::vector<std::size_t>> of_match;
  for (const auto& match : out.matches) {
    const bool asked =
        match.checkable && match.type == place.search.type && lies_in(match, place.search.patient);
    of_match.push_back(asked ? add_cells(cells_of(match, app::Action::read), cells)
                             : std::vector<std::size_t>{});
  }
  for (auto& match : out.matches) match.bytes = without_upstream(match.bytes, counter.bases());
  out.intents.assign(out.matches.size(), std::nullopt);
  if (cells.empty()) return out;
  auto decided = counter.decide(
      {.cells = cells, .form = form, .whole = false, .earlier = &kept.grants, .check = {}});
  if (const auto* fault = std::get_if<Fault>(&decided)) {
    tell(kept.tallies, facts::Outcome::nothing);
    return trouble(*fault);
  }
  if (const auto* refusal = std::get_if<app::Refusal>(&decided)) {
    // An empty answer would say that there is nothing.
    if (!app::is_nobody(refusal->why) && refusal->why != app::Why::focus_elsewhere) return out;
    tell(kept.tallies, facts::Outcome::nothing);
    return refused(*refusal);
  }
  auto& granted = std::get<Granted>(decided);
  kept.charge(granted);
  const auto& answers = granted.access().cells;
  for (std::size_t i = 0; i < out.matches.size(); ++i) {
    const auto permitted = [&](std::size_t at) {
      return answers[at].verdict == app::Verdict::permit;
    };
    if (!of_match[i].empty() && std::ranges::all_of(of_match[i], permitted))
      out.intents[i] = answers[of_match[i][0]].intent;
  }
  kept.grants.all.push_back(std::move(granted));
  return out;
}

void Gateway::Kept::keep(Resource resource, EntryIndex intent) {
  auto& tally = tallies[intent];
  tally.resources += 1;
  tally.bytes += resource.bytes.size();
  bytes += resource.bytes.size();
  resources.push_back(std::move(resource));
}

http::Response Gateway::search(const Counter& counter, Place from, bool first_page) {
  const Search asked = from.search;
  auto decided = counter.survey({.patient = asked.patient,
                                 .types = {asked.type},
                                 .labels = labels_asked(asked),
                                 .form = "search"});
  if (const auto* refusal = std::get_if<app::Refusal>(&decided)) return refused(*refusal);
  if (const auto* fault = std::get_if<Fault>(&decided)) return trouble(*fault);
  Kept kept;
  kept.grants.all.push_back(std::get<Granted>(std::move(decided)));
  kept.charge(kept.grants.all.front());
  const bool hint = kept.grants.all.front().hint;

  // Pages are filled up from what may be seen: a short page would tell how much was withheld.
  std::optional<Place> next;
  for (std::size_t pages = 0; !next && !from.upstream.empty(); ++pages) {
    if (pages == upstream_pages_max) {
      next = from;
      break;
    }
    auto looked = look(counter, from, "search", kept);
    if (auto* why = std::get_if<http::Response>(&looked)) return std::move(*why);
    auto& page = std::get<Looked>(looked);
    for (std::size_t i = from.skip; i < page.matches.size() && !next; ++i) {
      if (!page.intents[i]) {
        kept.tallies[kept.grants.first_intent()].withheld += 1;
      } else if (kept.resources.size() == asked.count ||
                 kept.bytes + page.matches[i].bytes.size() > limits::bundle_bytes_max) {
        next = Place{asked, from.upstream, static_cast<std::uint32_t>(i)};
      } else {
        kept.keep(std::move(page.matches[i]), *page.intents[i]);
      }
    }
    if (!next) from = Place{asked, page.next, 0};
  }
  Envelope envelope{.self = bases_.ours + "/" + print(asked),
                    .next = {},
                    .extra = hint ? hint_entry() : std::string{}};
  if (!first_page) envelope.self = bases_.ours + "/" + asked.type;
  if (next)
    envelope.next =
        bases_.ours + "/" + print(NextPage{asked.type, tokens_.seal(*next, counter.session())});
  return release_set(std::move(kept), envelope);
}

http::Response Gateway::release_set(Kept kept, const Envelope& envelope) {
  std::vector<Entry> entries;
  for (const auto& resource : kept.resources)
    entries.push_back({.full_url = bases_.ours + "/" + resource.type + "/" + resource.id,
                       .bytes = resource.bytes});
  auto bytes = searchset(envelope, entries);
  return release(std::move(bytes), kept, kept.grants.all.back(), {});
}

http::Response Gateway::everything(const Counter& counter, const Everything& target) {
  // Each takes a worker through as many questions upstream as there are types.
  const Turn turn{whole_charts_};
  if (turn.place > limits::whole_charts_max) return too_many();
  std::vector<std::string> types;
  for (const auto& each : compartments()) types.emplace_back(each.type);
  auto decided = counter.survey(
      {.patient = target.patient, .types = std::move(types), .labels = {}, .form = "everything"});
  if (const auto* refusal = std::get_if<app::Refusal>(&decided)) return refused(*refusal);
  if (const auto* fault = std::get_if<Fault>(&decided)) return trouble(*fault);
  Kept kept;
  kept.grants.all.push_back(std::get<Granted>(std::move(decided)));
  kept.charge(kept.grants.all.front());
  const auto surveyed = kept.grants.all.front().cells;
  for (const auto& cell : surveyed) {
    const Search search{
        .type = cell.type, .patient = target.patient, .params = {}, .count = count_max};
    Place place{.search = search, .upstream = print(search), .skip = 0};
    for (std::size_t pages = 0; !place.upstream.empty(); ++pages) {
      auto looked = look(counter, place, "everything", kept);
      if (auto* why = std::get_if<http::Response>(&looked)) return std::move(*why);
      auto& page = std::get<Looked>(looked);
      for (std::size_t i = 0; i < page.matches.size(); ++i) {
        if (page.intents[i])
          kept.keep(std::move(page.matches[i]), *page.intents[i]);
        else
          kept.tallies[kept.grants.first_intent()].withheld += 1;
      }
      if (kept.bytes > limits::bundle_bytes_max ||
          kept.resources.size() > limits::bundle_entries_max || pages > upstream_pages_max) {
        for (auto& [intent, tally] : kept.tallies) tally = {};
        tell(kept.tallies, facts::Outcome::nothing);
        return outcome(Issue{.status = 422,
                             .code = "too-costly",
                             .text = "this chart is too large to be sent at once: ask type by type",
                             .diagnostics = {}});
      }
      place.upstream = std::move(page.next);
    }
  }
  const bool hint = kept.grants.all.front().hint;
  return release_set(std::move(kept), {.self = bases_.ours + "/" + print(target),
                                       .next = {},
                                       .extra = hint ? hint_entry() : std::string{}});
}

// Named: the chart is in the address.
http::Response Gateway::read_patient(const Counter& counter, const Read& target) {
  auto decided = counter.survey(
      {.patient = PatientId{target.id}, .types = {"Patient"}, .labels = {}, .form = "read"});
  if (const auto* refusal = std::get_if<app::Refusal>(&decided)) return refused(*refusal);
  if (const auto* fault = std::get_if<Fault>(&decided)) return trouble(*fault);
  Kept kept;
  kept.grants.all.push_back(std::get<Granted>(std::move(decided)));
  kept.charge(kept.grants.all.front());
  return read_one(counter, target, std::move(kept));
}

// Resolved: whose it is shows when it has come back.
http::Response Gateway::read(const Counter& counter, const Read& target) {
  return read_one(counter, target, {});
}

http::Response Gateway::read_one(const Counter& counter, const Read& target, Kept kept) {
  const bool named = !kept.grants.all.empty();
  const auto by_id = target.type + "/" + target.id;
  const auto told = [&](int status, facts::Outcome how) {
    for (auto& [intent, tally] : kept.tallies) tally.upstream_status = status;
    tell(kept.tallies, how);
  };
  const auto stop = [&](http::Response why, int status) {
    told(status, facts::Outcome::refused_upstream);
    if (named) return why;
    const auto none = counter.missing(by_id);
    const auto* refusal = std::get_if<app::Refusal>(&none);
    return refusal == nullptr ? trouble(std::get<Fault>(none))
                              : with_code(std::move(why), refusal->code);
  };
  const auto nothing = [&](int status) {
    told(status, facts::Outcome::nothing);
    return named ? no_such_resource({}) : nothing_there(counter, by_id);
  };
  const auto fetched = fetch(print(target), limits::resource_bytes_max);
  if (!fetched) return stop(trouble(fetched.fault()), 0);
  if (gone(fetched->status)) return nothing(fetched->status);
  if (fetched->status != 200) return stop(upstream_refused(fetched->status), fetched->status);
  auto scanned = scan_resource(fetched->body.look(), counter.bases());
  auto* resource = std::get_if<Resource>(&scanned);
  if (resource == nullptr || resource->type != target.type || resource->id != target.id)
    return stop(upstream_trouble(FaultCode::upstream_nonsense), 200);
  if (!resource->checkable) return nothing(200);

  auto decided = counter.decide({.cells = cells_of(*resource, app::Action::read),
                                 .form = "read",
                                 .whole = true,
                                 .earlier = &kept.grants,
                                 .check = {},
                                 .by_id = named ? std::string{} : by_id});
  if (const auto* fault = std::get_if<Fault>(&decided)) {
    tell(kept.tallies, facts::Outcome::nothing);
    return trouble(*fault);
  }
  if (const auto* refusal = std::get_if<app::Refusal>(&decided)) {
    for (auto& [intent, tally] : kept.tallies) tally.withheld = 1;
    tell(kept.tallies, facts::Outcome::nothing);
    // A refusal that names neither a rule nor an offer must look like something that is not there.
    return named ? refused(*refusal) : refused_by_id(*refusal);
  }
  auto& granted = std::get<Granted>(decided);
  kept.charge(granted);
  auto bytes = without_upstream(resource->bytes, counter.bases());
  for (const auto& cell : granted.access().cells)
    kept.tallies[cell.intent] = {
        .resources = 1, .withheld = 0, .bytes = bytes.size(), .upstream_status = 200};
  kept.grants.all.push_back(std::move(granted));
  http::Headers headers;
  if (!resource->version.empty()) headers.push_back({"ETag", etag_of(resource->version)});
  if (!resource->version.empty() && holds(target.held, resource->version)) {
    // That this version still stands is told of the record, too: what comes before is the same.
    auto stands = release({}, kept, kept.grants.all.back(), std::move(headers));
    stands.status = 304;
    return stands;
  }
  if (resource->updated) headers.push_back({"Last-Modified", http_date(*resource->updated)});
  return release(std::move(bytes), kept, kept.grants.all.back(), std::move(headers));
}

http::Response Gateway::people(const Counter& counter, const PersonSearch& target) {
  app::SearchPeople question{
      .token_hash = counter.session(), .terms = {}, .purpose = counter.purpose()};
  for (const auto& param : target.params)
    question.terms += (question.terms.empty() ? "" : ", ") + param.name + "=" + param.value;
  const auto allowed = app::ask(edge_.desk, question);
  if (!allowed) return trouble(allowed.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&allowed->get())) return refused(*refusal);

  constexpr std::size_t looked_at_max = 100;
  const auto fetched =
      fetch(print(PersonSearch{target.params, looked_at_max}), limits::bundle_bytes_max);
  if (!fetched) return trouble(fetched.fault());
  if (fetched->status != 200) return upstream_refused(fetched->status);
  auto scanned = scan_searchset(fetched->body.look(), counter.bases());
  if (std::holds_alternative<Malformed>(scanned))
    return upstream_trouble(FaultCode::upstream_nonsense);
  const auto& found = std::get<Page>(scanned).matches;

  app::ListPeople list{.token_hash = counter.session(),
                       .search = std::get<app::SearchPeople::Allowed>(allowed->get()).search,
                       .found = {},
                       .id = {}};
  std::map<std::string, std::string> shown;
  for (const auto& resource : found) {
    if (!resource.checkable) continue;  // a label that cannot be read may be any label
    auto minimal = minimal_demographics(resource);
    if (!std::holds_alternative<std::string>(minimal) || shown.contains(resource.id)) continue;
    shown.emplace(resource.id, std::get<std::string>(std::move(minimal)));
    list.found.push_back({.patient = PatientId{resource.id}, .labels = resource.labels});
  }
  const auto listed = app::ask(edge_.desk, list);
  if (!listed) return trouble(listed.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&listed->get())) return refused(*refusal);
  const auto& who = std::get<app::ListPeople::Listed>(listed->get());
  std::vector<Entry> entries;
  for (const auto& patient : who.patients)
    entries.push_back({.full_url = bases_.ours + "/Patient/" + patient.text(),
                       .bytes = shown.at(patient.text())});
  const auto extra =
      who.more ? note_entry("there are more: say more of whom you look for") : std::string{};
  auto bytes =
      searchset({.self = bases_.ours + "/" + print(target), .next = {}, .extra = extra}, entries);
  return {.status = 200,
          .headers = {{"Content-Type", "application/fhir+json"},
                      {"Halligan-Receipt", std::to_string(list.search)}},
          .body = http::ReleasedRecord{.bytes = app::release_listed(*listed, std::move(bytes)),
                                       .lease = nullptr,
                                       .on_done = {}}};
}

}  // namespace halligan::in::fhir
