// bulk.cc - many operations in one request (RFC 7644, 3.7).
#include <algorithm>
#include <limits>
#include <map>

#include "in/scim/answers.h"
#include "in/scim/scim.h"
#include "in/scim/write.h"

namespace halligan::in::scim {
namespace {

using http::Response;

constexpr std::size_t operations_max = 1'000;
constexpr std::size_t at_once = 200;  // before others have their turn
constexpr std::size_t looks_at_once = 1'000;
constexpr std::string_view bulk_schema = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

struct BulkOperation {
  Change change;
  std::string bulk_id;
  std::optional<Error> wrong;
};

BulkOperation bulk_operation(const json::value& given) {
  BulkOperation out;
  const auto fail = [&](std::string what) {
    out.wrong = Error{.status = 400, .type = "invalidSyntax", .detail = std::move(what)};
    return out;
  };
  if (!given.is_object()) return fail("an operation is an object");
  const auto text = [&](std::string_view name) {
    const auto* held = find_member(given.get_object(), name);
    return held != nullptr && held->is_string() ? std::string{held->get_string()} : std::string{};
  };
  out.bulk_id = text("bulkId");
  out.change.method = text("method");
  std::ranges::transform(out.change.method, out.change.method.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  const auto path = text("path");
  for (const char* kind : {"/Users", "/Groups"}) {
    const std::string prefix{kind};
    if (path != prefix && !path.starts_with(prefix + "/")) continue;
    out.change.group = prefix == "/Groups";
    if (path.size() > prefix.size() + 1) out.change.id = path.substr(prefix.size() + 1);
    const bool post = out.change.method == "POST";
    const bool other =
        out.change.method == "PUT" || out.change.method == "PATCH" || out.change.method == "DELETE";
    if ((!post && !other) || post != out.change.id.empty())
      return fail(
          "method and path do not go together: POST /Users, or PUT, PATCH, DELETE /Users/id");
    if (const auto* data = find_member(given.get_object(), "data"); data != nullptr) {
      if (!data->is_object()) return fail("data is an object");
      out.change.data = data->get_object();
    } else if (out.change.method != "DELETE") {
      return fail("data is missing");
    }
    const auto version = text("version");
    auto read =
        version_in(version.empty() ? std::nullopt : std::optional<std::string_view>{version});
    if (auto* wrong = std::get_if<Error>(&read))
      out.wrong = std::move(*wrong);
    else
      out.change.if_version = std::get<0>(read);
    return out;
  }
  return fail("path begins with /Users or /Groups");
}

using Known = std::map<std::string, std::string>;  // bulkId: id

// Puts ids in the place of bulkIds; false where one of them is not known yet.
bool resolve(std::string& text, const Known& known) {
  if (!text.starts_with("bulkId:")) return true;
  const auto found = known.find(text.substr(7));
  if (found == known.end()) return false;
  text = found->second;
  return true;
}

bool resolve(json::value& value, const Known& known) {
  if (value.is_string()) {
    std::string text{value.get_string()};
    if (!resolve(text, known)) return false;
    value = text;
    return true;
  }
  if (value.is_array())
    return std::ranges::all_of(value.get_array(),
                               [&](json::value& each) { return resolve(each, known); });
  if (value.is_object())
    for (auto& each : value.get_object())
      if (!resolve(each.value(), known)) return false;
  return true;
}

// An operation may name what a later one makes (RFC 7644, 3.7.2): it waits for that.
class Batch {
 public:
  Batch(const json::array& given, std::string base, std::string token_hash, std::int64_t errors_max)
      : base_(std::move(base)), token_hash_(std::move(token_hash)), errors_max_(errors_max) {
    for (const auto& each : given) all_.push_back(bulk_operation(each));
    told_.resize(all_.size());
    for (std::size_t i = 0; i < all_.size(); ++i) waiting_.push_back(i);
  }

  bool over() const { return waiting_.empty() || failed_ >= errors_max_; }

  // Some of what waits, in order.
  void go_on(app::House& house, const Now& now) {
    std::size_t done = 0;
    for (std::size_t looked = 0; looked < looks_at_once && done < at_once && !over(); ++looked) {
      if (at_ >= waiting_.size()) {  // once more from the front, unless nothing has come of it
        stuck_ = !progress_;
        progress_ = false;
        at_ = 0;
      }
      const auto which = waiting_[at_];
      auto& each = all_[which];
      auto change = each.change;
      json::value data(change.data);  // braces would make a list of it
      const bool ready = each.wrong || (resolve(change.id, known_) && resolve(data, known_));
      if (!ready && !stuck_) {
        ++at_;
        continue;
      }
      ++done;
      progress_ = true;
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(at_));
      Or<Changed> answer = each.wrong.value_or(
          Error{.status = 409,
                .type = "invalidValue",
                .detail = "a bulkId is of nothing that this request makes, or waits for this one"});
      if (ready && !each.wrong) {
        change.data = data.get_object();
        answer = carry_out(change, token_hash_, house, now);
      }
      told_[which] = told(each, change, answer);
    }
  }

  json::array answers() && {
    json::array out;
    for (auto& each : told_)
      if (!each.empty()) out.push_back(std::move(each));
    return out;
  }

 private:
  json::object told(const BulkOperation& each, const Change& change, const Or<Changed>& answer) {
    json::object out{{"method", change.method}};
    if (!each.bulk_id.empty()) out.emplace("bulkId", each.bulk_id);
    const char* kind = change.group ? "/Groups/" : "/Users/";
    if (const auto* changed = std::get_if<Changed>(&answer)) {
      if (!each.bulk_id.empty()) known_[each.bulk_id] = changed->id;
      out.emplace("location", base_ + kind + (changed->id.empty() ? change.id : changed->id));
      out.emplace("status", std::to_string(changed->status));
      if (changed->version > 0) out.emplace("version", version_tag(changed->version));
      return out;
    }
    ++failed_;
    const auto& wrong = std::get<Error>(answer);
    if (!change.id.empty()) out.emplace("location", base_ + kind + change.id);
    out.emplace("status", std::to_string(wrong.status));
    out.emplace("response", error_json(wrong));
    return out;
  }

  const std::string base_;
  const std::string token_hash_;
  const std::int64_t errors_max_;
  std::vector<BulkOperation> all_;
  std::vector<json::object> told_;
  std::vector<std::size_t> waiting_;
  std::size_t at_ = 0;
  bool progress_ = false;
  bool stuck_ = false;  // nothing that waits is ready: it is told so
  std::int64_t failed_ = 0;
  Known known_;
};

}  // namespace

Response Scim::bulk(const Asked& asked) {
  const auto body = body_of(asked.request);
  if (const auto* wrong = std::get_if<Error>(&body)) return refused(*wrong);
  const auto& object = std::get<json::object>(body);
  const auto* listed = find_member(object, "Operations");
  if (listed == nullptr || !listed->is_array())
    return refused(
        {.status = 400, .type = "invalidSyntax", .detail = "Bulk has a list of Operations"});
  if (listed->get_array().size() > operations_max)
    return refused({.status = 413, .type = "tooMany", .detail = "at most 1000 operations at once"});
  const auto* failing = find_member(object, "failOnErrors");
  const std::int64_t most = failing != nullptr && failing->is_int64() && failing->get_int64() > 0
                                ? failing->get_int64()
                                : std::numeric_limits<std::int64_t>::max();
  Batch batch{listed->get_array(), base_, asked.token_hash, most};
  while (!batch.over()) {
    const auto durable =
        edge_.desk.run_later([&](app::House& house, const Now& now) { batch.go_on(house, now); });
    if (!durable) return stopped();
  }
  return scim_json(200, json::object{{"schemas", json::array(1, json::value(bulk_schema))},
                                     {"Operations", std::move(batch).answers()}});
}

}  // namespace halligan::in::scim
