// confine.h - what the server gives up before it reads its first key, for good and for every
// thread: starting programs, looking into other processes, changing who it is, and the doors of the
// kernel that it never uses.
//
// The list says what is refused (EPERM), not what is allowed: a call that a new libc makes does not
// stop the server at night. The unit in deploy/ allows by list, and keeps files and devices away.
// No core is written, and files that it makes are its owner's alone.
#pragma once

#include "base/result.h"

namespace halligan::bin {

// Before any thread is started. Fault: the kernel has no seccomp; nothing was served yet.
Result<Unit> confine();

}  // namespace halligan::bin
