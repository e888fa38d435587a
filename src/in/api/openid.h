// openid.h - what an OpenID provider publishes, and what it gives for a code (OpenID Connect Core
// and Discovery 1.0, RFC 6749, RFC 7636). It decides nothing: see app/providers.h.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
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
  // standard, or says that it is somebody else; cancelled where another request is fetching it and
  // nothing is known yet. One fetches at a time: a provider that is slow holds one who works here.
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
  // The ID token; nothing where the provider refuses the code. Eight are asked for at a time, two
  // of one network; as many wait for a place, for two seconds. Whoever gets none gets Fault
  // cancelled: no stranger holds all places, or all who work here.
  // Fault bad_input: it does not accept us, by our client's name and secret.
  Result<std::optional<std::string>> redeem(const ProviderMetadata& provider, const Code& code,
                                            const std::string& network);

 private:
  Result<std::string> get(const std::string& url);
  bool has_place(const std::string& network);
  void leaves(const std::string& network);
  void forget(const std::string& network);  // where nobody of it asks or waits
  Result<needs::WebAnswer> token_answer(const ProviderMetadata& provider, const Code& code);

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
  std::set<std::string> fetching_;    // addresses
  struct Network {
    int asking = 0;
    int waiting = 0;
  };
  std::map<std::string, Network> networks_;
  int asking_ = 0;
  int waiting_ = 0;
  std::condition_variable place_;
};

// "a b" -> "a%20b", for queries and forms.
std::string percent_encoded(std::string_view text);

}  // namespace halligan::in::api
