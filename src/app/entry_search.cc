#include "app/entry_search.h"

#include <algorithm>
#include <map>

namespace halligan::app {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t helping = 256;
constexpr std::size_t tail_max = 20'000;  // entries looked through beside the index
constexpr std::size_t listed_max = 500;   // accesses of one case
constexpr Millis before_case = 1s;        // the access that caused the case is just before it
constexpr Millis after_case = 12h;

struct Helping {
  std::vector<Journal::Read> entries;
  EntryIndex durable = 0;
};

Result<Helping> read_some(Desk& desk, EntryIndex from, std::size_t limit) {
  Helping out;
  std::optional<Fault> fault;
  const auto done = desk.run([&](House& house, const Now&) {
    auto& journal = house.journal();
    out.durable = journal.durable();
    for (auto index = from; index < out.durable && out.entries.size() < limit; ++index) {
      auto read = journal.read(index);
      if (!read) {
        fault = read.fault();
        return;
      }
      out.entries.push_back(std::move(*read));
    }
  });
  if (!done) return done.fault();
  if (fault) return *fault;
  return out;
}

Result<std::vector<ReadEntry>> read_these(Desk& desk, const std::vector<EntryIndex>& wanted) {
  std::vector<ReadEntry> out;
  for (std::size_t done = 0; done < wanted.size();) {
    std::optional<Fault> fault;
    const auto end = std::min(done + helping, wanted.size());
    const auto ran = desk.run([&](House& house, const Now&) {
      for (auto at = done; at < end && !fault; ++at) {
        auto read = house.journal().read(wanted[at]);
        if (!read)
          fault = read.fault();
        else
          out.push_back({.index = wanted[at], .at = read->clear.at, .body = std::move(read->body)});
      }
    });
    if (!ran) return ran.fault();
    if (fault) return *fault;
    done = end;
  }
  return out;
}

struct Wanted {
  PatientId patient;
  StaffId staff;
  GlassId glass;  // empty: what rested on none
  Instant from{};
  Instant to{};
};

bool fits(const Wanted& wanted, const facts::AccessIntended& fact, Instant at) {
  if (fact.patient != wanted.patient || fact.staff != wanted.staff) return false;
  if (fact.glass != wanted.glass) return false;
  return !wanted.glass.empty() || (at >= wanted.from && at < wanted.to);
}

// What the search has come upon so far.
struct Sieve {
  const Wanted& wanted;
  std::map<EntryIndex, CoveredAccess> accesses;
  std::map<EntryIndex, facts::AccessOutcome> outcomes;

  void take(EntryIndex index, Instant at, const facts::Body& body) {
    if (const auto* intended = std::get_if<facts::AccessIntended>(&body.fact);
        intended != nullptr && fits(wanted, *intended, at))
      accesses[index] = {.index = index, .at = at, .intended = *intended, .outcome = {}};
    if (const auto* told = std::get_if<facts::AccessOutcome>(&body.fact);
        told != nullptr && told->patient == wanted.patient)
      outcomes[told->intent] = *told;
  }
};

// False: the index held more than may be listed.
Result<bool> search_index(Desk& desk, needs::AccessIndex& index, Sieve& sieve) {
  std::optional<Pseudonym> patient;
  std::optional<Pseudonym> staff;
  const auto named = desk.run([&](House& house, const Now&) {
    patient = house.journal().pseudonym(sieve.wanted.patient);
    staff = house.journal().pseudonym(sieve.wanted.staff);
  });
  if (!named) return named.fault();
  if (!patient || !staff) return true;
  std::vector<EntryIndex> all;
  bool complete = true;
  for (const char* kind : {facts::AccessIntended::kind, facts::AccessOutcome::kind}) {
    const auto found = index.find({.patient = patient,
                                   .staff = staff,
                                   .kind = kind,
                                   .from = sieve.wanted.from,
                                   .to = sieve.wanted.to,
                                   .before = {},
                                   .limit = listed_max});
    if (!found) return found.fault();
    complete = complete && found->size() < listed_max;
    all.insert(all.end(), found->begin(), found->end());
  }
  const auto read = read_these(desk, all);
  if (!read) return read.fault();
  for (const auto& entry : *read)
    if (entry.body) sieve.take(entry.index, entry.at, *entry.body);
  return complete;
}

}  // namespace

Result<std::size_t> feed_index(Desk& desk, needs::AccessIndex& index) {
  const auto from = index.complete();
  const auto read = read_some(desk, from, helping);
  if (!read) return read.fault();
  std::vector<needs::IndexRow> rows;
  rows.reserve(read->entries.size());
  for (const auto& entry : read->entries)
    rows.push_back({.index = from + rows.size(),
                    .at = entry.clear.at,
                    .patient = entry.clear.patient,
                    .staff = entry.clear.staff,
                    .kind = entry.body ? facts::kind_of(entry.body->fact) : "",
                    .place = {}});
  if (rows.empty()) return std::size_t{0};
  const auto added = index.add(rows);
  if (!added) return added.fault();
  return rows.size();
}

Result<std::vector<ReadEntry>> read_entries(Desk& desk, EntryIndex from, std::size_t limit) {
  std::vector<ReadEntry> out;
  while (out.size() < limit) {
    auto read = read_some(desk, from + out.size(), std::min(helping, limit - out.size()));
    if (!read) return read.fault();
    if (read->entries.empty()) break;
    for (auto& entry : read->entries)
      out.push_back(
          {.index = from + out.size(), .at = entry.clear.at, .body = std::move(entry.body)});
  }
  return out;
}

Result<CoveredAccesses> accesses_of(Desk& desk, needs::AccessIndex* index,
                                    const cases::Case& held) {
  const Wanted wanted{
      .patient = held.patient,
      .staff = held.staff,
      .glass = held.glass,
      // What somebody says of themselves opens nothing before it is said.
      .from = held.kind == "self-made-relation" ? held.opened_at : held.opened_at - before_case,
      .to = held.opened_at + after_case};
  Sieve sieve{.wanted = wanted, .accesses = {}, .outcomes = {}};
  CoveredAccesses out;
  EntryIndex from = 0;
  if (index != nullptr) {
    from = index->complete();
    const auto searched = search_index(desk, *index, sieve);
    if (!searched) return searched.fault();
    out.complete = *searched;
  }
  // The tail: usually a few entries, all of them where there is no index.
  EntryIndex durable = 0;
  const auto asked =
      desk.run([&](House& house, const Now&) { durable = house.journal().durable(); });
  if (!asked) return asked.fault();
  if (durable > from + tail_max) {
    from = durable - tail_max;
    out.complete = false;
  }
  while (from < durable) {
    const auto read = read_some(desk, from, helping);
    if (!read) return read.fault();
    if (read->entries.empty()) break;
    for (const auto& entry : read->entries) {
      if (entry.body) sieve.take(from, entry.clear.at, *entry.body);
      ++from;
    }
  }
  for (auto& [at, access] : sieve.accesses) {
    if (const auto told = sieve.outcomes.find(at); told != sieve.outcomes.end())
      access.outcome = told->second;
    out.accesses.push_back(std::move(access));
  }
  return out;
}

}  // namespace halligan::app
