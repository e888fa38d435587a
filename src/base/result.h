// result.h - a value, or a Fault: the way the world broke.
//
// A Fault is not an ordinary answer (that is a Refusal, an enum beside the command that answers it)
// and not a bug (that is MUST). Its text is for operators: never patient data, never a secret.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/must.h"

namespace halligan {

enum class FaultCode {
  disk_failed,         // a write or sync failed, or its outcome is unknown
  disk_full,           // no space beyond the reserve
  ledger_damaged,      // stored bytes do not match their checksum, hash or form
  ledger_locked,       // another process holds the ledger
  ledger_unavailable,  // the journal has stopped after an earlier fault
  vault_failed,        // the vault cannot be read or written
  wrong_key,           // a root key does not open this vault
  upstream_unreachable,
  upstream_timeout,
  upstream_nonsense,  // an answer that breaks its protocol or our bounds
  too_large,
  bad_input,  // a file or argument that cannot be what it should be
  not_found,
  crypto_failed,
  cancelled,
  no_room,  // more is being answered at once than there is memory for
};

const char* name_of(FaultCode code);  // "disk_failed", for logs and metrics

struct Fault {
  FaultCode code;
  std::string what;  // lower case, no full stop, what was wrong and what was expected
};

struct Unit {
  friend bool operator==(const Unit&, const Unit&) = default;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : held_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit on purpose
  Result(Fault fault) : held_(std::in_place_index<1>, std::move(fault)) {}  // NOLINT

  bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }

  const T& value() const& {
    MUST(ok());
    return std::get<0>(held_);
  }
  T& value() & {
    MUST(ok());
    return std::get<0>(held_);
  }
  T&& value() && {
    MUST(ok());
    return std::get<0>(std::move(held_));
  }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  const Fault& fault() const {
    MUST(!ok());
    return std::get<1>(held_);
  }

 private:
  std::variant<T, Fault> held_;
};

}  // namespace halligan
