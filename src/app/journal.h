// journal.h - the only writer of the ledger: facts in, encrypted and chained entries out.
//
// ORDER     write() buffers, commit() makes everything buffered durable and only then gives the
//           Durable without which nothing is released.
// FAULT     after a failed commit every later call fails; the journal is thrown away and replayed.
// MEMORY    the whole Merkle tree (64 bytes an entry) and one chain a patient (about 150 bytes).
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <functional>
#include <map>
#include <optional>
#include <unordered_map>

#include "app/recorded.h"
#include "core/facts/codec.h"
#include "core/ledger/entry.h"
#include "core/ledger/merkle.h"
#include "needs/dice.h"
#include "needs/entry_store.h"
#include "needs/vault.h"

namespace halligan::app {

class Journal {
 public:
  Journal(needs::EntryStore& store, needs::Vault& vault, needs::Dice& dice);

  // Reads everything in order; `visit` gets nothing for an entry whose key was destroyed. A broken
  // chain, form or sequence is ledger_damaged. Called once, first.
  using Visit = std::function<void(EntryIndex, Instant, const facts::Body*)>;
  Result<Unit> replay(const Visit& visit);

  // Whether a body of this text fits an entry.
  static bool fits(std::string_view plain);
  // Buffers one entry, whose body is `plain`, encode(body); gives its index. `at` never runs
  // backwards: the caller clamps it.
  Result<EntryIndex> write(const facts::Body& body, std::string_view plain, Instant at);
  Result<Durable> commit(bool may_use_reserve);

  EntryIndex next() const { return store_size_ + pending_.size(); }
  EntryIndex durable() const { return store_size_; }
  bool failed() const { return failed_; }
  Instant last_at() const { return last_at_; }
  needs::Room room() const { return store_.room(); }

  const ledger::Tree& tree() const { return tree_; }  // durable entries only

  // How entries name a person or a patient; nothing where no entry does yet.
  std::optional<Pseudonym> pseudonym(const PatientId& patient) const;
  std::optional<Pseudonym> pseudonym(const StaffId& person) const;
  bool knows(const PatientId& patient) const { return chains_.contains(patient.text()); }
  Pseudonym fresh_pseudonym() { return dice_.roll<16>(); }

  // Reads one durable entry back; `key_gone` where it can no longer be opened.
  struct Read {
    ledger::Clear clear;
    std::optional<facts::Body> body;
    Bytes stored;
  };
  Result<Read> read(EntryIndex index);

 private:
  struct Chain {
    const needs::DataKey* key = nullptr;  // of keys_
    std::uint64_t sequence = 0;
    Hash previous{};
  };
  Result<const needs::DataKey*> known_key(const KeyId& id);  // null: it was destroyed
  Result<const needs::DataKey*> fresh_key();
  Result<Chain*> chain_of(const PatientId& patient);
  Result<const needs::DataKey*> period_key(Instant at);
  Result<std::optional<facts::Body>> open_body(const ledger::Clear& clear, ByteView stored);
  Result<Unit> replay_one(EntryIndex index, ByteView stored, const Visit& visit);
  void note_person(const facts::Fact& fact);

  needs::EntryStore& store_;
  needs::Vault& vault_;
  needs::Dice& dice_;
  ledger::Tree tree_;
  boost::unordered_flat_map<std::string, Chain> chains_;
  boost::unordered_flat_map<std::string, Pseudonym> people_;
  std::map<std::string, const needs::DataKey*> period_keys_;  // "2026-11"
  std::map<Pseudonym, std::pair<std::uint64_t, Hash>>
      orphans_;  // chains of erased patients, while replaying
  struct KeyHash {
    std::size_t operator()(const KeyId& id) const { return get_u64(id.data()); }
  };
  // Every key in use, asked of the vault once. Nodes stay where they are.
  std::unordered_map<KeyId, needs::DataKey, KeyHash> keys_;
  EntryIndex store_size_ = 0;
  std::vector<Bytes> pending_;
  std::vector<Hash> pending_leaves_;
  Instant last_at_ = far_past;
  bool failed_ = false;
};

}  // namespace halligan::app
