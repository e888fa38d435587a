// worker_pool.h - a fixed number of threads that run what may block, and a bounded queue before
// them.
//
// The thread that went idle last is woken first: its caches are warm, and the others sleep on.
// Jobs that may wait long have fewer of the threads and a queue of their own, so that the others
// find a thread whatever those wait for.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace halligan::in::http {

class Runnable {
 public:
  virtual ~Runnable() = default;
  virtual void run() = 0;
};

class WorkerPool {
 public:
  struct Size {
    std::size_t workers;
    std::size_t workers_long;  // of them, at most, for jobs that may wait long
    std::size_t queue_max;     // of each kind, waiting beyond those that run
  };
  enum class Kind { quick, may_wait_long };
  explicit WorkerPool(Size size);
  ~WorkerPool();

  // False: its queue is full, or the pool has stopped.
  bool submit(std::shared_ptr<Runnable> job, Kind kind = Kind::quick);
  void stop();  // runs what is queued, then joins

 private:
  struct Lane {
    std::size_t at_once = 0;
    std::size_t running = 0;
    std::deque<std::shared_ptr<Runnable>> queue{};
  };
  struct Worker {
    std::condition_variable wake;
    Lane* lane = nullptr;
    std::shared_ptr<Runnable> job;
    std::thread thread;
  };
  void work(Worker& self);
  bool take_next(Worker& self);

  const Size size_;
  mutable std::mutex mutex_;
  bool stopping_ = false;
  std::array<Lane, 2> lanes_;  // by Kind; the first one's jobs go first
  std::vector<Worker*> idle_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace halligan::in::http
