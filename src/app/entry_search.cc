#include "app/entry_search.h"

#include <algorithm>
#include <map>

namespace halligan::app {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t helping = index_helping;
constexpr std::size_t tail_max = 20'000;  // entries looked through beside the index
constexpr std::size_t listed_max = 500;   // accesses of one case
constexpr Millis before_case = 1s;        // the access that caused the case is just before it
constexpr Millis after_case = 12h;
constexpr Millis outcome_within = 1h;  // of an access, as a rule
constexpr int outcome_pages_max = 4;

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

// Where the tail begins that the index does not hold, and where it ends.
struct Tail {
  EntryIndex from = 0;
  EntryIndex end = 0;
  bool whole = true;  // false: it was too long, and its beginning is left out
};
Result<Tail> tail_of(Desk& desk, const needs::AccessIndex* index) {
  Tail out{.from = index == nullptr ? 0 : index->complete(), .end = 0, .whole = true};
  const auto asked =
      desk.run([&](House& house, const Now&) { out.end = house.journal().durable(); });
  if (!asked) return asked.fault();
  if (out.end > out.from + tail_max) {
    out.from = out.end - tail_max;
    out.whole = false;
  }
  return out;
}

// Gives every entry of the tail that can be read.
template <class Take>
Result<Unit> read_tail(Desk& desk, const Tail& tail, Take take) {
  for (auto at = tail.from; at < tail.end;) {
    const auto read = read_some(desk, at, helping);
    if (!read) return read.fault();
    if (read->entries.empty()) break;
    for (const auto& entry : read->entries) {
      if (entry.body) take(at, entry.clear.at, *entry.body);
      ++at;
    }
  }
  return Unit{};
}

// What one person did, as far as it was come upon.
struct OwnSieve {
  StaffId staff;
  EntryIndex before;
  std::map<EntryIndex, CoveredAccess> accesses{};
  std::map<EntryIndex, facts::AccessOutcome> outcomes{};

  void take(EntryIndex index, Instant at, const facts::Body& body) {
    if (facts::staff_of(body.fact) != staff) return;
    if (const auto* told = std::get_if<facts::AccessOutcome>(&body.fact))
      outcomes[told->intent] = *told;
    if (index >= before) return;
    if (const auto* intended = std::get_if<facts::AccessIntended>(&body.fact))
      accesses[index] = {.index = index, .at = at, .intended = *intended, .outcome = {}};
    if (const auto* search = std::get_if<facts::SearchMade>(&body.fact)) {
      facts::AccessIntended made;
      made.staff = staff;
      made.session = search->session;
      made.action = "search";
      made.types = {"Patient"};
      made.form = "find-person";
      made.basis = search->basis;
      accesses[index] = {.index = index, .at = at, .intended = std::move(made), .outcome = {}};
    }
  }
  void keep_newest(std::size_t count) {
    while (accesses.size() > count) accesses.erase(accesses.begin());
  }
};

Result<Unit> take_found(Desk& desk, const std::vector<EntryIndex>& found, OwnSieve& sieve) {
  const auto read = read_these(desk, found);
  if (!read) return read.fault();
  for (const auto& entry : *read)
    if (entry.body) sieve.take(entry.index, entry.at, *entry.body);
  return Unit{};
}

// What the index knows that is older than the tail.
Result<Unit> older_of(Desk& desk, needs::AccessIndex& index, const Pseudonym& staff,
                      EntryIndex before, std::size_t count, OwnSieve& sieve) {
  std::vector<EntryIndex> all;
  for (const char* kind : {facts::AccessIntended::kind, facts::SearchMade::kind}) {
    const auto found =
        index.find({.patient = {}, .staff = staff, .kind = kind, .before = before, .limit = count});
    if (!found) return found.fault();
    all.insert(all.end(), found->begin(), found->end());
  }
  std::sort(all.rbegin(), all.rend());
  if (all.size() > count) all.resize(count);
  return take_found(desk, all, sieve);
}

// Outcomes follow soon as a rule: they are looked for in the hour after.
Result<Unit> outcomes_of(Desk& desk, needs::AccessIndex& index, const Pseudonym& staff,
                         OwnSieve& sieve) {
  std::optional<Instant> from;
  Instant to{};
  for (const auto& [at, access] : sieve.accesses) {
    if (access.intended.form == "find-person" || sieve.outcomes.contains(at)) continue;
    if (!from) from = access.at;
    to = access.at + outcome_within;
  }
  std::optional<EntryIndex> before;
  for (int page = 0; from && page < outcome_pages_max; ++page) {
    const auto found = index.find({.patient = {},
                                   .staff = staff,
                                   .kind = facts::AccessOutcome::kind,
                                   .from = *from,
                                   .to = to,
                                   .before = before,
                                   .limit = listed_max});
    if (!found) return found.fault();
    const auto taken = take_found(desk, *found, sieve);
    if (!taken) return taken.fault();
    if (found->size() < listed_max) break;
    before = found->back();
  }
  return Unit{};
}

// After a start, after an erasure, and where too many were written at once.
Result<std::size_t> feed_by_reading(Desk& desk, needs::AccessIndex& index) {
  const auto from = index.complete();
  const auto read = read_some(desk, from, helping);
  if (!read) return read.fault();
  std::vector<needs::IndexRow> rows;
  rows.reserve(read->entries.size());
  // What an erased patient's entries say is known to nobody, nor is it here.
  for (const auto& entry : read->entries)
    rows.push_back({.index = from + rows.size(),
                    .at = entry.clear.at,
                    .patient = entry.body ? entry.clear.patient : Pseudonym{},
                    .staff = entry.clear.staff,
                    .kind = entry.body ? facts::kind_of(entry.body->fact) : "",
                    .place = {}});
  if (rows.empty()) return std::size_t{0};
  // Before what says so is in it: else it would be forgotten that it must be.
  for (const auto& entry : read->entries)
    if (const auto* erased =
            entry.body ? std::get_if<facts::PatientErased>(&entry.body->fact) : nullptr)
      if (auto done = index.forget(Journal::pseudonym_of(*erased)); !done) return done.fault();
  const auto added = index.add(rows);
  if (!added) return added.fault();
  return rows.size();
}

}  // namespace

// Those that were written just now need not be read back.
Result<std::size_t> feed_index(Desk& desk, needs::AccessIndex& index) {
  const auto from = index.complete();
  std::optional<std::vector<needs::IndexRow>> rows;
  const auto asked = desk.run(
      [&](House& house, const Now&) { rows = house.journal().rows_from(from, index_helping); });
  if (!asked) return asked.fault();
  if (!rows) return feed_by_reading(desk, index);
  if (rows->empty()) return std::size_t{0};
  const auto added = index.add(*rows);
  if (!added) return added.fault();
  return rows->size();
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
  if (index != nullptr) {
    const auto searched = search_index(desk, *index, sieve);
    if (!searched) return searched.fault();
    out.complete = *searched;
  }
  // The tail: usually a few entries, all of them where there is no index.
  const auto tail = tail_of(desk, index);
  if (!tail) return tail.fault();
  out.complete = out.complete && tail->whole;
  const auto read = read_tail(desk, *tail, [&](EntryIndex at, Instant when, const auto& body) {
    sieve.take(at, when, body);
  });
  if (!read) return read.fault();
  for (auto& [at, access] : sieve.accesses) {
    if (const auto told = sieve.outcomes.find(at); told != sieve.outcomes.end())
      access.outcome = told->second;
    out.accesses.push_back(std::move(access));
  }
  return out;
}

Result<OwnAccesses> accesses_by(Desk& desk, needs::AccessIndex* index, const OwnAsked& asked) {
  const auto tail = tail_of(desk, index);
  if (!tail) return tail.fault();
  OwnSieve sieve{.staff = asked.staff, .before = asked.before == 0 ? tail->end : asked.before};
  const auto read = read_tail(desk, *tail, [&](EntryIndex at, Instant when, const auto& body) {
    sieve.take(at, when, body);
    sieve.keep_newest(asked.limit + 1);
  });
  if (!read) return read.fault();

  OwnAccesses out;
  out.complete = tail->whole;
  std::optional<Pseudonym> staff;
  const auto named =
      desk.run([&](House& house, const Now&) { staff = house.journal().pseudonym(asked.staff); });
  if (!named) return named.fault();
  if (index != nullptr && staff) {
    if (const auto missing = asked.limit + 1 - sieve.accesses.size(); missing > 0) {
      const auto older =
          older_of(desk, *index, *staff, std::min(sieve.before, tail->from), missing, sieve);
      if (!older) return older.fault();
    }
    const auto told = outcomes_of(desk, *index, *staff, sieve);
    if (!told) return told.fault();
  }
  out.more = sieve.accesses.size() > asked.limit;
  sieve.keep_newest(asked.limit);
  std::vector<EntryIndex> untold;
  for (auto at = sieve.accesses.rbegin(); at != sieve.accesses.rend(); ++at) {
    auto& access = at->second;
    if (const auto told = sieve.outcomes.find(at->first); told != sieve.outcomes.end())
      access.outcome = told->second;
    else if (access.intended.form != "find-person")
      untold.push_back(at->first);
    out.accesses.push_back(std::move(access));
  }
  // What is neither found nor still to come was told later than it was looked for.
  const auto looked = desk.run([&](House& house, const Now&) {
    for (const auto intent : untold)
      out.complete = out.complete && house.state().pending.contains(intent);
  });
  if (!looked) return looked.fault();
  return out;
}

}  // namespace halligan::app
