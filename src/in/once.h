// once.h - what is good once: names of what was used, until each would be over anyway.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "base/instant.h"

namespace halligan::in {

class Once {
 public:
  struct Bounds {
    std::size_t all = 0;
    std::size_t of_one = 0;  // owner: nobody fills what belongs to all
  };
  explicit Once(Bounds bounds) : bounds_(bounds) {}

  // False where it was taken before, or too much is kept already: then it is not good.
  bool take(const std::string& owner, const std::string& name, Millis now, Millis until) {
    const std::lock_guard lock{mutex_};
    while (!by_end_.empty() && by_end_.begin()->first < now) drop_oldest();
    if (by_end_.size() >= bounds_.all) return false;
    auto& theirs = held_[owner];
    if (theirs.size() >= bounds_.of_one || !theirs.insert(name).second) return false;
    by_end_.insert({until, {owner, name}});
    return true;
  }

  bool holds(const std::string& owner, const std::string& name) {
    const std::lock_guard lock{mutex_};
    const auto theirs = held_.find(owner);
    return theirs != held_.end() && theirs->second.contains(name);
  }

 private:
  void drop_oldest() {
    const auto& [owner, name] = by_end_.begin()->second;
    const auto theirs = held_.find(owner);
    theirs->second.erase(name);
    if (theirs->second.empty()) held_.erase(theirs);
    by_end_.erase(by_end_.begin());
  }

  const Bounds bounds_;
  std::mutex mutex_;
  std::map<std::string, std::set<std::string>> held_;  // by owner
  std::multimap<Millis, std::pair<std::string, std::string>> by_end_;
};

}  // namespace halligan::in
