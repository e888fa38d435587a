#include "in/api/query.h"

#include <algorithm>
#include <charconv>

namespace halligan::in::api {

const std::string* Query::find(std::string_view name) {
  asked_.emplace_back(name);
  if (!pairs_) return nullptr;
  const std::string* out = nullptr;
  for (const auto& [key, value] : *pairs_) {
    if (key != name) continue;
    if (out != nullptr) fail(name, "the parameter twice", "it once");
    out = &value;
  }
  if (out != nullptr && (out->empty() || out->size() > limits::user_bytes_max)) {
    fail(name, "an empty or very long value", "1 to 128 bytes");
    return nullptr;
  }
  return out;
}

void Query::fail(std::string_view name, std::string found, std::string expected) {
  if (!error_)
    error_ = http::FieldError{"?" + std::string{name}, std::move(found), std::move(expected)};
}

std::string Query::text(std::string_view name) {
  const auto* value = find(name);
  return value == nullptr ? std::string{} : *value;
}

std::string Query::one_of(std::string_view name, std::initializer_list<std::string_view> allowed) {
  const auto* value = find(name);
  if (value == nullptr) return {};
  if (std::find(allowed.begin(), allowed.end(), *value) != allowed.end()) return *value;
  std::string rule = "one of";
  for (const auto word : allowed) rule.append(" ").append(word);
  fail(name, "another word", rule);
  return {};
}

bool Query::flag(std::string_view name) { return one_of(name, {"true", "false"}) == "true"; }

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t out = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return out;
}

std::optional<std::uint64_t> decimal(std::string_view text) {
  if (text.size() > 1 && text[0] == '0') return std::nullopt;
  return whole_number(text);
}

std::uint64_t Query::number(std::string_view name, Bounds bounds) {
  const auto* value = find(name);
  if (value == nullptr) return bounds.otherwise;
  const auto out = decimal(*value);
  if (!out || *out < bounds.min || *out > bounds.max) {
    fail(name, "something else",
         "a whole number from " + std::to_string(bounds.min) + " to " + std::to_string(bounds.max));
    return bounds.otherwise;
  }
  return *out;
}

std::optional<http::FieldError> Query::error() const {
  if (!pairs_)
    return http::FieldError{"?", "a query that cannot be read",
                            "name=value, percent-encoded UTF-8"};
  if (error_) return error_;
  for (const auto& [key, value] : *pairs_)
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end())
      return http::FieldError{"?", "a parameter that this path does not have",
                              "only those of spec/http-api.yaml"};
  return std::nullopt;
}

}  // namespace halligan::in::api
