// checkpoint.h - checkpoints as signed notes, and receipts (C2SP signed-note, tlog-checkpoint,
// tlog-proof).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"

namespace halligan::ledger {

// The public half of a log's key: "<name>+<hex key id>+<base64 (0x01 || key)>" (signed-note vkey).
struct VerifierKey {
  std::string name;
  crypto::PublicKey key{};
  friend bool operator==(const VerifierKey&, const VerifierKey&) = default;
};
std::uint32_t key_id(const VerifierKey& key);
std::string to_text(const VerifierKey& key);
std::optional<VerifierKey> parse_verifier_key(std::string_view text);

struct TreeHead {
  std::string origin;
  std::uint64_t size = 0;
  Hash root{};
  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

// True for what may name a log: UTF-8, not empty, no Unicode spaces, '+' or control characters.
bool valid_origin(std::string_view origin);
// The signed note, ending in newline. Precondition: valid_origin(head.origin).
std::string sign_checkpoint(const TreeHead& head, const crypto::SecretKey& seed);
// The same note with one more signature line under the same name, as while the log's key is being
// changed: a reader with either key accepts it. Precondition: the note is one of ours.
std::string sign_also(std::string note, const crypto::SecretKey& seed);

enum class NoteError { none, form, unknown_signer, bad_signature, other_origin };
struct OpenedCheckpoint {
  NoteError error = NoteError::none;
  unsigned line = 0;  // 1-based line of the note where reading stopped, for messages
  TreeHead head;
};
// Reads and verifies: the origin must be the key's name, and a known key's signature must hold.
OpenedCheckpoint open_checkpoint(std::string_view note, const VerifierKey& key);

// A note taken apart as far as its form allows, for whoever must say what is wrong with it. Nothing
// in it is verified.
struct NoteSignature {
  unsigned line = 0;
  std::string name;
  std::uint32_t key_id = 0;
  Bytes signature;
};
struct NoteReading {
  unsigned bad_line = 0;  // the first line that is not of the form; 0 when all are
  std::string text;       // what is signed, with its final newline
  std::string origin;
  std::optional<std::uint64_t> size;
  std::optional<Hash> root;
  unsigned lines = 0;
  std::vector<NoteSignature> signatures;
};
NoteReading read_note(std::string_view note);
std::string checkpoint_text(const TreeHead& head);  // what a log without extension lines signs

struct SignatureCheck {
  NoteError error = NoteError::none;
  unsigned line = 0;
};
// Whether `key` signed the note's text: every signature that claims to be its must hold.
SignatureCheck check_signature(const NoteReading& note, const VerifierKey& key);

// A receipt: c2sp.org/tlog-proof@v1 without extra.
struct Receipt {
  std::uint64_t index = 0;
  std::vector<Hash> inclusion;
  std::string checkpoint;  // the signed note, verbatim
};
std::string to_text(const Receipt& receipt);
std::optional<Receipt> parse_receipt(std::string_view text);
// True when the receipt proves that `leaf` is in the log of `key`.
bool verify_receipt(const Receipt& receipt, const Hash& leaf, const VerifierKey& key);

}  // namespace halligan::ledger
