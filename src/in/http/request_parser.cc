#include "in/http/request_parser.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/basic_parser.hpp>

#include "base/bytes.h"
#include "base/must.h"
#include "in/http/refusals.h"

namespace halligan::in::http {
namespace {

namespace beast = boost::beast::http;
using beast_view = boost::beast::string_view;

std::string_view plain(beast_view text) { return {text.data(), text.size()}; }

// A chunk's size line has no business being longer; what is not consumed is held by the caller.
constexpr std::size_t chunk_line_bytes_max = 32;

constexpr std::size_t last_chunk_bytes = 5;

constexpr std::array<std::string_view, 7> known_methods{"GET",   "HEAD",   "POST",   "PUT",
                                                        "PATCH", "DELETE", "OPTIONS"};

bool digits(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool host_text(std::string_view text) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{".-_:[]"}.find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= 260 && std::all_of(text.begin(), text.end(), good);
}

// Visible ASCII; '#' would be a fragment, and a backslash is a slash to some programs.
bool target_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > 0x20 && c < 0x7f && c != '#' && c != '\\'; });
}

// "... HTTP/2.0": well-formed, but not ours.
bool other_version(std::string_view line) {
  if (line.size() < 9 || std::count(line.begin(), line.end(), ' ') != 2) return false;
  const auto end = line.substr(line.size() - 9);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return end.starts_with(" HTTP/") && digit(end[6]) && end[7] == '.' && digit(end[8]);
}

const Problem* head_fault(const Request& request, int version) {
  if (std::find(known_methods.begin(), known_methods.end(), request.method) == known_methods.end())
    return &refusals::unknown_method;
  if (request.target.empty() || request.target.front() != '/' || !target_text(request.target))
    return &refusals::bad_target;
  const auto hosts = request.count("host");
  if (hosts > 1 || (hosts == 0 && version >= 11)) return &refusals::bad_host;
  if (hosts == 1 && !host_text(*request.header("host"))) return &refusals::bad_host;
  const auto lengths = request.count("content-length");
  const auto encodings = request.count("transfer-encoding");
  if (lengths + encodings > 1) return &refusals::bad_framing;
  if (lengths == 1 && !digits(*request.header("content-length"))) return &refusals::bad_framing;
  if (encodings == 1 &&
      (version < 11 || !same_name(*request.header("transfer-encoding"), "chunked")))
    return &refusals::bad_framing;
  const auto expects = request.count("expect");
  if (expects > 1 || (expects == 1 && !same_name(*request.header("expect"), "100-continue")))
    return &refusals::bad_expectation;
  return nullptr;
}

}  // namespace

// Beast finds the fields and undoes the chunks; what it finds goes straight into the Request.
class RequestParser::Beast : public beast::basic_parser<true> {
 public:
  explicit Beast(const RequestLimits& limits) {
    header_limit(static_cast<std::uint32_t>(limits.header_bytes_max + 4));
    body_limit(boost::none);  // set when the path is known
  }

  Request request;
  int version = 0;
  bool head_done = false;
  const Problem* fault = nullptr;
  std::size_t body_max = 0;

 private:
  void refuse(const Problem& why, boost::beast::error_code& ec) {
    fault = &why;
    ec = beast::error::bad_value;
  }

  void on_request_impl(beast::verb, beast_view method, beast_view target, int number,
                       boost::beast::error_code& ec) override {
    request.method = plain(method);
    request.target = plain(target);
    version = number;
    const auto mark = request.target.find('?');
    request.path = request.target.substr(0, mark);
    if (mark != std::string::npos) request.query = request.target.substr(mark + 1);
    ec = {};
  }
  void on_field_impl(beast::field, beast_view name, beast_view value,
                     boost::beast::error_code& ec) override {
    if (head_done) return refuse(refusals::bad_chunk, ec);  // a trailer
    if (!valid_utf8(plain(value))) return refuse(refusals::bad_header, ec);
    request.headers.push_back({std::string{plain(name)}, std::string{plain(value)}});
    ec = {};
  }
  void on_header_impl(boost::beast::error_code& ec) override {
    head_done = true;
    ec = {};
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>&,
                         boost::beast::error_code& ec) override {
    ec = {};
  }
  std::size_t on_body_impl(beast_view bytes, boost::beast::error_code& ec) override {
    request.body.append(bytes.data(), bytes.size());
    ec = {};
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t size, beast_view extensions,
                            boost::beast::error_code& ec) override {
    if (!extensions.empty()) return refuse(refusals::bad_chunk, ec);
    if (size > body_max - request.body.size()) return refuse(refusals::body_too_large, ec);
    ec = {};
  }
  std::size_t on_chunk_body_impl(std::uint64_t, beast_view bytes,
                                 boost::beast::error_code& ec) override {
    return on_body_impl(bytes, ec);
  }
  void on_finish_impl(boost::beast::error_code& ec) override { ec = {}; }
  void on_response_impl(int, beast_view, int, boost::beast::error_code&) override {
    base::stop("a request parser met a response", __FILE__, __LINE__);
  }
};

RequestParser::RequestParser(const RequestLimits& limits) : limits_(limits) { reset(); }
RequestParser::~RequestParser() = default;

void RequestParser::reset() {
  state_ = State::head;
  refusal_ = nullptr;
  scanned_ = searched_ = lines_ = 0;
  forgiven_ = false;
  beast_ = nullptr;
}

const Problem& RequestParser::refusal() const {
  MUST(state_ == State::refused && refusal_ != nullptr);
  return *refusal_;
}

std::size_t RequestParser::refuse(const Problem& why) {
  state_ = State::refused;
  refusal_ = &why;
  return 0;
}

std::size_t RequestParser::feed(std::string_view bytes) {
  switch (state_) {
    case State::head: return feed_head(bytes);
    case State::body: return feed_body(bytes);
    case State::complete:
    case State::refused: return 0;
  }
  base::stop("parser state outside its enum", __FILE__, __LINE__);
}

const Problem* RequestParser::line_fault(std::string_view line) const {
  const bool first = lines_ == 0;
  if (!line.ends_with('\r')) return first ? &refusals::bad_line : &refusals::bad_header;
  line.remove_suffix(1);
  const auto control = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  };
  if (std::any_of(line.begin(), line.end(), control))
    return first ? &refusals::bad_line : &refusals::bad_header;
  // A line that goes on from the one before is read in two ways by two programs.
  if (line.starts_with(' ') || line.starts_with('\t'))
    return first ? &refusals::bad_line : &refusals::bad_header;
  return nullptr;
}

std::size_t RequestParser::feed_head(std::string_view bytes) {
  // One empty line before the request is forgiven (RFC 9112 section 2.2).
  if (lines_ == 0 && !forgiven_ && bytes.starts_with('\r')) {
    if (bytes.size() == 1) return 0;
    forgiven_ = bytes[1] == '\n';
    if (forgiven_) return 2;
  }
  for (;;) {
    const auto end = bytes.find('\n', searched_);
    const auto so_far = end == std::string_view::npos ? bytes.size() : end;
    if (lines_ == 0 && so_far > limits_.target_bytes_max + 32)
      return refuse(refusals::target_too_long);
    if (so_far > limits_.header_bytes_max) return refuse(refusals::header_too_large);
    if (end == std::string_view::npos) {
      searched_ = bytes.size();
      return 0;
    }
    const auto line = bytes.substr(scanned_, end - scanned_);
    if (line == "\r" && lines_ > 0) return read_head(bytes.substr(0, end + 1));
    if (const auto* fault = line_fault(line)) return refuse(*fault);
    if (lines_ > limits_.headers_max) return refuse(refusals::header_too_large);
    ++lines_;
    scanned_ = searched_ = end + 1;
  }
}

std::size_t RequestParser::read_head(std::string_view head) {
  beast_ = std::make_unique<Beast>(limits_);
  boost::beast::error_code ec;
  const auto used = beast_->put({head.data(), head.size()}, ec);
  const auto line = head.substr(0, head.find('\r'));
  if (beast_->fault != nullptr) return refuse(*beast_->fault);
  if (ec == beast::error::bad_version)
    return refuse(other_version(line) ? refusals::bad_version : refusals::bad_line);
  if (ec == beast::error::bad_method || ec == beast::error::bad_target)
    return refuse(refusals::bad_line);
  if (ec == beast::error::bad_content_length || ec == beast::error::multiple_content_length ||
      ec == beast::error::bad_transfer_encoding)
    return refuse(refusals::bad_framing);
  if (ec || used != head.size()) return refuse(refusals::bad_header);

  auto& request = beast_->request;
  if (request.target.size() > limits_.target_bytes_max) return refuse(refusals::target_too_long);
  if (const auto* fault = head_fault(request, beast_->version)) return refuse(*fault);
  beast_->body_max = limits_.body_bytes_max ? limits_.body_bytes_max(request.path)
                                            : limits::command_body_bytes_max;
  if (beast_->content_length().value_or(0) > beast_->body_max)
    return refuse(refusals::body_too_large);
  beast_->eager(true);
  state_ = beast_->is_done() ? State::complete : State::body;
  return head.size();
}

std::size_t RequestParser::feed_body(std::string_view bytes) {
  if (bytes.empty()) return 0;
  // The shortest rest of a chunked body is "0 CRLF CRLF". Beast 1.81 stops the process when it is
  // given a last chunk in pieces shorter than that.
  if (beast_->chunked() && bytes.size() < last_chunk_bytes) return 0;
  boost::beast::error_code ec;
  const auto used = beast_->put({bytes.data(), bytes.size()}, ec);
  if (beast_->fault != nullptr) return refuse(*beast_->fault);
  if (ec && ec != beast::error::need_more) return refuse(refusals::bad_chunk);
  if (beast_->is_done()) {
    state_ = State::complete;
  } else if (beast_->chunked() && bytes.size() - used > chunk_line_bytes_max) {
    return refuse(refusals::bad_chunk);
  }
  return used;
}

bool RequestParser::keep_alive() const { return beast_->version >= 11 && beast_->keep_alive(); }

bool RequestParser::expects_continue() const {
  return beast_->version >= 11 && beast_->request.count("expect") == 1;
}

std::string_view RequestParser::method() const {
  return beast_ ? std::string_view{beast_->request.method} : std::string_view{};
}

std::string_view RequestParser::path() const {
  return beast_ ? std::string_view{beast_->request.path} : std::string_view{};
}

std::size_t RequestParser::body_bytes() const { return beast_ ? beast_->request.body.size() : 0; }

std::size_t RequestParser::body_bytes_told() const {
  if (!beast_) return 0;
  const auto told = beast_->content_length();
  return told ? static_cast<std::size_t>(*told) : body_bytes();
}

const Request& RequestParser::request() const {
  MUST(beast_ != nullptr);
  return beast_->request;
}

Request RequestParser::take() {
  MUST(state_ == State::complete);
  return std::move(beast_->request);
}

}  // namespace halligan::in::http
