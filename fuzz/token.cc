// token.cc - nothing but what was signed is taken as signed: an altered token never, a token by
// itself, a proof that brings its key, or a set of keys. And no claims are a sign-in and a
// sign-out.
#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdlib>
#include <string>

#include "base/limits.h"
#include "core/facts/strict_json.h"
#include "core/identity/dpop.h"
#include "core/identity/id_token.h"
#include "core/identity/jose.h"

namespace {

using namespace halligan;
using namespace halligan::identity;

void must(bool law) {
  if (!law) std::abort();
}

// RFC 7515, appendix A.3 and A.2.
const std::string by_curve =
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNv"
    "bS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfK"
    "TUJqPP3-Kg6NU1Q";
const std::string by_rsa =
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNv"
    "bS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4"
    "Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xB"
    "ArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1"
    "phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
constexpr std::string_view keys_of_joe =
    R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},{"kty":"RSA","e":"AQAB","n":")"
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4"
    "QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdb"
    "BYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-D"
    R"(WNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}]})";
// RFC 9449, section 4.1.
const std::string proof =
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUk"
    "lDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUw"
    "Q2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6I"
    "mh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A"
    "0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";

const KeySet& joe() {
  static const KeySet read = *read_jwks(keys_of_joe);
  return read;
}
constexpr std::array<std::string_view, 2> any_type = {"", "JWT"};

bool token_taken(std::string_view text, const KeySet& keys) {
  return std::holds_alternative<Token>(verify_jwt(text, keys, any_type));
}
bool proof_taken(std::string_view text) {
  const ExpectedProof expected{.method = "POST",
                               .url = "https://server.example.com/token",
                               .access_token = {},
                               .now = Instant{std::chrono::seconds{1562262616}}};
  return std::holds_alternative<DpopProof>(verify_dpop(text, expected));
}

void check_text(std::string_view text) {
  must(token_taken(text, joe()) == (text == by_curve || text == by_rsa));
  must(proof_taken(text) == (text == proof));
}

// Three octets an edit: where (two), and what is put there.
void check_edits(ByteView edits) {
  for (const auto& whole : {by_curve, by_rsa, proof}) {
    auto edited = whole;
    for (std::size_t i = 0; i + 3 <= edits.size() && i < 24; i += 3)
      edited[get_u16(edits.data() + i) % edited.size()] = static_cast<char>(edits[i + 2]);
    check_text(edited);
  }
}

void check_keys(std::string_view text) {
  const auto read = read_jwks(text);
  if (!read) return;
  must(read->keys.size() <= limits::token_keys_max);
  const auto known = [&](const TokenKey& key) {
    return std::ranges::any_of(joe().keys, [&](const TokenKey& each) {
      return each.thumbprint == key.thumbprint && each.kty == key.kty;
    });
  };
  for (const auto& each : read->keys) {
    must(!each.algorithms.empty() && each.thumbprint.size() == 43 && each.handle != nullptr);
    must(each.signature_bytes >= 64 && each.signature_bytes <= 1024);
  }
  if (token_taken(by_curve, *read) || token_taken(by_rsa, *read))
    must(std::ranges::any_of(read->keys, known));
}

void check_claims(std::string_view text) {
  const auto read = facts::read_strict_json(text);
  const auto* value = std::get_if<boost::json::value>(&read);
  if (value == nullptr || !value->is_object()) return;
  const auto& claims = value->get_object();
  const Instant now{std::chrono::seconds{1800000000}};
  const auto in = check_id_token(
      claims,
      {.issuer = "i", .client = "c", .nonce = "n", .now = now, .max_age = std::chrono::hours{1}});
  const auto out = check_logout_token(claims, {.issuer = "i", .client = "c", .now = now});
  if (const auto* token = std::get_if<IdToken>(&in)) {
    must(claims.at("iss") == "i" && claims.at("nonce") == "n" && !token->subject.empty());
    must(token->auth_time.has_value() && token->expires_at + limits::token_skew_max > now);
    must(!std::holds_alternative<LogoutToken>(out));
  }
  if (const auto* token = std::get_if<LogoutToken>(&out))
    must(!token->jti.empty() && !(token->subject + token->sid).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView all{data, size};
  check_text(text_view(all));
  check_edits(all);
  check_keys(text_view(all));
  check_claims(text_view(all));
  static_cast<void>(certificate_thumbprint(all));
  return 0;
}
