#include "out/argon2_hasher.h"

#include <sodium.h>

#include <atomic>
#include <chrono>

#include "base/limits.h"
#include "base/must.h"

namespace halligan::out {
namespace {

using namespace std::chrono_literals;

// A shift that begins signs in within a minute. More are refused at once: those who sign in must
// not take the workers from everybody else.
constexpr auto wait_max = 5s;
constexpr int waiting_max = 24;
constexpr int strangers_max = 16;  // of them, however many come from wherever

// Holds one of the places at the anvil.
class Turn {
 public:
  Turn(std::counting_semaphore<>& free, std::atomic<int>& waiting, int most)
      : free_(free), mine_(come(free, waiting, most)) {}
  ~Turn() {
    if (mine_) free_.release();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool came() const { return mine_; }

 private:
  static bool come(std::counting_semaphore<>& free, std::atomic<int>& waiting, int most) {
    const bool room = ++waiting <= most;
    const bool came = room && free.try_acquire_for(wait_max);
    --waiting;
    return came;
  }
  std::counting_semaphore<>& free_;
  const bool mine_;
};

Fault too_busy() { return Fault{FaultCode::cancelled, "too many passwords are being checked"}; }

}  // namespace

Argon2Hasher::Argon2Hasher(Options options) : options_(options) {
  MUST(sodium_init() >= 0);
  const auto made = hash(Sealed<std::string>{"nobody"});
  MUST(made.ok());
  nobodys_hash_ = made->reveal();
}

Result<Sealed<std::string>> Argon2Hasher::hash(const Sealed<std::string>& password) {
  const std::string& text = password.reveal();
  if (text.size() > limits::password_bytes_max) {
    return Fault{FaultCode::too_large, "a password is too long"};
  }
  const Turn turn(free_, waiting_, waiting_max);
  if (!turn.came()) return too_busy();
  char out[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(out, text.data(), text.size(), options_.passes, options_.memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return Fault{FaultCode::crypto_failed, "no memory to hash a password"};
  }
  return Sealed<std::string>{std::string(out)};
}

Result<bool> Argon2Hasher::matches(const Sealed<std::string>& hash,
                                   const Sealed<std::string>& password, Whose whose) {
  const std::string& text = password.reveal();
  if (text.size() > limits::password_bytes_max) return false;
  const Turn turn(free_, waiting_, whose == Whose::known ? waiting_max : strangers_max);
  if (!turn.came()) return too_busy();
  const bool nobody = hash.reveal().empty();
  const std::string& stored = nobody ? nobodys_hash_ : hash.reveal();
  const bool same = crypto_pwhash_str_verify(stored.c_str(), text.data(), text.size()) == 0;
  return same && !nobody;
}

}  // namespace halligan::out
