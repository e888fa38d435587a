// problem_codes.h - reference codes of problems that are no entries of the ledger.
//
// A bounded memory: the oldest is forgotten first. It holds what kind of problem it was and when,
// never who asked nor anything that was sent.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/instant.h"
#include "needs/dice.h"

namespace halligan::in::api {

class ProblemCodes {
 public:
  struct Told {
    Instant at{};
    int status = 0;
    std::string slug;
    std::string title;
  };
  explicit ProblemCodes(needs::Dice& dice) : dice_(dice) {}

  std::string make(Told told);
  std::optional<Told> find(const std::string& code) const;

 private:
  static constexpr std::size_t kept_max = 4'096;
  mutable std::mutex mutex_;
  needs::Dice& dice_;
  std::unordered_map<std::string, Told> told_;
  std::deque<std::string> in_order_;
};

}  // namespace halligan::in::api
