#include "in/http/worker_pool.h"

#include <utility>

#include "base/must.h"

namespace halligan::in::http {

WorkerPool::WorkerPool(Size size)
    : size_(size), lanes_{Lane{.at_once = size.workers}, Lane{.at_once = size.workers_long}} {
  MUST(size.workers_long > 0 && size.workers >= size.workers_long);
  idle_.reserve(size.workers);
  workers_.reserve(size.workers);
  for (std::size_t n = 0; n < size.workers; ++n) {
    workers_.push_back(std::make_unique<Worker>());
    auto& worker = *workers_.back();
    worker.thread = std::thread{[this, &worker] { work(worker); }};
  }
}

WorkerPool::~WorkerPool() { stop(); }

bool WorkerPool::submit(std::shared_ptr<Runnable> job, Kind kind) {
  std::unique_lock lock{mutex_};
  auto& lane = lanes_[kind == Kind::quick ? 0 : 1];
  if (stopping_ || lane.running + lane.queue.size() >= lane.at_once + size_.queue_max) return false;
  if (idle_.empty() || lane.running == lane.at_once) {
    lane.queue.push_back(std::move(job));
    return true;
  }
  ++lane.running;
  Worker& worker = *idle_.back();
  idle_.pop_back();
  worker.lane = &lane;
  worker.job = std::move(job);
  lock.unlock();
  worker.wake.notify_one();
  return true;
}

bool WorkerPool::take_next(Worker& self) {
  for (auto& lane : lanes_) {
    if (lane.queue.empty() || lane.running == lane.at_once) continue;
    ++lane.running;
    self.lane = &lane;
    self.job = std::move(lane.queue.front());
    lane.queue.pop_front();
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
