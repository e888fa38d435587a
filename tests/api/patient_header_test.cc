// Patients' ids outside of URLs: "~" in the path, the id in a header.

#include "api_world.h"

namespace halligan::tests {
namespace {

using Headers = std::map<std::string, std::string>;

class PatientHeader : public ApiWorld {
 protected:
  Answer open(const std::string& segment, const Headers& headers) {
    return call("POST", "/api/v1/charts/" + segment + "/open", doc_, "{}", headers);
  }
  std::string doc_ = sign_in("doc");
};

TEST_F(PatientHeader, StandsForTheIdInThePath) {
  const auto by_path = open("p-1", {});
  ASSERT_EQ(by_path.status, 200);
  EXPECT_EQ(by_path.str("verdict"), "permit");
  for (const auto* segment : {"~", "%7E"}) {
    const auto by_header = open(segment, {{"Halligan-Patient", "p-1"}});
    ASSERT_EQ(by_header.status, 200) << by_header.text;
    EXPECT_EQ(by_header.str("verdict"), "permit");
  }
  EXPECT_EQ(get("/api/v1/session", doc_).str("focus"), "p-1");
}

TEST_F(PatientHeader, IsTakenByEveryRouteOfAPatient) {
  int routes = 0;
  for (auto [method, path] : in::api::api_routes()) {
    const auto at = path.find("{patient}");
    if (at == std::string::npos) continue;
    ++routes;
    path.replace(at, 9, "~");
    if (const auto team = path.find("{team}"); team != std::string::npos)
      path.replace(team, 6, "cardiology");
    const auto body = method == "GET" ? "" : "{}";
    const auto without = call(std::string{method}, path, doc_, body);
    EXPECT_EQ(without.status, 400) << path;
    EXPECT_NE(without.text.find("Halligan-Patient"), std::string::npos) << without.text;
    const auto with = call(std::string{method}, path, doc_, body, {{"Halligan-Patient", "p-1"}});
    EXPECT_EQ(with.text.find("Halligan-Patient"), std::string::npos) << path << with.text;
  }
  EXPECT_GE(routes, 5);
}

TEST_F(PatientHeader, IsRefusedWhereItIsNotOneIdOrThePathHasOneToo) {
  const auto before = size();
  for (const auto* id : {"", "~", ".", "..", "p 1", "p-1,p-2", "p/1", "../p-1", "p-1\xc3\xa4"})
    EXPECT_EQ(open("~", {{"Halligan-Patient", id}}).status, 400) << id;
  EXPECT_EQ(open("~", {{"Halligan-Patient", std::string(65, 'p')}}).status, 400);
  EXPECT_EQ(open("~", {{"Halligan-Patient", "p-1"}, {"halligan-patient", "p-1"}}).status, 400);
  for (const auto* segment : {"p-1", "p-2", "~~", "~p-1"})
    EXPECT_EQ(open(segment, {{"Halligan-Patient", "p-1"}}).status, 400) << segment;
  EXPECT_EQ(size(), before);
}

TEST_F(PatientHeader, ARefusalDoesNotRepeatWhatWasSent) {
  const auto answer = open("p-471", {{"Halligan-Patient", "p-472"}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.text.find("p-47"), std::string::npos) << answer.text;
}

}  // namespace
}  // namespace halligan::tests
