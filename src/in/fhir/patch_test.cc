#include "in/fhir/patch.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace halligan::in::fhir {
namespace {

// The patched text, or the status of the refusal.
std::string run(const std::string& text, const std::string& operations) {
  const auto read = read_patch(operations);
  if (const auto* wrong = std::get_if<NotAllowed>(&read)) return std::to_string(wrong->status);
  const auto out = patched(text, std::get<Operations>(read));
  if (const auto* wrong = std::get_if<NotAllowed>(&out)) return std::to_string(wrong->status);
  return std::get<std::string>(out);
}

std::string one(const std::string& text, const std::string& operation) {
  return run(text, "[" + operation + "]");
}

// RFC 6902, appendix A, in its order.
TEST(Patch, TheExamplesOfItsStandard) {
  EXPECT_EQ(one(R"({"foo":"bar"})", R"({"op":"add","path":"/baz","value":"qux"})"),
            R"({"foo":"bar","baz":"qux"})");
  EXPECT_EQ(one(R"({"foo":["bar","baz"]})", R"({"op":"add","path":"/foo/1","value":"qux"})"),
            R"({"foo":["bar","qux","baz"]})");
  EXPECT_EQ(one(R"({"baz":"qux","foo":"bar"})", R"({"op":"remove","path":"/baz"})"),
            R"({"foo":"bar"})");
  EXPECT_EQ(one(R"({"foo":["bar","qux","baz"]})", R"({"op":"remove","path":"/foo/1"})"),
            R"({"foo":["bar","baz"]})");
  EXPECT_EQ(one(R"({"baz":"qux","foo":"bar"})", R"({"op":"replace","path":"/baz","value":"boo"})"),
            R"({"baz":"boo","foo":"bar"})");
  EXPECT_EQ(one(R"({"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}})",
                R"({"op":"move","from":"/foo/waldo","path":"/qux/thud"})"),
            R"({"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}})");
  EXPECT_EQ(one(R"({"foo":["all","grass","cows","eat"]})",
                R"({"op":"move","from":"/foo/1","path":"/foo/3"})"),
            R"({"foo":["all","cows","eat","grass"]})");
  const std::string qux = R"({"baz":"qux","foo":["a",2,"c"]})";
  EXPECT_EQ(run(qux, R"([{"op":"test","path":"/baz","value":"qux"},)"
                     R"({"op":"test","path":"/foo/1","value":2}])"),
            qux);
  EXPECT_EQ(one(R"({"baz":"qux"})", R"({"op":"test","path":"/baz","value":"bar"})"), "422");
  EXPECT_EQ(one(R"({"foo":"bar"})", R"({"op":"add","path":"/child","value":{"grandchild":{}}})"),
            R"({"foo":"bar","child":{"grandchild":{}}})");
  EXPECT_EQ(one(R"({"foo":"bar"})", R"({"op":"add","path":"/baz","value":"qux","xyz":123})"),
            R"({"foo":"bar","baz":"qux"})");
  EXPECT_EQ(one(R"({"foo":"bar"})", R"({"op":"add","path":"/baz/bat","value":"qux"})"), "422");
  EXPECT_EQ(one(R"({"foo":"bar"})", R"({"op":"add","path":"/baz","value":"qux","op":"remove"})"),
            "400");
  EXPECT_EQ(one(R"({"/":9,"~1":10})", R"({"op":"test","path":"/~01","value":10})"),
            R"({"/":9,"~1":10})");
  EXPECT_EQ(one(R"({"/":9,"~1":10})", R"({"op":"test","path":"/~01","value":"10"})"), "422");
  EXPECT_EQ(one(R"({"foo":["bar"]})", R"({"op":"add","path":"/foo/-","value":["abc","def"]})"),
            R"({"foo":["bar",["abc","def"]]})");
}

TEST(Patch, Places) {
  const std::string text = R"({"a":[1,2],"":{"":3},"a/b":4,"m~n":5,"-":6,"01":7})";
  const auto at = [&](const std::string& path, const std::string& value) {
    return one(text, R"({"op":"test","path":")" + path + R"(","value":)" + value + "}") == text;
  };
  EXPECT_TRUE(at("/a/0", "1"));
  EXPECT_TRUE(at("/", R"({"":3})"));
  EXPECT_TRUE(at("//", "3"));
  EXPECT_TRUE(at("/a~1b", "4"));
  EXPECT_TRUE(at("/m~0n", "5"));
  EXPECT_TRUE(at("/-", "6"));
  EXPECT_TRUE(at("/01", "7"));
  EXPECT_TRUE(at("", text));
  for (const auto* nowhere : {"/a/-", "/a/2", "/a/00", "/a/01", "/a/+1", "/a/-1", "/a/1e0", "/a/ 1",
                              "/a/4294967296", "/a/99999999999999999999", "/a/0/x", "/b"})
    EXPECT_EQ(one(text, std::string{R"({"op":"remove","path":")"} + nowhere + "\"}"), "422")
        << nowhere;
  for (const auto* wrong : {"a", "a/b", "/~", "/~2", "/a~", "#/a"})
    EXPECT_EQ(one(text, std::string{R"({"op":"remove","path":")"} + wrong + "\"}"), "400") << wrong;
  EXPECT_EQ(one(R"({"a":[]})", R"({"op":"add","path":"/a/0","value":null})"), R"({"a":[null]})");
  EXPECT_EQ(one(R"({"a":[]})", R"({"op":"add","path":"/a/1","value":null})"), "422");
  EXPECT_EQ(one(R"({"a":"\u0001"})", R"({"op":"test","path":"/a","value":"\u0001"})"),
            R"({"a":"\u0001"})");
}

TEST(Patch, NumbersKeepTheirSpellingAndAreComparedByValue) {
  const std::string text = R"({"a":1.50,"b":0.00010,"c":1e300,"d":-0,"e":100,"n1":"n1"})";
  EXPECT_EQ(run(text, "[]"), text);
  EXPECT_EQ(one(text, R"({"op":"copy","from":"/a","path":"/f"})"),
            R"({"a":1.50,"b":0.00010,"c":1e300,"d":-0,"e":100,"n1":"n1","f":1.50})");
  for (const auto* same : {R"("/a","value":1.5)", R"("/a","value":15e-1)", R"("/b","value":1E-4)",
                           R"("/d","value":0.0)", R"("/e","value":1e+2)", R"("/n1","value":"n1")"})
    EXPECT_EQ(one(text, std::string{R"({"op":"test","path":)"} + same + "}"), text) << same;
  for (const auto* other :
       {R"("/a","value":1.51)", R"("/a","value":-1.5)", R"("/a","value":"1.50")",
        R"("/a","value":15)", R"("/n1","value":1)", R"("/d","value":null)"})
    EXPECT_EQ(one(text, std::string{R"({"op":"test","path":)"} + other + "}"), "422") << other;
}

TEST(Patch, WhatCannotBeReadIsRefused) {
  for (const auto* wrong :
       {"", "{}", "[", "7", "[7]", "[{}]", R"([{"op":"add","path":"/a"}])",
        R"([{"op":"add","value":1}])", R"([{"op":"move","path":"/a"}])",
        R"([{"op":"copy","path":"/a","from":7}])", R"([{"op":"Add","path":"/a","value":1}])",
        R"([{"op":7,"path":"/a","value":1}])", R"([{"op":"test","path":7,"value":1}])",
        R"([],"patch":[])", R"([],"other":[])", "[]}{", "[] []"})
    EXPECT_EQ(run("{}", wrong), "400") << wrong;
  EXPECT_EQ(one(R"({"a":{"b":1}})", R"({"op":"move","from":"/a","path":"/a/b"})"), "422");
  EXPECT_EQ(one(R"({"a":1})", R"({"op":"move","from":"/a","path":"/a"})"), R"({"a":1})");
  EXPECT_EQ(one("{}", R"({"op":"remove","path":""})"), "422");
  EXPECT_EQ(one("{}", R"({"op":"replace","path":"/a","value":1})"), "422");
}

TEST(Patch, IsBounded) {
  std::string many;
  for (std::size_t i = 0; i <= limits::patch_operations_max; ++i)
    many += std::string{i == 0 ? "" : ","} + R"({"op":"add","path":"/a","value":1})";
  EXPECT_EQ(one("{}", many), "413");
  EXPECT_EQ(run("{}", std::string(limits::patch_bytes_max + 1, ' ')), "413");
  EXPECT_EQ(run(R"({"a":")" + std::string(limits::patch_puts_in_bytes_max, 'x') + "\"}", "[]"),
            "413");
  std::string doubling;
  for (int i = 0; i < 60; ++i)
    doubling += std::string{i == 0 ? "" : ","} + R"({"op":"copy","from":"","path":"/a)" +
                std::to_string(i) + "\"}";
  EXPECT_EQ(one(R"({"a":"0123456789"})", doubling), "422");
  std::string deeper;
  for (int i = 0; i < 80; ++i)
    deeper += std::string{i == 0 ? "" : ","} + R"({"op":"move","from":"/a","path":"/b"},)" +
              R"({"op":"add","path":"/a","value":{}},{"op":"move","from":"/b","path":"/a/a"})";
  EXPECT_EQ(one(R"({"a":1})", deeper), "422");
}

}  // namespace
}  // namespace halligan::in::fhir
