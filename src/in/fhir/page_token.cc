#include "in/fhir/page_token.h"

#include <boost/json.hpp>

#include <algorithm>

#include "base/limits.h"
#include "base/must.h"

namespace halligan::in::fhir {

namespace json = boost::json;

namespace {

// How far upstream's pages were read and how much of them was passed over depends on what was
// withheld: the length must not tell. It follows from what the client itself asked.
std::size_t padded(std::size_t size, const Search& asked) {
  std::size_t said = asked.type.size() + asked.patient.text().size();
  for (const auto& param : asked.params) said += param.name.size() + param.value.size();
  std::size_t out = 768 + 4 * said;  // the text itself, and an address that has it in percent signs
  while (out < size) out *= 2;
  return out;
}

}  // namespace

std::string PageTokens::seal(const Place& place, std::string_view session) {
  json::array params;
  for (const auto& param : place.search.params) {
    params.emplace_back(param.name);
    params.emplace_back(param.value);
  }
  auto plain =
      json::serialize(json::array{place.search.type, place.search.patient.text(), std::move(params),
                                  place.search.count, place.upstream, place.skip, place.history});
  plain.resize(padded(plain.size(), place.search), ' ');
  const crypto::Nonce nonce = dice_.roll<12>();
  Bytes out{nonce.begin(), nonce.end()};
  const auto sealed = crypto::seal(key_, nonce, view(session), view(plain));
  out.insert(out.end(), sealed.begin(), sealed.end());
  return to_base64url(out);
}

std::optional<Place> PageTokens::open(std::string_view token, std::string_view session) const {
  const auto bytes = from_base64url(token);
  crypto::Nonce nonce{};
  if (!bytes || bytes->size() < nonce.size() + crypto::tag_bytes) return std::nullopt;
  std::copy_n(bytes->begin(), nonce.size(), nonce.begin());
  const auto plain =
      crypto::open(key_, nonce, view(session), ByteView{*bytes}.subspan(nonce.size()));
  if (!plain) return std::nullopt;
  // What opens was made by seal(): anything else is a bug.
  const auto parts = json::parse(text_view(*plain)).as_array();
  MUST(parts.size() == 7);
  Place out;
  out.search.type = parts[0].as_string();
  out.search.patient = PatientId{std::string{parts[1].as_string()}};
  const auto& params = parts[2].as_array();
  for (std::size_t i = 0; i + 1 < params.size(); i += 2)
    out.search.params.push_back(
        {std::string{params[i].as_string()}, std::string{params[i + 1].as_string()}});
  out.search.count = parts[3].to_number<std::size_t>();
  out.upstream = parts[4].as_string();
  out.skip = parts[5].to_number<std::uint32_t>();
  out.history = parts[6].as_string();
  return out;
}

}  // namespace halligan::in::fhir
