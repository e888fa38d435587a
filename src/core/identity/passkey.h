// passkey.h - WebAuthn (W3C, level 3): whether what an authenticator answered makes, or proves, a
// passkey of ours. What is signed is checked by libfido2; what it is signed for, here.
//
// A passkey counts only where its owner was verified (PIN, finger, face) by the authenticator. The
// caller makes challenges, sees that each is used once, and keeps what is found here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"

namespace halligan::identity {

// Who asks: "records.hospital.example", "https://records.hospital.example:8443".
struct RelyingParty {
  std::string id;
  std::string origin;
};
// Of the address by which browsers reach us, with or without a path. A loopback address has no
// passkeys; its name has: "localhost". Empty where the address is no origin.
RelyingParty relying_party_of(std::string_view address);

// COSE algorithms that are taken, in the order in which they are asked for.
inline constexpr int passkey_algorithms[] = {-7 /* ES256 */, -8 /* EdDSA */, -257 /* RS256 */};

enum class PasskeyWrong {
  form,         // not what an authenticator answers
  challenge,    // not the one that was asked
  origin,       // another page's, or in another page's frame
  party,        // of another relying party
  absent,       // nobody touched it
  unverified,   // nobody proved to it who they are
  attestation,  // what it says of its maker is not signed by it
  signature
};
const char* name_of(PasskeyWrong wrong);

struct NewPasskey {
  Bytes id;
  int algorithm = 0;
  Bytes public_key;  // as libfido2 has it: x and y of an EC point, the 32 bytes of EdDSA, n and e
  std::string attestation;  // format; "none" where it says nothing of its maker
  std::string model;        // hex AAGUID
  std::uint32_t counter = 0;
  bool synced = false;  // may be on other devices of its owner, too
};
// The challenge that was answered, as the answer says; empty where it says none. Nothing is
// checked.
std::string challenge_in(ByteView client_data);
// Section 7.1. Attestations are checked for being signed by what they name, and not against a list
// of makers: the format is kept for whoever has one.
std::variant<NewPasskey, PasskeyWrong> check_new_passkey(const RelyingParty& party,
                                                         std::string_view challenge,
                                                         ByteView client_data,
                                                         ByteView attestation_object);

struct Assertion {
  Bytes client_data;
  Bytes authenticator_data;
  Bytes signature;
};
struct PublicKey {
  int algorithm = 0;
  Bytes bytes;
};
// Section 7.2; the counter that was signed. Whether it has grown is the caller's to ask.
std::variant<std::uint32_t, PasskeyWrong> check_passkey(const RelyingParty& party,
                                                        std::string_view challenge,
                                                        const PublicKey& key,
                                                        const Assertion& assertion);

}  // namespace halligan::identity
