// insist.h - a bug stops the process. Its own, because reference/ shares the syntax tree and
// nothing else.
#pragma once

#include <cstdio>
#include <cstdlib>

#define INSIST(condition)                                                                       \
  do {                                                                                          \
    if (!(condition)) {                                                                         \
      std::fprintf(stderr, "reference: %s is false (%s:%d)\n", #condition, __FILE__, __LINE__); \
      std::abort();                                                                             \
    }                                                                                           \
  } while (false)
