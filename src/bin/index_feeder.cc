#include "bin/index_feeder.h"

#include <algorithm>
#include <optional>

namespace halligan::bin {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t rows_at_once =
    200;  // read on the writer's thread: a fraction of a millisecond

}  // namespace

std::unique_ptr<IndexFeeder> IndexFeeder::start(Parts parts) {
  auto feeder = std::unique_ptr<IndexFeeder>{new IndexFeeder{std::move(parts)}};
  out::SqliteIndex::Ledger ledger;
  const auto ran = feeder->parts_.desk.run([&](app::House& house, const Now&) {
    ledger = {.genesis = house.journal().tree().leaf(0), .size = house.journal().durable()};
  });
  if (!ran) {
    feeder->parts_.complain("no index: " + ran.fault().what);
    return feeder;
  }
  auto index = out::SqliteIndex::open(feeder->parts_.path, ledger);
  if (!index) {
    feeder->parts_.complain("no index: " + index.fault().what);
    return feeder;
  }
  feeder->index_ = std::move(*index);
  feeder->thread_ = std::jthread{[raw = feeder.get()](std::stop_token stop) {
    while (!stop.stop_requested()) {
      const auto fed = raw->feed();
      if (fed && *fed == rows_at_once) continue;
      for (int i = 0; i < 10 && !stop.stop_requested(); ++i) std::this_thread::sleep_for(50ms);
    }
  }};
  return feeder;
}

Result<std::size_t> IndexFeeder::feed() {
  std::vector<needs::IndexRow> rows;
  std::optional<Fault> trouble;
  const EntryIndex from = index_->complete();
  const auto ran = parts_.desk.run([&](app::House& house, const Now&) {
    auto& journal = house.journal();
    const EntryIndex to = std::min<EntryIndex>(journal.durable(), from + rows_at_once);
    for (EntryIndex i = from; i < to; ++i) {
      const auto entry = journal.read(i);
      if (!entry) {
        trouble = entry.fault();
        return;
      }
      rows.push_back({.index = i,
                      .at = entry->clear.at,
                      .patient = entry->clear.patient,
                      .staff = entry->clear.staff,
                      .kind = entry->body ? facts::kind_of(entry->body->fact) : "",
                      .place = {}});
    }
  });
  if (!ran) return ran.fault();
  if (trouble) return *trouble;
  if (rows.empty()) return std::size_t{0};
  const auto added = index_->add(rows);
  if (!added) return added.fault();
  return rows.size();
}

}  // namespace halligan::bin
