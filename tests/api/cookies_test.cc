// Sessions of a browser: the token in a cookie, and beside it what no other site can send.

#include "api_world.h"
#include "in/api/admit.h"

namespace halligan::tests {
namespace {

constexpr const char* password = "correct horse battery";
using Headers = std::map<std::string, std::string>;

class Cookies : public ApiWorld {
 protected:
  void SetUp() override { tls_ = true; }

  Answer begin(const std::string& who) {
    return post("/api/v1/sessions", "",
                {{"user", who}, {"password", password}, {"code", code_of(who)}, {"cookie", true}});
  }
  // "__Host-halligan=..." of a Set-Cookie.
  static std::string pair_of(const Answer& answer) {
    const auto set = answer.header("Set-Cookie");
    return set.substr(0, set.find(';'));
  }
  struct Browser {
    std::string cookie;
    std::string csrf;
    Headers headers() const { return {{"Cookie", cookie}, {"Halligan-CSRF", csrf}}; }
  };
  Browser browser(const std::string& who) {
    const auto answer = begin(who);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return {.cookie = pair_of(answer), .csrf = answer.str("csrf")};
  }
  Answer show(const Headers& headers) { return call("GET", "/api/v1/session", "", {}, headers); }
  int admitted(const Headers& headers) {
    in::http::Request head;
    head.method = "POST";
    head.path = head.target = "/api/v1/charts/p-1/break";
    head.headers.push_back({"Content-Length", "5000"});
    for (const auto& [name, value] : headers) head.headers.push_back({name, value});
    const auto refused = in::api::admit(*api_, head);
    return refused ? refused->status : 0;
  }
};

TEST_F(Cookies, TheTokenGoesIntoACookieAndNowhereElse) {
  const auto answer = begin("doc");
  ASSERT_EQ(answer.status, 201) << answer.text;
  const auto set = answer.header("Set-Cookie");
  const auto pair = pair_of(answer);
  ASSERT_TRUE(pair.starts_with("__Host-halligan=")) << set;
  const auto token = pair.substr(pair.find('=') + 1);
  EXPECT_EQ(token.size(), 43u);
  EXPECT_EQ(set, pair + "; Path=/; Secure; HttpOnly; SameSite=Strict");
  EXPECT_FALSE(answer.body.as_object().contains("token"));
  EXPECT_EQ(answer.text.find(token), std::string::npos);
  EXPECT_EQ(answer.str("csrf").size(), 43u);
  EXPECT_NE(answer.str("csrf"), token);
  EXPECT_EQ(answer.str("staff"), "doc");
}

TEST_F(Cookies, WhoDoesNotAskForOneGetsNone) {
  for (const bool said : {false, true}) {
    json::object body{{"user", "doc"}, {"password", password}, {"code", code_of("doc")}};
    if (said) body.emplace("cookie", false);
    const auto answer = post("/api/v1/sessions", "", body);
    ASSERT_EQ(answer.status, 201) << answer.text;
    EXPECT_EQ(answer.header("Set-Cookie"), "");
    EXPECT_FALSE(answer.body.as_object().contains("csrf"));
    EXPECT_TRUE(answer.body.as_object().contains("token"));
  }
}

TEST_F(Cookies, WithoutTlsItIsRefusedBeforeAnySecretIsLookedAt) {
  tls_ = false;
  const auto before = size();
  const auto code = code_of("doc");
  const auto answer =
      post("/api/v1/sessions", "",
           {{"user", "doc"}, {"password", password}, {"code", code}, {"cookie", true}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.text.find("https"), std::string::npos) << answer.text;
  EXPECT_EQ(answer.header("Set-Cookie"), "");
  EXPECT_EQ(size(), before) << "nothing was tried";
  EXPECT_EQ(try_sign_in("doc", password, code).status, 201) << "the code was not used up";
}

TEST_F(Cookies, ACookieAndWhatGoesWithItAreOfTheSession) {
  const auto doc = browser("doc");
  EXPECT_EQ(show(doc.headers()).str("staff"), "doc");
  EXPECT_EQ(show({{"Cookie", "theme=dark; " + doc.cookie}, {"halligan-csrf", doc.csrf}}).status,
            200);
  EXPECT_EQ(call("POST", "/api/v1/charts/p-1/open", "", "{}", doc.headers()).status, 200);
  EXPECT_EQ(admitted(doc.headers()), 0);
}

TEST_F(Cookies, ACookieAloneIsNoSessionWhateverTheMethod) {
  const auto doc = browser("doc");
  const Headers alone{{"Cookie", doc.cookie}};
  const auto before = size();
  for (const auto* path : {"/api/v1/session", "/api/v1/glass", "/api/v1/cases", "/api/v1/policy"}) {
    const auto answer = call("GET", path, "", {}, alone);
    EXPECT_EQ(answer.status, 401) << path;
    EXPECT_EQ(answer.slug(), "no-session") << path;
  }
  EXPECT_EQ(call("POST", "/api/v1/charts/p-1/open", "", "{}", alone).status, 401);
  EXPECT_EQ(call("DELETE", "/api/v1/session", "", {}, alone).status, 401);
  EXPECT_EQ(admitted(alone), 401);
  EXPECT_EQ(show(doc.headers()).status, 200) << "and it lives";
  EXPECT_EQ(size(), before);
}

TEST_F(Cookies, WhatGoesWithItIsOfThisSessionAlone) {
  const auto doc = browser("doc");
  const auto nina = browser("nina");
  const auto token = doc.cookie.substr(doc.cookie.find('=') + 1);
  auto nearly = doc.csrf;
  nearly.front() = nearly.front() == 'A' ? 'B' : 'A';
  for (const auto& csrf : {nina.csrf, nearly, std::string{}, token, doc.csrf + "A",
                           doc.csrf.substr(1), doc.csrf + "="})
    EXPECT_EQ(show({{"Cookie", doc.cookie}, {"Halligan-CSRF", csrf}}).status, 401) << csrf;
  EXPECT_EQ(show({{"Cookie", doc.cookie}, {"Halligan-CSRF", doc.csrf}, {"halligan-csrf", doc.csrf}})
                .status,
            401)
      << "twice";
  EXPECT_EQ(show({{"Halligan-CSRF", doc.csrf}}).status, 401) << "without its cookie";
}

TEST_F(Cookies, TwoCookiesAreNone) {
  const auto doc = browser("doc");
  const auto nina = browser("nina");
  EXPECT_EQ(show({{"Cookie", doc.cookie + "; " + nina.cookie}, {"Halligan-CSRF", doc.csrf}}).status,
            401);
  EXPECT_EQ(show({{"Cookie", doc.cookie + "; " + doc.cookie}, {"Halligan-CSRF", doc.csrf}}).status,
            401);
  EXPECT_EQ(
      show({{"Cookie", doc.cookie}, {"cookie", doc.cookie}, {"Halligan-CSRF", doc.csrf}}).status,
      401);
  EXPECT_EQ(show({{"Cookie", "\"" + doc.cookie + "\""}, {"Halligan-CSRF", doc.csrf}}).status, 401);
}

TEST_F(Cookies, WhereThereIsAnAuthorizationOnlyItCounts) {
  const auto doc = browser("doc");
  const auto nina = sign_in("nina");
  EXPECT_EQ(call("GET", "/api/v1/session", nina, {}, doc.headers()).str("staff"), "nina");
  EXPECT_EQ(call("GET", "/api/v1/session", "nonsense", {}, doc.headers()).status, 401);
  for (const auto* other : {"", "Bearer", "Bearer ", "Basic ZG9jOng="}) {
    auto headers = doc.headers();
    headers["Authorization"] = other;
    EXPECT_EQ(show(headers).status, 401) << other;
    headers["Sec-Fetch-Site"] = "same-origin";
    headers.erase("Halligan-CSRF");
    EXPECT_EQ(show(headers).status, 401) << other;
  }
  const auto out = call("DELETE", "/api/v1/session", nina, {}, doc.headers());
  EXPECT_EQ(out.status, 204);
  EXPECT_EQ(out.header("Set-Cookie"), "") << "not the session that ended";
  EXPECT_EQ(show(doc.headers()).status, 200);
}

TEST_F(Cookies, APageLoadedAgainGetsBackWhatGoesWithItsCookie) {
  const auto doc = browser("doc");
  const auto again = show({{"Cookie", doc.cookie}, {"Sec-Fetch-Site", "same-origin"}});
  ASSERT_EQ(again.status, 200) << again.text;
  EXPECT_EQ(again.str("csrf"), doc.csrf);
  EXPECT_EQ(again.str("staff"), "doc");
  EXPECT_EQ(show(doc.headers()).str("csrf"), doc.csrf);
  for (const auto& other : {std::string{}, browser("nina").csrf}) {
    const auto beside =
        show({{"Cookie", doc.cookie}, {"Sec-Fetch-Site", "same-origin"}, {"Halligan-CSRF", other}});
    ASSERT_EQ(beside.status, 200) << "somebody signed in anew beside it";
    EXPECT_EQ(beside.str("csrf"), doc.csrf);
  }
}

TEST_F(Cookies, NobodyElseGetsIt) {
  const auto doc = browser("doc");
  for (const auto* site : {"same-site", "cross-site", "none", "", "Same-Origin", "same-origin, x"})
    EXPECT_EQ(show({{"Cookie", doc.cookie}, {"Sec-Fetch-Site", site}}).status, 401) << site;
  EXPECT_EQ(show({{"Cookie", doc.cookie},
                  {"Sec-Fetch-Site", "same-origin"},
                  {"sec-fetch-site", "same-origin"}})
                .status,
            401);
  EXPECT_EQ(show({{"Sec-Fetch-Site", "same-origin"}}).status, 401);
  const Headers ours{{"Cookie", doc.cookie}, {"Sec-Fetch-Site", "same-origin"}};
  EXPECT_EQ(call("GET", "/api/v1/glass", "", {}, ours).status, 401) << "this one path alone";
  EXPECT_EQ(call("DELETE", "/api/v1/session", "", {}, ours).status, 401) << "this one method alone";
}

TEST_F(Cookies, ABearerSessionIsToldNothingOfIt) {
  const auto shown = get("/api/v1/session", sign_in("doc"));
  ASSERT_EQ(shown.status, 200);
  EXPECT_FALSE(shown.body.as_object().contains("csrf"));
}

TEST_F(Cookies, SigningOutTakesTheCookieAway) {
  const auto doc = browser("doc");
  constexpr const char* gone =
      "__Host-halligan=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0";
  const auto out = call("DELETE", "/api/v1/session", "", {}, doc.headers());
  EXPECT_EQ(out.status, 204);
  EXPECT_EQ(out.header("Set-Cookie"), gone);
  EXPECT_EQ(show(doc.headers()).status, 401);
  EXPECT_EQ(show({{"Cookie", doc.cookie}, {"Sec-Fetch-Site", "same-origin"}}).status, 401);
  const auto again = call("DELETE", "/api/v1/session", "", {}, doc.headers());
  EXPECT_EQ(again.status, 401);
  EXPECT_EQ(again.header("Set-Cookie"), gone) << "also where the session was over already";
}

TEST_F(Cookies, SigningOutTakesTheCookieAwayAlsoWhileTheLedgerFails) {
  const auto doc = browser("doc");
  ledger_fails_ = true;
  const auto out = call("DELETE", "/api/v1/session", "", {}, doc.headers());
  EXPECT_EQ(out.status, 503);
  EXPECT_NE(out.header("Set-Cookie").find("Max-Age=0"), std::string::npos);
}

TEST_F(Cookies, AnotherSiteCannotSignAnybodyOut) {
  const auto doc = browser("doc");
  const auto out = call("DELETE", "/api/v1/session", "", {}, {{"Cookie", doc.cookie}});
  EXPECT_EQ(out.status, 401);
  EXPECT_EQ(out.header("Set-Cookie"), "");
}

TEST_F(Cookies, APageThatIsLeftOpenTakesNoChartAway) {
  records_.answers["Patient/p-2"] = {200, "{}"};
  const auto page = browser("doc");
  const auto at = [&](const char* path, json::object body) {
    return call("POST", path, "", json::serialize(body), page.headers());
  };
  ASSERT_EQ(at("/api/v1/charts/p-1/open", {}).str("verdict"), "permit");
  ASSERT_EQ(at("/api/v1/charts/p-2/break", {{"reason", "clinical-access"}, {"details", details()}})
                .status,
            201);
  const json::object print{{"kind", "print"}, {"what", "chart"}};
  const auto late = at("/api/v1/charts/p-1/copies", print);
  EXPECT_EQ(late.status, 409) << late.text;
  EXPECT_EQ(late.slug(), "focus-elsewhere");
  EXPECT_EQ(show(page.headers()).str("focus"), "p-2");
  EXPECT_EQ(state().open.size(), 1U);
  EXPECT_EQ(at("/api/v1/charts/p-2/copies", print).str("verdict"), "permit");
}

TEST_F(Cookies, AnIdempotencyKeyIsOfThePersonByCookieToo) {
  records_.answers["Patient/p-2"] = {200, "{}"};
  const auto doc = browser("doc");
  auto headers = doc.headers();
  headers["Idempotency-Key"] = "k-1";
  const auto body =
      json::serialize(json::object{{"reason", "clinical-access"}, {"details", details()}});
  const auto first = call("POST", "/api/v1/charts/p-2/break", "", body, headers);
  ASSERT_EQ(first.status, 201) << first.text;
  const auto again = call("POST", "/api/v1/charts/p-2/break", "", body, headers);
  EXPECT_EQ(again.str("glass"), first.str("glass"));
  EXPECT_EQ(state().glasses.size(), 1U);
}

}  // namespace
}  // namespace halligan::tests
