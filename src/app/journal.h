// journal.h - the only writer of the ledger: facts in, encrypted and chained entries out.
//
// ORDER     write() buffers, commit() makes everything buffered durable and only then gives the
//           Durable without which nothing is released.
// FAULT     after a failed commit every later call fails; the journal is thrown away and replayed.
// ERASURE   a patient's key is forgotten with the patient-erased entry; destroying it is the
// house's
//           part, once that entry is durable. A replay destroys it where it still finds it. A key
//           that is gone without such an entry is ledger_damaged: somebody hid a chart's entries.
// MEMORY    one chain a patient (about 180 bytes); the whole Merkle tree (64 bytes an entry) in the
//           store's pages.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "app/recorded.h"
#include "core/facts/codec.h"
#include "core/ledger/entry.h"
#include "core/ledger/merkle.h"
#include "needs/access_index.h"
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
  Result<Unit> replay(const Visit& visit) { return replay_below(store_.size(), visit); }
  // The entries below `end` alone, for whoever wants the state of then and writes nothing.
  Result<Unit> replay_below(EntryIndex end, const Visit& visit);

  // What a snapshot keeps of the journal. Ordered, so that equal journals give equal texts.
  struct Kept {
    EntryIndex size = 0;
    Hash root{};
    Instant last_at{};
    struct PatientChain {
      std::string patient;
      KeyId key{};
      Pseudonym pseudonym{};
      std::uint64_t sequence = 0;
      Hash previous{};
    };
    std::vector<PatientChain> chains;                   // by patient
    std::vector<std::pair<std::string, KeyId>> months;  // by month
    std::vector<std::pair<std::string, Pseudonym>> people;
  };
  Kept kept() const;
  // Instead of replay(): goes on from there, `visit` gets the entries from `kept.size` on. The
  // stored bytes below are read for their hashes alone, which must give `kept.root`.
  Result<Unit> resume(const Kept& kept, const Visit& visit) {
    return resume_below(store_.size(), kept, visit);
  }
  Result<Unit> resume_below(EntryIndex end, const Kept& kept, const Visit& visit);

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

  // Rows of the index for durable entries from `from` on, at most `limit`, as they were written;
  // nothing where they are not remembered, and must be read. What is older is forgotten.
  std::optional<std::vector<needs::IndexRow>> rows_from(EntryIndex from, std::size_t limit);

  // How entries name a person or a patient; nothing where no entry does yet.
  std::optional<Pseudonym> pseudonym(const PatientId& patient) const;
  std::optional<Pseudonym> pseudonym(const StaffId& person) const;
  bool knows(const PatientId& patient) const { return chains_.contains(patient.text()); }
  // Whose chart it is that an erasure names; nothing where the key is gone already.
  std::optional<PatientId> patient_of(const facts::PatientErased& erased) const;
  struct Erasable {
    Pseudonym pseudonym;
    KeyId key;
    std::uint64_t entries = 0;
  };
  std::optional<Erasable> erasable(const PatientId& patient) const;
  std::optional<Erasable> erasable(const KeyId& key) const;
  static KeyId key_id_of(const facts::PatientErased& erased);
  static Pseudonym pseudonym_of(const facts::PatientErased& erased);
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
    KeyId id{};
    Pseudonym pseudonym{};
    const needs::DataKey* key = nullptr;  // of keys_; null until it is needed
    std::uint64_t sequence = 0;
    Hash previous{};
  };
  Result<const needs::DataKey*> known_key(const KeyId& id);  // null: it was destroyed
  Result<const needs::DataKey*> fresh_key();
  Result<Chain*> chain_of(const PatientId& patient);
  Result<const needs::DataKey*> period_key(Instant at);
  Result<std::optional<facts::Body>> open_body(const ledger::Clear& clear, ByteView stored);
  Result<Unit> scan(EntryIndex from, EntryIndex end, const Visit& visit);
  Result<Unit> replay_one(EntryIndex index, ByteView stored, const Visit& visit);
  Result<Unit> replay_chain(EntryIndex index, const ledger::Clear& clear,
                            const std::optional<facts::Body>& body, const Hash& leaf);
  Result<Unit> check_orphans() const;
  void forget(const facts::PatientErased& erased);
  void note_person(const facts::Fact& fact);
  void note_row(const facts::Fact& fact, const ledger::Clear& clear);

  needs::EntryStore& store_;
  needs::Vault& vault_;
  needs::Dice& dice_;
  ledger::Tree tree_;
  boost::unordered_flat_map<std::string, Chain> chains_;
  boost::unordered_flat_map<std::string, Pseudonym> people_;
  std::map<std::string, const needs::DataKey*> period_keys_;  // "2026-11"
  // Chains whose key is gone, while replaying, and those of which an entry says that it should be.
  std::map<Pseudonym, std::pair<std::uint64_t, Hash>> orphans_;
  std::set<Pseudonym> erased_;
  struct KeyHash {
    std::size_t operator()(const KeyId& id) const { return get_u64(id.data()); }
  };
  // Every key in use, asked of the vault once. Nodes stay where they are.
  std::unordered_map<KeyId, needs::DataKey, KeyHash> keys_;
  EntryIndex store_size_ = 0;
  std::vector<Bytes> pending_;
  std::vector<Hash> pending_leaves_;
  std::deque<needs::IndexRow> rows_;  // of the newest entries, without gaps
  Instant last_at_ = far_past;
  bool failed_ = false;
};

}  // namespace halligan::app
