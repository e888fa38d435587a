// http_credentials.cc - who asks is said once, one way, or not at all: a bearer token alone, or one
// cookie together with the header that only its own page can send.
#include <cstdlib>
#include <string>

#include "in/edge.h"

namespace {

using namespace halligan;
using in::http::Request;

void must(bool law) {
  if (!law) std::abort();
}

// Each line is a header; its first octet says which.
Request request(std::string_view lines) {
  Request out;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const auto line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.empty()) continue;
    std::string name = "X-Other";
    if (line[0] == 'a') name = "Authorization";
    if (line[0] == 'A') name = "AUTHORIZATION";
    if (line[0] == 'c') name = "Cookie";
    if (line[0] == 'C') name = "cOOKIE";
    if (line[0] == 'x') name = "Halligan-CSRF";
    out.headers.push_back({std::move(name), std::string{line.substr(1)}});
  }
  return out;
}

Request with(const Request& before, std::string name, std::string value) {
  Request out = before;
  out.headers.push_back({std::move(name), std::move(value)});
  return out;
}

// What holds of a token that was found.
void found(const Request& asked, const std::string& token) {
  if (in::by_cookie(asked)) {
    must(in::http::cookie(asked, in::session_cookie) == token);
    must(asked.count("halligan-csrf") == 1 && *asked.header("Halligan-Csrf") == in::csrf_of(token));
    must(in::session_token(with(asked, "Halligan-Csrf", in::csrf_of(token))).empty());
  } else {
    must(asked.count("authorization") == 1);
    const std::string value{*asked.header("authorization")};
    must(value.size() == 7 + token.size() && value.ends_with(token) && value[6] == ' ');
  }
  must(in::session_token(with(asked, "authorization", "Bearer " + token)).empty() ||
       in::by_cookie(asked));
  must(in::session_token(with(asked, "X-Else", "1")) == token);
  must(in::session_hash(asked) == in::token_hash(token));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto asked = request({reinterpret_cast<const char*>(data), size});
  const std::string token{in::session_token(asked)};
  if (token.empty())
    must(in::session_hash(asked).empty());
  else
    found(asked, token);
  const auto cookie = in::http::cookie(asked, in::session_cookie);
  if (!cookie) return 0;
  const std::string value{*cookie};
  must(value.find("; ") == std::string::npos);
  // Another of the same name takes it away; another of another name does not.
  const std::string name{in::session_cookie};
  must(!in::http::cookie(with(asked, "Cookie", name + "=x"), in::session_cookie));
  must(in::http::cookie(with(asked, "Cookie", "other=x"), in::session_cookie) == value);
  if (!in::by_cookie(asked) || asked.count("halligan-csrf") > 0) return 0;
  must(token.empty());  // a cookie alone, as any page could make a browser send it
  must(in::session_token(with(asked, "halligan-csrf", in::csrf_of(value))) == value);
  must(in::session_token(with(asked, "halligan-csrf", value)).empty());
  return 0;
}
