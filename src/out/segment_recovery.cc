#include "out/segment_recovery.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace halligan::out::segment {
namespace {

Fault damaged(const Path& path, std::size_t offset, std::string_view what) {
  return Fault{FaultCode::ledger_damaged, "segment " + path.filename().string() + " at offset " +
                                              std::to_string(offset) + ": " + std::string(what)};
}

bool all_zero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

// One segment in memory while its frames are read.
class Walk {
 public:
  Walk(const OpenSegment& segment, ByteView bytes, std::vector<Place>& places)
      : header_(segment.header), path_(segment.path), bytes_(bytes), places_(places) {
    tail_.offset = tail_.last_frame = first_frame_at;
    tail_.previous = header_.previous;
  }

  // Takes every whole frame; what is left begins at tail().offset.
  void run() {
    while (take_frame()) {
    }
  }
  const Tail& tail() const { return tail_; }
  bool clean() const { return all_zero(rest()); }

  // Whether the rest may be an unfinished write of a frame nobody was told about, and nothing else.
  Result<Unit> must_be_torn() const {
    const std::size_t at = tail_.offset;
    for (std::size_t later = at + frame_align; later + frame_header_bytes <= bytes_.size();
         later += frame_align) {
      if (frame_at(later)) return damaged(path_, at, "a good frame follows a bad one");
    }
    const auto frame = frame_at(at);
    if (!frame) return header_may_be_torn();
    if (frame->first != places_.size() || frame->previous != tail_.previous) {
      return damaged(path_, at, "a frame that does not follow the one before it");
    }
    const std::size_t end = at + frame_header_bytes + frame->body;
    if (end > bytes_.size()) return damaged(path_, at, "a frame longer than its segment");
    if (!all_zero(bytes_.subspan(end))) return damaged(path_, end, "bytes behind the last frame");
    if (!has_unwritten_sector(at, end)) return damaged(path_, at, "a frame with a wrong checksum");
    return Unit{};
  }

 private:
  ByteView rest() const { return bytes_.subspan(tail_.offset); }

  std::optional<FrameHeader> frame_at(std::size_t offset) const {
    return decode_frame_header(bytes_.subspan(offset, frame_header_bytes),
                               {.store = header_.store,
                                .segment = header_.number,
                                .offset = static_cast<std::uint32_t>(offset)});
  }

  // A frame header lies in one sector, which a disk writes whole or not at all: had any of it been
  // written, the header would be good.
  Result<Unit> header_may_be_torn() const {
    const std::size_t sector_end = (tail_.offset / sector_bytes + 1) * sector_bytes;
    const auto first_sector = rest().first(std::min(sector_end - tail_.offset, rest().size()));
    if (!all_zero(first_sector)) return damaged(path_, tail_.offset, "a bad frame header");
    return Unit{};
  }

  bool has_unwritten_sector(std::size_t from, std::size_t to) const {
    while (from < to) {
      const std::size_t end = std::min((from / sector_bytes + 1) * sector_bytes, to);
      if (all_zero(bytes_.subspan(from, end - from))) return true;
      from = end;
    }
    return false;
  }

  bool take_frame() {
    const std::size_t at = tail_.offset;
    if (at + frame_header_bytes > bytes_.size()) return false;
    const auto frame = frame_at(at);
    if (!frame || frame->first != places_.size() || frame->previous != tail_.previous) return false;
    const std::size_t end = at + frame_header_bytes + frame->body;
    if (end > bytes_.size() || !take_records(*frame, at + frame_header_bytes, end)) {
      places_.resize(frame->first, Place{0, 0, 0});
      return false;
    }
    tail_.last_frame = tail_.offset;
    tail_.offset = static_cast<std::uint32_t>(std::min(aligned(end), bytes_.size()));
    tail_.previous = frame->checksum;
    return true;
  }

  bool take_records(const FrameHeader& frame, std::size_t at, std::size_t end) {
    for (std::uint32_t i = 0; i < frame.count; ++i) {
      if (at + record_header_bytes > end) return false;
      const std::size_t length = get_u32(bytes_.data() + at);
      if (length > end - at - record_header_bytes) return false;
      const auto record = bytes_.subspan(at, record_header_bytes + length);
      if (!decode_record(record, header_.store, places_.size())) return false;
      places_.emplace_back(header_.number, at, length);
      at += record.size();
    }
    return at == end;
  }

  const Header& header_;
  const Path& path_;
  ByteView bytes_;
  std::vector<Place>& places_;
  Tail tail_;
};

Result<std::vector<std::uint32_t>> segment_numbers(const Path& folder) {
  std::vector<std::uint32_t> numbers;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    std::uint32_t number = 0;
    std::from_chars(name.data(), name.data() + name.size(), number);
    if (name == segment_name(number)) numbers.push_back(number);
  }
  if (error) return system_fault("list", folder, error.value());
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Result<OpenSegment> open_segment(const Path& path, std::uint32_t number) {
  auto file = open_file(path, O_RDWR);
  if (!file) return file.fault();
  const auto size = size_of(*file, path);
  if (!size) return size.fault();
  Bytes bytes(header_bytes);
  if (auto done = read_at(*file, path, bytes, 0); !done) return done.fault();
  const auto header = decode_header(bytes);
  if (!header || header->number != number) return damaged(path, 0, "a bad segment header");
  if (header->bytes != *size) return damaged(path, *size, "not the length the header names");
  return OpenSegment{*header, std::move(file).value(), path};
}

Result<EntryIndex> marked(const Path& folder, const StoreId& store) {
  const Path path = folder / "acknowledged";
  auto file = open_file(path, O_RDONLY);
  if (!file && file.fault().code == FaultCode::not_found) return EntryIndex{0};
  if (!file) return file.fault();
  const auto size = size_of(*file, path);
  if (!size) return size.fault();
  Bytes bytes(std::min<std::uint64_t>(*size, mark_bytes));
  if (auto done = read_at(*file, path, bytes, 0); !done) return done.fault();
  const auto mark = decode_mark(bytes);
  return mark && mark->store == store ? mark->acknowledged : 0;
}

Result<Unit> walk_all(const Path& folder, const std::vector<std::uint32_t>& numbers,
                      Recovered& found) {
  Bytes bytes;
  for (std::uint32_t i = 0; i < numbers.size(); ++i) {
    const Path path = folder / segment_name(i);
    if (numbers[i] != i) return damaged(path, 0, "the segment is missing");
    auto opened = open_segment(path, i);
    if (!opened) return opened.fault();
    const Header& header = opened->header;
    const StoreId& store = found.segments.empty() ? header.store : found.segments[0].header.store;
    if (header.store != store) return damaged(path, 0, "a segment of another store");
    if (header.first != found.places.size() || header.previous != found.tail.previous) {
      return damaged(path, 0, "entries before this segment are missing");
    }
    bytes.resize(header.bytes);
    if (auto done = read_at(opened->file, path, bytes, 0); !done) return done;
    Walk walk(*opened, bytes, found.places);
    walk.run();
    found.tail = walk.tail();
    if (!walk.clean()) {
      if (i + 1 != numbers.size()) return damaged(path, found.tail.offset, "a bad frame");
      if (auto torn = walk.must_be_torn(); !torn) return torn;
      found.tail.torn = true;
    }
    found.segments.push_back(std::move(opened).value());
  }
  return Unit{};
}

}  // namespace

std::string segment_name(std::uint32_t number) {
  char name[32];
  std::snprintf(name, sizeof name, "%08u.segment", number);
  return name;
}

Result<Recovered> recover(const Path& folder) {
  const auto numbers = segment_numbers(folder);
  if (!numbers) return numbers.fault();
  if (numbers->empty()) {
    return Fault{FaultCode::not_found, folder.string() + " holds no ledger"};
  }
  Recovered found;
  if (auto done = walk_all(folder, *numbers, found); !done) return done.fault();
  const auto acknowledged = marked(folder, found.segments[0].header.store);
  if (!acknowledged) return acknowledged.fault();
  if (found.places.size() < *acknowledged) {
    return damaged(found.segments.back().path, found.tail.offset,
                   std::to_string(*acknowledged) + " entries were acknowledged, " +
                       std::to_string(found.places.size()) + " are here");
  }
  return found;
}

}  // namespace halligan::out::segment
