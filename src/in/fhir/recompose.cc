// recompose.cc - the places where bytes of ours stand in for, or beside, those of a resource.
#include <boost/json.hpp>

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

// The address as JSON may spell it: with slashes as they are, or escaped.
std::string escaped_slashes(string_view text) {
  std::string out;
  for (const char c : text) out += c == '/' ? std::string{"\\/"} : std::string{c};
  return out;
}

// What goes on with one of these is a longer name: another address.
bool goes_on(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~' || c == '%';
}

std::string replaced(std::string_view text, std::string_view address, std::string_view slash,
                     const std::string& ours) {
  std::string out;
  for (std::size_t from = 0;;) {
    const auto at = text.find(address, from);
    if (at == string_view::npos) return out += text.substr(from);
    const auto rest = text.substr(at + address.size());
    out += text.substr(from, at - from);
    from = at + address.size();
    const bool alone = at >= 2 && text[at - 1] == '"' && text[at - 2] != '\\';
    const auto after = rest.starts_with(slash) ? rest.substr(slash.size()) : string_view{};
    if (!rest.empty() && goes_on(rest.front()))
      out += address;
    else if (alone && !after.empty() && after.front() >= 'A' && after.front() <= 'Z')
      from += slash.size();
    else
      out += ours;
  }
}

}  // namespace

std::string without_upstream(string_view text, const Bases& bases) {
  if (bases.upstream.empty()) return std::string{text};
  const auto plain = replaced(text, bases.upstream, "/", bases.ours);
  return replaced(plain, escaped_slashes(bases.upstream), "\\/", bases.ours);
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
