#include "in/console/console.h"

#include <algorithm>

#include "base/must.h"
#include "in/http/refusals.h"

namespace halligan::in::console {
namespace {

constexpr std::string_view page = "index.html";

// Scripts and styles are ours and in files of their own; no script writes markup into the page, and
// none may make a policy that would let it; no other site embeds the page or is told of it.
// A frame may only be made of text at hand (srcdoc), which no directive about frames governs: it
// has the same policy, so nothing in it runs or is loaded.
constexpr std::string_view content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

constexpr std::string_view no_devices =
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), "
    "geolocation=(), gyroscope=(), hid=(), local-fonts=(), magnetometer=(), microphone=(), "
    "midi=(), payment=(), picture-in-picture=(), serial=(), usb=(), xr-spatial-tracking=()";

http::Headers page_headers() {
  return {{"Content-Security-Policy", std::string{content_policy}},
          {"Permissions-Policy", std::string{no_devices}},
          {"Referrer-Policy", "no-referrer"},
          {"Cross-Origin-Opener-Policy", "same-origin"},
          {"Cross-Origin-Embedder-Policy", "require-corp"},
          {"X-Frame-Options", "DENY"}};
}

// The members of a list in all headers of that name, without blanks around them.
std::vector<std::string_view> members(const http::Request& request, std::string_view name) {
  constexpr std::string_view blanks = " \t";
  std::vector<std::string_view> out;
  for (const auto& header : request.headers) {
    if (!http::same_name(header.name, name)) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      auto one = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(one.size() + 1, rest.size()));
      one.remove_prefix(std::min(one.find_first_not_of(blanks), one.size()));
      one = one.substr(0, one.find_last_not_of(blanks) + 1);
      if (!one.empty()) out.push_back(one);
    }
  }
  return out;
}

// "br", "br;q=0.5", but not "br;q=0" (RFC 9110). Whoever names it otherwise gets the bytes as they
// are, which everybody can read.
bool takes_brotli(const http::Request& request) {
  return std::ranges::any_of(members(request, "accept-encoding"), [](std::string_view one) {
    if (!http::same_name(one.substr(0, 2), "br")) return false;
    one.remove_prefix(2);
    if (one.empty()) return true;
    one.remove_prefix(std::min(one.find_first_not_of("; \t"), one.size()));
    return http::same_name(one.substr(0, 2), "q=") &&
           one.find_first_of("123456789") != std::string_view::npos;
  });
}

bool has_it_already(const http::Request& request, std::string_view tag) {
  return std::ranges::any_of(members(request, "if-none-match"), [&](std::string_view one) {
    if (one.starts_with("W/")) one.remove_prefix(2);
    return one == "*" || one == tag;
  });
}

void over_tls_only(const http::Request& request, http::Response& response) {
  if (request.tls) response.headers.push_back({"Strict-Transport-Security", "max-age=31536000"});
}

// An asset has the hash of its bytes in its name and never changes. Anything else is asked for
// anew.
http::Response serve(const http::Request& request, const File& file) {
  const bool asset = file.path.starts_with("assets/");
  const bool small = !file.brotli.empty() && takes_brotli(request);
  http::Response out{.status = 200,
                     .headers = file.path == page ? page_headers() : http::Headers{},
                     .body = http::BuiltIn{small ? file.brotli : file.bytes}};
  const auto say = [&](const char* name, std::string_view value) {
    out.headers.push_back({name, std::string{value}});
  };
  say("Content-Type", file.content_type);
  say("Cross-Origin-Resource-Policy", "same-origin");
  say("Cache-Control", asset ? "public, max-age=31536000, immutable" : "no-cache");
  if (!file.brotli.empty()) say("Vary", "Accept-Encoding");
  if (small) say("Content-Encoding", "br");
  if (!asset) {
    const auto tag = '"' + std::string{file.hash} + (small ? "-br\"" : "\"");
    say("ETag", tag);
    if (has_it_already(request, tag)) {
      out.status = 304;
      out.body = std::string{};
    }
  }
  over_tls_only(request, out);
  return out;
}

http::Response go_to_console(const http::Request& request) {
  http::Response out{.status = 302, .headers = {{"Location", "/console/"}}, .body = {}};
  over_tls_only(request, out);
  return out;
}

const File* find(std::span<const File> files, std::string_view path) {
  const auto found = std::ranges::find(files, path, &File::path);
  return found == files.end() ? nullptr : &*found;
}

}  // namespace

Console::Console(std::span<const File> files) : files_(files) { MUST(find(files, page)); }

void Console::add_to(http::Router& router) const {
  const auto away = [](const http::Request& request, const http::PathParams&) {
    return go_to_console(request);
  };
  router.add("GET", "/", away);
  router.add("GET", "/console", away);
  router.add("GET", "/console/",
             [files = files_](const http::Request& request, const http::PathParams&) {
               return serve(request, *find(files, page));
             });
  // Which of its views a path means is for the page to say.
  router.add("GET", "/console/{path...}",
             [files = files_](const http::Request& request, const http::PathParams& params) {
               const auto& path = params["path"];
               if (const auto* file = find(files, path)) return serve(request, *file);
               if (path == "assets" || path.starts_with("assets/"))
                 return http::problem(http::refusals::no_such_path);
               return serve(request, *find(files, page));
             });
}

}  // namespace halligan::in::console
