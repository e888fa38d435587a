// included.cc - what a search brings along: it is in the same chart or in nobody's, and goes with a
// match that is given. What one that is withheld refers to would tell of it.
#include <algorithm>
#include <map>

#include "base/limits.h"
#include "in/fhir/compartment.h"
#include "in/fhir/gateway.h"
#include "in/fhir/includes.h"

namespace halligan::in::fhir {
namespace {

// Of what was included, the places of the matches that ask for it.
std::vector<std::vector<std::size_t>> links_between(const std::vector<Include>& includes,
                                                    const std::vector<Resource>& matches,
                                                    const std::vector<Resource>& included,
                                                    const Bases& bases) {
  const auto where = [](const std::vector<Resource>& list) {
    std::map<std::string, std::size_t> out;
    for (std::size_t i = 0; i < list.size(); ++i) out.emplace(list[i].type + "/" + list[i].id, i);
    return out;
  };
  const auto of_match = where(matches);
  const auto of_included = where(included);
  std::vector<std::vector<std::size_t>> out(included.size());
  const auto add = [&](std::size_t each, std::size_t match) {
    if (std::ranges::find(out[each], match) == out[each].end()) out[each].push_back(match);
  };
  for (const auto& [link, reverse] : includes) {
    const auto& from = reverse ? included : matches;
    const auto& to = reverse ? of_match : of_included;
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (from[i].type != link.type) continue;
      for (const auto& reference : references_of(from[i].bytes, link.path, bases)) {
        const auto found = to.find(reference);
        if (found == to.end() || !link.may_be_to(reference.substr(0, reference.find('/'))))
          continue;
        reverse ? add(i, found->second) : add(found->second, i);
      }
    }
  }
  return out;
}

}  // namespace

std::optional<http::Response> Gateway::look_at_included(const Counter& counter, const Place& place,
                                                        std::vector<Resource> included,
                                                        Looked& page, Kept& kept) {
  page.with.resize(page.matches.size());
  const auto links =
      links_between(includes_of(place.search), page.matches, included, counter.bases());
  std::vector<app::Cell> cells;
  std::vector<std::vector<std::size_t>> of_each;
  for (std::size_t i = 0; i < included.size(); ++i) {
    auto& resource = included[i];
    const bool here = lies_in(resource, place.search.patient) ||
                      (resource.patients.empty() && is_shared_type(resource.type));
    bool given = false;
    for (const auto from : links[i]) given = given || page.intents[from].has_value();
    const bool match = std::ranges::any_of(page.matches, [&](const Resource& each) {
      return each.type == resource.type && each.id == resource.id;
    });
    if (!resource.checkable || !here || !given || match) continue;
    for (const auto from : links[i]) page.with[from].push_back(page.included.size());
    of_each.push_back(add_cells(cells_of(resource, app::Action::read), cells));
    resource.bytes = without_upstream(resource.bytes, counter.bases());
    page.included.push_back({std::move(resource), {}});
  }
  std::vector<std::optional<EntryIndex>> intents;
  if (auto why = decide_some(counter, "search", std::move(cells), of_each, kept, intents))
    return why;
  for (std::size_t i = 0; i < intents.size(); ++i) page.included[i].intent = intents[i];
  return std::nullopt;
}

bool Gateway::keep_with(Looked& page, std::size_t match, Kept& kept) {
  const auto there = [&](const Resource& resource) {
    const auto same = [&](const Resource& other) {
      return other.type == resource.type && other.id == resource.id;
    };
    return std::ranges::any_of(kept.included, same) || std::ranges::any_of(kept.resources, same);
  };
  std::vector<std::size_t> with;
  std::size_t bytes = page.matches[match].bytes.size();
  std::uint64_t withheld = 0;
  if (!page.with.empty())
    for (const auto each : page.with[match]) {
      const auto& [resource, intent] = page.included[each];
      if (!intent) withheld += 1;
      if (!intent || resource.bytes.empty() || there(resource)) continue;
      with.push_back(each);
      bytes += resource.bytes.size();
    }
  if (!kept.resources.empty() && kept.bytes + bytes > limits::bundle_bytes_max) return false;
  kept.keep(std::move(page.matches[match]), *page.intents[match]);
  for (const auto each : with)
    kept.include(std::move(page.included[each].resource), *page.included[each].intent);
  kept.tallies[kept.grants.first_intent()].withheld += withheld;
  return true;
}

}  // namespace halligan::in::fhir
