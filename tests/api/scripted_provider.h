// scripted_provider.h - an OpenID provider and a directory that say what a test wants them to say.
//
// The provider's keys and signatures are real. Real ones of both are asked by the tests from outside.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/identity/signer.h"
#include "needs/clock.h"
#include "needs/directory.h"
#include "needs/web_client.h"

namespace halligan::tests {

class ScriptedProvider final : public needs::WebClient {
 public:
  explicit ScriptedProvider(needs::Clock& clock);
  Result<needs::WebAnswer> send(const needs::WebRequest& request) override;

  std::string issuer = "https://login.example";
  std::optional<Fault> fault;          // nobody answers
  boost::json::object claims;          // beside iss, aud, iat, exp and nonce
  std::function<void(boost::json::object&)> alter;  // the last word on them
  std::string typ = "JWT";
  std::optional<std::string> token;    // instead of one that is signed
  std::string nonce;                   // of the request that is answered
  std::vector<std::string> asked;      // addresses
  std::string last_form;
  bool refuses_codes = false;
  bool refuses_client = false;

  void rotate();  // another key; the old one is not published any more
  std::string sign(boost::json::object said, const std::string& type) const;
  std::string sign_by_another(boost::json::object said) const;

 private:
  identity::Signer signer(unsigned seed) const;
  needs::Clock& clock_;
  unsigned seed_ = 1;
};

class ScriptedDirectory final : public needs::Directory {
 public:
  Result<needs::DirectoryAnswer> check(const needs::DirectoryAt& at, const std::string& user,
                                       const Sealed<std::string>& password) override;
  Result<Unit> answers(const needs::DirectoryAt& at) override;

  std::map<std::string, std::string> passwords;
  std::map<std::string, std::vector<std::string>> groups;
  std::optional<Fault> fault;
  std::vector<std::string> asked;
};

}  // namespace halligan::tests
