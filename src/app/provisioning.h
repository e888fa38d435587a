// provisioning.h - people and groups as a system outside says them (SCIM): enrolled, changed,
// deactivated; and what that means for their roles, sessions and glass, at once.
//
// A system speaks by one token, which an administrator has made for it, and only while the policy
// in force names it. It enrols nobody who was enrolled here, and gives no roles but those that the
// policy gives to its groups. Whoever had the token made can act as the system, and counts so
// (State::holds).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "app/context.h"
#include "app/refusal.h"

namespace halligan::app {

// A new token for a system that the policy names, or none any more. By an administrator, with a
// fresh proof; the token that it had is over.
struct SetProvisioner {
  using Answer = std::variant<std::string, Refusal>;  // the source
  static constexpr bool keeps_session = true;
  std::string token_hash;  // of the administrator's session
  std::string source;
  std::string new_token_hash;  // hex SHA-256; empty: it may not speak any more
};
SetProvisioner::Answer decide(const SetProvisioner& command, Context& context);

// Asked before a token is made.
std::optional<Refusal> may_set_provisioner(const State& state, const std::string& token_hash,
                                           const Now& now, const std::string& source);

// Whose token it is; null: nobody's that may speak.
const Provisioner* provisioner(const State& state, const std::string& token_hash);

struct AccountGiven {
  std::string user_name;
  std::string external;
  std::string name;  // for people; empty: the user name
  std::string department;
  bool active = true;
  std::string rest;  // JSON
};

// Made, or replaced whole. A user name that another account of the system has, or that somebody has
// who was enrolled here, is a conflict. Whom an administrator deactivated stays so, whatever the
// system says; that it said otherwise is in the entry, as `active` of the rest.
struct SetAccount {
  struct Done {
    StaffId person;
    bool made = false;
    bool changed = false;
    std::size_t sessions_ended = 0;
  };
  using Answer = std::variant<Done, Refusal>;
  std::string token_hash;
  StaffId person;  // empty: a new one
  AccountGiven given;
  std::optional<std::uint64_t> if_version{};  // else Why::stale
};
SetAccount::Answer decide(const SetAccount& command, Context& context);

// The person is deactivated, and of no group any more; what they did stays theirs.
struct RemoveAccount {
  using Answer = std::variant<StaffId, Refusal>;
  std::string token_hash;
  StaffId person;
  std::optional<std::uint64_t> if_version{};
};
RemoveAccount::Answer decide(const RemoveAccount& command, Context& context);

struct SetGroup {
  struct Done {
    std::string group;
    bool made = false;
    bool changed = false;
    std::size_t sessions_ended = 0;
  };
  using Answer = std::variant<Done, Refusal>;
  std::string token_hash;
  std::string group;  // empty: a new one
  std::string name;   // empty: as it is
  std::optional<std::string> external{};
  // Members by their id; those who are no account of the system are refused.
  std::optional<std::vector<std::string>> members{};  // all of them
  std::vector<std::string> added{};                   // where `members` is not given
  std::vector<std::string> removed{};
  std::optional<std::uint64_t> if_version{};
  // Of a change that comes in parts, and was looked at whole before: whose account is gone
  // meanwhile is left out, where else all of it would be refused.
  bool leaves_out_the_gone = false;
};
SetGroup::Answer decide(const SetGroup& command, Context& context);

// What is refused of a change, but for its members; and whether those may be members.
std::optional<Refusal> may_set_group(const State& state, const SetGroup& command);
std::optional<Refusal> may_be_members(const State& state, const std::string& token_hash,
                                      std::span<const std::string> members);
// The next members after this one (empty: the first), as many as go into one entry.
std::vector<std::string> members_after(const UserGroup& group, const std::string& last);

struct RemoveGroup {
  using Answer = std::variant<std::string, Refusal>;
  std::string token_hash;
  std::string group;
  std::optional<std::uint64_t> if_version{};
};
RemoveGroup::Answer decide(const RemoveGroup& command, Context& context);

}  // namespace halligan::app
