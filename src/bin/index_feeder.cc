#include "bin/index_feeder.h"

#include "app/entry_search.h"

namespace halligan::bin {
namespace {

using namespace std::chrono_literals;

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
  feeder->thread_ = std::jthread{[raw = feeder.get()](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto fed = app::feed_index(raw->parts_.desk, *raw->index_);
      if (fed && *fed >= app::index_helping) continue;
      for (int i = 0; i < 10 && !stop.stop_requested(); ++i) std::this_thread::sleep_for(50ms);
    }
  }};
  return feeder;
}

}  // namespace halligan::bin
