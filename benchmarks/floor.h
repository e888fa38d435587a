// floor.h - the least that a durable write can cost on a disk.
#pragma once

#include <fcntl.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "out/posix_file.h"

namespace halligan::bench {

// The value, or the end of the program.
template <class T>
T need(Result<T> result) {
  if (result) return std::move(result).value();
  std::fprintf(stderr, "%s\n", result.fault().what.c_str());
  std::exit(1);
}

// 4 KiB into a file of zeros, and fdatasync.
class Floor {
 public:
  explicit Floor(const out::Path& folder) : path_(folder / "floor") {
    need(out::make_zero_file(path_, file_bytes));
    file_ = need(out::open_file(path_, O_RDWR));
  }
  void write() {
    need(out::write_at(file_, path_, page_, at_));
    need(out::sync_data(file_, path_));
    at_ = (at_ + page_.size()) % file_bytes;
  }

 private:
  static constexpr std::uint64_t file_bytes = 64 * 1024 * 1024;
  out::Path path_;
  out::Fd file_;
  Bytes page_ = Bytes(4096, 0x5A);
  std::uint64_t at_ = 0;
};

}  // namespace halligan::bench
