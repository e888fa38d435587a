#include "out/posix_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace halligan::out {
namespace {

constexpr std::size_t zero_piece_bytes = 4 * 1024 * 1024;

Result<Unit> fill_with_zeros(const Path& path, std::uint64_t bytes) {
  auto file = open_file(path, O_RDWR | O_CREAT | O_TRUNC);
  if (!file) return file.fault();
  if (const int error = posix_fallocate(file->get(), 0, static_cast<off_t>(bytes)); error != 0) {
    return system_fault("allocate", path, error);
  }
  const Bytes zeros(std::min<std::uint64_t>(bytes, zero_piece_bytes));
  for (std::uint64_t at = 0; at < bytes; at += zeros.size()) {
    const auto piece = std::min<std::uint64_t>(zeros.size(), bytes - at);
    if (auto done = write_at(*file, path, ByteView{zeros}.first(piece), at); !done) return done;
    // Piece by piece, so that the disk's queue never holds up the writer's own sync for long.
    if (auto done = sync_data(*file, path); !done) return done;
  }
  if (::fsync(file->get()) != 0) return system_fault("sync", path, errno);
  return Unit{};
}

bool has_space(const Path& folder, std::uint64_t bytes) {
  struct statvfs info {};
  if (::statvfs(folder.c_str(), &info) != 0) return true;  // then the allocation itself will tell
  return std::uint64_t{info.f_bavail} * info.f_frsize >= bytes;
}

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

Fault system_fault(std::string_view doing, const Path& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  const FaultCode code = full              ? FaultCode::disk_full
                         : error == ENOENT ? FaultCode::not_found
                                           : FaultCode::disk_failed;
  return Fault{code, "cannot " + std::string(doing) + " " + path.string() + ": " +
                         std::generic_category().message(error)};
}

Result<Fd> open_file(const Path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (fd < 0) return system_fault("open", path, errno);
  return Fd{fd};
}

Result<std::uint64_t> size_of(const Fd& file, const Path& path) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return system_fault("look at", path, errno);
  return static_cast<std::uint64_t>(info.st_size);
}

Result<Unit> write_at(const Fd& file, const Path& path, ByteView bytes, std::uint64_t offset) {
  ssize_t done = 0;
  do {
    done = ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
  } while (done < 0 && errno == EINTR);
  if (done < 0) return system_fault("write", path, errno);
  if (static_cast<std::size_t>(done) != bytes.size()) return system_fault("write", path, EIO);
  return Unit{};
}

Result<Unit> read_at(const Fd& file, const Path& path, std::span<std::uint8_t> out,
                     std::uint64_t offset) {
  while (!out.empty()) {
    const ssize_t done = ::pread(file.get(), out.data(), out.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return system_fault("read", path, errno);
    if (done == 0) return Fault{FaultCode::ledger_damaged, path.string() + " is cut short"};
    out = out.subspan(static_cast<std::size_t>(done));
    offset += static_cast<std::uint64_t>(done);
  }
  return Unit{};
}

Result<Unit> sync_data(const Fd& file, const Path& path) {
  if (::fdatasync(file.get()) != 0) return system_fault("sync", path, errno);
  return Unit{};
}

Result<Unit> sync_folder(const Path& folder) {
  auto opened = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (!opened) return opened.fault();
  if (::fsync(opened->get()) != 0) return system_fault("sync", folder, errno);
  return Unit{};
}

Result<Unit> make_folder(const Path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return system_fault("make", folder, errno);
  }
  return sync_folder(std::filesystem::absolute(folder).lexically_normal().parent_path());
}

Result<Fd> lock_folder(const Path& folder) {
  const Path path = folder / "lock";
  auto lock = open_file(path, O_RDWR | O_CREAT);
  if (!lock) return lock;
  if (::flock(lock->get(), LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return system_fault("lock", path, errno);
  return Fault{FaultCode::ledger_locked, "another process holds " + folder.string()};
}

Result<Unit> rename_file(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return system_fault("rename", from, errno);
  return sync_folder(to.parent_path());
}

Result<Unit> make_zero_file(const Path& path, std::uint64_t bytes) {
  if (!has_space(path.parent_path(), bytes)) return system_fault("make", path, ENOSPC);
  const Path unfinished = path.string() + ".unfinished";
  auto made = fill_with_zeros(unfinished, bytes);
  if (made) made = rename_file(unfinished, path);
  if (!made) ::unlink(unfinished.c_str());
  return made;
}

}  // namespace halligan::out
