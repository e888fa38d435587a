#include "cli/shell.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <fstream>

#include "cli/fake_person.h"

namespace halligan::cli {
namespace {

using testing::Test;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The text as one line: where it wraps is not what these tests are about.
std::string flat(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const char plain = c == '\n' ? ' ' : c;
    if (plain != ' ' || !out.ends_with(' ')) out += plain;
  }
  return out;
}

TEST(Shell, refuses_secrets_in_arguments_and_does_not_repeat_them) {
  FakePerson person("argv");
  const std::vector<std::vector<std::string>> wrong{
      {"sign-in", "a.osei", "--password", "hunter2"},
      {"sign-in", "a.osei", "--password=hunter2"},
      {"sign-in", "a.osei", "--code", "hunter2"},
      {"step-up", "--code=hunter2"},
      {"staff", "password", "a.osei", "--password", "hunter2"},
      {"staff", "totp", "a.osei", "--secret", "hunter2"},
      {"sign-in", "a.osei", "--terminal", "t-1", "--terminal-secret", "hunter2"},
      {"whoami", "--token", "hunter2"},
      {"sign-in", "a.osei", "hunter2"},  // a stray word may be one too
      {"sign-in", "a.osei", "--passwort=hunter2"},
  };
  for (const auto& words : wrong) {
    EXPECT_EQ(person.run(words), 2) << words.back();
    EXPECT_FALSE(has(person.out.str() + person.err.str(), "hunter2")) << words.back();
    EXPECT_FALSE(person.err.str().empty());
  }
  person.run({"sign-in", "a.osei", "--password", "hunter2"});
  EXPECT_TRUE(has(person.err.str(), "--password-file")) << person.err.str();
  EXPECT_TRUE(person.asked.empty());
}

TEST(Shell, a_word_behind_two_dashes_is_only_a_word) {
  FakePerson person("dashes");
  person.signed_in();
  person.answer(200, R"({"case":"c-1"})");
  EXPECT_EQ(person.run({"justify", "c-1", "--", "--password"}), 0) << person.err.str();
  EXPECT_EQ(person.asked.at(0).body, R"({"text":"--password"})");
}

TEST(Shell, sign_in_asks_on_the_terminal_and_keeps_a_private_session) {
  FakePerson person("sign_in");
  person.answer(201, R"({"token":"t0ken","session":"s-1","staff":"a.osei","name":"Ama Osei",)"
                     R"("roles":["physician"],"place":"ward-ed","terminal":"t-1",)"
                     R"("until":"2027-01-15T20:00:00Z","idle_seconds":1800})");
  person.typed = {"correct horse", "123456"};
  EXPECT_EQ(person.run({"sign-in", "a.osei"}), 0) << person.err.str();
  EXPECT_EQ(person.asked.at(0).path, "/api/v1/sessions");
  EXPECT_EQ(person.asked.at(0).body,
            R"({"user":"a.osei","password":"correct horse","code":"123456"})");
  EXPECT_TRUE(has(person.out.str(), "Ama Osei (a.osei), roles: physician, at ward-ed"));
  EXPECT_TRUE(has(flat(person.out.str()), "2027-01-15 20:00:00 UTC, or after 30m without use"));
  EXPECT_FALSE(has(person.out.str() + person.err.str(), "t0ken"));
  struct stat about {};
  ASSERT_EQ(::stat((person.folder / "kept" / "session").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat((person.folder / "kept").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0700U);
}

TEST(Shell, both_factors_can_come_from_standard_input_line_by_line) {
  FakePerson person("stdin");
  person.in.str("correct horse\n123456\n");
  person.answer(201, R"({"token":"t","staff":"a.osei"})");
  EXPECT_EQ(person.run({"sign-in", "a.osei", "--password-file", "-", "--code-file", "-"}), 0);
  EXPECT_EQ(person.asked.at(0).body,
            R"({"user":"a.osei","password":"correct horse","code":"123456"})");
}

TEST(Shell, a_secret_file_that_others_can_read_is_refused) {
  FakePerson person("modes");
  const std::string open = person.write("open", "correct horse\n", true);
  EXPECT_EQ(person.run({"sign-in", "a.osei", "--password-file", open, "--code-file", "-"}), 2);
  EXPECT_TRUE(has(person.err.str(), "chmod 600"));
  EXPECT_TRUE(person.asked.empty());
}

TEST(Shell, without_a_terminal_it_says_which_option_takes_the_secret) {
  FakePerson person("no_terminal");
  EXPECT_EQ(person.run({"sign-in", "a.osei"}), 2);
  EXPECT_TRUE(has(person.err.str(), "--password-file")) << person.err.str();
}

TEST(Shell, the_token_goes_only_to_the_server_that_gave_it) {
  FakePerson person("token");
  person.signed_in();
  person.answer(200, "{}");
  person.answer(200, "{}");
  EXPECT_EQ(person.run({"whoami"}), 0);
  EXPECT_EQ(person.targets.at(0).token.reveal(), "t0ken");
  EXPECT_EQ(person.run({"whoami", "--server", "https://other.example:8443"}), 0);
  EXPECT_EQ(person.targets.at(1).server, "https://other.example:8443");
  EXPECT_EQ(person.targets.at(1).token.reveal(), "");
}

TEST(Shell, signing_in_again_ends_the_session_that_was_kept) {
  FakePerson person("again");
  person.signed_in();
  person.answer(201, R"({"token":"second","staff":"b.lind"})");
  person.answer(204, "");
  person.typed = {"pass", "654321"};
  EXPECT_EQ(person.run({"sign-in", "b.lind"}), 0);
  ASSERT_EQ(person.asked.size(), 2U);
  EXPECT_EQ(person.asked[1].method, "DELETE");
  EXPECT_EQ(person.targets[1].token.reveal(), "t0ken");
}

TEST(Shell, exit_codes_tell_refusals_from_troubles) {
  struct Case {
    int status;
    int code;
  };
  for (const Case one : {Case{200, 0}, Case{400, 2}, Case{401, 3}, Case{403, 1}, Case{404, 1},
                         Case{409, 1}, Case{422, 1}, Case{429, 1}, Case{500, 4}, Case{503, 4}}) {
    FakePerson person("codes");
    person.signed_in();
    person.answer(one.status, "{}");
    EXPECT_EQ(person.run({"whoami"}), one.code) << one.status;
  }
  FakePerson person("codes");
  EXPECT_EQ(person.run({"whoami"}), 4);  // nobody there
  EXPECT_EQ(person.run({"no-such-verb"}), 2);
  EXPECT_EQ(person.run({}), 2);
  EXPECT_EQ(person.run({"--help"}), 0);
  EXPECT_EQ(person.run({"break", "--help"}), 0);
  EXPECT_TRUE(has(person.out.str(), "Example:")) << person.out.str();
}

TEST(Shell, a_problem_is_told_with_its_code_for_the_telephone) {
  FakePerson person("problem");
  person.signed_in();
  const std::string body = R"({"type":"urn:halligan:problem:denied","title":"This chart is shut",)"
                           R"("detail":"Rule own-family.","status":403,"code":"K7F-3QX"})";
  person.answer(403, body);
  EXPECT_EQ(person.run({"glass"}), 1);
  EXPECT_EQ(person.err.str(),
            "This chart is shut\nRule own-family.\n"
            "Say this code on the telephone: K7F-3QX  (halligan explain K7F-3QX)\n");
  person.answer(403, body);
  EXPECT_EQ(person.run({"glass", "--json"}), 1);
  EXPECT_EQ(person.out.str(), body + "\n");
}

constexpr const char* glass_verdict =
    R"({"verdict":"glass","code":"K7F-3QX","offer":{"patient":"p-000002","policy":"1",)"
    R"("until":"2027-01-15T08:02:00Z","grants":[)"
    R"({"rule":"clinical-access","reason":true,"label":"Needed for care now","help":"","text":"",)"
    R"("purpose":"BTG","idle_seconds":600,"lasts_seconds":1800,"bill":{"confirm":true,)"
    R"("proof":{"level":2,"max_age_seconds":300,"fresh":false},"prompts":["What has happened?"],)"
    R"("acknowledge":[],"owed_prompts":[{"prompts":["Who asked you?"],"within_seconds":900}],)"
    R"("review":true,"notices":[]}}],"instead":["referral"]}})";

TEST(Shell, an_offer_says_what_to_type_next) {
  FakePerson person("offer");
  person.signed_in();
  person.answer(200, glass_verdict);
  EXPECT_EQ(person.run({"open", "p-000002"}), 1);
  const std::string text = person.out.str();
  for (const char* part :
       {"This chart takes glass", "clinical-access: Needed for care now",
        "the code no older than 5m (due: halligan step-up)", "an answer to \"What has happened?\"",
        "your confirmation", "within 15m \"Who asked you?\"; somebody else reviews it",
        "after 30m, or after 10m without use",
        "halligan break p-000002 --reason clinical-access --answer TEXT --confirm",
        "halligan referral log p-000002 --team TEAM", "K7F-3QX"})
    EXPECT_TRUE(has(flat(text), part)) << part << "\n" << text;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
}

TEST(Shell, an_offer_for_part_of_a_chart_says_so_and_is_taken_up_so) {
  FakePerson person("cell");
  person.signed_in();
  std::string verdict = glass_verdict;
  verdict.replace(verdict.find("\"policy\""), 0,
                  R"("cell":{"action":"read","type":"Observation","labels":["PSYTHPN"],)"
                  R"("categories":["note"]},)");
  person.answer(200, verdict);
  EXPECT_EQ(person.run({"open", "p-000002", "--type", "Observation", "--label", "PSYTHPN"}), 1);
  EXPECT_EQ(person.asked.at(0).body, R"({"cell":{"type":"Observation","labels":["PSYTHPN"]}})");
  EXPECT_TRUE(has(flat(person.out.str()),
                  "halligan break p-000002 --type Observation --label PSYTHPN --category note "
                  "--reason clinical-access"))
      << person.out.str();
  person.answer(200, verdict);
  person.answer(201, R"({"glass":"g-1","reason":"clinical-access"})");
  EXPECT_EQ(person.run({"break", "p-000002", "--type", "Observation", "--label", "PSYTHPN",
                        "--reason", "clinical-access", "--answer", "found"}),
            0);
  EXPECT_EQ(person.asked.at(1).body, person.asked.at(0).body)
      << "the prompts are those of the part";
  EXPECT_EQ(person.asked.at(2).body,
            R"({"cell":{"type":"Observation","labels":["PSYTHPN"]},"reason":"clinical-access",)"
            R"("details":[{"prompt":"What has happened?","answer":"found"}]})");
}

TEST(Shell, answers_are_put_to_the_prompts_of_the_offer_in_order) {
  FakePerson person("answers");
  person.signed_in();
  person.answer(200, glass_verdict);
  person.answer(201, R"({"glass":"g-1","case":"c-1","reason":"clinical-access",)"
                     R"("until":"2027-01-15T08:30:00Z","idle_seconds":600,"receipt":7})");
  EXPECT_EQ(person.run({"break", "p-000002", "--reason", "clinical-access", "--answer", "found",
                        "--answer", "the ward", "--confirm"}),
            0)
      << person.err.str();
  EXPECT_EQ(person.asked.at(1).path, "/api/v1/charts/p-000002/break");
  EXPECT_EQ(person.asked.at(1).body,
            R"({"reason":"clinical-access","details":[)"
            R"({"prompt":"What has happened?","answer":"found"},)"
            R"({"prompt":"Who asked you?","answer":"the ward"}],"confirm":true})");
  EXPECT_FALSE(person.asked.at(1).idempotency_key.empty());
  EXPECT_TRUE(has(person.out.str(), "review case c-1")) << person.out.str();
  person.answer(200, glass_verdict);
  EXPECT_EQ(person.run({"break", "p-000002", "--reason", "clinical-access", "--answer", "1",
                        "--answer", "2", "--answer", "3"}),
            2);
}

TEST(Shell, a_stale_proof_is_asked_for_and_the_break_sent_again) {
  FakePerson person("step_up");
  person.signed_in();
  const std::string stale = R"({"type":"urn:halligan:problem:step-up-needed","title":"Too old"})";
  person.answer(401, stale);
  EXPECT_EQ(person.run({"break", "p-000002", "--reason", "clinical-access"}), 3);
  EXPECT_TRUE(has(person.err.str(), "halligan step-up"));

  person.asked.clear();
  person.typed = {"654321"};
  person.answer(401, stale);
  person.answer(200, R"({"proof_at":"2027-01-15T08:00:00Z"})");
  person.answer(201, R"({"glass":"g-1","reason":"clinical-access"})");
  EXPECT_EQ(person.run({"break", "p-000002", "--reason", "clinical-access"}), 0);
  ASSERT_EQ(person.asked.size(), 3U);
  EXPECT_EQ(person.asked[1].body, R"({"code":"654321"})");
  EXPECT_EQ(person.asked[2].body, person.asked[0].body);
}

TEST(Shell, a_locked_session_is_shown_as_one_and_not_signed_in_anew) {
  FakePerson person("locked");
  person.signed_in();
  person.answer(200, R"({"name":"A","staff":"a","roles":[],"locked":true,"focus":null,"glass":[],)"
                     R"("owed":[]})");
  EXPECT_EQ(person.run({"whoami"}), 0);
  EXPECT_TRUE(has(person.out.str(), "It is locked")) << person.out.str();
  EXPECT_FALSE(has(person.out.str(), "No chart is open"));
  person.answer(401, R"({"type":"urn:halligan:problem:session-locked","title":"Locked"})");
  EXPECT_EQ(person.run({"glass"}), 3);
  EXPECT_TRUE(has(person.err.str(), "halligan sign-out")) << person.err.str();
  EXPECT_FALSE(has(person.err.str(), "halligan sign-in"));
}

TEST(Shell, what_a_break_still_misses_is_listed) {
  FakePerson person("missing");
  person.signed_in();
  person.answer(422, R"({"type":"urn:halligan:problem:details-missing","title":"Details are due",)"
                     R"("missing":["What has happened?"]})");
  EXPECT_EQ(person.run({"break", "p-000002", "--reason", "clinical-access"}), 1);
  EXPECT_TRUE(has(person.err.str(), "  What has happened?\nAdd --answer TEXT")) << person.err.str();
}

TEST(Shell, records_are_told_briefly_and_given_whole_under_json) {
  FakePerson person("read");
  person.signed_in();
  const std::string bundle =
      R"({"resourceType":"Bundle","link":[{"relation":"next","url":"https://h/fhir/x?page=2"}],)"
      R"("entry":[{"resource":{"resourceType":"Observation","id":"o-1","effectiveDateTime":)"
      R"("2026-11-01T08:00:00Z","code":{"text":"Potassium"},"valueQuantity":{"value":4.10,)"
      R"("unit":"mmol/L"}}}]})";
  const std::map<std::string, std::string> headers{{"halligan-receipt", "41"},
                                                   {"halligan-glass", "g-1"}};
  person.answer(200, bundle, headers);
  EXPECT_EQ(person.run({"read", "Observation?patient=p-000002"}), 0);
  EXPECT_EQ(person.asked.at(0).path, "/fhir/Observation?patient=p-000002");
  EXPECT_TRUE(has(person.out.str(), "Observation  o-1  2026-11-01  Potassium 4.1"))
      << person.out.str();
  EXPECT_TRUE(has(person.out.str(), "entry 41 (halligan receipt 41), on glass g-1."));
  EXPECT_TRUE(has(person.out.str(), "halligan read '/fhir/x?page=2'")) << person.out.str();
  person.answer(200, bundle, headers);
  EXPECT_EQ(person.run({"read", "p-000002", "--json"}), 0);
  EXPECT_EQ(person.asked.at(1).path, "/fhir/Patient/p-000002");
  EXPECT_EQ(person.out.str(), bundle + "\n");
}

TEST(Shell, measured_values_are_told_as_written_newest_first) {
  FakePerson person("values");
  person.signed_in();
  person.answer(
      200,
      R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Observation","id":"o-1",)"
      R"("effectiveDateTime":"2026-01-01","code":{"text":"Weight"},"valueQuantity":{"value":76.30,)"
      R"("unit":"kg"}}},{"resource":{"resourceType":"Observation","id":"o-2","effectiveDateTime":)"
      R"("2026-11-01","code":{"text":"Blood pressure"},"component":[{"code":{"coding":[{"code":)"
      R"("8480-6","display":"Systolic"}]},"valueQuantity":{"value":112,"unit":"mmHg"}},{"code":)"
      R"({"coding":[{"code":"8462-4"}]},"valueQuantity":{"value":71,"unit":"mmHg"}}]}}]})");
  EXPECT_EQ(person.run({"read", "Observation?patient=p-000002"}), 0);
  EXPECT_EQ(person.out.str(),
            "TYPE         ID   DATE        WHAT\n"
            "Observation  o-2  2026-11-01  Blood pressure 112/71 mmHg\n"
            "Observation  o-1  2026-01-01  Weight 76.30 kg\n");
}

TEST(Shell, what_is_withheld_is_not_told_as_an_empty_chart) {
  FakePerson person("withheld");
  person.signed_in();
  const std::string hint =
      R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"OperationOutcome","issue":)"
      R"([{"severity":"information","code":"suppressed","details":{"text":"Additional information )"
      R"(may be available using the Break-The-Glass Protocol"}}]},"search":{"mode":"outcome"}}]})";
  person.answer(200, hint, {{"halligan-glass", "g-1"}});
  EXPECT_EQ(person.run({"read", "DocumentReference?patient=p-000002"}), 0);
  EXPECT_TRUE(has(flat(person.out.str()),
                  "No records that you may see by this right. What glass g-1 does not cover is not "
                  "shown. More may be there, for another reason: halligan open p-000002 --type "
                  "DocumentReference"))
      << person.out.str();
  EXPECT_FALSE(has(person.out.str(), "Break-The-Glass"));
  person.answer(200, hint);
  EXPECT_EQ(person.run({"read", "Observation?subject=Patient/p-000002&_count=5"}), 0);
  EXPECT_TRUE(has(person.out.str(), "halligan open p-000002 --type Observation"))
      << person.out.str();
  person.answer(200, R"({"resourceType":"Bundle"})");
  EXPECT_EQ(person.run({"read", "Observation?patient=p-000002"}), 0);
  EXPECT_EQ(person.out.str(), "No records.\n");
}

TEST(Shell, what_is_read_is_named_by_type_and_chart) {
  FakePerson person("named");
  person.signed_in();
  EXPECT_EQ(person.run({"read", "Observation"}), 2);
  EXPECT_TRUE(has(person.err.str(), "Observation?patient=PATIENT")) << person.err.str();
  person.answer(404, R"({"resourceType":"OperationOutcome","issue":[{"code":"not-found","details":)"
                     R"({"text":"there is no such resource"},"diagnostics":"reference code )"
                     R"(K7F-3QX"}]})");
  EXPECT_EQ(person.run({"read", "obs-1"}), 1);
  EXPECT_TRUE(has(person.err.str(),
                  "Not found\nThere is no such resource.\nSay this code on the "
                  "telephone: K7F-3QX"))
      << person.err.str();
  EXPECT_TRUE(has(person.err.str(), "halligan read Observation/obs-1")) << person.err.str();
}

TEST(Shell, a_glass_is_widened_with_the_answers_that_its_new_reason_asks) {
  FakePerson person("widen");
  person.signed_in();
  const std::string due =
      R"({"type":"urn:halligan:problem:details-missing","title":"t","missing":["What?","Why?"]})";
  person.answer(200, R"({"verdict":"permit","basis":{"rule":"life-threat","glass":"g-1"}})");
  person.answer(422, due);
  person.answer(201, R"({"glass":"g-1","reason":"clinical-access"})");
  EXPECT_EQ(
      person.run({"break", "p-2", "--reason", "clinical-access", "--answer", "a", "--answer", "b"}),
      0)
      << person.err.str();
  EXPECT_EQ(person.asked.at(2).body,
            R"({"reason":"clinical-access","details":[{"prompt":"What?","answer":"a"},)"
            R"({"prompt":"Why?","answer":"b"}]})");
  person.answer(200, R"({"verdict":"permit"})");
  person.answer(422, due);
  person.answer(422, due);
  EXPECT_EQ(person.run({"break", "p-2", "--reason", "clinical-access", "--answer", "a"}), 1);
  EXPECT_TRUE(has(flat(person.err.str()),
                  "Too few answers: clinical-access asks 2 questions, and 1 answer came."))
      << person.err.str();
  person.answer(200, R"({"verdict":"permit"})");
  person.answer(422, due);
  EXPECT_EQ(person.run({"break", "p-2", "--reason", "clinical-access", "--answer", "a", "--answer",
                        "b", "--answer", "c"}),
            2);
  EXPECT_TRUE(has(flat(person.err.str()), "too many answers")) << person.err.str();
  person.answer(200, R"({"glass":[{"glass":"g-1","reason":"life-threat","widened":)"
                     R"(["clinical-access"],"label":"Threat to life","purpose":"ETREAT"}]})");
  EXPECT_EQ(person.run({"glass"}), 0);
  EXPECT_TRUE(has(person.out.str(), "life-threat, clinical-access")) << person.out.str();
  person.answer(200, R"({"glass":[{"glass":"g-1","reason":"life-threat","widened":)"
                     R"(["clinical-access"],"label":"Threat to life","purpose":"ETREAT"}]})");
  EXPECT_EQ(person.run({"viewer", "p-2"}), 0);
  EXPECT_TRUE(
      has(person.out.str(), "life-threat, Threat to life (ETREAT); widened for clinical-access"))
      << person.out.str();
}

TEST(Shell, what_a_broken_glass_owes_is_said_at_once) {
  FakePerson person("owes");
  person.signed_in();
  person.answer(201, R"({"glass":"g-1","case":"c-1","reason":"life-threat","until":null,)"
                     R"("idle_seconds":0,"receipt":7,"details_owed":[{"prompts":["What is the )"
                     R"(threat?"],"due":"2027-01-15T12:00:00Z"}]})");
  EXPECT_EQ(person.run({"break", "p-2", "--reason", "life-threat"}), 0);
  EXPECT_TRUE(has(person.out.str(), "You owe an answer by")) << person.out.str();
  EXPECT_TRUE(has(person.out.str(), "halligan details g-1 --answer TEXT")) << person.out.str();
}

TEST(Shell, closing_with_nothing_open_says_so) {
  FakePerson person("none_open");
  person.signed_in();
  person.answer(200, R"({"glass":[]})");
  EXPECT_EQ(person.run({"close"}), 2);
  EXPECT_EQ(person.err.str(), "halligan: you have no open glass\n");
  person.answer(200, R"({"owed":[]})");
  EXPECT_EQ(person.run({"details", "g-1", "--answer", "x"}), 2);
  EXPECT_TRUE(has(person.err.str(), "owes an answer")) << person.err.str();
}

TEST(Shell, an_address_without_a_ledger_is_no_tampering) {
  FakePerson person("no_ledger");
  person.answer(404, "{}");
  EXPECT_EQ(person.run({"verify", "https://h:1", "--key", "k"}), 2);
  EXPECT_TRUE(has(person.err.str(), "no ledger at https://h:1. Did you mean https://h:1/ledger"))
      << person.err.str();
}

TEST(Shell, a_word_that_is_almost_a_command_is_named) {
  FakePerson person("brake");
  EXPECT_EQ(person.run({"brake", "p-000002"}), 2);
  EXPECT_EQ(person.err.str(), "No command brake; did you mean break?\nHelp: halligan --help\n");
  EXPECT_EQ(person.run({"staff", "lst"}), 2);
  EXPECT_TRUE(has(person.err.str(), "No command lst; did you mean list?")) << person.err.str();
  EXPECT_EQ(person.run({"hunter2hunter2"}), 2);
  EXPECT_FALSE(has(person.err.str(), "hunter2")) << person.err.str();
}

TEST(Shell, a_reference_code_is_taken_as_it_was_told) {
  FakePerson person("codes_told");
  person.signed_in();
  for (const char* typed : {"k7f-3qx", "K7F3QX", "k7f 3qx"}) {
    person.answer(200, R"({"what":"x"})");
    EXPECT_EQ(person.run({"explain", typed}), 0);
    EXPECT_EQ(person.asked.back().path, "/api/v1/codes/K7F-3QX");
  }
  person.answer(200, R"({"what":"x"})");
  EXPECT_EQ(person.run({"explain", "h122"}), 0);
  EXPECT_EQ(person.asked.back().path, "/api/v1/codes/H-122");
  EXPECT_EQ(person.run({"explain", "../glass"}), 2);
  EXPECT_TRUE(has(person.err.str(), "looks like K7F-3QX")) << person.err.str();
}

TEST(Shell, a_terminal_that_is_not_believed_is_said_to_be_so) {
  FakePerson person("terminal");
  const std::string secret = person.write("secret", "s\n");
  person.answer(201, R"({"token":"t","staff":"a.osei","roles":["privacy-officer"],)"
                     R"("place":null,"terminal":null})");
  person.typed = {"correct horse", "123456"};
  EXPECT_EQ(
      person.run({"sign-in", "a.osei", "--terminal", "ed-1", "--terminal-secret-file", secret}), 0);
  EXPECT_TRUE(has(flat(person.err.str()), "not believed (its id, or its secret), so the place is"))
      << person.err.str();
  EXPECT_TRUE(has(person.out.str(), "Next: halligan cases\n")) << person.out.str();
}

TEST(Shell, only_the_code_can_be_wrong_when_stepping_up) {
  FakePerson person("step_wrong");
  person.signed_in();
  person.in.str("123456\n");
  person.answer(401, R"({"type":"urn:halligan:problem:sign-in-refused","title":"Name, password or )"
                     R"(code is wrong","detail":"name, password or code is wrong"})");
  EXPECT_EQ(person.run({"step-up", "--code-file", "-"}), 3);
  EXPECT_EQ(person.err.str(), "The code is wrong, or no longer good.\n");
}

TEST(Shell, nobody_found_is_told_with_what_to_try) {
  FakePerson person("nobody");
  person.signed_in();
  EXPECT_EQ(person.run({"find", "--name", "w"}), 2);
  EXPECT_TRUE(person.asked.empty());
  person.answer(200, R"({"patients":[]})");
  EXPECT_EQ(person.run({"find", "--name", "Wojcik"}), 0);
  EXPECT_TRUE(has(flat(person.out.str()), "Spelling counts, accents too")) << person.out.str();
}

TEST(Shell, a_case_that_was_opened_again_keeps_its_first_finding) {
  FakePerson person("reopened");
  person.signed_in();
  person.answer(200, R"({"case":"c-1","kind":"glass","state":"owed","closing":null,"reopenings":[)"
                     R"({"closing":{"reviewer":"p.lind","finding":"appropriate","comment":"",)"
                     R"("at":"2027-01-15T08:00:00Z"},"by":"p.adeyemi","comment":"new information",)"
                     R"("at":"2027-01-16T08:00:00Z"}]})");
  EXPECT_EQ(person.run({"case", "c-1"}), 0);
  EXPECT_TRUE(has(person.out.str(),
                  "  closed first   appropriate, 2027-01-15 08:00:00 UTC by p.lind\n"
                  "  opened again   2027-01-16 08:00:00 UTC by p.adeyemi: new information\n"))
      << person.out.str();
}

TEST(Shell, entries_are_one_line_each) {
  FakePerson person("entries");
  person.signed_in();
  person.answer(200,
                R"({"entries":[{"index":7,"at":"2027-01-15T08:00:00.000Z","kind":"glass-opened",)"
                R"("staff":"a.osei","comment":"","unsure":false,"until":)"
                R"("2027-01-15T09:00:00.000Z","paid":["x"]}]})");
  EXPECT_EQ(person.run({"entries"}), 0);
  EXPECT_EQ(person.out.str(),
            "7  2027-01-15 08:00:00 UTC  glass-opened  staff a.osei, until 2027-01-15 09:00:00 "
            "UTC, paid [\"x\"]\n");
}

TEST(Shell, a_decision_is_explained_in_one_line_a_rule) {
  FakePerson person("decision");
  person.signed_in();
  person.answer(200, R"({"verdict":"permit","basis":"open-referral","denied_by":[],"owed":[],)"
                     R"("decisive":["open-referral"],"offer":null,"steps":[{"rule":"own-record",)"
                     R"("value":"false","conditions":[{"condition":"via","value":"false",)"
                     R"("relations":[]}]},{"rule":"open-referral","value":"true","conditions":[)"
                     R"x({"condition":"via","value":"true","relations":["referral(c, p)"]}]}]})x");
  EXPECT_EQ(person.run({"policy", "explain", "p-000002"}), 0);
  EXPECT_EQ(person.out.str(),
            "Verdict: permit, by rule open-referral. What decided: open-referral\n"
            "RULE           HOLDS  BECAUSE\n"
            "own-record     false  via false\n"
            "open-referral  true   referral(c, p)\n");
}

TEST(Shell, a_glass_that_ended_with_the_next_chart_is_said_to_have) {
  FakePerson person("one_chart");
  person.signed_in();
  person.answer(201, R"({"glass":"g-1","reason":"clinical-access"})");
  EXPECT_EQ(person.run({"break", "p-1", "--reason", "clinical-access"}), 0);
  const std::string permit = R"({"verdict":"permit","basis":{"rule":"open-referral"}})";
  person.answer(200, permit);
  EXPECT_EQ(person.run({"open", "p-1"}), 0);
  EXPECT_EQ(person.err.str(), "");
  person.answer(200, permit);
  person.answer(200, R"({"glass":[]})");
  EXPECT_EQ(person.run({"open", "p-2"}), 0);
  EXPECT_EQ(person.err.str(), "The glass on p-1 has ended: one chart at a time.\n");
  person.answer(200, permit);
  EXPECT_EQ(person.run({"open", "p-3"}), 0);
  EXPECT_EQ(person.err.str(), "");
}

TEST(Shell, an_offer_inside_an_operation_outcome_is_found) {
  FakePerson person("outcome");
  person.signed_in();
  const std::string verdict = glass_verdict;
  const std::size_t at = verdict.find("\"offer\":") + 8;
  const std::string offer = verdict.substr(at, verdict.size() - at - 1);
  person.answer(403, R"({"resourceType":"OperationOutcome","issue":[{"extension":[{"url":"u",)"
                     R"("valueString":)" +
                         boost::json::serialize(boost::json::value(offer)) + "}]}]}");
  EXPECT_EQ(person.run({"read", "p-000002"}), 1);
  EXPECT_TRUE(has(person.out.str(), "halligan break p-000002 --reason clinical-access"));
}

TEST(Shell, a_glass_is_told_with_what_was_confirmed_and_why_it_was_revoked) {
  FakePerson person("viewer");
  person.signed_in();
  const auto glass = [](const char* rest) {
    return std::string{R"({"glass":[{"glass":"g-1","name":"Ama Osei","staff":"a.osei","roles":[],)"
                       R"("patient":"p-1","reason":"clinical-access","releases":2,)"} +
           rest + R"(}],"receipt":7})";
  };
  person.answer(200, glass(R"("unsure":true,"comment":"wrong chart","text_hidden":false,)"
                           R"("details":[{"prompt":"Why?","answer":"a fall"}])"));
  EXPECT_EQ(person.run({"viewer", "p-1"}), 0) << person.err.str();
  const auto told = flat(person.out.str());
  EXPECT_TRUE(has(told, "comment wrong chart")) << told;
  EXPECT_TRUE(has(told, "unsure what was known was not certain, and the situation was confirmed"))
      << told;
  EXPECT_TRUE(has(told, "releases 2 ")) << told;
  EXPECT_FALSE(has(told, "outcome is unknown"));
  person.answer(200, glass(R"("unsure":false,"comment":null,"text_hidden":true,"details":[])"));
  EXPECT_EQ(person.run({"viewer", "p-1"}), 0);
  EXPECT_TRUE(has(flat(person.out.str()), "details not shown to you")) << person.out.str();
  EXPECT_FALSE(has(person.out.str(), "unsure"));
}

TEST(Shell, ids_cannot_leave_their_segment_of_the_path) {
  FakePerson person("segment");
  person.signed_in();
  person.answer(404, "{}");
  person.run({"open", "../../staff"});
  EXPECT_EQ(person.asked.at(0).path, "/api/v1/charts/..%2F..%2Fstaff/open");
}

TEST(Shell, facts_go_in_parts_that_are_each_all_or_nothing) {
  FakePerson person("facts");
  person.signed_in();
  const std::string file = person.write(
      "facts.json",
      R"({"source":"adt","facts":[{"relation":"a"},{"relation":"b"},{"relation":"c"}],)"
      R"("flags":[{"patient":"p","flag":"VIP","on":true}]})");
  for (int i = 0; i < 3; ++i) person.answer(200, R"({"recorded":1,"unchanged":1})");
  EXPECT_EQ(person.run({"facts", "load", file, "--batch", "2"}), 0) << person.err.str();
  ASSERT_EQ(person.asked.size(), 3U);
  EXPECT_EQ(person.asked[0].body,
            R"({"source":"adt","facts":[{"relation":"a"},{"relation":"b"}]})");
  EXPECT_EQ(person.asked[1].body, R"({"source":"adt","facts":[{"relation":"c"}]})");
  EXPECT_EQ(person.out.str(), "Recorded 3, unchanged 3.\n");
  person.answer(200, R"({"recorded":1,"unchanged":1})");
  person.answer(422, R"({"title":"no such relation: b"})");
  EXPECT_EQ(person.run({"facts", "load", file, "--batch", "2"}), 1);
  EXPECT_TRUE(has(person.err.str(), "Recorded before this refusal: 1."));
}

TEST(Shell, a_code_is_what_the_telephone_would_show) {
  FakePerson person("code");
  // RFC 6238 appendix B, SHA-1: at 59 s the eight digits end in 287082; the step before, 755224.
  const std::string file = person.write(
      "secrets.json", R"({"a.osei":{"password":"x","totp":"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}})");
  person.now = Instant{Millis{59'000}};
  EXPECT_EQ(person.run({"code", "a.osei", "--secrets", file}), 0);
  EXPECT_EQ(person.out.str(), "287082\n");
  person.now = Instant{Millis{29'000}};
  EXPECT_EQ(person.run({"code", "a.osei", "--secrets", file, "--next"}), 0);
  EXPECT_EQ(person.out.str(), "287082\n");
  EXPECT_EQ(person.run({"code", "nobody", "--secrets", file}), 2);
}

TEST(Shell, a_demo_person_whose_code_was_used_waits_for_the_next) {
  FakePerson person("wait");
  const std::string file = person.write(
      "secrets.json", R"({"a.osei":{"password":"x","totp":"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}})");
  person.now = Instant{Millis{29'000}};
  person.answer(401, R"({"type":"urn:halligan:problem:code-reused","retry_after_seconds":1})");
  person.answer(201, R"({"token":"t","staff":"a.osei"})");
  EXPECT_EQ(person.run({"sign-in", "a.osei", "--secrets", file}), 0) << person.err.str();
  EXPECT_TRUE(has(person.asked.at(1).body, "287082")) << person.asked.at(1).body;
}

TEST(Shell, init_takes_two_different_officers_from_a_private_file) {
  FakePerson person("init");
  InitOptions got;
  person.parts.init = [&got](const InitOptions& options, const Io&) {
    got = options;
    return 0;
  };
  const std::vector<std::string> words{
      "init",       "--dir",        "d",        "--origin", "o",
      "--hospital", "St Elsewhere", "--policy", "p",        "--officers"};
  auto with = [&words](const std::string& file) {
    std::vector<std::string> all = words;
    all.push_back(file);
    return all;
  };
  const std::string two = R"([{"staff":"a","name":"A","password":"p"},)"
                          R"({"staff":"b","name":"B","password":"q","totp":"MFRGG"}])";
  EXPECT_EQ(person.run(with(person.write("two.json", two))), 0) << person.err.str();
  ASSERT_EQ(got.officers.size(), 2U);
  EXPECT_EQ(got.hospital, "St Elsewhere");
  EXPECT_EQ(got.officers[1].totp_base32, "MFRGG");
  EXPECT_EQ(person.run(with(person.write("seen.json", two, true))), 2);
  EXPECT_EQ(
      person.run(with(person.write("one.json", R"([{"staff":"a","name":"A","password":"p"},)"
                                               R"({"staff":"a","name":"A","password":"p"}])"))),
      2);
}

TEST(Shell, serve_reads_its_options_from_a_file) {
  FakePerson person("serve");
  ServeOptions got;
  person.parts.serve = [&got](const ServeOptions& options, const Io&) {
    got = options;
    return 0;
  };
  const std::string file = person.write(
      "halligan.toml", "[serve]\ndir = \"/srv/ledger\"\nupstream = \"http://127.0.0.1:9/fhir\"\n");
  EXPECT_EQ(person.run({"serve", "--config", file, "--listen", "127.0.0.1:0"}), 0)
      << person.err.str();
  EXPECT_EQ(got.dir, "/srv/ledger");
  EXPECT_EQ(got.listen, "127.0.0.1:0");
  EXPECT_EQ(got.upstream, "http://127.0.0.1:9/fhir");
  EXPECT_EQ(person.run({"serve", "--dir", "d"}), 2);
}

}  // namespace
}  // namespace halligan::cli
