#include "in/http/self_signed.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/must.h"

namespace halligan::in::http {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* held) const {
    Free(held);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;
using Memory = std::unique_ptr<BIO, Freer<BIO_free_all>>;

constexpr long day_seconds = 24 * 60 * 60;

// Names that cannot stand in a certificate (a '_', a space) are left out.
std::string subject_names() {
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) return names;
  const std::string_view name{host.data()};
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  };
  if (!name.empty() && name != "localhost" && std::all_of(name.begin(), name.end(), good))
    names.append(",DNS:").append(name);
  return names;
}

void extend(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Extension made{X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str())};
  MUST(made != nullptr && X509_add_ext(certificate, made.get(), -1) == 1);
}

Certificate make_certificate(EVP_PKEY* key) {
  Certificate made{X509_new()};
  MUST(made != nullptr);
  std::array<unsigned char, 16> serial{};
  MUST(RAND_bytes(serial.data(), serial.size()) == 1);
  serial[0] = static_cast<unsigned char>((serial[0] & 0x3f) | 0x40);  // positive, never short
  const std::unique_ptr<BIGNUM, Freer<BN_free>> number{
      BN_bin2bn(serial.data(), serial.size(), nullptr)};
  MUST(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(made.get())) != nullptr);
  X509_set_version(made.get(), X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(made.get()),
                  -day_seconds);  // a clock that is behind may read it
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 825 * day_seconds);
  X509_set_pubkey(made.get(), key);
  X509_NAME* const name = X509_get_subject_name(made.get());
  static constexpr std::string_view title = "Halligan (self-made)";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(title.data()),
                             static_cast<int>(title.size()), -1, 0);
  X509_set_issuer_name(made.get(), name);
  extend(made.get(), NID_basic_constraints, "critical,CA:FALSE");
  extend(made.get(), NID_key_usage, "critical,digitalSignature");
  extend(made.get(), NID_ext_key_usage, "serverAuth");
  extend(made.get(), NID_subject_alt_name, subject_names());
  MUST(X509_sign(made.get(), key, EVP_sha256()) != 0);
  return made;
}

Fault file_fault(const std::string& path) {
  return {FaultCode::disk_failed, "cannot write " + path + ": " + std::strerror(errno)};
}

// Beside its place, until both of a pair are on disk.
std::string unfinished(const std::string& path) { return path + ".new"; }

Result<Unit> write_unfinished(const std::string& whole_path, BIO* text, mode_t mode) {
  const std::string path = unfinished(whole_path);
  ::unlink(path.c_str());
  char* data = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(text, &data));
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return file_fault(path);
  const bool written =
      ::write(file, data, size) == static_cast<ssize_t>(size) && ::fsync(file) == 0;
  const bool closed = ::close(file) == 0;
  if (!written || !closed) return file_fault(path);
  return Unit{};
}

Result<Unit> sync_folder_of(const std::string& path) {
  const auto folder = std::filesystem::absolute(path).parent_path();
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return file_fault(path);
  const bool synced = ::fsync(opened) == 0;
  ::close(opened);
  if (!synced) return file_fault(path);
  return Unit{};
}

Result<Unit> finish(const std::string& path) {
  if (::rename(unfinished(path).c_str(), path.c_str()) != 0) return file_fault(path);
  return sync_folder_of(path);
}

Result<Unit> make_pair(const TlsFiles& files) {
  const Key key{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
  MUST(key != nullptr);
  const Certificate certificate = make_certificate(key.get());
  const Memory key_text{BIO_new(BIO_s_mem())};
  const Memory cert_text{BIO_new(BIO_s_mem())};
  MUST(PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
       1);
  MUST(PEM_write_bio_X509(cert_text.get(), certificate.get()) == 1);
  if (auto wrote = write_unfinished(files.key_path, key_text.get(), 0600); !wrote) return wrote;
  if (auto wrote = write_unfinished(files.cert_path, cert_text.get(), 0644); !wrote) return wrote;
  for (const auto& path : {files.key_path, files.cert_path})
    if (auto synced = sync_folder_of(path); !synced) return synced;
  // The key first: where it has its name, the certificate is there whole, named or not.
  if (auto done = finish(files.key_path); !done) return done;
  return finish(files.cert_path);
}

Result<std::string> fingerprint_of(const std::string& path) {
  const Memory file{BIO_new_file(path.c_str(), "r")};
  const Certificate read{file ? PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr) : nullptr};
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  if (!read || X509_digest(read.get(), EVP_sha256(), digest.data(), &size) != 1)
    return Fault{FaultCode::bad_input, "no certificate can be read in " + path};
  std::string text;
  static constexpr std::string_view digits = "0123456789ABCDEF";
  for (const unsigned char byte : digest) {
    if (!text.empty()) text += ':';
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace

Result<CertificateFacts> ensure_certificate(const TlsFiles& files) {
  std::error_code ignored;
  bool has_cert = std::filesystem::exists(files.cert_path, ignored);
  const bool has_key = std::filesystem::exists(files.key_path, ignored);
  // A start that ended between the two names.
  if (has_key && !has_cert && std::filesystem::exists(unfinished(files.cert_path), ignored)) {
    if (const auto done = finish(files.cert_path); !done) return done.fault();
    has_cert = true;
  }
  if (has_cert != has_key)
    return Fault{FaultCode::bad_input, "only one of " + files.cert_path + " and " + files.key_path +
                                           " exists; expected both or neither"};
  if (!has_cert)
    if (const auto made = make_pair(files); !made) return made.fault();
  auto fingerprint = fingerprint_of(files.cert_path);
  if (!fingerprint) return fingerprint.fault();
  return CertificateFacts{.made = !has_cert, .fingerprint = std::move(*fingerprint)};
}

}  // namespace halligan::in::http
