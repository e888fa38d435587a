#include "app/house.h"

#include <algorithm>

#include "app/cards.h"
#include "app/keep_time.h"
#include "app/snapshot.h"

namespace halligan::app {
namespace {

using namespace std::chrono_literals;

constexpr Millis clock_step_noticed = 2s;
// At most: there may be thousands of screens, and of answers on their way.
constexpr Millis charts_looked_at_every = 100ms;
constexpr Millis rights_looked_at_every = 100ms;

}  // namespace

// What a running stream rests on. Flags are read by any thread; only the writer sets them.
struct House::Running : Lease {
  Running(Right held, needs::Clock& clock_in) : right(std::move(held)), clock(clock_in) {}
  bool over() const noexcept override {
    if (cut.load(std::memory_order_acquire)) return true;
    for (const auto& each : right.switches)
      if (each->load(std::memory_order_acquire)) return true;
    return right.until.passed(clock.now());
  }
  Right right;
  needs::Clock& clock;
  std::atomic<bool> cut = false;
};

// The chart in front of a session that somebody looks at.
class House::Watch {
 public:
  PatientId focus;
  std::string right;  // the rule by which it can be read; empty: it cannot
  Instant look_again = far_future;
};

// Nobody watches over what still streams, and the next house does not know of it.
House::~House() {
  for (const auto& each : running_)
    if (const auto running = each.lock()) running->cut.store(true, std::memory_order_release);
}

House::House(const Parts& parts, Journal journal, State state)
    : parts_(parts), journal_(std::move(journal)), state_(std::move(state)) {}

Result<std::unique_ptr<House>> House::open(const Parts& parts, std::string version) {
  auto begun = begin_from(parts.store, parts.vault, parts.dice, parts.snapshots);
  if (!begun) return begun.fault();
  auto house = std::unique_ptr<House>{
      new House{parts, std::move(*begun->journal), std::move(*begun->state)}};
  house->begun_from_ = std::move(begun->from);
  const Now told = parts.clock.now();
  const bool behind =
      told.wall < house->journal_.last_at() && parts.clock.boot_id() != house->state_.boot_id;
  const Now now = house->settle(told);
  house->wall_minus_boot_ = told.wall.time_since_epoch() - told.boot;
  house->policy_seen_ = house->state_.policy_version;
  house->rights_seen_ = house->state_.rights_epoch;
  if (house->state_.entries > 0) {
    house->note_all({facts::ServerStarted{.boot_id = parts.clock.boot_id(),
                                          .version = std::move(version),
                                          .last_boot_millis = house->state_.last.boot.count()}},
                    now);
    house->note_all(due_at_start(house->state_, now, behind), now);
    house->keep_time(told);
  }
  const auto durable = house->commit();
  if (!durable) return durable.fault();
  return house;
}

std::optional<Millis> House::step_of(const Now& told) const {
  const Millis step = told.wall.time_since_epoch() - told.boot - wall_minus_boot_;
  if (std::chrono::abs(step) <= clock_step_noticed) return std::nullopt;
  return step;
}

Now House::settle(Now now) {
  const auto last = journal_.last_at();
  if (now.wall >= last && !ahead_) return now;
  if (!ahead_) ahead_ = {.wall = last, .boot = now.boot};
  const auto going = ahead_->wall + (now.boot - ahead_->boot) / 2;
  if (now.wall >= std::max(last, going)) {
    ahead_.reset();
    return now;
  }
  now.wall = std::max(last, going);
  return now;
}

Refusal House::nearly_full() {
  return {.why = Why::ledger_nearly_full,
          .what = "the ledger's disk is nearly full: only emergencies and endings are written"};
}

Refusal House::too_long() {
  return {.why = Why::bad_request, .what = "what was sent is too long to be written down"};
}

House::Spelled House::spell(facts::Fact fact, const Now& now, std::string idempotency) {
  Spelled out{
      .body = {.fact = std::move(fact), .boot = now.boot, .idempotency = std::move(idempotency)},
      .text = {}};
  out.text = facts::encode(out.body);
  return out;
}

// The session that may read something from this fact on; `State::rights_epoch` speaks of
// everybody's rights, and of what is lost.
SessionId House::session_that_gains(const facts::Fact& fact) const {
  if (const auto* f = std::get_if<facts::FocusMoved>(&fact)) return f->session;
  if (const auto* f = std::get_if<facts::GlassOpened>(&fact)) return f->session;
  if (const auto* f = std::get_if<facts::SteppedUp>(&fact)) return f->session;
  if (const auto* f = std::get_if<facts::GlassWidened>(&fact))
    if (const auto* held = state_.glass(f->glass)) return held->session;
  return {};
}

void House::record(const Spelled& spelled, const Now& now) {
  if (failed_) return;
  const auto* erased = std::get_if<facts::PatientErased>(&spelled.body.fact);
  const auto gone = erased == nullptr ? std::nullopt : journal_.patient_of(*erased);
  const auto index = journal_.write(spelled.body, spelled.text, now.wall);
  if (!index) {
    failed_ = true;
    fault_ = index.fault().what;
    return;
  }
  if (gone) {
    state_.forget(*gone);
    // Counted and not written yet: written later, it would begin the patient anew.
    std::erase_if(repeated_, [&](const auto& each) { return each.second.sample.patient == *gone; });
    erased_.push_back(Journal::key_id_of(*erased));
  }
  state_.apply(*index, now, spelled.body);
  next_ending_ = glass::earlier(next_ending_, ending_of(state_, spelled.body.fact, now));
  may_explain(state_, spelled.body.fact, unexplained_);
  for (auto& each : news_of(state_, spelled.body.fact)) note_news(std::move(each));
  if (watches_.empty()) return;
  const auto gains = session_that_gains(spelled.body.fact);
  if (watches_.contains(gains)) gained_.push_back(gains);
}

void House::note_all(std::vector<facts::Fact> noted, const Now& now) {
  for (auto& fact : noted) record(spell(std::move(fact), now, {}), now);
}

bool House::finish(Context& context) {
  // The key of the command goes to the fact that the command was for.
  const auto main =
      std::find_if(context.noted.begin(), context.noted.end(), [](const facts::Fact& fact) {
        return std::holds_alternative<facts::GlassOpened>(fact) ||
               std::holds_alternative<facts::GlassWidened>(fact);
      });
  const auto keyed = main == context.noted.end() ? context.noted.begin() : main;
  std::vector<Spelled> spelled;
  spelled.reserve(context.noted.size());
  for (auto fact = context.noted.begin(); fact != context.noted.end(); ++fact) {
    spelled.push_back(
        spell(std::move(*fact), context.now, fact == keyed ? context.idempotency : std::string{}));
    if (!Journal::fits(spelled.back().text)) return false;
  }
  for (const auto& each : spelled) record(each, context.now);
  for (const auto& key : context.repeated) {
    const auto fold = state_.folds.find(key);
    if (fold == state_.folds.end()) continue;
    auto& held = repeated_[key];
    if (held.count++ == 0) {
      held.sample = fold->second.sample;
      held.first = fold->second.first;
    }
  }
  if (state_.policy_version != policy_seen_) {
    policy_seen_ = state_.policy_version;
    note_all(ended_by_policy(state_, context.now), context.now);
  }
  return true;
}

Result<Durable> House::commit() {
  if (failed_) return Fault{FaultCode::ledger_unavailable, fault_};
  auto durable = journal_.commit(true);
  const auto destroyed = durable ? destroy_erased() : Result<Unit>{durable.fault()};
  if (!destroyed) {
    failed_ = true;
    fault_ = destroyed.fault().what;
    news_.clear();  // of these nobody is told
    return destroyed.fault();
  }
  const Now now = settle(parts_.clock.now());
  if (state_.rights_epoch != rights_seen_ && now.boot - rights_looked_at_ >= rights_looked_at_every)
    recheck_rights(now);
  if (!watches_.empty()) {
    look_at_gained(now);
    if (state_.rights_epoch != charts_epoch_ &&
        now.boot - charts_looked_at_ >= charts_looked_at_every)
      look_at_charts(now);
  }
  std::ranges::move(std::exchange(news_, {}), std::back_inserter(durable_news_));
  return durable;
}

// First the snapshots: one that is left without the key could not be told from a damaged ledger.
// What fails here is done by the replay that follows.
Result<Unit> House::destroy_erased() {
  if (erased_.empty()) return Unit{};
  if (parts_.snapshots != nullptr)
    if (auto dropped = drop_all(*parts_.snapshots); !dropped) return dropped;
  for (const auto& id : std::exchange(erased_, {}))
    if (auto destroyed = parts_.vault.destroy(id); !destroyed) return destroyed;
  return Unit{};
}

void House::keep_time(const Now& told) {
  if (failed_ || state_.entries == 0) return;
  const Now now = settle(told);
  if (const auto step = step_of(told)) {
    record(spell(facts::ClockStepped{.by_millis = step->count()}, now, {}), now);
    wall_minus_boot_ += *step;
  }
  if (next_ending_.passed(now)) {
    note_all(endings_due(state_, now), now);
    next_ending_ = next_ending(state_, now);
  }
  note_all(late_cases(state_, now), now);
  note_all(unassigned_cards(state_, now), now);
  const bool due = std::any_of(running_.begin(), running_.end(), [&](const auto& each) {
    const auto running = each.lock();
    return running != nullptr && now.wall >= running->right.judge_again;
  });
  if (due || state_.rights_epoch != rights_seen_) recheck_rights(now);
  look_at_charts(now);
  note_all(explained_now(state_, std::exchange(unexplained_, {})), now);
  std::erase_if(repeated_, [&](auto& each) {
    if (now.wall < each.second.first + 1min) return false;
    auto fact = each.second.sample;
    fact.times = each.second.count + 1;
    record(spell(std::move(fact), now, {}), now);
    return true;
  });
}

std::shared_ptr<const Lease> House::lease(const Right& right) {
  auto running = std::make_shared<Running>(right, parts_.clock);
  std::erase_if(running_, [](const auto& each) { return each.expired(); });
  running_.push_back(running);
  return running;
}

std::shared_ptr<const House::Watch> House::watch(const SessionId& session, const Now& now) {
  std::erase_if(watches_, [](const auto& each) { return each.second.expired(); });
  auto& held = watches_[session];
  if (auto known = held.lock()) return known;
  auto made = std::make_shared<Watch>();
  still_readable(session, *made, settle(now));
  held = made;
  return made;
}

// Looks, and remembers. False: it could be read, and no longer can, or by another right alone,
// which may give less.
bool House::still_readable(const SessionId& id, Watch& watch, const Now& now) const {
  const auto* session = state_.session(id);
  if (session == nullptr) return true;  // its end is told as such
  const auto right = std::exchange(watch.right, {});
  const auto before = watch.focus == session->focus ? right : std::string{};
  watch.focus = session->focus;
  watch.look_again = far_future;
  if (watch.focus.empty()) return true;
  const auto now_by = rights_of(state_, *session, chart_cell(watch.focus), now);
  watch.look_again = now_by.holds_until;
  const bool still = std::ranges::find(now_by.rules, before) != now_by.rules.end();
  if (!now_by.rules.empty()) watch.right = still ? before : now_by.rules.front();
  return before.empty() || still;
}

void House::look_at_gained(const Now& now) {
  for (const auto& id : std::exchange(gained_, {}))
    if (const auto found = watches_.find(id); found != watches_.end())
      if (const auto held = found->second.lock(); held && !still_readable(id, *held, now))
        note_news(ChartShut{.session = id});
}

void House::look_at_charts(const Now& now) {
  const bool all = state_.rights_epoch != charts_epoch_;
  charts_epoch_ = state_.rights_epoch;
  if (all) charts_looked_at_ = now.boot;
  for (const auto& [id, weak] : watches_) {
    const auto held = weak.lock();
    if (held == nullptr || !(all || now.wall >= held->look_again)) continue;
    if (!still_readable(id, *held, now)) note_news(ChartShut{.session = id});
  }
}

// Whether what streams is still permitted; asked again when facts change and when time alone does.
void House::recheck_rights(const Now& now) {
  rights_seen_ = state_.rights_epoch;
  rights_looked_at_ = now.boot;
  for (const auto& each : running_) {
    const auto running = each.lock();
    if (running == nullptr || running->cut.load(std::memory_order_relaxed)) continue;
    auto& right = running->right;
    const auto* session = state_.session(right.session);
    bool still = session != nullptr;
    right.judge_again = far_future;
    for (const auto& cell : right.cells) {
      if (!still) break;
      const auto judged = judge(state_, *session, cell, now);
      still = judged.verdict == Verdict::permit;
      right.judge_again = std::min(right.judge_again, judged.holds_until);
    }
    if (!still) running->cut.store(true, std::memory_order_release);
  }
}

}  // namespace halligan::app
