// export.cc - tiles and bundles as bytes.
#include "core/ledger/export.h"

#include "core/ledger/entry.h"

namespace halligan::ledger {

Result<Bytes> tile_content(const Tree& tree, const TileName& tile, std::uint64_t size,
                           const ReadEntry& read) {
  const Fault none{FaultCode::not_found, "no such tile at this size"};
  if (!tile.entries) {
    auto hashes = tile_hashes(tree, tile, size);
    if (!hashes) return none;
    return std::move(*hashes);
  }
  const auto span = bundle_span(tile, size);
  if (!span) return none;
  Bytes bundle;
  for (std::uint64_t i = 0; i < span->count; ++i) {
    const auto stored = read(span->first + i);
    if (!stored) return stored.fault();
    if (leaf_hash(*stored) != tree.leaf(span->first + i))
      return Fault{FaultCode::ledger_damaged,
                   "entry " + std::to_string(span->first + i) + " is not the one in the tree"};
    put_bundled(bundle, *stored);
  }
  return bundle;
}

Result<Unit> export_log(const Tree& tree, std::uint64_t from, std::uint64_t to,
                        const std::string& checkpoint, const ReadEntry& read,
                        const WriteFile& write) {
  for (const TileName& tile : tiles_between(from, to)) {
    const auto content = tile_content(tree, tile, to, read);
    if (!content) return content.fault();
    if (auto written = write(path_of(tile), *content); !written) return written;
  }
  return write("checkpoint", view(checkpoint));
}

}  // namespace halligan::ledger
