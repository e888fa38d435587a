#include "out/file_pages.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>

namespace halligan::out {
namespace {

// Each as large as all before it: few mappings for any size, and little disk for a small one.
constexpr std::size_t region_bytes_min = 1024 * 1024;
constexpr std::size_t region_bytes_max = 64 * region_bytes_min;
constexpr std::size_t pages_in_view = 32;

}  // namespace

FilePages::FilePages(const Path& folder) {
  if (auto file = open_file(folder, O_RDWR | O_TMPFILE)) file_ = std::move(file).value();
}

FilePages::~FilePages() {
  for (const auto& region : regions_) ::munmap(region.begin, region.bytes);
}

bool FilePages::map_more() {
  if (file_.get() < 0) return false;
  const auto bytes = std::clamp(mapped_, region_bytes_min, region_bytes_max);
  const auto at = static_cast<off_t>(mapped_);
  // With its blocks: a page without one is no error of a call but a signal.
  if (::posix_fallocate(file_.get(), at, static_cast<off_t>(bytes)) != 0) return false;
  void* begin = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), at);
  if (begin == MAP_FAILED) return false;
  regions_.push_back({static_cast<std::byte*>(begin), bytes});
  mapped_ += bytes;
  used_ = 0;
  return true;  // cppcheck-suppress memleak ; regions_ has it
}

void* FilePages::page() {
  if ((regions_.empty() || used_ == regions_.back().bytes) && !map_more()) return heap_.page();
  auto* out = regions_.back().begin + used_;
  used_ += page_bytes;
  return out;
}

// Shared with a file, so nothing is lost: only this program's own view of it. Of everything:
// reading a page brings those around it into view, too.
void FilePages::full(void*) {
  if (++full_ % pages_in_view != 0) return;
  for (const auto& region : regions_) ::madvise(region.begin, region.bytes, MADV_DONTNEED);
}

}  // namespace halligan::out
