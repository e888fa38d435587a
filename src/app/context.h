// context.h - what a decide function gets beside the command: the state as it stands, the time,
// fresh random ids, and the list to put its facts on.
//
// Nothing here reaches the world. A decide function may refuse; then it either notes no fact or
// notes facts that say that it refused.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/state.h"
#include "base/bytes.h"

namespace halligan::app {

// Random bits without end from a seed that was rolled outside: SHA-256 of the seed and a counter.
class Fresh {
 public:
  explicit Fresh(const std::array<std::uint8_t, 32>& seed) : seed_(seed) {}
  std::string id();  // 64 bits: glass, cases, sessions
  Pseudonym pseudonym();
  std::uint32_t two_digits();  // 10 to 99
  // Three and three of 32 letters and digits that cannot be mistaken on the telephone.
  std::string code();

 private:
  Hash next();
  std::array<std::uint8_t, 32> seed_;
  std::uint64_t count_ = 0;
};

struct Context {
  const State& state;
  Now now;
  Fresh& fresh;
  std::vector<facts::Fact>& noted;
  std::string idempotency;            // "<staff>/<key>" or empty
  std::vector<std::string> repeated;  // folds (fold_key) that a refusal of this command belongs to

  // Puts a fact on the list; gives the index its entry will have.
  EntryIndex note(facts::Fact fact) {
    noted.push_back(std::move(fact));
    return state.entries + noted.size() - 1;
  }
};

}  // namespace halligan::app
