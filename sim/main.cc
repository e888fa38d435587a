// main.cc - halligan-sim: one seed or many; the first line says which, so that any failure replays.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "sim/simulation.h"

namespace {

bool number(const char* text, std::uint64_t& out) {
  const std::string_view view{text};
  return std::from_chars(view.data(), view.data() + view.size(), out).ptr ==
         view.data() + view.size();
}

int usage() {
  std::fputs(
      "usage: halligan-sim [--seed N] [--seeds COUNT] [--steps M] [--canary] [--every-write]\n",
      stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  halligan::sim::Options options;
  bool every_write = false;  // the power fails at each append, in each way
  std::uint64_t seed = 1, seeds = 1, steps = options.steps;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag{argv[i]};
    if (flag == "--canary")
      options.canary = true;
    else if (flag == "--every-write")
      every_write = true;
    else if (i + 1 < argc && flag == "--seed" && number(argv[i + 1], seed))
      ++i;
    else if (i + 1 < argc && flag == "--seeds" && number(argv[i + 1], seeds))
      ++i;
    else if (i + 1 < argc && flag == "--steps" && number(argv[i + 1], steps))
      ++i;
    else
      return usage();
  }
  options.steps = static_cast<unsigned>(steps);
  std::printf("halligan-sim seed %llu, %llu seeds, %u steps each\n",
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(seeds),
              options.steps);
  unsigned long long entries = 0, releases = 0, glasses = 0, restarts = 0, erasures = 0;
  for (std::uint64_t s = seed; s < seed + seeds; ++s) {
    options.seed = s;
    const auto report =
        every_write ? halligan::sim::simulate_every_cut(options) : halligan::sim::simulate(options);
    if (!report.broken.empty()) {
      std::printf("seed %llu broke %s (step %u)\n", static_cast<unsigned long long>(s),
                  report.broken.c_str(), report.step);
      return 1;
    }
    entries += report.entries;
    releases += report.releases;
    glasses += report.glasses;
    restarts += report.restarts;
    erasures += report.erasures;
  }
  std::printf(
      "all promises held: %llu entries, %llu releases, %llu glasses, %llu restarts, %llu "
      "erasures\n",
      entries, releases, glasses, restarts, erasures);
  return 0;
}
