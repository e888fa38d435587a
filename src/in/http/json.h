// json.h - commands in JSON: parsed strictly, read field by field.
//
//   auto command = read_command(request);
//   if (auto* refused = std::get_if<Response>(&command)) return *refused;
//   Fields fields{std::get<boost::json::object>(command)};
//   const auto user = fields.text("user", limits::user_bytes_max);
//   const auto code = fields.optional_text("code", 16);
//   if (const auto error = fields.error()) return problem(*error);
//
// Duplicate keys, unknown fields, trailing bytes, invalid UTF-8, too deep nesting and too many
// values are refused, before any of them is built.
// An error says which field, what kind of thing was found and what would be right, never the value.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/limits.h"
#include "in/http/message.h"

namespace halligan::in::http {

struct FieldError {
  std::string pointer;  // RFC 6901; empty: the whole body
  std::string found;
  std::string expected;
};
Response problem(
    const FieldError& error);  // 400, also with "errors": [{"pointer", "found", "wanted"}]

std::variant<boost::json::value, FieldError> parse_json(std::string_view text,
                                                        std::size_t bytes_max);
// The body as one object; 415 without Content-Type: application/json.
std::variant<boost::json::object, Response> read_command(
    const Request& request, std::size_t bytes_max = limits::command_body_bytes_max);

// After the first error every reader returns an empty value; error() tells the first.
class Fields {
 public:
  explicit Fields(const boost::json::object& object);  // must outlive the Fields

  // Text: not empty, no control characters but line feed, carriage return and tab.
  std::string text(std::string_view name, std::size_t bytes_max);
  std::optional<std::string> optional_text(std::string_view name, std::size_t bytes_max);
  std::string one_of(std::string_view name, std::initializer_list<std::string_view> allowed);
  std::optional<std::string> optional_one_of(std::string_view name,
                                             std::initializer_list<std::string_view> allowed);
  struct Range {
    std::int64_t min;
    std::int64_t max;
  };
  std::int64_t integer(std::string_view name, Range range);
  std::optional<std::int64_t> optional_integer(std::string_view name, Range range);
  bool flag(std::string_view name);
  std::optional<bool> optional_flag(std::string_view name);

  // Lists: an absent optional list is empty.
  struct ListBounds {
    std::size_t items_max;
    std::size_t bytes_max;  // of each text
  };
  std::vector<std::string> texts(std::string_view name, ListBounds bounds);
  std::vector<std::string> optional_texts(std::string_view name, ListBounds bounds);
  std::vector<std::int64_t> integers(std::string_view name, std::size_t items_max, Range range);
  // Fields of what is inside; their errors count as errors of the whole.
  Fields object(std::string_view name);
  std::optional<Fields> optional_object(std::string_view name);
  std::vector<Fields> objects(std::string_view name, std::size_t items_max);
  std::vector<Fields> optional_objects(std::string_view name, std::size_t items_max);

  bool has(std::string_view name) const { return object_->contains(name); }
  // For checks of the caller's own: "expected an RFC 3339 time".
  void refuse(std::string_view name, std::string found, std::string expected);
  // Looks for unknown fields too: call it when everything has been asked for.
  std::optional<FieldError> error() const;

 private:
  struct Shared;
  struct Node;
  Fields(const boost::json::object& object, std::string pointer, std::shared_ptr<Shared> shared);
  const boost::json::value* find(std::string_view name, bool required, std::string_view expected);
  std::vector<Fields> read_objects(std::string_view name, std::size_t items_max, bool required);
  std::vector<std::string> read_texts(std::string_view name, ListBounds bounds, bool required);
  std::optional<std::string> read_text(std::string_view name, std::size_t bytes_max, bool required);
  std::optional<std::string> read_choice(std::string_view name,
                                         std::initializer_list<std::string_view> allowed,
                                         bool required);
  std::optional<std::int64_t> read_integer(std::string_view name, Range range, bool required);
  std::optional<bool> read_flag(std::string_view name, bool required);
  std::optional<Fields> read_object(std::string_view name, bool required);
  void fail(std::string pointer, std::string found, std::string expected);
  std::string at(std::string_view name) const;

  const boost::json::object* object_;
  std::string pointer_;
  std::shared_ptr<Shared> shared_;
  Node* node_;
};

}  // namespace halligan::in::http
