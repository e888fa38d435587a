// tiles.cc - names and contents of tiles and entry bundles.
#include "core/ledger/tiles.h"

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "base/must.h"

namespace halligan::ledger {
namespace {

constexpr std::string_view tile_prefix = "tile/";
constexpr std::string_view entries_prefix = "entries";
constexpr unsigned levels_max = 7;  // 256^8 leaves do not fit in 64 bits

std::string three_digits(std::uint64_t value) {
  const std::string digits = std::to_string(value);
  return std::string(3 - digits.size(), '0') + digits;
}

std::string index_path(std::uint64_t index) {
  std::string path = three_digits(index % 1000);
  for (index /= 1000; index != 0; index /= 1000)
    path.insert(0, "x" + three_digits(index % 1000) + "/");
  return path;
}

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

template <class Integer>
bool read_number(std::string_view text, Integer& value) {
  if (!all_digits(text)) return false;
  return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc{};
}

// Cuts the text before the first slash off; all of it when there is none.
std::string_view next_part(std::string_view& rest) {
  const auto slash = rest.find('/');
  const auto part = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  return part;
}

// How many hashes level `level` of a tree of `size` leaves has.
std::uint64_t hashes_at(unsigned level, std::uint64_t size) {
  return level > levels_max ? 0 : size >> (8 * level);
}

// How many of them fall into tile `index`.
unsigned width_at(unsigned level, std::uint64_t index, std::uint64_t size) {
  const std::uint64_t hashes = hashes_at(level, size);
  if (index > hashes / tile_width) return 0;
  return static_cast<unsigned>(std::min<std::uint64_t>(tile_width, hashes - index * tile_width));
}

}  // namespace

std::string path_of(const TileName& tile) {
  MUST(tile.level < 64 && tile.width >= 1 && tile.width <= tile_width);
  std::string path{tile_prefix};
  path += tile.entries ? std::string{entries_prefix} : std::to_string(tile.level);
  path += "/" + index_path(tile.index);
  if (tile.width < tile_width) path += ".p/" + std::to_string(tile.width);
  return path;
}

std::optional<TileName> parse_tile_path(std::string_view path) {
  std::string_view rest = path;
  if (path.size() > 64 || !rest.starts_with(tile_prefix)) return std::nullopt;
  rest.remove_prefix(tile_prefix.size());
  TileName tile;
  const auto kind = next_part(rest);
  tile.entries = kind == entries_prefix;
  if (!tile.entries && (!read_number(kind, tile.level) || tile.level >= 64)) return std::nullopt;
  if (const auto partial = rest.find(".p/"); partial != std::string_view::npos) {
    if (!read_number(rest.substr(partial + 3), tile.width)) return std::nullopt;
    if (tile.width == 0 || tile.width >= tile_width) return std::nullopt;
    rest = rest.substr(0, partial);
  }
  std::string digits;
  while (!rest.empty()) {
    auto part = next_part(rest);
    if (part.starts_with('x')) part.remove_prefix(1);
    digits += part;
  }
  if (!read_number(digits, tile.index)) return std::nullopt;
  if (path_of(tile) != path) return std::nullopt;  // one spelling each
  return tile;
}

std::optional<Bytes> tile_hashes(const Tree& tree, const TileName& tile, std::uint64_t size) {
  MUST(size <= tree.size());
  if (tile.entries || tile.width > width_at(tile.level, tile.index, size)) return std::nullopt;
  Bytes out;
  out.reserve(tile.width * sizeof(Hash));
  for (unsigned i = 0; i < tile.width; ++i) {
    const Hash hash = tree.subtree(8 * tile.level, tile.index * tile_width + i);
    out.insert(out.end(), hash.begin(), hash.end());
  }
  return out;
}

std::optional<Span> bundle_span(const TileName& tile, std::uint64_t size) {
  if (!tile.entries || tile.width > width_at(0, tile.index, size)) return std::nullopt;
  return Span{.first = tile.index * tile_width, .count = tile.width};
}

void put_bundled(Bytes& bundle, ByteView stored) {
  MUST(!stored.empty() && stored.size() <= limits::entry_bytes_format_max);
  put_u16(bundle, static_cast<std::uint16_t>(stored.size()));
  bundle.insert(bundle.end(), stored.begin(), stored.end());
}

std::optional<std::vector<Bytes>> split_bundle(ByteView bundle) {
  std::vector<Bytes> entries;
  while (!bundle.empty()) {
    if (bundle.size() < 2) return std::nullopt;
    const std::size_t length = get_u16(bundle.data());
    if (length == 0 || length > bundle.size() - 2) return std::nullopt;
    const auto stored = bundle.subspan(2, length);
    entries.emplace_back(stored.begin(), stored.end());
    bundle = bundle.subspan(2 + length);
  }
  return entries;
}

std::vector<TileName> tiles_between(std::uint64_t from, std::uint64_t to) {
  MUST(from <= to);
  std::vector<TileName> tiles;
  const auto add_level = [&](bool entries, unsigned level) {
    if (hashes_at(level, from) == hashes_at(level, to)) return;
    for (std::uint64_t index = hashes_at(level, from) / tile_width;; ++index) {
      const unsigned width = width_at(level, index, to);
      if (width == 0) return;
      tiles.push_back({.entries = entries, .level = level, .index = index, .width = width});
      if (width < tile_width) return;
    }
  };
  add_level(true, 0);
  for (unsigned level = 0; level <= levels_max && hashes_at(level, to) != 0; ++level)
    add_level(false, level);
  return tiles;
}

std::vector<TileName> all_tiles(std::uint64_t size) { return tiles_between(0, size); }

}  // namespace halligan::ledger
