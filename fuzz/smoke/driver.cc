// driver.cc - runs one fuzz target where there is no libFuzzer: first its stored inputs, then
// inputs made out of them. The same seed makes the same inputs; it knows nothing of coverage.
//
//   smoke_fhir_target --seconds 3 fuzz/corpus/fhir_target
//   smoke_fhir_target some-input
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Random = std::mt19937_64;
constexpr std::size_t input_bytes_max = 4096;
constexpr const char* kept = "fuzz-input-that-broke";

std::string now_running;  // NOLINT: the signal handler has nothing else to look at

// Keeps the input for whoever wants to see it again.
extern "C" void broke(int number) {
  const int file = ::open(kept, O_CREAT | O_WRONLY | O_TRUNC, 0644);
  if (file >= 0) {
    static_cast<void>(!::write(file, now_running.data(), now_running.size()));
    ::close(file);
  }
  constexpr std::string_view said = "broken: see fuzz-input-that-broke here\n";
  static_cast<void>(!::write(2, said.data(), said.size()));
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void run(std::string input) {
  now_running = std::move(input);
  ::alarm(30);
  // A copy of the exact size on the heap: reading past its end is then seen by a sanitizer.
  const std::vector<std::uint8_t> bytes(now_running.begin(), now_running.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  ::alarm(0);
}

std::size_t below(Random& random, std::size_t end) { return end == 0 ? 0 : random() % end; }

// A few changes: octets, pieces that go, come twice, or come from another input.
std::string changed(Random& random, const std::vector<std::string>& all) {
  if (all.empty() || below(random, 20) == 0) {
    std::string out(below(random, 512), '\0');
    for (auto& octet : out) octet = static_cast<char>(random());
    return out;
  }
  std::string out = all[below(random, all.size())];
  for (auto times = below(random, 6) + 1; times > 0; --times) {
    const auto at = below(random, out.size() + 1);
    const auto length = below(random, std::min<std::size_t>(out.size() - at, 16) + 1);
    const auto& other = all[below(random, all.size())];
    const auto from = below(random, other.size() + 1);
    switch (below(random, 6)) {
      case 0: out.insert(at, 1, static_cast<char>(random())); break;
      case 1: out.erase(at, length); break;
      case 2: out.insert(at, out.substr(at, length)); break;
      case 3: out.insert(at, other.substr(from, below(random, 24))); break;
      case 4: out.replace(at, length, other.substr(from, below(random, 24))); break;
      default:
        if (at < out.size()) out[at] = static_cast<char>(out[at] ^ (1 << below(random, 8)));
    }
  }
  out.resize(std::min(out.size(), input_bytes_max));
  return out;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  long seconds = 0;
  Random random{1};  // NOLINT(cert-msc32-c,cert-msc51-cpp): so that a run can be repeated
  for (int i = 1; i < argc; ++i) {
    const std::string_view word{argv[i]};
    if (word == "--seconds" && i + 1 < argc)
      seconds = std::strtol(argv[++i], nullptr, 10);
    else if (word == "--seed" && i + 1 < argc)
      random.seed(std::strtoull(argv[++i], nullptr, 10));
    else if (std::filesystem::is_directory(word))
      for (const auto& each : std::filesystem::directory_iterator{word})
        files.push_back(each.path());
    else
      files.emplace_back(word);
  }
  for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM})
    std::signal(number, broke);
  std::sort(files.begin(), files.end());
  std::vector<std::string> stored;
  for (const auto& file : files) {
    stored.push_back(read_file(file));
    run(stored.back());
  }
  if (stored.empty()) {
    std::fputs("no stored input\n", stderr);
    return 2;
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{seconds};
  unsigned long long made = 0;
  for (; std::chrono::steady_clock::now() < end; ++made) run(changed(random, stored));
  std::printf("%zu stored inputs, %llu made out of them\n", stored.size(), made);
  return 0;
}
