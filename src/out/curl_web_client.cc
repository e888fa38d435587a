#include "out/curl_web_client.h"

#include <curl/curl.h>

#include <algorithm>

#include "base/must.h"

namespace halligan::out {
namespace {

constexpr std::size_t idle_max = 8;

struct HeadersEnd {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, HeadersEnd>;

struct Taking {
  std::string body;
  std::size_t bytes_max = 0;
  bool too_large = false;
};

std::size_t take_body(const char* bytes, std::size_t size, std::size_t count, void* to) {
  auto& taking = *static_cast<Taking*>(to);
  if (taking.body.size() + size * count > taking.bytes_max) {
    taking.too_large = true;
    return 0;
  }
  taking.body.append(bytes, size * count);
  return size * count;
}

// The casts that libcurl's C interface wants, in one place.
template <class Value>
void set(CURL* curl, CURLoption option, Value value) {
  MUST(curl_easy_setopt(curl, option, value) == CURLE_OK);
}

bool is_loopback(const std::string& url) {
  if (url.find('@') != std::string::npos) return false;  // it would be another machine's
  for (const char* each : {"http://127.0.0.1", "http://localhost", "http://[::1]"}) {
    const std::string prefix{each};
    if (url.starts_with(prefix) && url.size() > prefix.size() &&
        (url[prefix.size()] == ':' || url[prefix.size()] == '/'))
      return true;
  }
  return false;
}

FaultCode code_of(CURLcode code) {
  if (code == CURLE_OPERATION_TIMEDOUT) return FaultCode::upstream_timeout;
  const bool nobody = code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT;
  return nobody ? FaultCode::upstream_unreachable : FaultCode::upstream_nonsense;
}

bool has_control(const std::string& text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

struct CurlWebClient::Handle {
  Handle() : curl(curl_easy_init()) { MUST(curl != nullptr); }
  ~Handle() { curl_easy_cleanup(curl); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  CURL* const curl;
};

CurlWebClient::CurlWebClient() { MUST(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); }
CurlWebClient::~CurlWebClient() = default;

std::unique_ptr<CurlWebClient::Handle> CurlWebClient::take() {
  const std::lock_guard lock{mutex_};
  if (idle_.empty()) return std::make_unique<Handle>();
  auto out = std::move(idle_.back());
  idle_.pop_back();
  return out;
}

void CurlWebClient::give_back(std::unique_ptr<Handle> handle) {
  curl_easy_reset(handle->curl);  // its connections stay; what was said is forgotten
  const std::lock_guard lock{mutex_};
  if (idle_.size() < idle_max) idle_.push_back(std::move(handle));
}

Result<needs::WebAnswer> CurlWebClient::send(const needs::WebRequest& request) {
  const bool plain = request.allow_loopback_http && is_loopback(request.url);
  if ((!request.url.starts_with("https://") && !plain) || has_control(request.url))
    return Fault{FaultCode::bad_input, "another system is asked by an https address alone"};
  auto handle = take();
  CURL* const curl = handle->curl;
  Taking taking{.body = {}, .bytes_max = request.bytes_max, .too_large = false};
  HeaderList headers;
  const auto add = [&](const std::string& line) {
    headers.reset(curl_slist_append(headers.release(), line.c_str()));
  };
  for (const auto& [name, value] : request.headers)
    if (!has_control(name) && !has_control(value)) add(name + ": " + value);
  add("Expect:");
  set(curl, CURLOPT_URL, request.url.c_str());
  set(curl, CURLOPT_PROXY, "");
  set(curl, CURLOPT_NOSIGNAL, 1L);
  set(curl, CURLOPT_QUICK_EXIT, 1L);  // no waiting for a name service that does not answer
  set(curl, CURLOPT_FOLLOWLOCATION, 0L);
  set(curl, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
  set(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  set(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!request.ca_file.empty()) {
    set(curl, CURLOPT_CAINFO, request.ca_file.c_str());
    set(curl, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  set(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_within.count()));
  set(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.within.count()));
  set(curl, CURLOPT_HTTPHEADER, headers.get());
  set(curl, CURLOPT_WRITEFUNCTION, take_body);
  set(curl, CURLOPT_WRITEDATA, &taking);
  if (request.method == "POST") {
    set(curl, CURLOPT_POSTFIELDS, request.body.data());
    set(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(curl, CURLOPT_POST, 1L);
    set(curl, CURLOPT_FRESH_CONNECT, 1L);  // on one that broke it would be sent again
  }
  if (request.basic) {
    set(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    set(curl, CURLOPT_USERNAME, request.basic->user.c_str());
    set(curl, CURLOPT_PASSWORD, request.basic->password.reveal().c_str());
  } else if (!request.bearer.reveal().empty()) {
    set(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
    set(curl, CURLOPT_XOAUTH2_BEARER, request.bearer.reveal().c_str());
  }
  const CURLcode done = curl_easy_perform(curl);
  needs::WebAnswer out;
  if (done == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    const char* type = nullptr;
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    out = {.status = static_cast<int>(status),
           .content_type = type == nullptr ? "" : type,
           .body = std::move(taking.body)};
  }
  give_back(std::move(handle));
  if (taking.too_large)
    return Fault{FaultCode::too_large, "another system's answer is larger than we take"};
  if (done != CURLE_OK)
    return Fault{code_of(done),
                 std::string{"another system did not answer: "} + curl_easy_strerror(done)};
  return out;
}

}  // namespace halligan::out
