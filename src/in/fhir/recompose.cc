// recompose.cc - the places where bytes of ours stand in for, or beside, those of a resource.
#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "in/fhir/parsed_json.h"

namespace halligan::in::fhir {

namespace ondemand = simdjson::ondemand;

std::variant<std::string, Malformed> minimal_demographics(const Resource& patient) {
  Parsed parsed{patient.bytes};
  if (auto wrong = parsed.parse()) return *std::move(wrong);
  if (patient.type != "Patient" || patient.id.empty())
    return malformed("it is no Patient with an id");
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

namespace {

// One character of JSON text, which may spell it in several ways; NUL where it is none of ASCII.
struct Spelled {
  char means = 0;
  std::size_t bytes = 1;
};

Spelled spelled_at(string_view text, std::size_t at) {
  if (at >= text.size()) return {};
  if (text[at] != '\\') return {text[at], 1};
  const auto escaped = text.substr(at + 1);
  if (!escaped.starts_with('u')) return {escaped.starts_with('/') ? '/' : '\0', 2};
  unsigned code = 0;
  const auto digits = escaped.substr(1, 4);
  std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  return {code < 0x80 ? static_cast<char>(code) : '\0', 6};
}

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// How many bytes spell the address there; 0: they say something else.
std::size_t bytes_of(string_view address, string_view text, std::size_t from) {
  auto at = from;
  for (const char c : address) {
    const auto found = spelled_at(text, at);
    if (small(found.means) != small(c)) return 0;
    at += found.bytes;
  }
  return at - from;
}

// What goes on with one of these is a longer name: another address.
bool goes_on(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~' || c == '%';
}

}  // namespace

std::string without_upstream(string_view text, const Bases& bases) {
  if (bases.upstream.empty()) return std::string{text};
  std::string out;
  std::size_t copied = 0;
  const char begins = small(bases.upstream.front());
  const auto may_begin = [&](char c) { return c == '\\' || small(c) == begins; };
  for (std::size_t at = 0; at < text.size();) {
    while (at < text.size() && !may_begin(text[at])) ++at;  // nearly all of it
    if (at == text.size()) break;
    const auto from = at;
    const auto first = spelled_at(text, at);
    const auto found = small(first.means) == begins ? bytes_of(bases.upstream, text, at) : 0;
    at += found == 0 ? first.bytes : found;
    const auto slash = spelled_at(text, at);
    if (found == 0 || goes_on(slash.means)) continue;
    out += text.substr(copied, from - copied);
    const bool alone = from >= 2 && text[from - 1] == '"' && text[from - 2] != '\\';
    const auto after = spelled_at(text, at + slash.bytes).means;
    if (alone && slash.means == '/' && after >= 'A' && after <= 'Z')
      at += slash.bytes;
    else
      out += bases.ours;
    copied = at;
  }
  return out += text.substr(std::min(copied, text.size()));
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
        document.get_object().get(root) != simdjson::SUCCESS ||
        root["meta"].get_object().get(meta) != simdjson::SUCCESS)
      return std::nullopt;
    if (!in_meta) {
      if (meta.raw_json().get(raw) != simdjson::SUCCESS) return std::nullopt;
      return spot(raw);
    }
    ondemand::array tags;
    if (meta["tag"].get_array().get(tags) != simdjson::SUCCESS ||
        tags.raw_json().get(raw) != simdjson::SUCCESS)
      return std::nullopt;
    return spot(raw);
  };
  std::string out{text};
  const auto insert = [&](Spot at, const std::string& what) {
    out.insert(at.after, at.empty ? what : what + ",");
  };
  if (const auto tags = find(true))
    insert(*tags, tag);
  else if (const auto meta = find(false))
    insert(*meta, "\"tag\":[" + tag + "]");
  else {
    const auto open = text.find('{');
    insert({open + 1, spot(string_view{padded}.substr(open)).empty},
           "\"meta\":{\"tag\":[" + tag + "]}");
  }
  return out;
}

}  // namespace halligan::in::fhir
