// Who may bring a large body: asked by its head, before anything of it is looked at.
#include "in/api/admit.h"
#include "api_world.h"

namespace halligan::tests {
namespace {

class Admit : public ApiWorld {
 protected:
  int ask(const std::string& path, const std::string& token, const std::string& length) {
    in::http::Request head;
    head.method = "POST";
    head.path = head.target = path;
    if (!token.empty()) head.headers.push_back({"Authorization", "Bearer " + token});
    if (!length.empty()) head.headers.push_back({"Content-Length", length});
    const auto refused = in::api::admit(*api_, head);
    return refused ? refused->status : 0;
  }
};

TEST_F(Admit, NobodyWithoutASession) {
  for (const auto* path : {"/api/v1/facts", "/api/v1/sessions", "/api/v1/nothing"})
    for (const auto* token : {"", "nonsense"}) EXPECT_EQ(ask(path, token, "5000"), 401) << path;
  const auto doc = sign_in("doc");
  EXPECT_EQ(ask("/api/v1/charts/p-1/break", doc, "5000"), 0);
  ASSERT_LT(call("DELETE", "/api/v1/session", doc).status, 300);
  EXPECT_EQ(ask("/api/v1/charts/p-1/break", doc, "5000"), 401);
}

TEST_F(Admit, TheLargestBodiesAreThoseOfWhoHasUseForThem) {
  enrol("adt", {"interface"});
  const auto doc = sign_in("doc");
  const auto adt = sign_in("adt");
  const auto admin = sign_in("ada");
  EXPECT_EQ(ask("/api/v1/facts", doc, "1000000"), 0);
  EXPECT_EQ(ask("/api/v1/facts", doc, "16000000"), 403);
  EXPECT_EQ(ask("/api/v1/facts", doc, ""), 403) << "of any length";
  EXPECT_EQ(ask("/api/v1/facts", adt, "16000000"), 0);
  EXPECT_EQ(ask("/api/v1/facts", admin, ""), 0);
  EXPECT_EQ(ask("/api/v1/policy/proposals", doc, "5000"), 403);
  EXPECT_EQ(ask("/api/v1/policy/proposals", admin, "5000"), 0);
}

TEST_F(Admit, NobodyWhileTheLedgerFails) {
  const auto doc = sign_in("doc");
  ledger_fails_ = true;
  EXPECT_EQ(ask("/api/v1/charts/p-1/break", doc, "5000"), 503);
}

}  // namespace
}  // namespace halligan::tests
