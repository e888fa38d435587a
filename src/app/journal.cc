#include "app/journal.h"

#include <algorithm>

#include "base/limits.h"
#include "base/must.h"

namespace halligan::app {
namespace {

constexpr std::size_t rows_max = 16'384;  // a hundred bytes each

std::string period_of(Instant at) { return to_text(at).substr(0, 7); }

Fault damaged(EntryIndex index, std::string what) {
  return {FaultCode::ledger_damaged, "entry " + std::to_string(index) + ": " + std::move(what)};
}

}  // namespace

Journal::Journal(needs::EntryStore& store, needs::Vault& vault, needs::Dice& dice)
    : store_(store), vault_(vault), dice_(dice), tree_(store.pages()) {}

Result<Unit> Journal::replay_below(EntryIndex end, const Visit& visit) {
  return scan(0, end, visit);
}

Result<Unit> Journal::scan(EntryIndex from, EntryIndex end, const Visit& visit) {
  MUST(store_size_ == 0 && pending_.empty() && end <= store_.size());
  std::optional<Fault> trouble;
  const auto scanned = store_.scan(from, [&](EntryIndex index, ByteView stored) {
    if (index >= end) return false;
    const auto done = replay_one(index, stored, visit);
    if (!done) trouble = done.fault();
    return done.ok();
  });
  if (trouble) return *trouble;
  if (!scanned) return scanned.fault();
  if (tree_.size() != end) return damaged(tree_.size(), "the store gave fewer entries than it has");
  store_size_ = end;
  // Of a patient who was erased later than `end`, the entry that says so was not read.
  if (end < store_.size()) return Unit{};
  return check_orphans();
}

Result<Unit> Journal::resume_below(EntryIndex end, const Kept& kept, const Visit& visit) {
  if (kept.size > end)
    return Fault{FaultCode::ledger_damaged, "the snapshot is of more entries than there are"};
  const auto hashed = store_.scan(0, [&](EntryIndex index, ByteView stored) {
    if (index < kept.size) tree_.append(ledger::leaf_hash(stored));
    return index + 1 < kept.size;
  });
  if (!hashed) return hashed.fault();
  if (tree_.size() != kept.size || tree_.root() != kept.root)
    return Fault{FaultCode::ledger_damaged, "the entries are not those of the snapshot"};
  for (const auto& each : kept.chains) {
    chains_[each.patient] = {.id = each.key,
                             .pseudonym = each.pseudonym,
                             .key = nullptr,
                             .sequence = each.sequence,
                             .previous = each.previous};
    vault_.mark_used(each.key);
  }
  for (const auto& [month, id] : kept.months) {
    const auto key = known_key(id);
    if (!key) return key.fault();
    if (*key == nullptr) return Fault{FaultCode::ledger_damaged, "the key of a month is gone"};
    period_keys_.insert_or_assign(month, *key);
    vault_.mark_used(id);
  }
  for (const auto& [person, pseudonym] : kept.people) people_[person] = pseudonym;
  last_at_ = kept.last_at;
  return scan(kept.size, end, visit);
}

Journal::Kept Journal::kept() const {
  Kept out{.size = store_size_,
           .root = tree_.root(),
           .last_at = last_at_,
           .chains = {},
           .months = {},
           .people = {}};
  for (const auto& [patient, chain] : chains_)
    out.chains.push_back({.patient = patient,
                          .key = chain.id,
                          .pseudonym = chain.pseudonym,
                          .sequence = chain.sequence,
                          .previous = chain.previous});
  std::ranges::sort(out.chains, {}, &Kept::PatientChain::patient);
  for (const auto& [month, key] : period_keys_) out.months.emplace_back(month, key->id);
  out.people.assign(people_.begin(), people_.end());
  std::ranges::sort(out.people);
  return out;
}

Result<Unit> Journal::replay_one(EntryIndex index, ByteView stored, const Visit& visit) {
  const auto clear = ledger::read_clear(stored);
  if (!clear) return damaged(index, "not a version 1 entry");
  if (clear->at < last_at_) return damaged(index, "its time is before that of the entry before it");
  auto body = open_body(*clear, stored);
  if (!body) return body.fault();
  const Hash leaf = ledger::leaf_hash(stored);
  if (clear->patient_sequence > 0) {
    auto done = replay_chain(index, *clear, *body, leaf);
    if (!done) return done;
  } else if (*body) {
    const auto key = known_key(clear->key);
    if (!key) return key.fault();
    if (*key != nullptr) period_keys_.insert_or_assign(period_of(clear->at), *key);
  } else {
    return damaged(index, "its key is gone, and it is no patient's");
  }
  vault_.mark_used(clear->key);
  tree_.append(leaf);
  last_at_ = clear->at;
  if (*body) note_person((*body)->fact);
  visit(index, clear->at, *body ? &**body : nullptr);
  if (!*body) return Unit{};
  if (const auto* erased = std::get_if<facts::PatientErased>(&(*body)->fact)) {
    forget(*erased);
    return vault_.destroy(key_id_of(*erased));
  }
  return Unit{};
}

Result<Unit> Journal::replay_chain(EntryIndex index, const ledger::Clear& clear,
                                   const std::optional<facts::Body>& body, const Hash& leaf) {
  if (!body) {
    auto& orphan = orphans_[clear.patient];
    if (clear.patient_sequence != orphan.first + 1 || clear.previous != orphan.second)
      return damaged(index, "it does not follow its patient's previous entry");
    orphan = {clear.patient_sequence, leaf};
    return Unit{};
  }
  const auto patient = facts::patient_of(body->fact);
  if (patient.empty()) return damaged(index, "a patient's entry that names no patient");
  auto& chain = chains_[patient.text()];
  if (chain.sequence == 0) {
    const auto key = known_key(clear.key);
    if (!key) return key.fault();
    chain.id = clear.key;
    chain.key = *key;
    chain.pseudonym = (*key)->pseudonym;
  }
  if (chain.id != clear.key) return damaged(index, "its key is not its patient's");
  if (clear.patient != chain.pseudonym || clear.patient_sequence != chain.sequence + 1 ||
      clear.previous != chain.previous)
    return damaged(index, "it does not follow its patient's previous entry");
  chain.sequence = clear.patient_sequence;
  chain.previous = leaf;
  return Unit{};
}

// Whoever takes a key away hides what it locks: a denial, a flag, a visit.
Result<Unit> Journal::check_orphans() const {
  for (const auto& [pseudonym, chain] : orphans_)
    if (!erased_.contains(pseudonym))
      return Fault{FaultCode::ledger_damaged,
                   std::to_string(chain.first) + " entries of one patient cannot be read: their " +
                       "key is not in the vault, and no entry says that the patient was erased"};
  return Unit{};
}

void Journal::forget(const facts::PatientErased& erased) {
  if (const auto patient = patient_of(erased)) chains_.erase(patient->text());
  const auto id = key_id_of(erased);
  keys_.erase(id);
  erased_.insert(pseudonym_of(erased));
}

Pseudonym Journal::pseudonym_of(const facts::PatientErased& erased) {
  const auto bytes = from_hex(erased.pseudonym);
  Pseudonym out{};
  MUST(bytes && bytes->size() == out.size());
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

std::optional<Journal::Erasable> Journal::erasable(const KeyId& key) const {
  for (const auto& [patient, chain] : chains_)
    if (chain.id == key)
      return Erasable{.pseudonym = chain.pseudonym, .key = chain.id, .entries = chain.sequence};
  return std::nullopt;
}

KeyId Journal::key_id_of(const facts::PatientErased& erased) {
  const auto bytes = from_hex(erased.key);
  KeyId id{};
  MUST(bytes && bytes->size() == id.size());  // we wrote it
  std::copy(bytes->begin(), bytes->end(), id.begin());
  return id;
}

std::optional<PatientId> Journal::patient_of(const facts::PatientErased& erased) const {
  const auto id = key_id_of(erased);
  for (const auto& [patient, chain] : chains_)
    if (chain.id == id) return PatientId{patient};
  return std::nullopt;
}

std::optional<Journal::Erasable> Journal::erasable(const PatientId& patient) const {
  const auto found = chains_.find(patient.text());
  if (found == chains_.end()) return std::nullopt;
  const auto& chain = found->second;
  return Erasable{.pseudonym = chain.pseudonym, .key = chain.id, .entries = chain.sequence};
}

Result<std::optional<facts::Body>> Journal::open_body(const ledger::Clear& clear, ByteView stored) {
  const auto key = known_key(clear.key);
  if (!key) return key.fault();
  if (*key == nullptr) return std::optional<facts::Body>{};
  const auto plain = ledger::open_entry(stored, (*key)->key);
  if (!plain) return Fault{FaultCode::ledger_damaged, "an entry does not open with its key"};
  auto body = facts::decode(text_view(*plain));
  if (!body)
    return Fault{FaultCode::ledger_damaged,
                 "an entry's body is not a fact that this version knows"};
  return body;
}

void Journal::note_person(const facts::Fact& fact) {
  const auto note = [&](const StaffId& who, const std::string& pseudonym) {
    const auto bytes = from_hex(pseudonym);
    MUST(bytes && bytes->size() == Pseudonym{}.size());
    std::copy(bytes->begin(), bytes->end(), people_[who.text()].begin());
  };
  if (const auto* person = std::get_if<facts::StaffSet>(&fact))
    note(person->person, person->pseudonym);
  if (const auto* card = std::get_if<facts::CardMade>(&fact))
    note(facts::speaker_of(card->card), card->pseudonym);
}

Result<const needs::DataKey*> Journal::known_key(const KeyId& id) {
  if (const auto held = keys_.find(id); held != keys_.end()) return &held->second;
  auto found = vault_.find(id);
  if (!found) return found.fault();
  const needs::DataKey* none = nullptr;
  // Between the entry that says so and its commit the vault still has it.
  if (!*found || erased_.contains((*found)->pseudonym)) return none;
  const needs::DataKey* kept = &keys_.emplace(id, **found).first->second;
  return kept;
}

Result<const needs::DataKey*> Journal::fresh_key() {
  auto key = vault_.take();
  if (!key) return key.fault();
  const auto id = key->id;
  const needs::DataKey* kept = &keys_.emplace(id, *key).first->second;
  return kept;
}

Result<Journal::Chain*> Journal::chain_of(const PatientId& patient) {
  if (const auto found = chains_.find(patient.text()); found != chains_.end()) {
    auto& chain = found->second;
    if (chain.key != nullptr) return &chain;
    const auto key = known_key(chain.id);
    if (!key) return key.fault();
    if (*key == nullptr) return Fault{FaultCode::vault_failed, "the key of a patient is gone"};
    chain.key = *key;
    return &chain;
  }
  const auto key = fresh_key();
  if (!key) return key.fault();
  auto& chain = chains_[patient.text()];
  chain.id = (*key)->id;
  chain.pseudonym = (*key)->pseudonym;
  chain.key = *key;
  return &chain;
}

Result<const needs::DataKey*> Journal::period_key(Instant at) {
  const auto period = period_of(at);
  if (const auto found = period_keys_.find(period); found != period_keys_.end())
    return found->second;
  const auto key = fresh_key();
  if (!key) return key.fault();
  period_keys_.insert_or_assign(period, *key);
  return *key;
}

bool Journal::fits(std::string_view plain) {
  return plain.size() + ledger::clear_bytes + crypto::tag_bytes <= limits::entry_bytes_max;
}

Result<EntryIndex> Journal::write(const facts::Body& body, std::string_view plain, Instant at) {
  if (failed_)
    return Fault{FaultCode::ledger_unavailable, "the journal stopped after a failed write"};
  MUST(at >= last_at_);
  const auto patient = facts::patient_of(body.fact);
  const auto staff = facts::staff_of(body.fact);
  MUST(fits(plain));

  note_person(body.fact);
  if (const auto* erased = std::get_if<facts::PatientErased>(&body.fact)) forget(*erased);
  ledger::Clear clear{.at = at,
                      .patient = {},
                      .staff = {},
                      .patient_sequence = 0,
                      .previous = {},
                      .key = {},
                      .nonce = dice_.roll<12>()};
  if (const auto known = people_.find(staff.text()); known != people_.end())
    clear.staff = known->second;
  Chain* chain = nullptr;
  const needs::DataKey* key = nullptr;
  if (patient.empty()) {
    auto found = period_key(at);
    if (!found) {
      failed_ = true;
      return found.fault();
    }
    key = *found;
  } else {
    auto found = chain_of(patient);
    if (!found) {
      failed_ = true;
      return found.fault();
    }
    chain = *found;
    key = chain->key;
    clear.patient = chain->pseudonym;
    clear.patient_sequence = chain->sequence + 1;
    clear.previous = chain->previous;
  }
  clear.key = key->id;
  pending_.push_back(ledger::seal_entry(clear, key->key, view(plain)));
  pending_leaves_.push_back(ledger::leaf_hash(pending_.back()));
  note_row(body.fact, clear);
  if (chain != nullptr) {
    chain->sequence = clear.patient_sequence;
    chain->previous = pending_leaves_.back();
  }
  last_at_ = at;
  return next() - 1;
}

Result<Durable> Journal::commit(bool may_use_reserve) {
  if (failed_)
    return Fault{FaultCode::ledger_unavailable, "the journal stopped after a failed write"};
  std::span<const Bytes> left{pending_};
  while (!left.empty()) {
    const auto batch = left.first(std::min(left.size(), limits::batch_entries_max));
    const auto appended = store_.append(batch, may_use_reserve);
    if (!appended) {
      failed_ = true;
      return appended.fault();
    }
    left = left.subspan(batch.size());
  }
  for (const auto& leaf : pending_leaves_) tree_.append(leaf);
  store_size_ += pending_.size();
  pending_.clear();
  pending_leaves_.clear();
  return Durable{store_size_};
}

// After an erasure the rows of before are read again: what cannot be read names nobody.
void Journal::note_row(const facts::Fact& fact, const ledger::Clear& clear) {
  if (std::holds_alternative<facts::PatientErased>(fact)) return rows_.clear();
  if (rows_.size() >= rows_max) rows_.pop_front();
  rows_.push_back({.index = next() - 1,
                   .at = clear.at,
                   .patient = clear.patient,
                   .staff = clear.staff,
                   .kind = facts::kind_of(fact),
                   .place = {}});
}

std::optional<std::vector<needs::IndexRow>> Journal::rows_from(EntryIndex from, std::size_t limit) {
  while (!rows_.empty() && rows_.front().index < from) rows_.pop_front();
  if (from < store_size_ && (rows_.empty() || rows_.front().index != from)) return std::nullopt;
  std::vector<needs::IndexRow> out;
  for (auto row = rows_.begin();
       row != rows_.end() && row->index < store_size_ && out.size() < limit; ++row)
    out.push_back(*row);
  return out;
}

std::optional<Pseudonym> Journal::pseudonym(const PatientId& patient) const {
  const auto found = chains_.find(patient.text());
  if (found == chains_.end()) return std::nullopt;
  return found->second.pseudonym;
}

std::optional<Pseudonym> Journal::pseudonym(const StaffId& person) const {
  const auto found = people_.find(person.text());
  if (found == people_.end()) return std::nullopt;
  return found->second;
}

Result<Journal::Read> Journal::read(EntryIndex index) {
  if (index >= store_size_) return Fault{FaultCode::not_found, "no such entry"};
  auto stored = store_.read(index);
  if (!stored) return stored.fault();
  if (ledger::leaf_hash(*stored) != tree_.leaf(index))
    return damaged(index, "the bytes read are not those that were written");
  const auto clear = ledger::read_clear(*stored);
  MUST(clear);  // its hash is right, so we wrote it
  auto body = open_body(*clear, *stored);
  if (!body) return body.fault();
  return Read{.clear = *clear, .body = std::move(*body), .stored = std::move(*stored)};
}

}  // namespace halligan::app
