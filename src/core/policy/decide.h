// decide.h - one evaluation of one cell; made on the stack by Engine::decide and explain.
#pragma once

#include <span>

#include "base/limits.h"
#include "core/policy/engine.h"

namespace halligan::policy {

// Whether a payment covers what the rule asks; sets `confirmed` if one says so.
bool pays(std::span<const Payment> paid, RuleIx rule, Moment& moment, bool& confirmed);
bool proof_holds(const Asker& asker, int level, std::optional<Millis> age, Moment& moment);

class Evaluation {
 public:
  Evaluation(const Engine& engine, const Evidence& evidence, const Asker& asker, const Cell& cell,
             Instant now, std::span<const Payment> paid);

  void decide(Decision& decision);

  // Every condition of step.rule, a candidate for this cell. `strict` leaves out what the asker
  // recorded.
  void explain(bool strict, RuleStep& step);
  Truth path_of(const WalkPath& path, Own own);
  // The facts that the last path or flag rested on.
  std::span<const FactId> used() const { return {used_.begin(), used_.size()}; }

  bool failed() const { return walker_.failed(); }

 private:
  // Duties added up.
  struct Sum {
    bool reason = false;
    bool confirm = false;
    int proof_level = 0;
    std::optional<Millis> proof_age;
    unsigned prompts = 0, acknowledge = 0;
    unsigned reviews = 0, decisions = 0, owed_prompts = 0, notices = 0;
    void add(const Engine::Ask& ask);
    Cost cost() const;
  };

  using Candidate = Engine::Candidate;
  // Which of the asker's own facts are left out of what makes a rule true, and of what hinders it.
  struct Owns {
    Own helps = Own::all;
    Own hinders = Own::all;
  };
  template <class Each>
  bool each_met(const std::vector<Engine::Gate>& gates, RoleSet roles, const Each& each);
  template <class Look>
  void conditions(const Candidate& of, Owns owns, const Look& look);
  Owns owns(bool grant, bool strict) const;
  Truth value(const Candidate& of, bool strict);
  Truth shared_path(std::size_t path, Own own);
  Truth member(const Engine::DataMember& member);
  Truth in_set(std::size_t set);
  Truth evaluate_set(std::size_t set);
  Truth data_of(const Candidate& of);
  Truth place_of(const Engine::Compiled& rule) const;
  Truth flags_of(const std::vector<WalkStep>& flags, Own own);
  Truth shared_flags(std::size_t flags, Own own);
  bool is_shut(const Engine::Gate& gate);
  Subject start_of(const WalkPath& path, const Alternative& alternative) const;
  bool role_fits(const Engine::Compiled& rule) const;
  bool named_where_needed(const Engine::Compiled& rule) const;
  void use(std::span<const FactId> facts);

  bool add_denies(Decision& decision);
  bool add_grants(Decision& decision);
  bool add_seals(Decision& decision);
  void put_seal(Decision& decision, std::size_t place);
  bool touches(const Engine::Compiled& seal, const Granted& grant) const;
  void price(const Decision& decision, Granted& grant);
  void choose(Decision& decision);
  void name_facts(Decision& decision);

  const Engine& engine_;
  const Asker& asker_;
  const Cell& cell_;
  std::span<const Payment> paid_;
  const Evidence& evidence_;
  Moment moment_;
  Walker walker_;
  bool recorded_;  // the asker, or somebody in their hands, has recorded facts: only then do theirs
                   // matter
  Few<FactId, limits::path_steps_max> used_;
  // By place: 0 not looked at yet, else 1 + the value.
  // All that nest: those of the classes come first. Without memory one that names another twice
  // would be asked twice for it.
  std::array<std::uint8_t, limits::policy_classes_max> remembered_sets_{};
  // The same for paths and for flags, and what the values rest on.
  std::array<std::uint8_t, 64> remembered_{};
  std::array<std::uint8_t, 16> remembered_flags_{};
  std::array<Trace, 64> remembered_trace_;
  std::array<FactId, 16> remembered_flag_;
};

}  // namespace halligan::policy
