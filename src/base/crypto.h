// crypto.h - the few cryptographic functions that the ledger and the vault are made of.
//
// Thin over OpenSSL 3 EVP. Pure: all randomness is an argument (needs/dice.h makes it).
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/sealed.h"

namespace halligan::crypto {

using Key256 = std::array<std::uint8_t, 32>;
using SecretKey = Sealed<Key256>;
using Nonce = std::array<std::uint8_t, 12>;
using PublicKey = std::array<std::uint8_t, 32>;  // Ed25519, RFC 8032
using Signature = std::array<std::uint8_t, 64>;
inline constexpr std::size_t tag_bytes = 16;

Hash sha256(ByteView bytes);
Hash sha256(std::initializer_list<ByteView> parts);
Hash hmac_sha256(ByteView key, ByteView message);

// AES-256-GCM. `seal` appends the 16-byte tag to the ciphertext; `open` returns nothing when the
// key, nonce, associated data or any byte is not what was sealed.
Bytes seal(const SecretKey& key, const Nonce& nonce, ByteView associated, ByteView plain);
std::optional<Bytes> open(const SecretKey& key, const Nonce& nonce, ByteView associated,
                          ByteView sealed);

// HKDF-SHA-256 (RFC 5869), 32 bytes out.
SecretKey derive(const SecretKey& key, std::string_view label);

// Ed25519; the secret is the 32-byte seed.
PublicKey public_key(const SecretKey& seed);
Signature sign(const SecretKey& seed, ByteView message);
bool verify(const PublicKey& key, ByteView message, const Signature& signature);

}  // namespace halligan::crypto
