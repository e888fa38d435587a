// rehearsing_test.cc - going through the proof that breaking the glass asks for before the night on
// which it counts; B05.
#include "api_world.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

class Rehearsing : public ApiWorld {
 protected:
  std::string when_rehearsed(const std::string& who) {
    const auto listed = get("/api/v1/staff", sign_in("pia"));
    for (const auto& line : listed.body.as_array())
      if (line.at("staff").as_string() == who)
        for (const auto& way : line.at("ways").as_array())
          if (way.at("way").as_string() == "password" && way.at("rehearsed").is_string())
            return std::string{way.at("rehearsed").as_string()};
    return {};
  }
};

TEST_F(Rehearsing, B05TheRosterSaysWhenEachWayWasLastRehearsed) {
  const auto doc = sign_in("doc");
  EXPECT_EQ(when_rehearsed("doc"), "");
  clock_.pass(5min);
  EXPECT_EQ(post("/api/v1/rehearsals", doc).slug(), "step-up-needed") << "not without the proof";
  EXPECT_EQ(when_rehearsed("doc"), "");
  ASSERT_EQ(post("/api/v1/session/step-up", doc, {{"code", code_of("doc")}}).status, 200);
  const auto done = post("/api/v1/rehearsals", doc);
  ASSERT_EQ(done.status, 201) << done.text;
  EXPECT_EQ(done.str("way"), "password");
  EXPECT_EQ(done.str("factor"), "totp");
  EXPECT_TRUE(done["can_break"].as_bool());
  EXPECT_EQ(when_rehearsed("doc"), done.str("at"));
  EXPECT_EQ(when_rehearsed("nina"), "");
  const auto own = get("/api/v1/rehearsals", doc);
  ASSERT_EQ(own.body.as_array().size(), 1U);
  EXPECT_EQ(own.body.at(0).at("last").as_string(), done.str("at"));
  // It is an entry of its own, and opens nothing.
  EXPECT_EQ(get("/api/v1/glass", doc).body.at("glass").as_array().size(), 0U);
}

TEST_F(Rehearsing, WhoseRolesMayBreakNothingIsTold) {
  enrol("clerk", {"ledger-reader"});
  const auto done = post("/api/v1/rehearsals", sign_in("clerk"));
  ASSERT_EQ(done.status, 201) << done.text;
  EXPECT_FALSE(done["can_break"].as_bool());
  EXPECT_EQ(post("/api/v1/rehearsals", "").status, 401);
}

}  // namespace
}  // namespace halligan::tests
