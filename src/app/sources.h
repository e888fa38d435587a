// sources.h - what the state keeps of systems that enrol people, of providers and directories, of
// credentials made for a glass, and of acts that wait for a second administrator.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/instant.h"

namespace halligan::app {

// A system that enrols people, by one token.
struct Provisioner {
  std::string source;  // of the policy
  std::string token_hash;
  bool active = true;
  Instant since{};  // of this token
};

// What such a system says of a person, beside their rights.
struct Account {
  StaffId person;
  std::string source;
  std::string user_name;
  std::string external;
  std::string rest;  // JSON: further attributes, as they were given
  bool removed = false;
  std::uint64_t version = 0;
  Instant made_at{};
  Instant changed_at{};
};

struct UserGroup {
  std::string id;
  std::string source;
  std::string name;
  std::string external;
  std::set<StaffId> members;
  std::uint64_t version = 0;
  Instant made_at{};
  Instant changed_at{};
};

// The roles that a source gives somebody, and by which of their groups.
struct Given {
  std::vector<std::string> groups;
  std::vector<std::string> roles;
};

// A provider or directory: whether it answers, as it was last seen.
struct SourceSeen {
  bool up = true;
  std::string why;
  Instant since = far_past;
  std::string kept_as;  // the secret by which Halligan proves itself there
};

struct TokenKey {
  std::string key;
  std::string jwk;
  std::string kept_as;
  Instant since{};
};

// A credential that was made for a glass; alive while the glass is, and until its end.
struct GlassToken {
  std::string id;  // its jti
  std::string bound;
  SessionId session;
  GlassId glass;
  PatientId patient;
  Instant until{};
};

struct Receiver {
  std::string id;
  std::string url;
  std::string audience;
  std::string kept_as;
  bool active = true;
  std::uint64_t told_before = 0;  // this entry
};

// A session or glass that ended, for as long as a receiver has not been told.
struct Ended {
  EntryIndex entry = 0;
  Instant at{};
  StaffId staff;
  SessionId session;  // or
  GlassId glass;
  PatientId patient{};  // of the glass; no receiver is told
  std::string by;       // as the fact says it: "idle", "staff_deactivated"
};

// What one administrator asked for, until another agrees; or, where the first has to do it again
// then, until that is done.
struct Act {
  std::string id;
  std::string what;  // "roles", "factor", "provisioning", "terminal"
  StaffId by;
  StaffId person;
  std::string text;
  Instant asked_at{};
  Instant until{};
  StaffId agreed_by{};  // empty: nobody yet
};

}  // namespace halligan::app
