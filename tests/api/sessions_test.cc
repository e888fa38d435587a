// Signing in, stepping up, and the session as its owner sees it.

#include "api_world.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;
constexpr const char* password = "correct horse battery";

TEST_F(ApiWorld, SignInGivesASessionAndItsTokenOnce) {
  const auto answer = try_sign_in("doc", password, code_of("doc"));
  ASSERT_EQ(answer.status, 201) << answer.text;
  EXPECT_EQ(answer.str("staff"), "doc");
  EXPECT_TRUE(answer["place"].is_null());
  EXPECT_EQ(answer["idle_seconds"].to_number<int>(), 1800);
  const auto shown = get("/api/v1/session", answer.str("token"));
  ASSERT_EQ(shown.status, 200);
  EXPECT_EQ(shown.str("session"), answer.str("session"));
  EXPECT_EQ(shown.text.find(answer.str("token")), std::string::npos);
  EXPECT_EQ(call("DELETE", "/api/v1/session", answer.str("token")).status, 204);
  const auto gone = get("/api/v1/session", answer.str("token"));
  EXPECT_EQ(gone.status, 401);
  EXPECT_EQ(gone.header("WWW-Authenticate"), "Bearer");
}

TEST_F(ApiWorld, EveryCauseOfAFailedSignInReadsTheSame) {
  const auto code = code_of("doc");
  const auto wrong_password = try_sign_in("doc", "wrong", code);
  const auto wrong_code = try_sign_in("doc", password, "000000");
  const auto nobody = try_sign_in("no.body", password, code);
  for (const auto* each : {&wrong_password, &wrong_code, &nobody}) {
    EXPECT_EQ(each->status, 401);
    EXPECT_EQ(each->slug(), "sign-in-refused");
    EXPECT_EQ(each->str("detail"), wrong_password.str("detail"));
  }
}

TEST_F(ApiWorld, ACodeIsGoodOnceAndTheAnswerSaysHowLongToWait) {
  const auto code = code_of("doc");
  ASSERT_EQ(try_sign_in("doc", password, code).status, 201);
  const auto again = try_sign_in("doc", password, code);
  EXPECT_EQ(again.slug(), "code-reused");
  EXPECT_GT(again["retry_after_seconds"].to_number<int>(), 0);
  EXPECT_EQ(again.header("Retry-After"),
            std::to_string(again["retry_after_seconds"].to_number<int>()));
}

TEST_F(ApiWorld, GuessingIsSlowedDownAndAnEnrolledTerminalIsNot) {
  const auto admin = sign_in("ada");
  ASSERT_EQ(put("/api/v1/terminals/t-1", admin,
                {{"place", "emergency-department"}, {"use", "workstation"}, {"active", true}})
                .status,
            200);
  const auto secret = post("/api/v1/terminals/t-1/secret", admin).str("secret");
  int slowed = 0;
  for (int i = 0; i < 12; ++i)
    if (try_sign_in("doc", "wrong", "000000").status == 429) ++slowed;
  EXPECT_GT(slowed, 0);
  EXPECT_FALSE(try_sign_in("doc", "wrong", "000000").header("Retry-After").empty());
  const auto here =
      try_sign_in("doc", password, code_of("doc"), {{"id", "t-1"}, {"secret", secret}});
  ASSERT_EQ(here.status, 201) << here.text;
  EXPECT_EQ(here.str("place"), "emergency-department");
}

TEST_F(ApiWorld, TheSecretOfATerminalThatIsNoLongerActiveCountsForNothing) {
  const auto admin = sign_in("ada");
  const auto set = [&](bool active) {
    return put("/api/v1/terminals/t-1", admin,
               {{"place", "emergency-department"}, {"active", active}})
        .status;
  };
  ASSERT_EQ(set(true), 200);
  const auto secret = post("/api/v1/terminals/t-1/secret", admin).str("secret");
  ASSERT_EQ(set(false), 200);
  const json::object terminal{{"id", "t-1"}, {"secret", secret}};
  int slowed = 0;
  for (int i = 0; i < 12; ++i)
    if (try_sign_in("doc", "wrong", "000000").status == 429) ++slowed;
  ASSERT_GT(slowed, 0);
  EXPECT_EQ(try_sign_in("doc", password, code_of("doc"), terminal).status, 429)
      << "no count of its own";
  clock_.pass(1min);
  const auto there = try_sign_in("doc", password, code_of("doc"), terminal);
  ASSERT_EQ(there.status, 201) << there.text;
  EXPECT_TRUE(there["place"].is_null());
}

TEST_F(ApiWorld, WhereAPersonSignedInBeforeOthersFailuresDoNotSlowThemDown) {
  (void)sign_in("doc");
  clock_.pass(1min);
  for (int i = 0; i < 45; ++i) (void)try_sign_in("somebody" + std::to_string(i), "wrong", "000000");
  const auto stranger = try_sign_in("nina", password, code_of("nina"));
  EXPECT_EQ(stranger.status, 429) << "never seen at this address: guesses at many names count";
  EXPECT_EQ(try_sign_in("doc", password, code_of("doc")).status, 201);
  clock_.pass(1min);
  // Somebody far away fails for doc: that slows down guessing elsewhere, and nobody here.
  for (int far = 0; far < 60; ++far) {
    peer_ = "198.51.100." + std::to_string(far);
    (void)try_sign_in("doc", "wrong", "000000");
  }
  peer_ = "203.0.113.9";
  EXPECT_EQ(try_sign_in("doc", password, "000000").status, 429);
  peer_ = "192.0.2.7";
  EXPECT_EQ(try_sign_in("doc", password, code_of("doc")).status, 201);
  // Their own failures count here as everywhere.
  for (int i = 0; i < 8; ++i) (void)try_sign_in("doc", "wrong", "000000");
  EXPECT_EQ(try_sign_in("doc", password, "000000").status, 429);
}

TEST_F(ApiWorld, ATerminalWithoutItsSecretIsAnUnknownPlace) {
  const auto admin = sign_in("ada");
  ASSERT_EQ(
      put("/api/v1/terminals/t-1", admin, {{"place", "emergency-department"}, {"active", true}})
          .status,
      200);
  ASSERT_EQ(post("/api/v1/terminals/t-1/secret", admin).status, 201);
  const auto there =
      try_sign_in("doc", password, code_of("doc"), {{"id", "t-1"}, {"secret", "guessed"}});
  ASSERT_EQ(there.status, 201);
  EXPECT_TRUE(there["place"].is_null());
  EXPECT_TRUE(there["terminal"].is_null());
}

TEST_F(ApiWorld, ATerminalThatMovesOrStopsEndsItsSessions) {
  const auto admin = sign_in("ada");
  ASSERT_EQ(
      put("/api/v1/terminals/t-1", admin, {{"place", "emergency-department"}, {"active", true}})
          .status,
      200);
  const auto secret = post("/api/v1/terminals/t-1/secret", admin).str("secret");
  const auto token =
      try_sign_in("doc", password, code_of("doc"), {{"id", "t-1"}, {"secret", secret}})
          .str("token");
  ASSERT_EQ(put("/api/v1/terminals/t-1", admin, {{"place", "ward-a"}, {"active", true}}).status,
            200);
  EXPECT_EQ(get("/api/v1/session", token).status, 401);
}

TEST_F(ApiWorld, StepUpTakesAFreshCode) {
  const auto token = sign_in("doc");
  EXPECT_EQ(post("/api/v1/session/step-up", token, {{"code", "000000"}}).status, 401);
  clock_.pass(10min);
  const auto before = get("/api/v1/session", token).str("proof_at");
  const auto done = post("/api/v1/session/step-up", token, {{"code", code_of("doc")}});
  ASSERT_EQ(done.status, 200) << done.text;
  EXPECT_GT(done.str("proof_at"), before);
  EXPECT_EQ(post("/api/v1/session/step-up", "", {{"code", "123456"}}).status, 401);
}

TEST_F(ApiWorld, WithoutALedgerNothingLeavesAndTheAnswerSaysWhatToDo) {
  const auto token = sign_in("doc");
  ledger_fails_ = true;
  for (const auto& answer : {get("/api/v1/session", token), post("/api/v1/charts/p-1/open", token),
                             get("/readyz", "")}) {
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.slug(), "ledger-unavailable");
    EXPECT_NE(answer.str("detail").find("downtime"), std::string::npos);
  }
  EXPECT_EQ(get("/healthz", "").status, 200);
}

// No tick comes between: the command that sees the step ends what is over, and it stays ended.
TEST_F(ApiWorld, P8_WhatASteppingClockEndedStaysEnded) {
  const auto token = sign_in("doc");
  ASSERT_FALSE(break_glass(token, "p-2").empty());
  keeps_time_ = false;
  clock_.step_wall(36h);
  EXPECT_EQ(get("/api/v1/cases", token).status, 401);
  clock_.step_wall(-36h);
  EXPECT_EQ(post("/api/v1/charts/p-2/open", token).status, 401);
}

}  // namespace
}  // namespace halligan::tests
