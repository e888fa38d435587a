// strict_json.h - reading JSON that somebody else wrote: one meaning, or none.
//
// Duplicate keys, trailing bytes, invalid UTF-8, numbers beyond all bounds, too deep nesting and
// too many values (limits.h) are refused, before any of them is built.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <string_view>
#include <variant>

namespace halligan::facts {

struct JsonWrong {
  enum Kind {
    form,       // no JSON (RFC 8259) in valid UTF-8
    cut_short,  // more should follow
    more_behind,
    twice,  // a key in one object, which Boost.JSON would silently resolve to the last
    too_many,
    too_deep
  };
  Kind kind = form;
  std::size_t at = 0;  // byte where it was seen
};
std::variant<boost::json::value, JsonWrong> read_strict_json(std::string_view text);

}  // namespace halligan::facts
