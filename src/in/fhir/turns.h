// turns.h - whole charts, batches and transactions that are being answered: each takes a worker for
// long, so there are few at once, and nobody has them all.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "base/limits.h"

namespace halligan::in::fhir {

class Turns {
 public:
  // Held while one is answered. What did not come is refused.
  class Turn {
   public:
    Turn(Turns& of, std::string session, bool under_glass)
        : of_(of), session_(std::move(session)), came_(of.take(session_, under_glass)) {}
    ~Turn() {
      if (came_) of_.leave(session_);
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    bool came() const { return came_; }

   private:
    Turns& of_;
    const std::string session_;
    const bool came_;
  };

 private:
  bool take(const std::string& session, bool under_glass) {
    const std::lock_guard lock{mutex_};
    const auto most = limits::whole_charts_max - (under_glass ? 0 : limits::whole_charts_for_glass);
    const auto held = by_session_.find(session);
    if (all_ >= most) return false;
    if (held != by_session_.end() && held->second >= limits::whole_charts_session_max) return false;
    ++all_;
    ++by_session_[session];
    return true;
  }
  void leave(const std::string& session) {
    const std::lock_guard lock{mutex_};
    --all_;
    const auto held = by_session_.find(session);
    if (--held->second == 0) by_session_.erase(held);
  }

  std::mutex mutex_;
  std::size_t all_ = 0;
  std::map<std::string, std::size_t> by_session_;
};

}  // namespace halligan::in::fhir
