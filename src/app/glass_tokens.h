// glass_tokens.h - credentials that are made for one glass: for its chart, its session, and whoever
// holds the key that they are bound to; dead at the moment when the glass ends, whatever ends it.
//
// The token itself is made and signed by the caller (in/api/tokens.h); what is recorded is its
// hash. Whether one is still good is who_asks() (access.h), or glass_token_shown() for others who
// ask.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "app/access.h"

namespace halligan::app {

// What such a token says (RFC 9068; IHE IUA, ihe_iua).
struct TokenClaims {
  StaffId staff;
  std::string name;
  std::vector<std::string> roles;
  std::string hospital;
  PatientId patient;
  SessionId session;
  GlassId glass;
  std::string reason;   // the policy's rule
  std::string purpose;  // HL7 v3-ActReason
  int proof_level = 0;
  Instant proof_at{};
  std::string way;
  Instant until{};
};
std::variant<TokenClaims, Refusal> claims_of_token(const State& state,
                                                   const std::string& session_token_hash,
                                                   const GlassId& glass, const Now& now);

// One of the session's own open glass, for as long as those claims say at most.
struct MakeGlassToken {
  using Answer = std::variant<GlassToken, Refusal>;
  std::string token_hash;  // of the session
  GlassId glass;
  std::string token;  // its jti
  std::string new_token_hash;
  std::string bound;
  Instant until{};
};
MakeGlassToken::Answer decide(const MakeGlassToken& command, Context& context);

// By whoever shows the token. Whether it was one is not told (RFC 7009 2.2).
struct RevokeGlassToken {
  using Answer = bool;
  std::string glass_token_hash;
};
RevokeGlassToken::Answer decide(const RevokeGlassToken& command, Context& context);

// For a record system that was shown a token (RFC 7662): by an interface alone. Nothing: it is good
// for nothing now.
std::variant<std::optional<GlassToken>, Refusal> glass_token_shown(
    const State& state, const std::string& token_hash, const std::string& glass_token_hash,
    const Now& now);

// The key that tokens are signed by from now on.
struct RecordTokenKey {
  using Answer = bool;  // false: another one came first
  std::string key;
  std::string jwk;
  std::string kept_as;
  std::string instead_of;  // the newest before; empty: none
};
RecordTokenKey::Answer decide(const RecordTokenKey& command, Context& context);

}  // namespace halligan::app
