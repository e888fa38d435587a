// write.h - one change that a SCIM request asks for, carried out on the writer.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "app/house.h"
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

// By whoever this token is of. What is read for it, a PATCH first of all, is read here: nothing
// comes in between.
Or<Changed> carry_out(const Change& change, const std::string& token_hash, app::House& house,
                      const Now& now);

}  // namespace halligan::in::scim
