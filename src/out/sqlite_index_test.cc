// The index keeps its contract, and starts anew wherever it cannot be of this ledger.
#include "out/sqlite_index.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "needs/access_index_contract.h"
#include "out/temporary_folder.h"

namespace halligan {
namespace {

using out::SqliteIndex;

constexpr EntryIndex any_size = 1'000'000;

class SqliteIndexWorld final : public needs::AccessIndexWorld {
 public:
  Result<std::unique_ptr<needs::AccessIndex>> open() override {
    auto opened = SqliteIndex::open(folder_.path() / "index", {.genesis = {}, .size = any_size});
    if (!opened) return opened.fault();
    return std::unique_ptr<needs::AccessIndex>(std::move(opened).value());
  }

 private:
  out::TemporaryFolder folder_;
};

class SqliteIndexTest : public testing::Test {
 protected:
  std::unique_ptr<SqliteIndex> open(std::uint8_t genesis, EntryIndex size = any_size) {
    auto opened = SqliteIndex::open(path(), {.genesis = Hash{genesis}, .size = size});
    EXPECT_TRUE(opened) << opened.fault().what;
    return std::move(opened).value();
  }
  void fill() {
    auto index = open(1);
    std::vector<needs::IndexRow> rows;
    for (EntryIndex i = 0; i < 500; ++i) rows.push_back({.index = i, .kind = "glass-opened"});
    ASSERT_TRUE(index->add(rows));
  }
  out::Path path() const { return folder_.path() / "index"; }

  out::TemporaryFolder folder_;
};

TEST_F(SqliteIndexTest, IsKeptForItsLedger) {
  fill();
  EXPECT_EQ(open(1)->complete(), 500u);
  EXPECT_EQ(open(1, 500)->complete(), 500u);
}

TEST_F(SqliteIndexTest, IsBegunAnewForAnotherLedger) {
  fill();
  EXPECT_EQ(open(2)->complete(), 0u);
}

TEST_F(SqliteIndexTest, IsBegunAnewWhenAheadOfItsLedger) {
  fill();
  EXPECT_EQ(open(1, 499)->complete(), 0u);
}

TEST_F(SqliteIndexTest, AForgottenPatientIsInNoneOfItsFiles) {
  const auto name = [](std::uint8_t which) {
    Pseudonym out;
    out.fill(which);
    return out;
  };
  const auto on_disk = [&](const Pseudonym& patient) {
    std::string all;
    for (const char* suffix : {"", "-wal"}) {
      std::ifstream in{path().string() + suffix, std::ios::binary};
      all.append(std::istreambuf_iterator<char>{in}, {});
    }
    return all.find(text_view(patient)) != std::string::npos;
  };
  auto index = open(1);
  std::vector<needs::IndexRow> rows;
  for (EntryIndex i = 0; i < 500; ++i)
    rows.push_back({.index = i, .patient = name(i % 2 == 0 ? 0xA5 : 0x5A), .kind = "glass-opened"});
  ASSERT_TRUE(index->add(rows));
  ASSERT_TRUE(on_disk(name(0xA5)));
  ASSERT_TRUE(index->forget(name(0xA5)));
  EXPECT_FALSE(on_disk(name(0xA5)));
  EXPECT_TRUE(on_disk(name(0x5A)));
  needs::IndexQuery query;
  query.patient = name(0xA5);
  EXPECT_TRUE(index->find(query)->empty());
  EXPECT_EQ(index->complete(), 500U) << "the rows keep their place";
  ASSERT_TRUE(index->forget(name(0xA5))) << "once more is the same";
}

TEST_F(SqliteIndexTest, IsBegunAnewWhenDamaged) {
  for (const std::streamoff at : {0, 20, 8'000, 20'000}) {
    fill();
    {
      std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(at);
      file << std::string(3'000, '\xA5');
    }
    auto index = open(1);
    EXPECT_EQ(index->complete(), 0u) << at;
    EXPECT_TRUE(index->find({})->empty());
  }
}

TEST_F(SqliteIndexTest, AGapIsABug) {
  fill();
  auto index = open(1);
  const std::vector<needs::IndexRow> gap{{.index = 500, .kind = "a"}, {.index = 502, .kind = "a"}};
  EXPECT_DEATH(static_cast<void>(index->add(gap)), "row.index == next");
}

TEST_F(SqliteIndexTest, FilesAreForTheirOwnerOnly) {
  auto index = open(1);
  struct stat info {};
  ASSERT_EQ(::stat(path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

}  // namespace

namespace needs {
INSTANTIATE_TEST_SUITE_P(Sqlite, AccessIndexContract,
                         testing::Values([]() -> std::unique_ptr<AccessIndexWorld> {
                           return std::make_unique<SqliteIndexWorld>();
                         }));
}  // namespace needs
}  // namespace halligan
