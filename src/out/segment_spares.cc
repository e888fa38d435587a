#include "out/segment_spares.h"

namespace halligan::out {
namespace {

// What an earlier run left: usable when complete and of the size now asked for.
bool left_over(const Path& path, std::uint64_t bytes) {
  std::error_code ignored;
  if (std::filesystem::file_size(path, ignored) == bytes && !ignored) return true;
  std::filesystem::remove(path, ignored);
  return false;
}

}  // namespace

SegmentSpares::SegmentSpares(const Path& folder, Sizes sizes) {
  spare_.path = folder / "spare";
  spare_.bytes = sizes.spare_bytes;
  reserve_.path = folder / "reserve";
  reserve_.bytes = sizes.reserve_bytes;
  for (File* file : {&spare_, &reserve_}) {
    if (left_over(file->path, file->bytes)) file->state = State::ready;
  }
  worker_ = std::thread([this] { work(); });
}

SegmentSpares::~SegmentSpares() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  worker_.join();
}

Result<Path> SegmentSpares::take_spare() {
  std::unique_lock lock(mutex_);
  if (spare_.state == State::failed) spare_.state = State::wanted;
  changed_.notify_all();
  changed_.wait(lock, [this] { return spare_.state != State::wanted; });
  if (spare_.state == State::failed) return spare_.fault;
  // Renamed under the lock: from here on the worker may make the next one under the same name.
  const Path taken = spare_.path.string() + ".taken";
  if (auto renamed = rename_file(spare_.path, taken); !renamed) return renamed.fault();
  spare_.state = State::wanted;
  changed_.notify_all();
  return taken;
}

std::optional<Path> SegmentSpares::take_reserve() {
  const std::lock_guard lock(mutex_);
  if (reserve_.state != State::ready) return std::nullopt;
  const Path taken = reserve_.path.string() + ".taken";
  if (!rename_file(reserve_.path, taken)) return std::nullopt;
  // Not wanted at once: space is short. The next settle() or spare brings it back.
  reserve_.state = State::failed;
  return taken;
}

void SegmentSpares::settle() {
  std::unique_lock lock(mutex_);
  for (File* file : {&spare_, &reserve_}) {
    if (file->state == State::failed) file->state = State::wanted;
  }
  changed_.notify_all();
  changed_.wait(lock, [this] { return next_wanted() == nullptr; });
}

bool SegmentSpares::short_of_space() const {
  const std::lock_guard lock(mutex_);
  return spare_.state == State::failed || reserve_.state == State::failed;
}

bool SegmentSpares::spare_ready() const {
  const std::lock_guard lock(mutex_);
  return spare_.state == State::ready;
}

SegmentSpares::File* SegmentSpares::next_wanted() {
  if (spare_.state == State::wanted) return &spare_;
  if (reserve_.state == State::wanted) return &reserve_;
  return nullptr;
}

void SegmentSpares::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || next_wanted() != nullptr; });
    if (stop_) return;
    File& file = *next_wanted();
    lock.unlock();
    auto made = make_zero_file(file.path, file.bytes);
    lock.lock();
    file.state = made ? State::ready : State::failed;
    if (!made) file.fault = made.fault();
    // Space for a whole segment has come back: the reserve comes back with it.
    if (made && &file == &spare_ && reserve_.state == State::failed) {
      reserve_.state = State::wanted;
    }
    changed_.notify_all();
  }
}

}  // namespace halligan::out
