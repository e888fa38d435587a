// ledger_bench.cc - durable, encrypted entries through the journal, beside a bare fdatasync on the
// same disk; then what the ledger proves from memory, and how fast it is verified.
//
//   ledger_bench [--figures FILE] FOLDER      the folder's disk is the one measured
//   ledger_bench --waiting N SECONDS FOLDER   the journal alone, for a peer that takes turns with
//   it
//
// An entry is what a read leaves behind: an intent, as JSON, encrypted under its patient's key,
// chained to the patient's previous entry, hashed into the tree, in a segment file after fdatasync.
// Floor and journal take turns in every round. Every entry is replayed at the end, so that no
// figure counts what was not kept.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <map>

#include "app/journal.h"
#include "base/must.h"
#include "benchmarks/figures.h"
#include "benchmarks/floor.h"
#include "core/ledger/export.h"
#include "core/ledger/verify.h"
#include "out/os_dice.h"
#include "out/segment_entry_store.h"
#include "out/sqlite_vault.h"

namespace halligan::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int rounds = 5;
constexpr double round_seconds = 0.4;
constexpr int patients = 1'000;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double cpu_seconds() {
  timespec spent{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

// The journal on a real store and a real vault.
class Ledger {
 public:
  explicit Ledger(const out::Path& folder)
      : vault_(need(out::SqliteVault::create(folder / "vault",
                                             {.operational = crypto::SecretKey{dice_.roll<32>()},
                                              .recovery = crypto::SecretKey{dice_.roll<32>()}},
                                             dice_, {.pool_keys = 2 * patients}))),
        store_(need(out::SegmentEntryStore::create(folder / "ledger", dice_, {}))),
        journal_(*store_, *vault_, dice_) {
    need(journal_.replay([](EntryIndex, Instant, const facts::Body*) {}));
    body_.boot = Millis{12'345'678};
    append(patients);  // everybody has a key
  }

  void append(std::size_t waiting) {
    for (std::size_t i = 0; i < waiting; ++i) {
      auto& intent = std::get<facts::AccessIntended>(body_.fact);
      intent.patient = PatientId{"p-" + std::to_string(written_++ % patients)};
      const auto text = facts::encode(body_);
      bytes_ += text.size();
      need(journal_.write(body_, text, at_ += Millis{1}));
    }
    need(journal_.commit(false));
  }

  std::size_t mean_body() const { return bytes_ / written_; }
  app::Journal& journal() { return journal_; }

  void check_replay() {
    app::Journal again{*store_, *vault_, dice_};
    std::size_t read = 0;
    need(again.replay([&](EntryIndex, Instant, const facts::Body* body) { read += body ? 1 : 0; }));
    MUST(read == written_ && again.tree().root() == journal_.tree().root());
  }

 private:
  out::OsDice dice_;
  std::unique_ptr<out::SqliteVault> vault_;
  std::unique_ptr<out::SegmentEntryStore> store_;
  app::Journal journal_;
  facts::Body body_{
      .fact = facts::AccessIntended{.staff = StaffId{"a.osei"},
                                    .patient = {},
                                    .session = SessionId{"0123456789abcdef0123456789abcdef"},
                                    .action = "read",
                                    .types = {"Observation"},
                                    .form = "read",
                                    .basis = "open-referral",
                                    .glass = {},
                                    .terminal = TerminalId{"ws-17"},
                                    .place = PlaceId{"unit/ward-a"},
                                    .purpose = "TREAT",
                                    .policy = "3"},
      .boot = {},
      .idempotency = {}};
  Instant at_{Millis{1'772'445'600'000}};
  std::size_t written_ = 0;
  std::size_t bytes_ = 0;
};

struct Samples {
  std::vector<double> rates;   // operations a second, one for each round
  std::vector<double> micros;  // of every single operation
  double cpu = 0;              // seconds
  double count = 0;
};

void run_round(Samples& samples, double seconds, const std::function<void()>& work) {
  const double cpu = cpu_seconds();
  const auto start = Clock::now();
  double count = 0;
  while (seconds_since(start) < seconds) {
    const auto before = Clock::now();
    work();
    samples.micros.push_back(
        std::chrono::duration<double, std::micro>(Clock::now() - before).count());
    ++count;
  }
  samples.rates.push_back(count / seconds_since(start));
  samples.cpu += cpu_seconds() - cpu;
  samples.count += count;
}

void print(const char* name, Samples& samples, double entries) {
  std::printf("%-34s %9.0f /s  (%.0f to %.0f)  p50 %7.1f us  p99 %8.1f us  CPU %6.2f us an entry\n",
              name, at_rank(samples.rates, 0.5) * entries, at_rank(samples.rates, 0) * entries,
              at_rank(samples.rates, 1) * entries, at_rank(samples.micros, 0.5),
              at_rank(samples.micros, 0.99), samples.cpu / samples.count / entries * 1e6);
}

void measure_entries(const out::Path& folder, const Figures& figures) {
  const std::vector<std::size_t> waiting{1, 16, 64, 256, 1024};
  Floor floor{folder};
  Ledger ledger{folder};
  Samples floors;
  std::vector<Samples> journals(waiting.size());
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    Samples here;
    run_round(here, round_seconds, [&] { floor.write(); });
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      Samples one;
      run_round(one, round_seconds, [&] { ledger.append(waiting[i]); });
      if (waiting[i] == 1) ratios.push_back(at_rank(one.micros, 0.5) / at_rank(here.micros, 0.5));
      auto& all = journals[i];
      all.rates.push_back(one.rates.front());
      all.micros.insert(all.micros.end(), one.micros.begin(), one.micros.end());
      all.cpu += one.cpu;
      all.count += one.count;
    }
    floors.rates.push_back(here.rates.front());
    floors.micros.insert(floors.micros.end(), here.micros.begin(), here.micros.end());
    floors.cpu += here.cpu;
    floors.count += here.count;
  }
  std::printf(
      "entries with a body of %zu bytes, encrypted, chained, durable; medians of %d rounds\n",
      ledger.mean_body(), rounds);
  print("floor: 4 KiB and fdatasync", floors, 1);
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const std::string name = "journal, " + std::to_string(waiting[i]) + " waiting";
    print(name.c_str(), journals[i], static_cast<double>(waiting[i]));
    figures.add("entries a second by waiting", static_cast<double>(waiting[i]),
                at_rank(journals[i].rates, 0.5) * static_cast<double>(waiting[i]));
  }
  std::printf("1 waiting: p50 is %.2f times the floor's (%.2f to %.2f; aim 1.3)\n",
              at_rank(ratios, 0.5), at_rank(ratios, 0), at_rank(ratios, 1));
  ledger.check_replay();
}

// ---- What is proved from memory.

class MapReader final : public ledger::LogReader {
 public:
  explicit MapReader(const std::map<std::string, Bytes>& files) : files_(files) {}
  Result<std::optional<Bytes>> get(const std::string& path) override {
    const auto found = files_.find(path);
    return found == files_.end() ? std::optional<Bytes>{} : std::optional{found->second};
  }

 private:
  const std::map<std::string, Bytes>& files_;
};

std::vector<Bytes> sealed_entries(std::size_t count) {
  const crypto::SecretKey key{crypto::Key256{1}};
  std::vector<std::pair<std::uint64_t, Hash>> chains(patients);
  std::vector<Bytes> out;
  out.reserve(count);
  const std::string body(200, 'x');
  for (std::size_t i = 0; i < count; ++i) {
    auto& [sequence, last] = chains[i % patients];
    ledger::Clear clear{.at = Instant{Millis{1'772'445'600'000 + static_cast<std::int64_t>(i)}},
                        .patient = {1, static_cast<std::uint8_t>(i % patients),
                                    static_cast<std::uint8_t>(i % patients >> 8)},
                        .staff = {200},
                        .patient_sequence = ++sequence,
                        .previous = last,
                        .key = {1},
                        .nonce = {}};
    std::memcpy(clear.nonce.data(), &i, sizeof i);
    out.push_back(ledger::seal_entry(clear, key, view(body)));
    last = ledger::leaf_hash(out.back());
  }
  return out;
}

void measure_proofs(const ledger::Tree& tree, const Figures& figures) {
  const Hash root = tree.root();
  std::vector<double> gathered, checked;
  std::uint64_t index = 0;
  for (int i = 0; i < 100'000; ++i) {
    index = (index + 7919 * 104'729ULL) % tree.size();
    const auto start = Clock::now();
    const auto proof = tree.inclusion(index, tree.size());
    const auto middle = Clock::now();
    MUST(ledger::verify_inclusion(tree.leaf(index), index, tree.size(), proof, root));
    const auto end = Clock::now();
    gathered.push_back(std::chrono::duration<double, std::micro>(middle - start).count());
    checked.push_back(std::chrono::duration<double, std::micro>(end - middle).count());
  }
  std::printf(
      "inclusion proof in %llu entries: p50 %.2f us, p99 %.2f us (aim 2); checked in %.2f us\n",
      static_cast<unsigned long long>(tree.size()), at_rank(gathered, 0.5), at_rank(gathered, 0.99),
      at_rank(checked, 0.5));
  figures.add("inclusion proof by entries", static_cast<double>(tree.size()),
              at_rank(gathered, 0.5));
}

void measure_verify(const std::vector<Bytes>& entries, const ledger::Tree& tree) {
  const crypto::SecretKey seed{crypto::Key256{42}};
  const ledger::VerifierKey key{.name = "example.org/log", .key = crypto::public_key(seed)};
  const auto note =
      ledger::sign_checkpoint({.origin = key.name, .size = tree.size(), .root = tree.root()}, seed);
  std::map<std::string, Bytes> files;
  need(ledger::export_log(
      tree, 0, entries.size(), note,
      [&](EntryIndex index) -> Result<Bytes> { return entries[index]; },
      [&](const std::string& path, ByteView content) -> Result<Unit> {
        files[path] = Bytes(content.begin(), content.end());
        return Unit{};
      }));
  double best = 0;
  for (int round = 0; round < 3; ++round) {
    MapReader reader{files};
    const double cpu = cpu_seconds();
    const auto report =
        need(ledger::verify_log(reader, {.key = key, .earlier = {}, .progress = {}}));
    const double spent = cpu_seconds() - cpu;
    MUST(report.ok() && report.entries == entries.size());
    best = std::max(best, static_cast<double>(entries.size()) / spent);
  }
  std::printf("verify: %.0f entries a second of one core's time (aim 500,000), files in memory\n",
              best);
}

void measure_memory(const Figures& figures) {
  for (const std::size_t count :
       {std::size_t{1'000}, std::size_t{30'000}, std::size_t{1'000'000}}) {
    ledger::Tree tree;
    for (std::size_t i = 0; i < count; ++i) {
      Hash leaf{};
      std::memcpy(leaf.data(), &i, sizeof i);
      tree.append(leaf);
    }
    measure_proofs(tree, figures);
  }
  const auto entries = sealed_entries(300'000);
  ledger::Tree tree;
  for (const auto& entry : entries) tree.append(ledger::leaf_hash(entry));
  measure_verify(entries, tree);
}

out::Path fresh_folder(const char* where) {
  std::string folder = std::string{where} + "/ledger-bench-XXXXXX";
  if (::mkdtemp(folder.data()) != nullptr) return folder;
  std::fprintf(stderr, "ledger_bench: cannot make a folder in %s\n", where);
  std::exit(1);
}

void measure_one(std::size_t waiting, double seconds, const out::Path& folder) {
  Ledger ledger{folder};
  Samples samples;
  run_round(samples, seconds, [&] { ledger.append(waiting); });
  ledger.check_replay();
  std::printf("%.0f\n", samples.rates.front() * static_cast<double>(waiting));
}

}  // namespace
}  // namespace halligan::bench

int main(int argc, char** argv) {
  using namespace halligan::bench;
  const char* figures = nullptr;
  std::size_t waiting = 0;
  double seconds = 0;
  int at = 1;
  if (argc > at + 1 && std::strcmp(argv[at], "--figures") == 0) figures = argv[at + 1], at += 2;
  if (argc > at + 2 && std::strcmp(argv[at], "--waiting") == 0) {
    waiting = static_cast<std::size_t>(std::atoi(argv[at + 1]));
    seconds = std::atof(argv[at + 2]);
    at += 3;
  }
  const auto folder = fresh_folder(argc > at ? argv[at] : ".");
  if (waiting > 0) {
    measure_one(waiting, seconds, folder);
  } else {
    const Figures kept{figures};
    measure_entries(folder, kept);
    measure_memory(kept);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return 0;
}
