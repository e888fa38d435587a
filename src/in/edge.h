// edge.h - what every handler of the wire is given: the writer, and the few parts of the world that
// a request needs beside it.
#pragma once

#include <optional>
#include <string>

#include "app/house.h"
#include "base/crypto.h"
#include "in/http/message.h"
#include "needs/clock.h"
#include "needs/dice.h"
#include "needs/password_hasher.h"
#include "needs/record_source.h"
#include "needs/vault.h"

namespace halligan::in {

struct Edge {
  app::Desk& desk;
  needs::Vault& vault;  // secrets only
  needs::PasswordHasher& hasher;
  needs::Clock& clock;
  needs::Dice& dice;
  needs::RecordSource& records;
};

// A token is 32 random bytes in base64url; only its hash goes further than this line.
inline std::string token_hash(std::string_view token) {
  return to_hex(crypto::sha256(view(token)));
}

// The hash of the bearer token (RFC 6750); empty where there is none or more than one.
inline std::string bearer_hash(const http::Request& request) {
  if (request.count("authorization") != 1) return {};
  const auto value = *request.header("authorization");
  constexpr std::string_view scheme = "bearer ";
  if (value.size() <= scheme.size() || !http::same_name(value.substr(0, scheme.size()), scheme))
    return {};
  return token_hash(value.substr(scheme.size()));
}

}  // namespace halligan::in
