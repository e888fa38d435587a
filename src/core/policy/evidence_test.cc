// evidence_test.cc - facts go in, a canonical text comes out, and what is forgotten is gone.
#include "core/policy/evidence.h"

#include <gtest/gtest.h>

namespace halligan::policy {
namespace {

Instant at(const char* text) { return parse_instant(text).value(); }

FactId add(Evidence& e, std::string_view relation, std::string_view staff,
           std::string_view patient) {
  NewFact fact;
  fact.relation = relation;
  fact.from = e.intern("staff", staff);
  fact.to = e.intern("patient", patient);
  fact.entry = e.fact_count();
  return e.add(fact);
}

TEST(Evidence, EdgesAreFoundFromBothEnds) {
  Evidence e;
  add(e, "knows", "a", "p1");
  add(e, "knows", "a", "p2");
  add(e, "knows", "b", "p1");
  add(e, "knows", "a", "p1");  // the same edge, another fact
  const auto knows = e.find_word("knows");
  EXPECT_EQ(e.edges_from(e.find("staff", "a"), knows).count, 2U);
  EXPECT_EQ(e.edges_to(e.find("patient", "p1"), knows).count, 2U);
  EXPECT_EQ(e.edges_from(e.find("patient", "p1"), knows).count, 0U);
  const auto edge = e.find_edge(knows, e.find("staff", "a"), e.find("patient", "p1"));
  ASSERT_NE(edge, EdgeId::none);
  EXPECT_NE(e.fact(e.edge(edge).newest).older, FactId::none);
  EXPECT_EQ(e.find("staff", "nobody"), NodeId::unnamed);
  EXPECT_EQ(e.find("nothing", "a"), NodeId::unnamed);
  EXPECT_EQ(e.edges_from(NodeId::unnamed, knows).count, 0U);
}

TEST(Evidence, DumpDoesNotDependOnTheOrderOfNames) {
  Evidence a;
  a.intern("patient", "unrelated");
  a.word("a word that no fact uses");
  add(a, "knows", "x", "p1");
  a.heartbeat("lab", at("2026-01-01T00:00:00Z"));
  a.heartbeat("adt", at("2026-01-02T00:00:00Z"));
  Evidence b;
  add(b, "knows", "x", "p1");
  b.heartbeat("adt", at("2026-01-02T00:00:00Z"));
  b.heartbeat("lab", at("2026-01-01T00:00:00Z"));
  b.heartbeat("adt", at("2026-01-01T00:00:00Z"));  // older: changes nothing
  EXPECT_EQ(a.dump(), b.dump());
  EXPECT_EQ(a.dump(),
            "knows(staff/x, patient/p1) from 0001-01-01T00:00:00.000Z until "
            "9999-12-31T23:59:59.999Z entry 0\n"
            "heartbeat adt 2026-01-02T00:00:00.000Z\n"
            "heartbeat lab 2026-01-01T00:00:00.000Z\n");
  const Evidence copy = a;
  add(a, "knows", "y", "p1");
  EXPECT_EQ(copy.dump(), b.dump());
  EXPECT_NE(a.dump(), b.dump());
}

TEST(Evidence, AnEndShortensAndNeverLengthens) {
  Evidence e;
  const auto fact = add(e, "knows", "a", "p1");
  e.end(fact, at("2026-01-02T00:00:00Z"));
  e.end(fact, at("2026-01-03T00:00:00Z"));
  EXPECT_EQ(e.fact(fact).end, at("2026-01-02T00:00:00Z"));
}

TEST(Evidence, ForgettingLeavesNothingToRead) {
  Evidence e;
  add(e, "knows", "a", "p1");
  add(e, "knows", "a", "p2");
  e.forget(e.find("patient", "p1"));
  EXPECT_EQ(e.dump().find("p1"), std::string::npos);
  EXPECT_NE(e.dump().find("p2"), std::string::npos);
  EXPECT_EQ(e.find("patient", "p1"), NodeId::unnamed);
  add(e, "knows", "b", "p1");  // somebody new with the id of old
  EXPECT_EQ(e.edges_to(e.find("patient", "p1"), e.find_word("knows")).count, 1U);
}

}  // namespace
}  // namespace halligan::policy
