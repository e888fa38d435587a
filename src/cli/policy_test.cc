// policy_test.cc - policy files on a desk: messages, exit codes, JSON.
#include "cli/policy.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "cli/fake_person.h"

namespace halligan::cli {
namespace {

struct Desk : FakePerson {
  explicit Desk(const std::string& name) : FakePerson("policy_" + name) {}

  std::string put(const std::string& name, const std::string& text) {
    const auto path = (folder / name).string();
    std::ofstream(path) << text;
    return path;
  }
};

const std::string good =
    "hospital = \"H\"\ntimezone = \"Europe/London\"\nroles = [\"nurse\"]\n"
    "[relations]\nknows = { from = \"staff\", to = \"patient\" }\n"
    "[[allow]]\nname = \"a\"\nroles = [\"nurse\"]\nactions = [\"read\"]\nvia = \"staff : knows\"\n";
const std::string tests =
    "now = \"2026-03-02\"\nfacts = [\"knows(me, p)\"]\n[askers]\nme = { roles = [\"nurse\"] }\n"
    "[[test]]\nname = \"who knows may read\"\nwho = \"me\"\nasks = \"read Patient of p\"\nexpect = "
    "\"permit\"\n";

TEST(PolicyFiles, CheckSaysWhereAndWhat) {
  Desk desk("check");
  const auto file = desk.put("p.toml", good);
  EXPECT_EQ(desk.run({"policy", "check", file}), 0) << desk.err.str();
  EXPECT_EQ(desk.out.str(), file + ": 0 errors, 0 warnings\n");
  const auto bad = desk.put("q.toml", good + "rols = []\n");
  EXPECT_EQ(desk.run({"policy", "check", bad}), 1);
  EXPECT_EQ(desk.err.str(),
            bad + ":11:1: error: `rols` is not a key of [[allow]]; did you mean `roles`?\n");
  EXPECT_EQ(desk.run({"--json", "policy", "check", bad}), 1);
  const auto said = boost::json::parse(desk.out.str()).as_object();
  EXPECT_FALSE(said.at("ok").as_bool());
  EXPECT_EQ(said.at("messages").as_array().at(0).at("line").to_number<int>(), 11);
  EXPECT_EQ(desk.run({"policy", "check", desk.folder / "nothing.toml"}), 2);
  EXPECT_FALSE(desk.err.str().empty());
}

TEST(PolicyFiles, TestRunsWhatStandsBeside) {
  Desk desk("test");
  const auto file = desk.put("p.toml", good);
  EXPECT_EQ(desk.run({"policy", "test", file}), 2);  // nothing stands there
  desk.put("p.tests.toml", tests);
  EXPECT_EQ(desk.run({"policy", "test", file}), 0) << desk.err.str();
  EXPECT_EQ(desk.out.str(), "1 test, 0 failed\n");
  const auto beside = desk.put("p.tests.toml", tests + "basis = \"b\"\n");
  EXPECT_EQ(desk.run({"policy", "test", file}), 1);
  EXPECT_EQ(
      desk.out.str(),
      beside + ":5: failed: who knows may read\n    expected basis b, found a\n1 test, 1 failed\n");
  EXPECT_EQ(desk.run({"--json", "policy", "test", file}), 1);
  const auto said = boost::json::parse(desk.out.str()).as_object();
  EXPECT_EQ(said.at("tests").as_array().at(0).at("wrong").as_array().at(0).as_string(),
            "expected basis b, found a");
  desk.put("p.tests.toml", tests + "bassis = \"b\"\n");
  EXPECT_EQ(desk.run({"policy", "test", file}), 1);
  EXPECT_NE(desk.err.str().find("did you mean `basis`?"), std::string::npos) << desk.err.str();
}

TEST(PolicyFiles, ExplainGoesRuleByRule) {
  Desk desk("explain");
  const auto file = desk.put("p.toml", good);
  desk.put("p.tests.toml", tests);
  const auto explain = [&](const std::string& asks, bool json) {
    const Io io{.in = desk.in,
                .out = desk.out,
                .err = desk.err,
                .ask = {},
                .environment = {},
                .now = {},
                .wait = {},
                .exchange = {}};
    desk.out.str("");
    desk.err.str("");
    PolicyExplainOptions options;
    options.file = file;
    options.who = "me";
    options.asks = asks;
    options.json = json;
    return policy_explain(options, io);
  };
  EXPECT_EQ(explain("read Patient of p", false), 0) << desk.err.str();
  EXPECT_EQ(desk.out.str(),
            "verdict: permit\nbasis: a (nothing)\ntrue: allow a "
            "(knows(staff/me, patient/p))\n");
  EXPECT_EQ(explain("read Patient of q", true), 1);
  const auto said = boost::json::parse(desk.out.str()).as_object();
  EXPECT_EQ(said.at("verdict").as_string(), "deny");
  EXPECT_EQ(said.at("steps").as_array().at(0).at("value").as_string(), "false");
  EXPECT_EQ(explain("reed Patient of q", false), 2);
}

}  // namespace
}  // namespace halligan::cli
