// ledger_forms.cc - the forms that a stranger's log comes in. Each has one spelling: what is read
// is written again as it was; what is not so is refused.
#include <algorithm>
#include <cstdlib>

#include "core/ledger/checkpoint.h"
#include "core/ledger/entry.h"
#include "core/ledger/tiles.h"

namespace {

using namespace halligan;

void must(bool law) {
  if (!law) std::abort();
}

void entry(ByteView stored) {
  const auto clear = ledger::read_clear(stored);
  if (!clear) return;
  const crypto::SecretKey key{std::array<std::uint8_t, 32>{}};
  const auto sealed = ledger::seal_entry(*clear, key, view("x"));
  must(std::equal(sealed.begin(), sealed.begin() + ledger::clear_bytes, stored.begin()));
  must(ledger::read_clear(sealed) == clear);
  must(ledger::open_entry(sealed, key).has_value());
  static_cast<void>(ledger::open_entry(stored, key));
}

void bundle(ByteView bytes) {
  const auto entries = ledger::split_bundle(bytes);
  if (!entries) return;
  Bytes again;
  for (const auto& each : *entries) ledger::put_bundled(again, each);
  must(std::ranges::equal(again, bytes));
}

void note(std::string_view text) {
  const auto reading = ledger::read_note(text);
  if (reading.bad_line == 0) {
    must(text.starts_with(reading.text) && reading.size && reading.root);
    must(!reading.origin.empty() && !reading.signatures.empty());
  }
  const ledger::VerifierKey key{.name = "log.example", .key = {}};
  const auto opened = ledger::open_checkpoint(text, key);
  must(opened.error != ledger::NoteError::none || reading.bad_line == 0);
}

void receipt(std::string_view text) {
  const auto read = ledger::parse_receipt(text);
  if (!read) return;
  must(ledger::to_text(*read) == text);
  must(!ledger::verify_receipt(*read, Hash{}, {.name = "log.example", .key = {}}));
}

void tile(std::string_view text) {
  const auto name = ledger::parse_tile_path(text);
  if (!name) return;
  must(ledger::path_of(*name) == text && name->width >= 1 && name->width <= ledger::tile_width);
}

void verifier_key(std::string_view text) {
  const auto key = ledger::parse_verifier_key(text);
  if (key) must(ledger::to_text(*key) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes{data + 1, size - 1};
  const auto text = text_view(bytes);
  switch (data[0] % 6) {
    case 0: entry(bytes); break;
    case 1: bundle(bytes); break;
    case 2: note(text); break;
    case 3: receipt(text); break;
    case 4: tile(text); break;
    default: verifier_key(text);
  }
  return 0;
}
