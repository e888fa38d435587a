#include "in/http/json.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/limits.h"

namespace halligan::in::http {
namespace {

bool parses(std::string_view text) {
  return std::holds_alternative<boost::json::value>(parse_json(text, 1'000));
}
boost::json::object object_of(std::string_view text) {
  auto parsed = parse_json(text, 1'000'000);
  EXPECT_TRUE(std::holds_alternative<boost::json::value>(parsed)) << text;
  return std::get<boost::json::value>(parsed).as_object();
}

TEST(Json, IsStrict) {
  for (const char* good :
       {"{}", " {\"a\":1} ", "[]", "\"\\u00e9\"", "{\"a\":{\"a\":1},\"b\":{\"a\":1}}",
        "\"\\ud83d\\ude00\"", "[{\"a\":1},{\"a\":2}]", "-0.5e3"})
    EXPECT_TRUE(parses(good)) << good;
  const std::string cut_utf8 = "{\"a\":\"\xc3\"}";
  const std::string surrogate = "{\"a\":\"\xed\xa0\x80\"}";
  for (const std::string& bad : {std::string{},
                                 std::string{" "},
                                 std::string{"{"},
                                 std::string{"{\"a\":1,}"},
                                 std::string{"{a:1}"},
                                 std::string{"{'a':1}"},
                                 std::string{"[1,]"},
                                 std::string{"{} x"},
                                 std::string{"{}{}"},
                                 std::string{"01"},
                                 std::string{"NaN"},
                                 std::string{"7E777"},
                                 std::string{"// c\n{}"},
                                 std::string{"{\"a\":1,\"a\":1}"},
                                 std::string{"{\"b\":[{\"a\":1,\"c\":2,\"\\u0061\":1}]}"},
                                 cut_utf8,
                                 surrogate,
                                 std::string{"\"\\ud800\""},
                                 std::string{"\"a\nb\""},
                                 std::string{"{\"a\":tru}"},
                                 std::string{"\xef\xbb\xbf{}"}})
    EXPECT_FALSE(parses(bad)) << bad;
  EXPECT_TRUE(
      parses(std::string(limits::json_depth_max, '[') + std::string(limits::json_depth_max, ']')));
  EXPECT_FALSE(parses(std::string(limits::json_depth_max + 1, '[') +
                      std::string(limits::json_depth_max + 1, ']')));
  EXPECT_FALSE(parses("\"" + std::string(1'000, 'a') + "\""));
  EXPECT_FALSE(parses(std::string(900, '[')));
}

TEST(Json, BoundsHowManyValuesAndKeysThereAre) {
  const auto found = [](const std::string& text) {
    const auto parsed = parse_json(text, 16 * 1024 * 1024);
    const auto* error = std::get_if<FieldError>(&parsed);
    return error == nullptr ? std::string{} : error->found.substr(0, 15);
  };
  const auto list = [](std::size_t values) {
    std::string out = "[0";
    for (std::size_t i = 1; i < values; ++i) out += ",0";
    return out + "]";
  };
  const auto object = [](std::size_t keys) {
    std::string out = "{";
    for (std::size_t i = 0; i < keys; ++i)
      out += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":{}";
    return out + "}";
  };
  EXPECT_EQ(found(list(limits::json_values_max - 1)), "");
  EXPECT_EQ(found(list(limits::json_values_max)), "too many values");
  EXPECT_EQ(found(list(8'000'000)), "too many values");
  EXPECT_EQ(found(object(limits::json_keys_max)), "");
  EXPECT_EQ(found(object(limits::json_keys_max + 1)), "too many values");
}

TEST(Json, ErrorsOfTheWholeBodyNeverEchoIt) {
  for (const char* body : {"{\"secret\":1,\"secret\":2}", "{\"a\": secret}", "{} secret"}) {
    const auto parsed = parse_json(body, 1'000);
    const auto* error = std::get_if<FieldError>(&parsed);
    ASSERT_NE(error, nullptr);
    EXPECT_EQ(body_text(problem(*error)).find("secret"), std::string::npos);
  }
}

TEST(Fields, ReadsWhatIsThere) {
  const auto object = object_of(R"({"user":"anna","on":true,"n":7,"kind":"b","list":["x","y"],)"
                                R"("inner":{"z":"1"},"items":[{"q":1},{"q":2}]})");
  Fields fields{object};
  EXPECT_EQ(fields.text("user", 10), "anna");
  EXPECT_TRUE(fields.flag("on"));
  EXPECT_EQ(fields.integer("n", {.min = 0, .max = 9}), 7);
  EXPECT_EQ(fields.one_of("kind", {"a", "b"}), "b");
  EXPECT_EQ(fields.texts("list", {.items_max = 2, .bytes_max = 1}),
            (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(fields.object("inner").text("z", 1), "1");
  std::int64_t sum = 0;
  for (auto& item : fields.objects("items", 2)) sum += item.integer("q", {.min = 1, .max = 2});
  EXPECT_EQ(sum, 3);
  EXPECT_FALSE(fields.optional_text("more", 5).has_value());
  EXPECT_TRUE(fields.optional_texts("none", {.items_max = 1, .bytes_max = 1}).empty());
  EXPECT_FALSE(fields.error().has_value());
}

struct Wrong {
  const char* body;
  const char* pointer;
  const char* found;
};

TEST(Fields, SaysWhichFieldAndNeverItsValue) {
  const std::vector<Wrong> all{
      {R"({})", "/user", "nothing"},
      {R"({"user":5})", "/user", "a whole number"},
      {R"({"user":null})", "/user", "null"},
      {R"({"user":""})", "/user", "an empty text"},
      {R"({"user":"secret secret secret"})", "/user", "a text of 20 bytes"},
      {R"({"user":"a\u0000"})", "/user", "a text with control characters"},
      {R"({"user":"a","n":1.0})", "/n", "a decimal number"},
      {R"({"user":"a","n":18446744073709551615})", "/n", "a whole number"},
      {R"({"user":"a","n":10})", "/n", "a number outside the range"},
      {R"({"user":"a","n":"1"})", "/n", "a text"},
      {R"({"user":"a","on":1})", "/on", "a whole number"},
      {R"({"user":"a","kind":"secret"})", "/kind", "another text"},
      {R"({"user":"a","list":["x",1]})", "/list/1", "a whole number"},
      {R"({"user":"a","list":["x","y","z"]})", "/list", "a list of 3"},
      {R"({"user":"a","inner":{"z":"1","y":1}})", "/inner/y", "an unknown field"},
      {R"({"user":"a","items":[{"q":1},{"q":3}]})", "/items/1/q", "a number outside the range"},
      {R"({"user":"a","items":[{"q":1},7]})", "/items/1", "a whole number"},
      {R"({"user":"a","usr":"secret"})", "/usr", "an unknown field"},
      {R"({"user":"a","secret secret":"x"})", "/?", "an unknown field"},
  };
  for (const auto& each : all) {
    const auto object = object_of(each.body);
    Fields fields{object};
    fields.text("user", 10);
    fields.optional_integer("n", {.min = 0, .max = 9});
    fields.optional_flag("on");
    fields.optional_one_of("kind", {"a", "b"});
    fields.optional_texts("list", {.items_max = 2, .bytes_max = 1});
    if (auto inner = fields.optional_object("inner")) inner->text("z", 1);
    for (auto& item : fields.optional_objects("items", 3)) item.integer("q", {.min = 1, .max = 2});
    const auto error = fields.error();
    ASSERT_TRUE(error.has_value()) << each.body;
    EXPECT_EQ(error->pointer, each.pointer) << each.body;
    EXPECT_EQ(error->found, each.found) << each.body;
    EXPECT_FALSE(error->expected.empty());
    const auto answer = problem(*error);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(body_text(answer).find("secret"), std::string::npos) << each.body;
  }
}

TEST(Command, AsksForJsonAndAnObject) {
  Request request;
  request.body = "{\"a\":1}";
  const auto status = [&] {
    const auto command = read_command(request);
    const auto* refused = std::get_if<Response>(&command);
    return refused != nullptr ? refused->status : 200;
  };
  EXPECT_EQ(status(), 415);
  request.headers = {{"Content-Type", "text/plain"}};
  EXPECT_EQ(status(), 415);
  request.headers = {{"content-type", "Application/JSON; charset=utf-8"}};
  EXPECT_EQ(status(), 200);
  request.body = "[]";
  EXPECT_EQ(status(), 400);
}

}  // namespace
}  // namespace halligan::in::http
