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

// Between two ends that both have many the edge is found otherwise than between others.
TEST(Evidence, EveryEdgeIsFoundHoweverManyItsEndsHave) {
  Evidence e;
  const auto name = [](const char* prefix, int i) { return prefix + std::to_string(i); };
  const auto there = [](int staff, int patient) { return (staff * 7 + patient * 3) % 4 != 0; };
  constexpr int each = 60;
  for (int i = 0; i < each * each; ++i) {
    const int staff = i * 11 % each;  // ends grow by turns
    const int patient = (i / each + i) % each;
    if (there(staff, patient)) add(e, "knows", name("s", staff), name("p", patient));
    if (there(staff, patient) && i % 5 == 0) add(e, "knows", name("s", staff), name("p", patient));
  }
  const auto knows = e.find_word("knows");
  int found = 0;
  for (int s = 0; s < each; ++s) {
    for (int p = 0; p < each; ++p) {
      const auto from = e.find("staff", name("s", s));
      const auto to = e.find("patient", name("p", p));
      const auto edge = e.find_edge(knows, from, to);
      EXPECT_EQ(edge != EdgeId::none, there(s, p)) << s << " " << p;
      if (edge == EdgeId::none) continue;
      ++found;
      EXPECT_EQ(e.edge(edge).from, from);
      EXPECT_EQ(e.edge(edge).to, to);
      EXPECT_EQ(e.fact(e.edge(edge).newest).edge, edge);
    }
  }
  EXPECT_GT(found, each * 16);
}

TEST(Evidence, AFactComesBackAsItWasGiven) {
  Evidence e;
  NewFact fact;
  fact.relation = "knows";
  fact.from = e.intern("staff", "a");
  fact.to = e.intern("patient", "p");
  fact.denied = true;
  fact.value = "bed-7";
  fact.start = at("1931-05-06T07:08:09.123Z");
  fact.end = far_future;
  fact.recorded_by = e.intern("staff", "b");
  fact.entry = (std::uint64_t{1} << 40) - 1;
  const auto held = e.fact(e.add(fact));
  EXPECT_TRUE(held.denied);
  EXPECT_FALSE(held.gone);
  EXPECT_EQ(e.text_of(held.value), "bed-7");
  EXPECT_EQ(held.start, fact.start);
  EXPECT_EQ(held.end, far_future);
  EXPECT_EQ(held.feed, WordId::none);
  EXPECT_EQ(held.recorded_by, fact.recorded_by);
  EXPECT_EQ(held.entry, fact.entry);
  EXPECT_EQ(held.older, FactId::none);
  fact.recorded_by = NodeId::unnamed;
  fact.feed = "adt";
  fact.start = far_past;
  const auto later = e.fact(e.add(fact));
  EXPECT_EQ(e.text_of(later.feed), "adt");
  EXPECT_EQ(later.recorded_by, NodeId::unnamed);
  EXPECT_EQ(later.start, far_past);
  EXPECT_EQ(later.edge, held.edge);
  EXPECT_EQ(later.older, FactId{0});
  EXPECT_EQ(e.edge(held.edge).newest, FactId{1});
}

// Ids that share their place in the table are still there when one of them goes.
TEST(IdTable, WhatIsErasedIsGoneAndNothingElse) {
  IdTable<NodeId> table;
  const auto find = [&](std::uint32_t i) {
    return table.find(i % 8, NodeId::unnamed, [&](NodeId id) { return id == NodeId{i}; });
  };
  for (std::uint32_t i = 0; i < 200; ++i) table.insert(i % 8, NodeId{i});
  for (std::uint32_t i = 0; i < 200; i += 3) table.erase(i % 8, NodeId{i});
  for (std::uint32_t i = 0; i < 200; ++i)
    EXPECT_EQ(find(i), i % 3 == 0 ? NodeId::unnamed : NodeId{i}) << i;
  table.erase(1, NodeId{999});  // never was there
  EXPECT_EQ(find(1), NodeId{1});
}

}  // namespace
}  // namespace halligan::policy
