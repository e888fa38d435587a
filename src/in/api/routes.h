// routes.h - the table of the API: one line a method and path, one file a family.
#pragma once

#include <span>

#include "in/api/api.h"

namespace halligan::in::api {

struct Route {
  std::string_view method;
  std::string_view path;
  http::Response (*handle)(Api& api, const http::Request& request, const http::PathParams& path);
};

std::span<const Route> session_routes();
std::span<const Route> lock_routes();
std::span<const Route> passkey_routes();
std::span<const Route> terminal_routes();
std::span<const Route> card_routes();
std::span<const Route> vouch_routes();
std::span<const Route> search_routes();
std::span<const Route> chart_routes();
std::span<const Route> own_routes();
std::span<const Route> glass_routes();
std::span<const Route> case_routes();
std::span<const Route> people_routes();
std::span<const Route> fact_routes();
std::span<const Route> act_routes();
std::span<const Route> provider_routes();
std::span<const Route> token_routes();
std::span<const Route> receiver_routes();
std::span<const Route> provisioning_routes();
std::span<const Route> policy_routes();
std::span<const Route> ledger_routes();
std::span<const Route> running_routes();
std::span<const Route> hospital_routes();
std::span<const Route> event_routes();
std::span<const Route> erasure_routes();
std::span<const Route> backup_routes();

}  // namespace halligan::in::api
