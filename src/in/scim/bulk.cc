// bulk.cc - many operations in one request (RFC 7644, 3.7).
#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "in/scim/answers.h"
#include "in/scim/scim.h"
#include "in/scim/write.h"

namespace halligan::in::scim {
namespace {

using http::Response;

constexpr std::size_t operations_max = 1'000;
constexpr std::size_t at_once = 200;  // before others have their turn
constexpr std::string_view bulk_schema = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

struct BulkOperation {
  Change change;
  std::string bulk_id;
  std::optional<Error> wrong;
  std::set<std::string> needs{};  // bulkIds that it names
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

constexpr std::string_view reference = "bulkId:";

// The bulkId that a text refers to, where it does.
std::optional<std::string> referred_to(const json::value& value) {
  if (!value.is_string()) return std::nullopt;
  const std::string_view text{value.get_string()};
  if (!text.starts_with(reference)) return std::nullopt;
  return std::string{text.substr(reference.size())};
}

void collect(const json::value& value, std::set<std::string>& out) {
  if (auto named = referred_to(value)) out.insert(*std::move(named));
  if (value.is_array())
    for (const auto& each : value.get_array()) collect(each, out);
  if (value.is_object())
    for (const auto& each : value.get_object()) collect(each.value(), out);
}

// Puts ids in the place of bulkIds. False: it is one that is not known, and cannot stay.
bool resolve(json::value& value, const Known& known) {
  if (const auto named = referred_to(value)) {
    const auto found = known.find(*named);
    if (found == known.end()) return false;
    value = found->second;
  }
  if (value.is_array()) {
    json::array kept;
    for (auto& each : value.get_array())
      if (resolve(each, known)) kept.push_back(std::move(each));
    value = std::move(kept);
  }
  if (value.is_object()) {
    std::vector<std::string> unknown;
    for (auto& each : value.get_object())
      if (!resolve(each.value(), known)) unknown.emplace_back(each.key());
    for (const auto& name : unknown) value.get_object().erase(name);
  }
  return true;
}

// An operation may name what another one makes, a later one too (RFC 7644, 3.7.2): it waits for
// that. People who name each other in a circle are made without, and told of each other afterwards
// (3.7.1).
class Batch {
 public:
  Batch(const json::array& given, std::string base, std::string token_hash, std::int64_t errors_max)
      : base_(std::move(base)), token_hash_(std::move(token_hash)), errors_max_(errors_max) {
    for (const auto& each : given) all_.push_back(bulk_operation(each));
    told_.resize(all_.size());
    for (std::size_t i = 0; i < all_.size(); ++i) {
      auto& each = all_[i];
      if (each.wrong || each.change.method != "POST" || each.bulk_id.empty()) continue;
      if (!made_by_.emplace(each.bulk_id, i).second)
        each.wrong = Error{
            .status = 400, .type = "invalidSyntax", .detail = "another operation has this bulkId"};
    }
    missing_.resize(all_.size());
    for (std::size_t i = 0; i < all_.size(); ++i) look_at(i);
    find_circles();
  }

  bool over() const { return (ready_.empty() && waiting_.empty()) || failed_ >= errors_max_; }

  // A group is changed by itself, not within a turn: it may have many members.
  bool group_is_next() const {
    if (ready_.empty()) return false;
    const auto& next = all_[*ready_.begin()];
    return next.change.group && !next.wrong;
  }
  bool next_group(Groups& groups) {  // false: the ledger cannot be written
    const auto which = take();
    auto change = resolved(which);
    auto answer = groups.carry_out(change, token_hash_);
    if (!answer) return false;
    settle(which, change, *answer);
    return true;
  }

  // Some of what can be done, in order.
  void go_on(app::House& house, const Now& now) {
    for (std::size_t n = 0; n < at_once && !over() && !group_is_next(); ++n) {
      if (ready_.empty()) free_one();
      if (group_is_next()) return;
      const auto which = take();
      auto& each = all_[which];
      auto change = resolved(which);
      Or<Changed> answer = each.wrong.value_or(Error{});
      if (!each.wrong) answer = carry_out(change, token_hash_, house, now);
      settle(which, change, answer);
    }
  }

  // Those that were made without somebody who came later.
  bool has_unfinished() const { return !unfinished_.empty(); }
  void finish_some(app::House& house, const Now& now) {
    for (std::size_t n = 0; n < at_once && !unfinished_.empty(); ++n) {
      const auto which = unfinished_.back();
      unfinished_.pop_back();
      const auto& each = all_[which];
      const auto made = known_.find(each.bulk_id);
      if (made == known_.end()) continue;  // nor was it made without
      auto change = resolved(which);
      change.method = "PUT";
      change.id = made->second;
      Or<Changed> answer = Error{.status = 409,
                                 .type = "invalidValue",
                                 .detail = "it was made without what it refers to: that was not"};
      if (knows_all(which)) answer = carry_out(change, token_hash_, house, now);
      if (auto* changed = std::get_if<Changed>(&answer)) changed->status = 201;
      change.method = "POST";
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
  void look_at(std::size_t which) {
    auto& each = all_[which];
    collect(each.change.data, each.needs);
    if (each.change.id.starts_with(reference))
      each.needs.insert(each.change.id.substr(reference.size()));
    for (const auto& needed : each.needs)
      if (!made_by_.contains(needed)) fail(which);
    if (each.wrong || each.needs.empty()) {
      ready_.insert(which);
      return;
    }
    waiting_.insert(which);
    missing_[which] = each.needs.size();
    for (const auto& needed : each.needs) waited_for_[needed].push_back(which);
  }

  void fail(std::size_t which) {
    if (!all_[which].wrong)
      all_[which].wrong = Error{.status = 409,
                                .type = "invalidValue",
                                .detail = "a bulkId is of nothing that this request makes"};
  }

  std::size_t take() {
    const auto which = *ready_.begin();
    ready_.erase(ready_.begin());
    return which;
  }

  Change resolved(std::size_t which) const {
    auto change = all_[which].change;
    if (all_[which].needs.empty()) return change;
    json::value data(std::move(change.data));  // braces would make a list of it
    json::value id(change.id);
    (void)resolve(data, known_);
    if (resolve(id, known_)) change.id = std::string{id.get_string()};
    change.data = std::move(data.get_object());
    return change;
  }

  bool knows_all(std::size_t which) const {
    return std::ranges::all_of(all_[which].needs,
                               [&](const auto& it) { return known_.contains(it); });
  }

  void settle(std::size_t which, const Change& change, const Or<Changed>& answer) {
    const auto& each = all_[which];
    told_[which] = told(each, change, answer);
    if (each.bulk_id.empty() || each.change.method != "POST") return;
    const auto mine = made_by_.find(each.bulk_id);
    if (mine == made_by_.end() || mine->second != which) return;
    const auto* changed = std::get_if<Changed>(&answer);
    if (changed != nullptr) known_[each.bulk_id] = changed->id;
    for (const auto other : waited_for_[each.bulk_id]) {
      const bool has_all = --missing_[other] == 0;
      if (!waiting_.contains(other) || (changed != nullptr && !has_all)) continue;
      if (changed == nullptr) fail(other);
      waiting_.erase(other);
      ready_.insert(other);
    }
  }

  // Nothing that waits is ready. The first of those people who wait for themselves is made without
  // whom it names; where there is none, the first is told that it waits in vain.
  void free_one() {
    while (!in_circle_.empty() && !waiting_.contains(*in_circle_.begin()))
      in_circle_.erase(in_circle_.begin());
    if (in_circle_.empty()) {
      const auto which = *waiting_.begin();
      fail(which);
      waiting_.erase(which);
      ready_.insert(which);
      return;
    }
    const auto which = *in_circle_.begin();
    in_circle_.erase(in_circle_.begin());
    unfinished_.push_back(which);
    waiting_.erase(which);
    ready_.insert(which);
  }

  // Those people who wait for themselves, by way of others. Each arrow is gone along once (Tarjan,
  // Depth-first search and linear graph algorithms, 1972), without recursion: a circle may be long.
  void find_circles() {
    constexpr std::size_t unseen = std::numeric_limits<std::size_t>::max();
    std::vector<std::size_t> number(all_.size(), unseen);
    std::vector<std::size_t> least(all_.size(), unseen);
    std::vector<bool> held(all_.size(), false);
    std::vector<std::size_t> component;
    struct Step {
      std::size_t which;
      std::set<std::string>::const_iterator next;
    };
    std::vector<Step> steps;
    std::size_t count = 0;
    const auto enter = [&](std::size_t which) {
      number[which] = least[which] = count++;
      component.push_back(which);
      held[which] = true;
      steps.push_back({which, all_[which].needs.begin()});
    };
    for (const auto start : waiting_) {
      if (number[start] != unseen) continue;
      enter(start);
      while (!steps.empty()) {
        auto& step = steps.back();
        const auto which = step.which;
        if (step.next != all_[which].needs.end()) {
          const auto maker = made_by_.at(*step.next++);
          if (!waiting_.contains(maker)) continue;
          if (number[maker] == unseen)
            enter(maker);
          else if (held[maker])
            least[which] = std::min(least[which], number[maker]);
          continue;
        }
        steps.pop_back();
        if (!steps.empty())
          least[steps.back().which] = std::min(least[steps.back().which], least[which]);
        if (least[which] != number[which]) continue;
        const auto from = std::ranges::find(component, which);
        const bool is_circle = component.end() - from > 1 || needs_itself(which);
        for (auto each = from; each != component.end(); ++each) {
          held[*each] = false;
          if (is_circle && may_be_made_without(*each)) in_circle_.insert(*each);
        }
        component.erase(from, component.end());
      }
    }
  }

  bool needs_itself(std::size_t which) const {
    return all_[which].needs.contains(all_[which].bulk_id);
  }
  bool may_be_made_without(std::size_t which) const {
    const auto& each = all_[which];
    return !each.change.group && each.change.method == "POST" && !each.bulk_id.empty();
  }

  json::object told(const BulkOperation& each, const Change& change, const Or<Changed>& answer) {
    json::object out{{"method", change.method}};
    if (!each.bulk_id.empty()) out.emplace("bulkId", each.bulk_id);
    const char* kind = change.group ? "/Groups/" : "/Users/";
    if (const auto* changed = std::get_if<Changed>(&answer)) {
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
  std::map<std::string, std::size_t> made_by_;                  // by bulkId
  std::map<std::string, std::vector<std::size_t>> waited_for_;  // by bulkId
  std::set<std::size_t> ready_;
  std::set<std::size_t> waiting_;
  std::vector<std::size_t> missing_;  // of each, how much of what it names is not made yet
  std::set<std::size_t> in_circle_;
  std::vector<std::size_t> unfinished_;
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
    if (batch.group_is_next()) {
      if (!batch.next_group(groups_)) return stopped();
      continue;
    }
    const auto durable =
        edge_.desk.run_later([&](app::House& house, const Now& now) { batch.go_on(house, now); });
    if (!durable) return stopped();
  }
  while (batch.has_unfinished()) {
    const auto durable = edge_.desk.run_later(
        [&](app::House& house, const Now& now) { batch.finish_some(house, now); });
    if (!durable) return stopped();
  }
  return scim_json(200, json::object{{"schemas", json::array(1, json::value(bulk_schema))},
                                     {"Operations", std::move(batch).answers()}});
}

}  // namespace halligan::in::scim
