// access_index_contract.h - what every AccessIndex must do, as a GoogleTest suite. For tests only.
//
//   INSTANTIATE_TEST_SUITE_P(Mine, AccessIndexContract, testing::Values(&make_my_world));
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "needs/access_index.h"

namespace halligan::needs {

// Storage that outlives the indexes opened on it.
class AccessIndexWorld {
 public:
  virtual ~AccessIndexWorld() = default;
  // Opens the index, new the first time, for a ledger of any length.
  virtual Result<std::unique_ptr<AccessIndex>> open() = 0;
};

using MakeAccessIndexWorld = std::unique_ptr<AccessIndexWorld> (*)();

class AccessIndexContract : public testing::TestWithParam<MakeAccessIndexWorld> {
 protected:
  void SetUp() override {
    world_ = GetParam()();
    reopen();
  }
  void reopen() {
    index_.reset();
    auto opened = world_->open();
    ASSERT_TRUE(opened) << opened.fault().what;
    index_ = std::move(opened).value();
  }
  static Pseudonym pseudonym(std::uint8_t number) { return Pseudonym{number}; }

  // Row i: patient i mod 3, staff i mod 5, kind i mod 2, at i seconds.
  static IndexRow row(EntryIndex i) {
    return IndexRow{.index = i,
                    .at = Instant{Millis{static_cast<std::int64_t>(i) * 1000}},
                    .patient = pseudonym(static_cast<std::uint8_t>(i % 3 + 1)),
                    .staff = pseudonym(static_cast<std::uint8_t>(i % 5 + 1)),
                    .kind = i % 2 == 0 ? "glass-opened" : "access-intended",
                    .place = Pseudonym{}};
  }
  void add(EntryIndex from, EntryIndex to) {
    std::vector<IndexRow> rows;
    for (EntryIndex i = from; i < to; ++i) rows.push_back(row(i));
    const auto done = index_->add(rows);
    ASSERT_TRUE(done) << done.fault().what;
  }
  std::vector<EntryIndex> find(const IndexQuery& query) {
    auto found = index_->find(query);
    EXPECT_TRUE(found) << found.fault().what;
    return *found;
  }
  // The same question, answered the slow way over rows 0 to `size`.
  static std::vector<EntryIndex> expected(const IndexQuery& query, EntryIndex size) {
    std::vector<EntryIndex> out;
    for (EntryIndex i = size; i-- > 0 && out.size() < std::min<std::size_t>(query.limit, 1000);) {
      const IndexRow one = row(i);
      if (query.patient && one.patient != *query.patient) continue;
      if (query.staff && one.staff != *query.staff) continue;
      if (query.kind && one.kind != *query.kind) continue;
      if (one.at < query.from || one.at > query.to) continue;
      if (query.before && i >= *query.before) continue;
      out.push_back(i);
    }
    return out;
  }

  std::unique_ptr<AccessIndexWorld> world_;
  std::unique_ptr<AccessIndex> index_;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(AccessIndexContract);

TEST_P(AccessIndexContract, ANewIndexKnowsNothing) {
  EXPECT_EQ(index_->complete(), 0u);
  EXPECT_TRUE(find({}).empty());
  EXPECT_TRUE(index_->add({}));
  EXPECT_EQ(index_->complete(), 0u);
}

TEST_P(AccessIndexContract, SaysUpToWhereItIsCompleteAcrossReopening) {
  add(0, 10);
  EXPECT_EQ(index_->complete(), 10u);
  add(10, 11);
  reopen();
  EXPECT_EQ(index_->complete(), 11u);
  EXPECT_EQ(find({}), expected({}, 11));
}

TEST_P(AccessIndexContract, AnswersEveryCombinationNewestFirst) {
  constexpr EntryIndex size = 1'500;
  add(0, size);
  std::size_t not_empty = 0;
  for (int mask = 0; mask < 64; ++mask) {
    IndexQuery query;
    if ((mask & 1) != 0) query.patient = pseudonym(2);
    if ((mask & 2) != 0) query.staff = pseudonym(4);
    if ((mask & 4) != 0) query.kind = "glass-opened";
    if ((mask & 8) != 0) query.from = Instant{Millis{50'000}}, query.to = Instant{Millis{900'000}};
    if ((mask & 16) != 0) query.before = 700;
    if ((mask & 32) != 0) query.limit = 5'000;  // taken as 1,000
    const auto found = find(query);
    EXPECT_EQ(found, expected(query, size)) << "mask " << mask;
    if (!found.empty()) ++not_empty;
  }
  EXPECT_EQ(not_empty, 64u);
}

TEST_P(AccessIndexContract, PagesThroughWithoutLossOrRepeat) {
  add(0, 100);
  IndexQuery query;
  query.patient = pseudonym(1);
  const auto whole = expected(query, 100);
  query.limit = 7;
  std::vector<EntryIndex> all;
  while (true) {
    const auto page = find(query);
    all.insert(all.end(), page.begin(), page.end());
    if (page.size() < query.limit) break;
    query.before = page.back();
  }
  EXPECT_EQ(all, whole);
}

}  // namespace halligan::needs
