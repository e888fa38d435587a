#include "app/snapshot.h"

#include "app/context.h"
#include "app/replay.h"

namespace halligan::app {
namespace {

Result<std::unique_ptr<Snapshot>> newest_below(needs::SnapshotStore& snapshots, EntryIndex size) {
  auto none = std::make_unique<Snapshot>();
  const auto sizes = snapshots.list();
  if (!sizes) return sizes.fault();
  for (const auto each : *sizes) {
    if (each > size) continue;
    const auto text = snapshots.load(each);
    if (!text) return text.fault();
    if (!*text) continue;
    if (auto held = decode_snapshot(**text)) return held;
  }
  return none;
}

bool operator==(const facts::SnapshotTaken& a, const facts::SnapshotTaken& b) {
  return a.size == b.size && a.root == b.root && a.state == b.state;
}

// Nothing where this one cannot be used, for whatever reason: the entries alone are enough.
std::optional<Begun> begin_from_one(const Bytes& text, std::unique_ptr<Journal> journal) {
  auto held = decode_snapshot(text);
  if (!held) return std::nullopt;
  const facts::SnapshotTaken wanted{.size = (*held)->journal.size,
                                    .root = to_hex((*held)->journal.root),
                                    .state = to_hex(crypto::sha256(ByteView{text}))};
  auto state = std::make_unique<State>(std::move((*held)->state));
  bool named = false;
  const auto apply = applying_to(*state, *journal);
  const auto done =
      journal->resume((*held)->journal, [&](EntryIndex index, Instant at, const facts::Body* body) {
        apply(index, at, body);
        if (body == nullptr) return;
        const auto* name = std::get_if<facts::SnapshotTaken>(&body->fact);
        named = named || (name != nullptr && *name == wanted);
      });
  if (!done || !named) return std::nullopt;
  return Begun{.journal = std::move(journal), .state = std::move(state), .from = wanted};
}

}  // namespace

Result<Begun> begin_from(needs::EntryStore& store, needs::Vault& vault, needs::Dice& dice,
                         needs::SnapshotStore* snapshots) {
  const auto sizes =
      snapshots == nullptr ? Result{std::vector<EntryIndex>{}} : snapshots->list();
  if (!sizes) return sizes.fault();
  for (const auto size : *sizes) {
    const auto text = snapshots->load(size);
    if (!text) return text.fault();
    if (*text)
      if (auto begun = begin_from_one(**text, std::make_unique<Journal>(store, vault, dice)))
        if (begun->state->erased_below <= size) return std::move(*begun);
    if (auto dropped = snapshots->drop(size); !dropped) return dropped.fault();
  }
  Begun out{.journal = std::make_unique<Journal>(store, vault, dice), .state = {}, .from = {}};
  auto state = replayed_state(*out.journal);
  if (!state) return state.fault();
  out.state = std::move(*state);
  return out;
}

Result<Remade> remake(needs::EntryStore& store, needs::Vault& vault, needs::Dice& dice,
                      needs::SnapshotStore& snapshots, EntryIndex size, Beginning beginning) {
  auto begun = beginning == Beginning::first_entry
                   ? Result<std::unique_ptr<Snapshot>>{std::make_unique<Snapshot>()}
                   : newest_below(snapshots, size);
  if (!begun) return begun.fault();
  auto& state = (*begun)->state;
  Journal journal{store, vault, dice};
  const auto visit = applying_to(state, journal);
  const auto done = (*begun)->journal.size == 0
                        ? journal.replay_below(size, visit)
                        : journal.resume_below(size, (*begun)->journal, visit);
  if (!done) return done.fault();
  const auto kept = journal.kept();
  Remade out{.name = {}, .text = encode(kept, state)};
  out.name = {.size = kept.size,
              .root = to_hex(kept.root),
              .state = to_hex(crypto::sha256(ByteView{out.text}))};
  return out;
}

NameSnapshot::Answer decide(const NameSnapshot& command, Context& context) {
  if (context.state.erased_below > command.name.size) return false;
  context.note(command.name);
  return true;
}

}  // namespace halligan::app
