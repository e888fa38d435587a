// test_client.h - a client for the tests that sends exactly the bytes it is told to. Tests only.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace halligan::in::http {

class TestClient {
 public:
  explicit TestClient(std::uint16_t port, int receive_buffer = 0, const char* from = "127.0.0.1") {
    const bool v6 = std::string_view{from} == "::1";
    socket_ = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer > 0)
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (v6) {
      sockaddr_in6 there{};
      there.sin6_family = AF_INET6;
      there.sin6_port = htons(port);
      there.sin6_addr = in6addr_loopback;
      connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&there), sizeof there) == 0;
      return;
    }
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = ::inet_addr(from);
    ::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
  }
  ~TestClient() { close(); }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  bool connected() const { return connected_; }

  // `version` 0: any. False when the handshake fails.
  bool start_tls(int newest = 0, std::string_view protocol = "") {
    context_ = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
    if (newest != 0) SSL_CTX_set_max_proto_version(context_, newest);
    ssl_ = SSL_new(context_);
    if (!protocol.empty()) {
      std::string wire(1, static_cast<char>(protocol.size()));
      wire += protocol;
      SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(wire.data()),
                          static_cast<unsigned>(wire.size()));
    }
    SSL_set_fd(ssl_, socket_);
    return SSL_connect(ssl_) == 1;
  }
  std::string protocol() const {
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_, &chosen, &size);
    return {reinterpret_cast<const char*>(chosen), size};
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent =
          ssl_ != nullptr
              ? static_cast<ssize_t>(SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())))
              : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void finish_sending() { ::shutdown(socket_, SHUT_WR); }

  // Some bytes, or nothing at the end or after a reset.
  std::string receive() {
    std::array<char, 65536> some;
    const auto got =
        ssl_ != nullptr
            ? static_cast<ssize_t>(SSL_read(ssl_, some.data(), static_cast<int>(some.size())))
            : ::recv(socket_, some.data(), some.size(), 0);
    was_reset_ = got < 0;
    return got > 0 ? std::string(some.data(), static_cast<std::size_t>(got)) : std::string{};
  }
  std::string receive_all() {
    std::string all;
    for (auto some = receive(); !some.empty(); some = receive()) all += some;
    return all;
  }
  std::string receive_until(std::string_view mark) {
    while (kept_.find(mark) == std::string::npos) {
      const auto some = receive();
      if (some.empty()) break;
      kept_ += some;
    }
    const auto at = kept_.find(mark);
    const auto end = at == std::string::npos ? kept_.size() : at + mark.size();
    auto out = kept_.substr(0, end);
    kept_.erase(0, end);
    return out;
  }
  // One answer by its Content-Length.
  std::string receive_answer() {
    auto head = receive_until("\r\n\r\n");
    const auto at = head.find("Content-Length: ");
    if (at == std::string::npos) return head;
    const auto size = std::stoul(head.substr(at + 16));
    while (kept_.size() < size) {
      const auto some = receive();
      if (some.empty()) break;
      kept_ += some;
    }
    head += kept_.substr(0, size);
    kept_.erase(0, size);
    return head;
  }
  bool was_reset() const { return was_reset_; }  // the last receive() ended with an error

  void close() {
    if (ssl_ != nullptr) SSL_free(ssl_);
    if (context_ != nullptr) SSL_CTX_free(context_);
    if (socket_ >= 0) ::close(socket_);
    ssl_ = nullptr;
    context_ = nullptr;
    socket_ = -1;
  }

 private:
  int socket_ = -1;
  bool connected_ = false;
  bool was_reset_ = false;
  std::string kept_;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
};

}  // namespace halligan::in::http
