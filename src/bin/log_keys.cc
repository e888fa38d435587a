#include "bin/log_keys.h"

#include "app/keys.h"
#include "app/log_book.h"
#include "out/file_checkpoint_store.h"

namespace halligan::bin {
namespace {

struct Named {
  std::string origin, log_key;
  ledger::VerifierKey key_of(const crypto::SecretKey& seed) const {
    return {.name = origin, .key = crypto::public_key(seed)};
  }
  bool names(const crypto::SecretKey& seed) const { return to_text(key_of(seed)) == log_key; }
};

Result<Named> named_by(app::Desk& desk) {
  Named named;
  const auto asked = desk.run([&](app::House& house, const Now&) {
    named = {.origin = house.state().origin, .log_key = house.state().log_key};
  });
  if (!asked) return asked.fault();
  return named;
}

// A checkpoint of everything durable under both keys, which must continue the one before.
Result<std::string> publish_with_both(const Home& home, app::Desk& desk, const Named& named,
                                      const crypto::SecretKey& seed,
                                      const crypto::SecretKey& also) {
  auto book = app::LogBook::open(
      {.desk = desk,
       .entries = [] { return std::shared_ptr<needs::EntryStore>{}; },
       .checkpoints = std::make_unique<out::FileCheckpointStore>(home.checkpoint()),
       .seed = seed,
       .key = named.key_of(seed),
       .also = also});
  if (!book) return book.fault();
  if (auto done = (*book)->publish(); !done) return done.fault();
  return (*book)->checkpoint();
}

// Step 4, from wherever it stopped.
Result<Unit> finish(const Home& home, needs::Vault& vault, app::Desk& desk, const Named& named,
                    const crypto::SecretKey& old_seed, const crypto::SecretKey& seed) {
  const auto note = publish_with_both(home, desk, named, seed, old_seed);
  if (!note) return note.fault();
  if (auto kept = out::write_small_file(home.handover(), view(*note)); !kept) return kept;
  const auto old_key = to_text(named.key_of(old_seed)) + "\n";
  if (auto kept = out::write_small_file(home.old_log_key(), view(old_key)); !kept) return kept;
  // By way of log.vkey.new, which is gone with that.
  if (auto kept = out::write_small_file(home.log_key(), view(named.log_key + "\n")); !kept)
    return kept;
  if (auto kept = keep_signing_seed(vault, Seed::current, seed); !kept) return kept;
  return drop_next_signing_seed(vault);
}

}  // namespace

Result<LogKey> settle_log_key(const Home& home, needs::Vault& vault, app::Desk& desk) {
  const auto named = named_by(desk);
  if (!named) return named.fault();
  const auto current = signing_seed(vault, Seed::current);
  if (!current) return current.fault();
  const auto next = signing_seed(vault, Seed::next);
  if (!next) return next.fault();
  if (*current && named->names(**current)) {
    LogKey out{.key = named->key_of(**current), .seed = **current};
    if (*next && named->names(**next)) {
      if (auto dropped = drop_next_signing_seed(vault); !dropped) return dropped.fault();
    } else if (*next) {
      out.said =
          "a rotation of the log's signing key was begun and changed nothing: `halligan key "
          "rotate-signing` takes it up again";
    }
    return out;
  }
  if (*current && *next && named->names(**next)) {
    if (auto done = finish(home, vault, desk, *named, **current, **next); !done)
      return done.fault();
    return LogKey{.key = named->key_of(**next),
                  .seed = **next,
                  .said =
                      "a rotation of the log's signing key was left half done and is finished "
                      "now: give " +
                      home.log_key().string() + " to those who verify the log"};
  }
  return Fault{FaultCode::vault_failed,
               "the vault holds no signing key for " + named->log_key +
                   ", which the ledger says the log signs with: is this the vault of this ledger?"};
}

Result<LogKey> rotate_log_key(const Home& home, needs::Vault& vault, app::Desk& desk,
                              needs::Dice& dice) {
  auto before = settle_log_key(home, vault, desk);
  if (!before) return before;
  const auto begun = signing_seed(vault, Seed::next);
  if (!begun) return begun.fault();
  const crypto::SecretKey seed = *begun ? **begun : crypto::SecretKey{dice.roll<32>()};
  const LogKey made{.key = {.name = before->key.name, .key = crypto::public_key(seed)},
                    .seed = seed};
  const Named named{.origin = made.key.name, .log_key = to_text(made.key)};
  if (auto kept = out::write_small_file(home.new_log_key(), view(named.log_key + "\n")); !kept)
    return kept.fault();
  if (auto kept = keep_signing_seed(vault, Seed::next, seed); !kept) return kept.fault();
  if (auto note = publish_with_both(home, desk, named, before->seed, seed); !note)
    return note.fault();
  const auto told = app::ask(desk, app::RotateLogKey{.log_key = named.log_key});
  if (!told) return told.fault();
  if (const auto* refusal = std::get_if<app::Refusal>(&told->get()))
    return Fault{FaultCode::bad_input, refusal->what};
  if (auto done = finish(home, vault, desk, named, before->seed, seed); !done) return done.fault();
  return made;
}

}  // namespace halligan::bin
