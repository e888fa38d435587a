#include "in/scim/groups.h"

#include <algorithm>

namespace halligan::in::scim {
namespace {

constexpr std::size_t at_once = limits::members_of_entry_max;
using Members = std::vector<std::string>;

Members sorted(Members list) {
  std::ranges::sort(list);
  list.erase(std::ranges::unique(list).begin(), list.end());
  return list;
}

Members without(const Members& list, const Members& others) {
  Members out;
  std::ranges::set_difference(list, others, std::back_inserter(out));
  return out;
}

}  // namespace

app::UserGroup without_members(const app::UserGroup& group) {
  return {.id = group.id,
          .source = group.source,
          .name = group.name,
          .external = group.external,
          .members = {},
          .version = group.version,
          .made_at = group.made_at,
          .changed_at = group.changed_at};
}

bool Groups::add_members(app::UserGroup& group) {
  std::string last;
  for (bool more = true; more;) {
    Members part;
    const auto done = desk_.run_later([&](app::House& house, const Now&) {
      if (const auto* held = house.state().user_group(group.id))
        part = app::members_after(*held, last);
    });
    if (!done) return false;
    more = part.size() == at_once;
    if (more) last = part.back();
    for (auto& each : part) group.members.insert(group.members.end(), StaffId{std::move(each)});
  }
  return true;
}

// Holds one group until it is gone.
class Groups::Alone {
 public:
  Alone(Groups& groups, const std::string& group) : groups_(groups), group_(group) {
    std::unique_lock lock{groups_.mutex_};
    groups_.freed_.wait(lock, [&] { return !groups_.changing_.contains(group_); });
    if (!group_.empty()) groups_.changing_.insert(group_);
  }
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;
  ~Alone() {
    {
      const std::lock_guard lock{groups_.mutex_};
      groups_.changing_.erase(group_);
    }
    groups_.freed_.notify_all();
  }

 private:
  Groups& groups_;
  const std::string group_;
};

// A change that is more than one turn's.
struct Groups::Large {
  const Change& change;
  const std::string& token_hash;
  app::SetGroup command;  // without its members
  Members added;
  Members removed;
  bool all = false;  // `added` are all of them then
  Or<Changed> answer;
};

// Who it is about that it knows nothing of yet, and whether it may be. False: nothing to be had of
// the writer; what is refused is the answer.
bool Groups::look_at(Large& large) {
  for (std::size_t from = 0; from < large.added.size(); from += at_once) {
    const std::span<const std::string> rest{large.added.begin() + static_cast<std::ptrdiff_t>(from),
                                            large.added.end()};
    std::optional<app::Refusal> no;
    const auto done = desk_.run_later([&](app::House& house, const Now&) {
      no = app::may_be_members(house.state(), large.token_hash,
                               rest.first(std::min(at_once, rest.size())));
    });
    if (!done) return false;
    if (no) {
      large.answer = error_of(*no);
      return true;
    }
  }
  if (!large.all || large.change.id.empty()) return true;
  app::UserGroup held;
  held.id = large.change.id;
  if (!add_members(held)) return false;
  Members before;
  for (const auto& each : held.members) before.push_back(each.text());
  large.removed = without(before, large.added);
  large.added = without(large.added, before);
  return true;
}

bool Groups::apply(Large& large) {
  const auto part = [](const Members& all, std::size_t from) {
    const auto at = std::min(from, all.size());
    const auto end = std::min(from + at_once, all.size());
    return Members(all.begin() + static_cast<std::ptrdiff_t>(at),
                   all.begin() + static_cast<std::ptrdiff_t>(end));
  };
  bool made = false;
  const auto turn = [&](Members added, Members removed) {
    large.command.added = std::move(added);
    large.command.removed = std::move(removed);
    const auto done = desk_.run_later([&](app::House& house, const Now& now) {
      large.answer = set_group(large.command, house, now);
    });
    const auto* changed = done ? std::get_if<Changed>(&large.answer) : nullptr;
    if (changed == nullptr) return done.ok();
    made = made || changed->status == 201;
    large.command.group = changed->id;
    large.command.name.clear();
    large.command.external.reset();
    large.command.if_version.reset();
    return true;
  };
  const auto refused = [&] { return std::holds_alternative<Error>(large.answer); };
  const std::size_t removals = (large.removed.size() + at_once - 1) / at_once;
  const std::size_t additions = (large.added.size() + at_once - 1) / at_once;
  for (std::size_t n = 0; n < std::max<std::size_t>(1, removals + additions); ++n) {
    const bool removes = n < removals;
    if (!turn(removes ? Members{} : part(large.added, (n - removals) * at_once),
              removes ? part(large.removed, n * at_once) : Members{}))
      return false;
    if (refused()) return true;
  }
  std::get<Changed>(large.answer).status = made ? 201 : 200;
  if (large.change.method != "DELETE") return true;
  const auto done = desk_.run_later([&](app::House& house, const Now& now) {
    large.answer = scim::carry_out({.method = "DELETE", .group = true, .id = large.change.id},
                                   large.token_hash, house, now);
  });
  return done.ok();
}

std::optional<Or<Changed>> Groups::carry_out(const Change& change, const std::string& token_hash) {
  const bool removes = change.method == "DELETE";
  Or<app::SetGroup> read = app::SetGroup{};
  if (!removes) read = group_command(change, token_hash);
  if (auto* wrong = std::get_if<Error>(&read)) return std::move(*wrong);
  auto& command = std::get<app::SetGroup>(read);
  command.token_hash = token_hash;
  command.group = change.id;
  command.if_version = change.if_version;
  const Alone alone{*this, change.id};
  // At once where it is little; else what may be refused of it whatever its members.
  bool large = false;
  Or<Changed> answer = Changed{};
  const auto done = desk_.run([&](app::House& house, const Now& now) {
    const auto* held = house.state().user_group(change.id);
    const auto members = held == nullptr ? 0 : held->members.size();
    const auto given = command.members ? command.members->size() : 0;
    large = command.added.size() + command.removed.size() > at_once || given > at_once ||
            ((removes || command.members) && members > at_once);
    if (!large)
      answer = removes ? scim::carry_out(change, token_hash, house, now)
                       : set_group(command, house, now);
    else if (auto no = app::may_set_group(house.state(), command))
      answer = error_of(*no);
  });
  if (!done) return std::nullopt;
  if (!large || std::holds_alternative<Error>(answer)) return answer;
  Large all{.change = change,
            .token_hash = token_hash,
            .command = command,
            .added = sorted(command.members ? *command.members : command.added),
            .removed = sorted(command.removed),
            .all = removes || command.members,
            .answer = Changed{}};
  all.removed = without(all.removed, all.added);
  all.command.members.reset();
  all.command.leaves_out_the_gone = true;
  if (!look_at(all)) return std::nullopt;
  if (std::holds_alternative<Error>(all.answer)) return all.answer;
  if (!apply(all)) return std::nullopt;
  return all.answer;
}

}  // namespace halligan::in::scim
