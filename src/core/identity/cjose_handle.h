// cjose_handle.h - what libcjose gives out and wants back. For jose.cc and signer.cc alone.
#pragma once

#include <cjose/cjose.h>
#include <openssl/err.h>

#include <memory>

#include "base/bytes.h"

namespace halligan::identity {

struct KeyHandle {
  explicit KeyHandle(cjose_jwk_t* made) : key(made) {}
  KeyHandle(const KeyHandle&) = delete;
  KeyHandle& operator=(const KeyHandle&) = delete;
  ~KeyHandle() { cjose_jwk_release(key); }

  cjose_jwk_t* key;
};

struct FreeCjose {
  void operator()(cjose_jws_t* held) const { cjose_jws_release(held); }
  void operator()(cjose_header_t* held) const { cjose_header_release(held); }
};
template <class T>
using Cjose = std::unique_ptr<T, FreeCjose>;

// OpenSSL keeps a list of what went wrong in this thread, in which TLS would look for its own.
class ErrorsStayHere {
 public:
  ErrorsStayHere() { ERR_set_mark(); }
  ErrorsStayHere(const ErrorsStayHere&) = delete;
  ErrorsStayHere& operator=(const ErrorsStayHere&) = delete;
  ~ErrorsStayHere() { ERR_pop_to_mark(); }
};

// It wants to be given octets that it could write to, and does not.
inline std::uint8_t* lent(const Bytes& bytes) { return const_cast<std::uint8_t*>(bytes.data()); }

}  // namespace halligan::identity
