#include "in/api/challenges.h"

namespace halligan::in::api {
namespace {

using namespace std::chrono_literals;

constexpr Millis good_for = 5min;
constexpr std::size_t nonce_bytes = 16;
constexpr std::size_t front_bytes = nonce_bytes + 8;  // and its end
constexpr std::size_t whole_bytes = front_bytes + sizeof(Hash);

Millis end_of(ByteView front) {
  return Millis{static_cast<std::int64_t>(get_u64(front.data() + nonce_bytes))};
}

}  // namespace

Hash Challenges::code_of(ByteView front, std::string_view purpose) const {
  Bytes message(front.begin(), front.end());
  message.insert(message.end(), purpose.begin(), purpose.end());
  return crypto::hmac_sha256(key_.reveal(), message);
}

std::string Challenges::make(std::string_view purpose, Millis boot) {
  const auto nonce = dice_.roll<nonce_bytes>();
  Bytes out(nonce.begin(), nonce.end());
  put_u64(out, static_cast<std::uint64_t>((boot + good_for).count()));
  const auto code = code_of(out, purpose);
  out.insert(out.end(), code.begin(), code.end());
  return to_base64url(out);
}

bool Challenges::stands(std::string_view challenge, std::string_view purpose, Millis boot) const {
  const auto bytes = from_base64url(challenge);
  if (!bytes || bytes->size() != whole_bytes) return false;
  const auto front = ByteView{*bytes}.first(front_bytes);
  return equal_in_constant_time(code_of(front, purpose), ByteView{*bytes}.subspan(front_bytes)) &&
         boot < end_of(front);
}

bool Challenges::use(const std::string& challenge, Millis boot) {
  const auto bytes = from_base64url(challenge);
  if (!bytes || bytes->size() != whole_bytes) return false;
  const std::lock_guard lock{mutex_};
  // Kept a little longer: somebody else may have looked at the clock before it ended.
  used_.erase(used_.begin(), used_.lower_bound({boot - good_for, {}}));
  return used_.insert({end_of(ByteView{*bytes}), challenge}).second;
}

}  // namespace halligan::in::api
