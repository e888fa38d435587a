#include "in/http/worker_pool.h"

#include <utility>

#include "base/must.h"

namespace halligan::in::http {
namespace {

constexpr std::size_t the_other_way_round = 8;

}  // namespace

WorkerPool::WorkerPool(const Shares& shares) : shares_(shares) {
  for (std::size_t n = 1; n < urgencies; ++n)
    MUST(shares[n].workers <= shares[n - 1].workers && shares[n].waiting <= shares[n - 1].waiting);
  MUST(shares.back().workers > 0);
  idle_.reserve(shares.front().workers);
  workers_.reserve(shares.front().workers);
  for (std::size_t n = 0; n < shares.front().workers; ++n) {
    workers_.push_back(std::make_unique<Worker>());
    auto& worker = *workers_.back();
    worker.thread = std::thread{[this, &worker] { work(worker); }};
  }
}

WorkerPool::~WorkerPool() { stop(); }

// It counts for its own share, and for that of each that is more urgent.
bool WorkerPool::may_run(std::size_t urgency) const {
  std::size_t running = 0;
  for (std::size_t n = urgencies; n-- > 0;) {
    running += lanes_[n].running;
    if (n <= urgency && running >= shares_[n].workers) return false;
  }
  return true;
}

// Those that run and those that wait: a worker may be about to become idle.
bool WorkerPool::may_wait(std::size_t urgency) const {
  std::size_t held = 0;
  for (std::size_t n = urgencies; n-- > 0;) {
    held += lanes_[n].running + lanes_[n].queue.size();
    if (n <= urgency && held >= shares_[n].workers + shares_[n].waiting) return false;
  }
  return true;
}

// Where something waits that may run, no worker is idle: so what comes may begin at once.
bool WorkerPool::submit(std::shared_ptr<Runnable> job, Urgency urgency) {
  const auto at = static_cast<std::size_t>(urgency);
  std::unique_lock lock{mutex_};
  if (stopping_) return false;
  if (idle_.empty() || !may_run(at)) {
    if (!may_wait(at)) return false;
    lanes_[at].queue.push_back({std::move(job), Clock::now()});
    return true;
  }
  ++lanes_[at].running;
  Worker& worker = *idle_.back();
  idle_.pop_back();
  worker.lane = &lanes_[at];
  worker.job = std::move(job);
  lock.unlock();
  worker.wake.notify_one();
  return true;
}

std::vector<std::shared_ptr<Runnable>> WorkerPool::take_back(Clock::time_point since) {
  std::vector<std::shared_ptr<Runnable>> out;
  const std::lock_guard lock{mutex_};
  for (auto& lane : lanes_)
    while (!lane.queue.empty() && lane.queue.front().since < since) {
      out.push_back(std::move(lane.queue.front().job));
      lane.queue.pop_front();
    }
  return out;
}

bool WorkerPool::take_from(std::size_t urgency, Worker& self) {
  auto& lane = lanes_[urgency];
  if (lane.queue.empty() || !may_run(urgency)) return false;
  ++lane.running;
  self.lane = &lane;
  self.job = std::move(lane.queue.front().job);
  lane.queue.pop_front();
  return true;
}

bool WorkerPool::take_next(Worker& self) {
  const bool turned = (taken_ + 1) % the_other_way_round == 0;
  for (std::size_t n = 0; n < urgencies; ++n) {
    if (!take_from(turned ? urgencies - 1 - n : n, self)) continue;
    ++taken_;
    return true;
  }
  return false;
}

void WorkerPool::work(Worker& self) {
  std::unique_lock lock{mutex_};
  for (;;) {
    if (!take_next(self)) {
      if (stopping_) return;
      idle_.push_back(&self);
      self.wake.wait(lock, [&] { return self.job != nullptr || stopping_; });
      if (self.job == nullptr) return;
    }
    auto job = std::exchange(self.job, nullptr);
    lock.unlock();
    job->run();
    job.reset();
    lock.lock();
    --self.lane->running;
  }
}

void WorkerPool::stop() {
  {
    const std::lock_guard lock{mutex_};
    if (stopping_) return;
    stopping_ = true;
  }
  for (auto& worker : workers_) worker->wake.notify_one();
  for (auto& worker : workers_) worker->thread.join();
}

}  // namespace halligan::in::http
