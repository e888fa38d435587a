// Emergency cards, vouching and the roster from the command line: what reaches the server, what is
// written where, and what is never said.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "cli/fake_person.h"

namespace halligan::cli {
namespace {

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

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

constexpr const char* two_cards =
    R"({"drawer":"desk","cards":[)"
    R"({"card":"7XK2","number":1,"code":"7XK2-M4QP-9TRD-W3HN","pin":"493027"},)"
    R"({"card":"9BCD","number":2,"code":"9BCD-AAAA-BBBB-CCCC","pin":"118822"}])";
// "%PDF cards", "%PDF pins"
constexpr const char* two_papers = R"(,"cards_pdf":"JVBERiBjYXJkcw==","pins_pdf":"JVBERiBwaW5z"})";

class Making : public testing::Test {
 protected:
  Making() { person_.signed_in(); }
  int make() {
    return person_.run({"cards", "make", "desk", "--count", "2", "--cards", cards_.string(),
                        "--pins", pins_.string()});
  }
  void expect_nothing_said() {
    for (const char* secret : {"M4QP", "493027", "AAAA", "118822", "JVBER", "%PDF"})
      EXPECT_FALSE(has(person_.out.str() + person_.err.str(), secret)) << secret;
  }

  FakePerson person_{"cards"};
  std::filesystem::path cards_ = person_.folder / "cards.pdf";
  std::filesystem::path pins_ = person_.folder / "pins.pdf";
};

TEST_F(Making, both_papers_are_their_owners_alone_and_nothing_of_them_is_printed) {
  person_.answer(201, std::string{two_cards} + two_papers);
  EXPECT_EQ(make(), 0) << person_.err.str();
  EXPECT_EQ(person_.asked.back().path, "/api/v1/drawers/desk/cards");
  EXPECT_EQ(person_.asked.back().body, R"({"count":2})");
  EXPECT_EQ(content(cards_), "%PDF cards");
  EXPECT_EQ(content(pins_), "%PDF pins");
  for (const auto& path : {cards_, pins_}) {
    struct stat about {};
    ASSERT_EQ(::stat(path.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U);
  }
  expect_nothing_said();
  const auto said = flat(person_.out.str());
  EXPECT_TRUE(has(said, "cards 1, 2.")) << said;
  EXPECT_TRUE(has(said, "kept apart")) << said;
  EXPECT_TRUE(has(said, "somebody else has counted it")) << said;
}

TEST_F(Making, under_json_neither) {
  person_.answer(201, std::string{two_cards} + two_papers);
  EXPECT_EQ(person_.run({"--json", "cards", "make", "desk", "--count", "2", "--cards",
                         cards_.string(), "--pins", pins_.string()}),
            0);
  EXPECT_EQ(person_.out.str(),
            R"({"drawer":"desk","cards":[{"card":"7XK2","number":1},{"card":"9BCD","number":2}]})"
            "\n");
}

TEST_F(Making, a_file_that_is_there_is_kept_and_the_server_not_asked) {
  person_.write("pins.pdf", "older");
  EXPECT_EQ(make(), 2);
  EXPECT_TRUE(has(flat(person_.err.str()), "pins.pdf is there already")) << person_.err.str();
  EXPECT_TRUE(person_.asked.empty());
  EXPECT_EQ(content(pins_), "older");
  EXPECT_FALSE(std::filesystem::exists(cards_));
  pins_ = cards_;  // one file for both is none for the second
  EXPECT_EQ(make(), 2);
  pins_ = person_.folder / "nowhere" / "pins.pdf";
  EXPECT_EQ(make(), 2);
  EXPECT_TRUE(has(person_.err.str(), "cannot make the file")) << person_.err.str();
  EXPECT_TRUE(person_.asked.empty());
  EXPECT_FALSE(std::filesystem::exists(cards_));
}

TEST_F(Making, what_came_to_nothing_leaves_no_files) {
  person_.answer(403, R"({"type":"urn:halligan:problem:role-needed","title":"Role needed"})");
  EXPECT_EQ(make(), 1);
  EXPECT_FALSE(has(person_.err.str(), "retire")) << person_.err.str();
  EXPECT_FALSE(std::filesystem::exists(cards_) || std::filesystem::exists(pins_));
  EXPECT_EQ(make(), 4);  // nobody there: they may have been made
  EXPECT_TRUE(has(flat(person_.err.str()), "codes nobody has; retire them")) << person_.err.str();
  EXPECT_FALSE(std::filesystem::exists(cards_) || std::filesystem::exists(pins_));
}

TEST_F(Making, an_answer_without_papers_says_what_to_retire) {
  for (const auto& rest : {"}", R"(,"cards_pdf":"JVBERi","pins_pdf":"JVBERiBwaW5z"})"}) {
    person_.answer(201, std::string{two_cards} + rest);
    EXPECT_EQ(make(), 1);
    EXPECT_TRUE(has(flat(person_.err.str()), "its answer has no PDF")) << person_.err.str();
    EXPECT_TRUE(has(person_.err.str(), "halligan cards retire 7XK2\n")) << person_.err.str();
    EXPECT_TRUE(has(person_.err.str(), "halligan cards retire 9BCD\n")) << person_.err.str();
    expect_nothing_said();
    EXPECT_FALSE(std::filesystem::exists(cards_) || std::filesystem::exists(pins_));
  }
}

TEST(CardVerbs, what_lies_sealed_is_told_in_numbers_and_ranges) {
  FakePerson person("count");
  person.signed_in();
  const std::vector<std::pair<std::string, std::string>> right{
      {"1-3,8", "[1,2,3,8]"}, {"8, 1-3", "[1,2,3,8]"}, {"5", "[5]"},
      {"5-5", "[5]"},         {"none", "[]"},          {"1-500", "[1,2,3,"},
  };
  for (const auto& [typed, sent] : right) {
    person.answer(200, R"({"drawer":"desk","sealed":[1,2,3,8],"missing":[5,6]})");
    EXPECT_EQ(person.run({"cards", "count", "desk", "--sealed", typed}), 0) << typed;
    EXPECT_EQ(person.asked.back().path, "/api/v1/drawers/desk/count");
    EXPECT_TRUE(person.asked.back().body.starts_with(R"({"sealed":)" + sent)) << typed;
  }
  const auto said = flat(person.out.str());
  EXPECT_TRUE(has(said, "Ready: 1 to 3, 8. Missing: 5, 6. They open nothing any more")) << said;
  person.answer(200, R"({"drawer":"desk","sealed":[2],"missing":[]})");
  EXPECT_EQ(person.run({"cards", "count", "desk", "--sealed", "2"}), 0);
  EXPECT_EQ(person.out.str(), "desk is counted. Ready: 2. None is missing.\n");
}

TEST(CardVerbs, what_is_no_number_or_range_is_refused_and_not_repeated) {
  FakePerson person("count_bad");
  person.signed_in();
  for (const char* typed : {"", ",", "1,", "1,,2", "0", "1-", "6-1", "1-2-3", "1 2", "x", "+1",
                            "1.5", "99999999999", "7XK2-M4QP-9TRD-W3HN", "1-1000001"}) {
    EXPECT_EQ(person.run({"cards", "count", "desk", "--sealed", typed}), 2) << typed;
    EXPECT_TRUE(has(flat(person.err.str()), "--sealed")) << typed << person.err.str();
    EXPECT_FALSE(has(person.err.str(), "M4QP"));
  }
  EXPECT_EQ(person.run({"cards", "count", "desk", "--sealed", "1,x"}), 2);
  EXPECT_TRUE(has(flat(person.err.str()), "at place 2 is neither")) << person.err.str();
  EXPECT_EQ(person.run({"cards", "count", "desk", "--sealed", "1-4,3"}), 2);
  EXPECT_TRUE(has(person.err.str(), "card 3 twice")) << person.err.str();
  for (const char* typed : {"1-501", "1-500,600", "1-1000000"}) {
    EXPECT_EQ(person.run({"cards", "count", "desk", "--sealed", typed}), 2) << typed;
    EXPECT_TRUE(has(flat(person.err.str()), "which is 500")) << person.err.str();
  }
  EXPECT_TRUE(person.asked.empty());
}

TEST(CardVerbs, a_card_is_retired_and_assigned_by_its_id_and_never_by_its_code) {
  FakePerson person("assign");
  person.signed_in();
  person.answer(204, "");
  EXPECT_EQ(person.run({"cards", "retire", "7XK2"}), 0);
  EXPECT_EQ(person.asked.back().path, "/api/v1/cards/7XK2/retire");
  EXPECT_EQ(person.asked.back().body, "{}");
  person.answer(200, R"({"card":"7XK2","staff":"b.kim","charts":2})");
  EXPECT_EQ(person.run({"cards", "assign", "7XK2", "--to", "b.kim"}), 0);
  EXPECT_EQ(person.asked.back().path, "/api/v1/cards/7XK2/assign");
  EXPECT_EQ(person.asked.back().body, R"({"staff":"b.kim"})");
  EXPECT_TRUE(has(flat(person.out.str()), "used by b.kim")) << person.out.str();
  EXPECT_TRUE(has(flat(person.out.str()), "each of the 2 charts")) << person.out.str();
  person.answer(200, R"({"card":"7XK2","staff":"a.osei","charts":0})");
  EXPECT_EQ(person.run({"cards", "assign", "7XK2"}), 0);
  EXPECT_EQ(person.asked.back().body, "{}");
  const auto before = person.asked.size();
  EXPECT_EQ(person.run({"cards", "retire", "7XK2-M4QP-9TRD-W3HN"}), 2);
  EXPECT_FALSE(has(person.err.str(), "M4QP")) << person.err.str();
  EXPECT_EQ(person.run({"cards", "assign", "7XK2M4QP9TRDW3HN"}), 2);
  EXPECT_EQ(person.asked.size(), before);
}

std::string card(int number, const std::string& id, const std::string& stage,
                 const std::string& rest) {
  return R"({"card":")" + id + R"(","number":)" + std::to_string(number) + R"(,"stage":")" + stage +
         "\"," + rest + "}";
}

constexpr const char* not_used =
    R"("drawn_at":null,"used_at":null,"terminal":null,"place":null,"assign_by":null,)"
    R"("assigned_to":null,"assigned_by":null,"assigned_at":null)";

std::string desk() {
  const std::string used =
      R"("drawn_at":"2027-01-15T20:00:00Z","used_at":"2027-01-15T20:01:00Z","terminal":"t-1",)"
      R"("place":"ward-a","assign_by":"2027-01-16T00:01:00Z",)";
  return R"({"drawer":"desk","label":"Nurses' desk","in_policy":true,"roles":["nurse"],)"
         R"("place":["wards"],"session_seconds":14400,"assigned_seconds":14400,"sealed":1,)"
         R"("made":1,"counted_at":"2027-01-15T08:00:00Z","counted_by":"pia","cards":[)" +
         card(1, "7XK2", "sealed", not_used) + "," + card(2, "9BCD", "made", not_used) + "," +
         card(3, "AAAA", "used",
              used + R"("assigned_to":null,"assigned_by":null,"assigned_at":null)") +
         "," +
         card(4, "BBBB", "used",
              used + R"("assigned_to":"b.kim","assigned_by":"pia",)"
                     R"("assigned_at":"2027-01-15T22:00:00Z")") +
         "]}";
}

constexpr const char* gone =
    R"({"drawer":"gone","label":"gone","in_policy":false,"roles":[],"place":[],)"
    R"("session_seconds":14400,"assigned_seconds":14400,"sealed":2,"made":0,"counted_at":null,)"
    R"("counted_by":null,"cards":[]})";

TEST(CardVerbs, drawers_are_listed_with_what_became_of_each_card) {
  FakePerson person("list");
  person.signed_in();
  person.answer(200, "[" + desk() + "," + gone + "]");
  EXPECT_EQ(person.run({"cards", "list"}), 0);
  EXPECT_EQ(
      person.out.str(),
      "desk (Nurses' desk): 1 ready, 1 not counted yet; last counted 2027-01-15 08:00:00 UTC "
      "by pia.\n"
      "  As nurse, at the terminals of wards, for 4h.\n"
      "NO  CARD  STAGE   DRAWN OR USED            WHERE          USED BY\n"
      "1   7XK2  sealed  -                        -              -\n"
      "2   9BCD  made    -                        -              -\n"
      "3   AAAA  used    2027-01-15 20:01:00 UTC  t-1 in ward-a  nobody yet; until 2027-01-16 "
      "00:01:00 UTC\n"
      "4   BBBB  used    2027-01-15 20:01:00 UTC  t-1 in ward-a  b.kim, as pia says, "
      "2027-01-15 22:00:00\n"
      "                                                          UTC\n"
      "\n"
      "gone: 2 ready, 0 not counted yet; never counted.\n"
      "  The policy in force has no such drawer: its cards open nothing.\n"
      "  No cards.\n");
  person.answer(200, "[" + desk() + "," + gone + "]");
  EXPECT_EQ(person.run({"cards", "list", "--drawer", "gone"}), 0);
  EXPECT_FALSE(has(person.out.str(), "desk")) << person.out.str();
  person.answer(200, "[]");
  EXPECT_EQ(person.run({"cards", "list", "--drawer", "attic"}), 2);
}

TEST(CardVerbs, whoever_asks_at_ones_place_is_vouched_for_by_number) {
  FakePerson person("vouch");
  person.signed_in();
  person.answer(200, "[]");
  EXPECT_EQ(person.run({"vouch", "list"}), 0);
  EXPECT_EQ(person.asked.back().path, "/api/v1/vouches");
  EXPECT_TRUE(has(person.out.str(), "Nobody at your place")) << person.out.str();
  person.answer(200, R"([{"vouch":"v-1","staff":"b.kim","name":"Bo Kim","terminal":"t-1",)"
                     R"("place":"ward-a","until":"2027-01-15T20:02:00Z"}])");
  EXPECT_EQ(person.run({"vouch", "list"}), 0);
  EXPECT_TRUE(has(person.out.str(), "v-1    b.kim  t-1       ward-a")) << person.out.str();
  const auto before = person.asked.size();
  EXPECT_EQ(person.run({"vouch", "v-1"}), 2);
  EXPECT_TRUE(has(person.err.str(), "--number NN")) << person.err.str();
  EXPECT_EQ(person.run({"vouch", "v-1", "--number", "7"}), 2);
  EXPECT_EQ(person.asked.size(), before);
  person.answer(200, R"({"staff":"b.kim","name":"Bo Kim"})");
  EXPECT_EQ(person.run({"vouch", "v-1", "--number", "47"}), 0);
  EXPECT_EQ(person.asked.back().path, "/api/v1/vouches/v-1");
  EXPECT_EQ(person.asked.back().body, R"({"number":47})");
  EXPECT_TRUE(has(person.out.str(), "Bo Kim (b.kim) is signed in")) << person.out.str();
}

TEST(CardVerbs, the_lock_of_a_password_is_lifted) {
  FakePerson person("unlock");
  person.signed_in();
  person.answer(204, "");
  EXPECT_EQ(person.run({"staff", "unlock", "b.kim"}), 0);
  EXPECT_EQ(person.asked.back().method, "POST");
  EXPECT_EQ(person.asked.back().path, "/api/v1/staff/b.kim/unlock");
  EXPECT_TRUE(has(person.out.str(), "b.kim is not locked any more")) << person.out.str();
  person.answer(200, R"([{"staff":"b.kim","name":"Bo Kim","active":true,"can_break":true,)"
                     R"("factors":["password","totp"],"password_lock":"elsewhere"}])");
  EXPECT_EQ(person.run({"staff", "list"}), 0);
  EXPECT_TRUE(has(person.out.str(), "FACTORS         LOCKED")) << person.out.str();
  EXPECT_TRUE(has(person.out.str(), "password, totp  elsewhere")) << person.out.str();
}

constexpr const char* people =
    R"([{"staff":"a.osei","name":"Ama Osei","active":true,"may_break":true,"can_break":true,)"
    R"("lacks":[],"password_lock":"elsewhere","ways":[)"
    R"({"way":"password","last":"2027-01-14T07:00:00Z"},{"way":"vouched","last":null}]},)"
    R"({"staff":"b.kim","name":"Bo Kim","active":true,"may_break":true,"can_break":true,)"
    R"("lacks":[],"password_lock":"no","ways":[{"way":"passkey","last":null,)"
    R"("rehearsed":"2027-01-13T07:00:00Z"}]},)"
    R"({"staff":"c","name":"Cy","active":true,"may_break":true,"can_break":false,)"
    R"("lacks":["totp"],"password_lock":"no","ways":[{"way":"vouched","last":null}]},)"
    R"({"staff":"d","name":"Di","active":false,"may_break":true,"can_break":false,)"
    R"("lacks":["password"],"password_lock":"places","ways":[]},)"
    R"({"staff":"e","name":"Ed","active":true,"may_break":false,"can_break":false,)"
    R"("lacks":[],"password_lock":"no","ways":[{"way":"password","last":null}]}])";

TEST(Roster, says_by_what_each_gets_in_when_last_and_why_others_do_not) {
  FakePerson person("roster");
  person.signed_in();
  person.answer(200, people);
  person.answer(200, "[" + desk() + "," + gone + "]");
  EXPECT_EQ(person.run({"roster"}), 0) << person.err.str();
  EXPECT_EQ(person.asked.at(0).path, "/api/v1/staff");
  EXPECT_EQ(person.asked.at(1).path, "/api/v1/drawers");
  EXPECT_EQ(person.out.str(),
            "Who can break the glass now, and by what (last used):\n"
            "STAFF   NAME      BY\n"
            "a.osei  Ama Osei  password (2027-01-14 07:00:00 UTC); vouched (never used); password "
            "locked but for\n"
            "                  where they have been seen before\n"
            "b.kim   Bo Kim    passkey (never used; rehearsed 2027-01-13 07:00:00 UTC)\n"
            "\n"
            "Who cannot, although their role says so:\n"
            "STAFF  NAME  WHY\n"
            "c      Cy    no authenticator; a colleague may vouch for them\n"
            "d      Di    not active; no password\n"
            "\n"
            "Emergency cards:\n"
            "DRAWER  READY  UNCOUNTED  LAST COUNTED\n"
            "desk    1      1          2027-01-15 08:00:00 UTC by pia\n"
            "gone    0      0          never counted; not in the policy: its cards open nothing\n"
            "\n"
            "2 can, 1 of them by ways that were never used, 1 never rehearsed it; 2 cannot; 1 card "
            "ready in 1 of\n2 drawers.\n");
}

TEST(Roster, rehearsing_says_what_was_rehearsed_and_what_is_missing) {
  FakePerson person("rehearse");
  person.signed_in();
  person.answer(201, R"({"way":"password","factor":"totp","can_break":true,"lacks":[]})");
  EXPECT_EQ(person.run({"rehearse"}), 0);
  EXPECT_EQ(person.asked.at(0).path, "/api/v1/rehearsals");
  EXPECT_EQ(person.out.str(), "Rehearsed: in by password, proof by totp.\n");
  person.answer(401, R"({"type":"urn:halligan:problem:step-up-needed","title":"Proof needed"})");
  EXPECT_EQ(person.run({"rehearse"}), 3);
  EXPECT_TRUE(has(person.err.str(), "halligan step-up")) << person.err.str();
}

TEST(Roster, is_both_answers_under_json_and_one_refusal_where_one_is_refused) {
  FakePerson person("roster_json");
  person.signed_in();
  person.answer(200, "[]");
  person.answer(200, "[]");
  EXPECT_EQ(person.run({"--json", "roster"}), 0);
  EXPECT_EQ(person.out.str(), "{\"staff\":[],\"drawers\":[]}\n");
  person.answer(200, "[]");
  person.answer(200, "[]");
  EXPECT_EQ(person.run({"roster"}), 0);
  EXPECT_TRUE(has(person.out.str(), "The policy has no drawers.")) << person.out.str();
  person.answer(403, R"({"type":"urn:halligan:problem:role-needed","title":"Role needed"})");
  EXPECT_EQ(person.run({"roster"}), 1);
}

}  // namespace
}  // namespace halligan::cli
