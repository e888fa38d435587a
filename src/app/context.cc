#include "app/context.h"

#include <algorithm>

#include "base/crypto.h"

namespace halligan::app {

Hash Fresh::next() {
  Bytes counter;
  put_u64(counter, count_++);
  return crypto::sha256({seed_, counter});
}

std::string Fresh::id() { return to_hex(ByteView{next()}.first(8)); }

Pseudonym Fresh::pseudonym() {
  const Hash bits = next();
  Pseudonym out{};
  std::copy_n(bits.begin(), out.size(), out.begin());
  return out;
}

std::uint32_t Fresh::two_digits() {
  const Hash bits = next();
  return 10U + ((bits[0] << 8U | bits[1]) % 90U);
}

std::string Fresh::code() {
  constexpr std::string_view letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";  // 32: no 0 1 I O
  const Hash bits = next();
  std::string out;
  for (std::size_t i = 0; i < 6; ++i) {
    if (out.size() == 3) out += '-';
    out += letters[bits[i] % letters.size()];
  }
  return out;
}

}  // namespace halligan::app
