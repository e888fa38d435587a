// house.h - the one writer: decides commands in order, applies their facts, commits in batches.
//
// Not thread-safe by design: one thread (bin/writer_thread.h) or the simulator drives it. After a
// fault the house is dead; whoever drives it opens another one on the same store, by replay.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/access.h"
#include "app/context.h"
#include "app/explanations.h"
#include "app/journal.h"
#include "app/lease.h"
#include "app/news.h"
#include "app/recorded.h"
#include "base/must.h"
#include "needs/clock.h"
#include "needs/snapshot_store.h"

namespace halligan::app {

class House {
 public:
  struct Parts {
    needs::EntryStore& store;
    needs::Vault& vault;
    needs::Dice& dice;
    needs::Clock& clock;
    needs::SnapshotStore* snapshots = nullptr;  // none: every start reads the whole ledger
  };

  // Replays the ledger (from a snapshot where there is one), records the start, ends what the time
  // in between has ended, and writes the outcome "unknown" for every intent that has none.
  static Result<std::unique_ptr<House>> open(const Parts& parts, std::string version);
  ~House();  // every lease is over

  // Decides one command on the state as it stands, facts of this batch included. The answer may be
  // told to nobody before commit() has given a Durable.
  template <class Command>
  typename Command::Answer perform(const Command& command, const Now& now,
                                   std::string idempotency = {}) {
    if constexpr (requires { Command::can_wait; })
      if (journal_.room() == needs::Room::reserve_only) return nearly_full();
    // What a step of the clock ends stays ended, also where the clock steps back the next moment.
    if (step_of(now)) keep_time(now);
    Fresh fresh{parts_.dice.roll<32>()};
    std::vector<facts::Fact> noted;
    Context context{state_, settle(now), fresh, noted, std::move(idempotency), {}};
    auto answer = decide(command, context);
    if constexpr (requires { Command::keeps_session; }) keep_session(command.token_hash, context);
    if (finish(context)) return answer;
    // What does not fit an entry is refused whole: nothing of the command was written.
    if constexpr (std::is_constructible_v<typename Command::Answer, Refusal>) return too_long();
    MUST(false);  // a command that cannot be refused writes only what we bounded
  }

  // Makes everything performed durable. Nothing performed since the last commit: no disk is
  // touched.
  Result<Durable> commit();

  // What the passing of time does: endings, overdue cases, folded refusals, steps of the clock.
  void keep_time(const Now& now);

  const State& state() const { return state_; }
  // What the state was begun from; nothing: from the first entry.
  const std::optional<facts::SnapshotTaken>& begun_from() const { return begun_from_; }
  Journal& journal() { return journal_; }
  const Journal& journal() const { return journal_; }
  bool failed() const { return failed_; }

  // A lease on what was permitted (`right` of an Accessed): over when session, glass, deadline or
  // the right itself ends.
  std::shared_ptr<const Lease> lease(const Right& right);

  // What has become durable since the last call means to screens, in order.
  std::vector<NewsItem> take_news() { return std::exchange(durable_news_, {}); }
  // For as long as it is held: news follows when the chart in front of the session was readable
  // and no longer is, whatever the cause.
  class Watch;
  std::shared_ptr<const Watch> watch(const SessionId& session, const Now& now);

 private:
  House(const Parts& parts, Journal journal, State state);
  std::optional<Millis> step_of(const Now& told) const;  // by which the wall clock was set
  // Wall time as entries see it: never before the last entry. After a clock that was ahead, time
  // goes on at half its pace until the clock has caught up: deadlines are reached.
  Now settle(Now now);
  static Refusal nearly_full();
  static Refusal too_long();
  bool finish(Context& context);  // false: it does not fit, and nothing was written
  // A fact with the text of its entry's body, made once: measured, then sealed.
  struct Spelled {
    facts::Body body;
    std::string text;
  };
  static Spelled spell(facts::Fact fact, const Now& now, std::string idempotency);
  SessionId session_that_gains(const facts::Fact& fact) const;
  void record(const Spelled& spelled, const Now& now);
  void note_all(std::vector<facts::Fact> facts, const Now& now);
  Result<Unit> destroy_erased();
  void recheck_rights(const Now& now);
  void note_news(News what) {
    news_.push_back({.entry = state_.entries - 1, .what = std::move(what)});
  }
  void look_at_charts(const Now& now);
  void look_at_gained(const Now& now);
  bool still_readable(const SessionId& id, Watch& watch, const Now& now) const;

  struct Running;  // a right with a stream on it

  Parts parts_;
  Journal journal_;
  State state_;
  std::optional<facts::SnapshotTaken> begun_from_;
  std::vector<KeyId> erased_;  // keys to destroy as soon as the entry that says so is durable
  bool failed_ = false;
  std::string fault_;
  struct Repeat {
    facts::AccessRefused sample;
    Instant first{};
    std::uint32_t count = 0;
  };
  std::map<std::string, Repeat> repeated_;  // refusals that are counted, not yet written
  std::vector<std::weak_ptr<Running>> running_;
  std::uint64_t rights_seen_ = 0;
  Millis rights_looked_at_ = Millis::min() / 2;  // on the boot clock
  std::vector<NewsItem> news_;                   // of entries that are not durable yet
  std::vector<NewsItem> durable_news_;
  std::map<SessionId, std::weak_ptr<Watch>> watches_;
  std::vector<SessionId> gained_;   // watched ones that may read more since the last commit
  std::uint64_t charts_epoch_ = 0;  // the charts in front were last looked at then
  Millis charts_looked_at_{0};      // on the boot clock
  std::string policy_seen_;
  Unexplained unexplained_{.all = true, .cases = {}};  // explanations are looked for there
  Deadline next_ending_{.wall = far_past, .boot = Millis::min()};
  Millis wall_minus_boot_{0};
  std::optional<Now> ahead_;  // since when entries are ahead of the clock
};

// How the rest of the program reaches the writer.
class Desk {
 public:
  virtual ~Desk() = default;
  // Runs the job on the writer; returns when all that it recorded is durable. The job must be quick
  // and must not keep a reference to the house. Where the writer is too busy to take it in time, it
  // is not run (cancelled); where the disk does not answer in time, what it recorded may come to be
  // (ledger_unavailable).
  virtual Result<Durable> run(const std::function<void(House&, const Now&)>& job) = 0;
  // The same for a long job that can wait: what is in a hurry goes before it.
  virtual Result<Durable> run_later(const std::function<void(House&, const Now&)>& job) {
    return run(job);
  }
};

// Asks one command; the answer comes with the proof that it is durable.
template <class Command>
Result<Recorded<typename Command::Answer>> ask(Desk& desk, const Command& command,
                                               const std::string& idempotency = {}) {
  std::optional<typename Command::Answer> answer;
  const auto durable = desk.run(
      [&](House& house, const Now& now) { answer = house.perform(command, now, idempotency); });
  if (!durable) return durable.fault();
  return durable->seal(std::move(*answer));
}

}  // namespace halligan::app
