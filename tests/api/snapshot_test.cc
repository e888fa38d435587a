// What a snapshot keeps of a hospital in which a bit of everything happened.

#include "app/snapshot.h"
#include "api_world.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

struct PutMore {
  using Answer = bool;
  std::vector<facts::Fact> all;
};
PutMore::Answer decide(const PutMore& command, app::Context& context) {
  for (const auto& fact : command.all) context.note(fact);
  return true;
}

class Snapshots : public ApiWorld {
 protected:
  // Cases in all stages: nobody looked, justified, closed, re-opened, late.
  void cases() {
    const auto doc = sign_in("doc");
    for (const char* patient : {"p-2", "p-4", "p-5", "p-6"}) break_glass(doc, patient);
    const auto listed = get("/api/v1/cases?mine=true", doc);
    ASSERT_EQ(listed["cases"].as_array().size(), 4U) << listed.text;
    std::vector<std::string> ids;
    for (const auto& each : listed["cases"].as_array())
      ids.emplace_back(each.at("case").as_string());
    const auto officer = sign_in("pia");
    ASSERT_EQ(post("/api/v1/cases/" + ids[0] + "/justify", doc, {{"text", "mine"}}).status, 200);
    for (int i = 1; i < 3; ++i)
      ASSERT_EQ(post("/api/v1/cases/" + ids[static_cast<std::size_t>(i)] + "/close", officer,
                     {{"finding", "training"}, {"comment", "talked"}})
                    .status,
                200);
    ASSERT_EQ(post("/api/v1/cases/" + ids[2] + "/reopen", officer, {{"comment", "new"}}).status,
              200);
    clock_.pass(25h);
    ASSERT_EQ(get("/api/v1/session", doc).status, 401);
  }

  void people() {
    const auto admin = sign_in("ada");
    ASSERT_EQ(put("/api/v1/terminals/t-1", admin,
                  {{"place", "ward-3"}, {"use", "workstation"}, {"active", true}})
                  .status,
              200);
    ASSERT_EQ(post("/api/v1/policy/proposals", admin,
                   {{"text", state().policy_in_force()->text + "\n"}, {"note", "unsigned"}})
                  .status,
              201);
    ASSERT_EQ(try_sign_in("nina", "wrong", "000000").status, 401);
    const auto nina = sign_in("nina");
    ASSERT_EQ(post("/api/v1/session/lock", nina).status, 204);
    ASSERT_EQ(post("/api/v1/session/unlock", nina, {{"password", "wrong"}}).status, 401);
    ASSERT_EQ(post("/api/v1/charts/p-2/erasure", sign_in("pia"), {{"why", "court-order"}}).status,
              202);
  }

  // An open glass, made with a key; and what other systems and the gateway leave.
  void accesses() {
    records_.answers["Patient/p-7"] = {200, "{}"};
    const auto doc = sign_in("doc");
    const auto broken =
        call("POST", "/api/v1/charts/p-7/break", doc,
             json::serialize(json::object{{"reason", "clinical-access"}, {"details", details()}}),
             {{"Idempotency-Key", "k-1"}});
    ASSERT_EQ(broken.status, 201) << broken.text;
    tell("excludes", "p-1", "nina");
    tell("referral", "cardiology", "p-2", {.start = {}, .end = clock_.now().wall + 1h});
    tell("referral", "cardiology", "p-4", {.start = {}, .end = far_future, .so = false});
    facts::AccessIntended intended;
    intended.staff = StaffId{"doc"};
    intended.patient = PatientId{"p-7"};
    facts::AccessRefused refused;
    refused.staff = StaffId{"nina"};
    refused.patient = PatientId{"p-5"};
    refused.action = "read";
    refused.code = "CODE-1";
    refused.times = 1;
    const PutMore more{.all = {
                           intended,
                           refused,
                           facts::FlagSet{.staff = StaffId{"ada"},
                                          .source = {},
                                          .patient = PatientId{"p-7"},
                                          .flag = "VIP",
                                          .on = true},
                           facts::FeedBeat{.staff = StaffId{"ada"}, .source = "adt"},
                       }};
    ASSERT_TRUE(house_->perform(more, clock_.now()));
    ASSERT_TRUE(house_->commit().ok());
  }
};

TEST_F(Snapshots, KeepEverythingThatEntriesMade) {
  ASSERT_NO_FATAL_FAILURE(cases());
  ASSERT_NO_FATAL_FAILURE(people());
  ASSERT_NO_FATAL_FAILURE(accesses());
  const auto before = state().dump();
  for (const char* part :
       {"person nina", "terminal t-1", " locked 1", "glass ", " open ", " ended ", " justified ",
        " closed ", "open ", "unclosed ", "late from ", "pending ", "failures ", "made ", "code ",
        "heartbeat adt", "excludes(", "flag"})
    EXPECT_NE(before.find(part), std::string::npos) << "not rich enough: " << part;
  EXPECT_FALSE(state().folds.empty());
  EXPECT_EQ(state().erasures_wanted.size(), 1U);

  const auto kept = house_->journal().kept();
  const auto text = app::encode(kept, state());
  const auto decoded = app::decode_snapshot(text);
  ASSERT_TRUE(decoded.ok()) << decoded.fault().what;
  const auto& again = (*decoded)->state;
  EXPECT_EQ(again.dump(), before);
  EXPECT_EQ(app::encode((*decoded)->journal, again), text);
  EXPECT_EQ((*decoded)->journal.size, size());

  // What follows from it, and what the dump does not say.
  EXPECT_EQ(again.by_token, state().by_token);
  EXPECT_EQ(again.glass_of_patient, state().glass_of_patient);
  EXPECT_EQ(again.glass_of_staff, state().glass_of_staff);
  EXPECT_EQ(again.glass_in_order, state().glass_in_order);
  EXPECT_EQ(again.unclosed_of_patient, state().unclosed_of_patient);
  EXPECT_EQ(again.unclosed_of_staff, state().unclosed_of_staff);
  EXPECT_EQ(again.case_by_key, state().case_by_key);
  EXPECT_EQ(again.patients, state().patients);
  EXPECT_EQ(again.kinds, state().kinds);
  EXPECT_EQ(again.offers, state().offers);
  EXPECT_EQ(again.glass_over.size(), state().glass_over.size());
  const auto order = [](const app::State::ByTime& list) {
    std::vector<std::pair<Instant, CaseId>> out;
    for (const auto& [at, held] : list) {
      EXPECT_EQ(held->id, at.second);
      out.push_back(at);
    }
    return out;
  };
  EXPECT_EQ(order(again.cases_by_time), order(state().cases_by_time));
  EXPECT_EQ(order(again.unclosed_by_time), order(state().unclosed_by_time));
  ASSERT_NE(again.engine(), nullptr);
  for (const auto& [id, session] : again.sessions) {
    EXPECT_FALSE(session.over->load());
    EXPECT_EQ(session.out_of_sight->load(), session.locked);
  }
}

// Each member of Session, also those that a dump leaves out, comes back.
TEST_F(Snapshots, ASessionIsUsedForWhatItWasUsedFor) {
  const auto doc = sign_in("doc");
  break_glass(doc, "p-2");
  const auto decoded = app::decode_snapshot(app::encode(house_->journal().kept(), state()));
  ASSERT_TRUE(decoded.ok());
  ASSERT_FALSE(state().sessions.empty());
  for (const auto& [id, held] : state().sessions) {
    const auto* again = (*decoded)->state.session(id);
    ASSERT_NE(again, nullptr);
    EXPECT_EQ(again->used_for, held.used_for);
    EXPECT_EQ(again->idle_span, held.idle_span);
    EXPECT_EQ(again->proof_at.boot, held.proof_at.boot);
  }
}

// Whatever other systems said of people, and what was made of it.
TEST_F(Snapshots, KeepWhoElseSaysWhoPeopleAre) {
  const auto doc = sign_in("doc");
  const auto glass = break_glass(doc, "p-2");
  const auto& session = *state().session_by_token(in::token_hash(doc));
  const StaffId hr{"source.hr"};
  const auto staff = [&](const char* id) {
    facts::StaffSet fact;
    fact.staff = hr;
    fact.person = StaffId{id};
    fact.pseudonym = to_hex(dice_.roll<16>());
    fact.name = id;
    return fact;
  };
  const auto account = [&](const char* id, const char* name) {
    return facts::AccountSet{.staff = hr,
                             .person = StaffId{id},
                             .source = "hr",
                             .user_name = name,
                             .external = std::string{"e-"} + id,
                             .rest = "{}"};
  };
  facts::SessionOpened by_provider;
  by_provider.staff = StaffId{"nina"};
  by_provider.session = SessionId{"s-9"};
  by_provider.token_hash = "h-9";
  by_provider.proof_level = 2;
  by_provider.until = clock_.now().wall + 1h;
  by_provider.idle_millis = 600'000;
  by_provider.provider = "login";
  by_provider.issuer = "https://login.example";
  by_provider.subject = "sub-1";
  by_provider.provider_session = "there";
  by_provider.proof_age_millis = 60'000;
  const PutMore more{
      .all = {
          facts::ProvisionerSet{.staff = StaffId{"ada"},
                                .source = "hr",
                                .token_hash = "t",
                                .pseudonym = "p",
                                .active = true},
          staff("x.one"),
          account("x.one", "X.One"),
          account("x.one", "X.Uno"),
          staff("x.two"),
          account("x.two", "x.two"),
          facts::GroupSet{
              .staff = hr, .source = "hr", .group = "g1", .name = "ED", .external = "e"},
          facts::GroupSet{
              .staff = hr, .source = "hr", .group = "g2", .name = "ICU", .external = {}},
          facts::GroupMembers{
              .staff = hr, .group = "g1", .added = {"x.one", "x.two"}, .removed = {}},
          facts::GroupMembers{.staff = hr, .group = "g1", .added = {}, .removed = {"x.two"}},
          facts::GroupRemoved{.staff = hr, .group = "g2"},
          facts::RolesGiven{.staff = hr,
                            .person = StaffId{"x.one"},
                            .source = "hr",
                            .groups = {"ED"},
                            .roles = {"nurse"}},
          facts::AccountRemoved{.staff = hr, .person = StaffId{"x.two"}, .source = "hr"},
          facts::ProviderSeen{.source = "login", .up = false, .why = "slow"},
          facts::SourceSecretSet{.staff = StaffId{"ada"}, .source = "login", .kept_as = "k"},
          by_provider,
          facts::TokenKeyMade{.key = "kid", .jwk = "{}", .kept_as = "k2"},
          facts::TokenMade{.staff = StaffId{"doc"},
                           .patient = PatientId{"p-2"},
                           .session = session.id,
                           .glass = GlassId{glass},
                           .token = "jti-1",
                           .token_hash = "th-1",
                           .bound = "jkt:x",
                           .until = clock_.now().wall + 5min},
          facts::ReceiverSet{.staff = StaffId{"ada"},
                             .receiver = "siem",
                             .url = "https://siem.example",
                             .audience = "a",
                             .kept_as = {},
                             .active = true},
          facts::ReceiverTold{.receiver = "siem", .before = 7},
          facts::SessionEnded{
              .staff = StaffId{"nina"}, .session = SessionId{"s-gone"}, .revoked_by = {}},
          facts::Rehearsed{.staff = StaffId{"nina"},
                           .session = SessionId{"s-gone"},
                           .way = "password",
                           .factor = "totp",
                           .terminal = {},
                           .place = {}},
          facts::ActAsked{.staff = StaffId{"ada"},
                          .act = "act-1",
                          .what = "roles",
                          .person = StaffId{"nina"},
                          .text = "more",
                          .until = clock_.now().wall + 1h},
          facts::ActAgreed{
              .staff = StaffId{"pia"}, .act = "act-1", .until = clock_.now().wall + 2h},
          facts::TerminalSet{.staff = StaffId{"ada"},
                             .terminal = TerminalId{"t-c"},
                             .place = PlaceId{"ward-a"},
                             .use = {},
                             .active = true,
                             .kept_as = {},
                             .certificate = "cc"},
          facts::PasswordLocked{.person = StaffId{"nina"}, .at = "terminal/t-1", .failures = 9},
      }};
  ASSERT_TRUE(house_->perform(more, clock_.now()));
  ASSERT_TRUE(house_->commit().ok());
  const auto before = state().dump();
  for (const char* part :
       {"provisioner hr", "account x.one hr X.Uno", "group g1 hr ED", "given hr ED nurse",
        "source login 0 slow", "at https://login.example sub-1", "token key kid",
        "token th-1 jti-1", "receiver siem", "to tell ", "rehearsed password/totp",
        "act act-1 roles", " cc", "locked terminal/t-1"})
    EXPECT_NE(before.find(part), std::string::npos) << part << " in\n" << before;

  const auto decoded = app::decode_snapshot(app::encode(house_->journal().kept(), state()));
  ASSERT_TRUE(decoded.ok());
  const auto& again = (*decoded)->state;
  EXPECT_EQ(again.dump(), before);
  // What follows from it.
  EXPECT_EQ(again.account_named("hr", "x.UNO")->person.text(), "x.one");
  EXPECT_EQ(again.account_named("hr", "x.one"), nullptr);
  EXPECT_EQ(again.account(StaffId{"x.two"}), nullptr);
  EXPECT_EQ(again.groups_of(StaffId{"x.one"}), std::set<std::string>{"g1"});
  EXPECT_EQ(again.person_of_subject("https://login.example", "sub-1")->id.text(), "nina");
  EXPECT_EQ(again.terminal_by_certificate("cc")->id.text(), "t-c");
  ASSERT_NE(again.glass_token_by_id("jti-1"), nullptr);
  EXPECT_TRUE(again.stands(*again.glass_token_by_id("jti-1"), clock_.now().wall));
  const auto* held = again.session(SessionId{"s-9"});
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(held->way, "provider");
  EXPECT_EQ(held->provider_session, "there");
  EXPECT_EQ(held->proof_at.wall, held->opened_at - 60s);
  // The token is over when its glass is.
  ASSERT_EQ(post("/api/v1/glass/" + glass + "/close", doc).status, 200);
  EXPECT_FALSE(state().stands(*state().glass_token_by_id("jti-1"), clock_.now().wall));
}

TEST_F(Snapshots, WhatIsNoSnapshotIsRefused) {
  const auto text = app::encode(house_->journal().kept(), state());
  const auto refused = [](const Bytes& bytes) {
    const auto decoded = app::decode_snapshot(bytes);
    return !decoded.ok() && decoded.fault().code == FaultCode::bad_input;
  };
  ASSERT_FALSE(refused(text));
  EXPECT_TRUE(refused({}));
  auto other = text;
  ++other[18];  // another form
  EXPECT_TRUE(refused(other));
  auto longer = text;
  longer.push_back(0);
  EXPECT_TRUE(refused(longer));
  for (std::size_t cut = 0; cut < text.size(); cut += 1 + text.size() / 200)
    EXPECT_TRUE(refused({text.begin(), text.begin() + static_cast<std::ptrdiff_t>(cut)})) << cut;
}

}  // namespace
}  // namespace halligan::tests
