// reading.h - what every handler does first: the body as an object, ids of the path.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <variant>

#include "in/api/api.h"
#include "in/http/json.h"

namespace halligan::in::api {

using Command = std::variant<boost::json::object, http::Response>;

// A body may be left out where nothing in it is needed.
inline Command optional_command(const http::Request& request) {
  if (request.body.empty()) return boost::json::object{};
  return http::read_command(request);
}

// Clients that fill in a form send what was left empty as "": the same as not sent.
inline bool drop_empty(boost::json::object& body, std::string_view name) {
  const auto* held = body.if_contains(name);
  const bool empty = held != nullptr && held->is_string() && held->get_string().empty();
  if (empty) body.erase(name);
  return empty;
}

// A prompt that was left unanswered is told as missing, by name, and not as an ill-formed body.
inline void drop_unanswered(boost::json::object& body) {
  auto* details = body.if_contains("details");
  if (details == nullptr || !details->is_array()) return;
  auto& list = details->get_array();
  const auto unanswered = [](const boost::json::value& each) {
    const auto* answer = each.is_object() ? each.get_object().if_contains("answer") : nullptr;
    return answer != nullptr && answer->is_string() && answer->get_string().empty();
  };
  list.erase(std::remove_if(list.begin(), list.end(), unanswered), list.end());
}

// The details of a glass, by prompt.
inline std::vector<facts::Detail> read_details(std::vector<http::Fields> given) {
  std::vector<facts::Detail> out;
  for (auto& each : given) {
    auto prompt = each.text("prompt", limits::detail_bytes_max);
    out.push_back(
        {.prompt = std::move(prompt), .answer = each.text("answer", limits::detail_bytes_max)});
  }
  return out;
}

// What leaves the screen, and how.
inline constexpr std::size_t copied_bytes_max = 800;  // 200 characters of any script
struct Copy {
  std::string kind;  // "print", "download"
  std::string what;
};
inline std::variant<Copy, http::Response> read_copy(const http::Request& request) {
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<http::Response>(&body)) return std::move(*refused);
  http::Fields fields{std::get<boost::json::object>(body)};
  Copy out;
  out.kind = fields.one_of("kind", {"print", "download"});
  out.what = fields.text("what", copied_bytes_max);
  if (const auto error = fields.error()) return http::problem(*error);
  return out;
}

inline std::optional<http::Response> bad_id(Api& api, std::string_view name,
                                            const std::string& text) {
  if (valid_id(text)) return std::nullopt;
  return api.bad_request("{" + std::string{name} + "}", "something else in the path",
                         "an id of 1 to 64 of A-Z a-z 0-9 - . _");
}

// Nothing to read: an empty body, or {}.
inline std::optional<http::Response> bad_empty(const http::Request& request) {
  auto body = optional_command(request);
  if (auto* refused = std::get_if<http::Response>(&body)) return std::move(*refused);
  http::Fields fields{std::get<boost::json::object>(body)};
  if (const auto error = fields.error()) return http::problem(*error);
  return std::nullopt;
}

}  // namespace halligan::in::api
