// segment_format.h - the bytes of a segment file (spec/segment-format.md). Pure.
//
//   segment  = header (4,096 bytes, mostly zero), frames, zeros to the end
//   frame    = frame header (32 bytes), records, zeros to a multiple of 32; one batch, one write
//   record   = length u32, checksum u32, the entry
//
// Integers are big-endian. Every checksum starts from the store's random id, so that bytes of
// another store never pass; those of headers cover their place too, and each frame names the
// checksum of the frame before it.
#pragma once

#include <optional>

#include "base/bytes.h"

namespace halligan::out::segment {

using StoreId = std::array<std::uint8_t, 16>;

inline constexpr std::size_t first_frame_at = 4096;
inline constexpr std::size_t header_bytes = 64;
inline constexpr std::size_t frame_align = 32;  // a frame header never crosses a sector
inline constexpr std::size_t frame_header_bytes = 32;
inline constexpr std::size_t record_header_bytes = 8;
inline constexpr std::size_t sector_bytes = 512;  // what a disk writes whole or not at all
inline constexpr std::size_t mark_bytes = 32;
inline constexpr std::size_t segment_bytes_max = std::size_t{1} << 28;  // see Place

struct Header {
  StoreId store{};
  std::uint32_t number = 0;
  std::uint32_t bytes = 0;     // of the file
  EntryIndex first = 0;        // index of its first entry
  std::uint32_t previous = 0;  // checksum of the last frame before it, 0 in the first segment
  bool reserve = false;        // made of the reserve, when the disk was full
  friend bool operator==(const Header&, const Header&) = default;
};
Bytes encode(const Header& header);  // header_bytes long
std::optional<Header> decode_header(ByteView bytes);

struct FrameHeader {
  std::uint32_t body = 0;      // bytes of the records
  std::uint32_t count = 0;     // of records
  EntryIndex first = 0;        // index of its first entry
  std::uint32_t previous = 0;  // checksum of the frame header before it
  std::uint32_t checksum = 0;
};
// What a frame's checksum covers besides itself.
struct FramePlace {
  StoreId store{};
  std::uint32_t segment = 0;
  std::uint32_t offset = 0;
};
std::size_t frame_bytes(std::span<const Bytes> entries);  // before alignment
constexpr std::size_t aligned(std::size_t bytes) {
  return (bytes + frame_align - 1) / frame_align * frame_align;
}
// Appends the whole frame to `out`; returns the frame's checksum.
std::uint32_t encode_frame(Bytes& out, const FramePlace& place, EntryIndex first,
                           std::uint32_t previous, std::span<const Bytes> entries);
std::optional<FrameHeader> decode_frame_header(ByteView bytes, const FramePlace& place);

// The entry in a record (header and bytes, nothing behind them), or nothing when it is spoiled.
std::optional<ByteView> decode_record(ByteView record, const StoreId& store, EntryIndex index);

// How many entries had been acknowledged for certain: a lower bound, written without a sync.
struct Mark {
  StoreId store{};
  EntryIndex acknowledged = 0;
};
Bytes encode(const Mark& mark);
std::optional<Mark> decode_mark(ByteView bytes);

// Where an entry lies, in eight bytes: segment (20 bits), offset of its record (28), length (16).
class Place {
 public:
  Place(std::size_t number, std::size_t offset, std::size_t length)
      : packed_(std::uint64_t{number} << 44 | std::uint64_t{offset} << 16 | length) {}
  std::size_t segment() const { return packed_ >> 44; }
  std::size_t offset() const { return (packed_ >> 16) & (segment_bytes_max - 1); }
  std::size_t record_bytes() const { return record_header_bytes + (packed_ & 0xFFFF); }

 private:
  std::uint64_t packed_;
};
static_assert(sizeof(Place) == 8);

}  // namespace halligan::out::segment
