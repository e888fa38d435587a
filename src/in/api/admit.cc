#include "in/api/admit.h"

#include <limits>

#include "app/access.h"
#include "app/policy_change.h"
#include "app/roles.h"
#include "in/api/query.h"

namespace halligan::in::api {
namespace {

// Without a length it may become as long as it likes.
std::size_t length_of(const http::Request& head) {
  return whole_number(head.header("content-length").value_or(""))
      .value_or(std::numeric_limits<std::size_t>::max());
}

std::optional<app::Refusal> refusal_of(const app::State& state, const Now& now,
                                       const http::Request& head) {
  const auto* session = app::live_session(state, session_hash(head), now);
  if (session == nullptr) return app::no_session(state, session_hash(head), now);
  namespace role = app::role;
  if (head.path.starts_with("/api/v1/policy/proposals"))
    return app::no_policy_officer(state, *session);
  if (head.path == "/api/v1/facts" && length_of(head) > limits::command_body_bytes_max &&
      !app::has_any_role(state, *session, {role::administrator, role::interface}))
    return role::needed("only interfaces and administrators say so much at once");
  return std::nullopt;
}

}  // namespace

std::optional<http::Response> admit(Api& api, const http::Request& head) {
  std::optional<app::Refusal> refusal;
  const auto done = api.run(
      [&](app::House& house, const Now& now) { refusal = refusal_of(house.state(), now, head); });
  if (!done) return api.faulted(done.fault());
  if (refusal) return api.refused(*refusal);
  return std::nullopt;
}

}  // namespace halligan::in::api
