// directory.h - an LDAP directory: whether a password is somebody's, and in which groups they are.
//
// TRUST     always TLS, with a certificate and a name that were checked: ldaps://, or ldap:// with
//           StartTLS before anything else is said.
// BOUNDS    a check takes five seconds at most; a directory that is slower, or says nothing, is
// Fault
//           upstream_timeout. Where nobody answers: upstream_unreachable. What cannot be right - a
//           service account that is refused, a certificate nobody vouches for - is
//           upstream_nonsense. Of more than 500 groups the first 500 are told.
// SECRETS   an empty password is nobody's, and never sent (RFC 4513 5.1.2).
// THREADS   any.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/sealed.h"

namespace halligan::needs {

struct DirectoryAt {
  std::string url;      // ldaps://host[:port], or ldap://host[:port]
  std::string ca_file;  // PEM; empty: the system's
  std::string bind;     // DN of the account that searches
  Sealed<std::string> bind_password;
  std::string people;     // DN below which people are
  std::string person;     // the attribute that is the name they type
  std::string groups;     // DN below which groups are; empty: none are asked for
  std::string member;     // the attribute of a group that names its members
  bool in_chain = false;  // the directory follows groups in groups (1.2.840.113556.1.4.1941)
};

struct DirectoryGroup {
  std::string dn;
  std::string name;  // its cn
};

struct DirectoryAnswer {
  // Nobody of this name; not their password, or two people of one name; theirs.
  enum class Is { unknown, wrong, right };
  Is is = Is::unknown;
  std::vector<DirectoryGroup> groups{};  // of whoever is right, groups of groups among them
};

class Directory {
 public:
  virtual ~Directory() = default;
  virtual Result<DirectoryAnswer> check(const DirectoryAt& at, const std::string& user,
                                        const Sealed<std::string>& password) = 0;
  // Whether it can be asked now.
  virtual Result<Unit> answers(const DirectoryAt& at) = 0;
};

}  // namespace halligan::needs
