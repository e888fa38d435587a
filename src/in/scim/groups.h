// groups.h - groups of many members: read and changed a part at a time, so that others have their
// turn at the writer in between.
//
// A change of more than one part is looked at whole first, so that nothing of it is refused half
// way; who loses a role by it loses it before anybody gains one. Changes of one group come one
// after the other. Where the process ends half way, the system has had no answer, and says it
// again.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/provisioning.h"
#include "in/scim/write.h"

namespace halligan::in::scim {

class Groups {
 public:
  explicit Groups(app::Desk& desk) : desk_(desk) {}

  // Not on the writer. Nothing: the ledger cannot be written.
  std::optional<Or<Changed>> carry_out(const Change& change, const std::string& token_hash);
  // Puts the members into a group that was read without them; false where the writer does not
  // answer.
  bool add_members(app::UserGroup& group);

 private:
  struct Large;
  class Alone;
  bool look_at(Large& large);
  bool apply(Large& large);

  app::Desk& desk_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::set<std::string> changing_;
};

// All of it but its members.
app::UserGroup without_members(const app::UserGroup& group);

}  // namespace halligan::in::scim
