// A snapshot is what was saved, or nothing: whatever became of its file or of its key.
#include "out/file_snapshot_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "out/os_dice.h"
#include "out/sqlite_vault.h"
#include "out/temporary_folder.h"

namespace halligan::out {
namespace {

class FileSnapshotStoreTest : public testing::Test {
 protected:
  Path file(EntryIndex size) const {
    const auto digits = std::to_string(size);
    return folder_ / (std::string(20 - digits.size(), '0') + digits + ".snapshot");
  }
  Bytes loaded(EntryIndex size) {
    auto text = snapshots_.load(size);
    EXPECT_TRUE(text.ok()) << text.fault().what;
    EXPECT_TRUE(text->has_value());
    return text->value_or(Bytes{});
  }
  bool nothing(EntryIndex size) {
    const auto text = snapshots_.load(size);
    EXPECT_TRUE(text.ok()) << text.fault().what;
    return text.ok() && !text->has_value();
  }
  static std::string read(const Path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  static void write(const Path& path, const std::string& bytes) {
    std::ofstream{path, std::ios::binary | std::ios::trunc} << bytes;
  }

  TemporaryFolder home_;
  const Path folder_ = home_.path() / "snapshots";
  OsDice dice_;
  std::unique_ptr<SqliteVault> vault_ =
      SqliteVault::create(home_.path() / "vault.sqlite",
                          {.operational = crypto::SecretKey{crypto::Key256{1}},
                           .recovery = crypto::SecretKey{crypto::Key256{2}}},
                          dice_, {.pool_keys = 8})
          .value();
  FileSnapshotStore snapshots_{folder_, *vault_, dice_};
  const Bytes text_ = Bytes(300, 'a');
};

TEST_F(FileSnapshotStoreTest, WhatWasSavedIsLoadedNewestFirst) {
  EXPECT_TRUE(snapshots_.list()->empty()) << "the folder is made with the first one";
  EXPECT_TRUE(nothing(100));
  const Bytes other(5, 'b');
  ASSERT_TRUE(snapshots_.save(9, other).ok());
  ASSERT_TRUE(snapshots_.save(100, text_).ok());
  ASSERT_TRUE(snapshots_.save(20, Bytes{}).ok());
  EXPECT_EQ(*snapshots_.list(), (std::vector<EntryIndex>{100, 20, 9}));
  EXPECT_EQ(loaded(100), text_);
  EXPECT_EQ(loaded(20), Bytes{});
  EXPECT_EQ(loaded(9), other);
  ASSERT_TRUE(snapshots_.save(100, other).ok());
  EXPECT_EQ(loaded(100), other) << "one of the same size is replaced";
  FileSnapshotStore again{folder_, *vault_, dice_};
  EXPECT_EQ((*again.load(9))->size(), other.size()) << "after a restart, too";
}

TEST_F(FileSnapshotStoreTest, TheTextStandsNowhereInTheFile) {
  const std::string plain = "p-000017 was here, and p-000017 again";
  ASSERT_TRUE(snapshots_.save(1, view(plain)).ok());
  EXPECT_EQ(read(file(1)).find("p-000017"), std::string::npos);
}

TEST_F(FileSnapshotStoreTest, EachFlippedOctetAndEachShorterFileIsNothing) {
  ASSERT_TRUE(snapshots_.save(100, text_).ok());
  const auto whole = read(file(100));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    write(file(100), flipped);
    EXPECT_TRUE(nothing(100)) << "octet " << at;
    write(file(100), whole.substr(0, at));
    EXPECT_TRUE(nothing(100)) << "cut to " << at;
  }
  write(file(100), whole + "x");
  EXPECT_TRUE(nothing(100)) << "longer";
  write(file(100), whole);
  EXPECT_EQ(loaded(100), text_) << "put back, it is one again";
}

TEST_F(FileSnapshotStoreTest, UnderAnotherSizeItIsNothing) {
  ASSERT_TRUE(snapshots_.save(100, text_).ok());
  ASSERT_TRUE(snapshots_.save(200, text_).ok());
  std::filesystem::rename(file(100), file(200));
  EXPECT_EQ(*snapshots_.list(), std::vector<EntryIndex>{200});
  EXPECT_TRUE(nothing(200));
  EXPECT_TRUE(nothing(100));
}

TEST_F(FileSnapshotStoreTest, WithoutItsKeyItIsNothing) {
  ASSERT_TRUE(snapshots_.save(100, text_).ok());
  ASSERT_TRUE(vault_->drop_secrets("snapshot/100").ok());
  EXPECT_TRUE(nothing(100));
}

TEST_F(FileSnapshotStoreTest, OneThatWasDroppedCannotBePutBack) {
  ASSERT_TRUE(snapshots_.save(100, text_).ok());
  ASSERT_TRUE(snapshots_.save(50, text_).ok());
  const auto copy = read(file(100));
  ASSERT_TRUE(snapshots_.drop(100).ok());
  EXPECT_FALSE(std::filesystem::exists(file(100)));
  EXPECT_EQ(*snapshots_.list(), std::vector<EntryIndex>{50});
  write(file(100), copy);
  EXPECT_TRUE(nothing(100));
  EXPECT_TRUE(snapshots_.drop(100).ok());
  EXPECT_TRUE(snapshots_.drop(100).ok()) << "fine if there is none";
  ASSERT_TRUE(needs::drop_all(snapshots_).ok());
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

// A process that is killed between writing and renaming leaves the whole text, and its key.
TEST_F(FileSnapshotStoreTest, WhatAKilledProcessLeftIsDroppedWithTheOthers) {
  ASSERT_TRUE(snapshots_.save(100, text_).ok());
  const auto copy = read(file(100));
  std::filesystem::rename(file(100), file(100).string() + ".new");
  EXPECT_EQ(*snapshots_.list(), std::vector<EntryIndex>{100});
  EXPECT_TRUE(nothing(100));
  ASSERT_TRUE(needs::drop_all(snapshots_).ok());
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  write(file(100), copy);
  EXPECT_TRUE(nothing(100)) << "its key is gone";
}

TEST_F(FileSnapshotStoreTest, FilesOfOthersAreLeftAlone) {
  ASSERT_TRUE(snapshots_.save(100, text_).ok());
  for (const char* name : {"notes.txt", "100.snapshot", "0000000000000000001x.snapshot",
                           "00000000000000000100.snapshot.old"})
    write(folder_ / name, "mine");
  EXPECT_EQ(*snapshots_.list(), std::vector<EntryIndex>{100});
  ASSERT_TRUE(needs::drop_all(snapshots_).ok());
  EXPECT_EQ(read(folder_ / "notes.txt"), "mine");
  EXPECT_EQ(read(folder_ / "100.snapshot"), "mine");
}

TEST_F(FileSnapshotStoreTest, FilesAreTheOwnersAlone) {
  ASSERT_TRUE(snapshots_.save(100, text_).ok());
  struct stat made {};
  ASSERT_EQ(::stat(file(100).c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 07777U, 0600U);
  ASSERT_EQ(::stat(folder_.c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 07777U, 0700U);
}

TEST_F(FileSnapshotStoreTest, AFaultOfTheFolderIsTold) {
  write(folder_, "a file where the folder should be");
  EXPECT_FALSE(snapshots_.list().ok());
  EXPECT_FALSE(snapshots_.save(100, text_).ok());
  std::filesystem::remove(folder_);
  ASSERT_TRUE(snapshots_.save(100, text_).ok());
  std::filesystem::remove(file(100));
  std::filesystem::create_directories(file(100) / "x");
  EXPECT_FALSE(snapshots_.save(100, text_).ok()) << "something is in its place";
  EXPECT_FALSE(snapshots_.drop(100).ok()) << "and cannot be taken away";
}

}  // namespace
}  // namespace halligan::out
