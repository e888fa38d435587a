// entry.cc - the bytes of one entry: a fixed clear part, then ciphertext and tag.
#include "core/ledger/entry.h"

#include <algorithm>

#include "base/limits.h"

namespace halligan::ledger {
namespace {

constexpr std::size_t sealed_bytes_min = clear_bytes + crypto::tag_bytes;

template <std::size_t n>
bool is_zero(const std::array<std::uint8_t, n>& bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

// A patient has a sequence from 1 on, and a previous entry from 2 on; without a patient neither.
bool agrees_with_itself(const Clear& clear) {
  if (clear.at < Instant{} || clear.at > far_future) return false;
  if (is_zero(clear.patient) != (clear.patient_sequence == 0)) return false;
  return is_zero(clear.previous) == (clear.patient_sequence <= 1);
}

template <std::size_t n>
void put(Bytes& out, const std::array<std::uint8_t, n>& bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

template <std::size_t n>
const std::uint8_t* take(const std::uint8_t* at, std::array<std::uint8_t, n>& bytes) {
  std::copy_n(at, n, bytes.begin());
  return at + n;
}

Bytes encode(const Clear& clear, std::size_t room) {
  Bytes out;
  out.reserve(room);
  out.push_back(format_version);
  put_u64(out, static_cast<std::uint64_t>(clear.at.time_since_epoch().count()));
  put(out, clear.patient);
  put(out, clear.staff);
  put_u64(out, clear.patient_sequence);
  put(out, clear.previous);
  put(out, clear.key);
  put(out, clear.nonce);
  MUST(out.size() == clear_bytes);
  return out;
}

}  // namespace

Bytes seal_entry(const Clear& clear, const crypto::SecretKey& key, ByteView body) {
  MUST(agrees_with_itself(clear));
  MUST(body.size() + sealed_bytes_min <= limits::entry_bytes_max);
  Bytes out = encode(clear, sealed_bytes_min + body.size());
  const Bytes sealed = crypto::seal(key, clear.nonce, out, body);
  out.insert(out.end(), sealed.begin(), sealed.end());
  MUST(read_clear(out) == clear);
  return out;
}

std::optional<Clear> read_clear(ByteView stored) {
  if (stored.size() < sealed_bytes_min || stored.size() > limits::entry_bytes_format_max)
    return std::nullopt;
  if (stored[0] != format_version) return std::nullopt;
  const std::uint64_t at_ms = get_u64(stored.data() + 1);
  if (at_ms > static_cast<std::uint64_t>(far_future.time_since_epoch().count()))
    return std::nullopt;
  Clear clear;
  clear.at = Instant{Millis{static_cast<std::int64_t>(at_ms)}};
  const std::uint8_t* at = take(take(stored.data() + 9, clear.patient), clear.staff);
  clear.patient_sequence = get_u64(at);
  take(take(take(at + 8, clear.previous), clear.key), clear.nonce);
  if (!agrees_with_itself(clear)) return std::nullopt;
  return clear;
}

std::optional<Bytes> open_entry(ByteView stored, const crypto::SecretKey& key) {
  const auto clear = read_clear(stored);
  if (!clear) return std::nullopt;
  return crypto::open(key, clear->nonce, stored.first(clear_bytes), stored.subspan(clear_bytes));
}

Hash leaf_hash(ByteView stored) {
  static constexpr std::uint8_t prefix[] = {0x00};
  return crypto::sha256({prefix, stored});
}

}  // namespace halligan::ledger
