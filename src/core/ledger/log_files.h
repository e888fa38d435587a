// log_files.h - the files of a log as verification reads them: with fallbacks, counted, and told
// apart into hashes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/ledger/tiles.h"
#include "core/ledger/verify.h"

namespace halligan::ledger {

struct LogFile {
  Bytes bytes;
  bool whole_tile = false;  // the full tile stood in for the partial one that was asked for
};

class LogFiles {
 public:
  explicit LogFiles(LogReader& reader) : reader_(reader) {}

  std::optional<Bytes> get(const std::string& path);
  // A partial tile may have been removed once the full one is there (tlog-tiles, partial tiles).
  std::optional<LogFile> get_tile(const TileName& tile);
  // How many entries there are files for; only asked when the checkpoint does not say.
  std::uint64_t extent();
  // After a fault nothing is found any more; whoever asked last reports it.
  const std::optional<Fault>& fault() const { return fault_; }
  std::uint64_t count() const { return count_; }

 private:
  bool has_leaves(std::uint64_t index, unsigned width);

  LogReader& reader_;
  std::optional<Fault> fault_;
  std::uint64_t count_ = 0;
};

// The hashes of a tile's file, nothing where it is too short.
std::vector<std::optional<Hash>> split_hashes(ByteView tile, unsigned width);

// The tiles of the right edge, highest level first: together their hashes make the root.
std::vector<TileName> edge_tiles(std::uint64_t size);

}  // namespace halligan::ledger
