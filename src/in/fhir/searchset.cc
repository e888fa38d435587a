// searchset.cc - a page of the record system, cut into its whole resources.
#include <algorithm>

#include "base/limits.h"
#include "in/fhir/parsed_json.h"

namespace halligan::in::fhir {
namespace {

namespace ondemand = simdjson::ondemand;

string_view trimmed(string_view text) {
  while (!text.empty() && text.back() != '}' && text.back() != ']') text.remove_suffix(1);
  return text;
}

// The bytes of each entry's resource, in order; entries without one give empty text.
bool cut_entries(const simdjson::padded_string& text, std::vector<string_view>& out) {
  ondemand::parser parser;
  ondemand::document document;
  if (parser.iterate(text).get(document) != simdjson::SUCCESS) return false;
  ondemand::object root;
  if (document.get_object().get(root) != simdjson::SUCCESS) return false;
  ondemand::array entries;
  if (root["entry"].get_array().get(entries) != simdjson::SUCCESS) return false;
  for (auto entry : entries) {
    ondemand::object object;
    if (entry.get_object().get(object) != simdjson::SUCCESS) return false;
    ondemand::object resource;
    string_view raw;
    if (object["resource"].get_object().get(resource) == simdjson::SUCCESS &&
        resource.raw_json().get(raw) != simdjson::SUCCESS)
      return false;
    out.push_back(trimmed(raw));
  }
  return true;
}

std::optional<Malformed> read_next(const dom::object& bundle, const Bases& bases,
                                   std::string& out) {
  const auto links = member(bundle, "link");
  if (!links) return std::nullopt;
  std::optional<Malformed> wrong;
  at_path(*links, "", [&](const dom::element& each) {
    const auto link = object_of(each);
    if (!link || text_member(*link, "relation") != "next") return;
    auto url = text_member(*link, "url").value_or("");
    if (!bases.upstream.empty() && url.starts_with(bases.upstream))
      url.remove_prefix(bases.upstream.size());
    else if (url.find("://") != string_view::npos)
      url = {};
    if (url.starts_with('/')) url.remove_prefix(1);
    const bool fine =
        !url.empty() && !url.starts_with('/') && url.size() <= limits::target_bytes_max &&
        url.find("..") == string_view::npos &&
        std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
    if (!fine || !out.empty())
      wrong = malformed("its link to the next page leads elsewhere");
    else
      out = url;
  });
  return wrong;
}

}  // namespace

std::variant<Page, Malformed> scan_searchset(string_view text, const Bases& bases) {
  Parsed parsed{text};
  if (auto wrong = parsed.parse()) return *std::move(wrong);
  const auto root = parsed.root();
  if (text_member(root, "resourceType") != "Bundle") return malformed("it is no Bundle");
  Page out;
  if (auto wrong = read_next(root, bases, out.next)) return *std::move(wrong);
  const auto entries = member(root, "entry");
  if (!entries) return out;
  std::vector<string_view> cuts;
  dom::array list;
  if (entries->get(list) != simdjson::SUCCESS || !cut_entries(parsed.text(), cuts))
    return malformed("its entries cannot be read");
  if (list.size() != cuts.size() || cuts.size() > limits::bundle_entries_max)
    return malformed("it has too many entries");
  std::size_t at = 0;
  std::size_t cells = 0;
  for (const auto each : list) {
    const auto bytes = cuts[at++];
    const auto entry = object_of(each);
    const auto resource = entry ? member(*entry, "resource") : std::nullopt;
    if (!resource) continue;
    if (!resource->is_object() || bytes.empty()) return malformed("an entry cannot be read");
    const auto search = object_of(member(*entry, "search"));
    const auto mode = search ? text_member(*search, "mode") : std::nullopt;
    if (mode.value_or("match") != "match") continue;
    auto& match = out.matches.emplace_back();
    read_resource(*resource, bases, match);
    match.bytes = bytes;
    cells += std::max<std::size_t>(match.patients.size(), 1);
    if (cells > limits::cells_at_once_max) return malformed("it tells of too many charts");
  }
  return out;
}

}  // namespace halligan::in::fhir
