// log_view.h - the ledger as the outside may follow it: checkpoint, tiles, receipts.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "core/ledger/checkpoint.h"
#include "core/ledger/tiles.h"

namespace halligan::app {

class LogView {
 public:
  virtual ~LogView() = default;
  // The newest published checkpoint, a signed note.
  virtual std::string checkpoint() const = 0;
  virtual std::uint64_t published_size() const = 0;
  // A tile or entry bundle within the published tree; nothing where it does not exist.
  virtual Result<std::optional<Bytes>> tile(const ledger::TileName& name) = 0;
  // The receipt of an entry; nothing while no published checkpoint covers it (within a second).
  virtual Result<std::optional<std::string>> receipt(EntryIndex index) = 0;
};

}  // namespace halligan::app
