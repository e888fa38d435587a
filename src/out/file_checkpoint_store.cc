#include "out/file_checkpoint_store.h"

#include <fcntl.h>

namespace halligan::out {

Result<std::string> read_small_file(const Path& path, std::size_t bytes_max) {
  auto file = open_file(path, O_RDONLY);
  if (!file) return file.fault();
  const auto size = size_of(*file, path);
  if (!size) return size.fault();
  if (*size > bytes_max)
    return Fault{FaultCode::too_large, path.string() + " is larger than expected"};
  Bytes bytes(*size);
  const auto read = read_at(*file, path, bytes, 0);
  if (!read) return read.fault();
  return std::string{text_view(bytes)};
}

Result<Unit> write_small_file(const Path& path, ByteView bytes) {
  const Path fresh = path.string() + ".new";
  {
    auto file = open_file(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file) return file.fault();
    const auto written = write_at(*file, fresh, bytes, 0);
    if (!written) return written.fault();
    const auto synced = sync_data(*file, fresh);
    if (!synced) return synced.fault();
  }
  const auto renamed = rename_file(fresh, path);
  if (!renamed) return renamed.fault();
  return sync_folder(path.has_parent_path() ? path.parent_path() : Path{"."});
}

Result<std::optional<std::string>> FileCheckpointStore::load() {
  auto text = read_small_file(path_, 64 * 1024);
  if (text) return std::optional<std::string>{std::move(*text)};
  if (text.fault().code == FaultCode::not_found) return std::optional<std::string>{};
  return text.fault();
}

Result<Unit> FileCheckpointStore::save(const std::string& note) {
  return write_small_file(path_, view(note));
}

}  // namespace halligan::out
