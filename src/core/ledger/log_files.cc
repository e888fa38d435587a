// log_files.cc - finding and splitting the files of a log.
#include "core/ledger/log_files.h"

#include <algorithm>

namespace halligan::ledger {

std::optional<Bytes> LogFiles::get(const std::string& path) {
  if (fault_) return std::nullopt;
  auto got = reader_.get(path);
  if (!got) {
    fault_ = got.fault();
    return std::nullopt;
  }
  if (*got) ++count_;
  return std::move(*got);
}

std::optional<LogFile> LogFiles::get_tile(const TileName& tile) {
  if (auto bytes = get(path_of(tile))) return LogFile{.bytes = std::move(*bytes)};
  if (tile.width == tile_width) return std::nullopt;
  TileName full = tile;
  full.width = tile_width;
  auto bytes = get(path_of(full));
  if (!bytes) return std::nullopt;
  return LogFile{.bytes = std::move(*bytes), .whole_tile = true};
}

bool LogFiles::has_leaves(std::uint64_t index, unsigned width) {
  return get(path_of({.entries = true, .index = index, .width = width})).has_value() ||
         get(path_of({.index = index, .width = width})).has_value();
}

std::uint64_t LogFiles::extent() {
  std::uint64_t beyond = 1;  // doubled until it names no full bundle, then narrowed
  while (has_leaves(beyond - 1, tile_width)) beyond *= 2;
  std::uint64_t full = beyond / 2;
  while (full + 1 < beyond) {
    const std::uint64_t middle = full + (beyond - full) / 2;
    (has_leaves(middle - 1, tile_width) ? full : beyond) = middle;
  }
  for (unsigned width = tile_width - 1; width > 0; --width)
    if (has_leaves(full, width)) return full * tile_width + width;
  return full * tile_width;
}

std::vector<std::optional<Hash>> split_hashes(ByteView tile, unsigned width) {
  std::vector<std::optional<Hash>> hashes(width);
  for (std::size_t i = 0; i < width && (i + 1) * sizeof(Hash) <= tile.size(); ++i) {
    Hash hash{};
    std::copy_n(tile.begin() + static_cast<std::ptrdiff_t>(i * sizeof(Hash)), sizeof(Hash),
                hash.begin());
    hashes[i] = hash;
  }
  return hashes;
}

std::vector<TileName> edge_tiles(std::uint64_t size) {
  std::vector<TileName> tiles;
  for (unsigned level = 8; level-- > 0;) {
    const std::uint64_t hashes = size >> (8 * level);
    if (const auto width = static_cast<unsigned>(hashes % tile_width); width != 0)
      tiles.push_back({.level = level, .index = hashes / tile_width, .width = width});
  }
  return tiles;
}

}  // namespace halligan::ledger
