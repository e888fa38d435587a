// passkey.cc - what claims to be an authenticator's answer makes a passkey of a known kind or none,
// the same each time; and nothing that nobody signed proves anything.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "core/identity/passkey.h"

namespace {

using namespace halligan;
using namespace halligan::identity;

void must(bool law) {
  if (!law) std::abort();
}

const RelyingParty party = relying_party_of("https://localhost:8443");
constexpr std::string_view challenge = "Y2hhbGxlbmdl";

Bytes client_data(std::string_view type) {
  std::string out = R"({"type":")";
  out.append(type).append(R"(","challenge":")").append(challenge).append(R"(","origin":")");
  out.append(party.origin).append(R"(","crossOrigin":false})");
  return {out.begin(), out.end()};
}

void proves_nothing(const PublicKey& key, ByteView data, ByteView signature) {
  const Assertion assertion{.client_data = client_data("webauthn.get"),
                            .authenticator_data = {data.begin(), data.end()},
                            .signature = {signature.begin(), signature.end()}};
  must(std::holds_alternative<PasskeyWrong>(check_passkey(party, challenge, key, assertion)));
}

}  // namespace

// One octet that says where the second part begins; both together are an attestation, the two an
// authenticator's data and a signature.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView all{data + 1, size - 1};
  const auto first = all.first(std::min<std::size_t>(data[0], all.size()));
  const auto second = all.subspan(first.size());

  const auto client = client_data("webauthn.create");
  const auto made = check_new_passkey(party, challenge, client, all);
  if (const auto* passkey = std::get_if<NewPasskey>(&made)) {
    must(!passkey->id.empty() && passkey->id.size() <= 1'023 && !passkey->public_key.empty());
    must(std::ranges::find(passkey_algorithms, passkey->algorithm) != std::end(passkey_algorithms));
    must(passkey->model.size() == 32 && !passkey->attestation.empty());
    const auto again = check_new_passkey(party, challenge, client, all);
    must(std::get<NewPasskey>(again).id == passkey->id);
    must(std::holds_alternative<PasskeyWrong>(check_new_passkey(party, "other", client, all)));
    proves_nothing({.algorithm = passkey->algorithm, .bytes = passkey->public_key}, first, second);
  }
  static_cast<void>(challenge_in(all));
  must(std::holds_alternative<PasskeyWrong>(check_new_passkey(party, challenge, all, all)));
  for (const int algorithm : passkey_algorithms)
    for (const std::size_t bytes : {std::size_t{32}, std::size_t{64}, std::size_t{259}})
      proves_nothing({.algorithm = algorithm, .bytes = Bytes(bytes, 0x02)}, first, second);
  return 0;
}
