#include "in/http/router.h"

#include <gtest/gtest.h>

namespace halligan::in::http {
namespace {

using namespace std::string_literals;

Request request(std::string method, std::string path) {
  Request out;
  out.method = std::move(method);
  out.path = path;
  out.target = std::move(path);
  return out;
}

Router sample() {
  Router router;
  const auto say = [](std::string name) {
    return [name](const Request&, const PathParams& params) {
      std::string text = name;
      if (name.starts_with("id")) text += ":" + params["id"];
      if (name.starts_with("rest")) text += ":" + params["path"];
      return json_response(200, text);
    };
  };
  router.add("GET", "/", say("root"));
  router.add("GET", "/fhir/{path...}", say("rest"));
  router.add("POST", "/fhir/{path...}", say("rest-post"));
  router.add("GET", "/glass/{id}", say("id"));
  router.add("DELETE", "/glass/{id}", say("id-delete"));
  router.add("POST", "/glass/{id}/close", say("id-close"));
  router.add("GET", "/glass/open", say("open"));
  router.add("GET", "/fhir/metadata", say("metadata"));
  router.add("GET", "/desk/", say("desk"));
  router.add("GET", "/desk/{path...}", say("rest"));
  return router;
}

TEST(Router, FindsTheMostLiteralRoute) {
  const auto router = sample();
  const auto text = [&](std::string method, std::string path) {
    return std::string{body_text(router(request(std::move(method), std::move(path))))};
  };
  EXPECT_EQ(text("GET", "/"), "root");
  EXPECT_EQ(text("GET", "/glass/g-1"), "id:g-1");
  EXPECT_EQ(text("GET", "/glass/open"), "open");
  EXPECT_EQ(text("DELETE", "/glass/open"), "id-delete:open");
  EXPECT_EQ(text("HEAD", "/glass/g-1"), "id:g-1");
  EXPECT_EQ(text("POST", "/glass/a%20b%C3%A9/close"), "id-close:a b\xc3\xa9");
  EXPECT_EQ(text("GET", "/fhir/Patient/p-1/$everything"), "rest:Patient/p-1/$everything");
  EXPECT_EQ(text("GET", "/fhir/metadata"), "metadata");
}

TEST(Router, AnswersWhatItDoesNotKnow) {
  const auto router = sample();
  EXPECT_EQ(router(request("GET", "/nothing")).status, 404);
  EXPECT_EQ(router(request("GET", "/glass/a/b/c")).status, 404);
  EXPECT_EQ(router(request("GET", "/fhir")).status, 404);
  EXPECT_EQ(router(request("GET", "/glass//x")).status, 400);
  const auto wrong = router(request("PUT", "/glass/g-1"));
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.back().name, "Allow");
  EXPECT_EQ(wrong.headers.back().value, "GET, DELETE");
}

TEST(Router, ASlashAtTheEndIsAPathOfItsOwnWhereATemplateSaysSo) {
  const auto router = sample();
  EXPECT_EQ(body_text(router(request("GET", "/desk/"))), "desk");
  EXPECT_EQ(body_text(router(request("GET", "/desk/a"))), "rest:a");
  EXPECT_EQ(router(request("GET", "/desk")).status, 404);
  EXPECT_EQ(router(request("POST", "/desk/")).status, 405);
  for (const char* path : {"/desk//", "/desk/a/", "//", "/glass/", "/glass/open/", "/fhir/",
                           "/fhir/a/", "/nothing/", "/desk/%2f", "/%2f"})
    EXPECT_EQ(router(request("GET", path)).status, 400) << path;
}

TEST(Router, RefusesPathsWithMoreThanOneReading) {
  for (const char* path :
       {"",          "a",    "//",     "/a//b",  "/a/",    "/./a",     "/a/..",
        "/%2e%2e/a", "/%2E", "/a%2fb", "/a%2Fb", "/a%5cb", "/a%00",    "/a%0a",
        "/a%7f",     "/a%",  "/a%2",   "/a%g0",  "/a%c3",  "/a%c0%af", "/a%ed%a0%80"})
    EXPECT_FALSE(split_path(path).has_value()) << path;
  EXPECT_EQ(split_path("/")->size(), 0U);
  EXPECT_EQ(split_path("/a%41+b")->front(), "aA+b");
  EXPECT_EQ(split_path("/...")->front(), "...");
  EXPECT_EQ(split_path("/%252e")->front(), "%2e");
}

TEST(Query, KeepsOrderAndDuplicates) {
  const auto query = parse_query("a=1&b=x%20y+z&a=2&flag&empty=&&c=%C3%A9=");
  ASSERT_TRUE(query.has_value());
  const QueryPairs expected{{"a", "1"},   {"b", "x y z"}, {"a", "2"},
                            {"flag", ""}, {"empty", ""},  {"c", "\xc3\xa9="}};
  EXPECT_EQ(*query, expected);
  EXPECT_TRUE(parse_query("")->empty());
  for (const char* bad : {"a=%", "a=%1", "a=%zz", "a=%ff", "%00=a", "=a", "a=%0d%0a"})
    EXPECT_FALSE(parse_query(bad).has_value()) << bad;
}

}  // namespace
}  // namespace halligan::in::http
