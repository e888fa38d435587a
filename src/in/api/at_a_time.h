// at_a_time.h - what is done once at a time, by name: whoever comes meanwhile is told so at once.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace halligan::in::api {

class AtATime {
 public:
  using Place = std::shared_ptr<void>;  // left when it is let go

  // Empty: somebody has it.
  Place take(const std::string& name) {
    const std::lock_guard lock{mutex_};
    if (!held_.insert(name).second) return {};
    return Place{this, [this, name](void*) {
                   const std::lock_guard again{mutex_};
                   held_.erase(name);
                 }};
  }

 private:
  std::mutex mutex_;
  std::set<std::string> held_;
};

}  // namespace halligan::in::api
