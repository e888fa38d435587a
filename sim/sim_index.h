// sim_index.h - the derived index in memory: a list searched from its end, that fails by dice and
// can be lost at any time, as the real one can.
#pragma once

#include <utility>

#include "needs/access_index.h"
#include "sim/sim_dice.h"

namespace halligan::sim {

class SimIndex final : public needs::AccessIndex {
 public:
  explicit SimIndex(SimDice dice) : dice_(std::move(dice)) {}
  void set_fail_one_in(std::uint64_t n) { fail_one_in_ = n; }  // of all calls; 0 for never
  void lose() { rows_.clear(); }

  Result<Unit> add(std::span<const needs::IndexRow> rows) override;
  Result<Unit> forget(const Pseudonym& patient) override;
  EntryIndex complete() const override { return rows_.size(); }
  Result<std::vector<EntryIndex>> find(const needs::IndexQuery& query) override;

 private:
  SimDice dice_;
  std::uint64_t fail_one_in_ = 0;
  std::vector<needs::IndexRow> rows_;
};

}  // namespace halligan::sim
