// searchset.cc - Bundles cut into their whole resources: a page of a search or of a history that
// the record system gave, and a batch that a client sent.
#include <algorithm>
#include <charconv>

#include "base/bytes.h"
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

// The entries of a Bundle: each with the bytes of its resource, which are empty where it has none.
template <class Visit>
std::variant<std::string, Malformed> read_bundle(const Parsed& parsed, const Bases& bases,
                                                 const Visit& visit) {
  const auto root = parsed.root();
  if (text_member(root, "resourceType") != "Bundle") return malformed("it is no Bundle");
  std::string next;
  if (auto wrong = read_next(root, bases, next)) return *std::move(wrong);
  const auto entries = member(root, "entry");
  if (!entries) return next;
  std::vector<string_view> cuts;
  dom::array list;
  if (entries->get(list) != simdjson::SUCCESS || !cut_entries(parsed.text(), cuts))
    return malformed("its entries cannot be read");
  if (list.size() != cuts.size() || cuts.size() > limits::bundle_entries_max)
    return malformed("it has too many entries");
  std::size_t at = 0;
  for (const auto each : list) {
    const auto bytes = cuts[at++];
    const auto entry = object_of(each);
    const auto resource = entry ? member(*entry, "resource") : std::nullopt;
    if (resource && (!resource->is_object() || bytes.empty()))
      return malformed("an entry cannot be read");
    if (entry) visit(*entry, resource, bytes);
  }
  return next;
}

// A page of what the record system has. `place` says where the resource of an entry goes; null: it
// is of no interest.
template <class PageOf, class Place>
std::variant<PageOf, Malformed> scan_page(string_view text, const Bases& bases,
                                          const Place& place) {
  Parsed parsed{text};
  if (auto wrong = parsed.parse()) return *std::move(wrong);
  PageOf out;
  std::size_t cells = 0;
  const auto visit = [&](const dom::object& entry, const std::optional<dom::element>& resource,
                         string_view bytes) {
    Resource* const to = place(out, entry, resource.has_value());
    if (to == nullptr) return;
    read_resource(*resource, bases, *to);
    to->bytes = bytes;
    cells += std::max<std::size_t>(to->patients.size(), 1);
  };
  auto next = read_bundle(parsed, bases, visit);
  if (auto* wrong = std::get_if<Malformed>(&next)) return std::move(*wrong);
  if (cells > limits::cells_at_once_max) return malformed("it tells of too many charts");
  out.next = std::get<std::string>(std::move(next));
  return out;
}

BatchRequest read_batch_request(const dom::object& entry,
                                const std::optional<dom::element>& resource, string_view bytes) {
  BatchRequest out;
  out.full_url = text_member(entry, "fullUrl").value_or("");
  if (const auto request = object_of(member(entry, "request"))) {
    out.method = text_member(*request, "method").value_or("");
    out.url = text_member(*request, "url").value_or("");
    for (const auto& [key, header] : {std::pair{"ifMatch", "If-Match"},
                                      {"ifNoneMatch", "If-None-Match"},
                                      {"ifNoneExist", "If-None-Exist"}})
      if (const auto value = member(*request, key))
        out.conditions.emplace_back(header, text_of(*value).value_or(""));
  }
  if (!resource) return out;
  out.media_type = "application/fhir+json";
  out.body = bytes;
  // A patch is no resource: it comes in one (FHIR R4, 3.1.0.11.2).
  const auto binary = object_of(resource);
  if (out.method != "PATCH" || !binary || text_member(*binary, "resourceType") != "Binary")
    return out;
  out.media_type = text_member(*binary, "contentType").value_or("");
  const auto data = from_base64(text_member(*binary, "data").value_or(""));
  out.body = data ? std::string{text_view(*data)} : std::string{};
  return out;
}

}  // namespace

std::variant<BatchBody, Malformed> scan_batch(string_view text) {
  Parsed parsed{text};
  if (auto wrong = parsed.parse()) return *std::move(wrong);
  BatchBody out;
  const auto visit = [&](const dom::object& entry, const std::optional<dom::element>& resource,
                         string_view bytes) {
    out.requests.push_back(read_batch_request(entry, resource, bytes));
  };
  auto read = read_bundle(parsed, {}, visit);
  if (auto* wrong = std::get_if<Malformed>(&read)) return std::move(*wrong);
  out.type = text_member(parsed.root(), "type").value_or("");
  return out;
}

std::variant<std::vector<PartDone>, Malformed> scan_transaction_response(string_view text) {
  Parsed parsed{text};
  if (auto wrong = parsed.parse()) return *std::move(wrong);
  std::vector<PartDone> out;
  const auto visit = [&](const dom::object& entry, const std::optional<dom::element>& resource,
                         string_view bytes) {
    auto& done = out.emplace_back();
    if (resource) done.resource = bytes;
    const auto response = object_of(member(entry, "response"));
    if (!response) return;
    const auto status = text_member(*response, "status").value_or("");
    int code = 0;
    const auto read = std::from_chars(status.data(), status.data() + status.size(), code);
    const bool alone = read.ptr == status.data() + status.size() || *read.ptr == ' ';
    if (read.ec == std::errc{} && code >= 100 && code <= 599 && alone) done.status = code;
    done.location = text_member(*response, "location").value_or("");
    done.etag = text_member(*response, "etag").value_or("");
  };
  auto read = read_bundle(parsed, {}, visit);
  if (auto* wrong = std::get_if<Malformed>(&read)) return std::move(*wrong);
  if (text_member(parsed.root(), "type") != "transaction-response")
    return malformed("it is no transaction-response");
  return out;
}

std::variant<Page, Malformed> scan_searchset(string_view text, const Bases& bases,
                                             bool with_included) {
  const auto place = [&](Page& out, const dom::object& entry, bool has_resource) -> Resource* {
    const auto search = object_of(member(entry, "search"));
    const auto mode = search ? text_member(*search, "mode").value_or("match") : "match";
    if (has_resource && mode == "match") return &out.matches.emplace_back();
    if (has_resource && mode == "include" && with_included) return &out.included.emplace_back();
    return nullptr;
  };
  return scan_page<Page>(text, bases, place);
}

std::variant<VersionPage, Malformed> scan_history(string_view text, const Bases& bases) {
  return scan_page<VersionPage>(
      text, bases, [](VersionPage& out, const dom::object& entry, bool has_resource) -> Resource* {
        const auto request = object_of(member(entry, "request"));
        const auto method = request ? text_member(*request, "method").value_or("") : "";
        auto& version = out.versions.emplace_back();
        version.deleted = method == "DELETE" || !has_resource;
        version.first = method == "POST";
        if (const auto response = object_of(member(entry, "response")))
          if (const auto at = text_member(*response, "lastModified"))
            version.at = parse_instant(*at);
        // What was there when it was deleted is no version of it.
        return version.deleted ? nullptr : &version.resource;
      });
}

}  // namespace halligan::in::fhir
