// ldap_directory_test.cc - against a real slapd, with certificates of its own.
#include "out/ldap_directory.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "out/temporary_folder.h"

namespace halligan::out {
namespace {

using namespace std::chrono_literals;
using Is = needs::DirectoryAnswer::Is;

int run(const std::string& command) {
  return std::system((command + " > /dev/null 2>&1").c_str());  // NOLINT: words of this test
}

int listening(std::uint16_t& port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);  // NOLINT
  EXPECT_EQ(::listen(socket, 4), 0);
  socklen_t size = sizeof at;
  EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&at), &size), 0);  // NOLINT
  port = ntohs(at.sin_port);
  return socket;
}

std::uint16_t free_port() {
  std::uint16_t port = 0;
  ::close(listening(port));
  return port;
}

// A certificate authority, a certificate for 127.0.0.1 and localhost, and another authority.
void make_certificates(const std::string& in) {
  std::ofstream{in + "/names"} << "subjectAltName=IP:127.0.0.1,DNS:localhost\n";
  const auto key = " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ";
  for (const char* who : {"ca", "other"})
    EXPECT_EQ(run("cd " + in + " && openssl req -x509 -days 2 -subj /CN=" + who + key + "-keyout " +
                  who + ".key -out " + who + ".crt"),
              0);
  EXPECT_EQ(run("cd " + in + " && openssl req -subj /CN=ldap" + key +
                "-keyout ldap.key -out ldap.csr && openssl x509 -req -days 2 -in ldap.csr -CA "
                "ca.crt -CAkey ca.key -CAcreateserial -extfile names -out ldap.crt"),
            0);
}

constexpr const char* people = R"(dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=people,dc=example,dc=org
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=org
objectClass: organizationalUnit
ou: groups

dn: cn=halligan,dc=example,dc=org
objectClass: person
objectClass: uidObject
cn: halligan
sn: halligan
uid: halligan
userPassword: searching

dn: uid=osei,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: osei
cn: Ama Osei
sn: Osei
userPassword: right one

dn: uid=twin,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: twin
cn: Twin
sn: One
userPassword: x

dn: cn=also twin,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: twin
cn: also twin
sn: Two
userPassword: y

dn: cn=Stern\2C J\C3\BCrgen (ED) *,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: j\rgen*(ü)
cn: Stern, Jürgen (ED) *
sn: Stern
userPassword: right two

dn: cn=ED nurses,ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: ED nurses
member: uid=osei,ou=people,dc=example,dc=org
member: cn=all,ou=groups,dc=example,dc=org

dn: cn=nurses,ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: nurses
member: cn=ED nurses,ou=groups,dc=example,dc=org

dn: cn=all,ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: all
member: cn=nurses,ou=groups,dc=example,dc=org

dn: cn=surgeons,ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: surgeons
member: cn=Stern\2C J\C3\BCrgen (ED) *,ou=people,dc=example,dc=org
)";

class Slapd {
 public:
  Slapd() : tls_(free_port()), plain_(free_port()) {
    make_certificates(folder());
    std::ofstream{folder() + "/slapd.conf"}
        << "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n"
           "include /etc/ldap/schema/inetorgperson.schema\nmodulepath /usr/lib/ldap\n"
           "moduleload back_mdb\nTLSCACertificateFile "
        << folder() << "/ca.crt\nTLSCertificateFile " << folder()
        << "/ldap.crt\nTLSCertificateKeyFile " << folder()
        << "/ldap.key\ndatabase mdb\nmaxsize 10485760\nsuffix \"dc=example,dc=org\"\ndirectory "
        << folder()
        << "/db\naccess to attrs=userPassword by anonymous auth\naccess to * by "
           "users read\n";
    std::ofstream{folder() + "/people.ldif"} << people;
    EXPECT_EQ(run("mkdir " + folder() + "/db && slapadd -f " + folder() + "/slapd.conf -l " +
                  folder() + "/people.ldif"),
              0);
    start();
  }
  ~Slapd() { stop(); }
  Slapd(const Slapd&) = delete;
  Slapd& operator=(const Slapd&) = delete;

  void start() {
    const auto at = ldaps() + " " + ldap() + " " + ldaps("127.0.0.2") + " " + ldap("127.0.0.2");
    const auto conf = folder() + "/slapd.conf";
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      (void)!::freopen("/dev/null", "w", stderr);
      (void)!::freopen("/dev/null", "w", stdout);
      ::execlp("slapd", "slapd", "-f", conf.c_str(), "-h", at.c_str(), "-d", "0", nullptr);
      ::_exit(127);
    }
    for (int i = 0; i < 200 && run("ldapsearch -x -H " + ldap() + " -b '' -s base") != 0; ++i)
      std::this_thread::sleep_for(50ms);
  }
  void stop() {
    if (process_ <= 0) return;
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }

  std::string folder() const { return folder_.path().string(); }
  std::string ldaps(const std::string& host = "127.0.0.1") const {
    return "ldaps://" + host + ":" + std::to_string(tls_);
  }
  std::string ldap(const std::string& host = "127.0.0.1") const {
    return "ldap://" + host + ":" + std::to_string(plain_);
  }

 private:
  TemporaryFolder folder_;
  std::uint16_t tls_;
  std::uint16_t plain_;
  pid_t process_ = 0;
};

class LdapDirectoryTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { slapd_ = new Slapd; }  // NOLINT: until the last test
  static void TearDownTestSuite() {
    delete slapd_;  // NOLINT
    slapd_ = nullptr;
  }
  static needs::DirectoryAt at(const std::string& url = slapd_->ldaps()) {
    return {.url = url,
            .ca_file = slapd_->folder() + "/ca.crt",
            .bind = "cn=halligan,dc=example,dc=org",
            .bind_password = Sealed<std::string>{"searching"},
            .people = "ou=people,dc=example,dc=org",
            .person = "uid",
            .groups = "ou=groups,dc=example,dc=org",
            .member = "member"};
  }
  Is is(const std::string& user, const std::string& password, const needs::DirectoryAt& where) {
    const auto answer = directory_.check(where, user, Sealed<std::string>{password});
    EXPECT_TRUE(answer.ok()) << (answer ? "" : answer.fault().what);
    return answer ? answer->is : Is::unknown;
  }
  Is is(const std::string& user, const std::string& password) { return is(user, password, at()); }
  FaultCode fault(const needs::DirectoryAt& where, const std::string& user = "osei") {
    const auto answer = directory_.check(where, user, Sealed<std::string>{"right one"});
    EXPECT_FALSE(answer.ok());
    return answer ? FaultCode::cancelled : answer.fault().code;
  }

  static Slapd* slapd_;
  LdapDirectory directory_;
};
Slapd* LdapDirectoryTest::slapd_ = nullptr;

TEST_F(LdapDirectoryTest, APasswordIsSomebodysOrNot) {
  EXPECT_EQ(is("osei", "right one"), Is::right);
  EXPECT_EQ(is("osei", "right two"), Is::wrong);
  EXPECT_EQ(is("nobody", "right one"), Is::unknown);
  EXPECT_EQ(is("osei", "right one", at(slapd_->ldap())), Is::right) << "with StartTLS";
  EXPECT_TRUE(directory_.answers(at()).ok());
}

// Without a password a directory lets anybody in, as nobody.
TEST_F(LdapDirectoryTest, AnEmptyPasswordIsNeverSent) {
  EXPECT_EQ(is("osei", ""), Is::wrong);
  EXPECT_EQ(is("", "right one"), Is::wrong);
  EXPECT_EQ(is(std::string(257, 'a'), "x"), Is::wrong);
}

TEST_F(LdapDirectoryTest, NamesAreNeverPartOfTheQuestion) {
  for (const char* user :
       {"*", "o*", "osei)(uid=*", "*)(objectClass=*", "\\2a", "osei\\", "(", ")"})
    EXPECT_EQ(is(user, "right one"), Is::unknown) << user;
  EXPECT_EQ(is(std::string("osei\0", 5), "right one"), Is::unknown);
  EXPECT_EQ(is("j\\rgen*(ü)", "right two"), Is::right);
  EXPECT_EQ(LdapDirectory::escaped(std::string("a*(b)\\\0", 7)), "a\\2a\\28b\\29\\5c\\00");
}

TEST_F(LdapDirectoryTest, GroupsInGroupsAreFollowedThoughTheyGoInACircle) {
  const auto answer = directory_.check(at(), "osei", Sealed<std::string>{"right one"});
  ASSERT_TRUE(answer.ok());
  std::vector<std::string> names;
  for (const auto& group : answer->groups) names.push_back(group.name);
  EXPECT_EQ(names, (std::vector<std::string>{"ED nurses", "nurses", "all"}));
  EXPECT_EQ(answer->groups[0].dn, "cn=ED nurses,ou=groups,dc=example,dc=org");
  // A name with every letter that means something in a filter, or in a DN.
  const auto other = directory_.check(at(), "j\\rgen*(ü)", Sealed<std::string>{"right two"});
  ASSERT_TRUE(other.ok());
  ASSERT_EQ(other->groups.size(), 1U);
  EXPECT_EQ(other->groups[0].name, "surgeons");
  auto none = at();
  none.groups.clear();
  EXPECT_TRUE(directory_.check(none, "osei", Sealed<std::string>{"right one"})->groups.empty());
}

TEST_F(LdapDirectoryTest, NobodyIsAskedWhoseCertificateIsNotVouchedFor) {
  auto other = at();
  other.ca_file = slapd_->folder() + "/other.crt";
  EXPECT_EQ(fault(other), FaultCode::upstream_nonsense);
  other.url = slapd_->ldap();
  EXPECT_EQ(fault(other), FaultCode::upstream_nonsense);
  // 127.0.0.2 is the same machine under a name that the certificate does not have.
  EXPECT_EQ(fault(at(slapd_->ldaps("127.0.0.2"))), FaultCode::upstream_nonsense);
  EXPECT_EQ(fault(at(slapd_->ldap("127.0.0.2"))), FaultCode::upstream_nonsense);
}

TEST_F(LdapDirectoryTest, WhatCannotBeRightIsAFault) {
  auto wrong = at();
  wrong.bind_password = Sealed<std::string>{"not that"};
  EXPECT_EQ(fault(wrong), FaultCode::upstream_nonsense);
  EXPECT_FALSE(directory_.answers(wrong).ok());
  auto none = at();
  none.bind_password = Sealed<std::string>{};
  EXPECT_EQ(fault(none), FaultCode::upstream_nonsense);
  EXPECT_EQ(is("twin", "right one"), Is::wrong);  // two people of one name
}

TEST_F(LdapDirectoryTest, B08OneThatIsSlowIsCutAndOneThatIsGoneIsSaidToBe) {
  std::uint16_t port = 0;
  const int silent = listening(port);  // accepts, and says nothing
  for (const char* scheme : {"ldaps://127.0.0.1:", "ldap://127.0.0.1:"}) {
    const auto began = std::chrono::steady_clock::now();
    EXPECT_NE(fault(at(scheme + std::to_string(port))), FaultCode::cancelled);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 6s) << scheme;
  }
  ::close(silent);
  EXPECT_EQ(fault(at("ldaps://127.0.0.1:" + std::to_string(port))),
            FaultCode::upstream_unreachable);
}

TEST_F(LdapDirectoryTest, AConnectionThatBrokeIsMadeAgain) {
  EXPECT_EQ(is("osei", "right one"), Is::right);
  slapd_->stop();
  EXPECT_EQ(fault(at()), FaultCode::upstream_unreachable);
  slapd_->start();
  EXPECT_EQ(is("osei", "right one"), Is::right);
  slapd_->stop();
  slapd_->start();
  EXPECT_EQ(is("osei", "right one"), Is::right);
}

TEST_F(LdapDirectoryTest, ManyAskAtOnce) {
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      for (int n = 0; n < 5; ++n)
        if (is("osei", i % 2 == 0 ? "right one" : "wrong") == (i % 2 == 0 ? Is::right : Is::wrong))
          ++right;
    });
  threads.clear();
  EXPECT_EQ(right, 40);
}

}  // namespace
}  // namespace halligan::out
