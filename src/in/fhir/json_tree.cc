#include "in/fhir/json_tree.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "in/fhir/parsed_json.h"

namespace halligan::in::fhir {

namespace json = boost::json;
namespace ondemand = simdjson::ondemand;

namespace {

// What is read has passed Parsed.
bool read_value(ondemand::value from, json::value& into);

bool read_object(ondemand::value from, json::object& into) {
  ondemand::object object;
  if (from.get_object().get(object) != simdjson::SUCCESS) return false;
  for (auto field : object) {
    string_view key;
    ondemand::value value;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
    auto& slot = into[key];
    if (field.value().get(value) != simdjson::SUCCESS || !read_value(value, slot)) return false;
  }
  return true;
}

bool read_array(ondemand::value from, json::array& into) {
  ondemand::array array;
  if (from.get_array().get(array) != simdjson::SUCCESS) return false;
  for (auto each : array) {
    ondemand::value value;
    if (each.get(value) != simdjson::SUCCESS || !read_value(value, into.emplace_back(nullptr)))
      return false;
  }
  return true;
}

bool read_value(ondemand::value from, json::value& into) {
  ondemand::json_type type{};
  if (from.type().get(type) != simdjson::SUCCESS) return false;
  switch (type) {
    case ondemand::json_type::object: return read_object(from, into.emplace_object());
    case ondemand::json_type::array: return read_array(from, into.emplace_array());
    case ondemand::json_type::string: {
      string_view text;
      if (from.get_string().get(text) != simdjson::SUCCESS) return false;
      into = json::string{"s"} += text;
      return true;
    }
    case ondemand::json_type::number: {
      auto text = from.raw_json_token();
      text = text.substr(0, text.find_first_not_of("+-.0123456789eE"));
      into = json::string{"n"} += text;
      return true;
    }
    case ondemand::json_type::boolean: {
      bool truth = false;
      if (from.get_bool().get(truth) != simdjson::SUCCESS) return false;
      into = truth;
      return true;
    }
    case ondemand::json_type::null: into = nullptr; return true;
  }
  return false;
}

struct Decimal {
  bool negative = false;
  std::string digits;  // of a whole number, without zeros at either end; empty: zero
  std::int64_t exponent = 0;
  bool operator==(const Decimal&) const = default;
};

std::optional<Decimal> decimal_of(string_view text) {
  Decimal out;
  if (text.starts_with('-')) {
    out.negative = true;
    text.remove_prefix(1);
  }
  const auto e = std::min(text.find_first_of("eE"), text.size());
  auto exponent = text.substr(std::min(e + 1, text.size()));
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  if (!exponent.empty() &&
      (exponent.size() > 12 ||
       std::from_chars(exponent.data(), exponent.data() + exponent.size(), out.exponent).ec !=
           std::errc{}))
    return std::nullopt;
  const auto digits = text.substr(0, e);
  const auto point = std::min(digits.find('.'), digits.size());
  out.digits = digits.substr(0, point);
  if (point < digits.size()) {
    out.digits += digits.substr(point + 1);
    out.exponent -= static_cast<std::int64_t>(digits.size() - point - 1);
  }
  out.digits.erase(0, out.digits.find_first_not_of('0'));
  while (out.digits.ends_with('0')) {
    out.digits.pop_back();
    ++out.exponent;
  }
  return out.digits.empty() ? Decimal{} : out;
}

bool same_text(string_view a, string_view b) {
  if (a == b) return true;
  if (a.front() != 'n' || b.front() != 'n') return false;
  const auto one = decimal_of(a.substr(1));
  return one && one == decimal_of(b.substr(1));
}

}  // namespace

std::variant<json::value, Malformed> tree_of(string_view text) {
  Parsed parsed{text};
  if (auto wrong = parsed.parse()) return *std::move(wrong);
  ondemand::parser parser;
  ondemand::document document;
  ondemand::value root;
  json::value out;
  if (parser.iterate(parsed.text()).get(document) != simdjson::SUCCESS ||
      document.get_value().get(root) != simdjson::SUCCESS || !read_value(root, out))
    return malformed("it is not JSON within our bounds");
  return out;
}

void print_tree(const json::value& value, std::string& out) {
  if (const auto* object = value.if_object()) {
    out += '{';
    for (const auto& [key, each] : *object) {
      if (out.back() != '{') out += ',';
      out += json::serialize(json::string{key}) + ":";
      print_tree(each, out);
    }
    out += '}';
  } else if (const auto* array = value.if_array()) {
    out += '[';
    for (const auto& each : *array) {
      if (&each != array->begin()) out += ',';
      print_tree(each, out);
    }
    out += ']';
  } else if (const auto* text = value.if_string()) {
    const string_view rest = string_view{*text}.substr(1);
    out += text->front() == 'n' ? std::string{rest} : json::serialize(json::string{rest});
  } else {
    out += json::serialize(value);
  }
}

bool same(const json::value& a, const json::value& b) {
  if (a.is_string() && b.is_string()) return same_text(a.get_string(), b.get_string());
  if (a.is_array() && b.is_array()) return std::ranges::equal(a.get_array(), b.get_array(), same);
  if (!a.is_object() || !b.is_object()) return a == b;
  return a.get_object().size() == b.get_object().size() &&
         std::ranges::all_of(a.get_object(), [&](const auto& each) {
           const auto* other = b.get_object().if_contains(each.key());
           return other != nullptr && same(each.value(), *other);
         });
}

Weight weight_of(const json::value& value) {
  Weight out{.bytes = 8, .depth = 1};
  const auto add = [&](const json::value& each) {
    const auto inner = weight_of(each);
    out.bytes += inner.bytes;
    out.depth = std::max(out.depth, inner.depth + 1);
  };
  if (const auto* object = value.if_object())
    for (const auto& [key, each] : *object) {
      out.bytes += key.size();
      add(each);
    }
  else if (const auto* array = value.if_array())
    for (const auto& each : *array) add(each);
  else if (const auto* text = value.if_string())
    out.bytes += text->size();
  return out;
}

}  // namespace halligan::in::fhir
