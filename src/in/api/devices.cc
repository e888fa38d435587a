#include "in/api/devices.h"

#include "base/bytes.h"
#include "base/crypto.h"
#include "in/http/cookie.h"

namespace halligan::in::api {
namespace {

constexpr std::string_view cookie_name = "__Host-halligan-device";
constexpr std::size_t name_letters = 22;  // 16 bytes in base64url

}  // namespace

std::optional<std::string> Devices::code_of(std::string_view name, std::string_view user) {
  const std::lock_guard lock{mutex_};
  if (key_.empty()) {
    const auto held = vault_.secret("devices", "key");
    if (!held) return std::nullopt;
    if (*held) {
      key_ = (*held)->reveal();
    } else {
      const auto fresh = to_hex(dice_.roll<32>());
      if (!vault_.set_secret("devices", "key", Sealed{fresh})) return std::nullopt;
      key_ = fresh;
    }
  }
  const auto message = std::string{name}.append("|").append(user);
  return to_base64url(crypto::hmac_sha256(view(key_), view(message)));
}

std::optional<std::string> Devices::of(const http::Request& request, std::string_view user) {
  const auto given = http::cookie(request, cookie_name);
  if (!given || given->size() <= name_letters) return std::nullopt;
  const auto name = given->substr(0, name_letters);
  const auto code = code_of(name, user);
  if (!from_base64url(name) || !code ||
      !equal_in_constant_time(view(*code), view(given->substr(name_letters))))
    return std::nullopt;
  return std::string{name};
}

std::optional<http::Header> Devices::cookie_for(std::string_view user) {
  const auto name = to_base64url(dice_.roll<16>());
  const auto code = code_of(name, user);
  if (!code) return std::nullopt;
  return http::Header{"Set-Cookie",
                      std::string{cookie_name}.append("=").append(name).append(*code).append(
                          "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=31536000")};
}

}  // namespace halligan::in::api
