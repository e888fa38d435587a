// checkpoint.cc - writing and reading signed notes, verifier keys and receipts, one spelling each.
#include "core/ledger/checkpoint.h"

#include <algorithm>
#include <charconv>

#include "base/must.h"
#include "core/ledger/merkle.h"

namespace halligan::ledger {
namespace {

constexpr std::uint8_t ed25519_type = 0x01;
constexpr std::string_view dash = "\xE2\x80\x94 ";  // U+2014 and a space open a signature line
constexpr std::size_t note_bytes_max = 256 * 1024;  // 16 post-quantum cosignatures fit
constexpr std::size_t receipt_bytes_max = 2 * note_bytes_max;
constexpr std::size_t inclusion_max = 64;
constexpr std::string_view receipt_title = "c2sp.org/tlog-proof@v1";
constexpr std::string_view index_word = "index ";

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

bool has_unicode_space(std::string_view text) {
  static constexpr std::string_view spaces[] = {" ",
                                                "\x7F",
                                                "\xC2\x85",
                                                "\xC2\xA0",
                                                "\xE1\x9A\x80",
                                                "\xE2\x80\x80",
                                                "\xE2\x80\x81",
                                                "\xE2\x80\x82",
                                                "\xE2\x80\x83",
                                                "\xE2\x80\x84",
                                                "\xE2\x80\x85",
                                                "\xE2\x80\x86",
                                                "\xE2\x80\x87",
                                                "\xE2\x80\x88",
                                                "\xE2\x80\x89",
                                                "\xE2\x80\x8A",
                                                "\xE2\x80\xA8",
                                                "\xE2\x80\xA9",
                                                "\xE2\x80\xAF",
                                                "\xE2\x81\x9F",
                                                "\xE3\x80\x80"};
  return std::any_of(std::begin(spaces), std::end(spaces), [&](std::string_view space) {
    return text.find(space) != std::string_view::npos;
  });
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || std::to_string(value) != text) return std::nullopt;
  return value;
}

std::optional<Hash> parse_hash(std::string_view text) {
  const auto bytes = from_base64(text);
  Hash hash{};
  if (!bytes || bytes->size() != hash.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

std::optional<NoteSignature> parse_signature(std::string_view text, unsigned line) {
  if (!text.starts_with(dash)) return std::nullopt;
  text.remove_prefix(dash.size());
  const auto space = text.find(' ');
  if (space == std::string_view::npos || !valid_origin(text.substr(0, space))) return std::nullopt;
  const auto bytes = from_base64(text.substr(space + 1));
  if (!bytes || bytes->size() < 5) return std::nullopt;
  return NoteSignature{.line = line,
                       .name = std::string{text.substr(0, space)},
                       .key_id = get_u32(bytes->data()),
                       .signature = Bytes(bytes->begin() + 4, bytes->end())};
}

// Cuts a line, without its newline, off the front; nothing when no newline is left.
std::optional<std::string_view> next_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

class NoteReader {
 public:
  void line(std::string_view text, bool ended) {
    ++out_.lines;
    if (!ended || has_control(text) || !valid_utf8(text)) bad();
    if (!separated_ && text.empty()) {
      if (out_.lines < 4) bad();
      separated_ = true;
    } else if (separated_) {
      signature(text);
    } else {
      head(text);
      out_.text.append(text).push_back('\n');
    }
  }
  NoteReading finish() {
    if ((!separated_ || out_.signatures.empty()) && out_.bad_line == 0)
      out_.bad_line = std::min(out_.lines, 4U);
    if (out_.lines == 0) out_.bad_line = 1;
    return std::move(out_);
  }

 private:
  void bad() {
    if (out_.bad_line == 0) out_.bad_line = out_.lines;
  }
  void head(std::string_view text) {
    if (out_.lines == 1) {
      out_.origin = text;
    } else if (out_.lines == 2) {
      if (!(out_.size = parse_decimal(text))) bad();
    } else if (out_.lines == 3) {
      if (!(out_.root = parse_hash(text))) bad();
    } else if (auto read = parse_signature(text, out_.lines)) {
      out_.signatures.push_back(std::move(*read));  // the empty line before it is gone
    }
  }
  void signature(std::string_view text) {
    auto read = parse_signature(text, out_.lines);
    if (!read) return bad();
    out_.signatures.push_back(std::move(*read));
  }

  NoteReading out_;
  bool separated_ = false;
};

std::string signature_line(std::string_view text, const VerifierKey& key,
                           const crypto::SecretKey& seed) {
  Bytes signature;
  put_u32(signature, key_id(key));
  const auto made = crypto::sign(seed, view(text));
  signature.insert(signature.end(), made.begin(), made.end());
  return std::string{dash} + key.name + " " + to_base64(signature) + "\n";
}

}  // namespace

bool valid_origin(std::string_view origin) {
  return !origin.empty() && origin.find('+') == std::string_view::npos && !has_control(origin) &&
         valid_utf8(origin) && !has_unicode_space(origin);
}

std::uint32_t key_id(const VerifierKey& key) {
  static constexpr std::uint8_t between[] = {'\n', ed25519_type};
  return get_u32(crypto::sha256({view(key.name), between, key.key}).data());
}

std::string to_text(const VerifierKey& key) {
  Bytes id;
  put_u32(id, key_id(key));
  Bytes typed{ed25519_type};
  typed.insert(typed.end(), key.key.begin(), key.key.end());
  return key.name + "+" + to_hex(id) + "+" + to_base64(typed);
}

std::optional<VerifierKey> parse_verifier_key(std::string_view text) {
  const auto first = text.find('+');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = text.find('+', first + 1);  // base64 may hold more of them
  if (second == std::string_view::npos) return std::nullopt;
  const auto typed = from_base64(text.substr(second + 1));
  if (!typed || typed->size() != 33 || (*typed)[0] != ed25519_type) return std::nullopt;
  VerifierKey key{.name = std::string{text.substr(0, first)}};
  std::copy(typed->begin() + 1, typed->end(), key.key.begin());
  if (!valid_origin(key.name) || to_text(key) != text) return std::nullopt;
  return key;
}

std::string checkpoint_text(const TreeHead& head) {
  return head.origin + "\n" + std::to_string(head.size) + "\n" + to_base64(head.root) + "\n";
}

std::string sign_checkpoint(const TreeHead& head, const crypto::SecretKey& seed) {
  MUST(valid_origin(head.origin));
  const std::string text = checkpoint_text(head);
  const VerifierKey key{.name = head.origin, .key = crypto::public_key(seed)};
  std::string note = text + "\n" + signature_line(text, key, seed);
  MUST(open_checkpoint(note, key).error == NoteError::none);
  return note;
}

std::string sign_also(std::string note, const crypto::SecretKey& seed) {
  const NoteReading reading = read_note(note);
  MUST(reading.bad_line == 0);
  const VerifierKey key{.name = reading.origin, .key = crypto::public_key(seed)};
  note += signature_line(reading.text, key, seed);
  MUST(open_checkpoint(note, key).error == NoteError::none);
  return note;
}

NoteReading read_note(std::string_view note) {
  NoteReader reader;
  if (note.size() > note_bytes_max) return reader.finish();
  while (const auto line = next_line(note)) reader.line(*line, true);
  if (!note.empty()) reader.line(note, false);
  return reader.finish();
}

SignatureCheck check_signature(const NoteReading& note, const VerifierKey& key) {
  const std::uint32_t id = key_id(key);
  SignatureCheck check{.error = NoteError::unknown_signer,
                       .line = note.signatures.empty() ? note.lines : note.signatures[0].line};
  for (const auto& made : note.signatures) {
    if (made.name != key.name || made.key_id != id) continue;
    crypto::Signature signature{};
    const bool sized = made.signature.size() == signature.size();
    if (sized) std::copy(made.signature.begin(), made.signature.end(), signature.begin());
    if (!sized || !crypto::verify(key.key, view(note.text), signature))
      return {.error = NoteError::bad_signature, .line = made.line};
    check = {};
  }
  return check;
}

OpenedCheckpoint open_checkpoint(std::string_view note, const VerifierKey& key) {
  const NoteReading reading = read_note(note);
  if (reading.bad_line != 0)
    return {.error = NoteError::form, .line = reading.bad_line, .head = {}};
  if (reading.origin != key.name) return {.error = NoteError::other_origin, .line = 1, .head = {}};
  const SignatureCheck check = check_signature(reading, key);
  if (check.error != NoteError::none) return {.error = check.error, .line = check.line, .head = {}};
  return {.error = NoteError::none,
          .line = 0,
          .head = {.origin = reading.origin, .size = *reading.size, .root = *reading.root}};
}

std::string to_text(const Receipt& receipt) {
  std::string text{receipt_title};
  text += "\n" + std::string{index_word} + std::to_string(receipt.index) + "\n";
  for (const Hash& hash : receipt.inclusion) text += to_base64(hash) + "\n";
  return text + "\n" + receipt.checkpoint;
}

std::optional<Receipt> parse_receipt(std::string_view text) {
  if (text.size() > receipt_bytes_max || next_line(text) != receipt_title) return std::nullopt;
  const auto index_line = next_line(text);
  if (!index_line || !index_line->starts_with(index_word)) return std::nullopt;
  const auto index = parse_decimal(index_line->substr(index_word.size()));
  if (!index) return std::nullopt;
  Receipt receipt{.index = *index, .inclusion = {}, .checkpoint = {}};
  while (const auto line = next_line(text)) {
    if (line->empty()) {
      receipt.checkpoint = text;
      if (read_note(text).bad_line != 0) return std::nullopt;
      return receipt;
    }
    const auto hash = parse_hash(*line);
    if (!hash || receipt.inclusion.size() == inclusion_max) return std::nullopt;
    receipt.inclusion.push_back(*hash);
  }
  return std::nullopt;
}

bool verify_receipt(const Receipt& receipt, const Hash& leaf, const VerifierKey& key) {
  const OpenedCheckpoint opened = open_checkpoint(receipt.checkpoint, key);
  return opened.error == NoteError::none && verify_inclusion(leaf, receipt.index, opened.head.size,
                                                             receipt.inclusion, opened.head.root);
}

}  // namespace halligan::ledger
