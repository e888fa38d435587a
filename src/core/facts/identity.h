// identity.h - facts of who else says who people are: systems that enrol people (SCIM), OpenID
// providers, directories; of credentials made for a glass and who is told of their end; of what
// took two administrators (facts.h has the rules for all).
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"

namespace halligan::facts {

// In whose name a system enrols people, as a member of staff of its own.
inline StaffId speaker_of_source(const std::string& source) { return StaffId{"source." + source}; }

// --- systems that enrol people ----------------------------------------------------------------

struct ProvisionerSet {  // a system of the policy's may speak, by this token alone
  static constexpr const char* kind = "provisioner-set";
  StaffId staff;
  std::string source;      // of the policy
  std::string token_hash;  // hex SHA-256; the token itself is nowhere
  std::string pseudonym;   // hex; how entries name the system
  bool active = true;
};
BOOST_DESCRIBE_STRUCT(ProvisionerSet, (), (staff, source, token_hash, pseudonym, active))

// What the system says of a person beside their rights, which staff-set and roles-given have.
struct AccountSet {
  static constexpr const char* kind = "account-set";
  StaffId staff;  // the system
  StaffId person;
  std::string source;
  std::string user_name;  // as the system calls the person
  std::string external;   // its own id of the person
  std::string rest;       // JSON: further attributes, as they were given
};
BOOST_DESCRIBE_STRUCT(AccountSet, (), (staff, person, source, user_name, external, rest))

struct AccountRemoved {
  static constexpr const char* kind = "account-removed";
  StaffId staff;
  StaffId person;
  std::string source;
};
BOOST_DESCRIBE_STRUCT(AccountRemoved, (), (staff, person, source))

struct GroupSet {
  static constexpr const char* kind = "group-set";
  StaffId staff;
  std::string source;
  std::string group;  // our id of it
  std::string name;
  std::string external;
};
BOOST_DESCRIBE_STRUCT(GroupSet, (), (staff, source, group, name, external))

struct GroupMembers {
  static constexpr const char* kind = "group-members";
  StaffId staff;
  std::string group;
  std::vector<std::string> added;
  std::vector<std::string> removed;
};
BOOST_DESCRIBE_STRUCT(GroupMembers, (), (staff, group, added, removed))

struct GroupRemoved {
  static constexpr const char* kind = "group-removed";
  StaffId staff;
  std::string group;
};
BOOST_DESCRIBE_STRUCT(GroupRemoved, (), (staff, group))

// The roles that somebody has because a source says in which groups they are, by the policy in
// force; beside those that an administrator gave them.
struct RolesGiven {
  static constexpr const char* kind = "roles-given";
  StaffId staff;  // the system; empty: by a sign-in, or by a policy that was signed
  StaffId person;
  std::string source;
  std::vector<std::string> groups;  // those of which the policy speaks
  std::vector<std::string> roles;
};
BOOST_DESCRIBE_STRUCT(RolesGiven, (), (staff, person, source, groups, roles))

// --- providers and directories ------------------------------------------------------------------

struct ProviderSeen {  // a provider or directory answers, or does not any more
  static constexpr const char* kind = "provider-seen";
  std::string source;
  bool up = true;
  std::string why;  // it does not: "unreachable", "slow", "misconfigured"
};
BOOST_DESCRIBE_STRUCT(ProviderSeen, (), (source, up, why))

struct SourceSecretSet {  // by which Halligan proves itself there; the secret is in the vault
  static constexpr const char* kind = "source-secret-set";
  StaffId staff;
  std::string source;
  std::string kept_as;
};
BOOST_DESCRIBE_STRUCT(SourceSecretSet, (), (staff, source, kept_as))

struct SubjectForgotten {  // the next one that the provider calls so may be another one there
  static constexpr const char* kind = "subject-forgotten";
  StaffId staff;
  StaffId person;
  std::string provider;
  std::string issuer;
};
BOOST_DESCRIBE_STRUCT(SubjectForgotten, (), (staff, person, provider, issuer))

// --- credentials for a glass ------------------------------------------------------------------

struct TokenKeyMade {  // tokens are signed by it from now on
  static constexpr const char* kind = "token-key-made";
  std::string key;      // RFC 7638 thumbprint of the public key
  std::string jwk;      // the public key, RFC 7517
  std::string kept_as;  // names the private one in the vault
};
BOOST_DESCRIBE_STRUCT(TokenKeyMade, (), (key, jwk, kept_as))

struct TokenMade {
  static constexpr const char* kind = "token-made";
  StaffId staff;
  PatientId patient;
  SessionId session;
  GlassId glass;
  std::string token;       // its jti
  std::string token_hash;  // hex SHA-256 of the token itself
  std::string bound;       // "jkt:..." (RFC 9449), "x5t#S256:..." (RFC 8705)
  Instant until{};
};
BOOST_DESCRIBE_STRUCT(TokenMade, (),
                      (staff, patient, session, glass, token, token_hash, bound, until))

struct TokenRevoked {
  static constexpr const char* kind = "token-revoked";
  StaffId staff;
  PatientId patient;
  std::string token;
};
BOOST_DESCRIBE_STRUCT(TokenRevoked, (), (staff, patient, token))

struct ReceiverSet {  // who is told that sessions and glass ended (CAEP, RFC 8935)
  static constexpr const char* kind = "receiver-set";
  StaffId staff;
  std::string receiver;
  std::string url;
  std::string audience;
  std::string kept_as;  // names what we show there, in the vault; empty: nothing
  bool active = true;
};
BOOST_DESCRIBE_STRUCT(ReceiverSet, (), (staff, receiver, url, audience, kept_as, active))

struct ReceiverTold {  // of everything before this entry
  static constexpr const char* kind = "receiver-told";
  std::string receiver;
  std::uint64_t before = 0;
};
BOOST_DESCRIBE_STRUCT(ReceiverTold, (), (receiver, before))

// --- what takes two administrators --------------------------------------------------------------

struct ActAsked {
  static constexpr const char* kind = "act-asked";
  StaffId staff;
  std::string act;
  std::string what;  // "roles", "factor", "provisioning", "terminal"
  StaffId person;    // whom it is about, where it is somebody
  std::string text;  // the whole of it, in words that both read
  Instant until{};
};
BOOST_DESCRIBE_STRUCT(ActAsked, (), (staff, act, what, person, text, until))

struct ActAgreed {  // whoever asked may do it, once, until then
  static constexpr const char* kind = "act-agreed";
  StaffId staff;
  std::string act;
  Instant until{};
};
BOOST_DESCRIBE_STRUCT(ActAgreed, (), (staff, act, until))

struct ActEnded {  // it was done, or one of the two, or a third, said no
  static constexpr const char* kind = "act-ended";
  StaffId staff;
  std::string act;
  bool done = false;
};
BOOST_DESCRIBE_STRUCT(ActEnded, (), (staff, act, done))

}  // namespace halligan::facts
