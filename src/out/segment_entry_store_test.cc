// The segment store keeps the contract of needs/entry_store.h, and more that only files can show.
#include "out/segment_entry_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <thread>

#include "needs/entry_store_contract.h"
#include "out/os_dice.h"
#include "out/temporary_folder.h"

namespace halligan {
namespace needs {
namespace {

using out::SegmentEntryStore;

// Small files, so that the suite crosses many segments.
constexpr SegmentEntryStore::Options small{.segment_bytes = 128 * 1024,
                                           .reserve_bytes = 128 * 1024};

class SegmentWorld final : public EntryStoreWorld {
 public:
  ~SegmentWorld() override { heal_disk(); }

  Result<std::unique_ptr<EntryStore>> open() override {
    auto opened = std::exchange(made_, true)
                      ? SegmentEntryStore::open(folder_.path(), small)
                      : SegmentEntryStore::create(folder_.path(), dice_, small);
    if (!opened) return opened.fault();
    return std::unique_ptr<EntryStore>(std::move(opened).value());
  }
  // A limit on file sizes makes every write fail as a full or broken disk does.
  void break_disk() override {
    ::signal(SIGXFSZ, SIG_IGN);
    limit_files(4096);
  }
  void heal_disk() override { limit_files(RLIM_INFINITY); }
  void spoil(EntryIndex index) override {
    const auto found = out::segment::recover(folder_.path());
    if (found) spoiled_ = place_of(*found, index);
    const int fd = ::open(spoiled_.first.c_str(), O_RDWR);
    std::uint8_t byte = 0;
    ASSERT_EQ(::pread(fd, &byte, 1, spoiled_.second), 1);
    byte ^= 0x10;
    ASSERT_EQ(::pwrite(fd, &byte, 1, spoiled_.second), 1);
    ::close(fd);
  }

 private:
  static void limit_files(rlim_t bytes) {
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = std::min(bytes, limit.rlim_max);
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  static std::pair<std::string, off_t> place_of(const out::segment::Recovered& found,
                                                EntryIndex index) {
    const auto place = found.places[index];
    return {found.segments[place.segment()].path,
            static_cast<off_t>(place.offset() + place.record_bytes() - 1)};
  }

  out::TemporaryFolder folder_;
  out::OsDice dice_;
  bool made_ = false;
  std::pair<std::string, off_t> spoiled_;
};

// Readers go on through every rotation; what size() counts can be read.
TEST(SegmentEntryStore, IsReadWhileItGrows) {
  out::TemporaryFolder folder;
  out::OsDice dice;
  auto store = std::move(SegmentEntryStore::create(folder.path(), dice, small)).value();
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int t = 0; t < 3; ++t) {
    readers.emplace_back([&] {
      std::size_t reads = 0;
      while (!done || reads < 100) {
        const EntryIndex size = store->size();
        if (size == 0) continue;
        const EntryIndex index = reads++ * 7919 % size;
        const auto entry = store->read(index);
        ASSERT_TRUE(entry) << entry.fault().what;
        ASSERT_EQ(entry->size(), 1 + index % 900);
        ASSERT_EQ(entry->front(), static_cast<std::uint8_t>(index));
        static_cast<void>(store->room());  // only that asking is safe
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    std::vector<Bytes> batch;
    for (EntryIndex k = store->size(); k < store->size() + 10; ++k) {
      batch.emplace_back(1 + k % 900, static_cast<std::uint8_t>(k));
    }
    ASSERT_TRUE(store->append(batch, false));
  }
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(store->size(), 2'000u);
}

INSTANTIATE_TEST_SUITE_P(Segments, EntryStoreContract,
                         testing::Values([]() -> std::unique_ptr<EntryStoreWorld> {
                           return std::make_unique<SegmentWorld>();
                         }));

}  // namespace
}  // namespace needs
}  // namespace halligan
