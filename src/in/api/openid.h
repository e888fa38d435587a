// openid.h - what an OpenID provider publishes, and what it gives for a code (OpenID Connect Core
// and Discovery 1.0, RFC 6749, RFC 7636). It decides nothing: see app/providers.h.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>

#include "base/instant.h"
#include "base/result.h"
#include "base/sealed.h"
#include "core/identity/jose.h"
#include "needs/clock.h"
#include "needs/web_client.h"

namespace halligan::in::api {

struct ProviderMetadata {
  std::string issuer;
  std::string authorize;
  std::string token;
  std::string keys;
  bool secret_in_body = false;  // it takes no other form of it
  bool says_issuer = false;     // in its redirects (RFC 9207)
};

// From any thread. Everything is fetched when it is wanted and kept for an hour.
class OpenId {
 public:
  OpenId(needs::WebClient& web, needs::Clock& clock, std::string ca_file)
      : web_(web), clock_(clock), ca_file_(std::move(ca_file)) {}

  // Faults: upstream_unreachable, upstream_timeout; upstream_nonsense for one that breaks the
  // standard, or says that it is somebody else.
  Result<ProviderMetadata> metadata(const std::string& issuer, bool anew = false);
  // `anew`: a token names a key that is not among them. At most once in ten seconds.
  Result<std::shared_ptr<const identity::KeySet>> keys(const ProviderMetadata& provider, bool anew);

  struct Code {
    std::string client;
    Sealed<std::string> secret;  // empty: a public client
    std::string code;
    std::string redirect_uri;
    std::string verifier;
  };
  // The ID token; nothing where the provider refuses the code. Eight are asked for at a time: what
  // comes above that is Fault cancelled at once, so that no stranger holds all who work here.
  Result<std::optional<std::string>> redeem(const ProviderMetadata& provider, const Code& code);

 private:
  Result<std::string> get(const std::string& url);

  needs::WebClient& web_;
  needs::Clock& clock_;
  const std::string ca_file_;
  std::mutex mutex_;
  struct Kept {
    ProviderMetadata metadata;
    Millis read{Millis::min() / 2};  // on the boot clock
    std::shared_ptr<const identity::KeySet> keys;
    Millis keys_read{Millis::min() / 2};
    std::optional<Fault> failed;  // lately: whoever asks next does not wait for it again
    Millis failed_at{Millis::min() / 2};
  };
  Result<ProviderMetadata> fetch_metadata(const std::string& issuer);
  std::map<std::string, Kept> kept_;  // by issuer: as many as policies ever named
  std::counting_semaphore<8> asking_{8};
};

// "a b" -> "a%20b", for queries and forms.
std::string percent_encoded(std::string_view text);

}  // namespace halligan::in::api
