#include "in/fhir/teller.h"

namespace halligan::in::fhir {
namespace {

// Nobody waits for an outcome: many together cost little more than one.
constexpr std::chrono::milliseconds gather_time{5};

}  // namespace

Teller::Teller(app::Desk& desk) : desk_(desk), thread_([this] { work(); }) {}

Teller::~Teller() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Teller::tell(app::TellOutcome outcome) {
  bool first = false;
  {
    const std::lock_guard lock{mutex_};
    waiting_.push_back(std::move(outcome));
    first = waiting_.size() == 1;
  }
  if (first) wake_.notify_one();
}

void Teller::work() {
  std::unique_lock lock{mutex_};
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    wake_.wait_for(lock, gather_time, [this] { return stopping_; });
    const auto batch = std::move(waiting_);
    waiting_.clear();
    lock.unlock();
    // A fault stops the house: every later request says so, and the next start writes "unknown".
    (void)desk_.run([&](app::House& house, const Now& now) {
      for (const auto& each : batch) (void)house.perform(each, now);
    });
    lock.lock();
  }
}

}  // namespace halligan::in::fhir
