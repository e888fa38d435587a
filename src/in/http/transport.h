// transport.h - the octets of one connection, plain or under TLS, moved without ever waiting.
//
// Owned by one thread at a time. It neither owns nor closes the socket.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

struct ssl_st;
struct ssl_ctx_st;

namespace halligan::in::http {

struct TlsFiles {
  std::string cert_path;  // PEM, the server's certificate first
  std::string key_path;   // PEM
  // Whether clients are asked for a certificate. None is refused, whoever signed it: it is known by
  // its hash alone (RFC 8705 2.2). Browsers ask their person which one to show, where they have
  // any.
  bool ask_certificates = false;
};

using TlsContext = std::shared_ptr<ssl_ctx_st>;
// TLS 1.2 and 1.3 with forward secrecy and authenticated ciphers; ALPN http/1.1.
Result<TlsContext> make_tls_context(const TlsFiles& files);

// Hex SHA-256 of the DER of a certificate in PEM, the first; nothing where it is none.
std::optional<std::string> certificate_hash(const std::string& pem);

// Ends the connection at once, from any thread: the client gets a reset, and nothing more that the
// kernel holds for it. The owner of the socket is woken.
void reset_socket(int socket);

enum class Io { done, want_read, want_write, closed, failed };
struct Moved {
  Io io;
  std::size_t bytes = 0;
};

class Transport {
 public:
  Transport(int socket, const TlsContext& tls);  // `tls` may be null: plain
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  Io handshake();
  Moved read(std::span<char> into);
  Moved write(std::string_view bytes);
  bool tls() const { return ssl_ != nullptr; }
  std::string client_certificate() const;  // hex SHA-256 of its DER; empty: none was shown
  bool holds_input() const;                // bytes that were received and are not read yet
  bool spoken_to_plainly() const;  // the handshake failed because the client sent plain HTTP
  void say_goodbye();              // close_notify, then no more sending; reading goes on
  void reset_on_close();           // closing the socket will cut, not finish

 private:
  Moved explain(int returned);
  int socket_;
  ssl_st* ssl_ = nullptr;
  bool plain_spoken_ = false;
  bool broken_ = false;
};

}  // namespace halligan::in::http
