#include "sim/simulation.h"

#include <functional>

#include "app/begin.h"
#include "app/replay.h"
#include "app/sessions.h"
#include "core/ledger/checkpoint.h"
#include "sim/hospital.h"

namespace halligan::sim {
namespace {

using namespace std::chrono_literals;
using app::House;

constexpr Millis lifetime = 1h;
constexpr Instant start_of_time{Millis{1'790'000'000'000}};

struct Broken {
  std::string what;
};
void hold(bool promise, const char* name, const std::string& what) {
  if (!promise) throw Broken{std::string{name} + ": " + what};
}

// What somebody was told, and must therefore be true for ever.
struct Told {
  EntryIndex intent = 0;
  std::string staff;
  std::string patient;
};

struct SimSession {
  std::string staff;
  std::string token;
};

// A glass that somebody was told of, and what they sent for it.
struct Click {
  app::BreakGlass command;
  std::string key;
  GlassId glass;
};

// A record that is on its way out, and what it was permitted for.
struct Stream {
  std::shared_ptr<const app::Lease> lease;
  std::string token;
  app::Cell cell;
};

class Simulation {
 public:
  explicit Simulation(const Options& options)
      : options_(options),
        dice_(options.seed),
        disk_(dice_.split()),
        root_(crypto::SecretKey{dice_.roll<32>()}),
        vault_storage_(dice_.split(), root_),
        clock_(start_of_time),
        one_bedside_(dice_.one_in(5)) {}

  Report run();

 private:
  // --- the machine
  void open();
  void power_fails();
  void commit();
  void check();
  void check_streams();
  void check_news();
  void check_whole_ledger();
  void heal();

  // --- what people do
  void begin();
  void act();
  void act_at_one_bedside();
  void sign_in();
  void sign_out();
  void lock_session();
  void unlock_session();
  void break_glass();
  void break_again();
  void read();
  void close_glass();
  void review();
  void justify();
  void relate();
  void pass_time();
  void step_clock();

  template <class Command>
  typename Command::Answer perform(const Command& command, std::string key = {}) {
    auto answer = house_->perform(command, clock_.now(), std::move(key));
    note_new_glass();
    return answer;
  }
  // What happens when the answer arrives: after the commit, or, with the canary, before.
  void tell(std::function<void()> what) {
    if (options_.canary)
      what();
    else
      untold_.push_back(std::move(what));
  }
  void record_relation(const facts::Fact& fact);
  void note_new_glass();
  const SimSession* some_session();
  bool locked(const SimSession& session) const;
  void check_not_locked(const SimSession& session, const char* what) const;
  std::string some_patient() { return "p-" + std::to_string(dice_.below(patients)); }
  Millis true_now() const { return true_; }

  Options options_;
  SimDice dice_;
  SimDisk disk_;
  const crypto::SecretKey root_;
  SimVaultStorage vault_storage_;
  SimClock clock_;
  std::unique_ptr<SimEntryStore> store_;
  std::unique_ptr<SimVault> vault_;
  std::unique_ptr<House> house_;

  const bool one_bedside_;  // some seeds: one person who stays with one chart while clocks jump
  Millis true_{0};
  std::vector<std::function<void()>> untold_;
  std::map<std::string, SimSession> sessions_;  // by id: told to their owners
  std::vector<Told> told_;
  std::vector<Click> clicks_;
  std::vector<Stream> streams_;
  std::vector<std::shared_ptr<const House::Watch>> screens_;
  std::map<std::string, Millis> opened_;  // glass -> true time
  // How far the wall clock was set back, in all and when each glass was opened; and by how much a
  // reboot, which takes the other clock away, lets a glass live longer for that (the limit of P8).
  Millis set_back_{0};
  std::map<std::string, Millis> set_back_before_;
  std::map<std::string, Millis> longer_;
  std::set<std::string> ended_;            // glass whose end was told to somebody
  std::set<std::string> closed_sessions_;  // sessions whose end was told
  std::set<std::string> locked_;           // tokens of those that were told that they are locked
  std::vector<ledger::TreeHead> heads_;
  std::int64_t next_step_ = 0;
  std::uint64_t keys_used_ = 0;
  Report report_;
};

// --- the machine
// ----------------------------------------------------------------------------------

// Relations come by the bulk command in the real house; here the facts go in directly.
struct PutFact {
  using Answer = bool;
  facts::Fact fact;
};
PutFact::Answer decide(const PutFact& command, app::Context& context) {
  context.note(command.fact);
  return true;
}

void Simulation::open() {
  for (int tries = 0; tries < 200; ++tries) {
    house_.reset();
    auto store = SimEntryStore::open(disk_);
    hold(store.ok(), "P5", "the store does not open again");
    store_ = std::move(*store);
    auto vault = SimVault::open(vault_storage_, root_);
    if (!vault) continue;
    vault_ = std::move(*vault);
    auto house =
        House::open({.store = *store_, .vault = *vault_, .dice = dice_, .clock = clock_}, "sim");
    if (!house) {
      hold(house.fault().code != FaultCode::ledger_damaged, "P5",
           "replay refused: " + house.fault().what);
      continue;
    }
    house_ = std::move(*house);
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
    for (const auto& [id, before] : set_back_before_) longer_[id] = set_back_ - before;
  }
  open();
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
    set_back_before_.try_emplace(id.text(), set_back_);
  }
}

// --- the promises -----------------------------------------------------------------------------

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
               !state.one_hand(held.closing->reviewer, held.staff),
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
  const auto done = eye.replay([&](EntryIndex index, Instant at, const facts::Body* body) {
    MUST(body != nullptr);
    again.apply(index, {.wall = at, .boot = body->boot}, *body);
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

// --- what people do ------------------------------------------------------------------------------

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

// Mostly somebody who is signed in; now and then a thief with an old token.
const SimSession* Simulation::some_session() {
  std::vector<const SimSession*> live;
  for (const auto& [id, session] : sessions_)
    if (dice_.one_in(20) || house_->state().session_by_token(session.token) != nullptr)
      live.push_back(&session);
  return live.empty() ? nullptr : live[dice_.below(live.size())];
}

void Simulation::sign_in() {
  app::SignIn command;
  const auto who = one_bedside_ ? 0 : dice_.below(5);
  command.person = StaffId{who < 3 ? clinicians[who] : officers[who - 3]};
  command.origin = "10.0.0.1";
  command.password_matched = !dice_.one_in(6);
  command.totp_step = ++next_step_;
  const auto token = to_hex(dice_.roll<8>());
  command.token_hash = token;
  const auto answer = perform(command);
  if (const auto* done = std::get_if<app::SignIn::Done>(&answer)) {
    hold(command.password_matched, "P11", "a session without the password");
    const auto id = done->session.text();
    const auto staff = done->staff.text();
    tell([this, id, staff, token] { sessions_[id] = {.staff = staff, .token = token}; });
  } else {
    ++report_.refusals;
  }
}

void Simulation::sign_out() {
  const auto* session = some_session();
  if (session == nullptr) return;
  const auto answer = perform(app::SignOut{session->token});
  if (const auto* id = std::get_if<SessionId>(&answer)) {
    const auto text = id->text();
    tell([this, text] {
      sessions_.erase(text);
      closed_sessions_.insert(text);
    });
  }
}

bool Simulation::locked(const SimSession& session) const {
  const auto* live = house_->state().session_by_token(session.token);
  return live != nullptr && live->locked;
}

// Neither as the house has it, nor as its person was told, whatever was started again since.
void Simulation::check_not_locked(const SimSession& session, const char* what) const {
  hold(!locked(session) && !locked_.contains(session.token), "P2",
       std::string{what} + " in a session that is locked");
}

void Simulation::lock_session() {
  const auto* session = some_session();
  if (session == nullptr) return;
  const auto token = session->token;
  if (!std::holds_alternative<app::LockSession::Done>(perform(app::LockSession{token}))) return;
  for (const auto& each : streams_)
    hold(each.token != token || each.lease->over(), "P2", "a record streams beyond a lock");
  tell([this, token] { locked_.insert(token); });
}

void Simulation::unlock_session() {
  for (const auto& [id, session] : sessions_) {
    if (!locked(session)) continue;
    const bool matched = !dice_.one_in(4);
    const auto token = session.token;
    const auto answer =
        perform(app::UnlockSession{.token_hash = token, .password_matched = matched});
    if (!std::holds_alternative<app::UnlockSession::Done>(answer)) return;
    hold(matched, "P2", "unlocked without the password");
    locked_.erase(token);
    return tell([this, token] { locked_.erase(token); });
  }
}

void Simulation::break_glass() {
  const auto* session = some_session();
  if (session == nullptr) return;
  app::BreakGlass command;
  command.token_hash = session->token;
  command.patient = PatientId{some_patient()};
  command.patient_exists = true;
  command.rule = dice_.one_in(2) ? "clinical-access" : "life-threat";
  if (command.patient.text() == "p-5" && dice_.one_in(2)) command.rule = "open-referral";
  if (!dice_.one_in(5)) command.details = {{"What are you looking for?", "the reason"}};
  command.acknowledged = {"vip"};
  const auto key = session->staff + "/k" + std::to_string(++keys_used_);
  const auto staff = session->staff;
  const auto answer = perform(command, key);
  const auto* broken = std::get_if<app::Broken>(&answer);
  if (broken == nullptr) {
    ++report_.refusals;
    return;
  }
  check_not_locked(*session, "glass was broken");
  hold(!(staff == "dr-b" && command.patient.text() == "p-4"), "P6", "a deny was broken");
  if (command.rule == "clinical-access" && !broken->again)
    hold(!command.details.empty(), "P11", "a glass without its details");
  if (dice_.one_in(2)) {  // a double click
    const auto again = perform(command, key);
    const auto* second = std::get_if<app::Broken>(&again);
    hold(second != nullptr && second->glass == broken->glass, "P7",
         "a repeated command made something else");
  }
  ++report_.glasses;
  if (broken->again) return;  // it made nothing: the key stays free
  const Click click{.command = command, .key = key, .glass = broken->glass};
  tell([this, click] { clicks_.push_back(click); });
}

// A page that was left open is sent again, when the glass may have ended long since.
void Simulation::break_again() {
  if (clicks_.empty()) return;
  const auto click = clicks_[dice_.below(clicks_.size())];
  const auto answer = perform(click.command, click.key);
  if (const auto* broken = std::get_if<app::Broken>(&answer))
    hold(broken->again && broken->glass == click.glass, "P7", "a page sent again broke glass anew");
}

void Simulation::read() {
  const auto* session = some_session();
  if (session == nullptr) return;
  app::AskAccess command;
  command.token_hash = session->token;
  // Mostly the chart in front of the person, now and then another one.
  const auto* live = house_->state().session_by_token(session->token);
  const bool stays = live != nullptr && !live->focus.empty() && (one_bedside_ || !dice_.one_in(4));
  auto cell = app::chart_cell(stays ? live->focus : PatientId{some_patient()});
  const char* const types[] = {"Patient", "Observation", "Condition",
                               "Patient", "Observation", "Claim"};
  cell.type = types[dice_.below(6)];
  const auto action = dice_.below(8);
  cell.action = action == 0   ? app::Action::append
                : action == 1 ? app::Action::modify
                              : app::Action::read;
  command.cells = {cell};
  command.form = "read";
  command.patients_exist = true;
  const auto staff = session->staff;
  const auto answer = perform(command);
  const auto* accessed = std::get_if<app::Accessed>(&answer);
  if (accessed == nullptr || !accessed->all_permitted) {
    ++report_.refusals;
    return;
  }
  check_not_locked(*session, "a release");
  hold(cell.type != "Claim", "P6", "claims were opened");
  hold(!(staff == "dr-b" && *cell.patient == "p-4"), "P6", "an excluded person got in");
  const auto& basis = accessed->cells.front();
  hold(basis.glass.empty() || cell.action != app::Action::modify || basis.rule == "open-referral",
       "P10", "a reason gave modify");
  if (!basis.glass.empty()) {
    const auto& glass = *house_->state().glass(basis.glass);
    hold(glass.open() && glass.staff.text() == staff && glass.patient.text() == *cell.patient, "P2",
         "a release on somebody else's glass, or an ended one");
    hold(true_now() - opened_.at(glass.id.text()) < lifetime + longer_[glass.id.text()], "P8",
         "a glass lived too long");
    hold(!ended_.contains(glass.id.text()) && !closed_sessions_.contains(glass.session.text()),
         "P2", "a release on a glass whose end was told");
  }
  if (dice_.one_in(4))
    streams_.push_back(
        {.lease = house_->lease(accessed->right), .token = command.token_hash, .cell = cell});
  const Told told{.intent = basis.intent, .staff = staff, .patient = *cell.patient};
  tell([this, told] {
    told_.push_back(told);
    ++report_.releases;
  });
  app::TellOutcome outcome;
  outcome.intent = basis.intent;
  outcome.outcome = facts::Outcome::released;
  if (!dice_.one_in(4)) perform(outcome);
}

void Simulation::close_glass() {
  const auto& open = house_->state().open;
  if (open.empty()) return;
  auto at = open.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(dice_.below(open.size())));
  const auto id = *at;
  const auto session = house_->state().glass(id)->session;
  const auto own = sessions_.find(session.text());
  const bool revoke = dice_.one_in(3);
  const auto* other = some_session();
  if (own == sessions_.end() || other == nullptr) return;
  std::variant<GlassId, app::Refusal> answer = GlassId{};
  if (revoke)
    answer = perform(app::RevokeGlass{.token_hash = other->token, .glass = id, .comment = {}});
  else
    answer = perform(app::CloseGlass{.token_hash = own->second.token, .glass = id});
  if (std::holds_alternative<GlassId>(answer)) {
    const auto text = id.text();
    tell([this, text] { ended_.insert(text); });
  }
}

void Simulation::review() {
  const auto& state = house_->state();
  const auto* session = some_session();
  if (state.all_cases.empty() || session == nullptr) return;
  auto at = state.all_cases.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(dice_.below(state.all_cases.size())));
  const bool own = at->second.staff.text() == session->staff;
  if (at->second.closing && dice_.one_in(2)) {
    app::ReopenCase again;
    again.token_hash = session->token;
    again.id = at->first;
    again.comment = "looked at again";
    const auto answer = perform(again);
    if (own)
      hold(!std::holds_alternative<CaseId>(answer), "P9", "somebody reopened their own case");
    return;
  }
  app::CloseCase command;
  command.token_hash = session->token;
  command.id = at->first;
  command.comment = "seen";
  const auto answer = perform(command);
  if (own) hold(!std::holds_alternative<CaseId>(answer), "P9", "somebody reviewed their own case");
}

void Simulation::justify() {
  const auto* session = some_session();
  if (session == nullptr) return;
  for (const auto& id : house_->state().open) {
    const auto& glass = *house_->state().glass(id);
    if (glass.staff.text() != session->staff) continue;
    app::GiveDetails command;
    command.token_hash = session->token;
    command.glass = id;
    command.details = {{"What was the emergency?", "arrest"}};
    perform(command);
    return;
  }
}

void Simulation::relate() {
  facts::RelationRecorded fact;
  fact.staff = StaffId{officers[0]};
  fact.patient = PatientId{some_patient()};
  fact.relation = "referral";
  fact.from = "team/cardio";
  fact.to = "patient/" + fact.patient.text();
  fact.start = clock_.now().wall;
  if (dice_.one_in(2)) {
    facts::RelationEnded ended;
    ended.staff = fact.staff;
    ended.patient = fact.patient;
    ended.relation = fact.relation;
    ended.from = fact.from;
    ended.to = fact.to;
    ended.end = fact.start;
    record_relation(ended);
  } else {
    record_relation(fact);
  }
}

void Simulation::pass_time() {
  const Millis span = Millis{dice_.one_in(10) ? dice_.below(3'600'000) : dice_.below(120'000)};
  clock_.pass(span);
  true_ += span;
}

void Simulation::step_clock() {
  const auto by = Millis{dice_.below(7'200'000)} - Millis{3'600'000};
  clock_.step_wall(by);
  if (by < Millis{0}) set_back_ -= by;
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
  vault_storage_.set_fail_one_in(0);
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

Report Simulation::run() {
  try {
    open();
    begin();
    commit();
    // Swarm: some seeds have no faults at all, some have many.
    const std::uint64_t rates[] = {0, 0, 200, 60, 20};
    disk_.set_faults({.fail_one_in = rates[dice_.below(5)], .full_one_in = rates[dice_.below(3)]});
    vault_storage_.set_fail_one_in(dice_.one_in(3) ? 300 : 0);
    for (report_.step = 0; report_.step < options_.steps; ++report_.step) {
      house_->keep_time(clock_.now());
      if (!house_->failed()) check_streams();
      for (auto batch = dice_.below(4) + 1; batch > 0; --batch) act();
      check_news();
      commit();
      check();
      if (report_.step % 60 == 59) check_whole_ledger();
    }
    heal();
    report_.entries = house_->journal().durable();
  } catch (const Broken& broken) {
    report_.broken = broken.what;
  }
  return report_;
}

}  // namespace

Report simulate(const Options& options) { return Simulation{options}.run(); }

}  // namespace halligan::sim
