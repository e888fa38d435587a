#include "out/os_dice.h"

#include <sys/random.h>

#include <cerrno>

#include "base/must.h"

namespace halligan::out {

void OsDice::fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    MUST(got > 0);
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace halligan::out
