// tokens.h - credentials for a glass on the wire: made, signed, shown, asked about, taken back.
//
// A token is a JWT (RFC 9068) for one chart, of five minutes at most, bound to the key of whoever
// it is made for (DPoP, RFC 9449, or the certificate of the connection, RFC 8705). Others may read
// it by our keys; here it is known by its hash, so that it is dead when its glass is.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "app/glass_tokens.h"
#include "app/house.h"
#include "core/identity/jose.h"
#include "in/once.h"
#include "in/shown.h"
#include "needs/clock.h"
#include "needs/dice.h"
#include "needs/vault.h"

namespace halligan::identity {
class Signer;
}

namespace halligan::in::api {

class Tokens final : public GlassCredentials {
 public:
  struct Parts {
    app::Desk& desk;
    needs::Vault& vault;
    needs::Dice& dice;
    needs::Clock& clock;
    std::string address;  // https URL of this server, without a path: who signs
  };
  explicit Tokens(Parts parts);
  ~Tokens() override;

  Shown shown(const http::Request& request, Spend spend) override;

  // The key that somebody shows who asks for a token: that of the proof in their DPoP header, or
  // their certificate's. Empty: none; a proof that is no good: why.
  struct Key {
    std::string bound;
    std::string wrong;
  };
  Key key_of(const http::Request& request);

  // That a session or a glass is over (CAEP 1.0, session-revoked), or that all is well (SSF 1.0,
  // verification).
  struct Event {
    std::string audience;
    std::string id;
    Instant made_at{};
    std::string kind;   // "session", "glass", "verification"
    std::string about;  // the session's id, or the glass's
    StaffId staff;
    Instant ended_at{};
    std::string why;  // as the fact says it
  };

  // What a token says, signed; the key is made where there is none, or it is old.
  struct Made {
    std::string token;
    std::string id;
  };
  Result<Made> make(const app::TokenClaims& claims, const std::string& bound, Instant now);
  // A Security Event Token (RFC 8417) for a receiver: the same name for the same event.
  Result<std::string> make_event(const Event& event);
  // Public keys that tokens in use may be signed by (RFC 7517), as JSON.
  Result<std::string> key_set();

  const std::string& issuer() const { return parts_.address; }
  std::string audience() const { return parts_.address + "/fhir"; }

 private:
  Result<std::shared_ptr<const identity::Signer>> signer();
  Result<std::shared_ptr<const identity::Signer>> new_signer(const std::string& instead_of);
  std::shared_ptr<const identity::KeySet> keys(bool again);
  std::string url_of(const http::Request& request) const;

  const Parts parts_;
  std::mutex mutex_;
  std::shared_ptr<const identity::Signer> signer_;
  std::shared_ptr<const identity::KeySet> keys_;
  Millis keys_read_{Millis::min() / 2};  // on the boot clock
  Once proofs_{{.all = 200'000, .of_one = 20'000}};
};

}  // namespace halligan::in::api
