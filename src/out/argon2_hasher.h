// argon2_hasher.h - passwords by Argon2id (RFC 9106), from libsodium.
//
// Each hash takes tens of megabytes and of milliseconds; two run at once and the rest wait a
// bounded time, so that a flood of sign-ins cannot take the machine's memory.
#pragma once

#include <atomic>
#include <semaphore>
#include <string>

#include "needs/password_hasher.h"

namespace halligan::out {

class Argon2Hasher final : public needs::PasswordHasher {
 public:
  struct Options {
    unsigned long long passes = 2;                // libsodium's "interactive"
    std::size_t memory_bytes = 64 * 1024 * 1024;  // likewise; at least 8,192
  };
  explicit Argon2Hasher(Options options);

  // Fault cancelled where the wait was too long, crypto_failed without memory.
  Result<Sealed<std::string>> hash(const Sealed<std::string>& password) override;
  Result<bool> matches(const Sealed<std::string>& hash, const Sealed<std::string>& password,
                       Whose whose) override;

 private:
  const Options options_;
  std::string nobodys_hash_;  // what an unknown person's password is compared with, in vain
  std::counting_semaphore<> free_{2};
  std::atomic<int> waiting_{0};
};

}  // namespace halligan::out
