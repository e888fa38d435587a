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

// Random bits, rolled outside. Each id is used once.
class Fresh {
 public:
  explicit Fresh(std::array<std::uint8_t, 512> bits) : bits_(bits) {}
  std::string id() { return to_hex(take(8)); }  // 64 bits: glass, cases, sessions
  Pseudonym pseudonym() {
    Pseudonym out{};
    const auto bytes = take(out.size());
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
  }
  // Three and three of 32 letters and digits that cannot be mistaken on the telephone.
  std::string code();

 private:
  ByteView take(std::size_t count);
  std::array<std::uint8_t, 512> bits_;
  std::size_t used_ = 0;
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
