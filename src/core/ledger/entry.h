// entry.h - one entry of the ledger, format version 1 (spec/ledger-format.md, section 2).
//
// The clear part holds only what may be public; the body is encrypted with the whole clear part as
// associated data. Pure: the nonce is an argument.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/crypto.h"
#include "base/instant.h"

namespace halligan::ledger {

// version u8 | at u64 | patient 16 | staff 16 | patient_sequence u64 | previous 32 | key 16 | nonce
// 12
struct Clear {
  Instant at{};
  Pseudonym patient{};                 // zero where the entry concerns no patient
  Pseudonym staff{};                   // zero where nobody in particular acted
  std::uint64_t patient_sequence = 0;  // 1, 2, ... for each patient; 0 without a patient
  Hash previous{};                     // leaf hash of that patient's previous entry; zero if none
  KeyId key{};
  crypto::Nonce nonce{};
  friend bool operator==(const Clear&, const Clear&) = default;
};
inline constexpr std::uint8_t format_version = 1;
inline constexpr std::size_t clear_bytes = 1 + 8 + 16 + 16 + 8 + 32 + 16 + 12;

// An entry as stored: clear part, then ciphertext and tag.
// Precondition: body.size() + clear_bytes + 16 <= limits::entry_bytes_max.
Bytes seal_entry(const Clear& clear, const crypto::SecretKey& key, ByteView body);

// The clear part, or nothing when the bytes are not a version 1 entry (too short, too long, other
// version, sequence and patient that contradict each other).
std::optional<Clear> read_clear(ByteView stored);

// The body, or nothing when key or bytes are not what was sealed.
std::optional<Bytes> open_entry(ByteView stored, const crypto::SecretKey& key);

// RFC 6962 section 2.1: SHA-256(0x00 || stored bytes).
Hash leaf_hash(ByteView stored);

}  // namespace halligan::ledger
