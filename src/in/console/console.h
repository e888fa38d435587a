// console.h - the console as it was built into the program: one page, and what it loads.
//
// Nothing else is served: no file is opened, nothing of a record or of a session passes here, and
// the page may load, send and be embedded nowhere else than its headers say.
#pragma once

#include <span>
#include <string_view>

#include "in/http/router.h"

namespace halligan::in::console {

struct File {
  std::string_view path;  // below /console/: "index.html", "assets/console-1a2b3c.js"
  std::string_view content_type;
  std::string_view hash;    // of `bytes`
  std::string_view bytes;   // as long as the program runs
  std::string_view brotli;  // the same, smaller; empty: only as it is
};

class Console {
 public:
  explicit Console(std::span<const File> files);  // there is an index.html among them

  void add_to(http::Router& router) const;  // which the files must outlive

 private:
  std::span<const File> files_;
};

}  // namespace halligan::in::console
