// worker_pool.h - a fixed number of threads that run what may block, and a bounded queue before
// them.
//
// The thread that went idle last is woken first: its caches are warm, and the others sleep on.
// The more urgent goes first, except that each eighth choice is the other way round: nothing that
// waits starves while workers become free for it.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "in/http/urgency.h"

namespace halligan::in::http {

class Runnable {
 public:
  virtual ~Runnable() = default;
  virtual void run() = 0;
};

class WorkerPool {
 public:
  using Clock = std::chrono::steady_clock;
  // What the jobs of one urgency and of all less urgent ones may have together, at most.
  struct Share {
    std::size_t workers;
    std::size_t waiting;  // beyond those that run
  };
  using Shares = std::array<Share, urgencies>;  // by Urgency; none more than the one before it
  explicit WorkerPool(const Shares& shares);    // as many threads as the first one's workers
  ~WorkerPool();

  // False: there is no place to wait left for it, or the pool has stopped.
  bool submit(std::shared_ptr<Runnable> job, Urgency urgency = Urgency::ordinary);
  // Jobs that have waited since before then: they are given back, and not run.
  std::vector<std::shared_ptr<Runnable>> take_back(Clock::time_point since);
  void stop();  // runs what is queued, then joins

 private:
  struct Waiting {
    std::shared_ptr<Runnable> job;
    Clock::time_point since;
  };
  struct Lane {
    std::size_t running = 0;
    std::deque<Waiting> queue{};
  };
  struct Worker {
    std::condition_variable wake;
    Lane* lane = nullptr;
    std::shared_ptr<Runnable> job;
    std::thread thread;
  };
  bool may_run(std::size_t urgency) const;
  bool may_wait(std::size_t urgency) const;
  void work(Worker& self);
  bool take_next(Worker& self);
  bool take_from(std::size_t urgency, Worker& self);

  const Shares shares_;
  mutable std::mutex mutex_;
  bool stopping_ = false;
  std::array<Lane, urgencies> lanes_;  // by Urgency
  std::size_t taken_ = 0;              // from the queues
  std::vector<Worker*> idle_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace halligan::in::http
