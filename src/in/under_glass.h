// under_glass.h - which sessions lately read under glass: they go before those who did not.
//
// A hint about who waits, never a right: what may be read is decided for each request. What is
// forgotten here, at a restart or because too many have glass, waits with the others.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/instant.h"

namespace halligan::in {

class UnderGlass {
 public:
  static constexpr std::size_t sessions_max = 4'096;
  static constexpr Millis remembered{std::chrono::minutes{15}};

  // `now` on the clock since boot. From any thread.
  void note(const std::string& session, Millis now) {
    const std::lock_guard lock{mutex_};
    if (until_.size() >= sessions_max)
      std::erase_if(until_, [&](const auto& each) { return each.second < now; });
    if (until_.size() < sessions_max || until_.contains(session))
      until_[session] = now + remembered;
    any_ = true;
  }
  bool has(const std::string& session, Millis now) const {
    const std::lock_guard lock{mutex_};
    const auto found = until_.find(session);
    return found != until_.end() && found->second >= now;
  }
  // False: nobody, so nobody need be asked about.
  bool any() const noexcept { return any_; }

 private:
  std::atomic<bool> any_{false};
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Millis> until_;
};

}  // namespace halligan::in
