// shown.h - what a request shows of who asks: the token of a session, or a credential that was made
// for a glass together with the key that it is bound to.
#pragma once

#include <string>

#include "in/http/message.h"

namespace halligan::in {

struct Shown {
  std::string hash;   // hex SHA-256 of the token; empty: none
  std::string bound;  // the key, as app::GlassToken has it; empty: none was shown
  std::string wrong;  // why a credential for a glass is not even looked for; empty: nothing is
};

// A proof of possession is good once; a head that is looked at before its body comes leaves it.
enum class Spend { now, later };

class GlassCredentials {
 public:
  virtual ~GlassCredentials() = default;
  // Of a request with `Authorization: DPoP`, or one that brings a certificate.
  virtual Shown shown(const http::Request& request, Spend spend) = 0;
};

}  // namespace halligan::in
