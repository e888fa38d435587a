// tiles.h - the paths and contents of C2SP tlog-tiles, derived from a tree and its entries.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/ledger/merkle.h"

namespace halligan::ledger {

inline constexpr unsigned tile_width = 256;

struct TileName {
  bool entries = false;  // an entry bundle
  unsigned level = 0;    // 0..63; 0 for an entry bundle
  std::uint64_t index = 0;
  unsigned width = tile_width;  // 1..256; below 256 it is partial
  friend bool operator==(const TileName&, const TileName&) = default;
};
// "tile/0/x001/x234/067", "tile/entries/000.p/5". One spelling each: parse refuses every other.
std::string path_of(const TileName& tile);
std::optional<TileName> parse_tile_path(std::string_view path);

// The hashes of a tile of the tree of `size` leaves; nothing when that tree has no such tile, or
// not that wide.
std::optional<Bytes> tile_hashes(const Tree& tree, const TileName& tile, std::uint64_t size);
// The entries a bundle spans: [first, first + width). Nothing when beyond `size`.
struct Span {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};
std::optional<Span> bundle_span(const TileName& tile, std::uint64_t size);
void put_bundled(Bytes& bundle, ByteView stored);  // u16 length, then the entry
std::optional<std::vector<Bytes>> split_bundle(ByteView bundle);

// Every tile and bundle of a tree of `size` leaves, the right edge partial.
std::vector<TileName> all_tiles(std::uint64_t size);
// Those that growing from one size to another adds: what a cache of tiles must write.
std::vector<TileName> tiles_between(std::uint64_t from, std::uint64_t to);

}  // namespace halligan::ledger
