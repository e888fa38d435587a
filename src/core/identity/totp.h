// totp.h - time-based one-time codes (RFC 6238): HMAC-SHA-1, 30 seconds, six digits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/instant.h"

namespace halligan::identity {

inline constexpr std::int64_t totp_step_seconds = 30;
inline constexpr std::size_t totp_digits = 6;

std::string totp_code(ByteView secret, std::int64_t step);
std::int64_t totp_step_at(Instant at);
// The step whose code this is, of the present one and one to either side (RFC 6238 section 5.2);
// looks at all three whatever it finds. Whether the step was used before is the caller's to ask.
std::optional<std::int64_t> match_totp(ByteView secret, std::string_view code, Instant now);
// Seconds until a code of a later step than `used` is shown.
std::int64_t seconds_until_next(std::int64_t used_step, Instant now);
// otpauth://totp/... for a QR code or for typing in.
std::string totp_uri(std::string_view issuer, std::string_view account, ByteView secret);

}  // namespace halligan::identity
