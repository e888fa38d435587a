// Checkpoints, verifier keys and receipts: the examples of C2SP, and every spoiled byte refused.
#include "core/ledger/checkpoint.h"

#include <gtest/gtest.h>

#include "core/ledger/merkle.h"

namespace halligan::ledger {
namespace {

const crypto::SecretKey seed{crypto::Key256{42}};
const VerifierKey key{.name = "example.org/log", .key = crypto::public_key(seed)};

TreeHead head_of(std::uint64_t size) {
  return {.origin = key.name, .size = size, .root = crypto::sha256(view("root"))};
}

// The example of C2SP signed-note.
constexpr std::string_view example_vkey =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view example_note =
    "This is an example message.\n"
    "\n"
    "\xE2\x80\x94 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXm"
    "RKuwHjG1Yu72IneyaQM=\n";

TEST(Note, TheExampleOfTheSpecificationVerifies) {
  const auto foo = parse_verifier_key(example_vkey);
  ASSERT_TRUE(foo);
  EXPECT_EQ(foo->name, "example.com/foo");
  EXPECT_EQ(key_id(*foo), 0x530d903aU);
  EXPECT_EQ(to_text(*foo), example_vkey);
  const NoteReading note = read_note(example_note);
  EXPECT_EQ(note.text, "This is an example message.\n");
  EXPECT_EQ(check_signature(note, *foo).error, NoteError::none);
  EXPECT_EQ(check_signature(note, key).error, NoteError::unknown_signer);
  NoteReading other = note;
  other.text[0] = 't';
  EXPECT_EQ(check_signature(other, *foo).error, NoteError::bad_signature);
  EXPECT_EQ(open_checkpoint(example_note, *foo).error,
            NoteError::form);  // a note, not a checkpoint
}

TEST(Note, VerifierKeysHaveOneSpelling) {
  EXPECT_EQ(parse_verifier_key(to_text(key)), key);
  const std::string text{example_vkey};
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string spoiled = text;
    spoiled[i] = static_cast<char>(spoiled[i] ^ 1);
    EXPECT_FALSE(parse_verifier_key(spoiled)) << spoiled;  // the key id covers name and key
  }
  for (const char* bad : {"", "a", "a+b", "a+530d903a+",
                          "example.com/foo+530D903A+"
                          "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"})
    EXPECT_FALSE(parse_verifier_key(bad)) << bad;
}

TEST(Note, OriginsAreRestricted) {
  EXPECT_TRUE(valid_origin("example.org/log"));
  EXPECT_TRUE(valid_origin("krankenhaus.example/\xC3\xBC"));
  for (const char* bad : {"", "a b", "a+b", "a\nb", "a\tb",
                          "a\xC2\xA0"
                          "b",
                          "a\xE3\x80\x80", "\xFF"})
    EXPECT_FALSE(valid_origin(bad)) << bad;
}

TEST(Checkpoint, OpensToWhatWasSigned) {
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{5}, ~std::uint64_t{0}}) {
    const auto opened = open_checkpoint(sign_checkpoint(head_of(size), seed), key);
    EXPECT_EQ(opened.error, NoteError::none);
    EXPECT_EQ(opened.head, head_of(size));
  }
}

TEST(Checkpoint, OfTwoSignaturesEitherKeyOpensIt) {
  const crypto::SecretKey next{crypto::Key256{43}};
  const VerifierKey new_key{.name = key.name, .key = crypto::public_key(next)};
  const std::string note = sign_also(sign_checkpoint(head_of(5), seed), next);
  EXPECT_EQ(read_note(note).signatures.size(), 2u);
  for (const auto& each : {key, new_key}) {
    const auto opened = open_checkpoint(note, each);
    EXPECT_EQ(opened.error, NoteError::none);
    EXPECT_EQ(opened.head, head_of(5));
  }
  const VerifierKey third{.name = key.name, .key = crypto::public_key(crypto::SecretKey{{44}})};
  EXPECT_EQ(open_checkpoint(note, third).error, NoteError::unknown_signer);
  // What one of them signed is vouched for by that one alone, whatever stands in the other's line.
  std::string spoiled = note;
  spoiled[spoiled.size() - 5] = spoiled[spoiled.size() - 5] == 'A' ? 'B' : 'A';
  EXPECT_EQ(open_checkpoint(spoiled, key).error, NoteError::none);
  EXPECT_EQ(open_checkpoint(spoiled, new_key).error, NoteError::bad_signature);
  EXPECT_EQ(open_checkpoint(spoiled, new_key).line, 6u);
}

TEST(Checkpoint, EverySpoiledBitIsRefused) {
  const std::string note = sign_checkpoint(head_of(5), seed);
  for (std::size_t i = 0; i < note.size(); ++i)
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string spoiled = note;
      spoiled[i] = static_cast<char>(static_cast<unsigned char>(spoiled[i]) ^ (1U << bit));
      const auto opened = open_checkpoint(spoiled, key);
      EXPECT_NE(opened.error, NoteError::none) << i;
      EXPECT_NE(opened.line, 0U) << i;
    }
  for (std::size_t length = 0; length < note.size(); ++length)
    EXPECT_NE(open_checkpoint(note.substr(0, length), key).error, NoteError::none) << length;
}

TEST(Checkpoint, FormIsStrict) {
  const std::string root = to_base64(head_of(5).root);
  const auto line_of = [&](const std::string& text) {
    const auto opened = open_checkpoint(text, key);
    EXPECT_EQ(opened.error, NoteError::form);
    return opened.line;
  };
  const std::string tail = "\n\xE2\x80\x94 example.org/log AAAAAAAA\n";
  EXPECT_EQ(line_of("example.org/log\n05\n" + root + "\n" + tail), 2U);
  EXPECT_EQ(line_of("example.org/log\n+5\n" + root + "\n" + tail), 2U);
  EXPECT_EQ(line_of("example.org/log\n18446744073709551616\n" + root + "\n" + tail), 2U);
  EXPECT_EQ(line_of("example.org/log\n5\n" + root.substr(1) + "\n" + tail), 3U);
  EXPECT_EQ(line_of("example.org/log\n5\n" + tail), 3U);
  EXPECT_EQ(line_of("example.org/log\n5\n" + root + "\n\n"), 4U);
  EXPECT_EQ(line_of("example.org/log\n5\n" + root + "\n\nno dash\n"), 5U);
  EXPECT_EQ(line_of(""), 1U);
  EXPECT_EQ(line_of(std::string(300'000, 'a') + "\n"), 1U);
}

TEST(Checkpoint, OtherSignersAreIgnoredAndStrangersRefused) {
  const std::string note = sign_checkpoint(head_of(5), seed);
  const std::string cosigner = "\xE2\x80\x94 cosigner.example AAAAAAAAAAAA\n";
  EXPECT_EQ(open_checkpoint(note + cosigner, key).error, NoteError::none);
  VerifierKey renamed = key;
  renamed.name = "example.org/other";
  EXPECT_EQ(open_checkpoint(note, renamed).error, NoteError::other_origin);
  const VerifierKey stranger{.name = key.name, .key = crypto::public_key(crypto::SecretKey{{43}})};
  EXPECT_EQ(open_checkpoint(note, stranger).error, NoteError::unknown_signer);
  const auto blank = note.find("\n\n");
  EXPECT_EQ(open_checkpoint(note.substr(0, blank + 2) + cosigner, key).error,
            NoteError::unknown_signer);
}

struct Proved {
  Tree tree;
  Receipt receipt;
  Proved() {
    for (std::uint8_t i = 0; i < 7; ++i) tree.append(crypto::sha256(Bytes{0, i}));
    const TreeHead head{.origin = key.name, .size = 7, .root = tree.root()};
    receipt = {
        .index = 4, .inclusion = tree.inclusion(4, 7), .checkpoint = sign_checkpoint(head, seed)};
  }
};

TEST(Receipt, ProvesItsLeafOnly) {
  const Proved p;
  EXPECT_TRUE(verify_receipt(p.receipt, p.tree.leaf(4), key));
  EXPECT_FALSE(verify_receipt(p.receipt, p.tree.leaf(5), key));
  Receipt other = p.receipt;
  other.index = 5;
  EXPECT_FALSE(verify_receipt(other, p.tree.leaf(4), key));
  EXPECT_FALSE(verify_receipt(other, p.tree.leaf(5), key));
}

TEST(Receipt, TextRoundTripsAndEverySpoiledByteIsRefused) {
  const Proved p;
  const std::string text = to_text(p.receipt);
  EXPECT_TRUE(text.starts_with("c2sp.org/tlog-proof@v1\nindex 4\n"));
  const auto parsed = parse_receipt(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(to_text(*parsed), text);
  EXPECT_TRUE(verify_receipt(*parsed, p.tree.leaf(4), key));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string spoiled = text;
    spoiled[i] = static_cast<char>(spoiled[i] ^ 1);
    const auto read = parse_receipt(spoiled);
    EXPECT_FALSE(read && verify_receipt(*read, p.tree.leaf(4), key)) << i;
    EXPECT_FALSE(parse_receipt(text.substr(0, i))) << i;
  }
}

}  // namespace
}  // namespace halligan::ledger
