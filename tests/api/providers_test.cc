// providers_test.cc - signing in by an OpenID provider and by a directory: who comes in, who does
// not, what a provider that is slow, wrong or hostile gets; B01, B03, B08.
#include "api_world.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

const std::string named = R"(
[[provider]]
name = "login"
label = "Hospital sign-in"
issuer = "https://login.example"
client = "halligan"
person = "preferred_username"
groups = "groups"
ask = "mfa"
second_factor = ["mfa"]
security_key = ["hwk"]

[[directory]]
name = "ldap"
url = "ldaps://ldap.example"
bind = "cn=halligan"
people = "ou=people"

[[group]]
from = "login"
name = "Heart team"
roles = ["physician"]

[[group]]
from = "ldap"
name = "Ward A"
roles = ["nurse"]
)";

std::string cookie_of(const Answer& answer, const std::string& name) {
  for (const auto& each : answer.headers)
    if (in::http::same_name(each.name, "Set-Cookie") && each.value.starts_with(name + "="))
      return each.value.substr(0, each.value.find(';'));
  return {};
}

class Providers : public ApiWorld {
 protected:
  Providers() {
    tls_ = true;
    add_to_policy(named);
    provider_.claims = {{"sub", "subject-1"},
                        {"preferred_username", "doc"},
                        {"acr", "mfa"},
                        {"amr", json::array{"pwd", "otp"}},
                        {"sid", "there-1"}};
    provider_.claims["auth_time"] = 0;
    fresh_ = true;
    provider_.alter = [this](json::object& said) {
      if (fresh_) said["auth_time"] = said["iat"];
      if (change_) change_(said);
    };
  }
  struct Way {
    std::string url;
    std::string cookie;
    std::string part(const std::string& name) const {
      const auto at = url.find(name + "=") + name.size() + 1;
      return url.substr(at, url.find('&', at) - at);
    }
  };
  Way set_out(const json::object& more = {}, const std::string& token = "") {
    auto body = more;
    const auto answer = post("/api/v1/providers/login/sign-in", token, body);
    EXPECT_EQ(answer.status, 201) << answer.text;
    if (answer.status != 201) return {};
    return {.url = answer.str("url"), .cookie = cookie_of(answer, "__Host-halligan-provider")};
  }
  Answer come_back(const Way& way, const std::string& more = "") {
    provider_.nonce = way.part("nonce");
    return call("GET", "/api/v1/providers/login/callback?code=c&state=" + way.part("state") + more,
                "", "", {{"Cookie", way.cookie}});
  }
  Answer sign_in_there() { return come_back(set_out()); }
  // What the console is told; empty: they are in.
  static std::string wrong(const Answer& answer) {
    EXPECT_EQ(answer.status, 303) << answer.text;
    const auto to = answer.header("Location");
    const auto at = to.find("provider=");
    EXPECT_EQ(cookie_of(answer, "__Host-halligan").empty(), at != std::string::npos) << to;
    return at == std::string::npos ? "" : to.substr(at + 9);
  }
  Answer as(const Answer& signed_in, const std::string& path) {
    return call(
        "GET", path, "", "",
        {{"Cookie", cookie_of(signed_in, "__Host-halligan")}, {"Sec-Fetch-Site", "same-origin"}});
  }
  std::string changed(std::function<void(json::object&)> how) {
    change_ = std::move(how);
    auto out = wrong(sign_in_there());
    change_ = nullptr;
    return out;
  }
  Answer logout(const std::string& token) {
    return call("POST", "/api/v1/providers/login/logout", "", "logout_token=" + token,
                {{"Content-Type", "application/x-www-form-urlencoded"}});
  }
  json::object logout_claims(const json::object& more) {
    const auto now =
        std::chrono::floor<std::chrono::seconds>(clock_.now().wall).time_since_epoch().count();
    json::object out{
        {"iss", provider_.issuer},
        {"aud", "halligan"},
        {"iat", now},
        {"exp", now + 120},
        {"jti", "j-" + std::to_string(++jti_)},
        {"events", {{"http://schemas.openid.net/event/backchannel-logout", json::object{}}}}};
    for (const auto& each : more) out[each.key()] = each.value();
    return out;
  }
  void put_in_force(const std::string& policy) {
    const auto proposed =
        post("/api/v1/policy/proposals", sign_in("ada"), {{"text", policy}, {"note", "another"}});
    ASSERT_EQ(proposed.status, 201) << proposed.text;
    const auto path = "/api/v1/policy/proposals/" + proposed.str("version") + "/sign";
    ASSERT_LT(post(path, sign_in("pia")).status, 300);
  }
  std::vector<std::string> roles_of(const std::string& who) {
    return state().person(StaffId{who})->roles;
  }

  bool fresh_ = true;
  std::function<void(json::object&)> change_;
  int jti_ = 0;
};

TEST_F(Providers, B01SomebodyComesInByTheProviderWithItsTwoFactors) {
  const auto way = set_out();
  for (const char* part : {"response_type=code", "client_id=halligan", "code_challenge_method=S256",
                           "scope=openid", "acr_values=mfa",
                           "redirect_uri=https%3A%2F%2Frecords.example%2Fapi%2Fv1%2Fproviders%2F"
                           "login%2Fcallback"})
    EXPECT_NE(way.url.find(part), std::string::npos) << part << " in " << way.url;
  EXPECT_EQ(way.url.find("max_age"), std::string::npos);
  const auto back = come_back(way);
  ASSERT_EQ(wrong(back), "");
  EXPECT_EQ(back.header("Location"), "/console/");
  // Whoever has the code has nothing without the verifier, whose hash the provider was told.
  const auto at = provider_.last_form.find("code_verifier=") + 14;
  EXPECT_EQ(to_base64url(crypto::sha256(view(provider_.last_form.substr(at, 43)))),
            way.part("code_challenge"));
  const auto session = as(back, "/api/v1/session");
  ASSERT_EQ(session.status, 200) << session.text;
  EXPECT_EQ(session.str("staff"), "doc");
  EXPECT_EQ(state().person(StaffId{"doc"})->subjects.at(provider_.issuer), "subject-1");
}

TEST_F(Providers, B01OneFactorThereIsNotEnoughAndAKeyIsLevelThree) {
  EXPECT_EQ(changed([](json::object& said) {
              said["acr"] = "0";
              said["amr"] = json::array{"pwd"};
            }),
            "one-factor");
  EXPECT_EQ(changed([](json::object& said) { said["amr"] = json::array{"hwk"}; }), "");
  bool three = false;
  for (const auto& [id, session] : state().sessions) three = three || session.proof_level == 3;
  EXPECT_TRUE(three);
}

TEST_F(Providers, EachTokenThatIsNotRightIsRefused) {
  EXPECT_EQ(changed([](json::object& said) { said["aud"] = "another"; }), "refused");
  EXPECT_EQ(changed([](json::object& said) { said["iss"] = "https://other.example"; }), "refused");
  EXPECT_EQ(changed([](json::object& said) { said["nonce"] = "of another"; }), "refused");
  EXPECT_EQ(changed([](json::object& said) { said.erase("nonce"); }), "refused");
  EXPECT_EQ(changed([](json::object& said) { said["exp"] = said["iat"].as_int64() - 3'600; }),
            "refused");
  EXPECT_EQ(changed([](json::object& said) { said["iat"] = said["iat"].as_int64() + 3'600; }),
            "refused");
  provider_.typ = "at+jwt";
  EXPECT_EQ(wrong(sign_in_there()), "refused") << "an access token is no ID token";
  provider_.typ = "logout+jwt";
  EXPECT_EQ(wrong(sign_in_there()), "refused");
  provider_.typ = "JWT";
  const json::object claims{{"iss", provider_.issuer}, {"aud", "halligan"}, {"sub", "subject-1"}};
  provider_.token = provider_.sign_by_another(claims);
  EXPECT_EQ(wrong(sign_in_there()), "refused") << "another key";
  provider_.token = to_base64url(view(R"({"alg":"none"})")) + "." +
                    to_base64url(view(json::serialize(claims))) + ".";
  EXPECT_EQ(wrong(sign_in_there()), "refused") << "no signature";
  provider_.token.reset();
  EXPECT_EQ(wrong(sign_in_there()), "");
}

TEST_F(Providers, TheWayBackIsForTheBrowserThatSetOut) {
  const auto way = set_out();
  auto other = way;
  other.cookie = set_out().cookie;
  EXPECT_EQ(wrong(come_back(other)), "expired") << "another browser's cookie";
  other = way;
  other.cookie.clear();
  EXPECT_EQ(wrong(come_back(other)), "expired");
  other = way;
  other.cookie.back() = other.cookie.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(wrong(come_back(other)), "expired") << "a cookie that was altered";
  provider_.nonce = way.part("nonce");
  EXPECT_EQ(wrong(call("GET", "/api/v1/providers/login/callback?code=c&state=x", "", "",
                       {{"Cookie", way.cookie}})),
            "expired");
  EXPECT_EQ(wrong(come_back(way, "&iss=https%3A%2F%2Fother.example")), "refused");  // RFC 9207
  EXPECT_EQ(wrong(come_back(way, "&error=access_denied")), "refused");
  clock_.pass(11min);
  EXPECT_EQ(wrong(come_back(way)), "expired");
  EXPECT_EQ(wrong(sign_in_there()), "");
  // It ends in the console and nowhere else.
  for (const char* bad : {"https://evil.example/", "//evil.example", "/console/../x", "/api/v1/x",
                          "/console//evil.example", "/console/\\evil"})
    EXPECT_EQ(post("/api/v1/providers/login/sign-in", "", {{"then", bad}}).status, 400) << bad;
}

TEST_F(Providers, WhatIsWrongWithUsIsNotSaidOfWhoComes) {
  provider_.refuses_client = true;
  EXPECT_EQ(wrong(sign_in_there()), "client");
  provider_.refuses_client = false;
  EXPECT_EQ(changed([](json::object& said) { said.erase("preferred_username"); }), "no-claim");
  EXPECT_EQ(wrong(sign_in_there()), "");
}

TEST_F(Providers, OneWayThereIsOneWayBack) {
  const auto way = set_out();
  provider_.refuses_codes = true;
  EXPECT_EQ(wrong(come_back(way)), "refused");
  const auto before = provider_.asked.size();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(wrong(come_back(way)), "expired") << "a code after a code";
  EXPECT_EQ(provider_.asked.size(), before);
  provider_.refuses_codes = false;
  EXPECT_EQ(wrong(sign_in_there()), "");
}

TEST_F(Providers, AStrangersCodeTakesTheProviderFromNobody) {
  add_to_policy("[sign_in]\nown = \"when-down\"\n");
  EXPECT_EQ(wrong(sign_in_there()), "");
  const auto way = set_out();
  // The provider falls over this very code: it says nothing of whether it answers others.
  provider_.fault = Fault{FaultCode::upstream_nonsense, "500"};
  EXPECT_EQ(wrong(come_back(way)), "down");
  provider_.fault.reset();
  EXPECT_EQ(get("/api/v1/providers", "").body.at(0).at("up").as_bool(), true);
  EXPECT_EQ(try_sign_in("doc", "correct horse battery", code_of("doc")).status, 401);
}

TEST_F(Providers, WhatItCallsSomebodyIsBoundToItsIssuer) {
  EXPECT_EQ(wrong(sign_in_there()), "");
  // The same name in the policy, another issuer behind it: its subject-1 is somebody else.
  auto text = state().policy_in_force()->text;
  const std::string old = "https://login.example";
  provider_.issuer = "https://other.example";
  text.replace(text.find(old), old.size(), provider_.issuer);
  change_policy(text);
  clock_.pass(31s);
  EXPECT_EQ(changed([](json::object& said) { said["preferred_username"] = "nina"; }), "");
  EXPECT_EQ(state().person(StaffId{"nina"})->subjects.at(provider_.issuer), "subject-1");
  EXPECT_EQ(state().person(StaffId{"doc"})->subjects.at(old), "subject-1");
}

TEST_F(Providers, AKeyThatWasChangedIsFetchedAndOneThatIsUnknownIsNotFetchedForEver) {
  EXPECT_EQ(wrong(sign_in_there()), "");
  provider_.rotate();
  clock_.pass(11s);
  EXPECT_EQ(wrong(sign_in_there()), "") << "the new key is asked for";
  const auto count = [&] {
    return std::ranges::count(provider_.asked, provider_.issuer + "/jwks");
  };
  const auto before = count();
  provider_.token = provider_.sign_by_another({{"sub", "x"}});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(wrong(sign_in_there()), "refused");
  EXPECT_LE(count() - before, 1);
}

TEST_F(Providers, NobodyElseComesInUnderAName) {
  EXPECT_EQ(changed([](json::object& said) { said["preferred_username"] = "no.body"; }), "nobody");
  EXPECT_EQ(changed([](json::object& said) { said["preferred_username"] = "source.hr"; }),
            "nobody");
  EXPECT_EQ(wrong(sign_in_there()), "");
  // The name was given to another account there.
  EXPECT_EQ(changed([](json::object& said) { said["sub"] = "subject-2"; }), "nobody");
  // The same account under another name is who it was.
  EXPECT_EQ(changed([](json::object& said) { said["preferred_username"] = "nina"; }), "");
  for (const auto& [id, session] : state().sessions)
    EXPECT_TRUE(session.subject.empty() || session.staff.text() == "doc");
  const auto ada = sign_in("ada");
  ASSERT_EQ(call("DELETE", "/api/v1/staff/doc/providers/login", ada).status, 200);
  EXPECT_EQ(changed([](json::object& said) { said["sub"] = "subject-2"; }), "");
  ASSERT_EQ(call("PATCH", "/api/v1/staff/doc", ada, R"({"active":false})").status, 200);
  EXPECT_EQ(changed([](json::object& said) { said["sub"] = "subject-2"; }), "nobody");
}

TEST_F(Providers, GroupsThereGiveTheRolesOfThePolicyAndTakeThem) {
  enrol("gus", {});
  const auto in_groups = [&](json::array groups) {
    return changed([groups](json::object& said) {
      said["sub"] = "subject-gus";
      said["preferred_username"] = "gus";
      said["groups"] = groups;
    });
  };
  EXPECT_EQ(in_groups({"Heart team", "Choir"}), "");
  EXPECT_EQ(roles_of("gus"), std::vector<std::string>{"physician"});
  const auto before = state().sessions.size();
  EXPECT_EQ(in_groups({"Choir"}), "");
  EXPECT_TRUE(roles_of("gus").empty());
  EXPECT_EQ(state().sessions.size(), before) << "the session with the lost role is over";
  EXPECT_EQ(in_groups({"administrator", "ada"}), "");
  EXPECT_TRUE(roles_of("gus").empty()) << "a group is no role";
}

TEST_F(Providers, AProofThatIsOldThereIsOldHere) {
  fresh_ = false;
  const auto now =
      std::chrono::floor<std::chrono::seconds>(clock_.now().wall).time_since_epoch().count();
  change_ = [&](json::object& said) { said["auth_time"] = now - 7'200; };
  const auto back = sign_in_there();
  ASSERT_EQ(wrong(back), "");
  const auto& session = *std::ranges::find_if(
      state().sessions, [](const auto& each) { return !each.second.subject.empty(); });
  EXPECT_GE(clock_.now().wall - session.second.proof_at.wall, 7'190s);
}

TEST_F(Providers, B01SteppingUpByTheProviderTakesAFreshProofOfTheSamePerson) {
  const auto doc = sign_in("doc");
  const auto way = set_out({{"purpose", "step-up"}}, doc);
  EXPECT_NE(way.url.find("prompt=login&max_age=0"), std::string::npos);
  clock_.pass(30min - 1s);
  EXPECT_EQ(wrong(come_back(way)), "expired");
  (void)get("/api/v1/session", doc);
  const auto again = set_out({{"purpose", "step-up"}}, sign_in("doc"));
  provider_.nonce = again.part("nonce");
  const auto done =
      call("GET", "/api/v1/providers/login/callback?code=c&state=" + again.part("state"), "", "",
           {{"Cookie", again.cookie}});
  EXPECT_EQ(done.header("Location"), "/console/");
  // Somebody else's account there does not step anybody up.
  const auto nina = sign_in("nina");
  const auto others = set_out({{"purpose", "step-up"}}, nina);
  provider_.nonce = others.part("nonce");
  const auto refused =
      call("GET", "/api/v1/providers/login/callback?code=c&state=" + others.part("state"), "", "",
           {{"Cookie", others.cookie}});
  EXPECT_EQ(refused.header("Location"), "/console/?provider=nobody");
  // A proof from before it was asked for is none.
  const auto stale = set_out({{"purpose", "step-up"}}, sign_in("doc"));
  provider_.nonce = stale.part("nonce");
  fresh_ = false;
  change_ = [](json::object& said) { said["auth_time"] = said["iat"].as_int64() - 600; };
  const auto old =
      call("GET", "/api/v1/providers/login/callback?code=c&state=" + stale.part("state"), "", "",
           {{"Cookie", stale.cookie}});
  EXPECT_EQ(old.header("Location"), "/console/?provider=refused");
  EXPECT_EQ(post("/api/v1/providers/login/sign-in", "", {{"purpose", "step-up"}}).status, 401);
}

TEST_F(Providers, B03ALogoutThereEndsTheSessionAndItsGlass) {
  const auto back = sign_in_there();
  ASSERT_EQ(wrong(back), "");
  const auto session = as(back, "/api/v1/session");
  const auto csrf = session.str("csrf");
  records_.answers["Patient/p-2"] = {200, "{}"};
  const auto broken =
      call("POST", "/api/v1/charts/p-2/break", "",
           json::serialize(json::object{{"reason", "clinical-access"}, {"details", details()}}),
           {{"Cookie", cookie_of(back, "__Host-halligan")}, {"Halligan-CSRF", csrf}});
  ASSERT_EQ(broken.status, 201) << broken.text;
  ASSERT_EQ(state().open.size(), 1U);
  // Not by what anybody else signed, nor by a token that is no logout token.
  for (const auto& bad :
       {provider_.sign_by_another(logout_claims({{"sub", "subject-1"}})),
        provider_.sign(logout_claims({{"sub", "subject-1"}, {"nonce", "x"}}), "logout+jwt"),
        provider_.sign(logout_claims({{"sub", "subject-1"}, {"aud", "other"}}), "logout+jwt"),
        provider_.sign(logout_claims({{"sub", "subject-1"}, {"events", json::object{}}}),
                       "logout+jwt"),
        std::string{"nonsense"}, std::string{}})
    EXPECT_EQ(logout(bad).status, 400);
  EXPECT_EQ(logout(provider_.sign(logout_claims({{"sub", "subject-9"}}), "logout+jwt")).status,
            200);
  EXPECT_EQ(state().open.size(), 1U) << "somebody else's";
  EXPECT_EQ(logout(provider_.sign(logout_claims({{"sid", "there-1"}}), "logout+jwt")).status, 200);
  EXPECT_TRUE(state().open.empty());
  EXPECT_EQ(as(back, "/api/v1/session").status, 401);
}

TEST_F(Providers, B08AProviderThatDoesNotAnswerIsSaidToBeDownAndOwnFactorsOpen) {
  add_to_policy("[sign_in]\nown = \"when-down\"\n");
  EXPECT_EQ(wrong(sign_in_there()), "");
  // While it answers, whoever comes by it comes by it alone; others sign in as ever.
  const auto refused = try_sign_in("doc", "correct horse battery", code_of("doc"));
  EXPECT_EQ(refused.status, 401);
  EXPECT_NE(refused.str("detail").find("sign in by that"), std::string::npos) << refused.text;
  EXPECT_EQ(try_sign_in("nina", "correct horse battery", code_of("nina")).status, 201);
  const auto way = set_out();
  provider_.fault = Fault{FaultCode::upstream_timeout, "late"};
  EXPECT_EQ(wrong(come_back(way)), "down");
  const auto shown = get("/api/v1/providers", "");
  EXPECT_EQ(shown.body.at(0).at("up").as_bool(), false);
  const auto sources = get("/api/v1/sources", sign_in("ada"));
  EXPECT_EQ(sources.body.at(0).at("why").as_string(), "slow");
  clock_.pass(30s);
  const auto opened = try_sign_in("doc", "correct horse battery", code_of("doc"));
  EXPECT_EQ(opened.status, 201) << opened.text;
  EXPECT_FALSE(break_glass(opened.str("token"), "p-2").empty());
  EXPECT_EQ(state().session_by_token(in::token_hash(opened.str("token")))->way, "password");
  provider_.fault.reset();
  EXPECT_EQ(wrong(sign_in_there()), "");
  EXPECT_EQ(get("/api/v1/providers", "").body.at(0).at("up").as_bool(), true);
}

TEST_F(Providers, APolicyThatDropsTheProviderEndsItsSessions) {
  const auto back = sign_in_there();
  ASSERT_EQ(wrong(back), "");
  EXPECT_EQ(as(back, "/api/v1/session").status, 200);
  const auto text = state().policy_in_force()->text;
  put_in_force(text.substr(0, text.find("\n[[provider]]")));
  EXPECT_EQ(as(back, "/api/v1/session").status, 401);
  EXPECT_EQ(post("/api/v1/providers/login/sign-in", "").status, 404);
}

TEST_F(Providers, WhoIsAskedNoGroupsAnyMoreGivesNoRoles) {
  enrol("gus", {});
  EXPECT_EQ(changed([](json::object& said) {
              said["sub"] = "subject-gus";
              said["preferred_username"] = "gus";
              said["groups"] = {"Heart team"};
            }),
            "");
  ASSERT_EQ(roles_of("gus"), std::vector<std::string>{"physician"});
  auto text = state().policy_in_force()->text;
  const auto from = text.find("groups", text.find("\n[[provider]]"));
  ASSERT_EQ(text.substr(from, 18), "groups = \"groups\"\n");
  put_in_force(text.erase(from, 18));
  EXPECT_TRUE(roles_of("gus").empty());
}

TEST_F(Providers, TheSecretIsKeptAndShownThere) {
  const auto ada = sign_in("ada");
  EXPECT_EQ(put("/api/v1/sources/login/secret", sign_in("doc"), {{"secret", "s"}}).status, 403);
  EXPECT_EQ(put("/api/v1/sources/other/secret", ada, {{"secret", "s"}}).status, 404);
  EXPECT_EQ(put("/api/v1/sources/login/secret", ada, {{"secret", "s3cret"}}).status, 204);
  EXPECT_EQ(wrong(sign_in_there()), "");
  EXPECT_EQ(provider_.last_form.find("s3cret"), std::string::npos) << "not in the form";
  EXPECT_EQ(get("/api/v1/sources", ada).text.find("s3cret"), std::string::npos);
}

class ByDirectory : public Providers {
 protected:
  ByDirectory() {
    EXPECT_EQ(put("/api/v1/sources/ldap/secret", sign_in("ada"), {{"secret", "s"}}).status, 204);
    directory_.passwords = {{"doc", "from the directory"}};
    directory_.asked.clear();
  }
  Answer with(const std::string& password) {
    clock_.pass(31s);
    return try_sign_in("doc", password, code_of("doc"));
  }
};

TEST_F(ByDirectory, ItsPasswordCountsForWhomItKnowsAndTheCodeIsOurs) {
  directory_.groups["doc"] = {"Ward A"};
  const auto opened = with("from the directory");
  ASSERT_EQ(opened.status, 201) << opened.text;
  EXPECT_EQ(state().session_by_token(in::token_hash(opened.str("token")))->way, "directory");
  EXPECT_EQ(roles_of("doc"), (std::vector<std::string>{"physician", "nurse"}));
  EXPECT_EQ(with("correct horse battery").status, 401) << "the one that is kept here";
  EXPECT_EQ(try_sign_in("doc", "from the directory", "000000").status, 401);
  // Whom it does not know has their own.
  EXPECT_EQ(try_sign_in("nina", "correct horse battery", code_of("nina")).status, 201);
  directory_.groups.clear();
  ASSERT_EQ(with("from the directory").status, 201);
  EXPECT_EQ(roles_of("doc"), std::vector<std::string>{"physician"});
}

TEST_F(ByDirectory, B08WhileItIsDownOwnPasswordsCount) {
  EXPECT_EQ(with("from the directory").status, 201);
  directory_.fault = Fault{FaultCode::upstream_unreachable, "gone"};
  EXPECT_EQ(with("from the directory").status, 401);
  const auto opened = with("correct horse battery");
  EXPECT_EQ(opened.status, 201) << opened.text;
  EXPECT_EQ(state().session_by_token(in::token_hash(opened.str("token")))->way, "password");
  EXPECT_EQ(state().sources.at("ldap").why, "unreachable");
  const auto before = directory_.asked.size();
  EXPECT_EQ(with("correct horse battery").status, 201);
  EXPECT_EQ(directory_.asked.size(), before) << "nobody waits for it while it is down";
}

TEST_F(ByDirectory, A09APasswordThatIsLockedHereIsNotTriedThere) {
  const auto guess = [&](const char* password) {
    clock_.pass(35s);
    return try_sign_in("doc", password, "000000").status;
  };
  for (int i = 0; i < 20; ++i) EXPECT_EQ(guess("a guess"), 401);
  clock_.pass(35s);
  const auto before = directory_.asked.size();
  EXPECT_EQ(with("from the directory").status, 401);
  EXPECT_EQ(directory_.asked.size(), before);
}

// A directory locks an account after a few: for everything in the hospital.
TEST_F(ByDirectory, A09AFewGuessesReachItAndHalfOfThemFromUnknownPlaces) {
  const std::string known = peer_;
  const auto guess = [&](const std::string& from) {
    clock_.pass(35s);
    peer_ = from;
    (void)try_sign_in("doc", "a guess", "000000");
    return directory_.asked.size();
  };
  EXPECT_EQ(with("from the directory").status, 201);
  const auto none = directory_.asked.size();
  for (int i = 0; i < 6; ++i) guess("203.0.113." + std::to_string(i));
  EXPECT_EQ(directory_.asked.size(), none + 2) << "from anywhere";
  peer_ = known;
  EXPECT_EQ(with("from the directory").status, 201) << "where they sign in from it is still asked";
  const auto again = directory_.asked.size();
  for (int i = 0; i < 6; ++i) guess(known);
  EXPECT_EQ(directory_.asked.size(), again + 4) << "the one that was right began a new count";
  EXPECT_EQ(with("from the directory").status, 401);
  clock_.pass(61min);
  EXPECT_EQ(with("from the directory").status, 201);
}

TEST_F(ByDirectory, ItIsAskedByTheNameThatItGivesAndOfNobodyElse) {
  EXPECT_EQ(with("from the directory").status, 201);
  EXPECT_EQ(directory_.asked.back(), "doc");
  for (const char* typed : {"DOC", " doc", "doc ", "d\u00f6c", "*"}) {
    clock_.pass(31s);
    EXPECT_EQ(try_sign_in(typed, "from the directory", code_of("doc")).status, 401) << typed;
    EXPECT_TRUE(directory_.asked.back().starts_with("nobody-")) << directory_.asked.back();
  }
}

class Enrolments : public ApiWorld {};

TEST_F(Enrolments, B08OnePastItsTimeStillLetsItsPersonInAndIsLookedAt) {
  add_to_policy("[sign_in]\nenrolment = \"365d\"\n");
  EXPECT_EQ(try_sign_in("doc", "correct horse battery", code_of("doc")).status, 201);
  clock_.pass(400 * 24h);
  const auto opened = try_sign_in("doc", "correct horse battery", code_of("doc"));
  ASSERT_EQ(opened.status, 201) << opened.text;
  EXPECT_FALSE(break_glass(opened.str("token"), "p-2").empty());
  std::vector<std::string> causes;
  for (const auto& [id, held] : state().all_cases)
    if (held.kind == "expired-enrolment") causes.push_back(held.key);
  EXPECT_EQ(causes.size(), 1U);
}

// What one administrator asks for, another agrees to, and the first then does, once.
class TwoPeople : public ApiWorld {
 protected:
  TwoPeople() {
    enrol("abe", {"administrator"});
    enrol("other", {"administrator"});
    add_to_policy("[administration]\ntwo_people = [\"roles\", \"factors\", \"terminals\"]\n");
  }
  Answer give_role(const std::string& by) {
    return call("PATCH", "/api/v1/staff/nina", sign_in(by), R"({"roles":["nurse","physician"]})");
  }
  Answer agree(const std::string& by, const std::string& act) {
    return post("/api/v1/acts/" + act + "/agree", sign_in(by));
  }
};

TEST_F(TwoPeople, ARoleThatMayBreakTheGlassWaitsForASecondAdministrator) {
  const auto asked = give_role("ada");
  ASSERT_EQ(asked.slug(), "second-person-needed") << asked.text;
  const auto act = asked.str("act");
  EXPECT_EQ(state().person(StaffId{"nina"})->roles, std::vector<std::string>{"nurse"});
  EXPECT_EQ(give_role("ada").str("act"), act) << "asked once";
  EXPECT_EQ(agree("ada", act).slug(), "same-person");
  // ada enrolled abe: they are in one hand.
  EXPECT_EQ(agree("abe", act).slug(), "same-person");
  EXPECT_EQ(agree("pia", act).slug(), "role-needed");
  const auto shown = get("/api/v1/acts", sign_in("pia"));
  EXPECT_EQ(shown.body.at(0).at("staff").as_string(), "nina");
}

TEST_F(TwoPeople, TwoWhoAreTwoDoIt) {
  // Nobody enrolled them: they began with the ledger. pia becomes an administrator by two.
  (void)call("PATCH", "/api/v1/staff/pia", sign_in("ada"), R"({"roles":["administrator"]})");
  EXPECT_EQ(state().acts.size(), 1U);
  EXPECT_EQ(
      put("/api/v1/staff/nina/password", sign_in("ada"), {{"password", "another one"}}).slug(),
      "second-person-needed");
  EXPECT_EQ(
      put("/api/v1/terminals/t-9", sign_in("ada"), {{"place", "ward-a"}, {"active", true}}).slug(),
      "second-person-needed");
  EXPECT_EQ(state().acts.size(), 3U);
  const auto first = state().acts.begin()->first;
  EXPECT_EQ(call("DELETE", "/api/v1/acts/" + first, sign_in("abe")).status, 204);
  EXPECT_EQ(state().acts.size(), 2U);
  // To take a right away is never late.
  EXPECT_EQ(call("PATCH", "/api/v1/staff/doc", sign_in("ada"), R"({"active":false})").status, 200);
  EXPECT_EQ(call("PATCH", "/api/v1/staff/nina", sign_in("ada"), R"({"roles":[]})").status, 200);
}

TEST_F(Providers, WhoComesInAlreadyGetsNoOtherWayInByOneAdministrator) {
  add_to_policy("[administration]\ntwo_people = [\"factors\"]\n");
  const auto factors = [&](const std::string& who) {
    const auto answer =
        put("/api/v1/staff/" + who + "/password", sign_in("ada"), {{"password", "a first one"}});
    return answer.status == 204 ? std::string{} : answer.slug();
  };
  ASSERT_EQ(
      call("PUT", "/api/v1/staff/gus", sign_in("ada"), R"({"name":"Gus","roles":[],"active":true})")
          .status,
      201);
  EXPECT_EQ(factors("gus"), "") << "who is new here";
  ASSERT_EQ(call("PUT", "/api/v1/staff/ivy", sign_in("ada"),
                 R"({"name":"Ivy","roles":["physician"],"active":true})")
                .status,
            201);
  EXPECT_EQ(factors("ivy"), "second-person-needed") << "whose role opens doors already";
  ASSERT_EQ(
      call("PUT", "/api/v1/staff/hal", sign_in("ada"), R"({"name":"Hal","roles":[],"active":true})")
          .status,
      201);
  EXPECT_EQ(changed([](json::object& said) {
              said["sub"] = "subject-hal";
              said["preferred_username"] = "hal";
            }),
            "");
  EXPECT_EQ(factors("hal"), "second-person-needed");
  EXPECT_EQ(call("DELETE", "/api/v1/staff/hal/providers/login", sign_in("ada")).slug(),
            "second-person-needed");
}

// A certificate makes the connection's client a terminal; one that is nobody's makes it none.
TEST_F(ApiWorld, ATerminalIsKnownByItsCertificate) {
  const auto ada = sign_in("ada");
  ASSERT_EQ(put("/api/v1/terminals/t-1", ada, {{"place", "ward-a"}, {"active", true}}).status, 200);
  const std::string mine(64, 'a');
  ASSERT_EQ(put("/api/v1/terminals/t-1/certificate", ada, {{"certificate", mine}}).status, 200);
  ASSERT_EQ(put("/api/v1/terminals/t-2", ada, {{"place", "ward-b"}, {"active", true}}).status, 200);
  EXPECT_EQ(put("/api/v1/terminals/t-2/certificate", ada, {{"certificate", mine}}).status, 409);
  const auto place = [&] {
    const auto opened = try_sign_in("doc", "correct horse battery", code_of("doc"));
    EXPECT_EQ(opened.status, 201) << opened.text;
    return opened["place"].is_null() ? "" : opened.str("place");
  };
  EXPECT_EQ(place(), "");
  certificate_ = std::string(64, 'b');
  EXPECT_EQ(place(), "");
  certificate_ = mine;
  EXPECT_EQ(place(), "ward-a");
  const auto sessions = state().sessions.size();
  certificate_.clear();
  ASSERT_EQ(call("DELETE", "/api/v1/terminals/t-1/certificate", ada).status, 200);
  EXPECT_LT(state().sessions.size(), sessions) << "those that were opened there";
  certificate_ = mine;
  EXPECT_EQ(place(), "");
}

}  // namespace
}  // namespace halligan::tests
