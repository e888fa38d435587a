#include "out/https_record_source.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <boost/beast/http/basic_parser.hpp>
#include <csignal>
#include <fstream>
#include <mutex>
#include <optional>
#include <vector>

#include "base/must.h"
#include "base/sealed.h"
#include "out/upstream_link.h"

namespace halligan::out {
namespace {

namespace beast = boost::beast::http;
using beast_view = boost::beast::string_view;
using Clock = UpstreamLink::Clock;
using needs::RecordAnswer;
using needs::RecordRequest;

constexpr std::size_t head_bytes_max = 64 * 1024;
constexpr int interim_answers_max = 4;  // 100, 103 before the real one
constexpr std::chrono::milliseconds idle_for_writes_max{
    1'000};  // a write must not meet a dead link

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool value_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

struct BaseUrl {
  UpstreamAddress address;
  std::string host_header;
  std::string path;  // without trailing slash
};

std::optional<BaseUrl> parse_base(std::string_view text) {
  BaseUrl out;
  out.address.tls = text.starts_with("https://");
  if (!out.address.tls && !text.starts_with("http://")) return std::nullopt;
  text.remove_prefix(out.address.tls ? 8 : 7);
  if (!visible(text) || text.find_first_of("?#@\\") != std::string_view::npos) return std::nullopt;
  const auto slash = std::min(text.find('/'), text.size());
  const auto authority = text.substr(0, slash);
  out.path = text.substr(slash);
  while (out.path.ends_with('/')) out.path.pop_back();
  out.host_header = authority;
  const auto bracket = authority.find(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  auto host = authority.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return std::nullopt;
  out.address.host = host;
  out.address.port = out.address.tls ? 443 : 80;
  if (colon != std::string_view::npos) {
    const std::string port{authority.substr(colon + 1)};
    if (port.empty() || port.size() > 5 ||
        port.find_first_not_of("0123456789") != std::string::npos)
      return std::nullopt;
    const auto number = std::stoul(port);
    if (number == 0 || number > 65'535) return std::nullopt;
    out.address.port = static_cast<std::uint16_t>(number);
  }
  return out;
}

// Beast finds status, fields and chunks; what it finds goes straight into the answer.
class AnswerParser : public beast::basic_parser<false> {
 public:
  explicit AnswerParser(const RecordRequest& request) : room_(request.room) {
    header_limit(head_bytes_max);
    body_limit(request.bytes_max);
  }
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  const char* nonsense = nullptr;
  bool crowded = false;  // there is no room for it

  std::optional<std::string_view> header(std::string_view name) const {
    for (const auto& each : headers)
      if (each.first == name) return each.second;
    return std::nullopt;
  }

 private:
  void refuse(const char* why, boost::beast::error_code& ec) {
    nonsense = why;
    ec = beast::error::bad_value;
  }
  std::size_t count(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(
        headers.begin(), headers.end(), [&](const auto& each) { return each.first == name; }));
  }
  void on_response_impl(int code, beast_view, int, boost::beast::error_code& ec) override {
    status = code;
    ec = {};
  }
  void on_field_impl(beast::field, beast_view name, beast_view value,
                     boost::beast::error_code& ec) override {
    if (headers.size() >= limits::headers_max) return refuse("too many headers", ec);
    headers.emplace_back(lower({name.data(), name.size()}),
                         std::string{value.data(), value.size()});
    ec = {};
  }
  void on_header_impl(boost::beast::error_code& ec) override {
    ec = {};
    const auto lengths = count("content-length");
    const auto encodings = count("transfer-encoding");
    if (lengths + encodings > 1) return refuse("more than one length", ec);
    if (encodings == 1 && lower(*header("transfer-encoding")) != "chunked")
      return refuse("a transfer encoding that was not asked for", ec);
    const auto encoding = header("content-encoding");
    if (count("content-encoding") > 1 || (encoding && lower(*encoding) != "identity"))
      return refuse("a content encoding that was not asked for", ec);
    // One that ends with its connection cannot be told from one that was cut.
    if (need_eof()) return refuse("no length", ec);
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>&,
                         boost::beast::error_code& ec) override {
    ec = {};
  }
  std::size_t on_body_impl(beast_view bytes, boost::beast::error_code& ec) override {
    ec = {};
    if (room_ && !room_(body.size() + bytes.size())) {
      crowded = true;
      ec = beast::error::bad_value;
      return 0;
    }
    body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, beast_view, boost::beast::error_code& ec) override {
    ec = {};
  }
  std::size_t on_chunk_body_impl(std::uint64_t, beast_view bytes,
                                 boost::beast::error_code& ec) override {
    return on_body_impl(bytes, ec);
  }
  void on_finish_impl(boost::beast::error_code& ec) override { ec = {}; }
  void on_request_impl(beast::verb, beast_view, beast_view, int,
                       boost::beast::error_code&) override {
    base::stop("an answer parser met a request", __FILE__, __LINE__);
  }

  const std::function<bool(std::size_t)>& room_;
};

// The shortest rest of a chunked body is "0 CRLF CRLF". Beast 1.81 stops the process when it is
// given a last chunk in pieces shorter than that.
bool can_put(AnswerParser& parser, std::string_view held) {
  if (parser.is_done() || held.empty()) return false;
  return !(parser.is_header_done() && parser.chunked()) || held.size() >= 5;
}

}  // namespace

class HttpsRecordSource::Impl {
 public:
  RecordSourceOptions options;
  BaseUrl base;
  std::shared_ptr<ssl_ctx_st> tls;

  Result<Unit> read_credential();
  Result<std::string> head_of(const RecordRequest& request);
  std::unique_ptr<UpstreamLink> take_idle(bool for_write);
  void keep(std::unique_ptr<UpstreamLink> link);

  // One try on one link. `untouched`: the link died before the first byte of an answer.
  struct Try {
    Result<RecordAnswer> answer;
    bool untouched = false;
  };
  Try attempt(std::unique_ptr<UpstreamLink> link, const std::string& head,
              const RecordRequest& request);

 private:
  std::mutex idle_mutex_;
  std::vector<std::unique_ptr<UpstreamLink>> idle_;
  std::mutex credential_mutex_;
  Sealed<std::string> credential_;
  timespec credential_changed_{};
  Clock::time_point look_at_credential_{};  // not before
};

// Read again when the file has changed; while it cannot be read the old one stands.
Result<Unit> HttpsRecordSource::Impl::read_credential() {
  if (options.credential_file.empty()) return Unit{};
  const Fault bad{FaultCode::bad_input, "no credential in " + options.credential_file +
                                            ": expected one line of visible ASCII characters"};
  const std::lock_guard lock{credential_mutex_};
  const auto now = Clock::now();
  if (now < look_at_credential_) return Unit{};
  struct stat facts {};
  if (::stat(options.credential_file.c_str(), &facts) != 0) return bad;
  if (facts.st_mtim.tv_sec == credential_changed_.tv_sec &&
      facts.st_mtim.tv_nsec == credential_changed_.tv_nsec) {
    look_at_credential_ = now + options.credential_looked_at_every;
    return Unit{};
  }
  std::ifstream file{options.credential_file};
  std::string text;
  std::getline(file, text);
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty() || text.size() > 8'192 || !visible(text)) return bad;
  credential_ = Sealed<std::string>{std::move(text)};
  credential_changed_ = facts.st_mtim;
  return Unit{};
}

Result<std::string> HttpsRecordSource::Impl::head_of(const RecordRequest& request) {
  static constexpr std::array<std::string_view, 5> methods{"GET", "POST", "PUT", "PATCH", "DELETE"};
  const bool known = std::find(methods.begin(), methods.end(), request.method) != methods.end();
  if (!known || !visible(request.target) || request.target.starts_with('/') ||
      request.target.find('#') != std::string::npos)
    return Fault{FaultCode::bad_input,
                 "a request for upstream with an unknown method or a bad target"};
  std::string out;
  out.reserve(512 + request.target.size());
  out.append(request.method).append(" ").append(base.path).append("/").append(request.target);
  out.append(" HTTP/1.1\r\nHost: ").append(base.host_header);
  out.append("\r\nAccept-Encoding: identity\r\n");
  bool accept_given = false;
  for (const auto& [name, value] : request.headers) {
    const auto small = lower(name);
    if (name.empty() || !visible(name) || name.find(':') != std::string::npos || !value_text(value))
      return Fault{FaultCode::bad_input, "a header for upstream that cannot be sent"};
    MUST(small != "host" && small != "authorization" && small != "accept-encoding" &&
         small != "connection" && small != "content-length" && small != "transfer-encoding");
    accept_given = accept_given || small == "accept";
    out.append(name).append(": ").append(value).append("\r\n");
  }
  if (!accept_given) out.append("Accept: application/fhir+json\r\n");
  if (request.method != "GET" || !request.body.empty())
    out.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  // A credential that became unreadable is no reason to stop: the one read before still stands.
  static_cast<void>(read_credential().ok());
  const std::lock_guard lock{credential_mutex_};
  if (!credential_.reveal().empty())
    out.append("Authorization: Bearer ").append(credential_.reveal()).append("\r\n");
  out.append("\r\n");
  return out;
}

std::unique_ptr<UpstreamLink> HttpsRecordSource::Impl::take_idle(bool for_write) {
  const std::lock_guard lock{idle_mutex_};
  const auto oldest = Clock::now() - (for_write ? std::min(options.idle_time, idle_for_writes_max)
                                                : options.idle_time);
  while (!idle_.empty()) {
    if (for_write && idle_.back()->idle_since < oldest) return nullptr;  // good enough for a read
    auto link = std::move(idle_.back());
    idle_.pop_back();
    if (link->idle_since >= oldest && link->quiet()) return link;
  }
  return nullptr;
}

void HttpsRecordSource::Impl::keep(std::unique_ptr<UpstreamLink> link) {
  link->idle_since = Clock::now();
  const std::lock_guard lock{idle_mutex_};
  if (idle_.size() < options.idle_max) idle_.push_back(std::move(link));
}

HttpsRecordSource::Impl::Try HttpsRecordSource::Impl::attempt(std::unique_ptr<UpstreamLink> link,
                                                              const std::string& head,
                                                              const RecordRequest& request) {
  const bool write = request.method != "GET";
  // An outcome that nobody knows is reported as a time-out (needs/record_source.h, ONE TRY).
  const auto lost = [&](const char* why) {
    return Fault{write ? FaultCode::upstream_timeout : FaultCode::upstream_unreachable, why};
  };
  const auto nonsense = [](const char* why) {
    return Fault{FaultCode::upstream_nonsense, std::string{"upstream answered with "} + why};
  };
  const Fault late{FaultCode::upstream_timeout, "upstream did not answer in time"};
  const auto until = Clock::now() + options.answer_time;
  // One write where it is short, so that head and body share a packet.
  auto end = head.size() + request.body.size() <= 16'384 ? link->write(head + request.body, until)
                                                         : link->write(head, until);
  if (end == UpstreamLink::End::more && head.size() + request.body.size() > 16'384)
    end = link->write(request.body, until);
  if (end == UpstreamLink::End::late) return {late};
  // A server may answer and close before it has read everything: look for the answer all the same.

  std::array<char, 32 * 1024> some;
  std::string held;
  bool any = false;
  std::optional<AnswerParser> parser;
  for (int interim = 0; interim <= interim_answers_max;) {
    if (!parser) parser.emplace(request);
    boost::beast::error_code ec;
    if (can_put(*parser, held)) {
      parser->eager(parser->is_header_done());  // stops behind the head, then takes all there is
      held.erase(0, parser->put({held.data(), held.size()}, ec));
      if (parser->nonsense != nullptr) return {nonsense(parser->nonsense)};
      if (parser->crowded)
        return {Fault{FaultCode::no_room, "more is being answered at once than there is room for"}};
      if (ec == beast::error::body_limit)
        return {Fault{FaultCode::too_large, "upstream answered with more than was asked for"}};
      if (ec && ec != beast::error::need_more) return {nonsense("something that is not HTTP")};
      if (held.size() > head_bytes_max) return {nonsense("a line without end")};
      if (!ec && can_put(*parser, held)) continue;
    }
    if (parser->is_done()) {
      if (parser->status >= 200) break;
      if (parser->status == 101) return {nonsense("another protocol")};
      ++interim;
      parser.reset();
      continue;
    }
    const auto got = link->read(some, until);
    if (got.end == UpstreamLink::End::late) return {late};
    if (got.end != UpstreamLink::End::more)
      return {any ? nonsense("less than it announced") : lost("upstream closed without an answer"),
              !any};
    any = true;
    held.append(some.data(), got.bytes);
  }
  if (!parser || !parser->is_done()) return {nonsense("too many interim answers")};
  if (parser->keep_alive() && held.empty() && end == UpstreamLink::End::more) keep(std::move(link));
  return {RecordAnswer{.status = parser->status,
                       .headers = std::move(parser->headers),
                       .body = needs::RecordBytes{std::move(parser->body)}}};
}

HttpsRecordSource::HttpsRecordSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpsRecordSource::~HttpsRecordSource() = default;

Result<std::unique_ptr<HttpsRecordSource>> HttpsRecordSource::open(RecordSourceOptions options) {
  auto impl = std::make_unique<Impl>();
  const auto base = parse_base(options.base_url);
  if (!base)
    return Fault{FaultCode::bad_input,
                 "the upstream address must be http(s)://host[:port]/path without query or user"};
  impl->base = *base;
  impl->options = std::move(options);
  if (const auto read = impl->read_credential(); !read) return read.fault();
  if (impl->base.address.tls) {
    auto tls = make_client_tls(impl->options.ca_file);
    if (!tls) return tls.fault();
    impl->tls = *tls;
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes with write(2), which would end the process
  }
  return std::unique_ptr<HttpsRecordSource>{new HttpsRecordSource{std::move(impl)}};
}

std::string HttpsRecordSource::base() const {
  return (impl_->base.address.tls ? "https://" : "http://") + impl_->base.host_header +
         impl_->base.path;
}

Result<RecordAnswer> HttpsRecordSource::send(const RecordRequest& request) {
  const auto head = impl_->head_of(request);
  if (!head) return head.fault();
  const bool write = request.method != "GET";
  if (auto idle = impl_->take_idle(write)) {
    auto tried = impl_->attempt(std::move(idle), *head, request);
    if (tried.answer.ok() || write || !tried.untouched) return std::move(tried.answer);
  }
  auto link = UpstreamLink::connect(impl_->base.address, impl_->tls.get(),
                                    Clock::now() + impl_->options.connect_time);
  if (!link) return link.fault();
  return impl_->attempt(std::move(*link), *head, request).answer;
}

}  // namespace halligan::out
