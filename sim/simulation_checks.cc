// simulation_checks.cc - the promises, looked at after every step.
#include "sim/simulated_run.h"

namespace halligan::sim {

void Simulation::check() {
  const auto& state = house_->state();
  for (const auto& [id, glass] : state.glasses) {
    hold(glass.grants.front().reason.empty() || state.all_cases.contains(glass.case_id), "P3",
         "glass " + id.text() + " has no case");
    if (ended_.contains(id.text()))
      hold(!glass.open(), "P2", "glass " + id.text() + " is open again");
  }
  std::set<SessionId> in_front;
  for (const auto& id : state.open)
    hold(in_front.insert(state.glass(id)->session).second, "P2",
         "glass " + id.text() + " is open, and the focus is on another chart");
  for (const auto& [id, held] : state.all_cases)
    if (held.closing)
      hold(held.closing->reviewer != held.staff &&
               !state.one_hand(held.closing->reviewer, held.staff, held.opened_at),
           "P9",
           "case " + id.text() + " was closed by its breaker, or by who enrolled the breaker");
  for (const auto& head : heads_)
    if (head.size <= house_->journal().tree().size())
      hold(house_->journal().tree().root_at(head.size) == head.root, "P4",
           "checkpoint " + std::to_string(head.size) + " is no longer consistent");
    else
      throw Broken{"P4: the ledger is shorter than checkpoint " + std::to_string(head.size)};
  if (heads_.empty() || house_->journal().durable() > heads_.back().size + 40)
    heads_.push_back({.origin = "sim",
                      .size = house_->journal().tree().size(),
                      .root = house_->journal().tree().root()});
}

// Whatever still streams after a tick would be permitted if it were asked for now.
void Simulation::check_streams() {
  std::erase_if(streams_, [](const Stream& each) { return each.lease->over(); });
  Now now = clock_.now();
  now.wall = std::max(now.wall, house_->journal().last_at());
  for (const auto& each : streams_) {
    const auto* session = house_->state().session_by_token(each.token);
    hold(session != nullptr, "P2", "a record streams and its session is over");
    hold(!session->locked, "P2", "a record streams and its session is locked");
    hold(app::judge(house_->state(), *session, each.cell, now).verdict == app::Verdict::permit,
         "P2", "a record streams on a right that has ended");
  }
}

// Whatever a screen could be told at this moment rests on what is durable. One screen for everybody
// who is signed in, so that charts in front are looked at, too.
void Simulation::check_news() {
  for (const auto& each : house_->take_news())
    hold(each.entry < house_->journal().durable(), "P1", "a screen is told of what is not durable");
  screens_.clear();
  for (const auto& [id, session] : house_->state().sessions)
    screens_.push_back(house_->watch(id, clock_.now()));
}

// P1, P5 and P7 from what the disk has, by an eye of its own.
void Simulation::check_whole_ledger() {
  auto store = SimEntryStore::open(disk_);
  hold(store.ok(), "P5", "the store does not open");
  auto vault = SimVault::open(vault_storage_, root_);
  if (!vault) return;
  std::map<EntryIndex, facts::AccessIntended> intents;
  std::map<std::string, int> keyed;
  app::Journal eye{**store, **vault, dice_};
  app::State again;
  const auto apply = app::applying_to(again, eye);
  std::set<EntryIndex> closed;
  const auto done = eye.replay([&](EntryIndex index, Instant at, const facts::Body* body) {
    apply(index, at, body);
    if (body == nullptr) {
      closed.insert(index);
      return;
    }
    if (const auto* intent = std::get_if<facts::AccessIntended>(&body->fact))
      intents[index] = *intent;
    if (std::holds_alternative<facts::GlassOpened>(body->fact) && !body->idempotency.empty())
      hold(++keyed[body->idempotency] == 1, "P7", "one key made two glasses");
  });
  if (!done) {
    hold(done.fault().code != FaultCode::ledger_damaged, "P5", done.fault().what);
    return;
  }
  for (const auto& told : told_) {
    if (closed.contains(told.intent)) {
      hold(erased_.contains(told.patient), "P1", "an entry of nobody erased cannot be read");
      continue;
    }
    const auto found = intents.find(told.intent);
    hold(found != intents.end(), "P1", "a release has no entry " + std::to_string(told.intent));
    hold(found->second.staff.text() == told.staff && found->second.patient.text() == told.patient,
         "P1", "entry " + std::to_string(told.intent) + " does not name who and whom");
    hold(!found->second.basis.empty(), "P1", "an entry without a basis");
  }
  if (house_ != nullptr && untold_.empty() && house_->state().entries == store_->size())
    hold(again.dump() == house_->state().dump(), "P5",
         "the replayed state differs from the live one");
}

}  // namespace halligan::sim
