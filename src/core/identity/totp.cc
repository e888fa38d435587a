#include "core/identity/totp.h"

#include <liboath/oath.h>

#include <array>

#include "base/must.h"

namespace halligan::identity {

std::string totp_code(ByteView secret, std::int64_t step) {
  std::array<char, totp_digits + 1> out{};
  const int good = oath_hotp_generate(
      text_view(secret).data(), secret.size(), static_cast<std::uint64_t>(step),
      static_cast<unsigned>(totp_digits), false, OATH_HOTP_DYNAMIC_TRUNCATION, out.data());
  MUST(good == OATH_OK);
  return std::string(out.data(), totp_digits);
}

std::int64_t totp_step_at(Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count() /
         totp_step_seconds;
}

std::optional<std::int64_t> match_totp(ByteView secret, std::string_view code, Instant now) {
  const std::int64_t present = totp_step_at(now);
  std::optional<std::int64_t> found;
  for (std::int64_t step = present - 1; step <= present + 1; ++step)
    if (equal_in_constant_time(view(totp_code(secret, step)), view(code))) found = step;
  return found;
}

std::int64_t seconds_until_next(std::int64_t used_step, Instant now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const std::int64_t wait = (used_step + 1) * totp_step_seconds - seconds;
  return wait > 0 ? wait : 0;
}

std::string totp_uri(std::string_view issuer, std::string_view account, ByteView secret) {
  auto escape = [](std::string_view text) {
    std::string out;
    for (const char c : text) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
      if (plain)
        out += c;
      else
        out += '%' + to_hex(view(std::string_view{&c, 1}));
    }
    return out;
  };
  return "otpauth://totp/" + escape(issuer) + ":" + escape(account) +
         "?secret=" + to_base32(secret) + "&issuer=" + escape(issuer) +
         "&algorithm=SHA1&digits=6&period=30";
}

}  // namespace halligan::identity
