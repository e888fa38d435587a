#include "in/fhir/parsed_json.h"

#include <algorithm>
#include <vector>

#include "base/limits.h"

namespace halligan::in::fhir {
namespace {

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

}  // namespace

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

std::optional<Malformed> Parsed::parse() {
  if (text_.size() > limits::bundle_bytes_max) return malformed("it is too large");
  const auto error =
      parser_.allocate(std::max<std::size_t>(text_.size(), 64), limits::json_depth_max);
  if (error != simdjson::SUCCESS) return malformed("it is too large");
  if (parser_.parse(text_).get(root_) != simdjson::SUCCESS)
    return malformed("it is not JSON within our bounds");
  if (!root_.is_object()) return malformed("it is not a JSON object");
  if (!unique_everywhere(root_)) return malformed("a key is there twice");
  return std::nullopt;
}

}  // namespace halligan::in::fhir
