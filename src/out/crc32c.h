// crc32c.h - the Castagnoli checksum (RFC 3720, B.4) that tells a spoiled record from a good one.
//
// Against accidents only: whoever means harm is caught by the Merkle tree, never by this.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace halligan::out {

// The checksum of what `before` covered followed by `bytes`; start with 0.
std::uint32_t crc32c(std::uint32_t before, ByteView bytes);

}  // namespace halligan::out
