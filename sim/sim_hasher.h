// sim_hasher.h - passwords without the work of Argon2, so that a simulated day has many sign-ins.
//
// Never outside a simulation: one SHA-256 is no password hash.
#pragma once

#include "base/crypto.h"
#include "needs/password_hasher.h"

namespace halligan::sim {

class SimHasher final : public needs::PasswordHasher {
 public:
  Result<Sealed<std::string>> hash(const Sealed<std::string>& password) override {
    return Sealed<std::string>{to_hex(crypto::sha256(view(password.reveal())))};
  }
  Result<bool> matches(const Sealed<std::string>& stored,
                       const Sealed<std::string>& password) override {
    return !stored.reveal().empty() && hash(password)->reveal() == stored.reveal();
  }
};

}  // namespace halligan::sim
