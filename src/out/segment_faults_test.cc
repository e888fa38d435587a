// The segment store when its process is killed, its disk fails, or its disk is full.
//
// The writer is a child process: forked, or this very program started again under strace.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>

#include "out/os_dice.h"
#include "out/segment_entry_store.h"
#include "out/temporary_folder.h"

namespace halligan::out {
namespace {

constexpr SegmentEntryStore::Options small{.segment_bytes = 128 * 1024,
                                           .reserve_bytes = 128 * 1024};

// What entry `index` must be, in whichever life it was written.
Bytes entry(EntryIndex index) {
  std::mt19937_64 dice(index);
  Bytes out(1 + dice() % 3'000);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(dice());
  return out;
}

std::vector<Bytes> batch_at(EntryIndex from, std::size_t count) {
  std::vector<Bytes> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(entry(from + i));
  return out;
}

// Appends until the store fails or `until` entries are there; tells `acks` each acknowledged size.
void write_entries(SegmentEntryStore& store, EntryIndex until, int acks) {
  std::mt19937_64 dice(store.size());
  while (store.size() < until) {
    if (!store.append(batch_at(store.size(), 1 + dice() % 20), false)) return;
    const EntryIndex size = store.size();
    if (::write(acks, &size, sizeof size) != sizeof size) return;
  }
}

EntryIndex last_ack(int from, EntryIndex before) {
  EntryIndex size = before, next = 0;
  while (::read(from, &next, sizeof next) == sizeof next) size = next;
  return size;
}

void expect_entries(const Path& folder, EntryIndex at_least) {
  auto store = SegmentEntryStore::open(folder, small);
  ASSERT_TRUE(store) << store.fault().what;
  ASSERT_GE((*store)->size(), at_least);
  const auto scanned = (*store)->scan(0, [](EntryIndex index, ByteView bytes) {
    const Bytes expected = entry(index);
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), expected.begin(), expected.end())) << index;
    return true;
  });
  EXPECT_TRUE(scanned) << scanned.fault().what;
}

TEST(SegmentFaults, KilledAtAnyPointNothingAcknowledgedIsLost) {
  TemporaryFolder folder;
  OsDice chance;
  ASSERT_TRUE(SegmentEntryStore::create(folder.path(), chance, small));
  std::mt19937_64 dice(20261122);
  EntryIndex acknowledged = 0;
  for (int life = 0; life < 40; ++life) {
    int pipe[2];
    ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto store = SegmentEntryStore::open(folder.path(), small);
      if (store) write_entries(**store, 1'000'000, pipe[1]);
      ::_exit(1);
    }
    ::close(pipe[1]);
    EntryIndex next = 0;
    for (std::size_t acks = dice() % 40; acks > 0; --acks) {
      ASSERT_EQ(::read(pipe[0], &next, sizeof next), ssize_t{sizeof next});
      acknowledged = next;
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    acknowledged = last_ack(pipe[0], acknowledged);
    ::close(pipe[0]);
    expect_entries(folder.path(), acknowledged);
  }
  EXPECT_GT(acknowledged, 1'000u);
}

// The child of the strace tests; not a test by itself.
TEST(SegmentFaultsChild, DISABLED_Writes) {
  const char* folder = std::getenv("HALLIGAN_TEST_FOLDER");
  ASSERT_NE(folder, nullptr);
  const int acks = ::open((std::string(folder) + "/acks").c_str(), O_WRONLY | O_CREAT, 0600);
  auto store = SegmentEntryStore::open(std::string(folder) + "/ledger", small);
  if (store) write_entries(**store, (*store)->size() + 300, acks);
}

bool strace_works() { return std::system("strace -f -o /dev/null true 2>/dev/null") == 0; }

struct Injection {
  const char* call;
  const char* what;
};

// Runs the child on a new store, the calls of its threads spoiled from or at the `when`th, and
// returns the last acknowledged size. What it acknowledged must be there.
EntryIndex acknowledged_under(const Injection& injection, const std::string& when) {
  TemporaryFolder folder;
  const Path ledger = folder.path() / "ledger";
  OsDice chance;
  EXPECT_TRUE(SegmentEntryStore::create(ledger, chance, small));
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  const std::string command =
      "HALLIGAN_TEST_FOLDER='" + folder.path().string() + "' ASAN_OPTIONS=detect_leaks=0" +
      " strace -f -o /dev/null -e trace=" + injection.call + " -e inject=" + injection.call + ":" +
      injection.what + ":when=" + when + " '" + program +
      "' --gtest_also_run_disabled_tests --gtest_filter=SegmentFaultsChild.DISABLED_Writes" +
      " >/dev/null 2>&1";
  EXPECT_NE(std::system(command.c_str()), -1);  // how the child ends is not asked: most are killed
  const int acks = ::open((folder.path() / "acks").c_str(), O_RDONLY);
  const EntryIndex acknowledged = last_ack(acks, 0);
  ::close(acks);
  expect_entries(ledger, acknowledged);
  return acknowledged;
}

class SegmentUnderStrace : public testing::TestWithParam<Injection> {};

TEST_P(SegmentUnderStrace, NothingAcknowledgedIsLost) {
  if (!strace_works()) GTEST_SKIP() << "strace is missing or may not trace here";
  int bitten = 0;
  for (int when = 1; when <= 40; when += 1 + when / 3) {
    if (acknowledged_under(GetParam(), std::to_string(when)) < 300) ++bitten;
  }
  EXPECT_GE(bitten, 3) << "the injection must meet the writer";
}

INSTANTIATE_TEST_SUITE_P(
    Segments, SegmentUnderStrace,
    testing::Values(Injection{"fdatasync", "error=EIO"}, Injection{"fdatasync", "signal=KILL"},
                    Injection{"pwrite64", "error=EIO"}, Injection{"pwrite64", "retval=7"},
                    Injection{"pwrite64", "signal=KILL"}, Injection{"fsync", "error=EIO"},
                    Injection{"rename", "signal=KILL"}),
    [](const auto& one) {
      std::string name = std::string(one.param.call) + one.param.what;
      std::erase(name, '=');
      return name;
    });

// Opening takes two of each; every one from the third on fails, so nothing may be acknowledged.
TEST(SegmentFaults, NothingIsAcknowledgedWithoutAWriteAndASync) {
  if (!strace_works()) GTEST_SKIP() << "strace is missing or may not trace here";
  for (const char* call : {"fdatasync", "pwrite64"}) {
    EXPECT_EQ(acknowledged_under({call, "error=EIO"}, "3+"), 0u) << call;
    EXPECT_GE(acknowledged_under({call, "error=EIO"}, "1000+"), 1u) << call;
  }
}

// Runs in a child with a small file system of its own; returns what went wrong, or nothing.
std::string with_small_disk(const Path& at, const char* size, std::string (*work)(const Path&)) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    std::string said;
    const auto uid = std::to_string(::getuid()), gid = std::to_string(::getgid());
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
      said = "skip: no user namespaces here";
    } else {
      std::ofstream("/proc/self/setgroups") << "deny";
      std::ofstream("/proc/self/uid_map") << "0 " + uid + " 1";
      std::ofstream("/proc/self/gid_map") << "0 " + gid + " 1";
      const std::string option = std::string("size=") + size;
      said = ::mount("tmpfs", at.c_str(), "tmpfs", 0, option.c_str()) != 0
                 ? "skip: no tmpfs here: " + std::string(std::strerror(errno))
                 : work(at);
    }
    const ssize_t told = ::write(pipe[1], said.data(), said.size());
    ::_exit(told == static_cast<ssize_t>(said.size()) ? 0 : 1);
  }
  ::close(pipe[1]);
  char buffer[500];
  const ssize_t told = ::read(pipe[0], buffer, sizeof buffer);
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (status != 0) return "the child died";
  return {buffer, static_cast<std::size_t>(std::max(told, ssize_t{0}))};
}

#define OR_SAY(condition)                       \
  do {                                          \
    if (!(condition)) return "not " #condition; \
  } while (false)

std::vector<Bytes> one_entry() { return {Bytes(10'000, 7)}; }

// 1 MiB: the segment, a spare, the reserve, half a megabyte of ballast, and little else.
std::string fill_and_free(const Path& disk) {
  OsDice chance;
  const Path ledger = disk / "ledger", ballast = disk / "ballast";
  OR_SAY(make_zero_file(ballast, 512 * 1024));
  EntryIndex size = 0;
  {
    auto opened = SegmentEntryStore::create(ledger, chance, small);
    OR_SAY(opened);
    auto& store = **opened;
    Result<Unit> done = Unit{};
    while (done.ok()) done = store.append(one_entry(), false);
    OR_SAY(done.fault().code == FaultCode::disk_full);
    OR_SAY(store.room() == needs::Room::reserve_only);
    size = store.size();
    OR_SAY(size > 20);
    OR_SAY(!store.append(one_entry(), false));
    OR_SAY(store.size() == size);
    OR_SAY(store.append(one_entry(), true));
    OR_SAY(!store.append(one_entry(), false));  // what is left of the reserve is not for all
    OR_SAY(store.room() == needs::Room::reserve_only);
    OR_SAY(store.append(one_entry(), true));
    OR_SAY(store.size() == size + 2);
  }
  auto opened = SegmentEntryStore::open(ledger, small);
  OR_SAY(opened);
  auto& store = **opened;
  OR_SAY(store.append(one_entry(), false).fault().code == FaultCode::disk_full);
  Result<Unit> done = Unit{};
  while (done.ok()) done = store.append(one_entry(), true);
  OR_SAY(done.fault().code == FaultCode::disk_full);  // the reserve has its end too
  OR_SAY(store.size() > size + 5);
  size = store.size();
  std::filesystem::remove(ballast);
  OR_SAY(store.append(one_entry(), false));  // space is back, and the store goes on by itself
  OR_SAY(store.room() != needs::Room::reserve_only);
  for (EntryIndex i = 0; i <= size; ++i) OR_SAY(store.read(i).ok());
  return "";
}

TEST(SegmentFaults, AFullDiskLeavesTheReserveForEndingsAndComesBack) {
  TemporaryFolder folder;
  const std::string said = with_small_disk(folder.path(), "1m", fill_and_free);
  if (said.starts_with("skip: ")) GTEST_SKIP() << said;
  EXPECT_EQ(said, "");
}

std::string refuse_to_begin(const Path& disk) {
  OsDice chance;
  const Path ballast = disk / "ballast";
  OR_SAY(make_zero_file(ballast, 256 * 1024));
  for (int again = 0; again < 2; ++again) {
    OR_SAY(SegmentEntryStore::create(disk / "ledger", chance, small).fault().code ==
           FaultCode::disk_full);
  }
  std::filesystem::remove(ballast);
  OR_SAY(SegmentEntryStore::create(disk / "ledger", chance, small).ok());
  return "";
}

TEST(SegmentFaults, ADiskTooSmallForTheReserveIsRefusedAtTheStart) {
  TemporaryFolder folder;
  const std::string said = with_small_disk(folder.path(), "600k", refuse_to_begin);
  if (said.starts_with("skip: ")) GTEST_SKIP() << said;
  EXPECT_EQ(said, "");
}

}  // namespace
}  // namespace halligan::out
