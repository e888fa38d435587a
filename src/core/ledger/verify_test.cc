// Scenario D11: whatever is done to an exported log, verification names the place.
#include "core/ledger/verify.h"

#include <gtest/gtest.h>

#include <map>

#include "core/ledger/entry.h"
#include "core/ledger/export.h"

namespace halligan::ledger {
namespace {

using Files = std::map<std::string, Bytes>;

const crypto::SecretKey seed{crypto::Key256{42}};
const VerifierKey key{.name = "example.org/log", .key = crypto::public_key(seed)};

class MapReader final : public LogReader {
 public:
  explicit MapReader(const Files& files) : files_(files) {}
  Result<std::optional<Bytes>> get(const std::string& path) override {
    ++reads;
    const auto found = files_.find(path);
    return found == files_.end() ? std::optional<Bytes>{} : std::optional{found->second};
  }
  std::uint64_t reads = 0;

 private:
  const Files& files_;
};

// A log of entries for a few patients, and everything a thief with the disk could rewrite.
struct Log {
  std::vector<Bytes> entries;
  std::map<std::uint8_t, std::pair<std::uint64_t, Hash>> chains;
  Instant now = *parse_instant("2026-11-22T03:14:00Z");

  void add(std::uint8_t patient, std::string_view body) {
    now += Millis{1000};
    Clear clear{.at = now,
                .patient = {patient},
                .staff = {200},
                .patient_sequence = 0,
                .previous = {},
                .key = {patient},
                .nonce = {static_cast<std::uint8_t>(entries.size())}};
    auto& [sequence, last] = chains[patient];
    if (patient != 0) {
      clear.patient_sequence = ++sequence;
      clear.previous = last;
    }
    entries.push_back(seal_entry(clear, crypto::SecretKey{crypto::Key256{1}}, view(body)));
    if (patient != 0) last = leaf_hash(entries.back());
  }
  Tree tree() const {
    Tree tree;
    for (const Bytes& entry : entries) tree.append(leaf_hash(entry));
    return tree;
  }
  std::string checkpoint(std::uint64_t size) const {
    return sign_checkpoint({.origin = key.name, .size = size, .root = tree().root_at(size)}, seed);
  }
  Files files() const {
    Files files;
    const auto read = [&](EntryIndex index) -> Result<Bytes> { return entries[index]; };
    const auto write = [&](const std::string& path, ByteView content) -> Result<Unit> {
      files[path] = Bytes(content.begin(), content.end());
      return Unit{};
    };
    EXPECT_TRUE(export_log(tree(), 0, entries.size(), checkpoint(entries.size()), read, write));
    return files;
  }
};

Log five_entries() {
  Log log;
  log.add(0, "the log begins");
  log.add(1, "dr.osei opens the chart");
  log.add(2, "another patient");
  log.add(1, "dr.osei reads allergies");
  log.add(1, "the glass ends");
  return log;
}

Log long_log(std::uint64_t size) {
  Log log;
  for (std::uint64_t i = 0; i < size; ++i)
    log.add(static_cast<std::uint8_t>(1 + (i * i + i / 7) % 13), "entry " + std::to_string(i));
  return log;
}

VerifyReport verify(const Files& files, std::vector<EarlierCheckpoint> earlier = {}) {
  MapReader reader{files};
  auto report = verify_log(reader, {.key = key, .earlier = std::move(earlier), .progress = {}});
  EXPECT_TRUE(report.ok());
  return *report;
}

std::string told(const VerifyReport& report) {
  std::string text;
  for (const auto& problem : report.problems)
    text +=
        std::string{name_of(problem.kind)} + " | " + problem.place + " | " + problem.what + "\n";
  return text;
}

// The only problem's place, or everything that was said.
std::string only_place(const VerifyReport& report) {
  return report.problems.size() == 1 ? report.problems[0].place : told(report);
}

TEST(Verify, AWholeLogIsWhole) {
  for (const std::uint64_t size : {0U, 1U, 5U, 255U, 256U, 257U, 600U}) {
    const Log log = long_log(size);
    const auto report =
        verify(log.files(), {{"first", log.checkpoint(0)}, {"half", log.checkpoint(size / 2)}});
    EXPECT_TRUE(report.ok()) << told(report);
    EXPECT_EQ(report.entries, size);
    EXPECT_EQ(report.patients, std::min<std::uint64_t>(log.chains.size(), size));
    EXPECT_EQ(report.head.root, log.tree().root());
    EXPECT_EQ(report.earlier, 2U);
  }
}

TEST(Verify, ReadsEachFileOnce) {
  const Files files = long_log(600).files();
  MapReader reader{files};
  ASSERT_TRUE(verify_log(reader, {.key = key, .earlier = {}, .progress = {}}).value().ok());
  EXPECT_EQ(reader.reads, files.size());
}

// Which entry, hash or line a byte of a file belongs to.
std::string place_of_byte(const std::string& path, const Bytes& content, std::size_t at) {
  if (path == "checkpoint")
    return "checkpoint line " +
           std::to_string(1 + std::count(content.begin(),
                                         content.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  const auto tile = *parse_tile_path(path);
  if (!tile.entries) {
    const std::string hash = path + " hash " + std::to_string(at / 32);
    const std::uint64_t index = tile.index * tile_width + at / 32;
    if (tile.level == 0) return hash + " (entry " + std::to_string(index) + ")";
    return hash + " (entries " + std::to_string(index * 256) + " to " +
           std::to_string(index * 256 + 255) + ")";
  }
  std::size_t i = 0;
  for (std::size_t begin = 0;; ++i) {
    begin += 2 + static_cast<std::size_t>(get_u16(content.data() + begin));
    if (at < begin) break;
  }
  return "entry " + std::to_string(tile.index * tile_width + i) + " (" + path + ")";
}

void flip_bytes(const Files& whole, std::size_t step, std::initializer_list<unsigned> masks) {
  for (const auto& [path, content] : whole)
    for (std::size_t at = 0; at < content.size(); at += step)
      for (const unsigned mask : masks) {
        Files files = whole;
        files[path][at] = static_cast<std::uint8_t>(content[at] ^ mask);
        const auto report = verify(files);
        EXPECT_EQ(only_place(report), place_of_byte(path, content, at))
            << path << " byte " << at << " ^ " << mask;
      }
}

TEST(Verify, NamesThePlaceOfEachFlippedByte) {
  flip_bytes(five_entries().files(), 1, {0x01, 0x20, 0x80, 0xFF});
}

TEST(Verify, NamesThePlaceInALargerLogToo) { flip_bytes(long_log(300).files(), 977, {0x01}); }

TEST(Verify, EveryMissingFileIsNamed) {
  const Files whole = long_log(600).files();
  for (const auto& [path, content] : whole) {
    Files files = whole;
    files.erase(path);
    EXPECT_EQ(only_place(verify(files)), path);
  }
}

TEST(Verify, EveryShortenedOrLengthenedFileIsNamed) {
  const Files whole = five_entries().files();
  for (const auto& [path, content] : whole) {
    Files files = whole;
    for (const std::size_t size :
         {content.size() + 1, content.size() - 1, content.size() / 2, std::size_t{0}}) {
      files[path].resize(size);
      const auto report = verify(files);
      ASSERT_FALSE(report.ok()) << path << " of " << size;
      const bool named = path == "checkpoint"
                             ? report.problems[0].place.starts_with("checkpoint line ")
                             : told(report).find(path) != std::string::npos;
      EXPECT_TRUE(named) << told(report);
    }
  }
}

Bytes bundle_of(const std::vector<Bytes>& entries) {
  Bytes bundle;
  for (const Bytes& entry : entries) put_bundled(bundle, entry);
  return bundle;
}

constexpr const char* bundle_path = "tile/entries/000.p/5";

TEST(Verify, ADeletedEntryIsMissed) {
  const Log log = five_entries();
  for (std::size_t gone = 0; gone < 5; ++gone) {
    Files files = log.files();
    auto entries = log.entries;
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(gone));
    files[bundle_path] = bundle_of(entries);
    const auto report = verify(files);
    EXPECT_EQ(only_place(report), "entry " + std::to_string(gone) + " (tile/entries/000.p/5)");
    EXPECT_EQ(report.problems[0].kind, Trouble::missing);
  }
}

TEST(Verify, SwappedEntriesAreBothNamed) {
  const Log log = five_entries();
  Files files = log.files();
  auto entries = log.entries;
  std::swap(entries[1], entries[3]);
  files[bundle_path] = bundle_of(entries);
  const auto report = verify(files);
  ASSERT_EQ(report.problems.size(), 2U) << told(report);
  EXPECT_EQ(report.problems[0].place, "entry 1 (tile/entries/000.p/5)");
  EXPECT_NE(report.problems[0].what.find("bytes of entry 3"), std::string::npos);
  EXPECT_EQ(report.problems[1].place, "entry 3 (tile/entries/000.p/5)");
}

TEST(Verify, AnInsertedEntryIsNamed) {
  const Log log = five_entries();
  Files files = log.files();
  auto entries = log.entries;
  entries.insert(entries.begin() + 2, entries[4]);
  files[bundle_path] = bundle_of(entries);
  EXPECT_EQ(only_place(verify(files)), bundle_path);
}

TEST(Verify, TwoDamagesAreBothNamed) {
  Files files = five_entries().files();
  files[bundle_path][40] ^= 1;               // entry 0
  files["tile/0/000.p/5"][4 * 32 + 3] ^= 1;  // entry 4
  const auto report = verify(files);
  ASSERT_EQ(report.problems.size(), 2U) << told(report);
  EXPECT_EQ(report.problems[0].place, "entry 0 (tile/entries/000.p/5)");
  EXPECT_EQ(report.problems[1].place, "tile/0/000.p/5 hash 4 (entry 4)");
}

// The tile is made to fit the changed entry; the chain still remembers what was there.
TEST(Verify, AnEntryChangedTogetherWithItsHashIsNamedByTheChain) {
  for (const std::uint64_t size : {5U, 600U}) {
    Log log = size == 5 ? five_entries() : long_log(size);
    Log forged = log;
    const std::size_t victim = size == 5 ? 3 : 100;
    forged.entries[victim].back() ^= 1;
    Files files = forged.files();
    files["checkpoint"] = log.files()["checkpoint"];
    if (size != 5) files["tile/1/000.p/2"] = log.files()["tile/1/000.p/2"];
    const auto report = verify(files);
    EXPECT_TRUE(only_place(report).starts_with("entry " + std::to_string(victim) + " ("))
        << told(report);
  }
}

// Nobody's successor bears witness: the part of the tree is named.
TEST(Verify, AChangeWithoutWitnessIsNamedAsFarAsEvidenceGoes) {
  const Log log = long_log(600);
  Log forged = log;
  forged.entries[599].back() ^= 1;
  Files files = forged.files();
  files["checkpoint"] = log.files()["checkpoint"];
  EXPECT_EQ(only_place(verify(files)), "entries 0 to 599");
  EXPECT_EQ(only_place(verify(files, {{"at 590", log.checkpoint(590)}})), "entries 590 to 599");
}

TEST(Verify, AChangeWithoutWitnessInAFullTileIsNamedByItsTile) {
  Log log = long_log(300);
  log.add(99, "the only entry of its patient");
  for (int i = 0; i < 300; ++i) log.add(98, "and so on");
  Log forged = log;
  forged.entries[300].back() ^= 1;
  Files files = forged.files();
  files["checkpoint"] = log.files()["checkpoint"];
  files["tile/1/000.p/2"] = log.files()["tile/1/000.p/2"];
  EXPECT_EQ(only_place(verify(files)), "entries 256 to 511 (tile/0/001)");
}

TEST(Verify, JunkInPlaceOfABundleIsNamedAndCostsLittle) {
  Files files = five_entries().files();
  Bytes& bundle = files[bundle_path];
  bundle.clear();
  for (int i = 0; i < 1'000'000; ++i)
    bundle.insert(bundle.end(), {0, 1, static_cast<std::uint8_t>(i)});
  const auto report = verify(files);
  EXPECT_EQ(report.entries, 0U);
  EXPECT_EQ(report.problems.size(), 5U) << told(report);
}

// Whoever holds the log's key can sign anything; the chains and earlier checkpoints tell on them.
TEST(Verify, AResignedEditBreaksTheChain) {
  Log forged = five_entries();
  forged.entries[1].back() ^= 1;
  const auto report = verify(forged.files());
  EXPECT_EQ(only_place(report), "entry 1 (tile/entries/000.p/5) or entry 3 (tile/entries/000.p/5)");
  EXPECT_EQ(report.problems[0].kind, Trouble::chain);
}

TEST(Verify, AResignedDeletionBreaksTheChain) {
  Log forged = five_entries();
  forged.entries.erase(forged.entries.begin() + 3);
  const auto report = verify(forged.files());
  EXPECT_EQ(only_place(report), "entry 3 (tile/entries/000.p/4)");
  EXPECT_EQ(report.problems[0].kind, Trouble::chain);
}

TEST(Verify, AResignedReorderingRunsTimeBackwards) {
  Log forged = five_entries();
  std::swap(forged.entries[1], forged.entries[2]);  // of different patients: the chains still hold
  const auto report = verify(forged.files());
  EXPECT_EQ(only_place(report), "entry 2 (tile/entries/000.p/5)");
  EXPECT_EQ(report.problems[0].kind, Trouble::time);
}

TEST(Verify, TruncationToAnOlderCheckpointNeedsALaterOne) {
  const Log log = long_log(600);
  Log cut = log;
  cut.entries.resize(300);
  EXPECT_TRUE(verify(cut.files()).ok());  // it is a whole log, only an old one
  const auto report = verify(cut.files(), {{"yesterday's", log.checkpoint(600)}});
  ASSERT_EQ(report.problems.size(), 1U) << told(report);
  EXPECT_EQ(report.problems[0].kind, Trouble::truncated);
  EXPECT_EQ(report.problems[0].place, "checkpoint line 2");
  EXPECT_NE(report.problems[0].what.find("entries 300 to 599"), std::string::npos);
}

TEST(Verify, AForkIsToldByAnEarlierCheckpoint) {
  const Log log = long_log(600);
  Log fork = log;
  fork.entries.resize(550);
  fork.add(99, "another history");
  for (int i = 0; i < 60; ++i) fork.add(99, "and so on");
  const auto report =
      verify(fork.files(),
             {{"a", log.checkpoint(500)}, {"b", log.checkpoint(600)}, {"c", log.checkpoint(550)}});
  ASSERT_EQ(report.problems.size(), 1U) << told(report);
  EXPECT_EQ(report.problems[0].kind, Trouble::fork);
  EXPECT_EQ(report.problems[0].place, "entries 550 to 599");
  EXPECT_EQ(report.earlier, 2U);
}

// Whatever is thrown at it: never a crash, and never an answer that all is well.
TEST(Verify, RandomDamageIsAlwaysFound) {
  const Files whole = long_log(270).files();
  std::uint64_t dice = 20261122;
  const auto below = [&](std::size_t n) {  // splitmix64
    std::uint64_t z = (dice += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return static_cast<std::size_t>((z ^ (z >> 31)) % n);
  };
  for (int round = 0; round < 1500; ++round) {
    Files files = whole;
    for (std::size_t damages = 1 + below(3); damages-- > 0;) {
      auto& content =
          std::next(files.begin(), static_cast<std::ptrdiff_t>(below(files.size())))->second;
      const auto from = content.begin() + static_cast<std::ptrdiff_t>(below(content.size() + 1));
      const auto length =
          static_cast<std::ptrdiff_t>(below(static_cast<std::size_t>(content.end() - from) + 1));
      switch (below(4)) {
        case 0: content.erase(from, from + length); break;
        case 1: std::fill(from, from + length, static_cast<std::uint8_t>(below(256))); break;
        case 2: std::reverse(from, from + length); break;
        case 3: content.insert(from, 1 + below(300), static_cast<std::uint8_t>(below(256))); break;
        default: break;
      }
    }
    EXPECT_EQ(verify(files).ok(), files == whole) << "round " << round;
  }
}

TEST(Verify, AnEarlierCheckpointOfAnotherKeyIsAFault) {
  const Files files = five_entries().files();
  MapReader reader{files};
  const auto other =
      sign_checkpoint({.origin = key.name, .size = 1, .root = {}}, crypto::SecretKey{{9}});
  const auto report = verify_log(reader, {.key = key, .earlier = {{"x", other}}, .progress = {}});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.fault().code, FaultCode::bad_input);
}

TEST(Verify, AnotherKeyConfirmsNothing) {
  const Files files = five_entries().files();
  MapReader reader{files};
  const VerifierKey stranger{.name = key.name, .key = crypto::public_key(crypto::SecretKey{{9}})};
  const auto report = verify_log(reader, {.key = stranger, .earlier = {}, .progress = {}});
  EXPECT_EQ(only_place(*report), "checkpoint line 5");
}

TEST(Verify, AnOlderKeyOpensWhatWasKeptBeforeItsRotationAndNothingElse) {
  Log log = five_entries();
  const std::string kept = log.checkpoint(4);
  const crypto::SecretKey next{crypto::Key256{43}};
  const VerifierKey new_key{.name = key.name, .key = crypto::public_key(next)};
  log.add(0, "the key is another");
  Files files = log.files();
  const auto sign = [&](const crypto::SecretKey& with) {
    const std::string note =
        sign_checkpoint({.origin = key.name, .size = 6, .root = log.tree().root_at(6)}, with);
    files["checkpoint"] = Bytes(note.begin(), note.end());
  };
  const auto verify = [&](std::vector<EarlierCheckpoint> earlier, std::vector<VerifierKey> older) {
    MapReader reader{files};
    return verify_log(reader, {.key = new_key,
                               .earlier = std::move(earlier),
                               .progress = {},
                               .older_keys = std::move(older)});
  };
  sign(next);
  const auto continued = verify({{"kept", kept}}, {key});
  ASSERT_TRUE(continued) << continued.fault().what;
  EXPECT_TRUE(continued->ok());
  EXPECT_EQ(continued->earlier, 1u);
  const auto unknown = verify({{"kept", kept}}, {});
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.fault().what.find("give the key of then too"), std::string::npos);
  const VerifierKey elsewhere{.name = "example.org/other", .key = key.key};
  EXPECT_EQ(verify({}, {elsewhere}).fault().code, FaultCode::bad_input);

  Log forged = five_entries();  // the same size, another fourth entry, and the old key to sign with
  forged.entries.erase(forged.entries.begin() + 3);
  EXPECT_EQ(verify({{"kept", forged.checkpoint(4)}}, {key})->problems.at(0).kind, Trouble::fork);
  sign(seed);  // the old key was stolen: it makes no log of today
  EXPECT_EQ(only_place(*verify({}, {key})), "checkpoint line 5");
}

TEST(Verify, AFullTileStandsInForAPartialOne) {
  const Log grown = long_log(600);
  Log at300 = grown;
  at300.entries.resize(300);
  Files files = at300.files();
  for (const auto& [path, content] : grown.files())
    if (path != "checkpoint") files[path] = content;
  files.erase("tile/entries/001.p/44");
  files.erase("tile/0/001.p/44");
  const auto report = verify(files);
  EXPECT_TRUE(report.ok()) << told(report);
  EXPECT_EQ(report.entries, 300U);
}

// A forged size must not send the verifier looking for more entries than there are files.
TEST(Verify, AnEnormousUnsignedSizeIsNotBelieved) {
  Files files = five_entries().files();
  const std::string text = "example.org/log\n9223372036854775807\n" + to_base64(Hash{}) + "\n\n" +
                           "\xE2\x80\x94 example.org/log " + to_base64(Bytes(68, 1)) + "\n";
  files["checkpoint"] = Bytes(text.begin(), text.end());
  EXPECT_EQ(only_place(verify(files)), "checkpoint line 2");
}

TEST(Verify, ReadersFaultsArePassedOn) {
  class Broken final : public LogReader {
    Result<std::optional<Bytes>> get(const std::string& path) override {
      if (path != "tile/0/000.p/5") return std::optional<Bytes>{five_entries().files().at(path)};
      return Fault{FaultCode::disk_failed, "cannot read"};
    }
  } reader;
  const auto report = verify_log(reader, {.key = key, .earlier = {}, .progress = {}});
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.fault().code, FaultCode::disk_failed);
}

TEST(Export, RefusesAnEntryThatIsNotInTheTree) {
  const Log log = five_entries();
  const auto read = [&](EntryIndex) -> Result<Bytes> { return log.entries[0]; };
  const auto bundle = tile_content(log.tree(), {.entries = true, .width = 2}, 5, read);
  ASSERT_FALSE(bundle.ok());
  EXPECT_EQ(bundle.fault().code, FaultCode::ledger_damaged);
  EXPECT_EQ(tile_content(log.tree(), {.width = 6}, 5, read).fault().code, FaultCode::not_found);
}

}  // namespace
}  // namespace halligan::ledger
