// write.h - one change that a SCIM request asks for, carried out on the writer.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "app/house.h"
#include "app/provisioning.h"
#include "in/scim/filter.h"

namespace halligan::in::scim {

struct Change {
  std::string method;  // POST, PUT, PATCH, DELETE
  bool group = false;
  std::string id;  // empty: of POST
  json::object data{};
  std::optional<std::uint64_t> if_version{};
};

struct Changed {
  int status = 200;
  std::string id;
  std::uint64_t version = 0;
};

Error error_of(const app::Refusal& refusal);

// By whoever this token is of. What is read for it, a PATCH first of all, is read here: nothing
// comes in between. Of a group all at once, however many members it has: groups.h has it in parts.
Or<Changed> carry_out(const Change& change, const std::string& token_hash, app::House& house,
                      const Now& now);

// What is asked of a group, by POST, PUT or PATCH.
Or<app::SetGroup> group_command(const Change& change, const std::string& token_hash);
Or<Changed> set_group(const app::SetGroup& command, app::House& house, const Now& now);

}  // namespace halligan::in::scim
