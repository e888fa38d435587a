// Walking away from a shared screen, coming back, and saying that one is still there.

#include "api_world.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;
constexpr const char* password = "correct horse battery";

class Lock : public ApiWorld {
 protected:
  Answer lock(const std::string& token) { return post("/api/v1/session/lock", token); }
  Answer unlock(const std::string& token, const std::string& with = password) {
    return post("/api/v1/session/unlock", token, {{"password", with}});
  }
  Instant idle_until(const std::string& token) {
    return *parse_instant(get("/api/v1/session", token).str("idle_until"));
  }
};

TEST_F(Lock, NothingIsAnsweredBeforeThePasswordIsGiven) {
  const auto token = sign_in("doc");
  const auto glass = break_glass(token, "p-2");
  ASSERT_EQ(get("/api/v1/session", token)["focus"].as_string(), "p-2");
  const auto from = size();
  ASSERT_EQ(lock(token).status, 204);
  EXPECT_EQ(kinds_since(from), (std::vector<std::string>{"session-locked"}));
  ASSERT_EQ(lock(token).status, 204) << "once more is the same";
  EXPECT_EQ(size(), from + 1);

  for (const auto& route : in::api::api_routes()) {
    auto path = route.path;
    for (const auto& [name, value] : std::map<std::string, std::string>{{"{patient}", "p-2"},
                                                                        {"{glass}", glass},
                                                                        {"{case}", "c"},
                                                                        {"{staff}", "doc"},
                                                                        {"{terminal}", "t"},
                                                                        {"{team}", "cardiology"},
                                                                        {"{version}", "v"},
                                                                        {"{code}", "C"},
                                                                        {"{index}", "1"},
                                                                        {"{tile}", "entries/000"}})
      if (const auto at = path.find(name); at != std::string::npos)
        path.replace(at, name.size(), value);
    if (path.starts_with("/api/v1/session") || path.find('{') != std::string::npos) continue;
    const auto answer = call(std::string{route.method}, path, token,
                             route.method == "GET" ? std::string{} : std::string{"{}"});
    // What is open to everybody, and bodies that nobody can read, say nothing of anybody.
    if (answer.status == 401)
      EXPECT_EQ(answer.slug(), "session-locked") << path;
    else
      EXPECT_EQ(answer.text.find("p-2"), std::string::npos) << path << answer.text;
  }
  for (const char* path :
       {"/api/v1/glass", "/api/v1/cases", "/api/v1/policy", "/api/v1/charts/p-2/glass"}) {
    const auto answer = get(path, token);
    EXPECT_EQ(answer.status, 401) << path;
    EXPECT_EQ(answer.slug(), "session-locked") << path;
    EXPECT_EQ(answer.header("WWW-Authenticate"), "Bearer") << path;
  }
  for (const char* path : {"/api/v1/charts/p-2/open", "/api/v1/session/extend"})
    EXPECT_EQ(post(path, token).slug(), "session-locked") << path;
  EXPECT_EQ(post("/api/v1/session/step-up", token, {{"code", code_of("doc")}}).slug(),
            "session-locked");
  EXPECT_EQ(size(), from + 1) << "and nothing of it makes an entry";

  ASSERT_EQ(unlock(token).status, 204);
  EXPECT_EQ(kinds_since(from + 1), (std::vector<std::string>{"session-unlocked"}));
  EXPECT_EQ(post("/api/v1/charts/p-2/open", token).str("verdict"), "permit");
}

TEST_F(Lock, ALockedSessionIsShownWithNothingOfAPatient) {
  const auto token = sign_in("doc");
  (void)break_glass(token, "p-2");
  EXPECT_FALSE(get("/api/v1/session", token)["locked"].as_bool());
  ASSERT_EQ(lock(token).status, 204);
  const auto shown = get("/api/v1/session", token);
  ASSERT_EQ(shown.status, 200);
  EXPECT_TRUE(shown["locked"].as_bool());
  EXPECT_TRUE(shown["focus"].is_null());
  EXPECT_TRUE(shown["glass"].as_array().empty());
  EXPECT_TRUE(shown["owed"].as_array().empty());
  EXPECT_EQ(shown.text.find("p-2"), std::string::npos);
  ASSERT_EQ(unlock(token).status, 204);
  EXPECT_EQ(get("/api/v1/session", token)["glass"].as_array().size(), 1U) << "it is still open";
}

TEST_F(Lock, AnotherSessionOfThePersonGoesOn) {
  const auto here = sign_in("doc");
  const auto there = sign_in("doc");
  ASSERT_EQ(lock(here).status, 204);
  EXPECT_EQ(post("/api/v1/charts/p-1/open", there).str("verdict"), "permit");
  EXPECT_EQ(lock("").slug(), "no-session");
  EXPECT_EQ(unlock("").slug(), "no-session");
  EXPECT_EQ(unlock("somebody else's").slug(), "no-session");
}

TEST_F(Lock, AWrongPasswordIsCountedInTheSessionAndOpensNothing) {
  const auto token = sign_in("doc");
  const auto other = sign_in("doc");
  ASSERT_EQ(lock(token).status, 204);
  const auto from = size();
  const auto wrong = unlock(token, "wrong");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.slug(), "sign-in-refused");
  EXPECT_EQ(kinds_since(from), (std::vector<std::string>{"sign-in-refused"}));
  int slowed = 0;
  for (int i = 0; i < 8; ++i)
    if (unlock(token, "wrong").status == 429) ++slowed;
  EXPECT_GT(slowed, 0);
  EXPECT_EQ(unlock(token).status, 429) << "the right one, too, has to wait";
  EXPECT_EQ(post("/api/v1/session/step-up", other, {{"code", code_of("doc")}}).status, 200)
      << "another session does not";
  clock_.pass(1min);
  ASSERT_EQ(unlock(token).status, 204);
  ASSERT_EQ(lock(token).status, 204);
  EXPECT_EQ(unlock(token, "wrong").status, 401) << "who came back is counted from the beginning";
}

TEST_F(Lock, WhatIsNotLockedTellsNothingOfThePassword) {
  const auto token = sign_in("doc");
  const auto from = size();
  for (int i = 0; i < 30; ++i) EXPECT_EQ(unlock(token, "wrong").status, 204);
  EXPECT_EQ(unlock(token).status, 204);
  EXPECT_EQ(size(), from) << "nothing was tried";
  EXPECT_EQ(unlock("somebody else's", "wrong").slug(), "no-session");
}

TEST_F(Lock, FailedUnlocksAndFailedProofsAreCountedApart) {
  const auto token = sign_in("doc");
  ASSERT_EQ(lock(token).status, 204);
  while (unlock(token, "wrong").status != 429) {
  }
  clock_.pass(1min);
  ASSERT_EQ(unlock(token).status, 204);
  const auto step_up = [&](const std::string& code) {
    return post("/api/v1/session/step-up", token, {{"code", code}});
  };
  for (int i = 0; i < 8; ++i)
    if (step_up("000000").status == 429) break;
  EXPECT_EQ(step_up("000000").status, 429);
  ASSERT_EQ(lock(token).status, 204);
  EXPECT_EQ(unlock(token, "wrong").status, 401) << "not slowed by the proofs";
  EXPECT_EQ(unlock(token).status, 204);
  EXPECT_EQ(step_up("000000").status, 429) << "nor these helped by the unlocking";
  clock_.pass(1min);
  ASSERT_EQ(step_up(code_of("doc")).status, 200);

  const auto other = sign_in("nina");
  ASSERT_EQ(lock(other).status, 204);
  for (int i = 0; i < 8; ++i) (void)unlock(other, "wrong");
  ASSERT_EQ(unlock(other, "wrong").status, 429);
  // What its person has to wait for is the lock alone.
  EXPECT_EQ(state().failures.count("nina@session/" +
                                   state().session_by_token(in::token_hash(other))->id.text()),
            0U);
}

TEST_F(Lock, TheTenthFailureInARowEndsTheSession) {
  const auto token = sign_in("doc");
  (void)break_glass(token, "p-2");
  const auto fails = [&](int times) {
    for (int i = 0; i < times; ++i) {
      clock_.pass(i < 5 ? 1s : 40s);
      ASSERT_EQ(unlock(token, "wrong").slug(), "sign-in-refused") << i;
    }
  };
  ASSERT_EQ(lock(token).status, 204);
  fails(9);
  clock_.pass(40s);
  ASSERT_EQ(unlock(token).status, 204);
  ASSERT_EQ(lock(token).status, 204);
  fails(9);
  clock_.pass(40s);
  const auto from = size();
  const auto tenth = unlock(token, "wrong");
  EXPECT_EQ(tenth.slug(), "no-session");
  EXPECT_EQ(tenth.str("ended_by"), "unlock-failed");
  EXPECT_EQ(kinds_since(from),
            (std::vector<std::string>{"sign-in-refused", "glass-ended", "session-ended"}));
  const auto ended = house_->journal().read(from + 2);
  EXPECT_EQ(std::get<facts::SessionEnded>(ended->body->fact).by, facts::SessionEnd::unlock_failed);
  EXPECT_TRUE(state().open.empty());
  const auto right = unlock(token);
  EXPECT_EQ(right.slug(), "no-session") << "for the right password, too";
  EXPECT_FALSE(right.body.as_object().contains("ended_by")) << "it was over before";
}

TEST_F(Lock, UnlockingIsNoFreshProof) {
  const auto token = sign_in("doc");
  const auto proved = get("/api/v1/session", token).str("proof_at");
  clock_.pass(10min);
  ASSERT_EQ(lock(token).status, 204);
  ASSERT_EQ(unlock(token).status, 204);
  EXPECT_EQ(get("/api/v1/session", token).str("proof_at"), proved);
}

TEST_F(Lock, LockingLengthensNothing) {
  const auto token = sign_in("doc");
  (void)break_glass(token, "p-2");
  const auto idle = idle_until(token);
  clock_.pass(10min);
  ASSERT_EQ(lock(token).status, 204);
  EXPECT_EQ(idle_until(token), idle);
  EXPECT_EQ(unlock(token, "wrong").status, 401);
  EXPECT_EQ(idle_until(token), idle);
  clock_.pass(21min);
  EXPECT_EQ(get("/api/v1/session", token).slug(), "no-session");
  EXPECT_EQ(unlock(token).slug(), "no-session");
  EXPECT_TRUE(state().open.empty()) << "its glass ended with it";
}

TEST_F(Lock, WhoCannotUnlockSignsOut) {
  const auto token = sign_in("doc");
  ASSERT_EQ(lock(token).status, 204);
  EXPECT_EQ(call("DELETE", "/api/v1/session", token).status, 204);
  EXPECT_EQ(get("/api/v1/session", token).slug(), "no-session");
}

TEST_F(Lock, P5_ItIsLockedAfterARestart) {
  const auto token = sign_in("doc");
  ASSERT_EQ(lock(token).status, 204);
  const auto before = state().dump();
  app::State again;
  for (EntryIndex index = 0; index < size(); ++index) {
    const auto read = house_->journal().read(index);
    ASSERT_TRUE(read.ok() && read->body);
    again.apply(index, {.wall = read->clear.at, .boot = read->body->boot}, *read->body);
  }
  EXPECT_EQ(again.dump(), before);
  EXPECT_NE(before.find(" locked"), std::string::npos);
  house_.reset();
  house_ =
      app::House::open({.store = *store_, .vault = *vault_, .dice = dice_, .clock = clock_}, "test")
          .value();
  EXPECT_EQ(get("/api/v1/glass", token).slug(), "session-locked");
  EXPECT_EQ(unlock(token).status, 204);
  EXPECT_EQ(get("/api/v1/glass", token).status, 200);
}

TEST_F(Lock, WithoutALedgerNothingIsSaidToBeLocked) {
  const auto token = sign_in("doc");
  ledger_fails_ = true;
  EXPECT_EQ(lock(token).status, 503);
  EXPECT_EQ(unlock(token).status, 503);
  ledger_fails_ = false;
  EXPECT_EQ(get("/api/v1/glass", token).status, 200);
}

TEST_F(Lock, ExtendingMovesTheIdleEndOfTheSessionAndNoOther) {
  const auto token = sign_in("doc");
  (void)break_glass(token, "p-2");
  const auto& glass = state().glasses.begin()->second;
  const auto glass_until = std::get<glass::Open>(glass.life);
  const auto until = get("/api/v1/session", token).str("until");
  clock_.pass(5min);
  const auto from = size();
  const auto done = post("/api/v1/session/extend", token);
  ASSERT_EQ(done.status, 200) << done.text;
  EXPECT_EQ(done.str("until"), until);
  EXPECT_EQ(done.str("idle_until"), to_text(clock_.now().wall + 30min));
  EXPECT_EQ(idle_until(token), clock_.now().wall + 30min);
  EXPECT_EQ(kinds_since(from), (std::vector<std::string>{"session-extended"}));
  const auto& now = std::get<glass::Open>(glass.life);
  EXPECT_EQ(now.idle.wall, glass_until.idle.wall);
  EXPECT_EQ(now.until.wall, glass_until.until.wall);
  clock_.pass(30s);
  const auto again = post("/api/v1/session/extend", token);
  EXPECT_EQ(again.str("idle_until"), done.str("idle_until"));
  EXPECT_EQ(size(), from + 1) << "once a minute is enough";
  EXPECT_EQ(post("/api/v1/session/extend", token, {{"minutes", 600}}).status, 400);
  EXPECT_EQ(post("/api/v1/session/extend", "").slug(), "no-session");
}

TEST_F(Lock, ExtendingDoesNotPassTheAbsoluteEnd) {
  const auto token = sign_in("doc");
  for (int i = 0; i < 35; ++i) {
    clock_.pass(20min);
    ASSERT_EQ(post("/api/v1/session/extend", token).status, 200) << i;
  }
  clock_.pass(20min);
  EXPECT_EQ(post("/api/v1/session/extend", token).slug(), "no-session");
}

}  // namespace
}  // namespace halligan::tests
