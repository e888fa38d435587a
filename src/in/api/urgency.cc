#include "in/api/urgency.h"

#include <algorithm>
#include <array>

namespace halligan::in::api {
namespace {

using http::Urgency;

// Signing in and out, locking, stepping up; opening a chart, which says what glass it takes;
// breaking glass and ending it; ending the rights of others; whether the server lives.
bool immediate(std::string_view method, std::string_view path) {
  if (path == "/healthz" || path == "/readyz" || path == "/metrics") return true;
  if (path.starts_with("/oauth2/")) return true;  // a credential for a glass that is open
  constexpr std::string_view api = "/api/v1/";
  if (!path.starts_with(api)) return false;
  path.remove_prefix(api.size());
  if (path == "terminal" || path == "vouches") return true;  // of a screen that waits for somebody
  // Of somebody who signs in, or has signed out elsewhere.
  if (path == "passkeys/challenge" || path == "providers") return true;
  if (path.starts_with("providers/")) return path.ends_with("/sign-in");  // others wait for it
  if (path.starts_with("session")) return !path.starts_with("session/passkeys");  // and sessions
  if (method == "PUT" || method == "PATCH") return path.starts_with("staff/");
  if (method != "POST") return false;
  if (path.starts_with("glass/")) return true;
  if (path.starts_with("charts/")) return path.ends_with("/break") || path.ends_with("/open");
  if (path.starts_with("vouches/")) return true;  // a colleague waits at the next screen
  if (path.starts_with("staff/")) return path.ends_with("/sign-out");
  return path.starts_with("policy/proposals/") && path.ends_with("/sign");
}

// Lists, exports, and what whole systems tell.
bool bulk(std::string_view method, std::string_view path) {
  constexpr std::array<std::string_view, 5> lists{"/api/v1/cases", "/api/v1/glass", "/api/v1/staff",
                                                  "/api/v1/accesses", "/api/v1/entries"};
  if (method == "GET")
    return path.starts_with("/ledger/") || std::ranges::find(lists, path) != lists.end();
  return method == "POST" && (path == "/api/v1/facts" || path == "/api/v1/policy/proposals");
}

}  // namespace

Urgency urgency(const http::Request& request) {
  if (immediate(request.method, request.path)) return Urgency::immediate;
  return bulk(request.method, request.path) ? Urgency::bulk : Urgency::ordinary;
}

}  // namespace halligan::in::api
