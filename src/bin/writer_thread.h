// writer_thread.h - the thread that the house lives on.
//
// Everything that waits is decided and committed together, with one sync; no timer. Long jobs that
// can wait go one at a time between those batches. After a fault every job is refused, and the
// thread opens store and house again, by replay, every few seconds.
//
// Nobody waits for ever: a job that is not begun in time is withdrawn; while a disk does not
// answer, whoever waits for it is told so, and so is whoever comes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/house.h"
#include "base/limits.h"
#include "needs/entry_store.h"

namespace halligan::bin {

class WriterThread final : public app::Desk {
 public:
  using OpenStore = std::function<Result<std::shared_ptr<needs::EntryStore>>()>;
  struct Parts {
    OpenStore open_store;
    needs::Vault& vault;
    needs::Dice& dice;
    needs::Clock& clock;
    std::string version;
    std::function<void(const std::string&)> complain;  // one line for the log
    app::NewsBoard& board;
    needs::SnapshotStore* snapshots = nullptr;
    std::chrono::milliseconds answer_time = limits::ledger_answer_time_max;
  };

  // Opens the store and replays; the first failure is told to the caller.
  static Result<std::unique_ptr<WriterThread>> start(Parts parts);
  ~WriterThread() override;

  using Work = std::function<void(app::House&, const Now&)>;
  Result<app::Durable> run(const Work& job) override;
  Result<app::Durable> run_later(const Work& job) override;
  // For good: whatever is asked from now on is refused, and what streams is cut.
  void stop_serving(const std::string& why);
  // The store in use; null while it is being opened again.
  std::shared_ptr<needs::EntryStore> store() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Job;
  using Jobs = std::vector<std::shared_ptr<Job>>;
  explicit WriterThread(Parts parts) : parts_(std::move(parts)) {}
  Result<Unit> open();
  Result<app::Durable> wait_for(const std::shared_ptr<Job>& job, bool later);
  std::optional<Fault> leave(const std::shared_ptr<Job>& job);
  bool disk_is_silent() const;
  void loop();
  void take(Jobs& jobs);
  void serve(const Jobs& jobs);
  static void tell(const Jobs& jobs, const Result<app::Durable>& answer);
  void recover();
  void give_up_house();

  Parts parts_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Jobs waiting_;
  std::deque<std::shared_ptr<Job>> later_;
  bool later_next_ = false;                            // its turn, where both wait
  std::optional<Clock::time_point> committing_since_;  // under mutex_
  std::optional<std::string> fault_;                   // under mutex_: why there is no house
  bool stop_ = false;
  bool stopped_ = false;  // under mutex_; for good
  std::shared_ptr<needs::EntryStore> store_;  // under mutex_
  std::unique_ptr<app::House> house_;         // the thread's own
  Clock::time_point opened_again_{};
  std::thread thread_;
};

}  // namespace halligan::bin
