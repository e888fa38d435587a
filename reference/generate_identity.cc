#include "reference/generate_identity.h"

#include <chrono>
#include <string>

namespace halligan::reference {
namespace {

using namespace std::chrono_literals;
namespace ast = policy::ast;

ast::Provider provider(Choices& choices, const std::string& name) {
  ast::Provider made;
  made.name.text = name;
  if (choices.percent(50)) made.label = "The \"staff\" login";
  made.issuer =
      choices.percent(70) ? "https://login.example/realms/" + name : "http://127.0.0.1:8080";
  made.client = "halligan";
  if (choices.percent(20)) made.person = "email";
  if (choices.percent(80)) made.groups = "groups";
  if (choices.percent(30)) made.scopes = {"profile", "groups"};
  if (choices.percent(30)) made.ask = "https://refeds.org/profile/mfa";
  if (choices.percent(60)) made.second_factor = {"otp", "mfa"};
  if (choices.percent(40)) made.security_key = {"hwk"};
  return made;
}

ast::Directory directory(Choices& choices) {
  ast::Directory made;
  made.name.text = "directory";
  if (choices.percent(50)) made.label = "The directory";
  made.url = choices.percent(50) ? "ldaps://ldap.example" : "ldap://ldap.example:3389";
  made.bind = "cn=halligan,dc=example";
  made.people = "ou=people,dc=example";
  if (choices.percent(30)) made.person = "sAMAccountName";
  if (choices.percent(30)) made.guesses = 9;
  if (choices.percent(50)) return made;
  made.groups = "ou=groups,dc=example";
  if (choices.percent(30)) made.member = "uniqueMember";
  made.in_chain = choices.percent(30);
  return made;
}

ast::SignInRule sign_in(Choices& choices, const ast::Policy& policy) {
  ast::SignInRule made;
  made.own_when_down =
      choices.percent(30) && !(policy.providers.empty() && policy.directories.empty());
  if (choices.percent(30)) made.enrolment = 180 * 24h;
  if (!made.enrolment || choices.percent(50)) return made;
  ast::Review review;
  review.by.text = "officer";
  review.within = 24h;
  made.review = review;
  return made;
}

}  // namespace

void generate_identity(Choices& choices, ast::Policy& policy) {
  std::vector<ast::Name> sources;
  for (const char* name : {"staff-login", "agency-login"})
    if (choices.percent(40)) policy.providers.push_back(provider(choices, name));
  if (choices.percent(30)) policy.directories.push_back(directory(choices));
  if (choices.percent(30))
    policy.provisionings.push_back({.name = {.text = "office", .at = {}}, .label = {}, .at = {}});
  for (const auto& each : policy.providers) sources.push_back(each.name);
  for (const auto& each : policy.directories) sources.push_back(each.name);
  for (const auto& each : policy.provisionings) sources.push_back(each.name);
  for (const auto& source : sources) {
    for (const char* name : {"Ward \\ nurses", "cn=\"x\",dc=example"}) {
      if (choices.percent(40)) continue;
      auto& group = policy.groups.emplace_back();
      group.from = source;
      group.name = name;
      group.roles.push_back(choices.among(policy.roles));
      if (choices.percent(20)) group.roles.push_back({.text = "administrator", .at = {}});
    }
  }
  policy.sign_in = sign_in(choices, policy);
  for (const auto what :
       {ast::TwoPeople::roles, ast::TwoPeople::factors, ast::TwoPeople::terminals})
    if (choices.percent(30)) policy.administration.two_people.push_back(what);
}

void forget_identity(ast::Policy& policy) {
  policy.providers.clear();
  policy.directories.clear();
  policy.provisionings.clear();
  policy.groups.clear();
  policy.sign_in = {};
  policy.administration = {};
}

}  // namespace halligan::reference
