#include "out/segment_format.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "base/must.h"
#include "out/crc32c.h"

namespace halligan::out::segment {
namespace {

constexpr std::string_view header_magic = "HgS1";
constexpr std::string_view frame_magic = "HgF1";
constexpr std::string_view mark_magic = "HgM1";

void put(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

void write_u32(std::uint8_t* at, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) *at++ = static_cast<std::uint8_t>(value >> shift);
}

bool starts_with(ByteView bytes, std::string_view magic) {
  return std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

// magic, checksum of everything behind it, body
Bytes checked(std::string_view magic, const Bytes& body) {
  Bytes out(magic.begin(), magic.end());
  put_u32(out, crc32c(0, body));
  put(out, body);
  return out;
}

std::optional<ByteView> unchecked(std::string_view magic, ByteView bytes) {
  if (!starts_with(bytes, magic) || get_u32(bytes.data() + 4) != crc32c(0, bytes.subspan(8))) {
    return std::nullopt;
  }
  return bytes.subspan(8);
}

StoreId store_id_at(const std::uint8_t* at) {
  StoreId id;
  std::copy_n(at, id.size(), id.begin());
  return id;
}

std::uint32_t frame_checksum(const FramePlace& place, ByteView fields) {
  Bytes where;
  put_u32(where, place.segment);
  put_u32(where, place.offset);
  return crc32c(crc32c(crc32c(0, place.store), where), fields);
}

std::uint32_t record_checksum(const StoreId& store, EntryIndex index, ByteView entry) {
  std::array<std::uint8_t, 12> where;
  for (std::size_t i = 0; i < 8; ++i) where[i] = static_cast<std::uint8_t>(index >> (56 - 8 * i));
  write_u32(&where[8], static_cast<std::uint32_t>(entry.size()));
  return crc32c(crc32c(crc32c(0, store), where), entry);
}

}  // namespace

Bytes encode(const Header& header) {
  Bytes body(header.store.begin(), header.store.end());
  put_u32(body, header.number);
  put_u32(body, header.bytes);
  put_u64(body, header.first);
  put_u32(body, header.previous);
  put_u32(body, header.reserve ? 1 : 0);
  body.resize(header_bytes - 8);
  return checked(header_magic, body);
}

std::optional<Header> decode_header(ByteView bytes) {
  MUST(bytes.size() == header_bytes);
  const auto body = unchecked(header_magic, bytes);
  if (!body) return std::nullopt;
  const std::uint8_t* at = body->data();
  return Header{.store = store_id_at(at),
                .number = get_u32(at + 16),
                .bytes = get_u32(at + 20),
                .first = get_u64(at + 24),
                .previous = get_u32(at + 32),
                .reserve = get_u32(at + 36) == 1};
}

std::size_t frame_bytes(std::span<const Bytes> entries) {
  std::size_t bytes = frame_header_bytes;
  for (const Bytes& entry : entries) bytes += record_header_bytes + entry.size();
  return bytes;
}

std::uint32_t encode_frame(Bytes& out, const FramePlace& place, EntryIndex first,
                           std::uint32_t previous, std::span<const Bytes> entries) {
  const std::size_t start = out.size();
  const std::size_t bytes = frame_bytes(entries);
  out.reserve(start + aligned(bytes));
  put(out, view(frame_magic));
  put_u32(out, 0);  // the checksum, below
  put_u32(out, static_cast<std::uint32_t>(bytes - frame_header_bytes));
  put_u32(out, static_cast<std::uint32_t>(entries.size()));
  put_u64(out, first);
  put_u32(out, previous);
  put_u32(out, 0);
  const auto fields = ByteView{out}.subspan(start + 8, frame_header_bytes - 8);
  const std::uint32_t checksum = frame_checksum(place, fields);
  write_u32(&out[start + 4], checksum);
  for (const Bytes& entry : entries) {
    put_u32(out, static_cast<std::uint32_t>(entry.size()));
    put_u32(out, record_checksum(place.store, first++, entry));
    put(out, entry);
  }
  out.resize(start + aligned(bytes));
  return checksum;
}

std::optional<FrameHeader> decode_frame_header(ByteView bytes, const FramePlace& place) {
  MUST(bytes.size() == frame_header_bytes);
  if (!starts_with(bytes, frame_magic)) return std::nullopt;
  const std::uint8_t* at = bytes.data();
  const FrameHeader header{.body = get_u32(at + 8),
                           .count = get_u32(at + 12),
                           .first = get_u64(at + 16),
                           .previous = get_u32(at + 24),
                           .checksum = get_u32(at + 4)};
  if (header.checksum != frame_checksum(place, bytes.subspan(8))) return std::nullopt;
  return header;
}

std::optional<ByteView> decode_record(ByteView record, const StoreId& store, EntryIndex index) {
  if (record.size() <= record_header_bytes) return std::nullopt;
  const ByteView entry = record.subspan(record_header_bytes);
  if (get_u32(record.data()) != entry.size()) return std::nullopt;
  if (get_u32(record.data() + 4) != record_checksum(store, index, entry)) return std::nullopt;
  return entry;
}

Bytes encode(const Mark& mark) {
  Bytes body(mark.store.begin(), mark.store.end());
  put_u64(body, mark.acknowledged);
  return checked(mark_magic, body);
}

std::optional<Mark> decode_mark(ByteView bytes) {
  if (bytes.size() != mark_bytes) return std::nullopt;
  const auto body = unchecked(mark_magic, bytes);
  if (!body) return std::nullopt;
  return Mark{.store = store_id_at(body->data()), .acknowledged = get_u64(body->data() + 16)};
}

static_assert(limits::entry_bytes_format_max <= 0xFFFF, "a length fits Place");
static_assert(limits::segment_bytes <= segment_bytes_max, "an offset fits Place");

}  // namespace halligan::out::segment
