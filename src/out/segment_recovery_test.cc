// A torn tail is dropped, damage is refused: every way to tear one frame, every byte flipped.
#include "out/segment_recovery.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "out/os_dice.h"
#include "out/segment_entry_store.h"
#include "out/temporary_folder.h"

namespace halligan::out {
namespace {

constexpr SegmentEntryStore::Options small{.segment_bytes = 128 * 1024,
                                           .reserve_bytes = 128 * 1024};

Bytes entry(std::size_t number, std::size_t bytes = 200) {
  Bytes out(bytes);
  for (std::size_t i = 0; i < bytes; ++i)
    out[i] = static_cast<std::uint8_t>(1 + (number + i) % 250);
  return out;
}

std::string contents(const Path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void overwrite(const Path& path, std::string_view bytes, std::size_t at = 0) {
  std::fstream out(path, std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(static_cast<std::streamoff>(at));
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

class SegmentRecovery : public testing::Test {
 protected:
  Path folder() const { return folder_.path() / "ledger"; }
  Path segment(std::uint32_t number) const { return folder() / segment::segment_name(number); }
  Path mark() const { return folder() / "acknowledged"; }

  std::unique_ptr<SegmentEntryStore> create() {
    auto made = SegmentEntryStore::create(folder(), dice_, small);
    EXPECT_TRUE(made) << made.fault().what;
    return std::move(made).value();
  }
  std::unique_ptr<SegmentEntryStore> open() {
    auto opened = SegmentEntryStore::open(folder(), small);
    EXPECT_TRUE(opened) << opened.fault().what;
    return std::move(opened).value();
  }
  void append(std::size_t count, std::size_t bytes = 200) {
    auto store = open();
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_TRUE(store->append(std::vector<Bytes>{entry(store->size(), bytes)}, false));
    }
  }
  void expect_damaged(std::string_view naming) {
    const auto found = segment::recover(folder());
    ASSERT_FALSE(found) << naming;
    EXPECT_EQ(found.fault().code, FaultCode::ledger_damaged) << found.fault().what;
    EXPECT_NE(found.fault().what.find(naming), std::string::npos) << found.fault().what;
  }

  TemporaryFolder folder_;
  OsDice dice_;
};

// Six entries acknowledged, one more frame written in any subset of its sectors: the frame is there
// exactly when all of it is, and what is left of it never disturbs what is written next.
TEST_F(SegmentRecovery, EveryTornWriteIsDroppedAndOverwritten) {
  create().reset();
  append(6);
  const std::string before = contents(segment(0));
  const std::string mark_before = contents(mark());
  {
    auto store = open();
    ASSERT_TRUE(
        store->append(std::vector<Bytes>{entry(6, 700), entry(7, 1'300), entry(8, 100)}, false));
  }
  const std::string after = contents(segment(0));
  std::vector<std::size_t> sectors;
  for (std::size_t at = 0; at < after.size(); at += segment::sector_bytes) {
    if (after.compare(at, segment::sector_bytes, before, at, segment::sector_bytes) != 0) {
      sectors.push_back(at);
    }
  }
  ASSERT_EQ(sectors.size(), 5u);
  for (std::size_t mask = 0; mask < 32; ++mask) {
    std::string torn = before;
    for (std::size_t i = 0; i < 5; ++i) {
      if ((mask >> i & 1) != 0) torn.replace(sectors[i], 512, after, sectors[i], 512);
    }
    overwrite(segment(0), torn);
    overwrite(mark(), mark_before);
    auto store = open();
    const bool whole = mask == 31;
    ASSERT_EQ(store->size(), whole ? 9u : 6u) << "mask " << mask;
    store.reset();
    if (!whole) {
      EXPECT_EQ(contents(segment(0)), before) << "the torn tail is zeroed";
    }
    append(1, 2'000);
    store = open();
    ASSERT_EQ(store->size(), whole ? 10u : 7u);
    for (EntryIndex i = 0; i < 6; ++i) EXPECT_EQ(*store->read(i), entry(i));
    EXPECT_EQ(store->read(store->size() - 1)->size(), 2'000u);
  }
}

// With the mark of what was acknowledged and without it, since a power cut may lose the mark.
TEST_F(SegmentRecovery, EveryFlippedByteOfWhatIsWrittenIsRefused) {
  create().reset();
  append(3, 57);
  const std::string good = contents(segment(0));
  const auto whole = segment::recover(folder());
  ASSERT_TRUE(whole);
  std::vector<bool> padding(whole->tail.offset, false);
  for (std::size_t at = segment::header_bytes; at < segment::first_frame_at; ++at)
    padding[at] = true;
  for (const auto& place : whole->places) {
    const std::size_t end = place.offset() + place.record_bytes();
    for (std::size_t at = end; at < segment::aligned(end); ++at) padding[at] = true;
  }
  std::size_t refused = 0;
  for (int without_mark = 0; without_mark < 2; ++without_mark) {
    if (without_mark == 1) std::filesystem::remove(mark());
    for (std::size_t at = 0; at < padding.size(); ++at) {
      if (padding[at]) continue;
      const char flipped = static_cast<char>(good[at] ^ 0x04);
      overwrite(segment(0), {&flipped, 1}, at);
      const auto found = segment::recover(folder());
      ASSERT_FALSE(found) << "byte " << at;
      ASSERT_EQ(found.fault().code, FaultCode::ledger_damaged);
      overwrite(segment(0), {&good[at], 1}, at);
      ++refused;
    }
  }
  EXPECT_EQ(refused, 2u * (64 + 3 * (32 + 8 + 57)));
  EXPECT_TRUE(segment::recover(folder()));
}

TEST_F(SegmentRecovery, AWipedSectorInTheMiddleIsDamageEvenWithoutTheMark) {
  create().reset();
  append(20, 600);
  std::filesystem::remove(mark());
  overwrite(segment(0), std::string(512, '\0'), 4096 + 2048);
  expect_damaged("00000000.segment at offset 6016: a good frame follows a bad one");
}

TEST_F(SegmentRecovery, AWipedTailIsDamageByTheMark) {
  create().reset();
  append(20, 600);
  const auto whole = segment::recover(folder());
  const std::size_t last = whole->tail.last_frame;
  overwrite(segment(0), std::string(whole->tail.offset - last, '\0'), last);
  expect_damaged("20 entries were acknowledged, 19 are here");
}

TEST_F(SegmentRecovery, MissingCutOrForeignSegmentsAreDamage) {
  create().reset();
  append(10, 60'000);  // two to a segment
  ASSERT_TRUE(std::filesystem::exists(segment(4)));
  const std::string third = contents(segment(3)), last = contents(segment(4));

  std::filesystem::remove(segment(3));
  expect_damaged("00000003.segment at offset 0: the segment is missing");
  std::ofstream(segment(3), std::ios::binary) << last;
  expect_damaged("00000003.segment at offset 0: a bad segment header");
  std::ofstream(segment(3), std::ios::binary) << third;

  std::filesystem::remove(segment(4));
  expect_damaged("10 entries were acknowledged, 8 are here");
  std::ofstream(segment(4), std::ios::binary) << last.substr(0, last.size() - 1);
  expect_damaged("00000004.segment at offset 131071: not the length");
  std::ofstream(segment(4), std::ios::binary) << last;

  TemporaryFolder other;
  {
    auto store = std::move(SegmentEntryStore::create(other.path(), dice_, small)).value();
    for (std::size_t i = 0; i < 10; ++i) {
      ASSERT_TRUE(store->append(std::vector<Bytes>{entry(i, 60'000)}, false));
    }
  }
  std::ofstream(segment(4), std::ios::binary) << contents(other.path() / segment::segment_name(4));
  expect_damaged("00000004.segment at offset 0: a segment of another store");
  std::ofstream(segment(4), std::ios::binary) << last;
  EXPECT_EQ(open()->size(), 10u);
}

TEST_F(SegmentRecovery, SpoilingWhileOpenIsFoundWhenRead) {
  auto store = create();
  ASSERT_TRUE(store->append(std::vector<Bytes>{entry(0), entry(1)}, false));
  overwrite(segment(0), "x", segment::first_frame_at + segment::frame_header_bytes + 20);
  EXPECT_EQ(store->read(0).fault().code, FaultCode::ledger_damaged);
  EXPECT_TRUE(store->read(1));
  EXPECT_EQ(store->scan(0, [](EntryIndex, ByteView) { return true; }).fault().code,
            FaultCode::ledger_damaged);
}

TEST_F(SegmentRecovery, OneProcessHoldsTheLedger) {
  auto store = create();
  EXPECT_EQ(SegmentEntryStore::open(folder(), small).fault().code, FaultCode::ledger_locked);
  EXPECT_EQ(SegmentEntryStore::create(folder(), dice_, small).fault().code,
            FaultCode::ledger_locked);
  store.reset();
  EXPECT_EQ(SegmentEntryStore::create(folder(), dice_, small).fault().code, FaultCode::bad_input);
  EXPECT_TRUE(SegmentEntryStore::open(folder(), small));
}

TEST_F(SegmentRecovery, ALostLedgerIsNeverBegunAnew) {
  EXPECT_EQ(SegmentEntryStore::open(folder(), small).fault().code, FaultCode::not_found);
  EXPECT_FALSE(std::filesystem::exists(folder()));
  create().reset();
  append(1);
  std::filesystem::remove(segment(0));
  EXPECT_EQ(SegmentEntryStore::open(folder(), small).fault().code, FaultCode::not_found);
  EXPECT_EQ(SegmentEntryStore::create(folder(), dice_, small).fault().code, FaultCode::bad_input);
}

TEST_F(SegmentRecovery, FilesAndFolderAreForTheirOwnerOnly) {
  auto store = create();
  struct stat info {};
  ASSERT_EQ(::stat(folder().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder())) {
    ASSERT_EQ(::stat(file.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u) << file.path();
    ++files;
  }
  EXPECT_EQ(files, 5u);  // the segment, spare, reserve, acknowledged, lock
}

TEST_F(SegmentRecovery, RefusesSizesItCannotKeep) {
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{64 * 1024},
                                  std::size_t{128 * 1024 + 1}, std::size_t{512} * 1024 * 1024}) {
    EXPECT_EQ(SegmentEntryStore::create(folder(), dice_, {.segment_bytes = bytes}).fault().code,
              FaultCode::bad_input);
  }
}

}  // namespace
}  // namespace halligan::out
