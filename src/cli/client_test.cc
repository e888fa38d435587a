// client_test.cc - the client against a scripted TLS server on the loopback.

#include "cli/client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <vector>

namespace halligan::cli {
namespace {

// Answers one connection after the other with its scripted bytes; an empty script hangs up.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<std::string> script) : script_(std::move(script)) {
    make_certificate();
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size), 0);
    port_ = ntohs(at.sin_port);
    serving_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    serving_.join();
    ::close(listener_);
    SSL_CTX_free(context_);
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }
  std::string fingerprint() const {
    std::array<std::uint8_t, 32> digest{};
    unsigned length = 0;
    X509_digest(certificate_, EVP_sha256(), digest.data(), &length);
    return to_hex(digest);
  }
  void write_certificate(const std::string& path) const {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    ASSERT_NE(file, nullptr);
    PEM_write_X509(file, certificate_);
    std::fclose(file);
  }
  // Only after the requests have been answered.
  const std::vector<std::string>& requests() const { return requests_; }

 private:
  void make_certificate() {
    key_ = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
    certificate_ = X509_new();
    X509_set_version(certificate_, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate_), 3600);
    X509_NAME* name = X509_get_subject_name(certificate_);
    const std::string common = "halligan test";
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common.data()), -1, -1, 0);
    X509_set_issuer_name(certificate_, name);
    X509_set_pubkey(certificate_, key_);
    ASSERT_GT(X509_sign(certificate_, key_, EVP_sha256()), 0);
    context_ = SSL_CTX_new(TLS_server_method());
    ASSERT_EQ(SSL_CTX_use_certificate(context_, certificate_), 1);
    ASSERT_EQ(SSL_CTX_use_PrivateKey(context_, key_), 1);
  }

  void serve() {
    // A client that hangs up in the handshake is what some of these tests are about.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    for (std::size_t turn = 0;; ++turn) {
      const int peer = ::accept(listener_, nullptr, nullptr);
      if (peer < 0 || stopping_) return;
      SSL* tls = SSL_new(context_);
      SSL_set_fd(tls, peer);
      if (SSL_accept(tls) == 1) answer(tls, turn < script_.size() ? script_[turn] : "");
      SSL_free(tls);
      ::close(peer);
    }
  }

  void answer(SSL* tls, const std::string& text) {
    std::string request;
    std::array<char, 4096> piece{};
    while (request.find("\r\n\r\n") == std::string::npos) {
      const int got = SSL_read(tls, piece.data(), static_cast<int>(piece.size()));
      if (got <= 0) return;  // gone before it asked anything
      request.append(piece.data(), static_cast<std::size_t>(got));
    }
    requests_.push_back(request);
    if (!text.empty()) SSL_write(tls, text.data(), static_cast<int>(text.size()));
    SSL_shutdown(tls);
  }

  std::vector<std::string> script_;
  std::vector<std::string> requests_;
  EVP_PKEY* key_ = nullptr;
  X509* certificate_ = nullptr;
  SSL_CTX* context_ = nullptr;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread serving_;
};

const std::string good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nHalligan-Receipt: 7\r\n\r\n{}";

Target pinned(const ScriptedServer& server) {
  return {.server = server.url(),
          .ca_file = {},
          .fingerprint = server.fingerprint(),
          .token = Sealed<std::string>{"t0ken"}};
}

TEST(Client, a_pinned_server_is_spoken_to) {
  ScriptedServer server({good});
  const Result<Answer> answer = exchange(pinned(server), {.path = "/api/v1/session"});
  ASSERT_TRUE(answer.ok()) << answer.fault().what;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "{}");
  EXPECT_EQ(answer->headers.at("halligan-receipt"), "7");
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_TRUE(server.requests()[0].starts_with("GET /api/v1/session HTTP/1.1\r\n"));
  EXPECT_NE(server.requests()[0].find("Authorization: Bearer t0ken\r\n"), std::string::npos);
}

TEST(Client, another_certificate_than_the_pinned_one_gets_no_request) {
  ScriptedServer server({good});
  Target target = pinned(server);
  target.fingerprint[0] = target.fingerprint[0] == '0' ? '1' : '0';
  const Result<Answer> answer = exchange(target, {.path = "/"});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.fault().code, FaultCode::crypto_failed);
  EXPECT_NE(answer.fault().what.find(server.fingerprint()), std::string::npos);
  EXPECT_TRUE(server.requests().empty());
}

TEST(Client, nobody_vouches_for_a_self_made_certificate_and_its_fingerprint_is_told) {
  ScriptedServer server({good});
  Target target = pinned(server);
  target.fingerprint.clear();
  const Result<Answer> answer = exchange(target, {.path = "/"});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.fault().code, FaultCode::crypto_failed);
  EXPECT_NE(answer.fault().what.find("--fingerprint " + server.fingerprint()), std::string::npos);
  EXPECT_TRUE(server.requests().empty());
}

TEST(Client, a_named_authority_does_not_vouch_for_another_name) {
  ScriptedServer server({good});
  Target target = pinned(server);
  target.fingerprint.clear();
  target.ca_file = (std::filesystem::temp_directory_path() /
                    ("halligan_client_ca_" + std::to_string(getpid()) + ".pem"))
                       .string();
  server.write_certificate(target.ca_file);
  const Result<Answer> answer = exchange(target, {.path = "/"});  // CN only, no 127.0.0.1
  std::filesystem::remove(target.ca_file);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.fault().code, FaultCode::crypto_failed);
  EXPECT_TRUE(server.requests().empty());
}

TEST(Client, a_broken_connection_is_tried_again_only_with_an_idempotency_key) {
  ScriptedServer once({"", good});
  Request request{.method = "POST", .path = "/", .body = "{}"};
  EXPECT_EQ(exchange(pinned(once), request).fault().code, FaultCode::upstream_unreachable);
  EXPECT_EQ(once.requests().size(), 1U);
  ScriptedServer twice({"", good});
  request.idempotency_key = "k";
  const Result<Answer> answer = exchange(pinned(twice), request);
  ASSERT_TRUE(answer.ok()) << answer.fault().what;
  EXPECT_EQ(twice.requests().size(), 2U);
}

TEST(Client, redirects_are_answers_and_not_followed) {
  ScriptedServer server(
      {"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n", good});
  const Result<Answer> answer = exchange(pinned(server), {.path = "/"});
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(Client, plain_http_is_for_this_machine) {
  const Target target{
      .server = "http://halligan.example:80", .ca_file = {}, .fingerprint = {}, .token = {}};
  EXPECT_EQ(exchange(target, {.path = "/"}).fault().code, FaultCode::bad_input);
  EXPECT_EQ(
      exchange({.server = "ftp://h", .ca_file = {}, .fingerprint = {}, .token = {}}, {.path = "/"})
          .fault()
          .code,
      FaultCode::bad_input);
  EXPECT_EQ(
      exchange({.server = "http://127.0.0.1:1", .ca_file = {}, .fingerprint = {}, .token = {}},
               {.path = "/"})
          .fault()
          .code,
      FaultCode::upstream_unreachable);
  EXPECT_EQ(
      exchange(
          {.server = "http://127.evil.example:1", .ca_file = {}, .fingerprint = {}, .token = {}},
          {.path = "/"})
          .fault()
          .code,
      FaultCode::bad_input);
}

TEST(Client, fingerprints_are_read_in_both_spellings) {
  std::string colons;
  for (int i = 0; i < 32; ++i) colons += i == 0 ? "AB" : ":AB";
  std::string plain;
  for (int i = 0; i < 32; ++i) plain += "ab";
  EXPECT_EQ(parse_fingerprint(colons), plain);
  EXPECT_EQ(parse_fingerprint(plain), plain);
  EXPECT_FALSE(parse_fingerprint(plain.substr(2)).has_value());
  EXPECT_FALSE(parse_fingerprint("zz" + plain.substr(2)).has_value());
}

}  // namespace
}  // namespace halligan::cli
