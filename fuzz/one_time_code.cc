// one_time_code.cc - a code is taken exactly when it is that of this step or of one beside it; a
// secret in base32 has one meaning, and is written again as the same secret.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "core/identity/totp.h"

namespace {

using namespace halligan;

void must(bool law) {
  if (!law) std::abort();
}

void spelling(std::string_view text) {
  const auto secret = from_base32(text);
  if (!secret) return;
  const auto again = from_base32(to_base32(*secret));
  must(again && *again == *secret);
}

void code(ByteView secret, std::string_view text, Instant now) {
  const auto step = identity::totp_step_at(now);
  bool one_of_three = false;
  for (auto each = step - 1; each <= step + 1; ++each) {
    const auto right = identity::totp_code(secret, each);
    must(right.size() == identity::totp_digits &&
         std::ranges::all_of(right, [](char c) { return c >= '0' && c <= '9'; }));
    one_of_three = one_of_three || right == text;
    must(identity::match_totp(secret, right, now).has_value());
  }
  const auto matched = identity::match_totp(secret, text, now);
  must(matched.has_value() == one_of_three);
  if (!matched) return;
  must(*matched >= step - 1 && *matched <= step + 1);
  must(identity::totp_code(secret, *matched) == text);
  const auto wait = identity::seconds_until_next(*matched, now);
  must(wait >= 0 && wait <= 3 * identity::totp_step_seconds);
}

}  // namespace

// Four octets of time, one that says how long the secret is, the secret, and what was typed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  spelling({reinterpret_cast<const char*>(data), size});
  if (size < 6) return 0;
  const Instant now{Millis{1'000} * static_cast<std::int64_t>(get_u32(data))};
  const std::size_t length = std::min<std::size_t>(1 + data[4] % 32, size - 5);
  const ByteView secret{data + 5, length};
  const std::string_view typed{reinterpret_cast<const char*>(data) + 5 + length, size - 5 - length};
  code(secret, typed, now);
  return 0;
}
