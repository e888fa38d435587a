// outcome.h - answers that are ours alone: OperationOutcomes, and what stands around resources.
//
// Nothing here carries a byte of a record.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/refusal.h"
#include "base/result.h"
#include "in/fhir/target.h"
#include "in/http/message.h"

namespace halligan::in::fhir {

// The extension of an issue that carries an offer, as JSON text (the offer of the HTTP API).
inline constexpr std::string_view offer_extension = "urn:halligan:offer";

struct Issue {
  int status = 400;
  std::string severity = "error";
  std::string code;  // FHIR's issue types
  std::string text;
  std::string diagnostics;  // empty: none
};
http::Response outcome(const Issue& issue);
http::Response outcome(const NotAllowed& why);

// What the desk refused: 401 without a session, 403 with the offer where there is one.
http::Response refused(const app::Refusal& refusal);
// One resource by its own id, that is not there, or not for this person: the same answer, but for
// the reference code.
http::Response no_such_resource(const std::string& code);
// The same, where the refusal names neither a rule nor an offer.
http::Response refused_by_id(const app::Refusal& refusal);
// An OperationOutcome of ours, with the reference code of the entry that it led to.
http::Response with_code(http::Response response, const std::string& code);
http::Response too_many();
http::Response no_room();
http::Response ledger_stopped();
http::Response upstream_trouble(FaultCode code);
http::Response upstream_refused(int status);

// The hint that there may be more, as an entry of a searchset.
std::string hint_entry();
std::string note_entry(std::string_view text);

// A searchset or a history: resources keep their bytes. `next` empty: the last page.
struct Entry {
  std::string full_url;
  std::string_view bytes;  // empty: no resource
  std::string about = R"("search":{"mode":"match"})";
};
struct Envelope {
  std::string_view type = "searchset";
  std::string self;
  std::string next;
  std::string extra;  // an entry made by hint_entry or note_entry; empty: none
};
std::string bundle(const Envelope& envelope, const std::vector<Entry>& entries);

std::string http_date(Instant at);  // IMF-fixdate

}  // namespace halligan::in::fhir
