// simulated_run.h - one run of the simulator: the machine, the people, the promises looked at.
//
// simulation.cc runs it; what people do is in simulation_acts.cc, and what is looked at after every
// step in simulation_checks.cc. The promises are those of spec/promises.md.
#pragma once

#include <functional>

#include "app/begin.h"
#include "app/erasure.h"
#include "app/replay.h"
#include "app/sessions.h"
#include "app/snapshot.h"
#include "core/ledger/checkpoint.h"
#include "sim/hospital.h"
#include "sim/sim_snapshots.h"
#include "sim/simulation.h"

namespace halligan::sim {

using namespace std::chrono_literals;
using app::House;

constexpr Millis lifetime = 1h;
constexpr Instant start_of_time{Millis{1'790'000'000'000}};

struct Broken {
  std::string what;
};
inline void hold(bool promise, const char* name, const std::string& what) {
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
        snapshots_(dice_.split()),
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
  needs::Room room_at(unsigned step) const;

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
  void ask_erasure();
  void erase();
  void take_snapshot();
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
  SimSnapshots snapshots_;
  SimClock clock_;
  std::unique_ptr<SimEntryStore> store_;
  std::unique_ptr<SimVault> vault_;
  std::unique_ptr<House> house_;

  const bool one_bedside_;  // some seeds: one person who stays with one chart while clocks jump
  Millis true_{0};
  std::vector<std::function<void()>> untold_;
  std::map<std::string, SimSession> sessions_;  // by id: told to their owners
  std::vector<Told> told_;
  std::set<std::string> erased_;  // patients; their entries are read by nobody
  std::vector<Click> clicks_;
  std::vector<Stream> streams_;
  std::vector<std::shared_ptr<const House::Watch>> screens_;
  std::map<std::string, Millis> opened_;  // glass -> true time
  // Nobody knows of the time between the last entry and a reboot where the wall clock was set back:
  // by so much a glass may live longer (the limit of P8).
  std::map<std::string, Millis> longer_;
  Millis last_entry_{0};                   // in true time, or a little earlier
  std::set<std::string> ended_;            // glass whose end was told to somebody
  std::set<std::string> closed_sessions_;  // sessions whose end was told
  std::set<std::string> locked_;           // tokens of those that were told that they are locked
  std::vector<ledger::TreeHead> heads_;
  std::int64_t next_step_ = 0;
  std::uint64_t keys_used_ = 0;
  Report report_;
};

}  // namespace halligan::sim
