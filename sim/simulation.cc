#include "sim/simulation.h"

#include <limits>

#include "sim/simulated_run.h"

namespace halligan::sim {
namespace {

// Relations come by the bulk command in the real house; here the facts go in directly.
struct PutFact {
  using Answer = bool;
  facts::Fact fact;
};
PutFact::Answer decide(const PutFact& command, app::Context& context) {
  context.note(command.fact);
  return true;
}

}  // namespace

void Simulation::open() {
  for (int tries = 0; tries < 200; ++tries) {
    house_.reset();
    auto store = SimEntryStore::open(disk_);
    hold(store.ok(), "P5", "the store does not open again");
    store_ = std::move(*store);
    auto vault = SimVault::open(vault_storage_, root_);
    if (!vault) continue;
    vault_ = std::move(*vault);
    auto house = House::open({.store = *store_,
                              .vault = *vault_,
                              .dice = dice_,
                              .clock = clock_,
                              .snapshots = &snapshots_},
                             "sim");
    if (!house) {
      hold(house.fault().code != FaultCode::ledger_damaged, "P5",
           "replay refused: " + house.fault().what);
      continue;
    }
    house_ = std::move(*house);
    if (house_->begun_from()) ++report_.begun_from_snapshots;
    note_new_glass();
    check_whole_ledger();
    return;
  }
  throw Broken{"the house never opened again"};
}

void Simulation::power_fails() {
  ++report_.restarts;
  untold_.clear();
  check_news();
  house_.reset();
  for (const auto& each : streams_)
    hold(each.lease->over(), "P2", "a record streams and nobody watches its right");
  streams_.clear();
  if (dice_.one_in(3)) {
    clock_.reboot();
    for (const auto& [id, at] : opened_) longer_[id] += true_ - std::max(at, last_entry_);
  }
  open();
  last_entry_ = true_;
}

void Simulation::commit() {
  const auto durable = house_->commit();
  if (!durable) {
    power_fails();
    return;
  }
  auto telling = std::move(untold_);
  untold_.clear();
  for (const auto& each : telling) each();
  check_news();
  hold(durable->below() == store_->size(), "P1",
       "the journal says more is durable than the store has");
}

void Simulation::note_new_glass() {
  for (const auto& id : house_->state().open) {
    opened_.try_emplace(id.text(), true_now());
  }
}

void Simulation::record_relation(const facts::Fact& fact) { perform(PutFact{fact}); }

void Simulation::begin() {
  app::Begin command;
  command.hospital = "sim";
  command.origin = "sim.example/log";
  command.log_key = "none";
  command.boot_id = clock_.boot_id();
  command.version = "sim";
  command.officers = {
      {.id = StaffId{officers[0]},
       .name = "Officer D",
       .roles = {"privacy-officer", "administrator"}},
      {.id = StaffId{officers[1]}, .name = "Officer E", .roles = {"privacy-officer", "physician"}}};
  command.policy = policy_text;
  const auto begun = perform(command);
  if (const auto* refusal = std::get_if<app::Refusal>(&begun))
    throw Broken{"the policy: " + refusal->what};
  for (const char* id : clinicians) {
    facts::StaffSet fact;
    if (id == std::string{"dr-b"}) fact.staff = StaffId{officers[0]};  // who reviews the others
    fact.person = StaffId{id};
    fact.pseudonym = to_hex(house_->journal().fresh_pseudonym());
    fact.name = id;
    fact.roles = {std::string{id}.starts_with("dr") ? "physician" : "nurse"};
    perform(PutFact{fact});
  }
  facts::RelationRecorded member;
  member.staff = StaffId{officers[0]};
  member.relation = "member";
  member.from = "staff/dr-a";
  member.to = "team/cardio";
  record_relation(member);
  facts::FlagSet vip;
  vip.staff = StaffId{officers[0]};
  vip.patient = PatientId{"p-5"};
  vip.flag = "VIP";
  record_relation(vip);
  facts::RelationRecorded excludes;
  excludes.staff = StaffId{officers[0]};
  excludes.patient = PatientId{"p-4"};
  excludes.relation = "excludes";
  excludes.from = "patient/p-4";
  excludes.to = "staff/dr-b";
  record_relation(excludes);
}

void Simulation::pass_time() {
  const Millis span = Millis{dice_.one_in(10) ? dice_.below(3'600'000) : dice_.below(120'000)};
  clock_.pass(span);
  true_ += span;
}

void Simulation::step_clock() {
  const auto by = Millis{dice_.below(7'200'000)} - Millis{3'600'000};
  clock_.step_wall(by);
  clock_.set_drift_ppm(static_cast<std::int64_t>(dice_.below(400)) - 200);
}

// Used all the time and never left, a glass ends by its lifetime alone, whatever the clocks say.
void Simulation::act_at_one_bedside() {
  const auto what = dice_.below(100);
  const auto* session = some_session();
  if (session == nullptr)
    sign_in();
  else if (locked(*session))
    unlock_session();
  else if (house_->state().open.empty())
    break_glass();
  else if (what < 60)
    read();
  else if (what < 90) {
    const Millis span{60'000 + dice_.below(180'000)};
    clock_.pass(span);
    true_ += span;
  } else
    step_clock();
}

void Simulation::act() {
  if (one_bedside_ && dice_.below(100) < 97) return act_at_one_bedside();
  const auto what = dice_.below(100);
  if (what < 14)
    sign_in();
  else if (what < 16)
    sign_out();
  else if (what < 18)
    lock_session();
  else if (what < 21)
    unlock_session();
  else if (what < 34)
    break_glass();
  else if (what < 36)
    break_again();
  else if (what < 64)
    read();
  else if (what < 69)
    close_glass();
  else if (what < 76)
    review();
  else if (what < 80)
    justify();
  else if (what < 85)
    relate();
  else if (what < 87)
    ask_erasure();
  else if (what < 90)
    erase();
  else if (what < 92)
    take_snapshot();
  else if (what < 97)
    pass_time();
  else if (what < 99)
    step_clock();
  else
    power_fails();
}

// Faults stop; time goes on; everything that is owed gets done or is recorded as late.
void Simulation::heal() {
  disk_.set_faults({});
  disk_.set_cut({});
  disk_.set_room(needs::Room::plenty);
  vault_storage_.set_fail_one_in(0);
  snapshots_.set_fail_one_in(0);
  if (house_->failed()) power_fails();
  commit();
  for (int hours = 0; hours < 120; ++hours) {
    clock_.pass(1h);
    true_ += 1h;
    house_->keep_time(clock_.now());
    commit();
  }
  const auto& state = house_->state();
  hold(state.open.empty(), "P2", "a glass is open days later");
  hold(state.sessions.empty(), "P2", "a session is open days later");
  for (const auto& [id, held] : state.all_cases)
    hold(held.closing || held.overdue_at, "P3",
         "case " + id.text() + " is neither closed nor late");
  check();
  check_whole_ledger();
  power_fails();
  hold(house_->state().pending.empty(), "P1", "nobody says what became of an access");
}

// In every third seed the disk is full for ten steps of each fifty: only the reserve is left.
needs::Room Simulation::room_at(unsigned step) const {
  const bool full = options_.seed % 3 == 0 && step % 50 >= 40;
  return full ? needs::Room::reserve_only : needs::Room::plenty;
}

Report Simulation::run() {
  try {
    open();
    begin();
    commit();
    // Swarm: some seeds have no faults at all, some have many.
    const std::uint64_t rates[] = {0, 0, 200, 60, 20};
    const SimDisk::Faults faults{.fail_one_in = rates[dice_.below(5)],
                                 .full_one_in = rates[dice_.below(3)]};
    const bool vault_fails = dice_.one_in(3);
    const bool snapshots_fail = dice_.one_in(3);
    disk_.set_cut(options_.cut);
    if (options_.cut.at == 0) {
      disk_.set_faults(faults);
      vault_storage_.set_fail_one_in(vault_fails ? 300 : 0);
      snapshots_.set_fail_one_in(snapshots_fail ? 20 : 0);
    }
    for (report_.step = 0; report_.step < options_.steps; ++report_.step) {
      disk_.set_room(room_at(report_.step));
      const Millis began = true_;
      const auto durable = store_->size();
      house_->keep_time(clock_.now());
      if (!house_->failed()) check_streams();
      for (auto batch = dice_.below(4) + 1; batch > 0; --batch) act();
      check_news();
      commit();
      if (store_->size() > durable) last_entry_ = std::max(last_entry_, began);
      check();
      if (report_.step % 60 == 59) check_whole_ledger();
    }
    report_.appends = disk_.appends();
    heal();
    report_.entries = house_->journal().durable();
  } catch (const Broken& broken) {
    report_.broken = broken.what;
  }
  return report_;
}

Report simulate(const Options& options) { return Simulation{options}.run(); }

Report simulate_every_cut(Options options) {
  // A cut far behind the end: nothing goes wrong, and how many appends there are is known.
  options.cut = {.at = std::numeric_limits<std::uint64_t>::max()};
  Report sum = simulate(options);
  for (std::uint64_t at = 1; sum.broken.empty() && at <= sum.appends; ++at) {
    for (const auto keeps : {SimDisk::Keeps::nothing, SimDisk::Keeps::all, SimDisk::Keeps::some}) {
      options.cut = {.at = at, .keeps = keeps};
      auto report = simulate(options);
      if (!report.broken.empty()) return report;
      sum.entries += report.entries;
      sum.releases += report.releases;
      sum.glasses += report.glasses;
      sum.restarts += report.restarts;
    }
  }
  return sum;
}

}  // namespace halligan::sim
