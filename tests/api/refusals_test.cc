// refusals_test.cc - what a "no" tells, and what of it is written down: by itself, by its entries,
// and by how many of them there are.
#include <fstream>
#include <sstream>

#include "api_world.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* found_p2 =
    R"({"resourceType":"Bundle","type":"searchset","entry":[{"resource":)"
    R"({"resourceType":"Patient","id":"p-2","name":[{"family":"Ellison"}]}}]})";

class Refusals : public ApiWorld {
 protected:
  Refusals() { records_.answers["Patient/p-2"] = {200, "{}"}; }

  Answer break_for(const std::string& token, const std::string& patient, json::object body) {
    return post("/api/v1/charts/" + patient + "/break", token, body);
  }
  facts::AccessRefused newest_refused() {
    const auto read = house_->journal().read(size() - 1);
    EXPECT_TRUE(read.ok() && read->body);
    const auto* fact = std::get_if<facts::AccessRefused>(&read->body->fact);
    EXPECT_NE(fact, nullptr);
    return fact == nullptr ? facts::AccessRefused{} : *fact;
  }
  // How many entries a call makes, and with which status it is answered.
  template <class Call>
  std::string told_by(Call call) {
    const auto before = size();
    const Answer said = call();
    return std::to_string(said.status) + " " + said.slug() + " +" + std::to_string(size() - before);
  }
};

// --- a house that fails under a command ----------------------------------------------------------

TEST_F(Refusals, P1_AVaultThatFailsUnderABreakIsSaidAndNothingIsLookedAt) {
  const auto token = sign_in("doc");
  const auto glass = break_glass(token, "p-2");
  vault_storage_.set_fail_one_in(1);
  const auto broken = [&](int i) {
    const auto patient = "x-" + std::to_string(i);
    records_.answers["Patient/" + patient] = {200, "{}"};
    return break_for(token, patient, {{"reason", "clinical-access"}, {"details", details()}});
  };
  int i = 0;
  auto said = broken(i);  // keys that were made ahead are used up first
  while (said.status == 201 && i < 1'000) said = broken(++i);
  EXPECT_EQ(said.status, 503) << said.text;
  EXPECT_EQ(said.slug(), "ledger-unavailable");
  ASSERT_TRUE(house_->failed());
  // In the same batch: none of them has come about, and none is answered as if it had.
  EXPECT_EQ(broken(++i).status, 503);
  EXPECT_EQ(broken(0).status, 503);
  EXPECT_EQ(post("/api/v1/charts/p-2/open", token).status, 503);
  EXPECT_EQ(get("/api/v1/charts/p-2/glass", token).status, 503);
  EXPECT_EQ(post("/api/v1/glass/" + glass + "/close", token).status, 503);
  EXPECT_EQ(get("/api/v1/cases?mine=true", token).status, 503);
}

TEST_F(Refusals, TooManyPasswordsAtOnceIsNoTroubleOfTheLedger) {
  hasher_.set_busy(true);
  const auto said = try_sign_in("doc", "correct horse battery", code_of("doc"));
  EXPECT_EQ(said.status, 503);
  EXPECT_EQ(said.slug(), "overloaded");
  EXPECT_EQ(said.header("Retry-After"), "5");
  EXPECT_EQ(said.text.find("ledger"), std::string::npos);
}

// --- a break that is not taken as it is offered --------------------------------------------------

TEST_F(Refusals, WhoeverIsToldAnOfferByABreakIsWrittenDown) {
  const auto token = sign_in("doc");
  const auto start = size();
  const auto unknown = break_for(token, "p-2", {{"reason", "whim"}});
  EXPECT_EQ(unknown.slug(), "unknown-reason");
  ASSERT_EQ(size(), start + 1);
  EXPECT_TRUE(newest_refused().offered);
  EXPECT_EQ(newest_refused().code, unknown.str("code"));
  // One offer, one entry: what an honest user is asked on the way there is counted with it.
  const auto open = post("/api/v1/charts/p-2/open", token);
  EXPECT_EQ(open["code"].as_string(), unknown.str("code"));
  const auto missing = break_for(token, "p-2", {{"reason", "clinical-access"}});
  EXPECT_EQ(missing.slug(), "details-missing");
  EXPECT_EQ(missing.str("code"), unknown.str("code"));
  EXPECT_EQ(size(), start + 1);
  clock_.pass(6min);
  const auto stale =
      break_for(token, "p-2", {{"reason", "clinical-access"}, {"details", details()}});
  EXPECT_EQ(stale.slug(), "step-up-needed");
  EXPECT_TRUE(newest_refused().offered);
  EXPECT_EQ(newest_refused().code, stale.str("code"));
}

TEST_F(Refusals, ABreakTooLongToBeWrittenTellsNothingOfTheChart) {
  tell("excludes", "p-2", "doc");
  const auto token = sign_in("doc");
  json::array endless;
  for (int i = 0; i < 20; ++i)
    endless.push_back({{"prompt", "p" + std::to_string(i)}, {"answer", std::string(2'000, 'x')}});
  const json::object body{{"reason", "clinical-access"}, {"details", endless}};
  records_.answers["Patient/p-3"] = {200, "{}"};
  const auto hidden = told_by([&] { return break_for(token, "p-2", body); });
  EXPECT_EQ(hidden, told_by([&] { return break_for(token, "p-3", body); }));
  EXPECT_EQ(hidden.substr(0, 3), "400") << hidden;
}

// --- the same reason again -----------------------------------------------------------------------

class Repeats : public Refusals {
 protected:
  Repeats() {
    std::ifstream in{"demo/policy.toml"};
    std::stringstream text;
    text << in.rdbuf();
    auto policy = text.str();
    const std::string reason = "reason  = \"clinical-access\"\n";
    policy.insert(policy.find(reason) + reason.size(),
                  "repeat  = { within = \"8h\", asks = \"nothing\" }\n");
    policy +=
        "\n[[seal]]\nname = \"reproductive\"\ndata = [\"label:SEX\"]\n"
        "ask = { acknowledge = \"It is sealed.\", prompts = [\"Who asked for it?\"], review = { by "
        "= \"administrator\", within = \"2h\" } }\n";
    const auto proposed = post("/api/v1/policy/proposals", sign_in("ada"),
                               {{"text", policy}, {"note", "it may be repeated"}});
    EXPECT_EQ(proposed.status, 201) << proposed.text;
    const auto done =
        post("/api/v1/policy/proposals/" + proposed.str("version") + "/sign", sign_in("pia"));
    EXPECT_EQ(done.status, 200) << done.text;
    token_ = sign_in("doc");
  }
  json::object why(json::object more = {}) {
    more["reason"] = "clinical-access";
    return more;
  }
  void close(const Answer& broken) {
    ASSERT_EQ(post("/api/v1/glass/" + broken.str("glass") + "/close", token_).status, 200);
  }
  // Kinds and reviewers of the cases that the break of now has opened.
  std::vector<std::string> cases() {
    std::vector<std::string> out;
    for (const auto& [id, each] : state().all_cases)
      out.push_back(each.kind + " " + each.rule + " " + each.reviewers.at(0).role);
    std::sort(out.begin(), out.end());
    return out;
  }
  std::string token_;
  const json::object sealed_{{"type", "Observation"}, {"labels", {"SEX"}}};
};

TEST_F(Repeats, WhatWasExplainedOnceIsNotAskedAgain) {
  const auto first = break_for(token_, "p-2", why({{"details", details()}}));
  ASSERT_EQ(first.status, 201) << first.text;
  close(first);
  const auto again = break_for(token_, "p-2", why());
  EXPECT_EQ(again.status, 201) << again.text;
  EXPECT_EQ(again.str("case"), first.str("case"));
  EXPECT_EQ(cases().size(), 1U);
}

TEST_F(Repeats, ASealThatTheEarlierGlassDidNotPayAsksForItselfAndIsReviewed) {
  const auto first = break_for(token_, "p-2", why({{"details", details()}}));
  ASSERT_EQ(first.status, 201) << first.text;
  close(first);
  const auto prompted = break_for(token_, "p-2", why({{"cell", sealed_}}));
  EXPECT_EQ(prompted.slug(), "details-missing");
  EXPECT_EQ(prompted["missing"].as_array(), (json::array{"Who asked for it?"}));
  const json::array answered{{{"prompt", "Who asked for it?"}, {"answer", "the clinic"}}};
  const auto bare = break_for(token_, "p-2", why({{"cell", sealed_}, {"details", answered}}));
  EXPECT_EQ(bare.slug(), "acknowledgement-missing");
  EXPECT_EQ(bare["missing"].as_array(), (json::array{"reproductive"}));
  const auto paid = [&] {
    return why(
        {{"cell", sealed_}, {"details", answered}, {"acknowledge", json::array{"reproductive"}}});
  };
  const auto again = break_for(token_, "p-2", paid());
  ASSERT_EQ(again.status, 201) << again.text;
  EXPECT_EQ(again.str("case"), first.str("case"));
  EXPECT_EQ(cases(), (std::vector<std::string>{"glass clinical-access privacy-officer",
                                               "seal reproductive administrator"}));
  close(again);
  // That one paid the seal: nothing is left to ask, and nothing new to review.
  EXPECT_EQ(break_for(token_, "p-2", why({{"cell", sealed_}})).status, 201);
  EXPECT_EQ(cases().size(), 2U);
}

TEST_F(Repeats, AFlagSetMeanwhileIsAcknowledgedAndReviewed) {
  const auto first = break_for(token_, "p-2", why({{"details", details()}}));
  ASSERT_EQ(first.status, 201) << first.text;
  close(first);
  ASSERT_EQ(post("/api/v1/facts", sign_in("ada"),
                 {{"flags", {{{"patient", "p-2"}, {"flag", "VIP"}, {"on", true}}}}})
                .status,
            200);
  EXPECT_EQ(break_for(token_, "p-2", why()).slug(), "acknowledgement-missing");
  EXPECT_EQ(
      break_for(token_, "p-2", why({{"acknowledge", json::array{"vip-and-employees"}}})).status,
      201);
  EXPECT_EQ(cases(), (std::vector<std::string>{"glass clinical-access privacy-officer",
                                               "seal vip-and-employees privacy-officer"}));
}

// --- relations -----------------------------------------------------------------------------------

class Relations : public Refusals {
 protected:
  Relations() {
    tell("excludes", "p-8", "nina");
    tell("referral", "cardiology", "p-8");
    tell("referral", "cardiology", "p-9");
  }
  Answer confirm(const std::string& token, const std::string& patient) {
    return post("/api/v1/relations/confirm", token,
                {{"relation", "referral"}, {"from", "cardiology"}, {"to", patient}});
  }
  Answer close(const std::string& token, const std::string& patient) {
    return post("/api/v1/charts/" + patient + "/referrals/cardiology/close", token);
  }
};

TEST_F(Relations, NobodyLearnsOfAReferralByConfirmingItWithoutARightOnTheChart) {
  const auto nina = sign_in("nina");
  const auto recorded = told_by([&] { return confirm(nina, "p-9"); });
  EXPECT_EQ(recorded, "403 glass-needed +1");
  tell("excludes", "p-10", "rex");  // the patient is known, and nothing is recorded of a team
  EXPECT_EQ(told_by([&] { return confirm(nina, "p-10"); }), recorded);
  // Hidden and unknown are told by the same words and the same number of entries.
  const auto hidden = told_by([&] { return confirm(nina, "p-8"); });
  EXPECT_EQ(hidden, "403 denied +1");
  EXPECT_EQ(told_by([&] { return confirm(nina, "p-404"); }), hidden);
  EXPECT_TRUE(records_.asked.empty());
  EXPECT_FALSE(state().knows(PatientId{"p-404"}));
}

TEST_F(Relations, EveryNoToAConfirmationIsAnEntry) {
  const auto doc = sign_in("doc");
  const auto before = size();
  const auto none = post("/api/v1/relations/confirm", doc,
                         {{"relation", "referral"}, {"from", "oncology"}, {"to", "p-1"}});
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(kinds_since(before), (std::vector<std::string>{"access-refused"}));
  EXPECT_EQ(newest_refused().code, none.str("code"));
  EXPECT_EQ(confirm(sign_in("ada"), "p-1").status, 403) << "an administrator opens no chart";
  EXPECT_EQ(confirm(doc, "p-1").slug(), "same-person") << "the administrator enrolled them";
  EXPECT_EQ(confirm(sign_in("pia"), "p-1").status, 200);
}

TEST_F(Relations, ClosingTellsNobodyOfAReferralWithoutARightOnTheChart) {
  const auto nina = sign_in("nina");
  const auto recorded = told_by([&] { return close(nina, "p-9"); });
  EXPECT_EQ(recorded, "403 glass-needed +1");
  tell("excludes", "p-10", "rex");
  EXPECT_EQ(told_by([&] { return close(nina, "p-10"); }), recorded);
  const auto hidden = told_by([&] { return close(nina, "p-8"); });
  EXPECT_EQ(hidden, "403 denied +1");
  EXPECT_EQ(told_by([&] { return close(nina, "p-404"); }), hidden);
  const auto doc = sign_in("doc");
  const auto before = size();
  EXPECT_EQ(post("/api/v1/charts/p-1/referrals/oncology/close", doc).status, 404);
  EXPECT_EQ(kinds_since(before), (std::vector<std::string>{"access-refused"}));
}

// --- the number of entries -----------------------------------------------------------------------

TEST_F(Refusals, HiddenAndUnknownMakeAsManyEntries) {
  tell("excludes", "p-2", "doc");
  records_.answers["Patient?"] = {200, R"({"resourceType":"Bundle","type":"searchset"})"};
  records_.answers["Patient?_count=31&_id=p-2"] = {200, found_p2};
  const auto token = sign_in("doc");
  const json::object why{{"reason", "clinical-access"}, {"details", details()}};
  const auto of = [&](const std::string& patient) {
    std::vector<std::string> out;
    out.push_back(told_by([&] {
      return post("/api/v1/patients/search", token, {{"id", patient}});
    }));
    out.push_back(told_by([&] {
      return post("/api/v1/patients/search", token, {{"id", patient}});
    }));
    out.push_back(told_by([&] {
      return post("/api/v1/patients/search", token, {{"id", patient}, {"ward", "ward-a"}});
    }));
    const auto path = "/api/v1/charts/" + patient;
    out.push_back(told_by([&] { return post(path + "/open", token); }));
    clock_.pass(2min);
    out.push_back(told_by([&] { return post(path + "/break", token, why); }));
    clock_.pass(2min);
    out.push_back(told_by([&] { return get(path + "/glass", token); }));
    clock_.pass(2min);
    out.push_back(told_by([&] {
      return post(path + "/referrals", token, {{"team", "cardiology"}});
    }));
    return out;
  };
  const auto hidden = of("p-2");
  clock_.pass(2min);
  EXPECT_EQ(hidden, of("p-404"));
  EXPECT_EQ(hidden.at(0), "200  +2") << "the search, and the one that is not shown";
}

TEST_F(Refusals, WithoutASessionTheLedgerTellsNoMoreThanItsCheckpoint) {
  const auto outside = get("/api/v1/ledger", "");
  ASSERT_EQ(outside.status, 200) << outside.text;
  for (const char* name : {"size", "durable", "root"})
    EXPECT_FALSE(outside.body.as_object().contains(name)) << name;
  EXPECT_EQ(outside.str("origin"), "ledger.test/hospital");
  EXPECT_EQ(get("/api/v1/ledger", "nonsense").body, outside.body);
  const auto inside = get("/api/v1/ledger", sign_in("doc"));
  EXPECT_EQ(inside["size"].to_number<EntryIndex>(), size());
}

}  // namespace
}  // namespace halligan::tests
