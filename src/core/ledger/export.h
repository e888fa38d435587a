// export.h - the files of a log, made from its tree and its entries: `halligan export` and the
// server's tile cache write the same ones.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "core/ledger/tiles.h"

namespace halligan::ledger {

using ReadEntry = std::function<Result<Bytes>(EntryIndex)>;
using WriteFile = std::function<Result<Unit>(const std::string& path, ByteView content)>;

// The content of one tile or bundle of the tree of `size` leaves; Fault not_found when that tree
// has no such tile, ledger_damaged when an entry read is not the one in the tree.
Result<Bytes> tile_content(const Tree& tree, const TileName& tile, std::uint64_t size,
                           const ReadEntry& read);

// Writes what growing from `from` to `to` leaves adds, tiles first, then `checkpoint` (the signed
// note for `to`), so that no checkpoint is ever there before its tiles.
Result<Unit> export_log(const Tree& tree, std::uint64_t from, std::uint64_t to,
                        const std::string& checkpoint, const ReadEntry& read,
                        const WriteFile& write);

}  // namespace halligan::ledger
