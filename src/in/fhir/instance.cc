// instance.cc - one resource by its id: as it is, as it was, and every version of it.
//
// A version is decided as what it is, by its own subject and date. But a label that the resource
// carries today holds for what it said before: whoever labels a note late labels all of it. Where
// the resource is not there any more, nobody knows its labels, and no version of it is served.
#include <boost/json.hpp>

#include <algorithm>

#include "base/limits.h"
#include "in/fhir/gateway.h"

namespace halligan::in::fhir {
namespace {

bool gone(int status) { return status == 404 || status == 410; }

void add_labels(Resource& resource, const std::vector<std::string>& labels) {
  std::vector<std::string> all;
  std::ranges::set_union(resource.labels, labels, std::back_inserter(all));
  resource.labels = std::move(all);
}

// Versions are left out here, not by the record system: a deletion is told to whom the version
// before it is told, which must be there to be decided.
std::optional<Instant> since_of(const Search& asked) {
  return asked.params.empty() ? std::nullopt : parse_instant(asked.params[0].value);
}

// One whose time nobody knows is given.
bool is_before(const Version& version, std::optional<Instant> since) {
  const auto at = version.resource.updated ? version.resource.updated : version.at;
  return since && at && *at < *since;
}

// What stands beside a version in a history: of our own words and of its version and time.
std::string about(const Version& version, const Read& of) {
  namespace json = boost::json;
  const json::object request{{"method", version.deleted ? "DELETE"
                                        : version.first ? "POST"
                                                        : "PUT"},
                             {"url", version.first ? of.type : of.type + "/" + of.id}};
  json::object response{{"status", version.deleted ? "204" : version.first ? "201" : "200"}};
  if (!version.deleted) response.emplace("etag", etag_of(version.resource.version));
  if (version.resource.updated)
    response.emplace("lastModified", to_text(*version.resource.updated));
  return "\"request\":" + json::serialize(request) + ",\"response\":" + json::serialize(response);
}

}  // namespace

std::optional<http::Response> Gateway::survey_named(ById& asking) {
  if (!asking.named()) return std::nullopt;
  auto decided = asking.counter.survey({.patient = PatientId{asking.target.id},
                                        .types = {"Patient"},
                                        .labels = {},
                                        .form = asking.form});
  if (const auto* refusal = std::get_if<app::Refusal>(&decided)) return refused(*refusal);
  if (const auto* fault = std::get_if<Fault>(&decided)) return trouble(*fault);
  asking.kept.grants.all.push_back(std::get<Granted>(std::move(decided)));
  asking.kept.charge(asking.kept.grants.all.front());
  return std::nullopt;
}

std::variant<Resource, Gateway::Missed> Gateway::fetch_one(ById& asking, const Read& target) {
  auto fetched = fetch(asking.counter, print(target), limits::resource_bytes_max);
  if (!fetched) return Missed{trouble(fetched.fault()), 0};
  asking.fetched.push_back(std::move(fetched->room));
  if (gone(fetched->status)) return Missed{{}, fetched->status};
  if (fetched->status != 200) return Missed{upstream_refused(fetched->status), fetched->status};
  auto scanned = scan_resource(fetched->body.look(), asking.counter.bases());
  auto* resource = std::get_if<Resource>(&scanned);
  if (resource == nullptr || resource->type != target.type || resource->id != target.id ||
      (!target.version.empty() && resource->version != target.version))
    return Missed{upstream_trouble(FaultCode::upstream_nonsense), 200};
  if (!resource->checkable) return Missed{{}, 200};
  return std::move(*resource);
}

http::Response Gateway::missed(ById& asking, Missed why) {
  for (auto& [intent, tally] : asking.kept.tallies) tally.upstream_status = why.status;
  tell(asking.kept.tallies,
       why.trouble ? facts::Outcome::refused_upstream : facts::Outcome::nothing);
  if (asking.named()) return why.trouble ? *std::move(why.trouble) : no_such_resource({});
  if (!why.trouble) return nothing_there(asking.counter, asking.text());
  const auto none = asking.counter.missing(asking.text());
  const auto* refusal = std::get_if<app::Refusal>(&none);
  return refusal == nullptr ? trouble(std::get<Fault>(none))
                            : with_code(*std::move(why.trouble), refusal->code);
}

http::Response Gateway::denied(ById& asking, const app::Refusal& refusal) {
  for (auto& [intent, tally] : asking.kept.tallies) tally.withheld = 1;
  tell(asking.kept.tallies, facts::Outcome::nothing);
  // A refusal that names neither a rule nor an offer must look like something that is not there.
  return asking.named() ? refused(refusal) : refused_by_id(refusal);
}

std::optional<http::Response> Gateway::decide_whole(ById& asking, std::vector<app::Cell> cells) {
  auto& kept = asking.kept;
  auto decided = asking.counter.decide({.cells = std::move(cells),
                                        .form = asking.form,
                                        .whole = true,
                                        .earlier = &kept.grants,
                                        .check = {},
                                        .by_id = asking.named() ? std::string{} : asking.text()});
  if (const auto* fault = std::get_if<Fault>(&decided)) {
    tell(kept.tallies, facts::Outcome::nothing);
    return trouble(*fault);
  }
  if (const auto* refusal = std::get_if<app::Refusal>(&decided)) return denied(asking, *refusal);
  kept.charge(std::get<Granted>(decided));
  kept.grants.all.push_back(std::get<Granted>(std::move(decided)));
  return std::nullopt;
}

void Gateway::Kept::all_of_one(std::size_t size) {
  for (const auto& cell : grants.all.back().access().cells)
    tallies[cell.intent] = {.resources = 1, .withheld = 0, .bytes = size, .upstream_status = 200};
}

http::Response Gateway::read(const Counter& counter, const Read& target) {
  ById asking{counter, target, target.version.empty() ? "read" : "vread"};
  if (auto why = survey_named(asking)) return *std::move(why);
  auto fetched = fetch_one(asking, target);
  if (!target.version.empty()) {
    // Asked for whatever the first says: the time would tell what there is.
    auto today = fetch_one(asking, Read{target.type, target.id});
    auto* now = std::get_if<Resource>(&today);
    if (std::holds_alternative<Resource>(fetched)) {
      if (now == nullptr) return missed(asking, std::get<Missed>(std::move(today)));
      add_labels(std::get<Resource>(fetched), now->labels);
    } else if (now != nullptr) {
      // That it has no such version is told to those alone who may see that it is there.
      if (auto why = decide_whole(asking, cells_of(*now, app::Action::read)))
        return *std::move(why);
    }
  }
  if (auto* why = std::get_if<Missed>(&fetched)) return missed(asking, std::move(*why));
  const auto& resource = std::get<Resource>(fetched);
  auto& kept = asking.kept;

  if (auto why = decide_whole(asking, cells_of(resource, app::Action::read)))
    return *std::move(why);
  auto bytes = without_upstream(resource.bytes, counter.bases());
  kept.all_of_one(bytes.size());
  http::Headers headers;
  if (!resource.version.empty()) headers.push_back({"ETag", etag_of(resource.version)});
  if (!resource.version.empty() && holds(target.held, resource.version)) {
    // That this version still stands is told of the record, too: what comes before is the same.
    auto stands = release({}, kept, kept.grants.all.back(), std::move(headers));
    stands.status = 304;
    return stands;
  }
  if (resource.updated) headers.push_back({"Last-Modified", http_date(*resource.updated)});
  return release(std::move(bytes), kept, kept.grants.all.back(), std::move(headers));
}

std::variant<VersionPage, Gateway::Missed> Gateway::fetch_versions(ById& asking,
                                                                   const Place& place) {
  auto fetched = fetch(asking.counter, place.upstream, limits::bundle_bytes_max);
  if (!fetched) return Missed{trouble(fetched.fault()), 0};
  asking.page = std::move(fetched->room);
  if (gone(fetched->status)) return Missed{{}, fetched->status};
  if (fetched->status != 200) return Missed{upstream_refused(fetched->status), fetched->status};
  auto scanned = scan_history(fetched->body.look(), asking.counter.bases());
  if (std::holds_alternative<Malformed>(scanned))
    return Missed{upstream_trouble(FaultCode::upstream_nonsense), 200};
  return std::get<VersionPage>(std::move(scanned));
}

std::variant<Gateway::Sorted, http::Response> Gateway::sort_versions(
    ById& asking, std::vector<Version>& versions, const std::vector<std::string>& labels) {
  Sorted out{.intents = std::vector<std::optional<EntryIndex>>(versions.size()), .refusal = {}};
  std::vector<app::Cell> cells;
  std::vector<std::vector<std::size_t>> of_version;
  for (auto& version : versions) {
    auto& resource = version.resource;
    const bool asked = !version.deleted && resource.checkable && !resource.version.empty() &&
                       resource.type == asking.target.type && resource.id == asking.target.id;
    add_labels(resource, labels);
    of_version.push_back(asked ? add_cells(cells_of(resource, app::Action::read), cells)
                               : std::vector<std::size_t>{});
    resource.bytes = without_upstream(resource.bytes, asking.counter.bases());
  }
  if (cells.empty()) return out;
  auto decided = asking.counter.decide({.cells = std::move(cells),
                                        .form = asking.form,
                                        .whole = false,
                                        .earlier = &asking.kept.grants,
                                        .check = {},
                                        .by_id = asking.named() ? std::string{} : asking.text()});
  if (const auto* fault = std::get_if<Fault>(&decided)) {
    tell(asking.kept.tallies, facts::Outcome::nothing);
    return trouble(*fault);
  }
  if (const auto* refusal = std::get_if<app::Refusal>(&decided)) {
    if (is_of_the_asker(*refusal)) return denied(asking, *refusal);
    out.refusal = *refusal;
    return out;
  }
  auto& granted = std::get<Granted>(decided);
  asking.kept.charge(granted);
  out.intents = intents_of(granted, of_version);
  // That it was deleted is told to whom what was deleted is told.
  for (std::size_t i = versions.size(); i-- > 0;)
    if (versions[i].deleted && i + 1 < versions.size()) out.intents[i] = out.intents[i + 1];
  asking.kept.grants.all.push_back(std::move(granted));
  return out;
}

http::Response Gateway::history(const Counter& counter, Place from) {
  const Search asked = from.search;
  ById asking{counter, Read{asked.type, from.history}, "history"};
  if (auto why = survey_named(asking)) return *std::move(why);
  auto& kept = asking.kept;
  const auto end = edge_.clock.now().boot + limits::pages_time_max;
  auto today = fetch_one(asking, asking.target);
  std::optional<Place> next;
  std::optional<app::Refusal> refusal;
  std::uint64_t withheld = 0;
  bool older = false;  // something may be seen that is older than what is asked for
  const auto since = since_of(asked);
  std::vector<std::string> abouts;
  for (std::size_t pages = 0; !next && !from.upstream.empty(); ++pages) {
    if (pages == upstream_pages_max || edge_.clock.now().boot > end) {
      next = from;
      break;
    }
    auto fetched = fetch_versions(asking, from);
    if (auto* why = std::get_if<Missed>(&today)) return missed(asking, std::move(*why));
    if (auto* why = std::get_if<Missed>(&fetched)) return missed(asking, std::move(*why));
    auto& page = std::get<VersionPage>(fetched);
    auto sorted = sort_versions(asking, page.versions, std::get<Resource>(today).labels);
    if (auto* why = std::get_if<http::Response>(&sorted)) return std::move(*why);
    auto& [intents, refused_here] = std::get<Sorted>(sorted);
    if (!refusal) refusal = std::move(refused_here);
    for (std::size_t i = from.skip; i < page.versions.size() && !next; ++i) {
      auto& version = page.versions[i];
      if (!intents[i]) {
        withheld += 1;
      } else if (is_before(version, since)) {
        older = true;
      } else if (abouts.size() == asked.count ||
                 kept.bytes + version.resource.bytes.size() > limits::bundle_bytes_max) {
        next = Place{asked, from.upstream, static_cast<std::uint32_t>(i), asking.target.id};
      } else {
        abouts.push_back(about(version, asking.target));
        kept.keep(std::move(version.resource), *intents[i]);
      }
    }
    if (!next) from = Place{asked, page.next, 0, asking.target.id};
  }
  if (abouts.empty() && !older)
    return refusal ? denied(asking, *refusal) : missed(asking, Missed{{}, 200});
  kept.tallies[kept.grants.first_intent()].withheld += withheld;
  const auto here = bases_.ours + "/" + asking.text();
  Envelope envelope{
      .type = "history",
      .self = bases_.ours + "/" +
              print(History{asked.type, asking.target.id, asked.count,
                            asked.params.empty() ? std::string{} : asked.params[0].value}),
      .next = {},
      .extra = {}};
  if (next)
    envelope.next =
        bases_.ours + "/" +
        print(HistoryPage{asked.type, asking.target.id, tokens_.seal(*next, counter.session())});
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < abouts.size(); ++i)
    entries.push_back(
        {.full_url = here, .bytes = kept.resources[i].bytes, .about = std::move(abouts[i])});
  auto bytes = bundle(envelope, entries);
  return release(std::move(bytes), kept, kept.grants.all.back(), {});
}

}  // namespace halligan::in::fhir
