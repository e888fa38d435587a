// parsed_json.h - JSON parsed as a tree within our bounds, and ways through it.
//
// Internal to the readers of bodies. Every byte has been checked, and no key is there twice.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string_view>

#include "in/fhir/body.h"

namespace halligan::in::fhir {

namespace dom = simdjson::dom;
using std::string_view;

inline Malformed malformed(string_view what) { return {std::string{what}}; }

std::optional<string_view> text_of(const dom::element& element);
std::optional<dom::element> member(const dom::object& object, string_view name);
std::optional<dom::object> object_of(const std::optional<dom::element>& element);
std::optional<string_view> text_member(const dom::object& object, string_view name);

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

class Parsed {
 public:
  explicit Parsed(string_view text) : text_(text) {}
  std::optional<Malformed> parse();  // first
  const dom::element& element() const { return root_; }
  dom::object root() const { return dom::object{root_.get_object().value_unsafe()}; }
  const simdjson::padded_string& text() const { return text_; }

 private:
  simdjson::padded_string text_;
  dom::parser parser_;
  dom::element root_;
};

// Reads what there is to know of one resource; its bytes are left to the caller.
void read_resource(const dom::element& element, const Bases& bases, Resource& out);

}  // namespace halligan::in::fhir
