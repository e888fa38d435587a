// Tiles: one spelling for each path, the contents of C2SP tlog-tiles.
#include "core/ledger/tiles.h"

#include <gtest/gtest.h>

#include <set>

namespace halligan::ledger {
namespace {

Hash numbered(std::uint64_t i) {
  Bytes number{0x00};
  put_u64(number, i);
  Hash hash{};
  std::copy(number.begin(), number.end(), hash.begin());
  return hash;
}

TEST(Tiles, PathsRoundTrip) {
  const std::pair<TileName, const char*> known[] = {
      {{.index = 1234067}, "tile/0/x001/x234/067"},
      {{.entries = true, .width = 5}, "tile/entries/000.p/5"},
      {{.level = 63, .index = 999, .width = 255}, "tile/63/999.p/255"},
      {{.level = 2, .index = 1000}, "tile/2/x001/000"}};
  for (const auto& [tile, path] : known) {
    EXPECT_EQ(path_of(tile), path);
    EXPECT_EQ(parse_tile_path(path), tile);
  }
  for (std::uint64_t index = 1; index < std::uint64_t{1} << 60; index = index * 7 + 3) {
    const TileName tile{.entries = true, .index = index, .width = tile_width};
    EXPECT_EQ(parse_tile_path(path_of(tile)), tile);
  }
}

TEST(Tiles, EveryOtherSpellingIsRefused) {
  for (const char* path : {"",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/0/0",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/0/1000",
                           "tile/00/000",
                           "tile/64/000",
                           "tile/-1/000",
                           "tile/+1/000",
                           "tile/0/x000/067",
                           "tile/0/001/067",
                           "tile/0/x001/x067",
                           "tile/0/x001/67",
                           "tile/0/x001//067",
                           "tile/0//000",
                           "tile/0/000/",
                           "/tile/0/000",
                           "tile/0/000.p/",
                           "tile/0/000.p/0",
                           "tile/0/000.p/256",
                           "tile/0/000.p/05",
                           "tile/0/000.p/5/",
                           "tile/0/000.p5",
                           "tile/0/000.p/5.p/5",
                           "tile/entries/000.p/-5",
                           "tile/entry/000",
                           "Tile/0/000",
                           "tile/0/00a",
                           "tile/0/../0/000",
                           "tile/0/X001/067",
                           "tile/0/000 ",
                           "tile/0/ 00",
                           "tile/0/x999/x999/x999/x999/x999/x999/x999/999"})
    EXPECT_FALSE(parse_tile_path(path)) << path;
}

TEST(Tiles, TheExampleOfTheSpecification) {
  std::set<std::string> partial;
  std::set<unsigned> full_levels;
  unsigned full0 = 0;
  for (const auto& tile : all_tiles(70'000)) {
    if (tile.entries) continue;
    if (tile.width < tile_width)
      partial.insert(path_of(tile));
    else if (tile.level == 0)
      ++full0;
    else
      full_levels.insert(tile.level);
  }
  EXPECT_EQ(full0, 273U);
  EXPECT_EQ(full_levels, std::set<unsigned>{1});
  EXPECT_EQ(partial,
            (std::set<std::string>{"tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"}));
  EXPECT_EQ(all_tiles(0), std::vector<TileName>{});
  EXPECT_EQ(all_tiles(256).size(), 3U);  // the bundle, a full tile, a partial one of width 1
}

TEST(Tiles, GrowingAddsExactlyWhatChanged) {
  std::set<std::string> kept;
  std::uint64_t at = 0;
  for (const std::uint64_t next : {1U, 5U, 5U, 255U, 256U, 257U, 511U, 512U, 66'000U}) {
    for (const auto& tile : tiles_between(at, next)) EXPECT_TRUE(kept.insert(path_of(tile)).second);
    for (const auto& tile : all_tiles(next))
      EXPECT_TRUE(kept.contains(path_of(tile))) << path_of(tile);
    at = next;
  }
}

TEST(Tiles, HoldTheHashesOfFullSubtrees) {
  Tree tree;
  for (std::uint64_t i = 0; i < 600; ++i) tree.append(numbered(i));
  const auto level0 = tile_hashes(tree, {.index = 2, .width = 88}, 600);
  ASSERT_TRUE(level0);
  ASSERT_EQ(level0->size(), 88 * 32U);
  EXPECT_TRUE(std::equal(level0->begin() + 32, level0->begin() + 64, numbered(513).begin()));
  const auto level1 = tile_hashes(tree, {.level = 1, .width = 2}, 600);
  ASSERT_TRUE(level1);
  Hash first{};
  std::copy_n(level1->begin(), 32, first.begin());
  EXPECT_EQ(first, tree.root_at(256));
  EXPECT_TRUE(tile_hashes(tree, {.index = 2, .width = 5}, 600));  // an earlier size had it
  EXPECT_FALSE(tile_hashes(tree, {.index = 2, .width = 89}, 600));
  EXPECT_FALSE(tile_hashes(tree, {.index = 3, .width = 1}, 600));
  EXPECT_FALSE(tile_hashes(tree, {.index = 2, .width = 88}, 599));
  EXPECT_FALSE(tile_hashes(tree, {.level = 1, .width = 3}, 600));
  EXPECT_FALSE(tile_hashes(tree, {.level = 2, .width = 1}, 600));
  EXPECT_FALSE(tile_hashes(tree, {.level = 40, .width = 1}, 600));
  EXPECT_FALSE(tile_hashes(tree, {.entries = true}, 600));
  EXPECT_FALSE(tile_hashes(tree, {.index = ~std::uint64_t{0}}, 600));
}

TEST(Tiles, BundlesSplitIntoWhatWasPut) {
  const std::vector<Bytes> entries{{1}, Bytes(65'535, 2), {3, 4}};
  Bytes bundle;
  for (const auto& entry : entries) put_bundled(bundle, entry);
  EXPECT_EQ(split_bundle(bundle), entries);
  EXPECT_EQ(split_bundle({}), std::vector<Bytes>{});
  EXPECT_FALSE(split_bundle(ByteView{bundle}.first(bundle.size() - 1)));
  EXPECT_FALSE(split_bundle(Bytes{0, 0}));
  EXPECT_FALSE(split_bundle(Bytes{0}));
  const auto span = bundle_span({.entries = true, .index = 2, .width = 88}, 600);
  ASSERT_TRUE(span);
  EXPECT_EQ(span->first, 512U);
  EXPECT_EQ(span->count, 88U);
  EXPECT_FALSE(bundle_span({.entries = true, .index = 2}, 600));
  EXPECT_FALSE(bundle_span({.index = 0}, 600));
}

}  // namespace
}  // namespace halligan::ledger
