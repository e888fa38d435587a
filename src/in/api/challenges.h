// challenges.h - what an authenticator is asked to sign: each for one purpose, for five minutes,
// and good once.
//
// A challenge carries its own end and a code by which it is known as ours, so nothing is kept of
// those that were only asked for: nobody who asks for many takes one from anybody. What is kept,
// until its end, is which were used. A restart forgets all: they are asked for again.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/instant.h"
#include "needs/dice.h"

namespace halligan::in::api {

class Challenges {
 public:
  explicit Challenges(needs::Dice& dice) : dice_(dice), key_(crypto::Key256{dice.roll<32>()}) {}

  // base64url. `purpose`: "sign-in", or with the session that it is for.
  std::string make(std::string_view purpose, Millis boot);
  // Whether it was made for this and is not over; `use` says whether nobody used it before.
  bool stands(std::string_view challenge, std::string_view purpose, Millis boot) const;
  bool use(const std::string& challenge, Millis boot);

 private:
  Hash code_of(ByteView front, std::string_view purpose) const;

  needs::Dice& dice_;
  const crypto::SecretKey key_;
  std::mutex mutex_;
  std::set<std::pair<Millis, std::string>> used_;  // by when each is over, on the boot clock
};

}  // namespace halligan::in::api
