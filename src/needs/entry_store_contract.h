// entry_store_contract.h - what every EntryStore must do, as a GoogleTest suite.
//
// For tests only. A store's test includes this and says how its world is made:
//   INSTANTIATE_TEST_SUITE_P(Mine, EntryStoreContract, testing::Values(&make_my_world));
// The simulated store passes the same suite, so that it cannot be kinder than the real one.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "base/limits.h"
#include "needs/entry_store.h"

namespace halligan::needs {

// A disk that outlives the stores opened on it.
class EntryStoreWorld {
 public:
  virtual ~EntryStoreWorld() = default;
  // Opens the store, new the first time. The store opened before is gone by then.
  virtual Result<std::unique_ptr<EntryStore>> open() = 0;
  virtual void break_disk() = 0;             // the next append meets a failed write
  virtual void heal_disk() = 0;              // writes succeed again
  virtual void spoil(EntryIndex index) = 0;  // changes one stored byte of that entry; store closed
};

using MakeEntryStoreWorld = std::unique_ptr<EntryStoreWorld> (*)();

class EntryStoreContract : public testing::TestWithParam<MakeEntryStoreWorld> {
 protected:
  void SetUp() override {
    world_ = GetParam()();
    reopen();
  }
  void TearDown() override { world_->heal_disk(); }

  void reopen() {
    store_.reset();
    auto opened = world_->open();
    ASSERT_TRUE(opened) << opened.fault().what;
    store_ = std::move(opened).value();
  }
  static Bytes entry(std::size_t number, std::size_t bytes = 200) {
    Bytes out(bytes);
    for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<std::uint8_t>(number * 31 + i * 7);
    return out;
  }
  static std::vector<Bytes> entries(std::size_t from, std::size_t count, std::size_t bytes = 200) {
    std::vector<Bytes> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(entry(from + i, bytes));
    return out;
  }
  void append(const std::vector<Bytes>& batch) {
    const auto done = store_->append(batch, false);
    ASSERT_TRUE(done) << done.fault().what;
  }
  void expect_entries(const std::vector<Bytes>& expected) {
    ASSERT_EQ(store_->size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const auto found = store_->read(i);
      ASSERT_TRUE(found) << found.fault().what;
      ASSERT_EQ(*found, expected[i]) << "entry " << i;
    }
    std::size_t seen = 0;
    const auto scanned = store_->scan(0, [&](EntryIndex index, ByteView bytes) {
      EXPECT_EQ(index, seen);
      EXPECT_TRUE(
          std::equal(bytes.begin(), bytes.end(), expected[seen].begin(), expected[seen].end()));
      return ++seen, true;
    });
    ASSERT_TRUE(scanned) << scanned.fault().what;
    EXPECT_EQ(seen, expected.size());
  }

  std::unique_ptr<EntryStoreWorld> world_;
  std::unique_ptr<EntryStore> store_;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EntryStoreContract);

TEST_P(EntryStoreContract, ANewStoreIsEmpty) {
  expect_entries({});
  EXPECT_EQ(store_->read(0).fault().code, FaultCode::not_found);
  EXPECT_EQ(store_->room(), Room::plenty);
  EXPECT_TRUE(store_->append({}, false));
  EXPECT_EQ(store_->size(), 0u);
}

TEST_P(EntryStoreContract, KeepsEveryEntryInOrderAcrossReopening) {
  std::vector<Bytes> all;
  for (std::size_t batch = 1; batch <= 40; ++batch) {
    const auto more = entries(all.size(), batch);
    append(more);
    all.insert(all.end(), more.begin(), more.end());
    if (batch % 10 == 0) reopen();
  }
  expect_entries(all);
  EXPECT_EQ(store_->read(all.size()).fault().code, FaultCode::not_found);
}

TEST_P(EntryStoreContract, TakesTheSmallestAndTheLargest) {
  std::vector<Bytes> all{entry(0, 1), entry(1, limits::entry_bytes_format_max), entry(2, 1),
                         Bytes(4096)};  // zeros are an entry like any other
  append(all);
  reopen();
  expect_entries(all);
}

TEST_P(EntryStoreContract, TakesTheLargestBatch) {
  const auto all = entries(0, limits::batch_entries_max, 300);
  append(all);
  reopen();
  expect_entries(all);
}

TEST_P(EntryStoreContract, ScansFromAnywhereAndStopsWhenTold) {
  append(entries(0, 20));
  std::vector<EntryIndex> seen;
  ASSERT_TRUE(store_->scan(7, [&](EntryIndex index, ByteView) {
    seen.push_back(index);
    return index < 9;
  }));
  EXPECT_EQ(seen, (std::vector<EntryIndex>{7, 8, 9}));
  EXPECT_TRUE(store_->scan(20, [](EntryIndex, ByteView) { return ADD_FAILURE(), true; }));
}

TEST_P(EntryStoreContract, AfterAFailureNothingIsAppendedUntilReopened) {
  auto all = entries(0, 10);
  append(all);
  world_->break_disk();
  const auto lost = entries(10, 5);
  EXPECT_EQ(store_->append(lost, true).fault().code, FaultCode::disk_failed);
  world_->heal_disk();
  EXPECT_EQ(store_->append(entries(90, 1), true).fault().code, FaultCode::disk_failed);
  expect_entries(all);  // what is durable can still be read
  reopen();
  // Any prefix of the failed batch may be there, and nothing of the one after it.
  ASSERT_GE(store_->size(), 10u);
  ASSERT_LE(store_->size(), 15u);
  all.insert(all.end(), lost.begin(), lost.begin() + static_cast<int>(store_->size() - 10));
  const auto more = entries(all.size(), 3);
  append(more);
  all.insert(all.end(), more.begin(), more.end());
  reopen();
  expect_entries(all);
}

TEST_P(EntryStoreContract, DamageToAnAcknowledgedEntryIsRefusedAndNotRepaired) {
  for (std::size_t i = 0; i < 6; ++i) append(entries(i * 3, 3));
  for (const EntryIndex spoiled : {EntryIndex{0}, EntryIndex{8}, EntryIndex{17}}) {
    store_.reset();
    world_->spoil(spoiled);
    for (int again = 0; again < 2; ++again) {
      const auto opened = world_->open();
      ASSERT_FALSE(opened) << "entry " << spoiled;
      EXPECT_EQ(opened.fault().code, FaultCode::ledger_damaged);
    }
    world_->spoil(spoiled);  // flips it back
    reopen();
  }
}

}  // namespace halligan::needs
