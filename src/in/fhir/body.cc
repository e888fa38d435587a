#include "in/fhir/body.h"

#include <boost/json.hpp>
#include <simdjson.h>

#include <algorithm>
#include <array>

#include "base/ids.h"
#include "base/limits.h"
#include "core/policy/words.h"
#include "in/fhir/compartment.h"

namespace halligan::in::fhir {
namespace {

namespace dom = simdjson::dom;
namespace ondemand = simdjson::ondemand;
using std::string_view;

Malformed malformed(string_view what) { return {std::string{what}}; }

void sort_once(std::vector<std::string>& list) {
  std::ranges::sort(list);
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

std::optional<string_view> text_of(const dom::element& element) {
  string_view out;
  if (element.get(out) != simdjson::SUCCESS) return std::nullopt;
  return out;
}

std::optional<dom::element> member(const dom::object& object, string_view name) {
  for (const auto& field : object)
    if (field.key == name) return field.value;
  return std::nullopt;
}

std::optional<dom::object> object_of(const std::optional<dom::element>& element) {
  dom::object out;
  if (!element || element->get(out) != simdjson::SUCCESS) return std::nullopt;
  return out;
}

std::optional<string_view> text_member(const dom::object& object, string_view name) {
  const auto found = member(object, name);
  return found ? text_of(*found) : std::nullopt;
}

// Every element at the end of a dotted path, through lists.
template <class Visit>
void at_path(const dom::element& from, string_view path, const Visit& visit) {
  dom::array list;
  if (from.get(list) == simdjson::SUCCESS) {
    for (const auto each : list) at_path(each, path, visit);
    return;
  }
  if (path.empty()) return visit(from);
  const auto object = object_of(from);
  if (!object) return;
  const auto end = std::min(path.find('.'), path.size());
  if (const auto next = member(*object, path.substr(0, end)))
    at_path(*next, path.substr(std::min(end + 1, path.size())), visit);
}

bool keys_are_unique(const dom::object& object) {
  std::vector<string_view> keys;
  for (const auto& field : object) keys.push_back(field.key);
  std::ranges::sort(keys);
  return std::ranges::adjacent_find(keys) == keys.end();
}

bool unique_everywhere(const dom::element& element) {
  dom::array list;
  if (element.get(list) == simdjson::SUCCESS) {
    for (const auto each : list)
      if (!unique_everywhere(each)) return false;
    return true;
  }
  const auto object = object_of(element);
  if (!object) return true;
  if (!keys_are_unique(*object)) return false;
  for (const auto& field : *object)
    if (!unique_everywhere(field.value)) return false;
  return true;
}

struct Target {
  enum class Kind { patient, other, unclear } kind = Kind::unclear;
  std::string id;
};

// "Patient/p-1", "Patient/p-1/_history/2", either below a base of ours. Other servers' resources are
// other people's records: of a patient type they cannot be checked.
Target target_of(string_view reference, const Bases& bases) {
  bool foreign = false;
  for (const auto& base : {std::cref(bases.ours), std::cref(bases.upstream)})
    if (!base.get().empty() && reference.starts_with(base.get()) && reference.substr(base.get().size()).starts_with('/')) {
      reference.remove_prefix(base.get().size() + 1);
      break;
    }
  if (reference.starts_with("http://") || reference.starts_with("https://")) {
    foreign = true;
    const auto slash = reference.rfind('/');
    const auto type_at = reference.rfind('/', slash - 1);
    reference.remove_prefix(type_at + 1);
  }
  const auto slash = reference.find('/');
  if (slash == string_view::npos) return {};
  const auto type = reference.substr(0, slash);
  auto id = reference.substr(slash + 1);
  const auto rest = id.find('/');
  if (rest != string_view::npos) {
    const auto version = id.substr(rest);
    if (!version.starts_with("/_history/") || !valid_id(version.substr(10))) return {};
    id = id.substr(0, rest);
  }
  if (!policy::is_resource_type(type) || !valid_id(id)) return {};
  if (type != "Patient") return {Target::Kind::other, {}};
  if (foreign) return {};
  return {Target::Kind::patient, std::string{id}};
}

// Reads one resource and what it contains into `out`.
class Reader {
 public:
  Reader(const Bases& bases, Resource& out) : bases_(bases), out_(out) {}

  void read(const dom::element& element) {
    const dom::object resource = *object_of(element);
    out_.type = text_member(resource, "resourceType").value_or("");
    out_.id = text_member(resource, "id").value_or("");
    out_.has_id = member(resource, "id").has_value();
    if (!policy::is_resource_type(out_.type) || (!out_.id.empty() && !valid_id(out_.id))) out_.checkable = false;
    read_meta(resource);
    at_path(element, "category", [&](const dom::element& each) { add_category(each); });
    read_date(element);
    for (const string_view name : {"relatesTo", "replaces", "priorPrescription", "parent"})
      if (member(resource, name)) out_.supersedes = true;
    if (out_.type == "Patient") out_.patients.push_back(out_.id);
    contained_ = member(resource, "contained");
    read_links(element, out_.type);
    for (const auto& field : resource) find_embedded(field.value, field.key == "contained");
    sort_once(out_.patients);
    sort_once(out_.labels);
    sort_once(out_.categories);
    sort_once(out_.glass_tags);
    if (out_.type == "Patient" && out_.id.empty()) out_.patients.clear();
  }

 private:
  void read_meta(const dom::object& resource) {
    const auto element = member(resource, "meta");
    const auto meta = object_of(element);
    if (!meta) return;
    if (const auto version = text_member(*meta, "versionId"); version && valid_id(*version)) out_.version = *version;
    if (const auto updated = text_member(*meta, "lastUpdated")) out_.updated = parse_instant(*updated);
    read_labels(*element);
  }

  void read_labels(const dom::element& meta) {
    at_path(meta, "security", [&](const dom::element& each) {
      const auto coding = object_of(each);
      const auto code = coding ? text_member(*coding, "code") : std::nullopt;
      if (code && !code->empty()) out_.labels.emplace_back(*code);
      else out_.checkable = false;  // a label that cannot be read may be any label
    });
    at_path(meta, "tag", [&](const dom::element& each) {
      const auto coding = object_of(each);
      if (coding && text_member(*coding, "system") == glass_tag_system)
        out_.glass_tags.emplace_back(text_member(*coding, "code").value_or(""));
    });
  }

  void add_category(const dom::element& each) {
    if (const auto code = text_of(each)) {
      out_.categories.emplace_back(*code);
      return;
    }
    const auto add = [&](const dom::element& code) {
      if (const auto text = text_of(code)) out_.categories.emplace_back(*text);
    };
    at_path(each, "coding.code", add);
    at_path(each, "code", add);
  }

  // The first of these that the resource has.
  void read_date(const dom::element& resource) {
    static constexpr std::array<string_view, 22> where{
        "effectiveDateTime", "effectiveInstant", "effectivePeriod.start", "issued",        "authoredOn",
        "performedDateTime", "performedPeriod.start", "occurrenceDateTime", "occurrencePeriod.start",
        "recordedDate",      "onsetDateTime",    "period.start",          "started",       "start",
        "date",              "authored",         "sent",                  "created",       "dateTime",
        "dateAsserted",      "whenHandedOver",   "recorded"};
    for (const auto path : where) {
      at_path(resource, path, [&](const dom::element& each) {
        const auto text = text_of(each);
        if (text && !out_.dated) out_.dated = earliest(*text);
      });
      if (out_.dated) return;
    }
  }

  static std::optional<Instant> earliest(string_view text) {
    if (text.size() == 4) return parse_instant(std::string{text} + "-01-01T00:00:00Z");
    if (text.size() == 7) return parse_instant(std::string{text} + "-01T00:00:00Z");
    if (text.size() == 10) return parse_instant(std::string{text} + "T00:00:00Z");
    return parse_instant(text);
  }

  void read_links(const dom::element& resource, string_view type) {
    const auto* compartment = compartment_of(type);
    if (compartment == nullptr) return read_all_references(resource, true);
    bool owner = true;
    for (const auto& link : compartment->used()) {
      at_path(resource, link.path, [&](const dom::element& each) { read_reference(each, owner); });
      owner = false;
    }
  }

  // A type outside the compartment has no link that could be trusted to be the only one.
  void read_all_references(const dom::element& element, bool top) {
    dom::array list;
    if (element.get(list) == simdjson::SUCCESS) {
      for (const auto each : list) read_all_references(each, false);
      return;
    }
    const auto object = object_of(element);
    if (!object) return;
    if (!top && member(*object, "resourceType")) return;  // find_embedded reads it as what it is
    if (const auto reference = text_member(*object, "reference")) {
      const auto target = target_of(*reference, bases_);
      if (target.kind == Target::Kind::patient) out_.patients.push_back(target.id);
      if (target.kind == Target::Kind::unclear && reference->find("Patient") != string_view::npos) out_.checkable = false;
    }
    for (const auto& field : *object) read_all_references(field.value, false);
  }

  void read_reference(const dom::element& element, bool owner) {
    const auto object = object_of(element);
    if (!object) {
      out_.checkable = false;
      return;
    }
    const auto type = text_member(*object, "type");
    const auto reference = member(*object, "reference");
    if (!reference) {
      // A name alone is nobody's chart, unless it stands where the patient should.
      const bool somebody_else = type && *type != "Patient" && policy::is_resource_type(*type);
      if (!somebody_else && (owner || member(*object, "identifier"))) out_.checkable = false;
      return;
    }
    const auto text = text_of(*reference);
    if (!text) {
      out_.checkable = false;
      return;
    }
    if (text->starts_with('#')) return read_contained(text->substr(1));
    const auto target = target_of(*text, bases_);
    switch (target.kind) {
      case Target::Kind::patient:
        if (type && *type != "Patient") out_.checkable = false;
        out_.patients.push_back(target.id);
        return;
      case Target::Kind::other:
        if (type && *type == "Patient") out_.checkable = false;
        return;
      case Target::Kind::unclear: out_.checkable = false; return;
    }
  }

  // "#p": whoever is contained has no identity of their own.
  void read_contained(string_view id) {
    bool found = false;
    bool patient = false;
    if (contained_)
      at_path(*contained_, "", [&](const dom::element& each) {
        const auto object = object_of(each);
        if (!object || text_member(*object, "id") != id) return;
        found = true;
        patient = patient || text_member(*object, "resourceType").value_or("Patient") == "Patient";
      });
    if (!found || patient) out_.checkable = false;
  }

  // Contained resources, entries of documents, parameters: each is read as the resource it is.
  void find_embedded(const dom::element& element, bool contained) {
    dom::array list;
    if (element.get(list) == simdjson::SUCCESS) {
      for (const auto each : list) find_embedded(each, contained);
      return;
    }
    const auto object = object_of(element);
    if (!object) return;
    if (const auto type_element = member(*object, "resourceType")) {
      const auto type = text_of(*type_element).value_or("");
      if (!policy::is_resource_type(type)) out_.checkable = false;
      if (type == "Patient") {
        const auto id = text_member(*object, "id").value_or("");
        if (contained || !valid_id(id)) out_.checkable = false;
        else out_.patients.emplace_back(id);
      }
      if (const auto meta = member(*object, "meta")) read_labels(*meta);
      read_links(element, type);
    }
    for (const auto& field : *object) find_embedded(field.value, field.key == "contained");
  }

  const Bases& bases_;
  Resource& out_;
  std::optional<dom::element> contained_;
};

// Parsed once as a tree, which checks every byte of it; what is cut out of it is found by a second,
// lazy pass over the same bytes.
class Parsed {
 public:
  explicit Parsed(string_view text) : text_(text) {}

  std::optional<Malformed> parse() {
    if (text_.size() > limits::bundle_bytes_max) return malformed("it is too large");
    const auto error = parser_.allocate(std::max<std::size_t>(text_.size(), 64), limits::json_depth_max);
    if (error != simdjson::SUCCESS) return malformed("it is too large");
    if (parser_.parse(text_).get(root_) != simdjson::SUCCESS) return malformed("it is not JSON within our bounds");
    if (!root_.is_object()) return malformed("it is not a JSON object");
    if (!unique_everywhere(root_)) return malformed("a key is there twice");
    return std::nullopt;
  }
  dom::object root() const { return dom::object{root_.get_object().value_unsafe()}; }
  const dom::element& element() const { return root_; }
  const simdjson::padded_string& text() const { return text_; }

 private:
  simdjson::padded_string text_;
  dom::parser parser_;
  dom::element root_;
};

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

std::optional<Malformed> read_next(const dom::object& bundle, const Bases& bases, std::string& out) {
  const auto links = member(bundle, "link");
  if (!links) return std::nullopt;
  std::optional<Malformed> wrong;
  at_path(*links, "", [&](const dom::element& each) {
    const auto link = object_of(each);
    if (!link || text_member(*link, "relation") != "next") return;
    auto url = text_member(*link, "url").value_or("");
    if (!bases.upstream.empty() && url.starts_with(bases.upstream)) url.remove_prefix(bases.upstream.size());
    else if (url.find("://") != string_view::npos) url = {};
    if (url.starts_with('/')) url.remove_prefix(1);
    const bool fine = !url.empty() && url.size() <= limits::target_bytes_max && url.find("..") == string_view::npos &&
                      std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
    if (!fine || !out.empty()) wrong = malformed("its link to the next page leads elsewhere");
    else out = url;
  });
  return wrong;
}

}  // namespace

std::variant<Resource, Malformed> scan_resource(string_view text, const Bases& bases) {
  Parsed parsed{text};
  if (auto wrong = parsed.parse()) return *std::move(wrong);
  Resource out;
  if (!text_member(parsed.root(), "resourceType")) return malformed("it has no resourceType");
  Reader{bases, out}.read(parsed.element());
  out.bytes = text;
  return out;
}

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
  if (entries->get(list) != simdjson::SUCCESS || !cut_entries(parsed.text(), cuts)) return malformed("its entries cannot be read");
  if (list.size() != cuts.size() || cuts.size() > limits::bundle_entries_max) return malformed("it has too many entries");
  std::size_t at = 0;
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
    Reader{bases, match}.read(*resource);
    match.bytes = bytes;
  }
  return out;
}

std::variant<std::string, Malformed> minimal_demographics(const Resource& patient) {
  Parsed parsed{patient.bytes};
  if (auto wrong = parsed.parse()) return *std::move(wrong);
  if (patient.type != "Patient" || patient.id.empty()) return malformed("it is no Patient with an id");
  const auto root = parsed.root();
  boost::json::object out{{"resourceType", "Patient"}, {"id", patient.id}};
  boost::json::array names;
  if (const auto name = member(root, "name"))
    at_path(*name, "", [&](const dom::element& each) {
      const auto object = object_of(each);
      if (!object || !names.empty()) return;
      boost::json::object shown;
      for (const string_view key : {"text", "family"})
        if (const auto text = text_member(*object, key)) shown.emplace(key, *text);
      boost::json::array given;
      at_path(each, "given", [&](const dom::element& part) {
        if (const auto text = text_of(part)) given.emplace_back(*text);
      });
      if (!given.empty()) shown.emplace("given", std::move(given));
      if (!shown.empty()) names.emplace_back(std::move(shown));
    });
  if (!names.empty()) out.emplace("name", std::move(names));
  for (const string_view key : {"gender", "birthDate"})
    if (const auto text = text_member(root, key)) out.emplace(key, *text);
  return boost::json::serialize(out);
}

std::string splice_tag(string_view text, string_view system, string_view code) {
  const auto tag = boost::json::serialize(boost::json::object{{"system", system}, {"code", code}});
  const simdjson::padded_string padded{text};
  // Where the opening bracket of a child stands, and whether the child is empty.
  struct Spot {
    std::size_t after = 0;
    bool empty = false;
  };
  const auto spot = [&](string_view raw) {
    const auto first = raw.find_first_not_of(" \t\r\n", 1);
    const bool empty = first == string_view::npos || raw[first] == '}' || raw[first] == ']';
    return Spot{static_cast<std::size_t>(raw.data() - padded.data()) + 1, empty};
  };
  const auto find = [&](bool in_meta) -> std::optional<Spot> {
    ondemand::parser parser;
    ondemand::document document;
    ondemand::object root;
    ondemand::object meta;
    string_view raw;
    if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
        document.get_object().get(root) != simdjson::SUCCESS || root["meta"].get_object().get(meta) != simdjson::SUCCESS)
      return std::nullopt;
    if (!in_meta) {
      if (meta.raw_json().get(raw) != simdjson::SUCCESS) return std::nullopt;
      return spot(raw);
    }
    ondemand::array tags;
    if (meta["tag"].get_array().get(tags) != simdjson::SUCCESS || tags.raw_json().get(raw) != simdjson::SUCCESS)
      return std::nullopt;
    return spot(raw);
  };
  std::string out{text};
  const auto insert = [&](Spot at, const std::string& what) { out.insert(at.after, at.empty ? what : what + ","); };
  if (const auto tags = find(true)) insert(*tags, tag);
  else if (const auto meta = find(false)) insert(*meta, "\"tag\":[" + tag + "]");
  else {
    const auto open = text.find('{');
    insert({open + 1, spot(string_view{padded}.substr(open)).empty}, "\"meta\":{\"tag\":[" + tag + "]}");
  }
  return out;
}

}  // namespace halligan::in::fhir
