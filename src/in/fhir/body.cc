#include "in/fhir/body.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/ids.h"
#include "base/limits.h"
#include "core/policy/words.h"
#include "in/fhir/compartment.h"
#include "in/fhir/parsed_json.h"

namespace halligan::in::fhir {
namespace {

void sort_once(std::vector<std::string>& list) {
  std::ranges::sort(list);
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

struct Target {
  enum class Kind { patient, other, unclear } kind = Kind::unclear;
  std::string id;
  std::string_view type{};  // of the record system's own; empty: of another server
};

// "Patient/p-1", "Patient/p-1/_history/2", either below a base of ours. Other servers' resources
// are other people's records: of a patient type they cannot be checked.
Target target_of(string_view reference, const Bases& bases) {
  bool foreign = false;
  for (const auto& base : {std::cref(bases.ours), std::cref(bases.upstream)})
    if (!base.get().empty() && reference.starts_with(base.get()) &&
        reference.substr(base.get().size()).starts_with('/')) {
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
  if (type != "Patient")
    return {Target::Kind::other, std::string{id}, foreign ? string_view{} : type};
  if (foreign) return {};
  return {Target::Kind::patient, std::string{id}, type};
}

// Elements of a resource that say which other one it takes the place of.
constexpr std::array<string_view, 4> taking_over{"relatesTo", "replaces", "priorPrescription",
                                                 "parent"};

// ".../StructureDefinition/replaces", "request-replaces", and what newer versions of FHIR lend to
// this one: extension-DocumentReference.relatesTo ...
bool takes_over(string_view extension) {
  std::string small{extension};
  std::ranges::transform(small, small.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return std::ranges::any_of(
      std::array<string_view, 4>{"replace", "supersede", "relatesto", "priorprescription"},
      [&](string_view word) { return small.find(word) != std::string::npos; });
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
    if (!policy::is_resource_type(out_.type) || (!out_.id.empty() && !valid_id(out_.id)))
      out_.checkable = false;
    read_meta(resource);
    at_path(element, "category", [&](const dom::element& each) { add_category(each); });
    read_date(element);
    note_taking_over(resource, true);
    if (out_.type == "Patient") out_.patients.push_back(out_.id);
    if (const auto contained = member(resource, "contained")) index_contained(*contained);
    read_links(element, out_.type);
    for (const auto& field : resource) find_embedded(field.value, field.key == "contained");
    sort_once(out_.patients);
    sort_once(out_.labels);
    sort_once(out_.categories);
    sort_once(out_.glass_tags);
    sort_once(out_.urns);
    if (references_ > limits::resource_references_max ||
        out_.patients.size() > limits::resource_patients_max ||
        std::max(out_.labels.size(), out_.categories.size()) > limits::resource_codes_max)
      out_.too_much = true;
    if (out_.too_much) out_.checkable = false;
    if (out_.type == "Patient" && out_.id.empty()) out_.patients.clear();
  }

 private:
  void note_taking_over(const dom::object& object, bool resource) {
    for (const auto& field : object) {
      if (field.key == "modifierExtension") out_.modified = true;
      if (field.key == "reference") note_reference(text_of(field.value).value_or(""));
      if (resource && std::ranges::find(taking_over, field.key) != taking_over.end())
        out_.supersedes = field.key;
      if (field.key == "extension")
        at_path(field.value, "url", [&](const dom::element& each) {
          if (takes_over(text_of(each).value_or("")))
            out_.supersedes = "the extension that replaces";
        });
    }
  }

  // What the record system makes something else of: "Patient?name=roe" by a search of its own (FHIR
  // R4, 3.1.0.11.3), "urn:uuid:..." by what else a transaction holds.
  void note_reference(string_view text) {
    if (text.find('?') != string_view::npos) out_.searches = true;
    if (text.size() > 4 && text[3] == ':' && (text[0] | 0x20) == 'u' && (text[1] | 0x20) == 'r' &&
        (text[2] | 0x20) == 'n')
      out_.urns.emplace_back(text);
  }

  void index_contained(const dom::element& contained) {
    std::size_t count = 0;
    at_path(contained, "", [&](const dom::element& each) {
      if (++count > limits::resource_contained_max) out_.too_much = true;
      const auto object = object_of(each);
      const auto id = object ? text_member(*object, "id") : std::nullopt;
      if (!id || out_.too_much) return;
      auto& patient = contained_[std::string{*id}];
      patient = patient || text_member(*object, "resourceType").value_or("Patient") == "Patient";
    });
  }

  void read_meta(const dom::object& resource) {
    const auto element = member(resource, "meta");
    const auto meta = object_of(element);
    if (!meta) return;
    if (const auto version = text_member(*meta, "versionId"); version && valid_id(*version))
      out_.version = *version;
    if (const auto updated = text_member(*meta, "lastUpdated"))
      out_.updated = parse_instant(*updated);
    read_labels(*element);
  }

  void read_labels(const dom::element& meta) {
    at_path(meta, "security", [&](const dom::element& each) {
      const auto coding = object_of(each);
      const auto code = coding ? text_member(*coding, "code") : std::nullopt;
      if (code && !code->empty())
        out_.labels.emplace_back(*code);
      else
        out_.checkable = false;  // a label that cannot be read may be any label
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
    static constexpr std::array<string_view, 22> where{"effectiveDateTime",
                                                       "effectiveInstant",
                                                       "effectivePeriod.start",
                                                       "issued",
                                                       "authoredOn",
                                                       "performedDateTime",
                                                       "performedPeriod.start",
                                                       "occurrenceDateTime",
                                                       "occurrencePeriod.start",
                                                       "recordedDate",
                                                       "onsetDateTime",
                                                       "period.start",
                                                       "started",
                                                       "start",
                                                       "date",
                                                       "authored",
                                                       "sent",
                                                       "created",
                                                       "dateTime",
                                                       "dateAsserted",
                                                       "whenHandedOver",
                                                       "recorded"};
    for (const auto path : where) {
      at_path(resource, path, [&](const dom::element& each) {
        const auto text = text_of(each);
        if (text && !out_.dated) out_.dated = earliest(*text, bases_.zone.get());
      });
      if (out_.dated) return;
    }
  }

  // "2026" is some day of that year, "2026-03" some day of that month: the first one counts.
  static std::optional<Instant> earliest(string_view text, const policy::Zone* zone) {
    if (text.size() > 10) return parse_instant(text);
    std::string day{text};
    if (day.size() == 4) day += "-01";
    if (day.size() == 7) day += "-01";
    const auto utc = parse_instant(day + "T00:00:00Z");
    return utc && zone != nullptr ? zone->from_local(*utc) : utc;
  }

  void read_links(const dom::element& resource, string_view type) {
    const auto* compartment = compartment_of(type);
    if (compartment == nullptr) return read_all_references(resource, true);
    // Whom they list is what they say: each of them is named.
    if (type == "List" || type == "Group") read_all_references(resource, true);
    bool owner = true;
    for (const auto& link : compartment->used()) {
      at_path(resource, link.path, [&](const dom::element& each) { read_reference(each, owner); });
      owner = false;
    }
  }

  // A type outside the compartment has no link that could be trusted to be the only one.
  // `patient`: what stands where a patient should.
  void read_all_references(const dom::element& element, bool top, bool patient = false) {
    dom::array list;
    if (element.get(list) == simdjson::SUCCESS) {
      for (const auto each : list) read_all_references(each, false, patient);
      return;
    }
    const auto object = object_of(element);
    if (!object) return;
    if (!top && member(*object, "resourceType")) return;  // find_embedded reads it as what it is
    const bool of_patient = !top && (patient || text_member(*object, "type") == "Patient");
    const auto reference = text_member(*object, "reference");
    if (of_patient && !reference) out_.checkable = false;
    if (reference && room_for_one()) {
      const auto target = target_of(*reference, bases_);
      if (target.kind == Target::Kind::patient) out_.patients.push_back(target.id);
      if (target.kind == Target::Kind::unclear &&
          (of_patient || reference->find("Patient") != string_view::npos))
        out_.checkable = false;
    }
    for (const auto& field : *object)
      read_all_references(field.value, false, field.key == "patient");
  }

  // Beyond the bound nothing more is looked at: the whole is not checkable.
  bool room_for_one() { return ++references_ <= limits::resource_references_max; }

  void read_reference(const dom::element& element, bool owner) {
    if (!room_for_one()) return;
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
    const auto found = contained_.find(std::string{id});
    if (found == contained_.end() || found->second) out_.checkable = false;
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
    const auto type_element = member(*object, "resourceType");
    note_taking_over(*object, type_element.has_value());
    if (contained && !type_element) out_.checkable = false;  // whose it is depends on its type
    if (type_element) {
      const auto type = text_of(*type_element).value_or("");
      if (!policy::is_resource_type(type)) out_.checkable = false;
      if (type == "Patient") {
        const auto id = text_member(*object, "id").value_or("");
        if (contained || !valid_id(id))
          out_.checkable = false;
        else
          out_.patients.emplace_back(id);
      }
      if (const auto meta = member(*object, "meta")) read_labels(*meta);
      read_links(element, type);
    }
    for (const auto& field : *object) find_embedded(field.value, field.key == "contained");
  }

  const Bases& bases_;
  Resource& out_;
  std::unordered_map<std::string, bool> contained_;  // by id: whether a patient may be meant
  std::size_t references_ = 0;
};

}  // namespace

void read_resource(const dom::element& element, const Bases& bases, Resource& out) {
  Reader{bases, out}.read(element);
}

std::vector<std::string> references_of(string_view resource, string_view path, const Bases& bases) {
  std::vector<std::string> out;
  Parsed parsed{resource};
  if (parsed.parse()) return out;
  at_path(parsed.element(), path, [&](const dom::element& each) {
    const auto object = object_of(each);
    const auto reference = object ? text_member(*object, "reference") : std::nullopt;
    const auto target = target_of(reference.value_or(""), bases);
    if (!target.type.empty()) out.push_back(std::string{target.type} + "/" + target.id);
  });
  return out;
}

std::variant<Resource, Malformed> scan_resource(string_view text, const Bases& bases) {
  Parsed parsed{text};
  if (auto wrong = parsed.parse()) return *std::move(wrong);
  Resource out;
  if (!text_member(parsed.root(), "resourceType")) return malformed("it has no resourceType");
  read_resource(parsed.element(), bases, out);
  out.bytes = text;
  return out;
}

}  // namespace halligan::in::fhir
