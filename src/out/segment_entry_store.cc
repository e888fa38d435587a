#include "out/segment_entry_store.h"

#include <fcntl.h>

#include <algorithm>

#include "out/file_pages.h"

namespace halligan::out {
namespace {

using segment::Place;

constexpr std::size_t scan_window_bytes = 1024 * 1024;

std::size_t room_for_frames(std::size_t file_bytes) { return file_bytes - segment::first_frame_at; }

Result<Unit> check(const SegmentEntryStore::Options& options) {
  for (const std::size_t bytes : {options.segment_bytes, options.reserve_bytes}) {
    if (bytes % 4096 != 0 || bytes < 128 * 1024 || bytes > segment::segment_bytes_max) {
      return Fault{FaultCode::bad_input,
                   "a segment is a multiple of 4096 bytes between 128 KiB and 256 MiB"};
    }
  }
  return Unit{};
}
static_assert(128 * 1024 > 4096 + 32 + 8 + limits::entry_bytes_format_max + 32);

void remove_unfinished(const Path& folder) {
  std::error_code ignored;
  for (const char* name : {"spare.taken", "reserve.taken", "spare.unfinished", "reserve.unfinished",
                           "first", "first.unfinished"}) {
    std::filesystem::remove(folder / name, ignored);
  }
}

void remove_empty_store(const Path& folder) {
  std::error_code ignored;
  for (const std::string& name : {segment::segment_name(0), std::string("acknowledged"),
                                  std::string("spare"), std::string("reserve")}) {
    std::filesystem::remove(folder / name, ignored);
  }
}

Result<Unit> write_header(const Path& path, const segment::Header& header) {
  auto file = open_file(path, O_RDWR);
  if (!file) return file.fault();
  if (auto done = write_at(*file, path, segment::encode(header), 0); !done) return done;
  return sync_data(*file, path);
}

}  // namespace

SegmentEntryStore::Opened SegmentEntryStore::create(const Path& folder, needs::Dice& dice,
                                                    Options options) {
  if (auto good = check(options); !good) return good.fault();
  if (auto made = make_folder(folder); !made) return made.fault();
  {
    auto lock = lock_folder(folder);
    if (!lock) return lock.fault();
    for (const auto& [name, what] : {std::pair{segment::segment_name(0), "a ledger"},
                                     std::pair{std::string("acknowledged"), "a ledger's rest"}}) {
      if (std::filesystem::exists(folder / name)) {
        return Fault{FaultCode::bad_input, folder.string() + " holds " + what + " already"};
      }
    }
    remove_unfinished(folder);
    const Path first = folder / "first";
    if (auto made = make_zero_file(first, options.segment_bytes); !made) return made.fault();
    const segment::Header header{.store = dice.roll<16>(),
                                 .bytes = static_cast<std::uint32_t>(options.segment_bytes)};
    if (auto done = write_header(first, header); !done) return done.fault();
    if (auto done = rename_file(first, folder / segment::segment_name(0)); !done) {
      return done.fault();
    }
  }
  auto opened = open(folder, options);
  if (!opened) return opened;
  (*opened)->spares_->settle();
  if ((*opened)->spares_->short_of_space()) {
    std::move(opened).value().reset();
    remove_empty_store(folder);  // so that it can be begun again once there is room
    return Fault{FaultCode::disk_full, "no room for the next segment and the reserve"};
  }
  return opened;
}

SegmentEntryStore::Opened SegmentEntryStore::open(const Path& folder, Options options) {
  if (auto good = check(options); !good) return good.fault();
  if (!std::filesystem::exists(folder)) {
    return Fault{FaultCode::not_found, folder.string() + " holds no ledger"};
  }
  auto lock = lock_folder(folder);
  if (!lock) return lock.fault();
  auto recovered = segment::recover(folder);
  if (!recovered) return recovered.fault();
  remove_unfinished(folder);
  std::unique_ptr<SegmentEntryStore> store(new SegmentEntryStore(
      folder, options, std::move(lock).value(), std::move(recovered).value()));
  if (auto done = store->make_tail_durable(); !done) return done.fault();
  store->spares_ = std::make_unique<SegmentSpares>(
      folder, SegmentSpares::Sizes{.spare_bytes = options.segment_bytes,
                                   .reserve_bytes = options.reserve_bytes});
  return store;
}

SegmentEntryStore::SegmentEntryStore(Path folder, Options options, Fd lock,
                                     segment::Recovered recovered)
    : folder_(std::move(folder)),
      options_(options),
      lock_(std::move(lock)),
      store_(recovered.segments[0].header.store),
      places_(std::move(recovered.places)),
      size_(places_.size()),
      tail_(recovered.tail) {
  for (auto& one : recovered.segments) {
    segments_.push_back(std::make_unique<segment::OpenSegment>(std::move(one)));
  }
  on_reserve_ = segments_.back()->header.reserve;
}

SegmentEntryStore::~SegmentEntryStore() {
  // Only tightens what the next opening can tell; a failure here costs nothing but that.
  if (!dead_ && mark_.get() >= 0) static_cast<void>(write_mark(true));
}

// What was read may be in memory only: after a failed sync the system drops the data but keeps
// showing it. So the last frame is written again, a torn one is zeroed, and both are synced.
Result<Unit> SegmentEntryStore::make_tail_durable() {
  const segment::OpenSegment& last = *segments_.back();
  Bytes bytes(tail_.offset - tail_.last_frame);
  if (auto done = read_at(last.file, last.path, bytes, tail_.last_frame); !done) return done;
  bytes.resize(tail_.torn ? last.header.bytes - tail_.last_frame : bytes.size());
  if (auto done = write_at(last.file, last.path, bytes, tail_.last_frame); !done) return done;
  if (auto done = sync_data(last.file, last.path); !done) return done;
  if (auto done = sync_folder(folder_); !done) return done;
  auto mark = open_file(folder_ / "acknowledged", O_RDWR | O_CREAT);
  if (!mark) return mark.fault();
  mark_ = std::move(mark).value();
  return write_mark(true);
}

Result<Unit> SegmentEntryStore::append(std::span<const Bytes> batch, bool may_use_reserve) {
  MUST(batch.size() <= limits::batch_entries_max);
  if (dead_) return Fault{FaultCode::disk_failed, "the store stopped after an earlier failure"};
  bool first = true;
  while (!batch.empty()) {
    std::size_t count = 0;
    std::size_t bytes = segment::frame_header_bytes;
    for (; count < batch.size(); ++count) {
      MUST(!batch[count].empty() && batch[count].size() <= limits::entry_bytes_format_max);
      bytes += segment::record_header_bytes + batch[count].size();
      if (bytes > room_for_frames(options_.segment_bytes)) break;
    }
    auto done = append_frame(batch.first(count), may_use_reserve);
    // Without space before anything was written the store goes on; after that, nobody could tell
    // the caller how much of its batch is there.
    if (!done && done.fault().code == FaultCode::disk_full && first) return done;
    if (!done) return fail(done.fault());
    batch = batch.subspan(count);
    first = false;
  }
  return Unit{};
}

Result<Unit> SegmentEntryStore::append_frame(std::span<const Bytes> entries, bool may_use_reserve) {
  const std::size_t bytes = segment::frame_bytes(entries);
  const bool fits = tail_.offset + bytes <= segments_.back()->header.bytes;
  if (!fits || (segments_.back()->header.reserve && !may_use_reserve)) {
    if (auto done = rotate(bytes, may_use_reserve); !done) return done;
  }
  const segment::OpenSegment& last = *segments_.back();
  frame_.clear();
  tail_.previous = segment::encode_frame(frame_, {store_, last.header.number, tail_.offset},
                                         size_.load(), tail_.previous, entries);
  const auto written = write_at(last.file, last.path, frame_, tail_.offset);
  if (!written) return fail(written.fault());
  if (auto synced = sync_data(last.file, last.path); !synced) return fail(synced.fault());
  publish(entries, tail_.offset);
  tail_.last_frame = tail_.offset;
  tail_.offset += static_cast<std::uint32_t>(frame_.size());
  if (!may_use_reserve) on_reserve_ = false;
  if (auto marked = write_mark(false); !marked) return fail(marked.fault());
  return Unit{};
}

void SegmentEntryStore::publish(std::span<const Bytes> entries, std::size_t offset) {
  const std::unique_lock lock(mutex_);
  offset += segment::frame_header_bytes;
  for (const Bytes& entry : entries) {
    places_.emplace_back(segments_.size() - 1, offset, entry.size());
    offset += segment::record_header_bytes + entry.size();
  }
  size_ = places_.size();
}

Result<Unit> SegmentEntryStore::rotate(std::size_t bytes, bool may_use_reserve) {
  bool is_reserve = false;
  const auto file = next_file(bytes, may_use_reserve, is_reserve);
  if (!file) {
    if (file.fault().code != FaultCode::disk_full) return fail(file.fault());
    on_reserve_ = true;
    return file.fault();
  }
  if (auto done = start_segment(*file, is_reserve); !done) return fail(done.fault());
  on_reserve_ = is_reserve;
  return Unit{};
}

Result<Path> SegmentEntryStore::next_file(std::size_t bytes, bool may_use_reserve,
                                          bool& is_reserve) {
  auto spare = spares_->take_spare();
  if (spare || spare.fault().code != FaultCode::disk_full) return spare;
  if (may_use_reserve && bytes <= room_for_frames(options_.reserve_bytes)) {
    is_reserve = true;
    if (auto reserve = spares_->take_reserve()) return *reserve;
  }
  return Fault{FaultCode::disk_full, "the disk is full: no room for the next segment"};
}

Result<Unit> SegmentEntryStore::start_segment(const Path& file, bool is_reserve) {
  const auto number = static_cast<std::uint32_t>(segments_.size());
  const std::size_t bytes = is_reserve ? options_.reserve_bytes : options_.segment_bytes;
  const segment::Header header{.store = store_,
                               .number = number,
                               .bytes = static_cast<std::uint32_t>(bytes),
                               .first = size_.load(),
                               .previous = tail_.previous,
                               .reserve = is_reserve};
  // The header first: a segment under its name always has a good one.
  if (auto done = write_header(file, header); !done) return done;
  const Path path = folder_ / segment::segment_name(number);
  if (auto done = rename_file(file, path); !done) return done;
  auto opened = open_file(path, O_RDWR);
  if (!opened) return opened.fault();
  auto started = std::make_unique<segment::OpenSegment>(
      segment::OpenSegment{header, std::move(opened).value(), path});
  {
    const std::unique_lock lock(mutex_);
    segments_.push_back(std::move(started));
  }
  tail_.offset = tail_.last_frame = segment::first_frame_at;
  return write_mark(true);
}

Result<Unit> SegmentEntryStore::write_mark(bool durable) {
  const Path path = folder_ / "acknowledged";
  const Bytes bytes = segment::encode(segment::Mark{store_, size_.load()});
  if (auto done = write_at(mark_, path, bytes, 0); !done) return done;
  return durable ? sync_data(mark_, path) : Unit{};
}

Fault SegmentEntryStore::fail(const Fault& cause) {
  dead_ = true;
  return Fault{FaultCode::disk_failed, cause.what};
}

SegmentEntryStore::Located SegmentEntryStore::locate(EntryIndex index) const {
  const std::shared_lock lock(mutex_);
  const Place place = places_[index];
  return {place, segments_[place.segment()].get()};
}

Result<Bytes> SegmentEntryStore::read(EntryIndex index) {
  if (index >= size()) return Fault{FaultCode::not_found, "no entry " + std::to_string(index)};
  const auto [place, segment] = locate(index);
  Bytes record(place.record_bytes());
  if (auto done = read_at(segment->file, segment->path, record, place.offset()); !done) {
    return done.fault();
  }
  if (!segment::decode_record(record, store_, index)) {
    return Fault{FaultCode::ledger_damaged, "entry " + std::to_string(index) + " in " +
                                                segment->path.filename().string() + " at offset " +
                                                std::to_string(place.offset()) + " is spoiled"};
  }
  record.erase(record.begin(), record.begin() + segment::record_header_bytes);
  return record;
}

Result<Unit> SegmentEntryStore::scan(EntryIndex from,
                                     const std::function<bool(EntryIndex, ByteView)>& visit) {
  Bytes window;
  std::size_t window_at = 0;
  const segment::OpenSegment* window_of = nullptr;
  for (EntryIndex index = from; index < size(); ++index) {
    const auto [place, segment] = locate(index);
    const std::size_t end = place.offset() + place.record_bytes();
    if (segment != window_of || end > window_at + window.size()) {
      window_of = segment;
      window_at = place.offset();
      window.resize(std::min(scan_window_bytes, segment->header.bytes - window_at));
      if (auto done = read_at(segment->file, segment->path, window, window_at); !done) return done;
    }
    const auto record = ByteView{window}.subspan(place.offset() - window_at, place.record_bytes());
    const auto entry = segment::decode_record(record, store_, index);
    if (!entry) {
      return Fault{FaultCode::ledger_damaged, "entry " + std::to_string(index) + " is spoiled"};
    }
    if (!visit(index, *entry)) return Unit{};
  }
  return Unit{};
}

needs::Room SegmentEntryStore::room() const {
  if (on_reserve_ && !spares_->spare_ready()) return needs::Room::reserve_only;
  return spares_->short_of_space() ? needs::Room::low : needs::Room::plenty;
}

std::unique_ptr<Pages> SegmentEntryStore::pages() { return std::make_unique<FilePages>(folder_); }

}  // namespace halligan::out
