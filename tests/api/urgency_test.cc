// urgency_test.cc - which line each route of the API waits in: a new one has to be thought about.
#include "in/api/urgency.h"

#include <gtest/gtest.h>

#include <set>

#include "in/api/api.h"

namespace halligan::in::api {
namespace {

const std::set<std::string> immediate{
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "POST /api/v1/sessions",
    "POST /api/v1/sessions/passkey",
    "POST /api/v1/sessions/card",
    "POST /api/v1/sessions/vouched",
    "GET /api/v1/vouches",
    "POST /api/v1/vouches/{vouch}",
    "GET /api/v1/terminal",
    "POST /api/v1/terminal",
    "DELETE /api/v1/terminal",
    "POST /api/v1/session/unlock/challenge",
    "POST /api/v1/session/unlock/passkey",
    "POST /api/v1/passkeys/challenge",
    "GET /api/v1/providers",
    "POST /api/v1/providers/{provider}/sign-in",
    "POST /api/v1/glass/{glass}/token",
    "POST /oauth2/token",
    "POST /oauth2/introspect",
    "POST /oauth2/revoke",
    "GET /oauth2/jwks",
    "GET /api/v1/session",
    "DELETE /api/v1/session",
    "POST /api/v1/session/step-up",
    "POST /api/v1/session/step-up/challenge",
    "POST /api/v1/session/step-up/passkey",
    "POST /api/v1/session/lock",
    "POST /api/v1/session/unlock",
    "POST /api/v1/session/extend",
    "POST /api/v1/charts/{patient}/open",
    "POST /api/v1/charts/{patient}/break",
    "POST /api/v1/glass/{glass}/close",
    "POST /api/v1/glass/{glass}/revoke",
    "POST /api/v1/glass/{glass}/details",
    "PUT /api/v1/staff/{staff}",
    "PATCH /api/v1/staff/{staff}",
    "PUT /api/v1/staff/{staff}/password",
    "POST /api/v1/staff/{staff}/sign-out",
    "POST /api/v1/policy/proposals/{version}/sign",
};
const std::set<std::string> bulk{
    "GET /api/v1/cases",       "GET /api/v1/glass",
    "GET /api/v1/staff",       "GET /api/v1/accesses",
    "GET /api/v1/entries",     "GET /ledger/checkpoint",
    "GET /ledger/tile/{tile}", "GET /ledger/receipt/{index}",
    "POST /api/v1/facts",      "POST /api/v1/policy/proposals",
};

TEST(Urgency, OfEachRoute) {
  std::size_t others = 0;
  for (const auto& route : api_routes()) {
    const auto name = std::string{route.method} + " " + route.path;
    http::Request request;
    request.method = route.method;
    request.path = route.path;
    const auto expected = immediate.contains(name) ? http::Urgency::immediate
                          : bulk.contains(name)    ? http::Urgency::bulk
                                                   : http::Urgency::ordinary;
    others += expected == http::Urgency::ordinary ? 1 : 0;
    EXPECT_EQ(urgency(request), expected) << name;
  }
  EXPECT_EQ(immediate.size() + bulk.size() + others, api_routes().size()) << "all are of the API";
}

}  // namespace
}  // namespace halligan::in::api
