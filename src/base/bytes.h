// bytes.h - octets and their spellings.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace halligan {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using Hash = std::array<std::uint8_t, 32>;       // SHA-256
using Pseudonym = std::array<std::uint8_t, 16>;  // random; all zero means none
using KeyId = std::array<std::uint8_t, 16>;      // random; all zero means none
using EntryIndex = std::uint64_t;                // position of an entry in the log, from 0

inline ByteView view(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text_view(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string to_hex(ByteView bytes);
std::optional<Bytes> from_hex(std::string_view text);
std::string to_base64(ByteView bytes);                    // RFC 4648 section 4, padded
std::optional<Bytes> from_base64(std::string_view text);  // strict: canonical padding only
std::string to_base64url(ByteView bytes);                 // section 5, no padding
std::optional<Bytes> from_base64url(std::string_view text);
std::string to_base32(ByteView bytes);  // section 6, no padding (TOTP secrets)
std::optional<Bytes> from_base32(std::string_view text);

// True when both are equal; time depends on the lengths only.
bool equal_in_constant_time(ByteView a, ByteView b);
bool valid_utf8(std::string_view text);

// Big-endian integers, as every format of ours writes them.
void put_u16(Bytes& out, std::uint16_t value);
void put_u32(Bytes& out, std::uint32_t value);
void put_u64(Bytes& out, std::uint64_t value);
std::uint16_t get_u16(const std::uint8_t* at);
std::uint32_t get_u32(const std::uint8_t* at);
std::uint64_t get_u64(const std::uint8_t* at);

}  // namespace halligan
