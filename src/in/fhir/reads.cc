// reads.cc - searching one chart, everything of one chart, finding a person.
#include <algorithm>

#include "app/find_person.h"
#include "base/limits.h"
#include "in/fhir/compartment.h"
#include "in/fhir/gateway.h"
#include "in/fhir/includes.h"

namespace halligan::in::fhir {
namespace {

// "_security=system|code": the label that everything found carries.
std::vector<std::string> labels_asked(const Search& search) {
  for (const auto& param : search.params)
    if (param.name == "_security") return {param.value.substr(param.value.rfind('|') + 1)};
  return {};
}

}  // namespace

Gateway::LookedAt Gateway::look(const Counter& counter, const Place& place, const std::string& form,
                                Kept& kept) {
  const auto stop = [&](http::Response why, int status) {
    for (auto& [intent, tally] : kept.tallies) tally.upstream_status = status;
    tell(kept.tallies, facts::Outcome::refused_upstream);
    return why;
  };
  auto fetched = fetch(counter, place.upstream, limits::bundle_bytes_max);
  if (!fetched) return stop(trouble(fetched.fault()), 0);
  if (fetched->status != 200) return stop(upstream_refused(fetched->status), fetched->status);
  const bool including = !includes_of(place.search).empty();
  auto scanned = scan_searchset(fetched->body.look(), counter.bases(), including);
  if (std::holds_alternative<Malformed>(scanned))
    return stop(upstream_trouble(FaultCode::upstream_nonsense), 200);
  auto& page = std::get<Page>(scanned);

  Looked out{.matches = std::move(page.matches),
             .intents = {},
             .next = std::move(page.next),
             .room = std::move(fetched->room)};
  std::vector<app::Cell> cells;
  std::vector<std::vector<std::size_t>> of_match;
  for (const auto& match : out.matches) {
    const bool asked =
        match.checkable && match.type == place.search.type && lies_in(match, place.search.patient);
    of_match.push_back(asked ? add_cells(cells_of(match, app::Action::read), cells)
                             : std::vector<std::size_t>{});
  }
  for (auto& match : out.matches) match.bytes = without_upstream(match.bytes, counter.bases());
  if (auto why = decide_some(counter, form, std::move(cells), of_match, kept, out.intents))
    return *std::move(why);
  if (including)
    if (auto why = look_at_included(counter, place, std::move(page.included), out, kept))
      return *std::move(why);
  return out;
}

std::optional<http::Response> Gateway::decide_some(
    const Counter& counter, const std::string& form, std::vector<app::Cell> cells,
    const std::vector<std::vector<std::size_t>>& of_each, Kept& kept,
    std::vector<std::optional<EntryIndex>>& intents) {
  intents.assign(of_each.size(), std::nullopt);
  if (cells.empty()) return std::nullopt;
  // Each chart that is not permitted has an entry of its refusal.
  for (const auto& cell : cells)
    if (cell.patient) kept.charts.insert(*cell.patient);
  if (kept.charts.size() > limits::charts_of_an_answer_max) {
    tell(kept.tallies, facts::Outcome::refused_upstream);
    return upstream_trouble(FaultCode::upstream_nonsense);
  }
  auto decided = counter.decide({.cells = std::move(cells),
                                 .form = form,
                                 .whole = false,
                                 .earlier = &kept.grants,
                                 .check = {}});
  if (const auto* fault = std::get_if<Fault>(&decided)) {
    tell(kept.tallies, facts::Outcome::nothing);
    return trouble(*fault);
  }
  if (const auto* refusal = std::get_if<app::Refusal>(&decided)) {
    // An empty answer would say that there is nothing.
    if (!is_of_the_asker(*refusal)) return std::nullopt;
    tell(kept.tallies, facts::Outcome::nothing);
    return refused(*refusal);
  }
  auto& granted = std::get<Granted>(decided);
  kept.charge(granted);
  intents = intents_of(granted, of_each);
  kept.grants.all.push_back(std::move(granted));
  return std::nullopt;
}

void Gateway::Kept::keep(Resource resource, EntryIndex intent) {
  count(resource, intent);
  resources.push_back(std::move(resource));
}

void Gateway::Kept::include(Resource resource, EntryIndex intent) {
  count(resource, intent);
  included.push_back(std::move(resource));
}

void Gateway::Kept::count(const Resource& resource, EntryIndex intent) {
  auto& tally = tallies[intent];
  tally.resources += 1;
  tally.bytes += resource.bytes.size();
  bytes += resource.bytes.size();
  room.keep(bytes);
}

http::Response Gateway::search(const Counter& counter, Place from, bool first_page) {
  const Search asked = from.search;
  auto decided = counter.survey({.patient = asked.patient,
                                 .types = {asked.type},
                                 .labels = labels_asked(asked),
                                 .form = "search"});
  if (const auto* refusal = std::get_if<app::Refusal>(&decided)) return refused(*refusal);
  if (const auto* fault = std::get_if<Fault>(&decided)) return trouble(*fault);
  Kept kept{.room = counter.hold()};
  kept.grants.all.push_back(std::get<Granted>(std::move(decided)));
  kept.charge(kept.grants.all.front());
  const bool hint = kept.grants.all.front().hint;

  // Pages are filled up from what may be seen: a short page would tell how much was withheld.
  std::optional<Place> next;
  const auto end = edge_.clock.now().boot + limits::pages_time_max;
  for (std::size_t pages = 0; !next && !from.upstream.empty(); ++pages) {
    if (pages == upstream_pages_max || edge_.clock.now().boot > end) {
      next = from;
      break;
    }
    auto looked = look(counter, from, "search", kept);
    if (auto* why = std::get_if<http::Response>(&looked)) return std::move(*why);
    auto& page = std::get<Looked>(looked);
    for (std::size_t i = from.skip; i < page.matches.size() && !next; ++i) {
      if (!page.intents[i]) {
        kept.tallies[kept.grants.first_intent()].withheld += 1;
      } else if (kept.resources.size() == asked.count || !keep_with(page, i, kept)) {
        next = Place{asked, from.upstream, static_cast<std::uint32_t>(i)};
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
  for (const auto& resource : kept.included)
    entries.push_back({.full_url = bases_.ours + "/" + resource.type + "/" + resource.id,
                       .bytes = resource.bytes,
                       .about = R"("search":{"mode":"include"})"});
  auto bytes = bundle(envelope, entries);
  return release(std::move(bytes), kept, kept.grants.all.back(), {});
}

http::Response Gateway::everything(const Counter& counter, const Everything& target) {
  // Each takes a worker through as many questions upstream as there are types.
  const auto turn = turn_of(counter);
  if (!turn.came()) return too_many();
  std::vector<std::string> types;
  for (const auto& each : compartments()) types.emplace_back(each.type);
  auto decided = counter.survey(
      {.patient = target.patient, .types = std::move(types), .labels = {}, .form = "everything"});
  if (const auto* refusal = std::get_if<app::Refusal>(&decided)) return refused(*refusal);
  if (const auto* fault = std::get_if<Fault>(&decided)) return trouble(*fault);
  Kept kept{.room = counter.hold()};
  kept.grants.all.push_back(std::get<Granted>(std::move(decided)));
  kept.charge(kept.grants.all.front());
  const auto surveyed = kept.grants.all.front().cells;
  const auto end = edge_.clock.now().boot + limits::pages_time_max;
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
          kept.resources.size() > limits::bundle_entries_max || pages > upstream_pages_max ||
          edge_.clock.now().boot > end) {
        for (auto& [intent, tally] : kept.tallies) tally = {};
        tell(kept.tallies, facts::Outcome::nothing);
        return outcome(Issue{.status = 422,
                             .code = "too-costly",
                             .text = "this chart is too large, or the record system too slow, for "
                                     "it to be sent at once: ask type by type",
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

http::Response Gateway::people(const Counter& counter, const PersonSearch& target) {
  app::SearchPeople question{
      .token_hash = counter.session(), .criteria = {}, .purpose = counter.purpose()};
  std::string terms;
  for (const auto& param : target.params) {
    const std::string comma = terms.empty() ? "" : ", ";
    question.criteria += comma + param.name;
    terms += comma + param.name + "=" + param.value;
  }
  const auto allowed = app::ask(edge_.desk, question);
  if (!allowed) return trouble(allowed.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&allowed->get())) return refused(*refusal);

  constexpr std::size_t looked_at_max = 100;
  const auto fetched =
      fetch(counter, print(PersonSearch{target.params, looked_at_max}), limits::bundle_bytes_max);
  if (!fetched) return trouble(fetched.fault());
  if (fetched->status != 200) return upstream_refused(fetched->status);
  auto scanned = scan_searchset(fetched->body.look(), counter.bases());
  if (std::holds_alternative<Malformed>(scanned))
    return upstream_trouble(FaultCode::upstream_nonsense);
  const auto& found = std::get<Page>(scanned).matches;

  app::ListPeople list{.token_hash = counter.session(),
                       .search = std::get<app::SearchPeople::Allowed>(allowed->get()).search,
                       .terms = std::move(terms),
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
      bundle({.self = bases_.ours + "/" + print(target), .next = {}, .extra = extra}, entries);
  return {.status = 200,
          .headers = {{"Content-Type", "application/fhir+json"},
                      {"Halligan-Receipt", std::to_string(list.search)}},
          .body = http::ReleasedRecord{.bytes = app::release_listed(*listed, std::move(bytes)),
                                       .lease = nullptr,
                                       .on_done = {}}};
}

}  // namespace halligan::in::fhir
