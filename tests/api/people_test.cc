// Staff, factors, terminals: what an administrator may do, and to whom.

#include "api_world.h"
#include "app/sessions.h"
#include "core/identity/totp.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

json::value person(std::vector<std::string> roles, bool active = true) {
  return {{"name", "Somebody New"},
          {"roles", json::array(roles.begin(), roles.end())},
          {"department", "testing"},
          {"active", active}};
}

TEST_F(ApiWorld, SomebodyNewIsEnrolledAndSignsIn) {
  const auto admin = sign_in("ada");
  const auto made = put("/api/v1/staff/new", admin, person({"nurse"}));
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(put("/api/v1/staff/new", admin, person({"nurse"}))["changed"].as_bool(), false);
  EXPECT_EQ(put("/api/v1/staff/new/password", admin, {{"password", "a long passphrase"}}).status,
            204);
  const auto totp = post("/api/v1/staff/new/totp", admin);
  ASSERT_EQ(totp.status, 201) << totp.text;
  EXPECT_NE(totp.str("uri").find("St.%20Elsewhere"), std::string::npos);
  const auto code = identity::totp_code(*from_base32(totp.str("secret")),
                                        identity::totp_step_at(clock_.now().wall));
  EXPECT_EQ(try_sign_in("new", "a long passphrase", code).status, 201);
  for (auto index = size(); index-- > 0;) {
    const auto read = house_->journal().read(index);
    EXPECT_EQ(facts::encode(*read->body).find(totp.str("secret")), std::string::npos)
        << "no entry holds a secret";
  }
}

TEST_F(ApiWorld, ALostRoleOrDeactivationEndsSessionsAndGlassAtOnce) {
  const auto admin = sign_in("ada");
  auto token = sign_in("doc");
  const auto glass = break_glass(token, "p-2");
  const auto changed = put("/api/v1/staff/doc", admin, person({"nurse"}));
  EXPECT_EQ(changed["sessions_ended"].to_number<int>(), 1);
  EXPECT_EQ(get("/api/v1/session", token).status, 401);
  EXPECT_FALSE(state().glass(GlassId{glass})->open());
  token = sign_in("doc");
  EXPECT_EQ(put("/api/v1/staff/doc", admin, person({"nurse"}, false)).status, 200);
  EXPECT_EQ(get("/api/v1/session", token).status, 401);
  EXPECT_EQ(try_sign_in("doc", "correct horse battery", code_of("doc")).status, 401);
}

TEST_F(ApiWorld, WhatIsNotNamedOfAPersonStaysAsItIs) {
  const auto admin = sign_in("ada");
  const auto change = [&](const std::string& who, const json::object& what) {
    return call("PATCH", "/api/v1/staff/" + who, admin, json::serialize(what));
  };
  const auto token = sign_in("doc");
  const app::Person before = *state().person(StaffId{"doc"});
  const auto renamed = change("doc", {{"name", "Doctor Newname"}});
  ASSERT_EQ(renamed.status, 200) << renamed.text;
  EXPECT_EQ(renamed.str("name"), "Doctor Newname");
  EXPECT_EQ(state().person(StaffId{"doc"})->roles, before.roles);
  EXPECT_EQ(state().person(StaffId{"doc"})->department, before.department);
  EXPECT_EQ(get("/api/v1/session", token).status, 200);
  EXPECT_FALSE(change("doc", {})["changed"].as_bool());
  clock_.pass(16min);  // nobody proved anything lately: to deactivate needs no proof
  EXPECT_EQ(change("doc", {{"active", false}}).status, 200);
  EXPECT_EQ(get("/api/v1/session", token).status, 401);
  EXPECT_EQ(state().person(StaffId{"doc"})->roles, before.roles);
  EXPECT_EQ(change("doc", {{"active", true}}).slug(), "step-up-needed");
  EXPECT_EQ(change("no.body", {{"name", "No Body"}, {"active", true}}).status, 404);
  EXPECT_EQ(change("ada", {{"active", false}}).slug(), "same-person");
  EXPECT_EQ(change("doc", {{"department", "elsewhere"}}).slug(), "step-up-needed");
}

TEST_F(ApiWorld, ACodeThatWasUsedStaysUsedWhenTheClockIsSetBack) {
  const auto code = code_of("doc");
  ASSERT_EQ(try_sign_in("doc", "correct horse battery", code).status, 201);
  const auto step = identity::totp_step_at(clock_.now().wall);
  for (int i = 0; i < 4; ++i) {
    clock_.pass(60s);
    (void)sign_in("doc");
  }
  while (identity::totp_step_at(clock_.now().wall) > step) clock_.step_wall(-1s);
  EXPECT_EQ(try_sign_in("doc", "correct horse battery", code).slug(), "code-reused");
}

TEST_F(ApiWorld, NobodyChangesTheirOwnRoles) {
  const auto admin = sign_in("ada");
  EXPECT_EQ(put("/api/v1/staff/ada", admin, person({"administrator", "privacy-officer"})).slug(),
            "same-person");
  EXPECT_EQ(put("/api/v1/staff/ada", admin, person({"administrator"}, false)).slug(),
            "same-person");
  EXPECT_EQ(put("/api/v1/staff/ada", admin, person({"administrator"})).slug(), "same-person")
      << "a department may give rights";
  EXPECT_EQ(call("PATCH", "/api/v1/staff/ada", admin, R"({"name":"Ada Newname"})").status, 200)
      << "a name is one's own";
}

TEST_F(ApiWorld, OnlyAdministratorsEnrol) {
  for (const char* who : {"doc", "pia"}) {
    const auto token = sign_in(who);
    EXPECT_EQ(put("/api/v1/staff/new", token, person({"nurse"})).slug(), "role-needed");
    EXPECT_EQ(put("/api/v1/staff/doc/password", token, {{"password", "a long passphrase"}}).slug(),
              "role-needed");
    EXPECT_EQ(post("/api/v1/staff/doc/totp", token).slug(), "role-needed");
    EXPECT_EQ(put("/api/v1/terminals/t", token, {{"place", "x"}, {"active", true}}).slug(),
              "role-needed");
  }
  EXPECT_EQ(get("/api/v1/staff", sign_in("doc")).slug(), "role-needed");
}

TEST_F(ApiWorld, RolesAreThoseThatSomebodyKnowsAndInterfaceStandsAlone) {
  const auto admin = sign_in("ada");
  EXPECT_EQ(put("/api/v1/staff/new", admin, person({"physicain"})).status, 400);
  EXPECT_EQ(put("/api/v1/staff/new", admin, person({"nurse", "nurse"})).status, 400);
  EXPECT_EQ(put("/api/v1/staff/new", admin, person({"interface", "nurse"})).status, 400);
  EXPECT_EQ(put("/api/v1/staff/new", admin, person({"interface"})).status, 201);
}

TEST_F(ApiWorld, TheRosterSaysWhoCanBreakAndWhoLacksWhat) {
  const auto admin = sign_in("ada");
  ASSERT_EQ(put("/api/v1/staff/bare", admin, person({"nurse"})).status, 201);
  const auto list = get("/api/v1/staff", admin);
  ASSERT_EQ(list.status, 200);
  std::map<std::string, json::object> by_id;
  for (const auto& each : list.body.as_array())
    by_id[std::string{each.at("staff").as_string()}] = each.as_object();
  EXPECT_TRUE(by_id["doc"].at("can_break").as_bool());
  EXPECT_FALSE(by_id["ada"].at("may_break").as_bool());
  EXPECT_TRUE(by_id["bare"].at("may_break").as_bool());
  EXPECT_FALSE(by_id["bare"].at("can_break").as_bool());
  EXPECT_EQ(by_id["bare"].at("lacks").as_array().size(), 2U);
  const auto roles = get("/api/v1/roles", admin);
  for (const auto& each : roles.body.as_array()) {
    if (each.at("role").as_string() != "nurse") continue;
    EXPECT_EQ(each.at("staff").to_number<int>(), 2);
  }
}

TEST_F(ApiWorld, ARenewedFactorEndsWhatTheOldOneOpened) {
  const auto token = sign_in("doc");
  EXPECT_EQ(put("/api/v1/staff/doc/password", sign_in("ada"), {{"password", "another passphrase"}})
                .status,
            204);
  EXPECT_EQ(get("/api/v1/session", token).status, 401);
}

// Whoever takes an administrator's session over has it for as long as it lives, and nobody else's.
TEST_F(ApiWorld, WhatGivesARightTakesAFreshProofAndDeactivatingNever) {
  const auto admin = sign_in("ada");
  ASSERT_EQ(put("/api/v1/terminals/t1", admin, {{"place", "ward-a"}, {"active", true}}).status,
            200);
  clock_.pass(14min);
  EXPECT_EQ(put("/api/v1/staff/new", admin, person({"nurse"})).status, 201);
  clock_.pass(1min);
  const auto from = size();
  for (const auto& refused :
       {put("/api/v1/staff/newer", admin, person({"nurse"})),
        put("/api/v1/staff/doc", admin, person({"physician", "privacy-officer"})),
        put("/api/v1/staff/doc/password", admin, {{"password", "mine from now on"}}),
        post("/api/v1/staff/doc/totp", admin), post("/api/v1/terminals/t1/secret", admin),
        put("/api/v1/terminals/t1", admin, {{"place", "ward-b"}, {"active", true}})}) {
    EXPECT_EQ(refused.slug(), "step-up-needed") << refused.text;
    EXPECT_EQ(refused["max_age_seconds"].to_number<int>(), 900);
  }
  EXPECT_EQ(size(), from);
  EXPECT_EQ(post("/api/v1/staff/doc/sign-out", admin).status, 200);
  EXPECT_EQ(put("/api/v1/terminals/t1", admin, {{"place", "ward-a"}, {"active", false}}).status,
            200);
  EXPECT_EQ(put("/api/v1/staff/doc", admin, person({"physician", "administrator"}, false)).slug(),
            "step-up-needed")
      << "nothing is kept for when they come back";
  const json::value gone{{"name", "Name of doc"}, {"roles", {"physician"}}, {"active", false}};
  EXPECT_EQ(put("/api/v1/staff/doc", admin, gone).status, 200);
  EXPECT_EQ(put("/api/v1/staff/doc", admin, person({"physician"})).slug(), "step-up-needed");
  ASSERT_EQ(post("/api/v1/session/step-up", admin, {{"code", code_of("ada")}}).status, 200);
  EXPECT_EQ(put("/api/v1/staff/doc", admin, person({"physician"})).status, 200);
}

// The vault alone, put back from before, is no way back to a password that was replaced.
TEST_F(ApiWorld, ASecretIsTheOneThatTheLedgerNames) {
  const auto admin = sign_in("ada");
  const auto renewed = [&](const char* to) {
    return put("/api/v1/staff/doc/password", admin, {{"password", to}}).status;
  };
  ASSERT_EQ(renewed("the second passphrase"), 204);
  const auto second = state().person(StaffId{"doc"})->kept_as.at("password");
  const auto owner = "staff/doc/password/" + second;
  ASSERT_TRUE(*vault_->secret(owner, "password"));
  ASSERT_EQ(renewed("the third passphrase"), 204);
  ASSERT_TRUE(*vault_->secret(owner, "password")) << "a backup of before may name it";
  EXPECT_EQ(try_sign_in("doc", "the second passphrase", code_of("doc")).status, 401);
  EXPECT_EQ(try_sign_in("doc", "correct horse battery", code_of("doc")).status, 401)
      << "nor the first";
  clock_.pass(1min);
  EXPECT_EQ(try_sign_in("doc", "the third passphrase", code_of("doc")).status, 201);
}

// Looked at before the renewal, decided after it.
TEST_F(ApiWorld, ASignInUnderWayDoesNotOutliveTheRenewal) {
  app::SignIn command;
  command.user = "doc";
  command.person = StaffId{"doc"};
  command.origin = "192.0.2.7";
  command.password_matched = true;
  command.totp_step = identity::totp_step_at(clock_.now().wall);
  command.token_hash = "x";
  ASSERT_EQ(
      put("/api/v1/staff/doc/password", sign_in("ada"), {{"password", "the second one"}}).status,
      204);
  const auto late = app::ask(*this, command);
  ASSERT_TRUE(late.ok());
  const auto* refusal = std::get_if<app::Refusal>(&late->get());
  ASSERT_NE(refusal, nullptr);
  EXPECT_EQ(refusal->why, app::Why::sign_in_refused);
}

TEST_F(ApiWorld, ATerminalWhoseSecretWasRenewedMeanwhileIsAnUnknownPlace) {
  const auto admin = sign_in("ada");
  ASSERT_EQ(put("/api/v1/terminals/t1", admin, {{"place", "ward-a"}, {"active", true}}).status,
            200);
  ASSERT_EQ(post("/api/v1/terminals/t1/secret", admin).status, 201);
  app::SignIn command;
  command.user = "doc";
  command.person = StaffId{"doc"};
  command.origin = "terminal/t1";
  command.password_matched = true;
  command.terminal = TerminalId{"t1"};
  command.terminal_kept_as = state().terminal(TerminalId{"t1"})->kept_as;
  const auto place = [&] {
    clock_.pass(1min);
    command.totp_step = identity::totp_step_at(clock_.now().wall);
    command.token_hash = std::to_string(*command.totp_step);
    const auto done = app::ask(*this, command);
    return std::get<app::SignIn::Done>(done->get()).place.text();
  };
  EXPECT_EQ(place(), "ward-a");
  ASSERT_EQ(post("/api/v1/terminals/t1/secret", admin).status, 201);
  EXPECT_EQ(place(), "");
}

TEST_F(ApiWorld, AnOfficerSignsSomebodyOut) {
  const auto token = sign_in("doc");
  const auto glass = break_glass(token, "p-2");
  const auto out = post("/api/v1/staff/doc/sign-out", sign_in("pia"));
  EXPECT_EQ(out["sessions_ended"].to_number<int>(), 1);
  EXPECT_FALSE(state().glass(GlassId{glass})->open());
  EXPECT_EQ(post("/api/v1/staff/nobody/sign-out", sign_in("pia")).status, 404);
}

TEST_F(ApiWorld, PeopleInBadForm) {
  const auto admin = sign_in("ada");
  EXPECT_EQ(put("/api/v1/staff/a%20b", admin, person({"nurse"})).status, 400);
  EXPECT_EQ(
      put("/api/v1/staff/new", admin, {{"name", "x"}, {"roles", "nurse"}, {"active", true}}).status,
      400);
  EXPECT_EQ(put("/api/v1/staff/new", admin, {{"name", "x"}, {"roles", json::array{}}}).status, 400);
  EXPECT_EQ(put("/api/v1/staff/doc/password", admin, {{"password", "short"}}).status, 400);
  EXPECT_EQ(post("/api/v1/staff/doc/totp", admin, {{"secret", "not base32!"}}).status, 400);
  EXPECT_EQ(post("/api/v1/staff/doc/totp", admin, {{"secret", "MFRGG"}}).status, 400);
  EXPECT_EQ(put("/api/v1/terminals/t", admin, {{"place", "a/b/c"}, {"active", true}}).status, 400);
  EXPECT_EQ(post("/api/v1/terminals/unknown/secret", admin).status, 404);
}

}  // namespace
}  // namespace halligan::tests
