// render.h - text for people: tables, wrapped lines, times, and what the server refused.
//
// Never prints a control character that came from outside: a name may not drive a terminal.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace halligan::cli {

namespace json = boost::json;

inline constexpr std::size_t columns_max = 100;

std::string clean(std::string_view text);     // control characters become '?'
std::size_t width_of(std::string_view text);  // in characters, not bytes
// Breaks at spaces; every line but the first begins with `hang` spaces.
std::string wrap(std::string_view text, std::size_t hang = 0);

using Row = std::vector<std::string>;
// Columns as wide as their widest cell; the last one wraps.
std::string table(const Row& head, const std::vector<Row>& rows);

// Lenient views of an answer: what is absent, null or of another type is empty.
std::string text_of(const json::object& object, std::string_view key);
std::int64_t number_of(const json::object& object, std::string_view key);
bool flag_of(const json::object& object, std::string_view key);
const json::array& list_of(const json::object& object, std::string_view key);
const json::object& object_of(const json::object& object, std::string_view key);
std::string joined(const json::array& list, std::string_view between = ", ");
// The objects of a list; anything else in it is skipped.
std::vector<const json::object*> objects_of(const json::array& list);
// The same of an answer whose list may come bare or under its own name.
std::vector<const json::object*> rows_in(const json::value& body, std::string_view name);
json::object object_from(std::string_view text);
// The same, with every number as the text that was received: 4.10 is not 4.1 in a record.
json::object object_as_written(std::string_view text);

std::string time_text(std::string_view rfc3339);  // "2026-11-22 03:14:00 UTC"
std::string seconds_text(std::int64_t seconds);   // "5m"
std::string shell_word(std::string_view text);    // quoted for a shell where needed

// "Say this code on the telephone: ..."; nothing without a code.
std::string telephone_text(const std::string& code);
// What a server refused, for people. `problem` is an RFC 9457 object.
std::string problem_text(const json::object& problem);

}  // namespace halligan::cli
