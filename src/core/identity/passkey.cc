#include "core/identity/passkey.h"

#include <cbor.h>
#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>

#include <boost/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

#include "base/crypto.h"

namespace halligan::identity {
namespace {

namespace json = boost::json;

constexpr std::uint8_t user_present = 0x01;
constexpr std::uint8_t user_verified = 0x04;
constexpr std::uint8_t backup_eligible = 0x08;
constexpr std::uint8_t has_credential = 0x40;
constexpr std::uint8_t has_extensions = 0x80;
constexpr std::size_t rp_hash_bytes = 32;
constexpr std::size_t authenticator_data_bytes_min = rp_hash_bytes + 1 + 4;
constexpr std::size_t id_bytes_max = 1023;  // section 4, credential ID

struct FreeCbor {
  void operator()(cbor_item_t* item) const { cbor_decref(&item); }
};
using Cbor = std::unique_ptr<cbor_item_t, FreeCbor>;
struct FreeFido {
  void operator()(fido_cred_t* held) const { fido_cred_free(&held); }
  void operator()(fido_assert_t* held) const { fido_assert_free(&held); }
  void operator()(es256_pk_t* held) const { es256_pk_free(&held); }
  void operator()(eddsa_pk_t* held) const { eddsa_pk_free(&held); }
  void operator()(rs256_pk_t* held) const { rs256_pk_free(&held); }
};
template <class T>
using Fido = std::unique_ptr<T, FreeFido>;

std::optional<PasskeyWrong> check_client_data(const RelyingParty& party, std::string_view type,
                                              std::string_view challenge, ByteView client_data) {
  boost::system::error_code wrong;
  const auto parsed = json::parse(text_view(client_data), wrong);
  if (wrong || !parsed.is_object()) return PasskeyWrong::form;
  const auto text = [&](std::string_view name) -> std::string_view {
    const auto* held = parsed.get_object().if_contains(name);
    return held != nullptr && held->is_string() ? std::string_view{held->get_string()}
                                                : std::string_view{};
  };
  if (text("type") != type) return PasskeyWrong::form;
  if (!equal_in_constant_time(view(text("challenge")), view(challenge)))
    return PasskeyWrong::challenge;
  if (party.origin.empty() || text("origin") != party.origin) return PasskeyWrong::origin;
  const auto* cross = parsed.get_object().if_contains("crossOrigin");
  if (cross != nullptr && (!cross->is_bool() || cross->get_bool())) return PasskeyWrong::origin;
  if (parsed.get_object().contains("topOrigin")) return PasskeyWrong::origin;
  return std::nullopt;
}

std::optional<PasskeyWrong> check_flags(const RelyingParty& party, ByteView data) {
  if (data.size() < authenticator_data_bytes_min) return PasskeyWrong::form;
  const auto hash = crypto::sha256(view(party.id));
  if (!equal_in_constant_time(data.first(rp_hash_bytes), ByteView{hash}))
    return PasskeyWrong::party;
  const auto flags = data[rp_hash_bytes];
  if ((flags & user_present) == 0) return PasskeyWrong::absent;
  if ((flags & user_verified) == 0) return PasskeyWrong::unverified;
  return std::nullopt;
}

// libcbor makes room for as many elements as an array or map says that it has, before it looks for
// them. Each takes an octet at least, and what authenticators answer has few lists.
bool bounded(ByteView cbor) {
  struct Seen {
    std::uint64_t elements = 0;
    std::size_t lists = 0;
  } seen;
  constexpr std::size_t lists_max = 64;
  auto callbacks = cbor_empty_callbacks;
  const auto note = [](void* context, auto elements) {
    auto& held = *static_cast<Seen*>(context);
    held.elements += std::min<std::uint64_t>(elements, 1ULL << 32U);
    ++held.lists;
  };
  callbacks.array_start = note;
  callbacks.map_start = note;
  const auto note_open = [](void* context) { ++static_cast<Seen*>(context)->lists; };
  callbacks.indef_array_start = note_open;
  callbacks.indef_map_start = note_open;
  callbacks.byte_string_start = note_open;
  callbacks.string_start = note_open;
  const auto size = cbor.size();
  while (!cbor.empty()) {
    const auto read = cbor_stream_decode(cbor.data(), cbor.size(), &callbacks, &seen);
    if (read.status != CBOR_DECODER_FINISHED || read.read == 0) return false;
    if (seen.elements > size || seen.lists > lists_max) return false;
    cbor = cbor.subspan(read.read);
  }
  return true;
}

// What stands behind the credential's id: its key, and extensions.
bool bounded_behind_id(ByteView data) {
  constexpr std::size_t id_length_at = authenticator_data_bytes_min + 16;
  if (data.size() < id_length_at + 2) return false;
  const std::size_t id_bytes = get_u16(data.data() + id_length_at);
  return data.size() > id_length_at + 2 + id_bytes &&
         bounded(data.subspan(id_length_at + 2 + id_bytes));
}

struct Attested {
  std::string format;
  Bytes statement;  // CBOR
  Bytes data;
};

std::optional<Attested> read_attestation(ByteView object) {
  if (!bounded(object)) return std::nullopt;
  cbor_load_result result{};
  const Cbor whole{cbor_load(object.data(), object.size(), &result)};
  if (whole == nullptr || result.read != object.size() || !cbor_isa_map(whole.get()) ||
      !cbor_map_is_definite(whole.get()))
    return std::nullopt;
  Attested out;
  for (std::size_t i = 0; i < cbor_map_size(whole.get()); ++i) {
    const auto& pair = cbor_map_handle(whole.get())[i];
    if (!cbor_isa_string(pair.key) || !cbor_string_is_definite(pair.key)) return std::nullopt;
    const std::string_view name{reinterpret_cast<const char*>(cbor_string_handle(pair.key)),
                                cbor_string_length(pair.key)};
    if (name == "fmt" && cbor_isa_string(pair.value) && cbor_string_is_definite(pair.value)) {
      out.format.assign(reinterpret_cast<const char*>(cbor_string_handle(pair.value)),
                        cbor_string_length(pair.value));
    } else if (name == "authData" && cbor_isa_bytestring(pair.value) &&
               cbor_bytestring_is_definite(pair.value)) {
      const auto* bytes = cbor_bytestring_handle(pair.value);
      out.data.assign(bytes, bytes + cbor_bytestring_length(pair.value));
    } else if (name == "attStmt" && cbor_isa_map(pair.value)) {
      unsigned char* written = nullptr;
      std::size_t room = 0;
      const auto bytes = cbor_serialize_alloc(pair.value, &written, &room);
      out.statement.assign(written, written + bytes);
      std::free(written);  // NOLINT: libcbor allocated it
    } else {
      return std::nullopt;
    }
  }
  const bool whole_form =
      !out.format.empty() && out.format.size() <= 32 && !out.data.empty() && !out.statement.empty();
  return whole_form ? std::optional{std::move(out)} : std::nullopt;
}

Bytes bytes_of(const unsigned char* begin, std::size_t size) {
  return begin == nullptr ? Bytes{} : Bytes(begin, begin + size);
}

// libfido2 wants the algorithm beforehand, and takes no other.
Fido<fido_cred_t> decoded(const RelyingParty& party, const Hash& client_hash, const Attested& given,
                          int& algorithm) {
  for (const int each : passkey_algorithms) {
    Fido<fido_cred_t> cred{fido_cred_new()};
    if (cred == nullptr) return nullptr;
    const bool good =
        fido_cred_set_type(cred.get(), each) == FIDO_OK &&
        fido_cred_set_rp(cred.get(), party.id.c_str(), nullptr) == FIDO_OK &&
        fido_cred_set_uv(cred.get(), FIDO_OPT_TRUE) == FIDO_OK &&
        fido_cred_set_clientdata_hash(cred.get(), client_hash.data(), client_hash.size()) ==
            FIDO_OK &&
        fido_cred_set_authdata_raw(cred.get(), given.data.data(), given.data.size()) == FIDO_OK;
    if (!good) continue;
    algorithm = each;
    return cred;
  }
  return nullptr;
}

// "none" says nothing; formats that libfido2 does not know are refused.
bool attestation_holds(fido_cred_t* cred, const Attested& given) {
  if (given.format == "none") return given.statement.size() == 1;  // an empty map
  if (fido_cred_set_fmt(cred, given.format.c_str()) != FIDO_OK ||
      fido_cred_set_attstmt(cred, given.statement.data(), given.statement.size()) != FIDO_OK)
    return false;
  return fido_cred_x5c_ptr(cred) != nullptr ? fido_cred_verify(cred) == FIDO_OK
                                            : fido_cred_verify_self(cred) == FIDO_OK;
}

template <class Key>
bool verified(const fido_assert_t* assertion, const PublicKey& key, Key* made,
              int (*read)(Key*, const void*, std::size_t)) {
  const Fido<Key> held{made};
  return held != nullptr && read(held.get(), key.bytes.data(), key.bytes.size()) == FIDO_OK &&
         fido_assert_verify(assertion, 0, key.algorithm, held.get()) == FIDO_OK;
}

bool signed_by(const fido_assert_t* assertion, const PublicKey& key) {
  switch (key.algorithm) {
    case COSE_ES256: return verified(assertion, key, es256_pk_new(), es256_pk_from_ptr);
    case COSE_EDDSA: return verified(assertion, key, eddsa_pk_new(), eddsa_pk_from_ptr);
    case COSE_RS256: return verified(assertion, key, rs256_pk_new(), rs256_pk_from_ptr);
    default: return false;
  }
}

}  // namespace

RelyingParty relying_party_of(std::string_view address) {
  constexpr std::string_view https = "https://";
  constexpr std::string_view http = "http://";
  const bool secure = address.starts_with(https);
  if (!secure && !address.starts_with(http)) return {};
  const auto scheme = secure ? https : http;
  const auto authority =
      address.substr(scheme.size(), address.find('/', scheme.size()) - scheme.size());
  const auto colon = authority.starts_with('[') ? authority.find("]:") : authority.rfind(':');
  const bool bracketed = authority.starts_with('[');
  auto host = authority.substr(0, bracketed && colon != authority.npos ? colon + 1 : colon);
  auto port =
      colon == authority.npos ? std::string_view{} : authority.substr(colon + (bracketed ? 2 : 1));
  if (host == "127.0.0.1" || host == "[::1]") host = "localhost";
  if (host.empty() || (!secure && host != "localhost")) return {};
  if (port == (secure ? "443" : "80")) port = {};
  RelyingParty out{.id = std::string{host}, .origin = std::string{scheme}.append(host)};
  if (!port.empty()) out.origin.append(":").append(port);
  return out;
}

const char* name_of(PasskeyWrong wrong) {
  switch (wrong) {
    case PasskeyWrong::form: return "form";
    case PasskeyWrong::challenge: return "challenge";
    case PasskeyWrong::origin: return "origin";
    case PasskeyWrong::party: return "party";
    case PasskeyWrong::absent: return "absent";
    case PasskeyWrong::unverified: return "unverified";
    case PasskeyWrong::attestation: return "attestation";
    case PasskeyWrong::signature: return "signature";
  }
  return "";
}

std::string challenge_in(ByteView client_data) {
  boost::system::error_code wrong;
  const auto parsed = json::parse(text_view(client_data), wrong);
  const auto* object = wrong ? nullptr : parsed.if_object();
  const auto* held = object == nullptr ? nullptr : object->if_contains("challenge");
  return held != nullptr && held->is_string() ? std::string{held->get_string()} : std::string{};
}

std::variant<NewPasskey, PasskeyWrong> check_new_passkey(const RelyingParty& party,
                                                         std::string_view challenge,
                                                         ByteView client_data,
                                                         ByteView attestation_object) {
  if (const auto wrong = check_client_data(party, "webauthn.create", challenge, client_data))
    return *wrong;
  const auto given = read_attestation(attestation_object);
  if (!given) return PasskeyWrong::form;
  if (const auto wrong = check_flags(party, given->data)) return *wrong;
  if ((given->data[rp_hash_bytes] & has_credential) == 0 || !bounded_behind_id(given->data))
    return PasskeyWrong::form;
  NewPasskey out;
  const auto cred = decoded(party, crypto::sha256(client_data), *given, out.algorithm);
  if (cred == nullptr) return PasskeyWrong::form;
  if (!attestation_holds(cred.get(), *given)) return PasskeyWrong::attestation;
  out.id = bytes_of(fido_cred_id_ptr(cred.get()), fido_cred_id_len(cred.get()));
  out.public_key = bytes_of(fido_cred_pubkey_ptr(cred.get()), fido_cred_pubkey_len(cred.get()));
  out.attestation = given->format;
  out.model = to_hex(bytes_of(fido_cred_aaguid_ptr(cred.get()), fido_cred_aaguid_len(cred.get())));
  out.counter = fido_cred_sigcount(cred.get());
  out.synced = (given->data[rp_hash_bytes] & backup_eligible) != 0;
  if (out.id.empty() || out.id.size() > id_bytes_max || out.public_key.empty())
    return PasskeyWrong::form;
  return out;
}

std::variant<std::uint32_t, PasskeyWrong> check_passkey(const RelyingParty& party,
                                                        std::string_view challenge,
                                                        const PublicKey& key,
                                                        const Assertion& given) {
  if (const auto wrong = check_client_data(party, "webauthn.get", challenge, given.client_data))
    return *wrong;
  if (const auto wrong = check_flags(party, given.authenticator_data)) return *wrong;
  // We ask for no extension, so nothing stands behind the counter. Nothing else is handed on to be
  // read: nobody has signed it yet.
  if (given.authenticator_data.size() != authenticator_data_bytes_min ||
      (given.authenticator_data[rp_hash_bytes] & (has_credential | has_extensions)) != 0)
    return PasskeyWrong::form;
  const auto hash = crypto::sha256(given.client_data);
  const Fido<fido_assert_t> assertion{fido_assert_new()};
  const auto& data = given.authenticator_data;
  const bool read =
      assertion != nullptr && fido_assert_set_count(assertion.get(), 1) == FIDO_OK &&
      fido_assert_set_rp(assertion.get(), party.id.c_str()) == FIDO_OK &&
      fido_assert_set_up(assertion.get(), FIDO_OPT_TRUE) == FIDO_OK &&
      fido_assert_set_uv(assertion.get(), FIDO_OPT_TRUE) == FIDO_OK &&
      fido_assert_set_clientdata_hash(assertion.get(), hash.data(), hash.size()) == FIDO_OK &&
      fido_assert_set_authdata_raw(assertion.get(), 0, data.data(), data.size()) == FIDO_OK &&
      fido_assert_set_sig(assertion.get(), 0, given.signature.data(), given.signature.size()) ==
          FIDO_OK;
  if (!read) return PasskeyWrong::form;
  if (!signed_by(assertion.get(), key)) return PasskeyWrong::signature;
  return fido_assert_sigcount(assertion.get(), 0);
}

}  // namespace halligan::identity
