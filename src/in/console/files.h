// files.h - the files of web/, built and put into the program by cmake/console.cmake.
#pragma once

#include "in/console/console.h"

namespace halligan::in::console {

std::span<const File> files();

}  // namespace halligan::in::console
