// file_pages.h - pages that lie in a file without a name, so that the system can take their memory
// back: a list of gigabytes then costs the disk that, not the program.
//
// Now and then all of it is given back, and what is read is found again. Where the folder's
// file system has no such files, or the disk has no room for more, pages lie on the heap: nothing
// that works with room stops working without it. Nothing of it is left when the program ends,
// however that ends. A disk that cannot give a page back ends the program, as a failing swap does.
#pragma once

#include "base/pages.h"
#include "out/posix_file.h"

namespace halligan::out {

class FilePages final : public Pages {
 public:
  explicit FilePages(const Path& folder);
  ~FilePages() override;
  void* page() override;
  void full(void*) override;

 private:
  bool map_more();

  struct Region {
    std::byte* begin;
    std::size_t bytes;
  };
  Fd file_;                      // none: all is on the heap
  std::vector<Region> regions_;  // one behind the other in the file
  std::size_t mapped_ = 0;
  std::size_t used_ = 0;  // of the last region
  std::size_t full_ = 0;  // pages since all was given back
  HeapPages heap_;
};

}  // namespace halligan::out
