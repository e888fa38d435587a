// worker_pool.h - a fixed number of threads that run what may block, and a bounded queue before
// them.
//
// The thread that went idle last is woken first: its caches are warm, and the others sleep on.
#pragma once

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
    std::size_t queue_max;  // waiting beyond those that run
  };
  explicit WorkerPool(Size size);
  ~WorkerPool();

  bool submit(std::shared_ptr<Runnable> job);  // false: the queue is full, or the pool has stopped
  void stop();                                 // runs what is queued, then joins
  std::size_t waiting() const;

 private:
  struct Worker {
    std::condition_variable wake;
    std::shared_ptr<Runnable> job;
    std::thread thread;
  };
  void work(Worker& self);

  const Size size_;
  mutable std::mutex mutex_;
  bool stopping_ = false;
  std::size_t taken_ = 0;  // jobs that were accepted and have not ended
  std::deque<std::shared_ptr<Runnable>> queue_;
  std::vector<Worker*> idle_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace halligan::in::http
