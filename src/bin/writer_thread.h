// writer_thread.h - the thread that the house lives on.
//
// Everything that waits is decided and committed together, with one sync; no timer. After a fault
// every job is refused, and the thread opens store and house again, by replay, every few seconds.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "app/house.h"
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
  };

  // Opens the store and replays; the first failure is told to the caller.
  static Result<std::unique_ptr<WriterThread>> start(Parts parts);
  ~WriterThread() override;

  Result<app::Durable> run(const std::function<void(app::House&, const Now&)>& job) override;
  // For good: whatever is asked from now on is refused, and what streams is cut.
  void stop_serving(const std::string& why);
  // The store in use; null while it is being opened again.
  std::shared_ptr<needs::EntryStore> store() const;

 private:
  struct Job;
  explicit WriterThread(Parts parts) : parts_(std::move(parts)) {}
  Result<Unit> open();
  void loop();
  void serve(std::vector<Job*>& jobs);
  void recover();
  void give_up_house(const std::string& why);

  Parts parts_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job*> waiting_;
  bool stop_ = false;
  std::string stopped_;  // under mutex_; why nothing is served any more
  std::shared_ptr<needs::EntryStore> store_;  // under mutex_
  std::unique_ptr<app::House> house_;         // the thread's own
  std::string fault_ = "the ledger is being opened";
  std::chrono::steady_clock::time_point opened_again_{};
  std::thread thread_;
};

}  // namespace halligan::bin
