#include "core/identity/dpop.h"

#include "base/crypto.h"
#include "base/limits.h"
#include "core/identity/claims.h"

namespace halligan::identity {
namespace {

constexpr std::size_t jti_bytes_max = 128;
constexpr std::size_t nonce_bytes_max = 256;

// RFC 3986 sections 6.2.2.1 and 6.2.3, as far as two honest spellings differ: the case of scheme
// and host, the port that goes without saying, a path that is left out.
std::string comparable(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return {};
  const auto path_at = url.find('/', scheme_end + 3);
  std::string out{url.substr(0, path_at)};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  const std::string_view usual = out.starts_with("https:") ? ":443" : ":80";
  if (out.ends_with(usual)) out.resize(out.size() - usual.size());
  return out.append(path_at == std::string_view::npos ? "/" : url.substr(path_at));
}

std::optional<TokenKey> key_in(const boost::json::object& header) {
  const auto* jwk = header.if_contains("jwk");
  if (jwk == nullptr || !jwk->is_object()) return std::nullopt;
  auto read = read_jwk(jwk->get_object());
  return read ? std::move(*read) : std::nullopt;
}

}  // namespace

std::variant<DpopProof, TokenWrong> verify_dpop(std::string_view proof,
                                                const ExpectedProof& expected) {
  const auto read = take_apart(proof, dpop_types);
  if (const auto* wrong = std::get_if<TokenWrong>(&read)) return *wrong;
  const auto& token = std::get<UnprovenToken>(read);
  const auto& claims = token.token.claims;
  const auto key = key_in(token.token.header);
  if (!key) return TokenWrong::key;
  if (!signed_by(proof, token, *key)) return TokenWrong::signature;

  if (text_in(claims, "htm") != expected.method) return TokenWrong::method;
  const auto url = comparable(text_in(claims, "htu").value_or(""));
  if (url.empty() || url != comparable(expected.url)) return TokenWrong::url;
  const auto issued = moment_in(claims, "iat");
  const auto jti = name_in(claims, "jti", jti_bytes_max);
  const auto nonce = name_in(claims, "nonce", nonce_bytes_max);
  if (!issued || !jti || (claims.contains("nonce") && !nonce)) return TokenWrong::claim;
  if (*issued > expected.now + limits::proof_ahead_max) return TokenWrong::early;
  if (*issued < expected.now - limits::proof_age_max) return TokenWrong::old;
  if (expected.access_token) {
    const auto hash = to_base64url(crypto::sha256(view(*expected.access_token)));
    const auto said = text_in(claims, "ath");
    if (!said || !equal_in_constant_time(view(*said), view(hash))) return TokenWrong::access_token;
  }
  return DpopProof{.thumbprint = key->thumbprint,
                   .jti = *jti,
                   .issued_at = *issued,
                   .nonce = nonce.value_or("")};
}

}  // namespace halligan::identity
