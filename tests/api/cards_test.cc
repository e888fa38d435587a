// Cards, colleagues who vouch, and passwords that are locked: other ways in.
#include "api_world.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;
constexpr const char* password = "correct horse battery";

class WaysIn : public ApiWorld {
 protected:
  WaysIn() {
    admin_ = sign_in("ada");
    ward_ = terminal("t-1", "ward-a");
  }

  json::object terminal(const std::string& id, const std::string& place) {
    EXPECT_EQ(put("/api/v1/terminals/" + id, admin_, {{"place", place}, {"active", true}}).status,
              200);
    return {{"id", id},
            {"secret", post("/api/v1/terminals/" + id + "/secret", admin_).str("secret")}};
  }

  struct Card {
    std::string id, code, pin;
    std::int64_t number = 0;
  };
  std::vector<Card> make(int count) {
    const auto made = post("/api/v1/drawers/nurses-desk/cards", admin_, {{"count", count}});
    EXPECT_EQ(made.status, 201) << made.text;
    std::vector<Card> out;
    for (const auto& each : made["cards"].as_array()) {
      const auto& card = each.as_object();
      out.push_back({.id = std::string{card.at("card").as_string()},
                     .code = std::string{card.at("code").as_string()},
                     .pin = std::string{card.at("pin").as_string()},
                     .number = card.at("number").to_number<std::int64_t>()});
    }
    return out;
  }
  Answer count(const std::string& token, json::array numbers) {
    return post("/api/v1/drawers/nurses-desk/count", token, {{"sealed", std::move(numbers)}});
  }
  std::vector<Card> drawer(int cards) {
    auto out = make(cards);
    json::array all;
    for (const auto& card : out) all.emplace_back(card.number);
    EXPECT_EQ(count(sign_in("pia"), all).status, 200);
    return out;
  }
  Answer use(const Card& card, const json::value& at, const std::string& pin = {}) {
    json::object body{{"code", card.code}, {"pin", pin.empty() ? card.pin : pin}};
    if (!at.is_null()) body.emplace("terminal", at);
    return post("/api/v1/sessions/card", "", body);
  }
  // Of this kind, as the privacy officer sees them.
  std::vector<json::object> cases(const std::string& kind) {
    std::vector<json::object> out;
    const auto shown = get("/api/v1/cases?limit=100", sign_in("pia"));
    for (const auto& each : shown["cases"].as_array())
      if (each.as_object().at("kind").as_string() == kind) out.push_back(each.as_object());
    return out;
  }
  std::string stage(const std::string& card) {
    const auto shown = get("/api/v1/drawers", sign_in("ada"));
    for (const auto& drawer : shown.body.as_array())
      for (const auto& each : drawer.as_object().at("cards").as_array())
        if (each.as_object().at("card").as_string() == card)
          return std::string{each.as_object().at("stage").as_string()};
    return "none";
  }
  // Fails to sign in until the password is locked; from there on with the right one.
  void guess(const std::string& who, const json::value& at = {}) {
    for (int i = 0; i < 20; ++i) {
      clock_.pass(33s);
      EXPECT_EQ(try_sign_in(who, "wrong password", "000000", at).status, 401) << i;
    }
    clock_.pass(33s);
  }
  std::string lock_of(const std::string& who) {
    const auto shown = get("/api/v1/staff", sign_in("ada"));
    for (const auto& line : shown.body.as_array())
      if (line.as_object().at("staff").as_string() == who)
        return std::string{line.as_object().at("password_lock").as_string()};
    return "nobody";
  }

  std::string admin_;
  json::object ward_;
};

TEST_F(WaysIn, A06ACardOpensOneSessionWithItsDrawersRoleAndIsAssignedAfterwards) {
  const auto cards = drawer(10);
  const auto& seven = cards[6];
  const auto before = size();
  const auto opened = use(seven, ward_);
  ASSERT_EQ(opened.status, 201) << opened.text;
  EXPECT_EQ(opened["roles"].as_array(), (json::array{"nurse"}));
  EXPECT_EQ(opened.str("place"), "ward-a");
  EXPECT_EQ(opened.str("name"), "Card 7 of nurses-desk");
  EXPECT_EQ(kinds_since(before),
            (std::vector<std::string>{"card-drawn", "card-used", "session-opened"}));
  const auto token = opened.str("token");
  EXPECT_FALSE(break_glass(token, "p-2").empty());

  EXPECT_EQ(use(seven, ward_).status, 401);  // never again
  const auto shown = get("/api/v1/drawers", sign_in("ada"));
  const auto& card = shown.body.at(0).at("cards").at(6);
  EXPECT_EQ(card.at("used_at").as_string(), to_text(state().card(CardId{seven.id})->used_at));
  EXPECT_EQ(card.at("terminal").as_string(), "t-1");
  EXPECT_EQ(stage(seven.id), "used");

  clock_.pass(4h);
  (void)get("/api/v1/session", token);
  clock_.pass(1s);
  const auto owed = cases("unassigned-card");
  ASSERT_EQ(owed.size(), 1U);
  const std::string cause{owed[0].at("cause").as_string()};
  for (const char* part : {"card 7", "Nurses' desk", "t-1", "ward-a", "1 chart"})
    EXPECT_NE(cause.find(part), std::string::npos) << part << " in " << cause;
  EXPECT_EQ(owed[0].at("rank").to_number<int>(), 80);

  const auto entries = size();
  const auto nina = sign_in("nina");
  const auto assigned = post("/api/v1/cards/" + seven.id + "/assign", nina);
  ASSERT_EQ(assigned.status, 200) << assigned.text;
  EXPECT_EQ(assigned["charts"].to_number<int>(), 1);
  EXPECT_EQ(kinds_since(entries + 1),
            (std::vector<std::string>{"card-assigned", "chart-assigned", "case-explained"}));
  EXPECT_EQ(cases("unassigned-card")[0].at("state").as_string(), "explained");
}

TEST_F(WaysIn, NobodyWhoMadeOrUsedACardClosesItsCases) {
  const auto cards = drawer(1);
  const auto opened = use(cards[0], ward_);
  ASSERT_EQ(opened.status, 201);
  (void)break_glass(opened.str("token"), "p-2");
  const auto held = cases("glass");
  ASSERT_EQ(held.size(), 1U);
  const auto path = "/api/v1/cases/" + std::string{held[0].at("case").as_string()} + "/close";
  const json::object finding{{"finding", "appropriate"}, {"comment", "looked at"}};
  EXPECT_EQ(post(path, sign_in("pia"), finding).slug(), "conflict");  // who was it?
  // While it is open it may open more charts, which would not say who it was.
  EXPECT_EQ(
      post("/api/v1/cards/" + cards[0].id + "/assign", sign_in("pia"), {{"staff", "pia"}}).status,
      409);
  ASSERT_EQ(call("DELETE", "/api/v1/session", opened.str("token")).status, 204);
  ASSERT_EQ(
      post("/api/v1/cards/" + cards[0].id + "/assign", sign_in("pia"), {{"staff", "pia"}}).status,
      200);
  EXPECT_EQ(post(path, sign_in("pia"), finding).slug(), "same-person");
}

TEST_F(WaysIn, ACardIsInertUntilSomebodyElseThanItsMakerCountedIt) {
  const auto cards = make(2);
  EXPECT_EQ(use(cards[0], ward_).status, 401);
  EXPECT_EQ(stage(cards[0].id), "made");
  EXPECT_EQ(count(admin_, {1, 2}).slug(), "same-person");
  ASSERT_EQ(count(sign_in("pia"), {1, 2}).status, 200);
  EXPECT_EQ(use(cards[0], ward_).status, 201);
}

TEST_F(WaysIn, ACardIsTakenAtTheTerminalsOfItsPlacesAlone) {
  const auto cards = drawer(1);
  EXPECT_EQ(use(cards[0], {}).status, 401);
  EXPECT_EQ(use(cards[0], terminal("t-9", "laundry")).status, 401);
  json::object forged = ward_;
  forged["secret"] = "another";
  EXPECT_EQ(use(cards[0], forged).status, 401);
  EXPECT_EQ(stage(cards[0].id),
            "drawn");  // its seal is broken all the same, and it is written down
  EXPECT_EQ(use(cards[0], ward_).status, 201);
}

TEST_F(WaysIn, B03ANewPolicyThatLendsNothingEndsWhatWasLent) {
  const auto token = use(drawer(1)[0], ward_).str("token");
  (void)break_glass(token, "p-2");
  auto text = state().policy_in_force()->text;
  const std::string name = "\"nurses-desk\"";
  text.replace(text.find(name), name.size(), "\"another-desk\"");
  const auto proposed = post("/api/v1/policy/proposals", sign_in("ada"),
                             {{"text", text}, {"note", "another drawer"}});
  ASSERT_EQ(proposed.status, 201) << proposed.text;
  const auto before = size();
  ASSERT_EQ(
      post("/api/v1/policy/proposals/" + proposed.str("version") + "/sign", sign_in("pia")).status,
      200);
  EXPECT_EQ(get("/api/v1/session", token).status, 401);
  const auto kinds = kinds_since(before);
  EXPECT_NE(std::ranges::find(kinds, "glass-ended"), kinds.end());
}

TEST_F(WaysIn, ACardWhoseSealWasBrokenForNothingIsMissedAtTheNextCount) {
  const auto cards = drawer(2);
  EXPECT_EQ(use(cards[0], {}).status, 401);
  clock_.pass(16min);
  const auto counted = count(sign_in("nina"), {2});
  ASSERT_EQ(counted.status, 200) << counted.text;
  EXPECT_EQ(json::serialize(counted["missing"]), "[1]");
  EXPECT_EQ(use(cards[0], ward_).status, 401);
  EXPECT_EQ(cases("lost-card").size(), 1U);
}

TEST_F(WaysIn, AfterFiveWrongPinsACardIsGoodForNothingAndACase) {
  const auto cards = drawer(1);
  const auto wrong = cards[0].pin == "000000" ? "000001" : "000000";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(use(cards[0], ward_, wrong).status, 401);
  clock_.pass(40s);
  EXPECT_EQ(use(cards[0], ward_).status, 401);
  EXPECT_EQ(stage(cards[0].id), "wrong-pins");
  EXPECT_EQ(cases("lost-card").size(), 1U);
}

TEST_F(WaysIn, WhatIsMissingAtACountIsGoodForNothingAndACase) {
  const auto cards = drawer(3);
  const auto counted = count(sign_in("nina"), {1, 3});
  ASSERT_EQ(counted.status, 200) << counted.text;
  EXPECT_EQ(counted["missing"].as_array(), (json::array{2}));
  EXPECT_EQ(use(cards[1], ward_).status, 401);
  EXPECT_EQ(cases("lost-card").size(), 1U);
  EXPECT_EQ(count(sign_in("nina"), {1, 3, 4}).status, 400);
  EXPECT_EQ(count(sign_in("nina"), {1, 1}).status, 400);
  EXPECT_EQ(count(sign_in("doc"), {1, 3}).status, 403);
}

TEST_F(WaysIn, NeitherCodeNorPinIsInTheLedgerOrInAnyAnswerAfterTheFirst) {
  const auto cards = drawer(1);
  const auto shown = get("/api/v1/drawers", sign_in("ada")).text;
  const auto dump = state().dump();
  std::string bare = cards[0].code;
  std::erase(bare, '-');
  for (const auto& text : {shown, dump})
    for (const auto& secret : {cards[0].code, bare, bare.substr(4), cards[0].pin})
      EXPECT_EQ(text.find(secret), std::string::npos);
}

TEST_F(WaysIn, ASessionByCardIsNobodyElsesSession) {
  const auto token = use(drawer(1)[0], ward_).str("token");
  EXPECT_EQ(get("/api/v1/staff", token).status, 403);
  EXPECT_EQ(post("/api/v1/session/passkeys/challenge", token).slug(), "role-needed");
  EXPECT_EQ(put("/api/v1/staff/card.XXXX", admin_,
                {{"name", "x"}, {"roles", {"nurse"}}, {"active", true}})
                .status,
            400);
  const auto speaker = get("/api/v1/session", token).str("staff");
  EXPECT_EQ(put("/api/v1/staff/" + speaker + "/password", admin_, {{"password", password}}).status,
            404);
  EXPECT_EQ(get("/api/v1/staff", admin_).text.find(speaker), std::string::npos);
}

TEST_F(WaysIn, AScreenLockedInASessionByCardOpensWithItsPin) {
  const auto cards = drawer(1);
  const auto token = use(cards[0], ward_).str("token");
  ASSERT_EQ(post("/api/v1/session/lock", token).status, 204);
  EXPECT_EQ(post("/api/v1/session/unlock", token, {{"password", "wrong pin"}}).status, 401);
  EXPECT_EQ(post("/api/v1/session/unlock", token, {{"password", cards[0].pin}}).status, 204);
  clock_.pass(6min);
  EXPECT_EQ(post("/api/v1/session/step-up", token, {{"code", cards[0].pin}}).status, 200);
}

TEST_F(WaysIn, AColleagueAtTheSamePlaceVouchesByTheNumber) {
  const auto other = terminal("t-2", "ward-a");
  const auto asked = post("/api/v1/sessions/vouched", "", {{"user", "doc"}, {"terminal", ward_}});
  ASSERT_EQ(asked.status, 201) << asked.text;
  EXPECT_EQ(get("/api/v1/session", asked.str("token")).status, 401);
  const auto nina = try_sign_in("nina", password, code_of("nina"), other).str("token");
  const auto waiting = get("/api/v1/vouches", nina);
  ASSERT_EQ(waiting.body.as_array().size(), 1U) << waiting.text;
  const auto path = "/api/v1/vouches/" +
                    std::string{waiting.body.as_array()[0].as_object().at("vouch").as_string()};
  EXPECT_EQ(waiting.text.find("number"), std::string::npos);
  const auto done = post(path, nina, {{"number", asked["number"]}});
  ASSERT_EQ(done.status, 200) << done.text;
  const auto session = get("/api/v1/session", asked.str("token"));
  ASSERT_EQ(session.status, 200);
  EXPECT_EQ(session.str("staff"), "doc");
  EXPECT_FALSE(break_glass(asked.str("token"), "p-2").empty());
  const auto held = cases("vouched");
  ASSERT_EQ(held.size(), 1U);
  EXPECT_NE(std::string{held[0].at("cause").as_string()}.find("nina"), std::string::npos);
  EXPECT_EQ(post(path, nina, {{"number", asked["number"]}}).status, 404);  // once
}

TEST_F(WaysIn, AWrongNumberEndsTheAsking) {
  const auto other = terminal("t-2", "ward-a");
  const auto asked = post("/api/v1/sessions/vouched", "", {{"user", "doc"}, {"terminal", ward_}});
  const auto nina = try_sign_in("nina", password, code_of("nina"), other).str("token");
  const auto right = asked["number"].to_number<int>();
  const auto path = "/api/v1/vouches/" + asked.str("vouch");
  EXPECT_EQ(post(path, nina, {{"number", right == 10 ? 11 : 10}}).status, 409);
  EXPECT_EQ(post(path, nina, {{"number", right}}).status, 404);
  EXPECT_EQ(get("/api/v1/session", asked.str("token")).status, 401);
}

TEST_F(WaysIn, NobodyVouchesFromElsewhereForThemselfWithAnOldProofOrTooOften) {
  const auto other = terminal("t-2", "ward-a");
  const auto ask = [&] {
    return post("/api/v1/sessions/vouched", "", {{"user", "doc"}, {"terminal", ward_}});
  };
  EXPECT_EQ(post("/api/v1/sessions/vouched", "", {{"user", "doc"}}).status, 403);
  const auto away =
      try_sign_in("nina", password, code_of("nina"), terminal("t-3", "ward-b")).str("token");
  auto asked = ask();
  EXPECT_EQ(get("/api/v1/vouches", away).body.as_array().size(), 0U);
  EXPECT_EQ(
      post("/api/v1/vouches/" + asked.str("vouch"), away, {{"number", asked["number"]}}).status,
      404);
  const auto same = try_sign_in("nina", password, code_of("nina"), ward_).str("token");
  EXPECT_EQ(
      post("/api/v1/vouches/" + asked.str("vouch"), same, {{"number", asked["number"]}}).slug(),
      "same-person");
  const auto self = try_sign_in("doc", password, code_of("doc"), other).str("token");
  EXPECT_EQ(
      post("/api/v1/vouches/" + asked.str("vouch"), self, {{"number", asked["number"]}}).slug(),
      "same-person");
  const auto nina = try_sign_in("nina", password, code_of("nina"), other).str("token");
  clock_.pass(6min);
  asked = ask();
  EXPECT_EQ(
      post("/api/v1/vouches/" + asked.str("vouch"), nina, {{"number", asked["number"]}}).slug(),
      "step-up-needed");
  ASSERT_EQ(post("/api/v1/session/step-up", nina, {{"code", code_of("nina")}}).status, 200);
  for (int i = 0; i < 3; ++i) {
    asked = ask();
    ASSERT_EQ(
        post("/api/v1/vouches/" + asked.str("vouch"), nina, {{"number", asked["number"]}}).status,
        200);
  }
  asked = ask();
  EXPECT_EQ(
      post("/api/v1/vouches/" + asked.str("vouch"), nina, {{"number", asked["number"]}}).slug(),
      "conflict");
  // Of a name that is nobody's the answer has the same form.
  const auto nobody =
      post("/api/v1/sessions/vouched", "", {{"user", "no.body"}, {"terminal", ward_}});
  EXPECT_EQ(nobody.status, 201);
  EXPECT_EQ(
      post("/api/v1/vouches/" + nobody.str("vouch"), nina, {{"number", nobody["number"]}}).status,
      404);
}

TEST_F(WaysIn, WhoIsVouchedForHasTheLentRolesAlone) {
  enrol("olu", {"nurse", "privacy-officer"});
  const auto other = terminal("t-2", "ward-a");
  const auto asked = post("/api/v1/sessions/vouched", "", {{"user", "olu"}, {"terminal", ward_}});
  const auto nina = try_sign_in("nina", password, code_of("nina"), other).str("token");
  ASSERT_EQ(
      post("/api/v1/vouches/" + asked.str("vouch"), nina, {{"number", asked["number"]}}).status,
      200);
  const auto token = asked.str("token");
  EXPECT_EQ(json::serialize(get("/api/v1/session", token)["roles"]), R"(["nurse"])");
  EXPECT_EQ(get("/api/v1/staff", token).status, 403);
  EXPECT_EQ(get("/api/v1/vouches", token).status, 403);  // and vouches for nobody
}

TEST_F(WaysIn, A09GuessingLocksThePasswordAndNotThePerson) {
  const auto cards = drawer(1);
  const auto other = terminal("t-2", "ward-a");
  guess("doc");
  EXPECT_EQ(lock_of("doc"), "elsewhere");
  const auto right = try_sign_in("doc", password, code_of("doc"));
  clock_.pass(33s);
  const auto wrong = try_sign_in("doc", "wrong password", "000000");
  EXPECT_EQ(right.status, 401);
  EXPECT_EQ(right.str("detail"), wrong.str("detail"));
  clock_.pass(33s);
  // Nobody far away keeps the person from the ward's terminal.
  EXPECT_EQ(try_sign_in("doc", password, code_of("doc"), ward_).status, 201);
  guess("doc", ward_);
  EXPECT_EQ(try_sign_in("doc", password, code_of("doc"), ward_).status, 401);
  clock_.pass(33s);
  // Each place is locked by itself: whoever guesses at one screen shuts no other.
  EXPECT_EQ(try_sign_in("doc", password, code_of("doc"), other).status, 201);

  const auto by_card = use(cards[0], ward_);
  ASSERT_EQ(by_card.status, 201) << by_card.text;
  EXPECT_FALSE(break_glass(by_card.str("token"), "p-2").empty());
  ASSERT_EQ(call("DELETE", "/api/v1/session", by_card.str("token")).status, 204);
  ASSERT_EQ(
      post("/api/v1/cards/" + cards[0].id + "/assign", sign_in("pia"), {{"staff", "doc"}}).status,
      200);
  const auto asked = post("/api/v1/sessions/vouched", "", {{"user", "doc"}, {"terminal", ward_}});
  const auto nina = try_sign_in("nina", password, code_of("nina"), other).str("token");
  ASSERT_EQ(
      post("/api/v1/vouches/" + asked.str("vouch"), nina, {{"number", asked["number"]}}).status,
      200);
  EXPECT_FALSE(break_glass(asked.str("token"), "p-3").empty());

  const auto held = cases("lock-out-passed");
  ASSERT_EQ(held.size(), 2U);
  for (const auto& each : held) EXPECT_EQ(each.at("rank").to_number<int>(), 90);
  EXPECT_EQ(lock_of("doc"), "elsewhere");  // the lock stays
  ASSERT_EQ(post("/api/v1/staff/doc/unlock", sign_in("ada")).status, 204);
  EXPECT_EQ(lock_of("doc"), "no");
  EXPECT_EQ(try_sign_in("doc", password, code_of("doc"), ward_).status, 201);
}

// A card is nobody, and so never a second person: what it says would open charts to others.
TEST_F(WaysIn, WhatIsLentRecordsAndConfirmsNothing) {
  const auto cards = drawer(1);
  const auto token = use(cards[0], ward_).str("token");
  records_.answers["Patient/p-3"] = {200, "{}"};
  EXPECT_EQ(post("/api/v1/charts/p-3/referrals", token, {{"team", "cardiology"}}).slug(),
            "role-needed");
  EXPECT_EQ(post("/api/v1/relations/confirm", token,
                 {{"relation", "referral"}, {"from", "team/cardiology"}, {"to", "patient/p-1"}})
                .slug(),
            "role-needed");
  EXPECT_EQ(post("/api/v1/facts", token,
                 {{"facts", json::array{json::object{
                                {"relation", "referral"}, {"from", "cardiology"}, {"to", "p-3"}}}}})
                .slug(),
            "role-needed");
}

TEST_F(WaysIn, WhoeverMadeACardDoesNotCountItThroughSomebodyTheyEnrolled) {
  const auto cards = make(1);
  enrol("pup", {"nurse"});  // by ada, who made it
  EXPECT_EQ(post("/api/v1/drawers/nurses-desk/count", sign_in("pup"),
                 {{"sealed", json::array{cards[0].number}}})
                .slug(),
            "same-person");
}

TEST_F(WaysIn, AVouchedSessionEndsWithTheColleagueWhoLentIt) {
  const auto other = terminal("t-2", "ward-a");
  const auto asked = post("/api/v1/sessions/vouched", "", {{"user", "doc"}, {"terminal", ward_}});
  const auto nina = try_sign_in("nina", password, code_of("nina"), other).str("token");
  ASSERT_EQ(
      post("/api/v1/vouches/" + asked.str("vouch"), nina, {{"number", asked["number"]}}).status,
      200);
  EXPECT_EQ(get("/api/v1/session", asked.str("token")).status, 200);
  ASSERT_EQ(call("PATCH", "/api/v1/staff/nina", sign_in("ada"), R"({"active":false})").status, 200);
  EXPECT_EQ(get("/api/v1/session", asked.str("token")).status, 401);
}

TEST_F(WaysIn, AskingForANameThatIsNobodysIsCountedAsForOneThatIs) {
  for (const char* user : {"doc", "no.body"}) {
    const auto at = terminal(std::string{"t-"} + user, "ward-a");
    int accepted = 0;
    for (int i = 0; i < 12; ++i)
      if (post("/api/v1/sessions/vouched", "", {{"user", user}, {"terminal", at}}).status == 201)
        ++accepted;
    EXPECT_EQ(accepted, 10) << user;
  }
}

// Somebody at a ward's screen who fails for everybody waits, too, in the end.
TEST_F(WaysIn, AtATerminalStrangersAreCountedTogether) {
  int refused = 0;
  for (int i = 0; i < 130; ++i)
    if (try_sign_in("name-" + std::to_string(i), "wrong password", "000000", ward_).status == 401)
      ++refused;
  EXPECT_LE(refused, 110);
}

TEST_F(WaysIn, NobodyLocksTheLastAdministratorOut) {
  const auto here = peer_;
  (void)sign_in("ada");  // known there
  const auto guessed_elsewhere = [&] {
    peer_ = "198.51.100.9";
    guess("ada");
    peer_ = here;
    return lock_of("ada");
  };
  EXPECT_EQ(guessed_elsewhere(), "no");
  enrol("abe", {"administrator"});
  EXPECT_EQ(guessed_elsewhere(), "elsewhere");
}

TEST_F(WaysIn, ABrowserThatWasMadeATerminalStandsAtItsPlace) {
  tls_ = true;
  const auto made = [&](const std::string& secret) {
    return post("/api/v1/terminal", "", {{"terminal", "t-1"}, {"secret", secret}});
  };
  EXPECT_EQ(made("another").status, 401);
  const auto answer = made(std::string{ward_.at("secret").as_string()});
  ASSERT_EQ(answer.status, 200) << answer.text;
  const auto set = answer.header("Set-Cookie");
  EXPECT_NE(set.find("HttpOnly"), std::string::npos);
  const auto cookie = set.substr(0, set.find(';'));
  const auto shown = call("GET", "/api/v1/terminal", "", {}, {{"Cookie", cookie}});
  EXPECT_EQ(shown.str("place"), "ward-a");
  const json::object body{
      {"user", "doc"}, {"password", password}, {"code", code_of("doc")}, {"cookie", true}};
  const auto opened =
      call("POST", "/api/v1/sessions", "", json::serialize(body), {{"Cookie", cookie}});
  EXPECT_EQ(opened.str("terminal"), "t-1");
  (void)post("/api/v1/terminals/t-1/secret", admin_);  // renewed: it is none any more
  EXPECT_TRUE(call("GET", "/api/v1/terminal", "", {}, {{"Cookie", cookie}})["place"].is_null());
}

TEST_F(WaysIn, ABrowserThatItsPersonSignedInWithIsNoStrangersPlace) {
  tls_ = true;
  const auto sign_in_here = [&](const std::string& who, const std::string& given,
                                const std::string& cookie) {
    const json::object body{
        {"user", who}, {"password", given}, {"code", code_of(who)}, {"cookie", true}};
    return call("POST", "/api/v1/sessions", "", json::serialize(body), {{"Cookie", cookie}});
  };
  const auto first = sign_in_here("doc", password, "");
  ASSERT_EQ(first.status, 201) << first.text;
  std::string device;
  for (const auto& header : first.headers)
    if (header.value.starts_with("__Host-halligan-device="))
      device = header.value.substr(0, header.value.find(';'));
  ASSERT_FALSE(device.empty());
  peer_ = "198.51.100.1";  // where somebody else fails for the same name
  guess("doc");
  EXPECT_EQ(lock_of("doc"), "elsewhere");
  EXPECT_EQ(sign_in_here("doc", password, "").status, 401);
  clock_.pass(33s);
  EXPECT_EQ(sign_in_here("doc", password, device).status, 201);
  // It is good for the person whose it is, as it was made.
  guess("nina");
  EXPECT_EQ(sign_in_here("nina", password, device).status, 401);
  clock_.pass(33s);
  device.back() = device.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(sign_in_here("doc", password, device).status, 401);
}

TEST_F(WaysIn, B08AnAccountThatNobodyUsedFor400DaysStillHasItsWaysIn) {
  EXPECT_EQ(try_sign_in("doc", password, code_of("doc"), ward_).status, 201);
  const auto cards = drawer(1);
  clock_.pass(400 * 24h);
  const auto again = try_sign_in("doc", password, code_of("doc"), ward_);
  ASSERT_EQ(again.status, 201) << again.text;
  EXPECT_FALSE(break_glass(again.str("token"), "p-2").empty());
  EXPECT_EQ(use(cards[0], ward_).status, 201);
}

TEST_F(WaysIn, B05TheRosterSaysByWhichWaysAndWhenLast) {
  (void)sign_in("doc");
  const auto shown = get("/api/v1/staff", sign_in("ada"));
  for (const auto& line : shown.body.as_array()) {
    if (line.as_object().at("staff").as_string() != "doc") continue;
    const auto& ways = line.as_object().at("ways").as_array();
    ASSERT_EQ(ways.size(), 2U);
    EXPECT_EQ(ways[0].as_object().at("way").as_string(), "password");
    EXPECT_FALSE(ways[0].as_object().at("last").is_null());
    EXPECT_EQ(ways[1].as_object().at("way").as_string(), "vouched");
    EXPECT_TRUE(ways[1].as_object().at("last").is_null());
  }
}

}  // namespace
}  // namespace halligan::tests
