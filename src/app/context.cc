#include "app/context.h"

#include "base/must.h"

namespace halligan::app {

ByteView Fresh::take(std::size_t count) {
  MUST(used_ + count <= bits_.size());
  const ByteView out{bits_.data() + used_, count};
  used_ += count;
  return out;
}

std::string Fresh::code() {
  constexpr std::string_view letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";  // 32: no 0 1 I O
  std::string out;
  for (const auto byte : take(6)) {
    if (out.size() == 3) out += '-';
    out += letters[byte % letters.size()];
  }
  return out;
}

}  // namespace halligan::app
