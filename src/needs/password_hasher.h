// password_hasher.h - what sign-in needs to keep and check passwords (Argon2id, RFC 9106).
//
// Slow and hungry on purpose: called from request threads, never from the writer; the
// implementation bounds how many run at once.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/sealed.h"

namespace halligan::needs {

class PasswordHasher {
 public:
  // Who is known waits where there is no more room for strangers.
  enum class Whose { strangers, known };
  virtual ~PasswordHasher() = default;
  virtual Result<Sealed<std::string>> hash(const Sealed<std::string>& password) = 0;
  // Takes the same time for a hash that is empty (an unknown person) as for a wrong password.
  virtual Result<bool> matches(const Sealed<std::string>& hash, const Sealed<std::string>& password,
                               Whose whose) = 0;
};

}  // namespace halligan::needs
