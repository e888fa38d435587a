#include "base/bytes.h"

#include <openssl/crypto.h>

namespace halligan {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view base32_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

// Writes `bytes` as groups of `bits` bits; no padding.
std::string spell(ByteView bytes, std::string_view digits, unsigned bits) {
  std::string out;
  out.reserve(bytes.size() * 8 / bits + 1);
  unsigned held = 0;
  unsigned held_bits = 0;
  for (const std::uint8_t byte : bytes) {
    held = (held << 8) | byte;
    held_bits += 8;
    while (held_bits >= bits) {
      held_bits -= bits;
      out += digits[(held >> held_bits) & ((1U << bits) - 1)];
    }
    held &= (1U << held_bits) - 1;
  }
  if (held_bits > 0) out += digits[(held << (bits - held_bits)) & ((1U << bits) - 1)];
  return out;
}

// The inverse: refuses foreign characters, left-over digits and non-zero left-over bits.
std::optional<Bytes> unspell(std::string_view text, std::string_view digits, unsigned bits) {
  Bytes out;
  out.reserve(text.size() * bits / 8);
  unsigned held = 0;
  unsigned held_bits = 0;
  for (const char c : text) {
    const auto digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    held = (held << bits) | static_cast<unsigned>(digit);
    held_bits += bits;
    if (held_bits >= 8) {
      held_bits -= 8;
      out.push_back(static_cast<std::uint8_t>(held >> held_bits));
      held &= (1U << held_bits) - 1;
    }
  }
  if (held_bits >= bits || held != 0) return std::nullopt;
  return out;
}

}  // namespace

std::string to_hex(ByteView bytes) { return spell(bytes, hex_digits, 4); }
std::optional<Bytes> from_hex(std::string_view text) { return unspell(text, hex_digits, 4); }

std::string to_base64(ByteView bytes) {
  std::string out = spell(bytes, base64_digits, 6);
  while (out.size() % 4 != 0) out += '=';
  return out;
}
std::optional<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
  return unspell(text, base64_digits, 6);
}
std::string to_base64url(ByteView bytes) { return spell(bytes, base64url_digits, 6); }
std::optional<Bytes> from_base64url(std::string_view text) {
  return unspell(text, base64url_digits, 6);
}
std::string to_base32(ByteView bytes) { return spell(bytes, base32_digits, 5); }
std::optional<Bytes> from_base32(std::string_view text) { return unspell(text, base32_digits, 5); }

bool equal_in_constant_time(ByteView a, ByteView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool valid_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    std::size_t more = 0;
    std::uint32_t point = 0;
    if (lead < 0x80) {
      ++i;
      continue;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
      more = 1;
      point = lead & 0x1FU;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      more = 2;
      point = lead & 0x0FU;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      more = 3;
      point = lead & 0x07U;
    } else
      return false;
    if (i + more >= text.size()) return false;
    for (std::size_t k = 1; k <= more; ++k) {
      const auto next = static_cast<std::uint8_t>(text[i + k]);
      if ((next & 0xC0U) != 0x80U) return false;
      point = (point << 6) | (next & 0x3FU);
    }
    if ((more == 2 && (point < 0x800 || (point >= 0xD800 && point <= 0xDFFF))) ||
        (more == 3 && (point < 0x10000 || point > 0x10FFFF)))
      return false;
    i += more + 1;
  }
  return true;
}

void put_u16(Bytes& out, std::uint16_t value) {
  for (int shift = 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(value >> shift));
}
void put_u32(Bytes& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(value >> shift));
}
void put_u64(Bytes& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(value >> shift));
}
std::uint16_t get_u16(const std::uint8_t* at) {
  return static_cast<std::uint16_t>((at[0] << 8) | at[1]);
}
std::uint32_t get_u32(const std::uint8_t* at) {
  return (std::uint32_t{get_u16(at)} << 16) | get_u16(at + 2);
}
std::uint64_t get_u64(const std::uint8_t* at) {
  return (std::uint64_t{get_u32(at)} << 32) | get_u32(at + 4);
}

}  // namespace halligan
