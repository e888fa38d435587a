// writer_thread_test.cc - who waits for the writer, and for how long, on a disk that is slow when
// the test says so.
#include "bin/writer_thread.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "sim/sim_clock.h"
#include "sim/sim_dice.h"
#include "sim/sim_entry_store.h"
#include "sim/sim_vault.h"

namespace halligan::bin {
namespace {

using namespace std::chrono_literals;

// What every job here writes.
struct Note {
  using Answer = bool;
};
Note::Answer decide(const Note&, app::Context& context) {
  context.note(facts::FeedBeat{.staff = {}, .source = "adt"});
  return true;
}

// Keeps each append back until it is let through.
class Gate {
 public:
  void pass() {
    std::unique_lock lock{mutex_};
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void set(bool open) {
    const std::lock_guard lock{mutex_};
    open_ = open;
    changed_.notify_all();
  }
  int arrived() {
    const std::lock_guard lock{mutex_};
    return arrived_;
  }
  void wait_for(int arrived) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return arrived_ >= arrived; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  int arrived_ = 0;
};

class GatedStore final : public needs::EntryStore {
 public:
  GatedStore(std::unique_ptr<sim::SimEntryStore> store, Gate& gate)
      : store_(std::move(store)), gate_(gate) {}
  EntryIndex size() const override { return store_->size(); }
  Result<Unit> append(std::span<const Bytes> batch, bool may_use_reserve) override {
    gate_.pass();
    return store_->append(batch, may_use_reserve);
  }
  Result<Bytes> read(EntryIndex index) override { return store_->read(index); }
  Result<Unit> scan(EntryIndex from,
                    const std::function<bool(EntryIndex, ByteView)>& visit) override {
    return store_->scan(from, visit);
  }
  needs::Room room() const override { return store_->room(); }

 private:
  std::unique_ptr<sim::SimEntryStore> store_;
  Gate& gate_;
};

class NoBoard final : public app::NewsBoard {
 public:
  void tell(const std::vector<app::NewsItem>&, const app::State&) override {}
  void fall_silent() override {}
};

class Writer : public ::testing::Test {
 protected:
  Writer() {
    auto started =
        WriterThread::start({.open_store = [this]() -> Result<std::shared_ptr<needs::EntryStore>> {
                               auto store = sim::SimEntryStore::open(disk_);
                               if (!store) return store.fault();
                               return std::shared_ptr<needs::EntryStore>{
                                   std::make_shared<GatedStore>(std::move(*store), gate_)};
                             },
                             .vault = *vault_,
                             .dice = dice_,
                             .clock = clock_,
                             .version = "test",
                             .complain = [](const std::string&) {},
                             .board = board_,
                             .answer_time = 50ms});
    MUST(started.ok());
    writer_ = std::move(*started);
    EXPECT_TRUE(note().ok());
  }
  ~Writer() override { gate_.set(true); }

  Result<app::Durable> note() {
    return writer_->run([](app::House& house, const Now& now) { house.perform(Note{}, now); });
  }
  // Somebody whose entry is on its way to a disk that does not answer.
  std::thread stuck(std::optional<Result<app::Durable>>& told) {
    const int before = gate_.arrived();
    gate_.set(false);
    std::thread out{[this, &told] { told.emplace(note()); }};
    gate_.wait_for(before + 1);
    return out;
  }

  sim::SimDice dice_{7};
  sim::SimDisk disk_{sim::SimDice{8}};
  crypto::SecretKey root_{crypto::Key256{1}};
  sim::SimVaultStorage vault_storage_{sim::SimDice{9}, root_};
  sim::SimClock clock_{Instant{Millis{1'790'000'000'000}}};
  std::unique_ptr<sim::SimVault> vault_ = sim::SimVault::open(vault_storage_, root_).value();
  NoBoard board_;
  Gate gate_;
  std::unique_ptr<WriterThread> writer_;
};

TEST_F(Writer, D10TellsThatTheDiskDoesNotAnswerAndGoesOnWhenItDoes) {
  std::optional<Result<app::Durable>> told;
  auto waiting = stuck(told);
  bool ran = false;
  const auto behind =
      writer_->run([&](app::House&, const Now&) { ran = true; });  // withdrawn: never begun
  EXPECT_FALSE(behind.ok());
  waiting.join();
  ASSERT_TRUE(told.has_value());
  ASSERT_FALSE(told->ok());
  EXPECT_EQ(told->fault().code, FaultCode::ledger_unavailable);
  const auto at_once = note();
  ASSERT_FALSE(at_once.ok());
  EXPECT_EQ(at_once.fault().code, FaultCode::ledger_unavailable);
  EXPECT_FALSE(ran);

  const auto before = writer_->store()->size();
  gate_.set(true);
  while (!note().ok()) std::this_thread::yield();
  EXPECT_EQ(writer_->store()->size(), before + 2) << "what was on its way came to be, once";
  EXPECT_FALSE(ran);
}

TEST_F(Writer, OfWhatCanWaitOneGoesWithEachBatch) {
  std::optional<Result<app::Durable>> told;
  auto waiting = stuck(told);
  std::mutex mutex;
  std::multiset<EntryIndex> batches;  // what was durable when each of them was decided
  std::vector<std::thread> all;
  for (int n = 0; n < 8; ++n)
    all.emplace_back([&] {
      const auto job = [&](app::House& house, const Now& now) {
        house.perform(Note{}, now);
        const std::lock_guard lock{mutex};
        batches.insert(house.journal().durable());
      };
      while (!writer_->run_later(job).ok()) std::this_thread::yield();
    });
  waiting.join();  // they wait for the writer, too, or are told what this one is
  gate_.set(true);
  for (auto& each : all) each.join();
  EXPECT_EQ(batches.size(), 8U) << "nothing is forgotten, nothing is done twice";
  for (const auto& each : batches) EXPECT_EQ(batches.count(each), 1U);
}

}  // namespace
}  // namespace halligan::bin
