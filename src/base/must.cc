#include "base/must.h"

#include <cstdio>
#include <cstdlib>

namespace halligan::base {

void stop(const char* what, const char* file, int line) {
  std::fprintf(stderr, "halligan stopped itself: %s is false (%s:%d)\n", what, file, line);
  std::abort();
}

}  // namespace halligan::base
