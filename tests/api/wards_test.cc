// Finding people by the ward they are on.

#include "app/wards.h"
#include "api_world.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

// A record system that knows everybody it is asked for by id, and gives no more than it is let.
class Wards : public ApiWorld {
 protected:
  void knows(const std::vector<std::string>& ids, const std::string& asked = "") {
    json::array entries;
    for (const auto& id : ids) {
      json::object patient{{"resourceType", "Patient"}, {"id", id}};
      patient["name"] = json::array{json::object{{"text", "Name of " + id}}};
      entries.emplace_back(json::object{{"resource", std::move(patient)}});
    }
    json::object bundle{{"resourceType", "Bundle"}, {"entry", std::move(entries)}};
    records_.answers["Patient?" + asked] = {200, json::serialize(bundle)};
  }
  std::vector<std::string> ids_in(const Answer& answer) {
    std::vector<std::string> out;
    for (const auto& each : answer["patients"].as_array())
      out.emplace_back(each.at("id").as_string());
    return out;
  }
  Answer search(const std::string& token, const json::object& criteria) {
    return post("/api/v1/patients/search", token, criteria);
  }
  using Ids = std::vector<std::string>;
};

TEST_F(Wards, WhoIsOnTheWardIsFoundByIt) {
  const auto doc = sign_in("doc");
  tell("admitted", "p-1", "ward-a");
  tell("checked_in", "p-2", "ward-a");
  tell("admitted", "p-3", "ward-b");
  knows({"p-1", "p-2"});
  const auto from = size();
  const auto found = search(doc, {{"ward", "ward-a"}});
  ASSERT_EQ(found.status, 200) << found.text;
  EXPECT_EQ(ids_in(found), (Ids{"p-1", "p-2"}));
  EXPECT_FALSE(found["more"].as_bool());
  ASSERT_EQ(records_.asked.size(), 1U);
  EXPECT_EQ(records_.asked[0], "Patient?_count=3&_id=p-1,p-2");
  EXPECT_EQ(kinds_since(from),
            (std::vector<std::string>{"search-made", "search-listed", "search-listed"}));
  const auto read = house_->journal().read(from);
  EXPECT_EQ(std::get<facts::SearchMade>(read->body->fact).criteria, "ward");
  knows({"p-3", "p-1"});
  EXPECT_EQ(ids_in(search(doc, {{"ward", "ward-a"}})), (Ids{"p-1"}))
      << "also where the record system gives others";
}

TEST_F(Wards, OtherCriteriaNarrowIt) {
  const auto doc = sign_in("doc");
  tell("admitted", "p-1", "ward-a");
  tell("admitted", "p-2", "ward-a");
  knows({"p-1"});
  EXPECT_EQ(ids_in(search(doc, {{"ward", "ward-a"}, {"name", "osei"}})), (Ids{"p-1"}));
  EXPECT_EQ(records_.asked.back(), "Patient?_count=3&name=osei&_id=p-1,p-2");
  EXPECT_EQ(ids_in(search(doc, {{"ward", "ward-a"}, {"id", "p-1"}})), (Ids{"p-1"}));
  knows({"p-9"});
  EXPECT_EQ(ids_in(search(doc, {{"ward", "ward-a"}, {"id", "p-9"}})), (Ids{}))
      << "who is not on the ward is not found by it";
  EXPECT_NE(records_.asked.back().find("_id=p-9"), std::string::npos)
      << "and was looked for all the same";
}

TEST_F(Wards, AnEmptyWardAsksNobody) {
  const auto doc = sign_in("doc");
  const auto found = search(doc, {{"ward", "no-such-ward"}});
  ASSERT_EQ(found.status, 200) << found.text;
  EXPECT_TRUE(ids_in(found).empty());
  EXPECT_TRUE(records_.asked.empty());
}

TEST_F(Wards, WhoMayNotBeFoundIsLeftOutAndWrittenDown) {
  const auto doc = sign_in("doc");
  tell("admitted", "p-1", "ward-a");
  tell("admitted", "p-2", "ward-a");
  tell("excludes", "p-2", "doc");
  knows({"p-1", "p-2"});
  const auto from = size();
  EXPECT_EQ(ids_in(search(doc, {{"ward", "ward-a"}})), (Ids{"p-1"}));
  EXPECT_EQ(kinds_since(from),
            (std::vector<std::string>{"search-made", "search-listed", "access-refused"}));
}

TEST_F(Wards, AWardIsSearchedOnlyByWhomThePolicyTellsWhoIsOnIt) {
  enrol("bill", {"billing"});
  const auto bill = sign_in("bill");
  tell("admitted", "p-1", "ward-a");
  knows({"p-1"});
  const auto from = size();
  const auto refused = search(bill, {{"ward", "ward-a"}});
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.slug(), "denied");
  EXPECT_EQ(search(bill, {{"ward", "ward-a"}, {"name", "Name"}}).slug(), "denied");
  EXPECT_EQ(get("/api/v1/wards", bill).slug(), "denied");
  EXPECT_EQ(kinds_since(from), (std::vector<std::string>{"access-refused"})) << "folded";
  EXPECT_TRUE(records_.asked.empty());
  EXPECT_EQ(search(bill, {{"name", "Name"}}).status, 200) << "by name as ever";
}

TEST_F(Wards, AUnitWhereOnlyTheHiddenAreIsNotListed) {
  const auto doc = sign_in("doc");
  const auto nina = sign_in("nina");
  tell("admitted", "p-2", "hospice");
  tell("excludes", "p-2", "doc");
  const auto lists = [&](const std::string& token) {
    return get("/api/v1/wards", token).text.find("hospice") != std::string::npos;
  };
  EXPECT_FALSE(lists(doc));
  EXPECT_TRUE(lists(nina));
  tell("admitted", "p-1", "hospice");
  EXPECT_TRUE(lists(doc));
  enrol("adt", {"interface"});
  EXPECT_EQ(get("/api/v1/wards", sign_in("adt")).slug(), "denied");
}

TEST_F(Wards, ABigWardIsAskedForInPartsAndCutOff) {
  const auto doc = sign_in("doc");
  Ids all;
  for (int i = 100; i < 350; ++i) {
    all.push_back("p-" + std::to_string(i));
    tell("admitted", all.back(), "ward-a");
  }
  for (const std::size_t first : {0U, 50U, 100U, 150U})
    knows(Ids{all.begin() + static_cast<std::ptrdiff_t>(first),
              all.begin() + static_cast<std::ptrdiff_t>(first) + 50},
          "_count=51&_id=" + all[first]);
  const auto found = search(doc, {{"ward", "ward-a"}});
  ASSERT_EQ(found.status, 200) << found.text;
  EXPECT_EQ(ids_in(found), (Ids{all.begin(), all.begin() + 60}));
  EXPECT_TRUE(found["more"].as_bool());
  EXPECT_EQ(records_.asked.size(), 4U);
  for (const auto& target : records_.asked) EXPECT_LT(target.size(), 4'000U);
}

TEST_F(Wards, BadWardsAreRefusedAndFeedsFindNobody) {
  const auto doc = sign_in("doc");
  for (const char* bad : {"ward a", "unit/ward-a", "w,x", ""})
    EXPECT_EQ(search(doc, {{"ward", bad}}).status, 400) << bad;
  enrol("adt", {"interface"});
  tell("admitted", "p-1", "ward-a");
  EXPECT_EQ(search(sign_in("adt"), {{"ward", "ward-a"}}).slug(), "denied");
  EXPECT_TRUE(records_.asked.empty());
}

TEST_F(Wards, TheListHasWardsOfThePolicyAndThoseWithPatients) {
  const auto doc = sign_in("doc");
  const auto list = [&] {
    Ids out;
    const auto listed = get("/api/v1/wards", doc);
    for (const auto& each : listed["wards"].as_array()) out.emplace_back(each.as_string());
    return out;
  };
  const auto has = [](const Ids& ids, const char* id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  };
  const auto before = list();
  EXPECT_TRUE(has(before, "ward-a"));
  EXPECT_TRUE(has(before, "emergency-department"));
  EXPECT_FALSE(has(before, "hospice"));
  EXPECT_TRUE(std::is_sorted(before.begin(), before.end()));
  tell("works_on", "doc", "hospice");
  EXPECT_FALSE(has(list(), "hospice")) << "nobody is on it";
  tell("admitted", "p-1", "hospice");
  const auto from = size();
  EXPECT_TRUE(has(list(), "hospice"));
  EXPECT_EQ(size(), from) << "wards are nobody's secret";
  EXPECT_EQ(get("/api/v1/wards", "").status, 401);
}

// What somebody said last counts, each source for itself.
TEST(WardsOfEvidence, WhoLeftOrNeverCameIsNotOnIt) {
  app::State state;
  EntryIndex index = 0;
  const Instant noon{Millis{1'790'000'000'000}};
  const auto apply = [&](facts::Fact fact) {
    state.apply(index++, {.wall = noon, .boot = Millis{0}},
                {.fact = std::move(fact), .idempotency = {}});
  };
  const auto admitted = [&](const char* patient, const char* source, bool so,
                            Instant start = far_past, Instant end = far_future,
                            const char* relation = "admitted") {
    facts::RelationRecorded fact;
    fact.source = source;
    fact.patient = PatientId{patient};
    fact.relation = relation;
    fact.from = std::string{"patient/"} + patient;
    fact.to = "unit/ward-a";
    fact.start = start;
    fact.end = end;
    fact.asserted = so;
    apply(std::move(fact));
  };
  apply(facts::PolicyProposed{.staff = {}, .policy = "1", .sha256 = {}, .parts = 1, .note = {}});
  apply(facts::PolicyPart{.policy = "1", .part = 0, .text = R"(
hospital = "St. Elsewhere"
timezone = "Europe/London"
roles = ["nurse"]
[relations]
admitted = { from = "patient", to = "unit" }
visits = { from = "patient", to = "unit" }
[[allow]]
name = "find"
actions = ["search"]
[[allow]]
name = "who-is-on-a-ward"
data = ["fact:admitted"]
actions = ["search"]
)"});
  apply(facts::PolicySigned{.staff = {}, .policy = "1"});
  admitted("here", "adt", true);
  admitted("left", "adt", true, far_past, noon);
  admitted("to-come", "adt", true, noon + 1h);
  admitted("taken-back", "adt", true);
  admitted("taken-back", "adt", false);
  admitted("disputed", "adt", true);
  admitted("disputed", "other", false);
  admitted("visitor", "adt", true, far_past, far_future, "visits");  // not to be searched
  const Now now{.wall = noon, .boot = Millis{0}};
  app::Session session;
  session.staff = StaffId{"nurse"};
  std::vector<std::string> on;
  for (const auto& each : app::patients_on(state, session, "ward-a", now).patients)
    on.push_back(each.text());
  EXPECT_EQ(on, (std::vector<std::string>{"disputed", "here"}));
  EXPECT_TRUE(app::patients_on(state, session, "ward-b", now).patients.empty());
  EXPECT_EQ(app::wards(state, session, now), (std::vector<std::string>{"ward-a"}));
}

}  // namespace
}  // namespace halligan::tests
