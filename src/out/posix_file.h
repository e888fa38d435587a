// posix_file.h - the few calls on files that the stores are made of, as Results.
//
// Files are made 0600 and folders 0700. A call that fails names the file and the system's reason,
// never what is in it.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace halligan::out {

using Path = std::filesystem::path;

// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

// disk_full for what says so (ENOSPC, EDQUOT, EFBIG), not_found for ENOENT, else disk_failed.
Fault system_fault(std::string_view doing, const Path& path, int error);

Result<Fd> open_file(const Path& path, int flags);  // O_CLOEXEC is added
Result<std::uint64_t> size_of(const Fd& file, const Path& path);
// All of it or a Fault: a short write is one, since nobody knows what became of the rest.
Result<Unit> write_at(const Fd& file, const Path& path, ByteView bytes, std::uint64_t offset);
// Exactly `out.size()` bytes or a Fault.
Result<Unit> read_at(const Fd& file, const Path& path, std::span<std::uint8_t> out,
                     std::uint64_t offset);
Result<Unit> sync_data(const Fd& file, const Path& path);
Result<Unit> sync_folder(const Path& folder);
Result<Unit> make_folder(const Path& folder);  // with its parents' entry synced; fine if it exists
Result<Unit> rename_file(const Path& from, const Path& to);
// The folder's file `lock`, for as long as it is held; ledger_locked where another process holds
// it.
Result<Fd> lock_folder(const Path& folder);
// A file of `bytes` zeros whose blocks are all written (so that a later write changes no metadata),
// durable under `path` or not there at all; disk_full before anything is touched where possible.
Result<Unit> make_zero_file(const Path& path, std::uint64_t bytes);

}  // namespace halligan::out
