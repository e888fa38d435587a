#include "core/identity/jose.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/crypto.h"
#include "base/limits.h"
#include "base/must.h"
#include "core/facts/strict_json.h"
#include "core/identity/cjose_handle.h"
#include "core/identity/claims.h"

namespace halligan::identity {
namespace {

namespace json = boost::json;

// What is ours to allow. A name that is not here is not read as an algorithm at all.
struct Allowed {
  Algorithm algorithm;
  std::string_view name;
  std::string_view kty;
  std::string_view curve;  // of an EC key
};
constexpr std::array<Allowed, 8> allowed = {{
    {Algorithm::rs256, "RS256", "RSA", ""},
    {Algorithm::rs384, "RS384", "RSA", ""},
    {Algorithm::rs512, "RS512", "RSA", ""},
    {Algorithm::ps256, "PS256", "RSA", ""},
    {Algorithm::ps384, "PS384", "RSA", ""},
    {Algorithm::ps512, "PS512", "RSA", ""},
    {Algorithm::es256, "ES256", "EC", "P-256"},
    {Algorithm::es384, "ES384", "EC", "P-384"},
}};
// RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1.
constexpr std::string_view private_members[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
constexpr std::size_t rsa_bits_min = 2'048;
constexpr std::size_t rsa_bits_max = 8'192;  // checking with more takes too long
constexpr std::size_t exponent_bytes_max = 4;
constexpr std::size_t kid_bytes_max = 256;

std::optional<Algorithm> algorithm_named(std::string_view name) {
  const auto* found = std::ranges::find(allowed, name, &Allowed::name);
  return found == allowed.end() ? std::nullopt : std::optional{found->algorithm};
}

std::optional<json::object> object_in(std::string_view text) {
  auto read = facts::read_strict_json(text);
  auto* value = std::get_if<json::value>(&read);
  if (value == nullptr || !value->is_object()) return std::nullopt;
  return std::optional{std::move(value->get_object())};
}

std::optional<Bytes> octets_in(const json::object& object, std::string_view name) {
  const auto text = text_in(object, name);
  return text ? from_base64url(*text) : std::nullopt;
}

bool contains_text(const json::value& list, std::string_view wanted) {
  return list.is_array() && std::ranges::any_of(list.get_array(), [&](const json::value& each) {
           return each.is_string() && std::string_view{each.get_string()} == wanted;
         });
}

// For signatures and for nothing else, as far as the key says.
bool for_signatures(const json::object& jwk) {
  if (const auto* use = jwk.if_contains("use"); use != nullptr && text_in(jwk, "use") != "sig")
    return false;
  const auto* operations = jwk.if_contains("key_ops");
  return operations == nullptr || contains_text(*operations, "verify");
}

// Of those for its kind of key, the one that it names, or all.
std::vector<Algorithm> algorithms_of(const json::object& jwk, std::string_view kty,
                                     std::string_view curve) {
  std::vector<Algorithm> out;
  const bool named = jwk.contains("alg");
  const auto name = text_in(jwk, "alg");
  for (const auto& each : allowed)
    if (each.kty == kty && each.curve == curve && (!named || name == each.name))
      out.push_back(each.algorithm);
  return out;
}

std::string thumbprint_of(const std::string& canonical) {
  return to_base64url(crypto::sha256(view(canonical)));
}

std::shared_ptr<const KeyHandle> handle_of(cjose_jwk_t* made) {
  return made == nullptr ? nullptr : std::make_shared<const KeyHandle>(made);
}

bool read_rsa(const json::object& jwk, TokenKey& out, std::size_t& bits) {
  const auto n = octets_in(jwk, "n");
  const auto e = octets_in(jwk, "e");
  // As few octets as there can be (RFC 7518 section 2), or one key would have several thumbprints.
  if (!n || !e || n->empty() || e->empty() || n->front() == 0 || e->front() == 0) return false;
  bits = (n->size() - 1) * 8 + std::bit_width(n->front());
  if (bits < rsa_bits_min) return true;
  const bool odd = (n->back() & 1U) == 1 && (e->back() & 1U) == 1;
  const bool one = e->size() == 1 && e->front() == 1;
  if (bits > rsa_bits_max || e->size() > exponent_bytes_max || !odd || one) return false;
  cjose_jwk_rsa_keyspec spec{};
  spec.n = lent(*n);
  spec.nlen = n->size();
  spec.e = lent(*e);
  spec.elen = e->size();
  out.handle = handle_of(cjose_jwk_create_RSA_spec(&spec, nullptr));
  out.signature_bytes = n->size();
  out.thumbprint = thumbprint_of(R"({"e":")" + to_base64url(*e) + R"(","kty":"RSA","n":")" +
                                 to_base64url(*n) + R"("})");
  return out.handle != nullptr;
}

bool read_ec(const json::object& jwk, TokenKey& out, std::string_view curve) {
  const std::size_t size = curve == "P-256" ? 32 : 48;
  const auto x = octets_in(jwk, "x");
  const auto y = octets_in(jwk, "y");
  if (!x || !y || x->size() != size || y->size() != size) return false;
  cjose_jwk_ec_keyspec spec{};
  spec.crv = curve == "P-256" ? CJOSE_JWK_EC_P_256 : CJOSE_JWK_EC_P_384;
  spec.x = lent(*x);
  spec.xlen = x->size();
  spec.y = lent(*y);
  spec.ylen = y->size();
  out.handle = handle_of(cjose_jwk_create_EC_spec(&spec, nullptr));  // none off the curve
  out.signature_bytes = 2 * size;
  out.thumbprint = thumbprint_of(R"({"crv":")" + std::string{curve} + R"(","kty":"EC","x":")" +
                                 to_base64url(*x) + R"(","y":")" + to_base64url(*y) + R"("})");
  return out.handle != nullptr;
}

bool same_type(std::string_view said, std::string_view wanted) {
  const auto same = [](std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char left, char right) {
      const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; };
      return lower(left) == lower(right);
    });
  };
  constexpr std::string_view prefix = "application/";
  if (wanted.empty() || said.empty()) return false;
  if (same(said.substr(0, prefix.size()), prefix)) said.remove_prefix(prefix.size());
  return same(said, wanted);
}

bool of_type(const json::object& header, TokenTypes types) {
  const auto* typ = header.if_contains("typ");
  if (typ == nullptr) return std::ranges::find(types, std::string_view{}) != types.end();
  const auto said = text_in(header, "typ");
  return said && std::ranges::any_of(types, [&](auto each) { return same_type(*said, each); });
}

std::variant<const TokenKey*, TokenWrong> key_for(const UnprovenToken& token, const KeySet& keys) {
  const auto& header = token.token.header;
  const auto kid = text_in(header, "kid");
  if (header.contains("kid") && (!kid || kid->empty())) return TokenWrong::form;
  const TokenKey* found = nullptr;
  bool known = false;
  for (const auto& each : keys.keys) {
    if (kid && each.kid != *kid) continue;
    known = true;
    if (std::ranges::find(each.algorithms, token.algorithm) == each.algorithms.end()) continue;
    if (found != nullptr) return TokenWrong::which_key;
    found = &each;
  }
  if (found != nullptr) return found;
  return known ? TokenWrong::algorithm : TokenWrong::unknown_key;
}

}  // namespace

const char* name_of(Algorithm algorithm) {
  const auto* found = std::ranges::find(allowed, algorithm, &Allowed::algorithm);
  MUST(found != allowed.end());
  return found->name.data();
}

const char* name_of(TokenWrong wrong) {
  switch (wrong) {
    case TokenWrong::form: return "form";
    case TokenWrong::type: return "type";
    case TokenWrong::critical: return "critical";
    case TokenWrong::algorithm: return "algorithm";
    case TokenWrong::unknown_key: return "unknown-key";
    case TokenWrong::which_key: return "which-key";
    case TokenWrong::key: return "key";
    case TokenWrong::signature: return "signature";
    case TokenWrong::claim: return "claim";
    case TokenWrong::issuer: return "issuer";
    case TokenWrong::audience: return "audience";
    case TokenWrong::nonce: return "nonce";
    case TokenWrong::expired: return "expired";
    case TokenWrong::early: return "early";
    case TokenWrong::old: return "old";
    case TokenWrong::sign_in: return "sign-in";
    case TokenWrong::method: return "method";
    case TokenWrong::url: return "url";
    case TokenWrong::access_token: return "access-token";
  }
  return "";
}

Result<std::optional<TokenKey>> read_jwk(const json::object& jwk) {
  const ErrorsStayHere errors;
  const std::optional<TokenKey> none;
  for (const auto name : private_members)
    if (jwk.contains({name.data(), name.size()}))
      return Fault{FaultCode::bad_input, "a key with its private part, expected public keys alone"};
  TokenKey out;
  out.kty = text_in(jwk, "kty").value_or("");
  const std::string_view curve = out.kty == "EC" ? text_in(jwk, "crv").value_or("?") : "";
  out.algorithms = algorithms_of(jwk, out.kty, curve);
  if (out.algorithms.empty() || !for_signatures(jwk)) return none;
  if (jwk.contains("kid")) {
    const auto kid = name_in(jwk, "kid", kid_bytes_max);
    if (!kid) return none;
    out.kid = *kid;
  }
  std::size_t bits = rsa_bits_min;
  if (!(out.kty == "RSA" ? read_rsa(jwk, out, bits) : read_ec(jwk, out, curve))) return none;
  if (bits < rsa_bits_min)
    return Fault{FaultCode::bad_input, "an RSA key of " + std::to_string(bits) +
                                           " bits, expected " + std::to_string(rsa_bits_min) +
                                           " or more"};
  return std::optional{std::move(out)};
}

Result<KeySet> read_jwks(std::string_view text) {
  if (text.size() > limits::key_set_bytes_max)
    return Fault{FaultCode::too_large, "a key set of " + std::to_string(text.size()) +
                                           " bytes, expected at most " +
                                           std::to_string(limits::key_set_bytes_max)};
  const auto set = object_in(text);
  const auto* keys = set ? set->if_contains("keys") : nullptr;
  if (keys == nullptr || !keys->is_array())
    return Fault{FaultCode::bad_input, "no key set, expected an object with a list of keys"};
  if (keys->get_array().size() > limits::token_keys_max)
    return Fault{FaultCode::too_large, std::to_string(keys->get_array().size()) +
                                           " keys in a set, expected at most " +
                                           std::to_string(limits::token_keys_max)};
  KeySet out;
  for (const auto& each : keys->get_array()) {
    if (!each.is_object()) continue;
    auto key = read_jwk(each.get_object());
    if (!key) return key.fault();
    if (*key) out.keys.push_back(std::move(**key));
  }
  return out;
}

std::variant<UnprovenToken, TokenWrong> take_apart(std::string_view compact, TokenTypes types) {
  if (compact.size() > limits::token_bytes_max || std::ranges::count(compact, '.') != 2)
    return TokenWrong::form;
  const auto first = compact.find('.');
  const auto second = compact.rfind('.');
  const auto header_text = from_base64url(compact.substr(0, first));
  const auto claims_text = from_base64url(compact.substr(first + 1, second - first - 1));
  auto signature = from_base64url(compact.substr(second + 1));
  if (!header_text || !claims_text || !signature) return TokenWrong::form;
  auto header = object_in(text_view(*header_text));
  if (!header) return TokenWrong::form;
  if (header->contains("crit")) return TokenWrong::critical;
  const auto algorithm = algorithm_named(text_in(*header, "alg").value_or(""));
  if (!algorithm) return TokenWrong::algorithm;
  if (!of_type(*header, types)) return TokenWrong::type;
  auto claims = object_in(text_view(*claims_text));
  if (!claims) return TokenWrong::form;
  return UnprovenToken{.token = {.header = std::move(*header), .claims = std::move(*claims)},
                       .algorithm = *algorithm,
                       .signature = std::move(*signature)};
}

bool signed_by(std::string_view compact, const UnprovenToken& token, const TokenKey& key) {
  if (std::ranges::find(key.algorithms, token.algorithm) == key.algorithms.end()) return false;
  // libcjose halves an EC signature of any length: with noughts before both halves it would be
  // another spelling of the same.
  if (key.handle == nullptr || token.signature.size() != key.signature_bytes) return false;
  const ErrorsStayHere errors;
  const Cjose<cjose_jws_t> read{cjose_jws_import(compact.data(), compact.size(), nullptr)};
  if (read == nullptr) return false;
  // It reads the header again by itself: no other algorithm may come of that.
  const char* name = cjose_header_get(cjose_jws_get_protected(read.get()), CJOSE_HDR_ALG, nullptr);
  return name != nullptr && std::string_view{name} == name_of(token.algorithm) &&
         cjose_jws_verify(read.get(), key.handle->key, nullptr);
}

std::variant<Token, TokenWrong> verify_jwt(std::string_view compact, const KeySet& keys,
                                           TokenTypes types) {
  auto read = take_apart(compact, types);
  if (const auto* wrong = std::get_if<TokenWrong>(&read)) return *wrong;
  auto& token = std::get<UnprovenToken>(read);
  const auto key = key_for(token, keys);
  if (const auto* wrong = std::get_if<TokenWrong>(&key)) return *wrong;
  if (!signed_by(compact, token, *std::get<const TokenKey*>(key))) return TokenWrong::signature;
  return std::move(token.token);
}

std::string certificate_thumbprint(ByteView der) { return to_base64url(crypto::sha256(der)); }

}  // namespace halligan::identity
