// An entry decodes to what was sealed, and to nothing once any byte of it is another.
#include "core/ledger/entry.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace halligan::ledger {
namespace {

const crypto::SecretKey key{crypto::Key256{1, 2, 3}};

Clear a_clear(std::uint64_t sequence) {
  Clear clear{.at = *parse_instant("2026-11-22T03:14:00Z"),
              .patient = {7},
              .staff = {8},
              .patient_sequence = sequence,
              .previous = {},
              .key = {9},
              .nonce = {10}};
  if (sequence > 1) clear.previous = leaf_hash(view("the previous entry"));
  if (sequence == 0) clear.patient = {};
  return clear;
}

TEST(Entry, DecodesToWhatWasEncoded) {
  for (const std::uint64_t sequence : {0U, 1U, 2U, 4'000'000'000U})
    for (const std::size_t size : {0U, 1U, 1000U}) {
      const Clear clear = a_clear(sequence);
      const Bytes body(size, 0x5A);
      const Bytes stored = seal_entry(clear, key, body);
      EXPECT_EQ(stored.size(), clear_bytes + size + 16);
      EXPECT_EQ(read_clear(stored), clear);
      EXPECT_EQ(open_entry(stored, key), body);
    }
}

TEST(Entry, TheLargestBodyFits) {
  const Bytes body(limits::entry_bytes_max - clear_bytes - 16, 1);
  EXPECT_EQ(open_entry(seal_entry(a_clear(1), key, body), key), body);
}

TEST(Entry, EverySpoiledBitIsRefused) {
  const Bytes stored = seal_entry(a_clear(2), key, view("dr.osei opens the chart"));
  for (std::size_t i = 0; i < stored.size(); ++i)
    for (unsigned bit = 0; bit < 8; ++bit) {
      Bytes spoiled = stored;
      spoiled[i] = static_cast<std::uint8_t>(spoiled[i] ^ (1U << bit));
      EXPECT_FALSE(open_entry(spoiled, key)) << i;
      EXPECT_NE(leaf_hash(spoiled), leaf_hash(stored));
    }
}

TEST(Entry, EveryOtherLengthIsRefused) {
  const Bytes stored = seal_entry(a_clear(2), key, view("dr.osei opens the chart"));
  for (std::size_t length = 0; length < stored.size(); ++length)
    EXPECT_FALSE(open_entry(ByteView{stored}.first(length), key)) << length;
  Bytes longer = stored;
  longer.push_back(0);
  EXPECT_FALSE(open_entry(longer, key));
  EXPECT_FALSE(open_entry(stored, crypto::SecretKey{crypto::Key256{1, 2, 4}}));
}

TEST(Entry, AClearPartThatContradictsItselfIsRefused) {
  const Bytes good = seal_entry(a_clear(2), key, {});
  const auto with = [&](std::size_t at, std::size_t count, std::uint8_t value) {
    Bytes changed = good;
    std::fill_n(changed.begin() + static_cast<std::ptrdiff_t>(at), count, value);
    return read_clear(changed);
  };
  EXPECT_TRUE(with(1, 0, 0));
  EXPECT_FALSE(with(0, 1, 2));     // another version
  EXPECT_FALSE(with(1, 8, 0xFF));  // a time before 1970
  EXPECT_FALSE(with(1, 2, 1));     // a time after the year 9999
  EXPECT_FALSE(with(9, 16, 0));    // a sequence without a patient
  EXPECT_FALSE(with(41, 8, 0));    // a patient without a sequence
  EXPECT_FALSE(with(49, 32, 0));   // a second entry without a previous one
  EXPECT_TRUE(with(48, 1, 3));
  EXPECT_FALSE(with(48, 1, 1));  // a first entry with a previous one
  EXPECT_FALSE(read_clear(Bytes(limits::entry_bytes_format_max + 1, 1)));
}

TEST(Entry, TheLeafHashIsThatOfRfc6962) {
  EXPECT_EQ(to_hex(leaf_hash({})),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

}  // namespace
}  // namespace halligan::ledger
