// must.h - a bug stops the process, in release builds too.
//
// MUST is for what can only be false if this program is wrong. What the world can do wrong is a
// Fault; what a person can ask wrongly is a Refusal; neither ever reaches MUST.
#pragma once

namespace halligan::base {

// Prints the sentence with file and line on standard error and aborts. Never prints data.
[[noreturn]] void stop(const char* what, const char* file, int line);

}  // namespace halligan::base

#define MUST(condition)                                                       \
  do {                                                                        \
    if (!(condition)) ::halligan::base::stop(#condition, __FILE__, __LINE__); \
  } while (false)
