// command_json.cc - a body is one JSON object, read one way, or refused; what is accepted is
// accepted again as it is written out; an error never says a value.
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cstdlib>

#include "in/http/json.h"

namespace {

using namespace halligan::in::http;

void must(bool law) {
  if (!law) std::abort();
}

Request request(std::string body) {
  Request out;
  out.method = "POST";
  out.target = out.path = "/api/v1/x";
  out.headers = {{"Content-Type", "application/json"}};
  out.body = std::move(body);
  return out;
}

// No command takes a number with a fraction, and what is written of one need not be read as it was.
bool has_fraction(const boost::json::value& value) {
  if (const auto* list = value.if_array()) return std::ranges::any_of(*list, has_fraction);
  if (const auto* object = value.if_object())
    return std::ranges::any_of(*object,
                               [](const auto& each) { return has_fraction(each.value()); });
  return value.is_double();
}

// Fields of every shape that commands have; which of them are there is the bytes' choice.
std::optional<FieldError> read_all(const boost::json::object& object) {
  Fields fields{object};
  static_cast<void>(fields.text("t", 16));
  static_cast<void>(fields.optional_text("u", 16));
  static_cast<void>(fields.optional_one_of("c", {"on", "off"}));
  const auto number = fields.optional_integer("n", {.min = -5, .max = 5'000'000'000});
  must(!number || (*number >= -5 && *number <= 5'000'000'000));
  static_cast<void>(fields.optional_flag("f"));
  const auto list = fields.optional_texts("l", {.items_max = 3, .bytes_max = 8});
  must(list.size() <= 3);
  if (auto inner = fields.optional_object("o")) static_cast<void>(inner->optional_text("t", 16));
  for (auto& each : fields.optional_objects("os", 3)) static_cast<void>(each.flag("f"));
  return fields.error();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(data), size};
  const auto read = read_command(request(text));
  const auto* object = std::get_if<boost::json::object>(&read);
  if (object == nullptr) {
    must(std::get<Response>(read).status == 400 || std::get<Response>(read).status == 413);
    return 0;
  }
  const auto printed = boost::json::serialize(*object);
  const auto again = read_command(request(printed));
  must(std::holds_alternative<boost::json::object>(again) &&
       (has_fraction(*object) || std::get<boost::json::object>(again) == *object));
  const auto error = read_all(*object);
  if (!error) return 0;
  const auto* value = object->if_contains("t");
  if (value == nullptr || !value->is_string() || value->get_string().size() < 24) return 0;
  const std::string_view told = value->get_string();
  if (error->expected.find(told) != std::string::npos) return 0;  // ours, found by the fuzzer
  must(error->found.find(told) == std::string::npos);
  must(body_text(problem(*error)).find(told) == std::string_view::npos);
  return 0;
}
