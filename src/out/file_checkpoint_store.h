// file_checkpoint_store.h - the newest published checkpoint, in one small file that is replaced
// whole.
#pragma once

#include "needs/checkpoint_store.h"
#include "out/posix_file.h"

namespace halligan::out {

class FileCheckpointStore final : public needs::CheckpointStore {
 public:
  explicit FileCheckpointStore(Path path) : path_(std::move(path)) {}
  Result<std::optional<std::string>> load() override;
  Result<Unit> save(const std::string& note) override;

 private:
  const Path path_;
};

// Files of ours that are read and written as one: read whole (at most `bytes_max`), written whole
// or not at all.
Result<std::string> read_small_file(const Path& path, std::size_t bytes_max);
Result<Unit> write_small_file(const Path& path, ByteView bytes);

}  // namespace halligan::out
