#include "in/api/devices.h"

#include "base/bytes.h"
#include "base/crypto.h"
#include "in/http/cookie.h"

namespace halligan::in::api {
namespace {

constexpr std::string_view cookie_name = "__Host-halligan-device";
constexpr std::size_t name_bytes = 18;    // 16 random ones, and the day it was made
constexpr std::size_t name_letters = 24;  // of them in base64url
constexpr std::int64_t good_for_days = 180;

std::int64_t day_of(Instant at) {
  return std::chrono::floor<std::chrono::days>(at).time_since_epoch().count();
}

}  // namespace

std::optional<std::string> Devices::code_of(std::string_view name, std::string_view user,
                                            std::string_view password) {
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
  const auto message = std::string{name}.append("|").append(user).append("|").append(password);
  return to_base64url(crypto::hmac_sha256(view(key_), view(message)));
}

std::optional<std::string> Devices::of(const http::Request& request, const Whose& whose,
                                       Instant now) {
  const auto given = http::cookie(request, cookie_name);
  if (!given || given->size() <= name_letters) return std::nullopt;
  const auto name = given->substr(0, name_letters);
  const auto code = code_of(name, whose.user, whose.password);
  const auto bytes = from_base64url(name);
  if (!bytes || bytes->size() != name_bytes || !code ||
      !equal_in_constant_time(view(*code), view(given->substr(name_letters))))
    return std::nullopt;
  const auto made = std::int64_t{(*bytes)[16]} << 8U | std::int64_t{(*bytes)[17]};
  if (day_of(now) - made > good_for_days) return std::nullopt;
  return std::string{name};
}

std::optional<http::Header> Devices::cookie_for(const Whose& whose, Instant now) {
  const auto fresh = dice_.roll<16>();
  Bytes bytes(fresh.begin(), fresh.end());
  const auto day = static_cast<std::uint64_t>(day_of(now));
  bytes.push_back(static_cast<std::uint8_t>(day >> 8U));
  bytes.push_back(static_cast<std::uint8_t>(day));
  const auto name = to_base64url(bytes);
  const auto code = code_of(name, whose.user, whose.password);
  if (!code) return std::nullopt;
  return http::Header{"Set-Cookie",
                      std::string{cookie_name}.append("=").append(name).append(*code).append(
                          "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=15552000")};
}

}  // namespace halligan::in::api
