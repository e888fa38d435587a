#include "core/facts/strict_json.h"

#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <cmath>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/limits.h"

namespace halligan::facts {
namespace {

namespace json = boost::json;

// Builds nothing: it only finds a key that stands twice in one object, numbers beyond all bounds,
// and more values than there may be.
class StrictFinder {
 public:
  constexpr static std::size_t max_object_size = std::size_t(-1);
  constexpr static std::size_t max_array_size = std::size_t(-1);
  constexpr static std::size_t max_key_size = std::size_t(-1);
  constexpr static std::size_t max_string_size = std::size_t(-1);
  using Code = boost::system::error_code;

  bool found() const { return found_; }
  bool too_many() const { return too_many_; }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code& failure) { return keys_.emplace_back(), one_more(failure); }
  bool on_object_end(std::size_t, Code&) { return keys_.pop_back(), true; }
  bool on_array_begin(Code& failure) { return one_more(failure); }
  bool on_array_end(std::size_t, Code&) { return true; }
  bool on_key_part(json::string_view part, std::size_t, Code&) { return key_.append(part), true; }
  bool on_key(json::string_view part, std::size_t, Code& failure) {
    key_.append(part);
    found_ = !keys_.back().insert(std::move(key_)).second;
    key_.clear();
    if (keys_.back().size() > limits::json_keys_max) too_many_ = true;
    if (found_ || too_many_) failure = json::error::exception;
    return !failure;
  }
  bool on_string_part(json::string_view, std::size_t, Code&) { return true; }
  bool on_string(json::string_view, std::size_t, Code& failure) { return one_more(failure); }
  bool on_number_part(json::string_view, Code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, Code& failure) { return one_more(failure); }
  bool on_uint64(std::uint64_t, json::string_view, Code& failure) { return one_more(failure); }
  bool on_double(double number, json::string_view, Code& failure) {
    if (std::isfinite(number)) return one_more(failure);
    failure = json::error::exponent_overflow;  // Boost.JSON would make an infinity of it
    return false;
  }
  bool on_bool(bool, Code& failure) { return one_more(failure); }
  bool on_null(Code& failure) { return one_more(failure); }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }

 private:
  bool one_more(Code& failure) {
    too_many_ = ++values_ > limits::json_values_max;
    if (too_many_) failure = json::error::exception;
    return !too_many_;
  }

  std::vector<std::unordered_set<std::string>> keys_;
  std::string key_;
  std::size_t values_ = 0;
  bool found_ = false;
  bool too_many_ = false;
};

}  // namespace

std::variant<json::value, JsonWrong> read_strict_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = limits::json_depth_max;
  json::basic_parser<StrictFinder> finder{options};
  boost::system::error_code failure;
  const auto used = finder.write_some(false, text.data(), text.size(), failure);
  if (finder.handler().found()) return JsonWrong{JsonWrong::twice, used};
  if (finder.handler().too_many()) return JsonWrong{JsonWrong::too_many, used};
  if (failure == json::error::too_deep) return JsonWrong{JsonWrong::too_deep, used};
  if (failure == json::error::incomplete || text.empty())
    return JsonWrong{JsonWrong::cut_short, text.size()};
  if (failure) return JsonWrong{JsonWrong::form, used};
  auto value = json::parse({text.data(), text.size()}, failure, {}, options);
  if (failure) return JsonWrong{JsonWrong::more_behind, used};
  return value;
}

}  // namespace halligan::facts
