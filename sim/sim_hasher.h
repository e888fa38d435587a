// sim_hasher.h - passwords without the work of Argon2, so that a simulated day has many sign-ins.
//
// Never outside a simulation: one SHA-256 is no password hash.
#pragma once

#include "base/crypto.h"
#include "needs/password_hasher.h"

namespace halligan::sim {

class SimHasher final : public needs::PasswordHasher {
 public:
  void set_busy(bool busy) { busy_ = busy; }  // too many wait already
  Result<Sealed<std::string>> hash(const Sealed<std::string>& password) override {
    if (busy_) return Fault{FaultCode::cancelled, "too many passwords are being checked"};
    return Sealed<std::string>{to_hex(crypto::sha256(view(password.reveal())))};
  }
  Result<bool> matches(const Sealed<std::string>& stored, const Sealed<std::string>& password,
                       Whose) override {
    const auto given = hash(password);
    if (!given) return given.fault();
    return !stored.reveal().empty() && given->reveal() == stored.reveal();
  }

 private:
  bool busy_ = false;
};

}  // namespace halligan::sim
