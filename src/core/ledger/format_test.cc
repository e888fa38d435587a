// The worked example of spec/ledger-format.md, made again from its inputs and compared byte by
// byte.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <numeric>

#include "core/ledger/checkpoint.h"
#include "core/ledger/entry.h"
#include "core/ledger/export.h"

namespace halligan::ledger {
namespace {

template <std::size_t n>
std::array<std::uint8_t, n> counting_from(std::uint8_t first) {
  std::array<std::uint8_t, n> bytes{};
  std::iota(bytes.begin(), bytes.end(), first);
  return bytes;
}

struct Example {
  const crypto::SecretKey data_key{counting_from<32>(0x00)};
  const crypto::SecretKey seed{counting_from<32>(0x20)};
  const VerifierKey vkey{.name = "hospital.example/ledger", .key = crypto::public_key(seed)};
  std::vector<Bytes> entries;
  Tree tree;
  std::string checkpoint;

  Example() {
    Clear clear{.at = *parse_instant("2026-11-22T03:14:00Z"),
                .patient = counting_from<16>(0x40),
                .staff = counting_from<16>(0x50),
                .patient_sequence = 1,
                .previous = {},
                .key = counting_from<16>(0x60),
                .nonce = counting_from<12>(0x70)};
    add(clear, "first");
    clear.at += Millis{1500};
    clear.patient_sequence = 2;
    clear.previous = tree.leaf(0);
    clear.nonce = counting_from<12>(0x80);
    add(clear, "second");
    Clear alone{.at = clear.at,
                .patient = {},
                .staff = counting_from<16>(0x50),
                .patient_sequence = 0,
                .previous = {},
                .key = counting_from<16>(0x90),
                .nonce = counting_from<12>(0xA0)};
    add(alone, "third");
    checkpoint = sign_checkpoint({.origin = vkey.name, .size = 3, .root = tree.root()}, seed);
  }
  void add(const Clear& clear, std::string_view body) {
    entries.push_back(seal_entry(clear, data_key, view(body)));
    tree.append(leaf_hash(entries.back()));
  }
};

std::string hex_lines(ByteView bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 32)
    text += to_hex(bytes.subspan(at, std::min<std::size_t>(32, bytes.size() - at))) + "\n";
  return text;
}

std::string block(const std::string& name, const std::string& content) {
  return name + "\n\n```\n" + content + "```\n";
}

std::vector<std::string> example_blocks() {
  const Example x;
  const auto read = [&](EntryIndex index) -> Result<Bytes> { return x.entries[index]; };
  const auto file = [&](const char* path) {
    return hex_lines(*tile_content(x.tree, *parse_tile_path(path), 3, read));
  };
  std::vector<std::string> blocks;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string number = std::to_string(i);
    blocks.push_back(block("Entry " + number + " as stored:", hex_lines(x.entries[i])));
    blocks.push_back(block("Leaf hash of entry " + number + ":", hex_lines(x.tree.leaf(i))));
  }
  blocks.push_back(block("`tile/entries/000.p/3`:", file("tile/entries/000.p/3")));
  blocks.push_back(block("`tile/0/000.p/3`:", file("tile/0/000.p/3")));
  blocks.push_back(block("Verifier key:", to_text(x.vkey) + "\n"));
  blocks.push_back(block("`checkpoint`:", x.checkpoint));
  const Receipt receipt{
      .index = 1, .inclusion = x.tree.inclusion(1, 3), .checkpoint = x.checkpoint};
  EXPECT_TRUE(verify_receipt(receipt, x.tree.leaf(1), x.vkey));
  blocks.push_back(block("Receipt of entry 1:", to_text(receipt)));
  return blocks;
}

TEST(Format, TheWorkedExampleIsWhatTheCodeWrites) {
  std::ifstream file{"spec/ledger-format.md", std::ios::binary};
  ASSERT_TRUE(file) << "run from the project's folder";
  const std::string document{std::istreambuf_iterator<char>{file}, {}};
  std::size_t at = 0;
  for (const std::string& expected : example_blocks()) {
    const auto found = document.find(expected, at);
    EXPECT_NE(found, std::string::npos) << "spec/ledger-format.md should say:\n\n" << expected;
    if (found != std::string::npos) at = found + expected.size();
  }
}

TEST(Format, TheWorkedExampleOpens) {
  const Example x;
  EXPECT_EQ(text_view(*open_entry(x.entries[0], x.data_key)), "first");
  EXPECT_EQ(text_view(*open_entry(x.entries[1], x.data_key)), "second");
  EXPECT_EQ(text_view(*open_entry(x.entries[2], x.data_key)), "third");
}

}  // namespace
}  // namespace halligan::ledger
