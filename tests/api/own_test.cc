// What concerns the person who asks: glass that was, accesses, copies.

#include "api_world.h"
#include "app/entry_search.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

class Own : public ApiWorld {
 protected:
  std::vector<std::string> glass_in(const Answer& answer) {
    std::vector<std::string> out;
    for (const auto& each : answer["glass"].as_array())
      out.emplace_back(each.at("glass").as_string());
    return out;
  }
  void feed() {
    while (*app::feed_index(*this, index_) > 0) {
    }
  }
  std::vector<std::string> forms_in(const Answer& answer) {
    std::vector<std::string> out;
    for (const auto& each : answer["accesses"].as_array())
      out.emplace_back(each.at("form").as_string());
    return out;
  }
};

TEST_F(Own, GlassThatEndedIsListedNewestFirstInPages) {
  const auto doc = sign_in("doc");
  std::vector<std::string> broken;
  for (int i = 10; i < 15; ++i) {
    clock_.pass(1s);
    broken.insert(broken.begin(), break_glass(doc, "p-" + std::to_string(i)));
  }
  const auto other = sign_in("nina");
  EXPECT_EQ(glass_in(get("/api/v1/glass", doc)).size(), 1U) << "each ended the one before";
  const auto all = get("/api/v1/glass?past=true", doc);
  ASSERT_EQ(all.status, 200) << all.text;
  EXPECT_EQ(glass_in(all), broken);
  EXPECT_FALSE(all["more"].as_bool());
  EXPECT_EQ(all["glass"].at(1).at("ended_by").as_string(), "focus-moved");
  EXPECT_EQ(all["glass"].at(1).at("details").as_array().size(), 3U) << "one's own words are shown";

  std::vector<std::string> paged;
  std::string before;
  for (int page = 0; page < 3; ++page) {
    const auto part = get("/api/v1/glass?past=true&limit=2" + before, doc);
    ASSERT_EQ(part.status, 200) << part.text;
    EXPECT_EQ(part["more"].as_bool(), page < 2);
    for (const auto& each : glass_in(part)) paged.push_back(each);
    before = "&before=" + paged.back();
  }
  EXPECT_EQ(paged, broken);
  EXPECT_TRUE(glass_in(get("/api/v1/glass?past=true", other)).empty());
  EXPECT_EQ(get("/api/v1/glass?past=true&before=" + broken[0], other).status, 404)
      << "another's glass is no place in one's own list";
  EXPECT_EQ(get("/api/v1/glass?past=true&before=nothing", doc).status, 404);
  for (const char* bad :
       {"?limit=2", "?before=x", "?past=true&limit=0", "?past=true&limit=101", "?past=yes"})
    EXPECT_EQ(get("/api/v1/glass" + std::string{bad}, doc).status, 400) << bad;
}

TEST_F(Own, ThePastGlassOfEverybodyIsForPrivacyOfficersAndIsWrittenDown) {
  const auto doc = sign_in("doc");
  break_glass(doc, "p-10");
  break_glass(doc, "p-11");
  for (const char* who : {"doc", "ada"}) {
    const auto refused = get("/api/v1/glass?all=true&past=true", sign_in(who));
    EXPECT_EQ(refused.slug(), "role-needed") << who;
  }
  const auto officer = sign_in("pia");
  const auto from = size();
  EXPECT_EQ(glass_in(get("/api/v1/glass?all=true&past=true", officer)).size(), 2U);
  EXPECT_EQ(kinds_since(from), (std::vector<std::string>{"ledger-read", "ledger-read"}));
}

TEST_F(Own, TheGlassOfWhomNobodyMayTellTheReaderIsNotTold) {
  const auto doc = sign_in("doc");
  break_glass(doc, "p-10");
  break_glass(doc, "p-11");
  const auto nina = sign_in("nina");
  break_glass(nina, "p-12");
  tell("excludes", "p-11", "pia");
  tell("excludes", "p-12", "pia");
  const auto officer = sign_in("pia");
  EXPECT_EQ(glass_in(get("/api/v1/glass?all=true", officer)).size(), 0U);
  EXPECT_EQ(glass_in(get("/api/v1/glass?all=true&past=true", officer)).size(), 1U);
  enrol("paul", {"privacy-officer"});
  EXPECT_EQ(glass_in(get("/api/v1/glass?all=true", sign_in("paul"))).size(), 2U);
  EXPECT_EQ(get("/api/v1/glass", nina)["glass"].as_array().size(), 1U);
}

TEST_F(Own, AnOverseerIsToldNothingOfWhomNobodyMayTellThem) {
  const auto doc = sign_in("doc");
  const auto officer = sign_in("pia");
  const auto heard = get("/api/v1/events", officer).events;
  (void)heard->take();
  tell("excludes", "p-2", "pia");
  const auto asked = post("/api/v1/charts/p-2/open", doc);
  const auto glass = break_glass(doc, "p-2");
  EXPECT_EQ(heard->take().text.find(glass), std::string::npos);
  const auto nothing = post("/api/v1/glass/nothing/revoke", officer, {{"comment", "c"}});
  const auto hidden = post("/api/v1/glass/" + glass + "/revoke", officer, {{"comment", "c"}});
  EXPECT_EQ(hidden.status, nothing.status);
  EXPECT_EQ(hidden.slug(), nothing.slug());
  EXPECT_EQ(hidden.str("detail"), nothing.str("detail"));
  EXPECT_EQ(get("/api/v1/codes/" + asked.str("code"), officer).status, 404);
  const auto question = [](const char* patient) {
    return json::object{
        {"staff", "doc"}, {"action", "read"}, {"type", "Patient"}, {"patient", patient}};
  };
  auto of_hidden = post("/api/v1/policy/explain", officer, question("p-2"));
  auto of_nobody = post("/api/v1/policy/explain", officer, question("nobody"));
  ASSERT_EQ(of_hidden.status, 200) << of_hidden.text;
  EXPECT_EQ(of_hidden.str("verdict"), of_nobody.str("verdict"));
  EXPECT_EQ(json::serialize(of_hidden["steps"]), json::serialize(of_nobody["steps"]));
  EXPECT_EQ(of_hidden.text.find("p-2"), std::string::npos) << of_hidden.text;
}

TEST_F(Own, AccessesAreThePersonsOwnNewestFirst) {
  auto doc = sign_in("doc");
  records_.answers["Patient?"] = {200, R"({"resourceType":"Bundle","entry":[]})"};
  ASSERT_EQ(post("/api/v1/charts/p-1/open", doc).str("verdict"), "permit");
  ASSERT_EQ(post("/api/v1/patients/search", doc, {{"name", "osei"}}).status, 200);
  const auto glass = break_glass(doc, "p-2");
  ASSERT_EQ(post("/api/v1/charts/p-2/open", doc).str("verdict"), "permit");
  ASSERT_EQ(post("/api/v1/charts/p-1/copies", doc, {{"kind", "print"}, {"what", "results"}})
                .str("verdict"),
            "permit");
  const std::vector<std::string> forms{"print", "open-chart", "find-person", "open-chart"};
  for (int round = 0; round < 3; ++round) {  // without the index, with it, with both
    const auto from = size();
    const auto shown = get("/api/v1/accesses", doc);
    ASSERT_EQ(shown.status, 200) << shown.text;
    EXPECT_EQ(forms_in(shown), forms) << round;
    EXPECT_FALSE(shown["more"].as_bool());
    EXPECT_TRUE(shown["complete"].as_bool());
    EXPECT_EQ(kinds_since(from), (std::vector<std::string>{"ledger-read"})) << "once";
    const auto& listed = shown["accesses"].as_array();
    EXPECT_EQ(listed[0].at("patient").as_string(), "p-1");
    EXPECT_EQ(listed[0].at("outcome").as_string(), "released");
    EXPECT_EQ(listed[1].at("glass").as_string(), glass);
    EXPECT_EQ(listed[1].at("basis").as_string(), "clinical-access");
    EXPECT_EQ(listed[1].at("outcome").as_string(), "nothing");
    EXPECT_TRUE(listed[2].at("patient").is_null());
    EXPECT_TRUE(listed[2].at("outcome").is_null());
    EXPECT_TRUE(listed[3].at("glass").is_null());

    std::vector<std::string> paged;
    std::string before;
    for (int page = 0; page < 4; ++page) {
      const auto part = get("/api/v1/accesses?limit=1" + before, doc);
      ASSERT_EQ(part["accesses"].as_array().size(), 1U) << part.text;
      EXPECT_EQ(part["more"].as_bool(), page < 3);
      EXPECT_TRUE(part["complete"].as_bool());
      paged.push_back(forms_in(part)[0]);
      before = "&before=" +
               std::to_string(part["accesses"].at(0).at("index").to_number<std::uint64_t>());
    }
    EXPECT_EQ(paged, forms);
    if (round < 2) feed();
    if (round == 1) {
      clock_.pass(2h);
      doc = sign_in("doc");
    }
  }
  EXPECT_TRUE(get("/api/v1/accesses", sign_in("nina"))["accesses"].as_array().empty());
}

TEST_F(Own, WhoseAccessesAndHowManyIsNotToBeChosen) {
  const auto doc = sign_in("doc");
  for (const char* bad : {"?staff=nina", "?limit=0", "?limit=201", "?before=-1", "?before=x"}) {
    const auto from = size();
    EXPECT_EQ(get("/api/v1/accesses" + std::string{bad}, doc).status, 400) << bad;
    EXPECT_EQ(size(), from);
  }
}

TEST_F(Own, ACopyOfAChartIsDecidedAsReadingItIsAndWrittenDown) {
  const auto doc = sign_in("doc");
  const json::object print{{"kind", "print"}, {"what", "medication list"}};
  const auto from = size();
  const auto done = post("/api/v1/charts/p-1/copies", doc, print);
  ASSERT_EQ(done.status, 200) << done.text;
  EXPECT_EQ(done.str("verdict"), "permit");
  EXPECT_EQ(done["basis"].at("rule").as_string(), "open-referral");
  EXPECT_EQ(done["basis"].at("because").as_array().size(), 2U);
  EXPECT_FALSE(done.body.as_object().contains("rest"));
  const auto index = done["receipt"].to_number<EntryIndex>();
  const auto read = house_->journal().read(index);
  ASSERT_TRUE(read.ok() && read->body);
  const auto& intended = std::get<facts::AccessIntended>(read->body->fact);
  EXPECT_EQ(intended.form, "print");
  EXPECT_EQ(intended.what, "medication list");
  EXPECT_EQ(intended.patient.text(), "p-1");
  EXPECT_EQ(kinds_since(from),
            (std::vector<std::string>{"focus-moved", "access-intended", "access-outcome"}));
  EXPECT_EQ(get("/api/v1/session", doc)["focus"].as_string(), "p-1");

  records_.answers["Patient/p-2"] = {200, "{}"};
  const auto offered = post("/api/v1/charts/p-2/copies", doc, print);
  EXPECT_EQ(offered.str("verdict"), "glass");
  EXPECT_EQ(offered["offer"].at("patient").as_string(), "p-2");
  EXPECT_EQ(kinds_since(index + 2), (std::vector<std::string>{"access-refused"}));
  EXPECT_EQ(post("/api/v1/charts/p-1/copies", sign_in("ada"), print).str("verdict"), "deny");
  ledger_fails_ = true;
  EXPECT_EQ(post("/api/v1/charts/p-1/copies", doc, print).status, 503);
}

TEST_F(Own, TheReviewerSeesThatAChartWasPrinted) {
  const auto doc = sign_in("doc");
  (void)break_glass(doc, "p-2");
  ASSERT_EQ(post("/api/v1/charts/p-2/copies", doc, {{"kind", "download"}, {"what", "all"}})
                .str("verdict"),
            "permit");
  const auto officer = sign_in("pia");
  const auto listed = get("/api/v1/cases", officer);
  const std::string id{listed["cases"].at(0).at("case").as_string()};
  const auto shown = get("/api/v1/cases/" + id, officer);
  EXPECT_EQ(forms_in(shown), (std::vector<std::string>{"download"}));
}

TEST_F(Own, WhatConcernsNoChartIsWrittenDownToo) {
  const auto doc = sign_in("doc");
  const auto from = size();
  ASSERT_EQ(post("/api/v1/copies", doc, {{"kind", "download"}, {"what", "own accesses"}}).status,
            204);
  const auto read = house_->journal().read(from);
  ASSERT_TRUE(read.ok() && read->body);
  const auto& noted = std::get<facts::LedgerRead>(read->body->fact);
  EXPECT_EQ(noted.what, "download: own accesses");
  EXPECT_EQ(noted.staff.text(), "doc");
  EXPECT_TRUE(noted.patient.empty());
  for (const char* path : {"/api/v1/copies", "/api/v1/charts/p-1/copies"})
    for (const json::value& bad :
         std::initializer_list<json::value>{json::object{},
                                            {{"kind", "print"}},
                                            {{"what", "x"}},
                                            {{"kind", "fax"}, {"what", "x"}},
                                            {{"kind", "print"}, {"what", ""}},
                                            {{"kind", "print"}, {"what", std::string(801, 'x')}},
                                            {{"kind", "print"}, {"what", "x"}, {"copies", 2}}})
      EXPECT_EQ(post(path, doc, bad).status, 400) << path << bad;
  EXPECT_EQ(size(), from + 1);
  std::string long_words;
  for (int n = 0; n < 200; ++n) long_words += "\U0001F4C4";
  EXPECT_EQ(post("/api/v1/copies", doc, {{"kind", "print"}, {"what", long_words}}).status, 204)
      << "200 characters, of whatever script";
}

}  // namespace
}  // namespace halligan::tests
