#include "in/http/worker_pool.h"

#include <utility>

#include "base/must.h"

namespace halligan::in::http {

WorkerPool::WorkerPool(Size size) : size_(size) {
  MUST(size.workers > 0);
  idle_.reserve(size.workers);
  workers_.reserve(size.workers);
  for (std::size_t n = 0; n < size.workers; ++n) {
    workers_.push_back(std::make_unique<Worker>());
    auto& worker = *workers_.back();
    worker.thread = std::thread{[this, &worker] { work(worker); }};
  }
}

WorkerPool::~WorkerPool() { stop(); }

bool WorkerPool::submit(std::shared_ptr<Runnable> job) {
  std::unique_lock lock{mutex_};
  if (stopping_ || taken_ >= size_.workers + size_.queue_max) return false;
  ++taken_;
  if (idle_.empty()) {
    queue_.push_back(std::move(job));
    return true;
  }
  Worker& worker = *idle_.back();
  idle_.pop_back();
  worker.job = std::move(job);
  lock.unlock();
  worker.wake.notify_one();
  return true;
}

void WorkerPool::work(Worker& self) {
  std::unique_lock lock{mutex_};
  for (;;) {
    if (!queue_.empty()) {
      self.job = std::move(queue_.front());
      queue_.pop_front();
    } else if (stopping_) {
      return;
    } else {
      idle_.push_back(&self);
      self.wake.wait(lock, [&] { return self.job != nullptr || stopping_; });
      if (self.job == nullptr) return;
    }
    auto job = std::exchange(self.job, nullptr);
    lock.unlock();
    job->run();
    job.reset();
    lock.lock();
    --taken_;
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

std::size_t WorkerPool::waiting() const {
  const std::lock_guard lock{mutex_};
  return queue_.size();
}

}  // namespace halligan::in::http
