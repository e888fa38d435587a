#include "recorded_disk.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <mutex>

namespace halligan::power {
namespace {

constexpr std::size_t sector = 512;

std::mutex mutex;
std::string folder_of_recording;  // with a slash at its end; empty: nothing is recorded
std::vector<Call> recorded;

// The name in the folder, the empty name for the folder itself, nothing for what lies elsewhere.
std::optional<std::string> inside(const std::string& path) {
  if (folder_of_recording.empty()) return std::nullopt;
  if (path + "/" == folder_of_recording) return std::string{};
  if (!path.starts_with(folder_of_recording)) return std::nullopt;
  return path.substr(folder_of_recording.size());
}

std::string path_of(int fd) {
  char name[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t bytes = ::readlink(link.c_str(), name, sizeof name);
  return bytes > 0 ? std::string(name, static_cast<std::size_t>(bytes)) : std::string{};
}

// Does what is asked, and writes it down if it was done. One at a time, so that the order is that
// of the disk.
template <class Do, class Tell>
auto recording(const std::string& path, Do act, Tell tell) {
  const std::lock_guard lock(mutex);
  const auto name = inside(path);
  const auto done = act();
  if (name && done >= 0) {
    Call call = tell(done);
    call.name = *name;
    recorded.push_back(std::move(call));
  }
  return done;
}

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

// One file as the disk has it and as the process sees it.
struct File {
  std::string durable;
  std::string seen;
  std::map<std::size_t, std::vector<std::string>> unsynced;  // by sector, every version since
};
using FilePtr = std::shared_ptr<File>;
using Names = std::map<std::string, FilePtr>;

void write(File& file, std::uint64_t at, const std::string& bytes) {
  if (file.seen.size() < at + bytes.size()) file.seen.resize(at + bytes.size());
  file.seen.replace(at, bytes.size(), bytes);
  for (std::size_t s = at / sector; s * sector < at + bytes.size(); ++s)
    file.unsynced[s].push_back(file.seen.substr(s * sector, sector));
}

void resize(File& file, std::uint64_t bytes) {
  file.seen.resize(bytes);
  std::erase_if(file.unsynced, [&](const auto& each) { return each.first * sector >= bytes; });
  file.unsynced.try_emplace(bytes / sector);  // so that it counts as changed
}

// What is left of one file.
std::string left_of(const File& file, Leaves leaves, const Chance& chance) {
  if (leaves == Leaves::everything || file.unsynced.empty()) return file.seen;
  if (leaves == Leaves::nothing) return file.durable;
  std::string left = file.durable;
  if (chance(2) == 0) left.resize(file.seen.size());  // the length may have come, or not
  for (const auto& [at, versions] : file.unsynced) {
    const std::size_t which = chance(versions.size() + 1);
    if (which == versions.size()) continue;
    const std::string& version = versions[which];
    if (left.size() < at * sector + version.size()) left.resize(at * sector + version.size());
    left.replace(at * sector, version.size(), version);
  }
  return left;
}

// The folder as the process sees it, and the changes of its names that no sync has followed.
class Folder {
 public:
  explicit Folder(const Files& before) {
    for (const auto& [name, bytes] : before)
      seen_[name] = std::make_shared<File>(File{bytes, bytes, {}});
    durable_ = seen_;
  }

  void take(const Call& call) {
    switch (call.kind) {
      case Call::Kind::create:
      case Call::Kind::rename:
      case Call::Kind::remove: change_names(call); return;
      case Call::Kind::write: write(*file(call.name), call.at, call.bytes); return;
      case Call::Kind::size: resize(*file(call.name), call.at); return;
      case Call::Kind::sync: {
        File& synced = *file(call.name);
        synced.durable = synced.seen;
        synced.unsynced.clear();
        return;
      }
      case Call::Kind::sync_folder:
        durable_ = seen_;
        unsynced_.clear();
        return;
      case Call::Kind::note: return;
    }
  }

  Files left(Leaves leaves, const Chance& chance) const {
    Names names = durable_;
    const std::size_t came = leaves == Leaves::nothing      ? 0
                             : leaves == Leaves::everything ? unsynced_.size()
                                                            : chance(unsynced_.size() + 1);
    if (came > 0) names = unsynced_[came - 1];
    Files out;
    for (const auto& [name, each] : names) out[name] = left_of(*each, leaves, chance);
    return out;
  }

 private:
  FilePtr& file(const std::string& name) {
    auto& found = seen_[name];
    if (!found) found = std::make_shared<File>();
    return found;
  }

  void change_names(const Call& call) {
    if (call.kind == Call::Kind::create) {
      if (seen_.contains(call.name)) return;
      file(call.name);
    } else if (call.kind == Call::Kind::remove) {
      seen_.erase(call.name);
    } else {
      const auto moved = file(call.name);
      seen_.erase(call.name);
      seen_[call.to] = moved;
    }
    unsynced_.push_back(seen_);
  }

  Names durable_;
  Names seen_;
  std::vector<Names> unsynced_;  // the names after each change, as a journal would come to them
};

}  // namespace

Recording::Recording(const Path& folder) {
  const std::lock_guard lock(mutex);
  recorded.clear();
  folder_of_recording = std::filesystem::canonical(folder).string() + "/";
}

Recording::~Recording() {
  const std::lock_guard lock(mutex);
  folder_of_recording.clear();
}

void Recording::note(std::uint64_t what) {
  const std::lock_guard lock(mutex);
  recorded.push_back({.kind = Call::Kind::note, .at = what});
}

std::vector<Call> Recording::calls() const {
  const std::lock_guard lock(mutex);
  return recorded;
}

Files files_of(const Path& folder) {
  Files out;
  for (const auto& each : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(each.path(), std::ios::binary);
    out[each.path().filename().string()] = {std::istreambuf_iterator<char>(in), {}};
  }
  return out;
}

void put(const Files& files, const Path& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (const auto& [name, bytes] : files) std::ofstream(folder / name, std::ios::binary) << bytes;
}

Files after_cut(const Files& before, const std::vector<Call>& calls, std::size_t count,
                Leaves leaves, const Chance& chance) {
  Folder folder{before};
  for (std::size_t i = 0; i < count; ++i) folder.take(calls[i]);
  return folder.left(leaves, chance);
}

}  // namespace halligan::power

// --- the calls themselves ------------------------------------------------------------------------

using halligan::power::Call;
using halligan::power::path_of;
using halligan::power::real;
using halligan::power::recording;

namespace {

int open_recorded(const char* path, int flags, mode_t mode) {
  static const auto next = real<int (*)(const char*, int, ...)>("open");
  const bool fresh = (flags & O_CREAT) != 0 && ::access(path, F_OK) != 0;
  if (!fresh && (flags & O_TRUNC) == 0) return next(path, flags, mode);
  return recording(
      path, [&] { return next(path, flags, mode); },
      [&](int) { return Call{.kind = fresh ? Call::Kind::create : Call::Kind::size}; });
}

ssize_t write_recorded(int fd, const void* bytes, std::size_t count, off_t at) {
  static const auto next = real<ssize_t (*)(int, const void*, std::size_t, off_t)>("pwrite");
  return recording(
      path_of(fd), [&] { return next(fd, bytes, count, at); },
      [&](ssize_t done) {
        return Call{.kind = Call::Kind::write,
                    .at = static_cast<std::uint64_t>(at),
                    .bytes = {static_cast<const char*>(bytes), static_cast<std::size_t>(done)}};
      });
}

int sync_recorded(const char* name, int fd) {
  const auto next = real<int (*)(int)>(name);
  const std::string path = path_of(fd);
  const bool folder = std::filesystem::is_directory(path);
  return recording(
      path, [&] { return next(fd); },
      [&](int) { return Call{.kind = folder ? Call::Kind::sync_folder : Call::Kind::sync}; });
}

int size_recorded(const std::string& path, std::uint64_t bytes, const std::function<int()>& act) {
  return recording(path, act, [&](int) { return Call{.kind = Call::Kind::size, .at = bytes}; });
}

int remove_recorded(const char* name, const char* path) {
  const auto next = real<int (*)(const char*)>(name);
  return recording(
      path, [&] { return next(path); }, [](int) { return Call{.kind = Call::Kind::remove}; });
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return open_recorded(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return open_recorded(path, flags, mode);
}

ssize_t pwrite(int fd, const void* bytes, std::size_t count, off_t at) {
  return write_recorded(fd, bytes, count, at);
}
ssize_t pwrite64(int fd, const void* bytes, std::size_t count, off64_t at) {
  return write_recorded(fd, bytes, count, at);
}
int fdatasync(int fd) { return sync_recorded("fdatasync", fd); }
int fsync(int fd) { return sync_recorded("fsync", fd); }

int posix_fallocate(int fd, off_t offset, off_t bytes) {
  static const auto next = real<int (*)(int, off_t, off_t)>("posix_fallocate");
  const auto size = static_cast<std::uint64_t>(offset + bytes);
  const int error = -size_recorded(path_of(fd), size, [&] { return -next(fd, offset, bytes); });
  return error;
}
int ftruncate64(int fd, off64_t bytes) {
  static const auto next = real<int (*)(int, off_t)>("ftruncate");
  return size_recorded(path_of(fd), static_cast<std::uint64_t>(bytes),
                       [&] { return next(fd, bytes); });
}
int unlink(const char* path) noexcept { return remove_recorded("unlink", path); }
int remove(const char* path) noexcept { return remove_recorded("remove", path); }

int rename(const char* from, const char* to) noexcept {
  static const auto next = real<int (*)(const char*, const char*)>("rename");
  return recording(
      from, [&] { return next(from, to); },
      [&](int) {
        return Call{.kind = Call::Kind::rename,
                    .to = std::filesystem::path(to).filename().string()};
      });
}
}
