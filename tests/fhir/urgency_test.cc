// urgency_test.cc - which line a FHIR request waits in, and whom glass brings forward.
#include "in/fhir/urgency.h"

#include <gtest/gtest.h>

#include "tests/fhir/world.h"

namespace halligan::tests {
namespace {

using in::http::Urgency;

Urgency of(const in::Edge& edge, std::string method, const std::string& target,
           const std::string& token = "", std::string body = "") {
  in::http::Request request;
  request.method = std::move(method);
  const auto mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string::npos) request.query = target.substr(mark + 1);
  request.body = std::move(body);
  if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
  return in::fhir::urgency(edge, request);
}

TEST(FhirUrgency, OneChartGoesBeforeManyAndBeforeAllOfOne) {
  World world;
  const auto& edge = world.edge;
  for (const auto* chart :
       {"/fhir/Patient/p-1", "/fhir/Observation/o-1", "/fhir/Observation/o-1/_history/2",
        "/fhir/Observation?patient=p-1", "/fhir/Observation?code=x&patient:Patient=p-1",
        "/fhir/Patient?_id=p-1", "/fhir/Observation?page=abc", "/fhir/metadata"})
    EXPECT_EQ(of(edge, "GET", chart), Urgency::ordinary) << chart;
  for (const auto* many :
       {"/fhir/Patient?name=x", "/fhir/Patient", "/fhir/Observation?code=patient",
        "/fhir/Patient/p-1/$everything", "/fhir/Observation/o-1/_history", "/fhir/Observation?"})
    EXPECT_EQ(of(edge, "GET", many), Urgency::bulk) << many;
  EXPECT_EQ(of(edge, "POST", "/fhir"), Urgency::bulk) << "a batch";
  EXPECT_EQ(of(edge, "POST", "/fhir/"), Urgency::bulk);
  EXPECT_EQ(of(edge, "POST", "/fhir/Observation"), Urgency::ordinary);
  EXPECT_EQ(of(edge, "PUT", "/fhir/Observation/o-1"), Urgency::ordinary);
  EXPECT_EQ(of(edge, "POST", "/fhir/Observation/_search", "", "code=x&patient=p-1"),
            Urgency::ordinary);
  EXPECT_EQ(of(edge, "POST", "/fhir/Patient/_search", "", "name=x"), Urgency::bulk);
}

TEST(FhirUrgency, GlassBringsItsSessionForwardForAWhile) {
  World world;
  in::UnderGlass under_glass;
  world.edge.under_glass = &under_glass;
  const auto line = [&](const char* target, const char* token) {
    return of(world.edge, "GET", target, token);
  };
  world.break_glass("dr-b", "p-3");
  EXPECT_EQ(line("/fhir/Patient/p-3", "dr-b"), Urgency::ordinary) << "nothing was read under it";
  EXPECT_EQ(world.get("dr-b", "Patient/p-3").status, 200);
  EXPECT_EQ(line("/fhir/Patient/p-3", "dr-b"), Urgency::under_glass);
  EXPECT_EQ(line("/fhir/Observation?patient=p-3", "dr-b"), Urgency::under_glass);
  EXPECT_EQ(line("/fhir/Patient/p-3/$everything", "dr-b"), Urgency::bulk);
  EXPECT_EQ(line("/fhir/Patient/p-3", "dr-a"), Urgency::ordinary);
  EXPECT_EQ(line("/fhir/Patient/p-3", ""), Urgency::ordinary);
  world.clock.pass(in::UnderGlass::remembered + Millis{1});
  EXPECT_EQ(line("/fhir/Patient/p-3", "dr-b"), Urgency::ordinary);
}

TEST(UnderGlass, HoldsNoMoreThanItMayAndForgetsTheOldFirst) {
  in::UnderGlass under;
  EXPECT_FALSE(under.any());
  const auto name = [](std::size_t n) { return std::to_string(n); };
  for (std::size_t n = 0; n <= in::UnderGlass::sessions_max; ++n) under.note(name(n), Millis{0});
  EXPECT_TRUE(under.any());
  EXPECT_TRUE(under.has(name(0), Millis{1}));
  EXPECT_FALSE(under.has(name(in::UnderGlass::sessions_max), Millis{1}));
  under.note("late", in::UnderGlass::remembered + Millis{1});
  EXPECT_TRUE(under.has("late", in::UnderGlass::remembered + Millis{2}));
}

}  // namespace
}  // namespace halligan::tests
