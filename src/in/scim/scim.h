// scim.h - SCIM 2.0 (RFC 7643, 7644) at /scim/v2: a system outside says who works here.
//
// It speaks by a bearer token that an administrator had made (app/provisioning.h), for the accounts
// and groups of its own; nobody else's are there for it. What it says is decided and durable before
// it is answered.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "in/edge.h"
#include "in/http/router.h"
#include "in/scim/groups.h"

namespace halligan::in::scim {

inline constexpr std::string_view mount = "/scim/v2";

class Scim {
 public:
  Scim(const Edge& edge, std::string address)
      : edge_(edge), base_(std::move(address) + "/scim/v2"), groups_(edge.desk) {}

  void add_to(http::Router& router);
  // Before a body that is large: whether anybody may bring it.
  std::optional<http::Response> admit(const http::Request& head);
  // What the router refused, as SCIM says it (RFC 7644, 3.12); whatever else it answered as it is.
  static http::Response spoken(const http::Request& request, http::Response answer);

  struct Asked {  // one request: by whom, for what
    const http::Request& request;
    http::PathParams path;
    std::string token_hash;
  };

 private:
  using Handler = http::Response (Scim::*)(const Asked& asked);
  void route(http::Router& router, const char* method, const char* path, Handler handler);

  http::Response list_users(const Asked& asked);
  http::Response list_groups(const Asked& asked);
  http::Response show_user(const Asked& asked);
  http::Response show_group(const Asked& asked);
  http::Response write_one(const Asked& asked);
  http::Response search_all(const Asked& asked);
  http::Response bulk(const Asked& asked);
  http::Response nobody_is_me(const Asked& asked);
  template <class... Add>
  http::Response listed(const Asked& asked, Add... add);
  http::Response shown(const Asked& asked, const std::string& id, bool group, int status);

  const Edge& edge_;
  const std::string base_;
  Groups groups_;
};

// Whether a path is SCIM's.
bool is_under_mount(std::string_view path);
std::size_t body_bytes_max(std::string_view path);

}  // namespace halligan::in::scim
