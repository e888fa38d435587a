// ldap_directory.h - needs/directory.h by OpenLDAP's client library.
//
// The account that searches has connections of its own, which are kept for a minute; whoever's
// password is looked at has one that is never used again.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "needs/directory.h"

namespace halligan::out {

class LdapDirectory final : public needs::Directory {
 public:
  LdapDirectory();
  ~LdapDirectory() override;

  Result<needs::DirectoryAnswer> check(const needs::DirectoryAt& at, const std::string& user,
                                       const Sealed<std::string>& password) override;
  Result<Unit> answers(const needs::DirectoryAt& at) override;

  // RFC 4515: as a value in a filter.
  static std::string escaped(std::string_view value);

 private:
  class Link;
  struct Idle {
    std::string of;  // where, and as whom
    std::chrono::steady_clock::time_point since;
    std::unique_ptr<Link> link;
  };
  std::unique_ptr<Link> take(const std::string& of);
  void give_back(const std::string& of, std::unique_ptr<Link> link);
  Result<std::unique_ptr<Link>> connected(const needs::DirectoryAt& at,
                                          std::chrono::steady_clock::time_point until) const;
  Result<std::unique_ptr<Link>> searcher(const needs::DirectoryAt& at, const std::string& of,
                                         std::chrono::steady_clock::time_point until);
  Result<needs::DirectoryAnswer> asked(const needs::DirectoryAt& at, const std::string& user,
                                       const Sealed<std::string>& password, Link& link,
                                       std::chrono::steady_clock::time_point until) const;

  std::mutex mutex_;
  std::vector<Idle> idle_;
};

}  // namespace halligan::out
