// Staff, roles and terminals from the command line: what reaches the server, and what is said.
#include <gtest/gtest.h>

#include "cli/fake_person.h"
#include "cli/render.h"

namespace halligan::cli {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(PeopleVerbs, what_is_not_named_of_a_person_is_not_sent) {
  FakePerson person("staff_set");
  person.signed_in();
  const std::string is =
      R"({"staff":"b","changed":true,"sessions_ended":1,"name":"Bea","roles":["nurse"],)"
      R"("department":null,"active":true,"factors":["totp"]})";
  person.answer(200, is);
  EXPECT_EQ(person.run({"staff", "set", "b", "--name", "Bea"}), 0);
  EXPECT_EQ(person.asked.back().method, "PATCH");
  EXPECT_EQ(person.asked.back().body, R"({"name":"Bea"})");
  EXPECT_TRUE(has(person.out.str(), "b is set: Bea; roles: nurse; department: none."))
      << person.out.str();
  EXPECT_TRUE(has(person.out.str(), "Sessions ended, with their glass: 1.")) << person.out.str();
  person.answer(200, is);
  EXPECT_EQ(person.run({"staff", "set", "b", "--no-roles", "--department", "", "--active"}), 0);
  EXPECT_EQ(person.asked.back().body, R"({"roles":[],"department":"","active":true})");
  EXPECT_TRUE(has(person.out.str(), "by what they had: totp")) << person.out.str();
  person.answer(404, R"({"type":"urn:halligan:problem:not-found","title":"Not found"})");
  person.answer(201, is);
  EXPECT_EQ(person.run({"staff", "set", "b", "--name", "Bea", "--role", "nurse"}), 0);
  EXPECT_EQ(person.asked.back().method, "PUT");
  EXPECT_EQ(person.asked.back().body,
            R"({"name":"Bea","roles":["nurse"],"department":"","active":true})");
  person.answer(404, R"({"type":"urn:halligan:problem:not-found","title":"Not found"})");
  EXPECT_EQ(person.run({"staff", "set", "b", "--inactive"}), 1);
  EXPECT_TRUE(has(person.err.str(), "To enrol them, give --name.")) << person.err.str();
}

TEST(PeopleVerbs, passkeys_are_listed_and_taken_away) {
  FakePerson person("passkeys");
  person.signed_in();
  const std::string blue =
      R"({"passkey":"-mF3k","name":"blue key","enrolled_at":"2027-01-15T20:00:00Z",)"
      R"("used_at":null,"synced":false,"attestation":"none","model":""})";
  person.answer(200, "[" + blue + "]");
  EXPECT_EQ(person.run({"passkeys", "list"}), 0);
  EXPECT_EQ(person.asked.back().path, "/api/v1/session/passkeys");
  EXPECT_TRUE(has(person.out.str(), "blue key")) << person.out.str();
  EXPECT_TRUE(has(person.out.str(), "never")) << person.out.str();
  person.answer(200, R"([{"staff":"b","passkeys":[)" + blue + R"(]},{"staff":"c","passkeys":[]}])");
  EXPECT_EQ(person.run({"passkeys", "list", "--of", "c"}), 0);
  EXPECT_EQ(person.out.str(), "There is none.\n");
  person.answer(200, R"({"sessions_ended":2})");
  EXPECT_EQ(person.run({"passkeys", "remove", "--of", "b", "--", "-mF3k"}), 0);
  EXPECT_EQ(person.asked.back().method, "DELETE");
  EXPECT_EQ(person.asked.back().path, "/api/v1/staff/b/passkeys/-mF3k");
  EXPECT_TRUE(has(person.out.str(), "with their glass: 2.")) << person.out.str();
}

TEST(PeopleVerbs, of_a_file_with_a_key_the_certificate_alone_is_sent) {
  FakePerson person("certificate");
  person.signed_in();
  const std::string certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const auto given = [&](const std::string& text) {
    person.in.clear();
    person.in.str(text);
    return person.run({"terminals", "certificate", "t-1", "-"});
  };
  person.answer(200, R"({"terminal":"t-1","certificate":"ab12"})");
  EXPECT_EQ(given("-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n" + certificate +
                  "-----BEGIN CERTIFICATE-----\nits authority\n-----END CERTIFICATE-----\n"),
            0);
  EXPECT_EQ(person.asked.back().method, "PUT");
  EXPECT_EQ(person.asked.back().path, "/api/v1/terminals/t-1/certificate");
  EXPECT_EQ(text_of(object_from(person.asked.back().body), "certificate"), certificate);
  EXPECT_TRUE(has(person.out.str(), "SHA-256: ab12")) << person.out.str();
  const auto asked = person.asked.size();
  EXPECT_EQ(given("-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n"), 2);
  EXPECT_EQ(person.run({"terminals", "certificate", "t-1"}), 2);
  EXPECT_EQ(person.asked.size(), asked) << "nothing was sent";
  person.answer(200, R"({"terminal":"t-1","certificate":null})");
  EXPECT_EQ(person.run({"terminals", "certificate", "t-1", "--none"}), 0);
  EXPECT_EQ(person.asked.back().method, "DELETE");
}

}  // namespace
}  // namespace halligan::cli
