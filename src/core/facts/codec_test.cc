// Every kind of fact survives the round trip, and nothing else is read.
#include <gtest/gtest.h>

#include <boost/mp11.hpp>

#include <set>

#include "core/facts/codec.h"

namespace halligan::facts {
namespace {

// Fills every member with something that is not its default.
struct Filler {
  int n = 0;
  void fill(std::string& to) { to = "text \"" + std::to_string(++n) + "\" \n ø"; }
  void fill(bool& to) { to = !to; }
  void fill(Instant& to) { to = Instant{Millis{1'700'000'000'000 + ++n}}; }
  void fill(std::vector<std::string>& to) { to = {"a", "b\\"}; }
  void fill(std::vector<Detail>& to) { to = {{"p", "q"}, {"r", "s"}}; }
  template <class T>
  void fill(T& to) {
    if constexpr (std::is_integral_v<T>)
      to = static_cast<T>(++n);
    else if constexpr (std::is_enum_v<T>)
      to = static_cast<T>(1);
    else
      to = T{"id-" + std::to_string(++n)};
  }
};

template <class Visit>
void for_each_kind(Visit visit) {
  boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, AnyFact>>(visit);
}

TEST(Facts, EveryKindRoundTripsFilledAndEmpty) {
  std::set<std::string> kinds;
  for_each_kind([&](auto type) {
    using T = typename decltype(type)::type;
    T filled{};
    Filler filler;
    using Members = boost::describe::describe_members<T, boost::describe::mod_public>;
    boost::mp11::mp_for_each<Members>([&](auto m) { filler.fill(filled.*m.pointer); });
    for (const Fact& fact : {Fact{T{}}, Fact{filled}}) {
      const Body body{.fact = fact, .boot = Millis{42}, .idempotency = "k"};
      const auto text = encode(body);
      const auto back = decode(text);
      ASSERT_TRUE(back) << text;
      EXPECT_EQ(encode(*back), text);
    }
    EXPECT_TRUE(kinds.insert(T::kind).second) << T::kind;
  });
  EXPECT_EQ(kinds.size(), std::variant_size_v<AnyFact>);
}

TEST(Facts, WhatWeCouldNotHaveWrittenIsNotRead) {
  EXPECT_TRUE(decode(R"({"k":"clock-stepped","b":1,"d":{"by_millis":5}})"));
  for (const char* bad :
       {R"({"k":"clock-stepped","b":1,"d":{"by_millis":5,"more":1}})",
        R"({"k":"clock-stepped","b":1,"d":{"by_millis":"5"}})", R"({"k":"clock-stepped","d":{}})",
        R"({"k":"nonsense","b":1,"d":{}})", R"({"k":"clock-stepped","b":1,"d":{},"z":1})", R"([])",
        R"({"k":"clock-stepped","b":1,"d":{})",
        R"({"k":"glass-ended","b":1,"d":{"by":"unheard-of"}})"})
    EXPECT_FALSE(decode(bad)) << bad;
}

TEST(Facts, WhatWasWrittenBeforeAMemberCameIsReadWithItsDefault) {
  const auto widened = decode(R"({"k":"glass-widened","b":1,"d":{"glass":"g","rule":"r"}})");
  ASSERT_TRUE(widened);
  const auto& fact = std::get<GlassWidened>(widened->fact);
  EXPECT_EQ(fact.until, far_future);
  EXPECT_EQ(fact.due, far_future);
  EXPECT_EQ(fact.idle_millis, 0);
  EXPECT_TRUE(fact.reviewer.empty());
  const auto read = decode(R"({"k":"ledger-read","b":1,"d":{"staff":"s","what":"entries"}})");
  ASSERT_TRUE(read);
  EXPECT_TRUE(patient_of(read->fact).empty());
}

TEST(Facts, PatientAndStaffAreFound) {
  EXPECT_EQ(patient_of(GlassEnded{.staff = StaffId{"s"},
                                  .patient = PatientId{"p"},
                                  .glass = {},
                                  .by = {},
                                  .ended_at = {},
                                  .ended_by = {},
                                  .comment = {}})
                .text(),
            "p");
  EXPECT_EQ(staff_of(GlassEnded{.staff = StaffId{"s"},
                                .patient = {},
                                .glass = {},
                                .by = {},
                                .ended_at = {},
                                .ended_by = {},
                                .comment = {}})
                .text(),
            "s");
  EXPECT_TRUE(patient_of(FeedBeat{}).empty());
}

}  // namespace
}  // namespace halligan::facts
