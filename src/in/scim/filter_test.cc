// filter_test.cc - filters and paths of SCIM: the examples of RFC 7644, and what nobody should
// send.
#include "in/scim/filter.h"

#include <gtest/gtest.h>

namespace halligan::in::scim {
namespace {

const auto user = json::parse(R"({"id":"2819","userName":"bjensen","externalId":"aB",
  "active":true,"title":"Tour Guide","userType":"Employee",
  "name":{"familyName":"O'Malley","givenName":"Barbara"},
  "meta":{"lastModified":"2011-05-13T04:42:34Z"},
  "emails":[{"value":"bjensen@example.com","type":"work"},{"value":"babs@home.org","type":"home"}],
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Tours"}})")
                      .get_object();

std::string said(std::string_view text) {
  const auto filter = parse_filter(text);
  if (const auto* wrong = std::get_if<Error>(&filter)) return wrong->type;
  return fits(std::get<Filter>(filter), user) ? "yes" : "no";
}

// RFC 7644, figure 2.
TEST(ScimFilter, TheExamplesOfTheStandard) {
  for (const char* yes :
       {R"(userName eq "bjensen")", R"(name.familyName co "O'Malley")", R"(userName sw "B")",
        R"(urn:ietf:params:scim:schemas:core:2.0:User:userName sw "b")", "title pr",
        R"(meta.lastModified gt "2011-05-13T04:42:34")",
        R"(meta.lastModified ge "2011-05-13T04:42:34Z")", R"(title pr and userType eq "Employee")",
        R"(title pr or userType eq "Intern")",
        R"(userType eq "Employee" and (emails co "example.com" or emails.value co "example.org"))",
        R"(userType ne "Intern" and not (emails co "example.net"))",
        R"(userType eq "Employee" and emails[type eq "work" and value co "@example.com"])",
        R"(emails[type eq "work"] or ims[type eq "xmpp"])",
        R"(urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "tours")",
        "active eq true", "active eq TRUE", R"(nickName ne "x")"})
    EXPECT_EQ(said(yes), "yes") << yes;
  for (const char* no :
       {R"(userName eq "other")", R"(schemas eq "x")", "nickName pr", "active eq false",
        R"(externalId eq "ab")", R"(id eq "2819x")", R"(not (userName eq "BJENSEN"))",
        R"(emails[type eq "work" and value co "home"])", R"(userName eq "a" or userName eq "b")",
        R"(title eq 7)"})
    EXPECT_EQ(said(no), "no") << no;
}

TEST(ScimFilter, AndBindsCloserThanOr) {
  EXPECT_EQ(said(R"(userName eq "x" and title pr or active eq true)"), "yes");
  EXPECT_EQ(said(R"(userName eq "x" and (title pr or active eq true))"), "no");
}

TEST(ScimFilter, WhatCannotBeReadIsSaidToBe) {
  for (const std::string bad :
       {"", " ", "userName", "userName eq", R"(eq "x")", R"(userName eq "x)", R"(userName xx "x")",
        R"((userName eq "x")", R"(userName eq "x"))", R"(not userName eq "x")", "a[b eq 1", "a b c",
        R"(userName eq "x" and)", "user name pr", R"(userName eq {"a":1})", "a eq [1]"})
    EXPECT_EQ(said(bad), "invalidFilter") << bad;
  EXPECT_EQ(said(std::string(40, '(') + "a pr" + std::string(40, ')')), "invalidFilter");
  std::string many = "a pr";
  for (int i = 0; i < 100; ++i) many += " or a pr";
  EXPECT_EQ(said(many), "invalidFilter");
  EXPECT_EQ(said(R"(userName eq ")" + std::string(1'024, 'x') + '"'), "invalidFilter");
}

// Nothing makes it read beyond its end.
TEST(ScimFilter, NoBeginningOfOneDoesHarm) {
  const std::string whole =
      R"(userType eq "Em\"p" and (emails[type eq "work"] or not (title pr)) and a.b ge 1.5)";
  for (std::size_t i = 0; i <= whole.size(); ++i) (void)said(whole.substr(0, i));
  for (std::size_t i = 0; i <= whole.size(); ++i) (void)parse_path(whole.substr(i));
  EXPECT_NE(said(whole), "invalidFilter");
}

TEST(ScimPath, NamesWhatItMeans) {
  const auto path = [](std::string_view text) { return std::get<Path>(parse_path(text)); };
  EXPECT_EQ(path("name.givenName").attribute.sub, "givenName");
  EXPECT_EQ(path(R"(emails[type eq "work"].value)").attribute.sub, "value");
  EXPECT_TRUE(path(R"(members[value eq "2819"])").element.has_value());
  const auto department =
      path("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department");
  EXPECT_TRUE(department.attribute.extension);
  EXPECT_EQ(department.attribute.name, "department");
  for (const char* bad :
       {"", "a b", ".", "a.", "a[", "a[b eq 1", R"(a[b eq "x"]c)", "a[b eq 1].c d"})
    EXPECT_TRUE(std::holds_alternative<Error>(parse_path(bad))) << bad;
}

}  // namespace
}  // namespace halligan::in::scim
