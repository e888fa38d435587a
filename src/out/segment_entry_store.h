// segment_entry_store.h - the ledger's own store: append-only segment files in one folder.
//
// A batch is one frame, written with one pwrite into a file whose zeros are already on the disk,
// and made durable by one fdatasync; no timer, no file that changes its length. The next segment is
// made ahead by a thread of its own. The form on disk, and how a torn tail is told from damage, is
// in spec/segment-format.md. Nothing here ever changes an acknowledged entry or repairs a damaged
// one; a store that failed once writes nothing more until it is opened again.
//
// Files in the folder (0700, files 0600): NNNNNNNN.segment, `spare` and `reserve` (zeros, made
// ahead), `acknowledged` (a lower bound, see the specification), `lock`.
#pragma once

#include <atomic>
#include <memory>
#include <shared_mutex>

#include "base/limits.h"
#include "needs/dice.h"
#include "needs/entry_store.h"
#include "out/segment_recovery.h"
#include "out/segment_spares.h"

namespace halligan::out {

class SegmentEntryStore final : public needs::EntryStore {
 public:
  struct Options {
    std::size_t segment_bytes = limits::segment_bytes;  // multiple of 4,096, 128 KiB to 256 MiB
    std::size_t reserve_bytes = limits::reserve_bytes;  // the same
  };
  using Opened = Result<std::unique_ptr<SegmentEntryStore>>;

  // A new store. Fault bad_input where there is one already, disk_full where not even the first
  // segment and the reserve have room.
  static Opened create(const Path& folder, needs::Dice& dice, Options options);
  // An existing one: not_found, ledger_locked, ledger_damaged.
  static Opened open(const Path& folder, Options options);
  ~SegmentEntryStore() override;

  EntryIndex size() const override { return size_.load(); }
  Result<Unit> append(std::span<const Bytes> batch, bool may_use_reserve) override;
  Result<Bytes> read(EntryIndex index) override;
  Result<Unit> scan(EntryIndex from,
                    const std::function<bool(EntryIndex, ByteView)>& visit) override;
  needs::Room room() const override;
  std::unique_ptr<Pages> pages() override;  // in a file without a name, beside the segments

 private:
  SegmentEntryStore(Path folder, Options options, Fd lock, segment::Recovered recovered);

  Result<Unit> make_tail_durable();
  Result<Unit> append_frame(std::span<const Bytes> entries, bool may_use_reserve);
  Result<Unit> rotate(std::size_t bytes, bool may_use_reserve);
  Result<Path> next_file(std::size_t bytes, bool may_use_reserve, bool& is_reserve);
  Result<Unit> start_segment(const Path& file, bool is_reserve);
  Result<Unit> write_mark(bool durable);
  void publish(std::span<const Bytes> entries, std::size_t offset);
  Fault fail(const Fault& cause);

  // Where an entry lies, and the file it lies in; segments are never taken out of the list.
  struct Located {
    segment::Place place;
    const segment::OpenSegment* segment;
  };
  Located locate(EntryIndex index) const;

  const Path folder_;
  const Options options_;
  const Fd lock_;
  segment::StoreId store_;
  Fd mark_;

  mutable std::shared_mutex mutex_;  // guards the two lists, not what is in the files
  std::vector<std::unique_ptr<segment::OpenSegment>> segments_;
  std::vector<segment::Place> places_;
  std::atomic<EntryIndex> size_{0};

  segment::Tail tail_;  // the writer's own, as is the buffer
  Bytes frame_;
  std::atomic<bool> dead_{false};
  std::atomic<bool> on_reserve_{false};
  std::unique_ptr<SegmentSpares> spares_;
};

}  // namespace halligan::out
