// checkpoint_store.h - where the newest published checkpoint is kept.
//
// DURABLE  when save() succeeds, the note survives power loss; a checkpoint is served only after
// that. TRUST    whoever controls it can hide the newest checkpoint, not forge one.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace halligan::needs {

class CheckpointStore {
 public:
  virtual ~CheckpointStore() = default;
  virtual Result<std::optional<std::string>> load() = 0;
  virtual Result<Unit> save(const std::string& note) = 0;
};

}  // namespace halligan::needs
