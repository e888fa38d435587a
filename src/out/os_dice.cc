#include "out/os_dice.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/must.h"

namespace halligan::out {

namespace {

void ask_system(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    MUST(got > 0);
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

// What is taken from it is wiped at once. No process of ours forks.
struct Block {
  std::array<std::uint8_t, 512> bytes{};
  std::size_t left = 0;
};

}  // namespace

// Nonces and ids are small and many: a system call for each would cost more than the entry's
// encryption.
void OsDice::fill(std::span<std::uint8_t> out) {
  thread_local Block block;
  if (out.size() > block.bytes.size()) return ask_system(out);
  if (out.size() > block.left) {
    ask_system(block.bytes);
    block.left = block.bytes.size();
  }
  const auto taken = std::span{block.bytes}.subspan(block.left - out.size(), out.size());
  std::ranges::copy(taken, out.begin());
  std::ranges::fill(taken, std::uint8_t{0});
  block.left -= out.size();
}

}  // namespace halligan::out
