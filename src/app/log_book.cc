#include "app/log_book.h"

namespace halligan::app {

Result<ledger::TreeHead> LogBook::head_at(std::optional<std::uint64_t> size) {
  std::optional<ledger::TreeHead> head;
  const auto done = parts_.desk.run([&](House& house, const Now&) {
    const auto& tree = house.journal().tree();
    const std::uint64_t at = size.value_or(tree.size());
    if (at <= tree.size())
      head = ledger::TreeHead{.origin = parts_.key.name, .size = at, .root = tree.root_at(at)};
  });
  if (!done) return done.fault();
  if (!head)
    return Fault{FaultCode::ledger_damaged,
                 "the ledger is shorter than a checkpoint that was published"};
  return std::move(*head);
}

Result<std::unique_ptr<LogBook>> LogBook::open(Parts parts) {
  auto book = std::unique_ptr<LogBook>{new LogBook{std::move(parts)}};
  const auto note = book->parts_.checkpoints->load();
  if (!note) return note.fault();
  if (!*note)  // a ledger begins with one
    return Fault{FaultCode::ledger_damaged,
                 "the checkpoint that was published last is missing: a ledger that was cut back "
                 "could not be told from a whole one. Put the file back, or restore a backup"};
  const auto opened = ledger::open_checkpoint(**note, book->parts_.key);
  if (opened.error != ledger::NoteError::none)
    return Fault{FaultCode::ledger_damaged,
                 "the checkpoint that was published last does not verify"};
  const auto head = book->head_at(opened.head.size);
  if (!head) return head.fault();
  if (head->root != opened.head.root)
    return Fault{FaultCode::ledger_damaged,
                 "the ledger differs from a checkpoint that was published"};
  book->published_.store(std::make_shared<const Published>(Published{opened.head, **note}));
  return book;
}

Result<Unit> LogBook::publish() {
  const auto head = head_at(std::nullopt);
  if (!head) return head.fault();
  const auto before = published_.load();
  if (head->size == before->head.size && head->root == before->head.root &&
      signed_by_all(before->note))
    return Unit{};
  const auto then = head_at(before->head.size);
  if (!then) return then.fault();
  if (then->root != before->head.root)
    return Fault{FaultCode::ledger_damaged,
                 "the ledger differs from a checkpoint that was published"};
  auto note = ledger::sign_checkpoint(*head, parts_.seed);
  if (parts_.also) note = ledger::sign_also(std::move(note), *parts_.also);
  const auto saved = parts_.checkpoints->save(note);
  if (!saved) return saved.fault();
  published_.store(std::make_shared<const Published>(Published{*head, std::move(note)}));
  return Unit{};
}

// The first key's signature was seen to hold when the note was loaded or made.
bool LogBook::signed_by_all(const std::string& note) const {
  if (!parts_.also) return true;
  const ledger::VerifierKey other{.name = parts_.key.name, .key = crypto::public_key(*parts_.also)};
  return ledger::open_checkpoint(note, other).error == ledger::NoteError::none;
}

std::string LogBook::checkpoint() const { return published_.load()->note; }

std::uint64_t LogBook::published_size() const { return published_.load()->head.size; }

Result<std::optional<Bytes>> LogBook::tile(const ledger::TileName& name) {
  const std::uint64_t size = published_size();
  if (!name.entries) {
    std::optional<Bytes> out;
    const auto done = parts_.desk.run([&](House& house, const Now&) {
      out = ledger::tile_hashes(house.journal().tree(), name, size);
    });
    if (!done) return done.fault();
    return out;
  }
  const auto span = ledger::bundle_span(name, size);
  if (!span) return std::optional<Bytes>{};
  const auto entries = parts_.entries();
  if (entries == nullptr)
    return Fault{FaultCode::ledger_unavailable, "the ledger is being opened again"};
  Bytes bundle;
  for (std::uint64_t i = 0; i < span->count; ++i) {
    const auto stored = entries->read(span->first + i);
    if (!stored) return stored.fault();
    ledger::put_bundled(bundle, *stored);
  }
  return std::optional<Bytes>{std::move(bundle)};
}

Result<std::optional<std::string>> LogBook::receipt(EntryIndex index) {
  const auto held = published_.load();
  if (index >= held->head.size) return std::optional<std::string>{};
  ledger::Receipt receipt{.index = index, .inclusion = {}, .checkpoint = held->note};
  const auto done = parts_.desk.run([&](House& house, const Now&) {
    receipt.inclusion = house.journal().tree().inclusion(index, held->head.size);
  });
  if (!done) return done.fault();
  return std::optional<std::string>{ledger::to_text(receipt)};
}

}  // namespace halligan::app
