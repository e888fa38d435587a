#include "out/ldap_directory.h"

#include <ldap.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <map>
#include <set>
#include <thread>

#include "base/limits.h"
#include "base/must.h"

namespace halligan::out {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Until = Clock::time_point;
using needs::DirectoryAnswer;
using needs::DirectoryAt;
using needs::DirectoryGroup;

constexpr auto check_time_max = 5s;
constexpr auto connect_time_max = 2s;
constexpr auto operation_time_max = 3s;
constexpr auto idle_time_max = 60s;
constexpr std::size_t idle_max = 8;
constexpr std::size_t depth_max = 10;  // groups in groups
constexpr std::size_t groups_max = 500;
constexpr int page_size = 200;
constexpr std::size_t user_bytes_max = 256;
constexpr const char* in_chain_rule = "1.2.840.113556.1.4.1941";

Fault late() { return {FaultCode::upstream_timeout, "the directory did not answer in time"}; }
Fault nobody() { return {FaultCode::upstream_unreachable, "the directory cannot be reached"}; }
Fault nonsense(const std::string& what) {
  return {FaultCode::upstream_nonsense, "the directory cannot be used: " + what};
}

constexpr const char* no_trust = "no TLS that can be trusted";

Fault fault_of(int code) {
  if (code == LDAP_TIMEOUT || code == LDAP_TIMELIMIT_EXCEEDED) return late();
  if (code == LDAP_SERVER_DOWN || code == LDAP_UNAVAILABLE || code == LDAP_BUSY) return nobody();
  return nonsense(ldap_err2string(code));  // the library's own words: no name, no password
}

// A connection that we shut because time was over was not refused: whoever holds it is slow.
Fault fault_of(int code, Until until) {
  const bool cut = code == LDAP_SERVER_DOWN && Clock::now() + 20ms >= until;
  return cut ? late() : fault_of(code);
}

timeval span(Clock::duration time) {
  const auto micros = std::max<std::int64_t>(
      1'000, std::chrono::duration_cast<std::chrono::microseconds>(time).count());
  return {.tv_sec = micros / 1'000'000, .tv_usec = micros % 1'000'000};
}

struct MessageEnd {
  void operator()(LDAPMessage* message) const { ldap_msgfree(message); }
};
using Message = std::unique_ptr<LDAPMessage, MessageEnd>;

struct Found {
  std::string dn;
  std::string name;
};

// The library bounds each of its waits but those within TLS: there a peer that says nothing, or
// half of something, would be waited for without end. At its time a socket is shut, and the wait
// with it.
class Watchdog {
 public:
  Watchdog() : thread_([this](const std::stop_token& stop) { look(stop); }) {}

  void set(int socket, Until until) {
    const std::lock_guard lock{mutex_};
    until_[socket] = until;
    wake_.notify_one();
  }
  void clear(int socket) {
    const std::lock_guard lock{mutex_};
    until_.erase(socket);
  }

 private:
  void look(const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    while (!stop.stop_requested()) {
      if (until_.empty())
        wake_.wait(lock, stop, [&] { return !until_.empty(); });
      else
        wake_.wait_for(lock, stop, 100ms, [] { return false; });
      for (const auto& [socket, until] : until_)
        if (Clock::now() >= until) ::shutdown(socket, SHUT_RDWR);
    }
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::map<int, Until> until_;
  std::jthread thread_;
};

Watchdog& watchdog() {
  static Watchdog one;
  return one;
}

// Until when the connection that this thread makes may take.
thread_local Until connecting_until;

int socket_of(Sockbuf* buffer) {
  ber_socket_t socket = -1;
  const bool is = buffer != nullptr && ber_sockbuf_ctrl(buffer, LBER_SB_OPT_GET_FD, &socket) == 1;
  return is ? socket : -1;
}
int begin_watch(LDAP*, Sockbuf* buffer, LDAPURLDesc*, sockaddr*, ldap_conncb*) {
  watchdog().set(socket_of(buffer), connecting_until);
  return 0;
}
void end_watch(LDAP*, Sockbuf* buffer, ldap_conncb*) { watchdog().clear(socket_of(buffer)); }
ldap_conncb on_connect{.lc_add = begin_watch, .lc_del = end_watch, .lc_arg = nullptr};

// Whether anybody answers there at all, within a time. The library is given none for connecting:
// with one it would try a TLS handshake that stalls again and again without waiting.
std::optional<Fault> unreachable(const std::string& url, Until until) {
  const bool tls = url.starts_with("ldaps://");
  auto host = url.substr(tls ? 8 : 7);
  std::string port = tls ? "636" : "389";
  const auto colon = host.rfind(':');
  if (colon != std::string::npos && host.find(']', colon) == std::string::npos) {
    port = host.substr(colon + 1);
    host.resize(colon);
  }
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), port.c_str(), &wanted, &found) != 0) return nobody();
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all{found, ::freeaddrinfo};
  bool late_one = false;
  for (const auto* each = found; each != nullptr; each = each->ai_next) {
    const int socket = ::socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) continue;
    const int begun = ::connect(socket, each->ai_addr, each->ai_addrlen);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::min<Clock::duration>(until - Clock::now(), connect_time_max));
    pollfd poll{.fd = socket, .events = POLLOUT, .revents = 0};
    int error = begun == 0 ? 0 : ETIMEDOUT;
    socklen_t size = sizeof error;
    if (begun != 0 &&
        ::poll(&poll, 1, static_cast<int>(std::max<std::int64_t>(1, left.count()))) > 0)
      ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
    ::close(socket);
    if (error == 0) return std::nullopt;
    late_one = late_one || error == ETIMEDOUT;
  }
  return late_one ? late() : nobody();
}

// For as long as one operation takes.
class Watched {
 public:
  Watched(LDAP* ldap, Until until) {
    ldap_get_option(ldap, LDAP_OPT_DESC, &socket_);
    if (socket_ >= 0) watchdog().set(socket_, until);
    connecting_until = until;
    ldap_ = ldap;
  }
  ~Watched() {
    int socket = -1;  // it may have come to be meanwhile
    ldap_get_option(ldap_, LDAP_OPT_DESC, &socket);
    if (socket >= 0) watchdog().clear(socket);
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

 private:
  LDAP* ldap_;
  int socket_ = -1;
};

}  // namespace

// One connection, under TLS.
class LdapDirectory::Link {
 public:
  explicit Link(LDAP* ldap) : ldap_(ldap) {}
  ~Link() { ldap_unbind_ext(ldap_, nullptr, nullptr); }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // LDAP's own code; LDAP_TIMEOUT where time is over.
  int bind(const std::string& dn, const std::string& password, Until until) {
    const Watched watched{ldap_, until};
    berval given{.bv_len = password.size(),
                 .bv_val = const_cast<char*>(password.data())};  // NOLINT
    int id = 0;
    const int sent =
        ldap_sasl_bind(ldap_, dn.c_str(), LDAP_SASL_SIMPLE, &given, nullptr, nullptr, &id);
    if (sent != LDAP_SUCCESS) return sent;
    Message answer;
    if (const int got = take(id, until, answer); got != LDAP_SUCCESS) return got;
    int code = LDAP_OTHER;
    const int read =
        ldap_parse_result(ldap_, answer.get(), &code, nullptr, nullptr, nullptr, nullptr, 0);
    return read == LDAP_SUCCESS ? code : read;
  }

  // Whether it spoke TLS with somebody whom it does not trust: by its code alone nobody is there.
  bool is_not_trusted() {
    char* said = nullptr;
    ldap_get_option(ldap_, LDAP_OPT_DIAGNOSTIC_MESSAGE, &said);
    const std::unique_ptr<char, void (*)(void*)> held{said, ldap_memfree};
    const std::string_view why{said == nullptr ? "" : said};
    return !why.empty() && why.find("terminated") == std::string_view::npos;  // who just hung up
  }

  Result<std::vector<Found>> search(const std::string& base, const std::string& filter,
                                    std::size_t most, Until until) {
    const Watched watched{ldap_, until};
    std::vector<Found> out;
    berval cookie{.bv_len = 0, .bv_val = nullptr};
    const std::unique_ptr<berval, void (*)(berval*)> wipe{
        &cookie, [](berval* held) { ber_memfree(held->bv_val); }};
    do {
      if (auto fault = page(base, filter, most, until, cookie, out)) return *std::move(fault);
    } while (cookie.bv_len > 0 && out.size() < most);
    return out;
  }

 private:
  int take(int id, Until until, Message& answer) {
    auto left = span(std::min<Clock::duration>(until - Clock::now(), operation_time_max));
    LDAPMessage* got = nullptr;
    const int kind = ldap_result(ldap_, id, LDAP_MSG_ALL, &left, &got);
    answer.reset(got);
    if (kind > 0) return LDAP_SUCCESS;
    if (kind == 0) {
      ldap_abandon_ext(ldap_, id, nullptr, nullptr);
      return LDAP_TIMEOUT;
    }
    int code = LDAP_SERVER_DOWN;
    ldap_get_option(ldap_, LDAP_OPT_RESULT_CODE, &code);
    return code == LDAP_SUCCESS ? LDAP_SERVER_DOWN : code;
  }

  std::optional<Fault> page(const std::string& base, const std::string& filter, std::size_t most,
                            Until until, berval& cookie, std::vector<Found>& out) {
    LDAPControl* paged = nullptr;
    if (ldap_create_page_control(ldap_, page_size, &cookie, 0, &paged) != LDAP_SUCCESS)
      return nonsense("no pages");
    const std::unique_ptr<LDAPControl, void (*)(LDAPControl*)> held{paged, ldap_control_free};
    LDAPControl* controls[] = {paged, nullptr};  // NOLINT: as the library wants it
    char cn[] = "cn";                            // NOLINT
    char* attributes[] = {cn, nullptr};          // NOLINT
    auto left = span(operation_time_max);
    int id = 0;
    const int sent =
        ldap_search_ext(ldap_, base.c_str(), LDAP_SCOPE_SUBTREE, filter.c_str(), attributes, 0,
                        controls, nullptr, &left, static_cast<int>(most), &id);
    if (sent != LDAP_SUCCESS) return fault_of(sent);
    Message answer;
    if (const int got = take(id, until, answer); got != LDAP_SUCCESS) return fault_of(got);
    for (auto* entry = ldap_first_entry(ldap_, answer.get()); entry != nullptr && out.size() < most;
         entry = ldap_next_entry(ldap_, entry))
      out.push_back(read(entry));
    int code = LDAP_OTHER;
    LDAPControl** back = nullptr;
    auto* last = answer.get();
    if (ldap_parse_result(ldap_, last, &code, nullptr, nullptr, nullptr, &back, 0) != LDAP_SUCCESS)
      return nonsense("an answer without an end");
    const std::unique_ptr<LDAPControl*, void (*)(LDAPControl**)> given{back, ldap_controls_free};
    ber_memfree(cookie.bv_val);
    cookie = {.bv_len = 0, .bv_val = nullptr};
    if (code == LDAP_SIZELIMIT_EXCEEDED) return std::nullopt;
    if (code != LDAP_SUCCESS) return fault_of(code);
    if (auto* control = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, back, nullptr)) {
      ber_int_t estimate = 0;
      if (ldap_parse_pageresponse_control(ldap_, control, &estimate, &cookie) != LDAP_SUCCESS)
        return nonsense("no pages");
    }
    return std::nullopt;
  }

  Found read(LDAPMessage* entry) {
    Found out;
    if (char* dn = ldap_get_dn(ldap_, entry)) {
      out.dn = dn;
      ldap_memfree(dn);
    }
    if (berval** values = ldap_get_values_len(ldap_, entry, "cn")) {
      if (*values != nullptr) out.name.assign((*values)->bv_val, (*values)->bv_len);
      ldap_value_free_len(values);
    }
    return out;
  }

  LDAP* const ldap_;
};

LdapDirectory::LdapDirectory() {
  // Neither a file of the machine's nor the environment says how this directory is asked.
  ::setenv("LDAPNOINIT", "1", 1);
  ::signal(SIGPIPE, SIG_IGN);  // a connection that broke is an error, not the end of the process
  LDAPAPIInfo info{};
  info.ldapai_info_version = LDAP_API_INFO_VERSION;
  MUST(ldap_get_option(nullptr, LDAP_OPT_API_INFO, &info) == LDAP_OPT_SUCCESS);
  ldap_memfree(info.ldapai_vendor_name);
  ldap_memvfree(reinterpret_cast<void**>(info.ldapai_extensions));  // NOLINT: as it says
}
LdapDirectory::~LdapDirectory() = default;

std::string LdapDirectory::escaped(std::string_view value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '*' || c == '(' || c == ')' || c == '\\' || byte < 0x20 || byte == 0x7f)
      out.append("\\").append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
    else
      out += c;
  }
  return out;
}

Result<std::unique_ptr<LdapDirectory::Link>> LdapDirectory::connected(const DirectoryAt& at,
                                                                      Until until) const {
  // One address, under TLS from its first word or as soon as that is agreed.
  const bool known = at.url.starts_with("ldaps://") || at.url.starts_with("ldap://");
  if (!known || at.url.find_first_of(" ,\t\n/", 8) != std::string::npos)
    return nonsense("its address");
  if (auto fault = unreachable(at.url, until)) return *std::move(fault);
  LDAP* made = nullptr;
  if (ldap_initialize(&made, at.url.c_str()) != LDAP_SUCCESS) return nonsense("its address");
  auto link = std::make_unique<Link>(made);
  const int version = LDAP_VERSION3;
  const auto operation = span(std::min<Clock::duration>(until - Clock::now(), operation_time_max));
  const int demand = LDAP_OPT_X_TLS_DEMAND;
  const int least = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
  const int client = 0;
  bool good = ldap_set_option(made, LDAP_OPT_PROTOCOL_VERSION, &version) == LDAP_OPT_SUCCESS &&
              ldap_set_option(made, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) == LDAP_OPT_SUCCESS &&
              ldap_set_option(made, LDAP_OPT_TIMEOUT, &operation) == LDAP_OPT_SUCCESS &&
              ldap_set_option(made, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) == LDAP_OPT_SUCCESS &&
              ldap_set_option(made, LDAP_OPT_X_TLS_PROTOCOL_MIN, &least) == LDAP_OPT_SUCCESS;
  good = good && ldap_set_option(made, LDAP_OPT_CONNECT_CB, &on_connect) == LDAP_OPT_SUCCESS;
  const char* ca = at.ca_file.empty() ? "/etc/ssl/certs/ca-certificates.crt" : at.ca_file.c_str();
  good = good && ldap_set_option(made, LDAP_OPT_X_TLS_CACERTFILE, ca) == LDAP_OPT_SUCCESS;
  good = good && ldap_set_option(made, LDAP_OPT_X_TLS_NEWCTX, &client) == LDAP_OPT_SUCCESS;
  if (!good) return nonsense("its certificates cannot be checked: see --identity-ca");
  const Watched watched{made, until};
  if (at.url.starts_with("ldap://"))
    if (const int code = ldap_start_tls_s(made, nullptr, nullptr); code != LDAP_SUCCESS) {
      if (Clock::now() >= until) return late();
      return code == LDAP_CONNECT_ERROR ? nonsense(no_trust) : fault_of(code);
    }
  return link;
}

std::unique_ptr<LdapDirectory::Link> LdapDirectory::take(const std::string& of) {
  const std::lock_guard lock{mutex_};
  const auto now = Clock::now();
  std::erase_if(idle_, [&](const Idle& each) { return now >= each.since + idle_time_max; });
  const auto at = std::ranges::find(idle_, of, &Idle::of);
  if (at == idle_.end()) return nullptr;
  auto out = std::move(at->link);
  idle_.erase(at);
  return out;
}

void LdapDirectory::give_back(const std::string& of, std::unique_ptr<Link> link) {
  const std::lock_guard lock{mutex_};
  if (idle_.size() < idle_max)
    idle_.push_back({.of = of, .since = Clock::now(), .link = std::move(link)});
}

Result<std::unique_ptr<LdapDirectory::Link>> LdapDirectory::searcher(const DirectoryAt& at,
                                                                     const std::string& of,
                                                                     Until until) {
  if (auto held = take(of)) return held;
  auto made = connected(at, until);
  if (!made) return made.fault();
  const auto& password = at.bind_password.reveal();
  if (password.empty()) return nonsense("no password for the account that searches");
  const int code = (*made)->bind(at.bind, password, until);
  if (code == LDAP_INVALID_CREDENTIALS) return nonsense("it refuses the account that searches");
  if (code == LDAP_SERVER_DOWN && Clock::now() < until && (*made)->is_not_trusted())
    return nonsense(no_trust);
  if (code != LDAP_SUCCESS) return fault_of(code, until);
  return made;
}

Result<DirectoryAnswer> LdapDirectory::asked(const DirectoryAt& at, const std::string& user,
                                             const Sealed<std::string>& password, Link& link,
                                             Until until) const {
  using Is = DirectoryAnswer::Is;
  const auto people = link.search(at.people, "(" + at.person + "=" + escaped(user) + ")", 2, until);
  if (!people) return people.fault();
  if (people->empty()) return DirectoryAnswer{};
  // Of two people of one name nobody knows which is meant: it is neither's password. (No fault: the
  // directory answers, and whoever is meant is not to come in by other means instead.)
  if (people->size() > 1) return DirectoryAnswer{.is = Is::wrong};
  const auto& dn = people->front().dn;
  auto own = connected(at, until);
  if (!own) return own.fault();
  const int code = (*own)->bind(dn, password.reveal(), until);
  // Locked, or not let in there: it did answer, so what is kept here does not count instead.
  if (code == LDAP_INVALID_CREDENTIALS || code == LDAP_UNWILLING_TO_PERFORM ||
      code == LDAP_CONSTRAINT_VIOLATION || code == LDAP_INAPPROPRIATE_AUTH)
    return DirectoryAnswer{.is = Is::wrong};
  if (code != LDAP_SUCCESS) return fault_of(code, until);
  DirectoryAnswer out{.is = Is::right};
  if (at.groups.empty()) return out;
  const auto rule = at.in_chain ? at.member + ":" + in_chain_rule + ":" : at.member;
  std::set<std::string> seen;
  std::vector<std::string> members{dn};
  for (std::size_t depth = 0; depth < depth_max && !members.empty(); ++depth) {
    std::vector<std::string> next;
    for (const auto& member : members) {
      const auto found = link.search(at.groups, "(" + rule + "=" + escaped(member) + ")",
                                     groups_max - seen.size() + 1, until);
      if (!found) return found.fault();
      for (const auto& group : *found) {
        if (seen.size() >= groups_max) return out;
        if (!seen.insert(group.dn).second) continue;
        out.groups.push_back(DirectoryGroup{.dn = group.dn, .name = group.name});
        next.push_back(group.dn);
      }
    }
    members = at.in_chain ? std::vector<std::string>{} : std::move(next);
  }
  return out;
}

Result<DirectoryAnswer> LdapDirectory::check(const DirectoryAt& at, const std::string& user,
                                             const Sealed<std::string>& password) {
  // A bind without a password is one without a name: it would succeed (RFC 4513 5.1.2).
  if (password.reveal().empty() || user.empty() || user.size() > user_bytes_max)
    return DirectoryAnswer{.is = DirectoryAnswer::Is::wrong};
  const auto until = Clock::now() + check_time_max;
  const auto of = at.url + "|" + at.bind + "|" + at.ca_file;
  Fault last = nobody();
  // A connection that was kept may be broken: then once more, on a fresh one.
  for (int tries = 0; tries < 2 && Clock::now() < until; ++tries) {
    auto link = searcher(at, of, until);
    if (!link) return link.fault();
    auto answer = asked(at, user, password, **link, until);
    if (answer) {
      give_back(of, std::move(*link));
      return answer;
    }
    last = answer.fault();
    if (last.code != FaultCode::upstream_unreachable) return last;
  }
  return last;
}

Result<Unit> LdapDirectory::answers(const DirectoryAt& at) {
  if (at.bind_password.reveal().empty())
    return nonsense("no password for the account that searches");
  const auto until = Clock::now() + check_time_max;
  const auto made = connected(at, until);
  if (!made) return made.fault();
  const int code = (*made)->bind(at.bind, at.bind_password.reveal(), until);
  if (code == LDAP_INVALID_CREDENTIALS) return nonsense("it refuses the account that searches");
  if (code != LDAP_SUCCESS) return fault_of(code, until);
  return Unit{};
}

}  // namespace halligan::out
