// store_bench.cc - durable entries a second of the segment store, beside the bare floor of the
// disk.
//
//   store_bench [folder]      the folder's disk is the one measured; default: the current folder
//
// Floor and store take turns in every round, on the same file system; medians with their spread.
// Every entry is read back and compared, so that no figure counts what was not kept.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "benchmarks/figures.h"
#include "benchmarks/floor.h"
#include "out/os_dice.h"
#include "out/segment_entry_store.h"

namespace halligan::bench {
namespace {

using Clock = std::chrono::steady_clock;
using out::SegmentEntryStore;

constexpr std::size_t entry_bytes = 256;
constexpr int rounds = 5;
constexpr auto round_time = std::chrono::milliseconds{400};

struct Samples {
  std::vector<double> rates;         // operations a second, one for each round
  std::vector<double> microseconds;  // of every single operation
};

// One round of `work`, repeated for round_time.
void run_round(Samples& samples, const std::function<void()>& work) {
  const auto start = Clock::now();
  auto last = start;
  double count = 0;
  while (last - start < round_time) {
    work();
    const auto now = Clock::now();
    samples.microseconds.push_back(std::chrono::duration<double, std::micro>(now - last).count());
    last = now;
    ++count;
  }
  samples.rates.push_back(count / std::chrono::duration<double>(last - start).count());
}

void print(const char* name, Samples& samples, double entries, double floor) {
  const double rate = at_rank(samples.rates, 0.5);
  std::printf("%-34s %11.0f /s  (%.0f to %.0f)  p50 %7.1f us  p99 %8.1f us  %6.2f x floor\n", name,
              rate * entries, at_rank(samples.rates, 0) * entries,
              at_rank(samples.rates, 1) * entries, at_rank(samples.microseconds, 0.5),
              at_rank(samples.microseconds, 0.99), rate * entries / floor);
}

Bytes entry(EntryIndex index) {
  Bytes out(entry_bytes);
  std::uint64_t mixed = index + 1;
  for (auto& byte : out) byte = static_cast<std::uint8_t>((mixed *= 0x9E3779B97F4A7C15u) >> 56);
  return out;
}

void check(SegmentEntryStore& store) {
  EntryIndex seen = 0;
  need(store.scan(0, [&](EntryIndex index, ByteView bytes) {
    const Bytes expected = entry(index);
    MUST(std::equal(bytes.begin(), bytes.end(), expected.begin(), expected.end()));
    return ++seen, true;
  }));
  MUST(seen == store.size());
}

void measure_reopening(const out::Path& folder) {
  const auto start = Clock::now();
  auto store = need(SegmentEntryStore::open(folder, {}));
  const double opened = std::chrono::duration<double>(Clock::now() - start).count();
  const auto entries = static_cast<double>(store->size());
  std::printf("%-34s %11.0f /s  (%.0f entries checked in %.2f s)\n", "reopening, page cache warm",
              entries / opened, entries, opened);
  Samples reads;
  std::uint64_t at = 0;
  run_round(reads, [&] { need(store->read((at += 7919) % store->size())); });
  std::printf("%-34s %11.0f /s  p50 %7.1f us\n", "read one, page cache warm",
              at_rank(reads.rates, 0.5), at_rank(reads.microseconds, 0.5));
  const auto scan_start = Clock::now();
  need(store->scan(0, [](EntryIndex, ByteView) { return true; }));
  const double scanned = std::chrono::duration<double>(Clock::now() - scan_start).count();
  std::printf("%-34s %11.0f /s\n", "scan, page cache warm", entries / scanned);
}

void run(const out::Path& folder) {
  const std::vector<std::size_t> waiting{1, 64, 1024};
  Floor floor(folder);
  out::OsDice dice;
  const out::Path ledger = folder / "ledger";
  std::vector<Samples> stores(waiting.size());
  Samples floors;
  {
    auto store = need(SegmentEntryStore::create(ledger, dice, {}));
    for (int round = 0; round < rounds; ++round) {
      run_round(floors, [&] { floor.write(); });
      for (std::size_t i = 0; i < waiting.size(); ++i) {
        std::vector<Bytes> batch(waiting[i]);
        run_round(stores[i], [&] {
          for (std::size_t k = 0; k < batch.size(); ++k) batch[k] = entry(store->size() + k);
          need(store->append(batch, false));
        });
      }
    }
    check(*store);
  }
  const double floor_rate = at_rank(floors.rates, 0.5);
  std::printf("durable appends of %zu bytes, acknowledged after fdatasync; medians of %d rounds\n",
              entry_bytes, rounds);
  print("floor: 4 KiB and fdatasync", floors, 1, floor_rate);
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const std::string name = "segment store, " + std::to_string(waiting[i]) + " waiting";
    print(name.c_str(), stores[i], static_cast<double>(waiting[i]), floor_rate);
  }
  measure_reopening(ledger);
}

}  // namespace
}  // namespace halligan::bench

int main(int argc, char** argv) {
  std::string folder = std::string(argc > 1 ? argv[1] : ".") + "/store-bench-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) {
    std::fprintf(stderr, "store_bench: cannot make a folder there\n");
    return 1;
  }
  halligan::bench::run(folder);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return 0;
}
