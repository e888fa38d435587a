// segment_spares.h - zero-filled files made ahead: the next segment, and the reserve.
//
// A thread of its own makes them, so that the writer never waits for megabytes of zeros. It makes
// the next segment first and the reserve after it. A file that is there under its final name is
// complete and durable.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "out/posix_file.h"

namespace halligan::out {

class SegmentSpares {
 public:
  struct Sizes {
    std::uint64_t spare_bytes = 0;
    std::uint64_t reserve_bytes = 0;
  };
  SegmentSpares(const Path& folder, Sizes sizes);
  ~SegmentSpares();
  SegmentSpares(const SegmentSpares&) = delete;
  SegmentSpares& operator=(const SegmentSpares&) = delete;

  // Waits until the next segment is made, or cannot be. The file is the caller's from then on.
  Result<Path> take_spare();
  // The reserve, if it is there; it is made again when there is space again.
  std::optional<Path> take_reserve();
  // Tries again what failed, and waits until nothing is being made.
  void settle();
  // A spare or the reserve could not be made.
  bool short_of_space() const;
  bool spare_ready() const;

 private:
  enum class State { wanted, ready, failed };
  struct File {
    Path path;
    std::uint64_t bytes = 0;
    State state = State::wanted;
    Fault fault{FaultCode::disk_full, {}};
  };
  File* next_wanted();
  void work();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  File spare_;
  File reserve_;
  std::thread worker_;
};

}  // namespace halligan::out
