// scripted_peer.h - a server on loopback that does with each connection what a test says, by TLS
// or without. For tests only.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace halligan::out {

// One accepted connection, as the script of a test sees it.
class Peer {
 public:
  Peer(int socket, SSL* ssl) : socket_(socket), ssl_(ssl) {}
  // One request head (and its body by Content-Length), or nothing when the client is gone.
  std::string request() {
    while (held_.find("\r\n\r\n") == std::string::npos)
      if (!more()) return {};
    auto end = held_.find("\r\n\r\n") + 4;
    const auto at = held_.find("Content-Length: ");
    if (at != std::string::npos && at < end) end += std::stoul(held_.substr(at + 16));
    while (held_.size() < end)
      if (!more()) return {};
    auto out = held_.substr(0, end);
    held_.erase(0, end);
    return out;
  }
  bool say(std::string_view text) {
    if (ssl_ != nullptr) return SSL_write(ssl_, text.data(), static_cast<int>(text.size())) > 0;
    return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
  }
  void wait_for_end() {
    while (more()) {
    }
  }

 private:
  bool more() {
    std::array<char, 4096> some;
    const auto got = ssl_ != nullptr ? SSL_read(ssl_, some.data(), some.size())
                                     : ::recv(socket_, some.data(), some.size(), 0);
    if (got <= 0) return false;
    held_.append(some.data(), static_cast<std::size_t>(got));
    return true;
  }
  int socket_;
  SSL* ssl_;
  std::string held_;
};

// Listens on a port of its own and plays `script` for every connection, in a thread of
// its own.
class Upstream {
 public:
  explicit Upstream(std::function<void(Peer&, int)> script, SSL_CTX* tls = nullptr)
      : script_(std::move(script)),
        tls_(tls),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    std::signal(SIGPIPE, SIG_IGN);  // of somebody who hung up
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }
  ~Upstream() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  std::string url(std::string_view scheme = "http", std::string_view path = "/fhir") const {
    return std::string{scheme} + "://127.0.0.1:" + std::to_string(port_) + std::string{path};
  }
  int connections() const { return connections_; }

 private:
  void serve() {
    std::vector<std::jthread> talks;
    for (;;) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      talks.emplace_back([this, socket] { talk(socket); });
    }
  }
  void talk(int socket) {
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    SSL* ssl = nullptr;
    bool ready = true;
    if (tls_ != nullptr) {
      ssl = SSL_new(tls_);
      SSL_set_fd(ssl, socket);
      ready = SSL_accept(ssl) == 1;
    }
    Peer peer{socket, ssl};
    if (ready) script_(peer, connections_++);
    SSL_free(ssl);
    ::close(socket);
  }
  std::function<void(Peer&, int)> script_;
  SSL_CTX* tls_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::thread thread_;
};

// A certificate for 127.0.0.1 in `path`, and a server context that uses it.
inline std::shared_ptr<SSL_CTX> certified(const std::string& path, const char* name) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{
      EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free};
  const std::unique_ptr<X509, decltype(&X509_free)> cert{X509_new(), X509_free};
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), 7);
  X509_set_version(cert.get(), 2);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3600);
  X509_set_pubkey(cert.get(), key.get());
  X509_NAME* const subject = X509_get_subject_name(cert.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(cert.get(), subject);
  X509_EXTENSION* const names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name);
  X509_add_ext(cert.get(), names, -1);
  X509_EXTENSION_free(names);
  X509_sign(cert.get(), key.get(), EVP_sha256());
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> file{BIO_new_file(path.c_str(), "w"),
                                                           BIO_free_all};
  PEM_write_bio_X509(file.get(), cert.get());
  std::shared_ptr<SSL_CTX> made{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
  SSL_CTX_use_certificate(made.get(), cert.get());
  SSL_CTX_use_PrivateKey(made.get(), key.get());
  return made;
}

}  // namespace halligan::out
