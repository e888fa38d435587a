// `halligan verify` over a folder and over an address: what it prints and how it exits.
#include "cli/verify.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/ledger/checkpoint.h"
#include "core/ledger/entry.h"
#include "core/ledger/export.h"

namespace halligan::cli {
namespace {

namespace fs = std::filesystem;

const crypto::SecretKey seed{crypto::Key256{42}};
const ledger::VerifierKey key{.name = "example.org/log", .key = crypto::public_key(seed)};

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

class VerifyVerb : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "verify-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    write_log(3);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void put(const std::string& path, ByteView content) {
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream{folder_ / path, std::ios::binary} << text_view(content);
  }
  std::string checkpoint(std::uint64_t size) const {
    return ledger::sign_checkpoint({.origin = key.name, .size = size, .root = tree_.root_at(size)},
                                   seed);
  }
  void write_log(std::uint64_t size) {
    for (std::uint64_t i = 0; i < size; ++i) {
      ledger::Clear clear;
      clear.at = *parse_instant("2026-11-22T03:14:00Z");
      entries_.push_back(
          ledger::seal_entry(clear, crypto::SecretKey{crypto::Key256{1}}, view("body")));
      tree_.append(ledger::leaf_hash(entries_.back()));
    }
    const auto read = [&](EntryIndex index) -> Result<Bytes> { return entries_[index]; };
    const auto write = [&](const std::string& path, ByteView content) -> Result<Unit> {
      put(path, content);
      return Unit{};
    };
    ASSERT_TRUE(ledger::export_log(tree_, 0, size, checkpoint(size), read, write));
  }
  Outcome run(VerifyArgs args, const FetchLogFile& fetch = {}) const {
    if (args.where.empty()) args.where = folder_.string();
    if (args.keys.empty() && args.key_files.empty()) args.keys = {ledger::to_text(key)};
    std::ostringstream out;
    std::ostringstream err;
    const int code = verify(args, fetch, out, err);
    return {code, out.str(), err.str()};
  }
  void spoil(const std::string& path, std::size_t at) {
    std::fstream file{folder_ / path, std::ios::binary | std::ios::in | std::ios::out};
    file.seekp(static_cast<std::streamoff>(at));
    file.put('\x7F');
  }

  fs::path folder_;
  ledger::Tree tree_;
  std::vector<Bytes> entries_;
};

TEST_F(VerifyVerb, SaysFirstThatTheLedgerIsWhole) {
  const Outcome whole = run({});
  EXPECT_EQ(whole.code, 0) << whole.err;
  EXPECT_TRUE(whole.out.starts_with(
      "The ledger is whole: 3 entries, 0 patients, from 2026-11-22T03:14:00.000Z"));
  EXPECT_NE(whole.out.find("--since"), std::string::npos);
}

TEST_F(VerifyVerb, NamesThePlace) {
  spoil("tile/entries/000.p/3", 200);
  const Outcome spoiled = run({});
  EXPECT_EQ(spoiled.code, 1);
  EXPECT_TRUE(spoiled.out.starts_with(
      "The ledger is NOT whole: 1 problem; 2 of 3 entries are as logged.\n"));
  EXPECT_NE(spoiled.out.find("\n  entry 1 (tile/entries/000.p/3)\n"), std::string::npos)
      << spoiled.out;
  const auto json = boost::json::parse(run({.json = true}).out).as_object();
  EXPECT_FALSE(json.at("whole").as_bool());
  const auto& problem = json.at("problems").as_array().at(0).as_object();
  EXPECT_EQ(problem.at("kind").as_string(), "entry");
  EXPECT_EQ(problem.at("place").as_string(), "entry 1 (tile/entries/000.p/3)");
}

TEST_F(VerifyVerb, TakesTheKeyFromAFile) {
  put("log.vkey", view(ledger::to_text(key) + "\n"));
  EXPECT_EQ(run({.key_files = {(folder_ / "log.vkey").string()}}).code, 0);
}

TEST_F(VerifyVerb, TheKeyOfBeforeARotationIsGivenBehindTheOneOfNow) {
  put("kept", view(checkpoint(2)));
  const auto head = ledger::TreeHead{.origin = key.name, .size = 3, .root = tree_.root_at(3)};
  const crypto::SecretKey next{crypto::Key256{43}};
  const auto now = ledger::to_text({.name = key.name, .key = crypto::public_key(next)});
  put("checkpoint", view(ledger::sign_checkpoint(head, next)));
  const std::vector<std::string> since{(folder_ / "kept").string()};
  EXPECT_EQ(run({.keys = {now, ledger::to_text(key)}, .since = since}).code, 0);
  EXPECT_EQ(run({.keys = {ledger::to_text(key), now}, .since = since}).code, 1);
  const Outcome alone = run({.keys = {now}, .since = since});
  EXPECT_EQ(alone.code, 2);
  EXPECT_NE(alone.err.find("give the key of then too"), std::string::npos) << alone.err;
  const Outcome old = run({});
  EXPECT_EQ(old.code, 1);
  EXPECT_NE(old.out.find("the log signs with another key now"), std::string::npos) << old.out;
}

TEST_F(VerifyVerb, SeesTruncationWithAnEarlierCheckpoint) {
  put("kept/later", view(checkpoint(3)));
  EXPECT_EQ(run({.since = {(folder_ / "kept/later").string()}}).code, 0);
  put("checkpoint", view(checkpoint(2)));
  put("tile/0/000.p/2", *ledger::tile_hashes(tree_, {.width = 2}, 2));
  Bytes bundle;
  for (std::size_t i = 0; i < 2; ++i) ledger::put_bundled(bundle, entries_[i]);
  put("tile/entries/000.p/2", bundle);
  EXPECT_EQ(run({}).code, 0);
  const Outcome cut = run({.since = {(folder_ / "kept/later").string()}});
  EXPECT_EQ(cut.code, 1);
  EXPECT_NE(cut.out.find("entry 2 cut off"), std::string::npos) << cut.out;
}

TEST_F(VerifyVerb, ReadsAnAddressThroughTheGivenFetch) {
  const FetchLogFile fetch = [&](const std::string& path) -> Result<std::optional<Bytes>> {
    std::ifstream file{folder_ / path, std::ios::binary};
    if (!file) return std::optional<Bytes>{};
    return std::optional{Bytes{std::istreambuf_iterator<char>{file}, {}}};
  };
  EXPECT_EQ(run({.where = "https://halligan.example/ledger"}, fetch).code, 0);
  const FetchLogFile down = [](const std::string&) -> Result<std::optional<Bytes>> {
    return Fault{FaultCode::upstream_unreachable, "nobody answers"};
  };
  const Outcome unreachable = run({.where = "https://halligan.example/ledger"}, down);
  EXPECT_EQ(unreachable.code, 2);
  EXPECT_EQ(unreachable.err, "halligan verify: nobody answers\n");
}

TEST_F(VerifyVerb, WithoutTheEntriesTheTreeIsCheckedAndThatIsSaid) {
  put("kept/earlier", view(checkpoint(2)));
  fs::remove_all(folder_ / "tile/entries");
  EXPECT_EQ(run({}).code, 1);  // in a folder they are missing
  const Outcome whole = run({.since = {(folder_ / "kept/earlier").string()}, .hashes_only = true});
  EXPECT_EQ(whole.code, 0) << whole.out;
  EXPECT_TRUE(
      whole.out.starts_with("The tree of hashes is whole and signed: 3 entries.\nThe entries "
                            "themselves were not read"))
      << whole.out;
  EXPECT_NE(whole.out.find("It continues 1 earlier checkpoint."), std::string::npos) << whole.out;
  spoil("tile/0/000.p/3", 40);
  const Outcome spoiled = run({.hashes_only = true});
  EXPECT_EQ(spoiled.code, 1);
  EXPECT_NE(spoiled.out.find("the entries themselves were not read"), std::string::npos);
}

TEST_F(VerifyVerb, WhatCannotBeReadIsNotCalledTampering) {
  EXPECT_EQ(run({.where = (folder_ / "nowhere").string()}).code, 2);
  EXPECT_EQ(run({.keys = {"not a key"}}).code, 2);
  EXPECT_EQ(run({.keys = {ledger::to_text(key)}, .key_files = {"both"}}).code, 2);
  EXPECT_EQ(run({.key_files = {(folder_ / "missing").string()}}).code, 2);
  EXPECT_EQ(run({.since = {(folder_ / "missing").string()}}).code, 2);
  put("not-a-checkpoint", view("hello\n"));
  EXPECT_EQ(run({.since = {(folder_ / "not-a-checkpoint").string()}}).code, 2);
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(verify({.where = folder_.string()}, {}, out, err), 2);  // no key at all
}

}  // namespace
}  // namespace halligan::cli
