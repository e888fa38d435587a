#include "in/http/json.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/must.h"
#include "core/facts/strict_json.h"
#include "in/http/refusals.h"

namespace halligan::in::http {
namespace {

namespace json = boost::json;

std::string kind_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: return "null";
    case json::kind::bool_: return "true or false";
    case json::kind::int64:
    case json::kind::uint64: return "a whole number";
    case json::kind::double_: return "a decimal number";
    case json::kind::string: return value.get_string().empty() ? "an empty text" : "a text";
    case json::kind::array: return "a list";
    case json::kind::object: return "an object";
  }
  base::stop("JSON kind outside its enum", __FILE__, __LINE__);
}

// A name that somebody else chose may be a value in disguise: it is repeated only if it looks like
// a name of a field.
bool plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

bool fit_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') ||
           c == 0x7f;
  });
}

std::string text_rule(std::size_t bytes_max) {
  return "a text of 1 to " + std::to_string(bytes_max) + " bytes without control characters";
}

std::string list_of(std::initializer_list<std::string_view> words) {
  std::string out = "one of ";
  for (const auto word : words) out.append(out.size() > 7 ? ", " : "").append(word);
  return out;
}

}  // namespace

Response problem(const FieldError& error) {
  const auto& kind = error.pointer.empty() ? refusals::bad_json : refusals::bad_field;
  const std::string what = "found " + error.found + ", expected " + error.expected;
  const json::object body{
      {"type", "urn:halligan:problem:" + std::string{kind.slug}},
      {"title", std::string{kind.title}},
      {"status", kind.status},
      {"detail", error.pointer.empty() ? what : error.pointer + ": " + what},
      {"code", std::string{kind.code}},
      {"errors",
       json::array{json::object{
           {"pointer", error.pointer}, {"found", error.found}, {"wanted", error.expected}}}},
  };
  return {.status = kind.status,
          .headers = {{"Content-Type", "application/problem+json"}},
          .body = json::serialize(body)};
}

std::variant<json::value, FieldError> parse_json(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max)
    return FieldError{"", std::to_string(text.size()) + " bytes",
                      "at most " + std::to_string(bytes_max)};
  auto read = facts::read_strict_json(text);
  if (auto* value = std::get_if<json::value>(&read)) return std::move(*value);
  const auto& wrong = std::get<facts::JsonWrong>(read);
  const auto at = std::to_string(wrong.at);
  switch (wrong.kind) {
    case facts::JsonWrong::twice:
      return FieldError{"", "one key twice in an object before byte " + at, "each key once"};
    case facts::JsonWrong::too_many:
      return FieldError{"", "too many values before byte " + at,
                        "at most " + std::to_string(limits::json_values_max) + " values, and " +
                            std::to_string(limits::json_keys_max) + " keys in one object"};
    case facts::JsonWrong::too_deep:
      return FieldError{"", "deeper nesting",
                        "nesting of at most " + std::to_string(limits::json_depth_max) + " levels"};
    case facts::JsonWrong::cut_short:
      return FieldError{"", "the end of the body after " + at + " bytes", "more JSON"};
    case facts::JsonWrong::form:
      return FieldError{"", "something else at byte " + at, "JSON (RFC 8259) in valid UTF-8"};
    case facts::JsonWrong::more_behind:
      return FieldError{"", "more bytes behind the value at byte " + at, "one JSON value"};
  }
  base::stop("JSON fault outside its enum", __FILE__, __LINE__);
}

std::variant<json::object, Response> read_command(const Request& request, std::size_t bytes_max) {
  const auto type = request.header("content-type").value_or("");
  auto essence = type.substr(0, type.find(';'));
  while (essence.ends_with(' ')) essence.remove_suffix(1);
  if (request.count("content-type") != 1 || !same_name(essence, "application/json"))
    return problem(refusals::not_json);
  auto parsed = parse_json(request.body, bytes_max);
  if (const auto* error = std::get_if<FieldError>(&parsed)) return problem(*error);
  auto& value = std::get<json::value>(parsed);
  if (!value.is_object()) return problem(FieldError{"", kind_of(value), "an object"});
  return std::move(value.get_object());
}

// One object and what was asked of it.
struct Fields::Node {
  const json::object* object;
  std::string pointer;
  std::vector<std::string> asked;
};
struct Fields::Shared {
  std::optional<FieldError> error;
  std::vector<std::unique_ptr<Node>> nodes;
};

Fields::Fields(const json::object& object) : Fields(object, "", std::make_shared<Shared>()) {}

Fields::Fields(const json::object& object, std::string pointer, std::shared_ptr<Shared> shared)
    : object_(&object), pointer_(std::move(pointer)), shared_(std::move(shared)) {
  shared_->nodes.push_back(std::make_unique<Node>(Node{&object, pointer_, {}}));
  node_ = shared_->nodes.back().get();
}

// Our own field names need no escaping in a JSON Pointer.
std::string Fields::at(std::string_view name) const { return pointer_ + "/" + std::string{name}; }

void Fields::fail(std::string pointer, std::string found, std::string expected) {
  if (!shared_->error)
    shared_->error = FieldError{std::move(pointer), std::move(found), std::move(expected)};
}

void Fields::refuse(std::string_view name, std::string found, std::string expected) {
  fail(at(name), std::move(found), std::move(expected));
}

const json::value* Fields::find(std::string_view name, bool required, std::string_view expected) {
  if (std::find(node_->asked.begin(), node_->asked.end(), name) == node_->asked.end())
    node_->asked.emplace_back(name);
  const auto* value = object_->if_contains({name.data(), name.size()});
  if (value == nullptr && required) fail(at(name), "nothing", std::string{expected});
  return value;
}

std::optional<FieldError> Fields::error() const {
  if (shared_->error) return shared_->error;
  for (const auto& node : shared_->nodes)
    for (const auto& member : *node->object) {
      const std::string_view name{member.key().data(), member.key().size()};
      if (std::find(node->asked.begin(), node->asked.end(), name) != node->asked.end()) continue;
      std::string known;
      for (const auto& each : node->asked) known += (known.empty() ? "" : ", ") + each;
      return FieldError{
          plain_name(name) ? node->pointer + "/" + std::string{name} : node->pointer + "/?",
          "an unknown field", known.empty() ? "no fields" : "only the fields " + known};
    }
  return std::nullopt;
}

std::optional<std::string> Fields::read_text(std::string_view name, std::size_t bytes_max,
                                             bool required) {
  const auto rule = text_rule(bytes_max);
  const auto* value = find(name, required, rule);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string() || value->get_string().empty())
    return fail(at(name), kind_of(*value), rule), std::nullopt;
  const auto& text = value->get_string();
  if (text.size() > bytes_max)
    return fail(at(name), "a text of " + std::to_string(text.size()) + " bytes", rule),
           std::nullopt;
  if (!fit_text({text.data(), text.size()}))
    return fail(at(name), "a text with control characters", rule), std::nullopt;
  return std::string{text.data(), text.size()};
}

std::optional<std::string> Fields::read_choice(std::string_view name,
                                               std::initializer_list<std::string_view> allowed,
                                               bool required) {
  const auto rule = list_of(allowed);
  const auto* value = find(name, required, rule);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) return fail(at(name), kind_of(*value), rule), std::nullopt;
  const std::string_view text{value->get_string().data(), value->get_string().size()};
  if (std::find(allowed.begin(), allowed.end(), text) == allowed.end())
    return fail(at(name), "another text", rule), std::nullopt;
  return std::string{text};
}

std::optional<std::int64_t> Fields::read_integer(std::string_view name, Range range,
                                                 bool required) {
  const auto rule =
      "a whole number from " + std::to_string(range.min) + " to " + std::to_string(range.max);
  const auto* value = find(name, required, rule);
  if (value == nullptr) return std::nullopt;
  if (!value->is_int64()) return fail(at(name), kind_of(*value), rule), std::nullopt;
  const auto number = value->get_int64();
  if (number < range.min || number > range.max)
    return fail(at(name), "a number outside the range", rule), std::nullopt;
  return number;
}

std::optional<bool> Fields::read_flag(std::string_view name, bool required) {
  const auto* value = find(name, required, "true or false");
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) return fail(at(name), kind_of(*value), "true or false"), std::nullopt;
  return value->get_bool();
}

std::vector<std::string> Fields::read_texts(std::string_view name, ListBounds bounds,
                                            bool required) {
  const auto rule = "a list of at most " + std::to_string(bounds.items_max) + " texts";
  const auto* value = find(name, required, rule);
  std::vector<std::string> out;
  if (value == nullptr) return out;
  if (!value->is_array()) return fail(at(name), kind_of(*value), rule), out;
  const auto& list = value->get_array();
  if (list.size() > bounds.items_max)
    return fail(at(name), "a list of " + std::to_string(list.size()), rule), out;
  for (std::size_t n = 0; n < list.size(); ++n) {
    const auto where = at(name) + "/" + std::to_string(n);
    if (!list[n].is_string() || list[n].get_string().empty())
      return fail(where, kind_of(list[n]), text_rule(bounds.bytes_max)), std::vector<std::string>{};
    const std::string_view text{list[n].get_string().data(), list[n].get_string().size()};
    if (text.size() > bounds.bytes_max || !fit_text(text))
      return fail(where, "a text that is longer or has control characters",
                  text_rule(bounds.bytes_max)),
             std::vector<std::string>{};
    out.emplace_back(text);
  }
  return out;
}

std::optional<Fields> Fields::read_object(std::string_view name, bool required) {
  const auto* value = find(name, required, "an object");
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) return fail(at(name), kind_of(*value), "an object"), std::nullopt;
  return Fields{value->get_object(), at(name), shared_};
}

std::vector<Fields> Fields::read_objects(std::string_view name, std::size_t items_max,
                                         bool required) {
  const auto rule = "a list of at most " + std::to_string(items_max) + " objects";
  const auto* value = find(name, required, rule);
  std::vector<Fields> out;
  if (value == nullptr) return out;
  if (!value->is_array()) return fail(at(name), kind_of(*value), rule), out;
  const auto& list = value->get_array();
  if (list.size() > items_max)
    return fail(at(name), "a list of " + std::to_string(list.size()), rule), out;
  out.reserve(list.size());
  for (std::size_t n = 0; n < list.size(); ++n) {
    const auto where = at(name) + "/" + std::to_string(n);
    if (!list[n].is_object())
      return fail(where, kind_of(list[n]), "an object"), std::vector<Fields>{};
    out.push_back(Fields{list[n].get_object(), where, shared_});
  }
  return out;
}

std::string Fields::text(std::string_view name, std::size_t bytes_max) {
  return read_text(name, bytes_max, true).value_or("");
}
std::optional<std::string> Fields::optional_text(std::string_view name, std::size_t bytes_max) {
  return read_text(name, bytes_max, false);
}
std::string Fields::one_of(std::string_view name, std::initializer_list<std::string_view> allowed) {
  return read_choice(name, allowed, true).value_or("");
}
std::optional<std::string> Fields::optional_one_of(
    std::string_view name, std::initializer_list<std::string_view> allowed) {
  return read_choice(name, allowed, false);
}
std::int64_t Fields::integer(std::string_view name, Range range) {
  return read_integer(name, range, true).value_or(range.min);
}
std::optional<std::int64_t> Fields::optional_integer(std::string_view name, Range range) {
  return read_integer(name, range, false);
}
bool Fields::flag(std::string_view name) { return read_flag(name, true).value_or(false); }
std::optional<bool> Fields::optional_flag(std::string_view name) { return read_flag(name, false); }
std::vector<std::string> Fields::texts(std::string_view name, ListBounds bounds) {
  return read_texts(name, bounds, true);
}
std::vector<std::string> Fields::optional_texts(std::string_view name, ListBounds bounds) {
  return read_texts(name, bounds, false);
}
std::vector<std::int64_t> Fields::integers(std::string_view name, std::size_t items_max,
                                           Range range) {
  const auto rule = "a list of at most " + std::to_string(items_max) + " whole numbers from " +
                    std::to_string(range.min) + " to " + std::to_string(range.max);
  const auto* value = find(name, true, rule);
  std::vector<std::int64_t> out;
  if (value == nullptr) return out;
  if (!value->is_array()) return fail(at(name), kind_of(*value), rule), out;
  const auto& list = value->get_array();
  if (list.size() > items_max)
    return fail(at(name), "a list of " + std::to_string(list.size()), rule), out;
  for (std::size_t n = 0; n < list.size(); ++n) {
    const auto* number = list[n].if_int64();
    if (number == nullptr || *number < range.min || *number > range.max)
      return fail(at(name) + "/" + std::to_string(n),
                  number == nullptr ? kind_of(list[n]) : "another number", rule),
             std::vector<std::int64_t>{};
    out.push_back(*number);
  }
  return out;
}
Fields Fields::object(std::string_view name) {
  static const json::object empty;
  if (auto inner = read_object(name, true)) return *inner;
  return Fields{empty, at(name), shared_};
}
std::optional<Fields> Fields::optional_object(std::string_view name) {
  return read_object(name, false);
}
std::vector<Fields> Fields::objects(std::string_view name, std::size_t items_max) {
  return read_objects(name, items_max, true);
}
std::vector<Fields> Fields::optional_objects(std::string_view name, std::size_t items_max) {
  return read_objects(name, items_max, false);
}

}  // namespace halligan::in::http
