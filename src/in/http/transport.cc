#include "in/http/transport.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <memory>

#include "base/bytes.h"
#include "base/must.h"

namespace halligan::in::http {
namespace {

Fault tls_fault(std::string what) {
  std::array<char, 200> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  ERR_clear_error();
  return {FaultCode::bad_input, std::move(what) + ": " + reason.data()};
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr std::array<unsigned char, 9> ours{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, ours.data(), ours.size(), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

int bounded(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

std::string hash_of(const Certificate& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  if (!certificate || X509_digest(certificate.get(), EVP_sha256(), hash.data(), &size) != 1)
    return {};
  return to_hex(ByteView{hash.data(), size});
}

}  // namespace

Result<TlsContext> make_tls_context(const TlsFiles& files) {
  ERR_clear_error();
  const TlsContext made{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
  MUST(made != nullptr);
  SSL_CTX* const tls = made.get();
  SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
  SSL_CTX_set_options(tls, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_num_tickets(tls, 1);
  SSL_CTX_set_alpn_select_cb(tls, choose_protocol, nullptr);
  MUST(SSL_CTX_set_cipher_list(tls, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1);
  std::string groups = "X25519:P-256:P-384";  // OpenSSL's macro takes no const
  MUST(SSL_CTX_set1_groups_list(tls, groups.data()) == 1);
  if (files.ask_certificates) {
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
    SSL_CTX_set_max_cert_list(tls, 16'384);
    const std::string_view context = "halligan";  // a session is taken up again here alone
    MUST(SSL_CTX_set_session_id_context(tls, view(context).data(),
                                        static_cast<unsigned>(context.size())) == 1);
  }
  if (SSL_CTX_use_certificate_chain_file(tls, files.cert_path.c_str()) != 1)
    return tls_fault("cannot use the certificate in " + files.cert_path);
  if (SSL_CTX_use_PrivateKey_file(tls, files.key_path.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(tls) != 1)
    return tls_fault("cannot use the private key in " + files.key_path);
  return made;
}

void reset_socket(int socket) {
  // shutdown(2) would let the client have what is queued, and then an orderly end. Connecting a TCP
  // socket to nowhere dissolves its connection instead (connect(2), AF_UNSPEC).
  sockaddr nowhere{};
  nowhere.sa_family = AF_UNSPEC;
  (void)::connect(socket, &nowhere, sizeof nowhere);
}

Transport::Transport(int socket, const TlsContext& tls) : socket_(socket) {
  if (!tls) return;
  ssl_ = SSL_new(tls.get());
  MUST(ssl_ != nullptr && SSL_set_fd(ssl_, socket) == 1);
  SSL_set_accept_state(ssl_);
}

std::string Transport::client_certificate() const {
  if (ssl_ == nullptr) return {};
  return hash_of(Certificate{SSL_get1_peer_certificate(ssl_), X509_free});
}

std::optional<std::string> certificate_hash(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text{
      BIO_new_mem_buf(pem.data(), bounded(pem.size())), BIO_free};
  if (!text) return std::nullopt;
  auto hash =
      hash_of(Certificate{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), X509_free});
  ERR_clear_error();
  return hash.empty() ? std::nullopt : std::optional{std::move(hash)};
}

Transport::~Transport() { SSL_free(ssl_); }

Moved Transport::explain(int returned) {
  const int saved = errno;
  switch (SSL_get_error(ssl_, returned)) {
    case SSL_ERROR_WANT_READ: return {Io::want_read};
    case SSL_ERROR_WANT_WRITE: return {Io::want_write};
    case SSL_ERROR_ZERO_RETURN: return {Io::closed};
    case SSL_ERROR_SYSCALL: broken_ = true; return {saved == 0 ? Io::closed : Io::failed};
    default:
      broken_ = true;
      plain_spoken_ = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
      return {Io::failed};
  }
}

Io Transport::handshake() {
  if (ssl_ == nullptr) return Io::done;
  ERR_clear_error();
  const int returned = SSL_do_handshake(ssl_);
  return returned == 1 ? Io::done : explain(returned).io;
}

Moved Transport::read(std::span<char> into) {
  if (ssl_ != nullptr) {
    ERR_clear_error();
    const int returned = SSL_read(ssl_, into.data(), bounded(into.size()));
    return returned > 0 ? Moved{Io::done, static_cast<std::size_t>(returned)} : explain(returned);
  }
  const auto got = ::recv(socket_, into.data(), into.size(), MSG_DONTWAIT);
  if (got > 0) return {Io::done, static_cast<std::size_t>(got)};
  if (got == 0) return {Io::closed};
  return {errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Io::want_read : Io::failed};
}

Moved Transport::write(std::string_view bytes) {
  if (ssl_ != nullptr) {
    ERR_clear_error();
    const int returned = SSL_write(ssl_, bytes.data(), bounded(bytes.size()));
    return returned > 0 ? Moved{Io::done, static_cast<std::size_t>(returned)} : explain(returned);
  }
  const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0) return {Io::done, static_cast<std::size_t>(sent)};
  return {errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Io::want_write : Io::failed};
}

bool Transport::holds_input() const { return ssl_ != nullptr && SSL_has_pending(ssl_) == 1; }

bool Transport::spoken_to_plainly() const { return plain_spoken_; }

void Transport::say_goodbye() {
  if (ssl_ != nullptr && !broken_ && SSL_is_init_finished(ssl_) == 1) {
    ERR_clear_error();
    SSL_shutdown(ssl_);
  }
  ::shutdown(socket_, SHUT_WR);
}

void Transport::reset_on_close() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace halligan::in::http
