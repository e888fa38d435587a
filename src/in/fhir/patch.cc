// patch.cc - a tree of values in which every text begins with what it is: 's' a string, 'n' the
// spelling of a number. Boost.JSON would turn 1.50 into 1.5E0.
#include "in/fhir/patch.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/limits.h"
#include "in/fhir/parsed_json.h"

namespace halligan::in::fhir {
namespace {

namespace json = boost::json;
namespace ondemand = simdjson::ondemand;
using Pointer = std::vector<std::string>;

// --- text into the tree, and back. What is read has passed Parsed.

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

void print(const json::value& value, std::string& out) {
  if (const auto* object = value.if_object()) {
    out += '{';
    for (const auto& [key, each] : *object) {
      if (out.back() != '{') out += ',';
      out += json::serialize(json::string{key}) + ":";
      print(each, out);
    }
    out += '}';
  } else if (const auto* array = value.if_array()) {
    out += '[';
    for (const auto& each : *array) {
      if (&each != array->begin()) out += ',';
      print(each, out);
    }
    out += ']';
  } else if (const auto* text = value.if_string()) {
    const string_view rest = string_view{*text}.substr(1);
    out += text->front() == 'n' ? std::string{rest} : json::serialize(json::string{rest});
  } else {
    out += json::serialize(value);
  }
}

// --- values

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

// RFC 6902, 4.6.
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

struct Weight {
  std::size_t bytes = 0;
  std::size_t depth = 0;
};

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

// --- places

std::optional<Pointer> pointer_of(string_view text) {
  Pointer out;
  if (!text.empty() && text.front() != '/') return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '/') {
      out.emplace_back();
    } else if (text[i] != '~') {
      out.back() += text[i];
    } else {
      ++i;
      if (i == text.size() || (text[i] != '0' && text[i] != '1')) return std::nullopt;
      out.back() += text[i] == '0' ? '~' : '/';
    }
  }
  return out;
}

std::optional<std::size_t> index_of(string_view token) {
  std::size_t out = 0;
  const bool plain = !token.empty() && token.size() <= 9 && (token == "0" || token[0] != '0') &&
                     std::ranges::all_of(token, [](char c) { return c >= '0' && c <= '9'; });
  if (!plain) return std::nullopt;
  std::from_chars(token.data(), token.data() + token.size(), out);
  return out;
}

json::value* find(json::value& root, std::span<const std::string> path) {
  auto* at = &root;
  for (const auto& token : path) {
    if (auto* object = at->if_object()) {
      at = object->if_contains(token);
    } else if (auto* array = at->if_array()) {
      const auto index = index_of(token);
      at = index && *index < array->size() ? &(*array)[*index] : nullptr;
    } else {
      at = nullptr;
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::span<const std::string> above(const Pointer& path) {
  return std::span{path}.first(path.size() - 1);
}

class Patching {
 public:
  explicit Patching(json::value root) : root_(std::move(root)) {}
  const json::value& root() const { return root_; }

  // Nothing where it could be done.
  std::optional<string_view> run(const Operation& what) {
    switch (what.kind) {
      case Operation::Kind::add: return add(what.path, what.value);
      case Operation::Kind::remove: return remove(what.path);
      case Operation::Kind::replace: return replace(what);
      case Operation::Kind::move: return move(what);
      case Operation::Kind::copy: {
        const auto* from = find(root_, what.from);
        return from == nullptr ? nothing_there : add(what.path, *from);
      }
      case Operation::Kind::test: {
        const auto* at = find(root_, what.path);
        if (at == nullptr) return nothing_there;
        return same(*at, what.value) ? std::nullopt
                                     : std::optional<string_view>{"the value is another one"};
      }
    }
    return nothing_there;
  }

 private:
  using Wrong = std::optional<string_view>;
  static constexpr Wrong nothing_there{"there is no such place"};

  Wrong too_much(const Pointer& path, const json::value& value) {
    const auto weight = weight_of(value);
    put_in_ += weight.bytes;
    if (put_in_ > limits::patch_puts_in_bytes_max || path.size() + weight.depth > depth_max)
      return "it puts in too much";
    return std::nullopt;
  }

  Wrong add(const Pointer& path, json::value value) {
    if (const auto wrong = too_much(path, value)) return wrong;
    if (path.empty()) {
      root_ = std::move(value);
      return std::nullopt;
    }
    auto* parent = find(root_, above(path));
    if (parent == nullptr) return nothing_there;
    if (auto* object = parent->if_object()) {
      object->insert_or_assign(path.back(), std::move(value));
      return std::nullopt;
    }
    auto* array = parent->if_array();
    if (array == nullptr) return nothing_there;
    const auto index = path.back() == "-" ? array->size() : index_of(path.back());
    if (!index || *index > array->size()) return nothing_there;
    array->insert(array->begin() + *index, std::move(value));
    return std::nullopt;
  }

  Wrong remove(const Pointer& path) {
    if (path.empty()) return "a resource is not removed by a patch";
    if (find(root_, path) == nullptr) return nothing_there;
    auto* parent = find(root_, above(path));
    if (auto* object = parent->if_object())
      object->stable_erase(path.back());
    else
      parent->get_array().erase(parent->get_array().begin() + *index_of(path.back()));
    return std::nullopt;
  }

  Wrong replace(const Operation& what) {
    auto* at = find(root_, what.path);
    if (at == nullptr) return nothing_there;
    if (const auto wrong = too_much(what.path, what.value)) return wrong;
    *at = what.value;
    return std::nullopt;
  }

  Wrong move(const Operation& what) {
    auto* from = find(root_, what.from);
    if (from == nullptr) return nothing_there;
    if (what.from == what.path) return std::nullopt;
    if (what.path.size() > what.from.size() &&
        std::equal(what.from.begin(), what.from.end(), what.path.begin()))
      return "nothing is moved into itself";
    auto value = std::move(*from);
    if (const auto wrong = remove(what.from)) return wrong;
    return add(what.path, std::move(value));
  }

  static constexpr std::size_t depth_max = limits::json_depth_max;
  json::value root_;
  std::size_t put_in_ = 0;
};

constexpr std::size_t path_bytes_max = 2'000;

std::optional<Operation::Kind> kind_of(string_view name) {
  using Kind = Operation::Kind;
  static constexpr std::array<std::pair<string_view, Kind>, 6> kinds{{{"add", Kind::add},
                                                                      {"remove", Kind::remove},
                                                                      {"replace", Kind::replace},
                                                                      {"move", Kind::move},
                                                                      {"copy", Kind::copy},
                                                                      {"test", Kind::test}}};
  for (const auto& [each, kind] : kinds)
    if (each == name) return kind;
  return std::nullopt;
}

std::variant<Operation, Malformed> read_operation(const json::value& from) {
  const auto* object = from.if_object();
  if (object == nullptr) return malformed("each operation is an object");
  const auto text = [&](string_view key) -> std::optional<string_view> {
    const auto* found = object->if_contains(key);
    const auto* string = found == nullptr ? nullptr : found->if_string();
    if (string == nullptr || string->front() != 's') return std::nullopt;
    return string_view{*string}.substr(1);
  };
  const auto place = [&](string_view key) -> std::optional<Pointer> {
    const auto said = text(key);
    if (!said || said->size() > path_bytes_max) return std::nullopt;
    return pointer_of(*said);
  };
  const auto kind = kind_of(text("op").value_or(""));
  if (!kind) return malformed("op: expected add, remove, replace, move, copy or test");
  auto path = place("path");
  if (!path) return malformed("path: expected a JSON Pointer");
  Operation out{.kind = *kind, .path = *std::move(path), .from = {}, .value = {}};
  if (*kind == Operation::Kind::move || *kind == Operation::Kind::copy) {
    auto origin = place("from");
    if (!origin) return malformed("from: expected a JSON Pointer");
    out.from = *std::move(origin);
  } else if (*kind != Operation::Kind::remove) {
    const auto* value = object->if_contains("value");
    if (value == nullptr) return malformed("value: it is missing");
    out.value = *value;
  }
  return out;
}

}  // namespace

std::variant<Operations, NotAllowed> read_patch(string_view text) {
  const auto wrong = [](const std::string& what) {
    return NotAllowed{400, "structure", "the patch cannot be read: " + what};
  };
  if (text.size() > limits::patch_bytes_max)
    return NotAllowed{413, "too-long", "the patch is too large: send the whole resource with PUT"};
  // As the only member of an object it passes the same checks as every body.
  const auto tree = tree_of(R"({"patch":)" + std::string{text} + "}");
  if (const auto* why = std::get_if<Malformed>(&tree)) return wrong(why->what);
  const auto& whole = std::get<json::value>(tree).get_object();
  const auto* list = whole.size() == 1 ? whole.begin()->value().if_array() : nullptr;
  if (list == nullptr) return wrong("it is no list of operations");
  if (list->size() > limits::patch_operations_max)
    return NotAllowed{413, "too-long",
                      "the patch has too many operations: at most " +
                          std::to_string(limits::patch_operations_max)};
  Operations out;
  for (const auto& each : *list) {
    auto read = read_operation(each);
    if (const auto* why = std::get_if<Malformed>(&read)) return wrong(why->what);
    out.push_back(std::get<Operation>(std::move(read)));
  }
  return out;
}

std::variant<std::string, NotAllowed> patched(string_view resource, const Operations& operations) {
  if (resource.size() > limits::patch_puts_in_bytes_max)
    return NotAllowed{413, "too-long",
                      "the resource is too large to be patched: send all of it with PUT"};
  auto tree = tree_of(resource);
  if (const auto* why = std::get_if<Malformed>(&tree))
    return NotAllowed{422, "processing", "what is there cannot be patched: " + why->what};
  Patching patching{std::get<json::value>(std::move(tree))};
  for (std::size_t i = 0; i < operations.size(); ++i)
    if (const auto wrong = patching.run(operations[i]))
      return NotAllowed{422, "processing",
                        "operation " + std::to_string(i + 1) + " of the patch fails: " +
                            std::string{*wrong} + "; nothing was changed"};
  std::string out;
  print(patching.root(), out);
  return out;
}

}  // namespace halligan::in::fhir
