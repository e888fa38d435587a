#include "cli/client.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cctype>
#include <memory>
#include <optional>

#include "base/limits.h"

namespace halligan::cli {
namespace {

constexpr long connect_millis_max = 5'000;
constexpr long answer_seconds_max = 120;

struct CurlEnd {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Curl = std::unique_ptr<CURL, CurlEnd>;
using Url = std::unique_ptr<CURLU, CurlEnd>;
using HeaderList = std::unique_ptr<curl_slist, CurlEnd>;

struct Exchange {
  std::string pinned;  // wanted fingerprint, or empty
  std::string shown;   // fingerprint of the certificate the server showed
  Answer answer;
  bool too_large = false;
};

std::string fingerprint_of(X509* certificate) {
  std::array<std::uint8_t, 32> digest{};
  unsigned length = 0;
  if (certificate == nullptr ||
      X509_digest(certificate, EVP_sha256(), digest.data(), &length) != 1 || length != 32)
    return {};
  return to_hex(digest);
}

// With a pin, the certificate itself is the whole question; without one, OpenSSL's usual chain.
int verify_certificate(X509_STORE_CTX* chain, void* self) {
  Exchange& exchange = *static_cast<Exchange*>(self);
  exchange.shown = fingerprint_of(X509_STORE_CTX_get0_cert(chain));
  if (exchange.pinned.empty()) return X509_verify_cert(chain);
  const bool same = equal_in_constant_time(view(exchange.shown), view(exchange.pinned));
  X509_STORE_CTX_set_error(chain, same ? X509_V_OK : X509_V_ERR_CERT_UNTRUSTED);
  return same ? 1 : 0;
}

CURLcode prepare_tls(CURL*, void* context, void* self) {
  SSL_CTX_set_cert_verify_callback(static_cast<SSL_CTX*>(context), verify_certificate, self);
  return CURLE_OK;
}

std::size_t take_body(const char* data, std::size_t one, std::size_t count, void* self) {
  Exchange& exchange = *static_cast<Exchange*>(self);
  const std::size_t size = one * count;
  if (exchange.answer.body.size() + size > limits::bundle_bytes_max) {
    exchange.too_large = true;
    return 0;
  }
  exchange.answer.body.append(data, size);
  return size;
}

std::size_t take_header(const char* data, std::size_t one, std::size_t count, void* self) {
  Exchange& exchange = *static_cast<Exchange*>(self);
  const std::string_view line{data, one * count};
  if (line.starts_with("HTTP/")) exchange.answer.headers.clear();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  std::string name;
  for (const char c : line.substr(0, colon))
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && static_cast<unsigned char>(value.back()) <= ' ') value.remove_suffix(1);
  exchange.answer.headers[name] = value;
  return line.size();
}

std::optional<std::string> part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return std::nullopt;
  std::string out(text);
  curl_free(text);
  return out;
}

bool loopback(const std::string& host) {
  in_addr address{};
  return host == "localhost" || host == "[::1]" ||
         (inet_pton(AF_INET, host.c_str(), &address) == 1 && ntohl(address.s_addr) >> 24U == 127);
}

Result<Unit> check_server(const std::string& server) {
  const Url url(curl_url());
  const bool parsed = url && curl_url_set(url.get(), CURLUPART_URL, server.c_str(), 0) == CURLUE_OK;
  const std::optional<std::string> scheme =
      parsed ? part_of(url.get(), CURLUPART_SCHEME) : std::nullopt;
  const std::optional<std::string> host =
      parsed ? part_of(url.get(), CURLUPART_HOST) : std::nullopt;
  if (!scheme || !host || (*scheme != "https" && *scheme != "http"))
    return Fault{FaultCode::bad_input, "the server is written https://host:port"};
  if (*scheme == "http" && !loopback(*host))
    return Fault{FaultCode::bad_input,
                 "plain http is for 127.0.0.1 only; use https://" + *host + " instead"};
  return Unit{};
}

HeaderList headers_of(const Target& target, const Request& request) {
  curl_slist* list = nullptr;
  auto add = [&list](const std::string& line) { list = curl_slist_append(list, line.c_str()); };
  add("Accept: " + request.accept);
  add("Expect:");
  if (!request.body.empty()) add("Content-Type: " + request.content_type);
  if (!request.idempotency_key.empty()) add("Idempotency-Key: " + request.idempotency_key);
  if (!target.token.reveal().empty()) add("Authorization: Bearer " + target.token.reveal());
  return HeaderList(list);
}

// The casts that libcurl's C interface wants, in one place.
template <class Value>
void set(CURL* curl, CURLoption option, Value value) {
  MUST(curl_easy_setopt(curl, option, value) == CURLE_OK);
}

void describe(CURL* curl, const Target& target, const Request& request, Exchange& exchange,
              const curl_slist* headers) {
  const std::string url = target.server + request.path;
  set(curl, CURLOPT_URL, url.c_str());
  set(curl, CURLOPT_PATH_AS_IS, 1L);
  set(curl, CURLOPT_PROXY, "");
  set(curl, CURLOPT_FOLLOWLOCATION, 0L);
  set(curl, CURLOPT_PROTOCOLS_STR, "https,http");
  set(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(curl, CURLOPT_CONNECTTIMEOUT_MS, connect_millis_max);
  set(curl, CURLOPT_TIMEOUT, answer_seconds_max);
  set(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    set(curl, CURLOPT_POSTFIELDS, request.body.c_str());
    set(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  set(curl, CURLOPT_HTTPHEADER, headers);
  set(curl, CURLOPT_WRITEFUNCTION, take_body);
  set(curl, CURLOPT_WRITEDATA, &exchange);
  set(curl, CURLOPT_HEADERFUNCTION, take_header);
  set(curl, CURLOPT_HEADERDATA, &exchange);
  set(curl, CURLOPT_SSL_CTX_FUNCTION, prepare_tls);
  set(curl, CURLOPT_SSL_CTX_DATA, &exchange);
  // A pin says exactly which certificate; the name on it then says nothing more.
  set(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  set(curl, CURLOPT_SSL_VERIFYHOST, exchange.pinned.empty() ? 2L : 0L);
  if (!target.ca_file.empty() && exchange.pinned.empty())
    set(curl, CURLOPT_CAINFO, target.ca_file.c_str());
}

std::string untrusted(const Target& target, const Exchange& exchange) {
  if (!exchange.pinned.empty())
    return "this is not the server that was pinned: its certificate has the fingerprint " +
           exchange.shown + ", wanted was " + exchange.pinned;
  std::string text = "nothing vouches for the certificate of " + target.server;
  if (!exchange.shown.empty())
    text += "; its fingerprint is " + exchange.shown +
            ". If that is what the server printed when it started, add --fingerprint " +
            exchange.shown;
  return text;
}

Fault fault_of(CURLcode code, const Target& target, const Exchange& exchange) {
  if (exchange.too_large)
    return {FaultCode::too_large, "the answer is larger than this program takes"};
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
    return {FaultCode::crypto_failed, untrusted(target, exchange)};
  if (code == CURLE_OPERATION_TIMEDOUT)
    return {FaultCode::upstream_timeout, target.server + " did not answer in time"};
  if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
    return {FaultCode::upstream_unreachable, "no server answers at " + target.server};
  const bool secure = target.server.starts_with("https");
  if (code == CURLE_SSL_CONNECT_ERROR)
    return {FaultCode::upstream_nonsense,
            target.server + " does not speak TLS; does it listen on http:// ?"};
  if (code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
      code == CURLE_PARTIAL_FILE)
    return {FaultCode::upstream_unreachable, target.server + " broke the connection off" +
                                                 (secure ? "" : "; does it listen on https:// ?")};
  return {FaultCode::upstream_nonsense,
          target.server + ": " + std::string(curl_easy_strerror(code))};
}

Result<Answer> exchange_once(const Target& target, const Request& request) {
  const Curl curl(curl_easy_init());
  MUST(curl != nullptr);
  Exchange exchange{.pinned = target.fingerprint, .shown = {}, .answer = {}, .too_large = false};
  const HeaderList headers = headers_of(target, request);
  describe(curl.get(), target, request, exchange, headers.get());
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) return fault_of(code, target, exchange);
  long status = 0;
  MUST(curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status) == CURLE_OK);
  exchange.answer.status = static_cast<int>(status);
  return exchange.answer;
}

}  // namespace

Result<Answer> exchange(const Target& target, const Request& request) {
  if (const Result<Unit> fine = check_server(target.server); !fine) return fine.fault();
  Result<Answer> answer = exchange_once(target, request);
  // With an idempotency key, asking again is safe: the server makes one entry of both.
  const bool broken = !answer && answer.fault().code == FaultCode::upstream_unreachable;
  if (broken && !request.idempotency_key.empty()) return exchange_once(target, request);
  return answer;
}

std::optional<std::string> parse_fingerprint(std::string_view text) {
  std::string digits(64, '0');
  std::size_t count = 0;
  for (const char c : text) {
    if (c == ':' || c == ' ') continue;
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0 || count == digits.size())
      return std::nullopt;
    digits[count++] = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (count != digits.size()) return std::nullopt;
  return digits;
}

std::string path_segment(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
  }
  return out;
}

}  // namespace halligan::cli
