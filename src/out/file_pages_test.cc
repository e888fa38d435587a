#include "out/file_pages.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "core/ledger/merkle.h"
#include "out/temporary_folder.h"

namespace halligan::out {
namespace {

Hash numbered(std::size_t number) {
  Hash out{};
  for (std::size_t i = 0; i < sizeof number; ++i)
    out[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return out;
}

// Of this program, in memory now and with a file behind it.
std::size_t resident_file_bytes() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssFile:")) return std::stoul(line.substr(8)) * 1024;
  return 0;
}

TEST(FilePages, GiveBackTheirMemoryAndLoseNothing) {
  const TemporaryFolder folder;
  FilePages pages{folder.path()};
  PagedList<Hash> list{pages};
  const auto before = resident_file_bytes();
  constexpr std::size_t count = 1'000'000;  // 32 MB
  for (std::size_t i = 0; i < count; ++i) list.push_back(numbered(i));
  EXPECT_LT(resident_file_bytes(), before + (std::size_t{4} << 20U));
  for (std::size_t i = 0; i < count; i += 7) ASSERT_EQ(list[i], numbered(i));
}

TEST(FilePages, LeaveNothingInTheFolder) {
  const TemporaryFolder folder;
  FilePages pages{folder.path()};
  ASSERT_NE(pages.page(), nullptr);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(FilePages, AreOnTheHeapWhereThereIsNoSuchFile) {
  FilePages pages{"/proc"};
  PagedList<Hash> list{pages};
  for (std::size_t i = 0; i < 5'000; ++i) list.push_back(numbered(i));
  for (std::size_t i = 0; i < 5'000; ++i) ASSERT_EQ(list[i], numbered(i));
}

TEST(FilePages, HoldTheSameTreeAsTheHeap) {
  const TemporaryFolder folder;
  ledger::Tree here;
  ledger::Tree there{std::make_unique<FilePages>(folder.path())};
  for (std::size_t i = 0; i < 10'000; ++i) {
    here.append(numbered(i));
    there.append(numbered(i));
  }
  EXPECT_EQ(here.root(), there.root());
  EXPECT_EQ(here.root_at(4'097), there.root_at(4'097));
  EXPECT_EQ(here.inclusion(17, 9'999), there.inclusion(17, 9'999));
}

}  // namespace
}  // namespace halligan::out
