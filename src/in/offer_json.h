// offer_json.h - an offer as JSON: what a client needs to ask a person, and then to break the
// glass.
//
// One form, whether it comes with a problem of the API or inside an OperationOutcome.
#pragma once

#include <boost/json.hpp>

#include "app/judge.h"
#include "app/refusal.h"

namespace halligan::in {

inline boost::json::array json_texts(const std::vector<std::string>& list) {
  boost::json::array out;
  for (const auto& each : list) out.emplace_back(each);
  return out;
}

inline boost::json::object bill_json(const app::Due& due) {
  boost::json::value proof;
  if (due.proof_level > 0) {
    const auto age =
        due.proof_age ? boost::json::value(due.proof_age->count() / 1000) : boost::json::value{};
    proof = {{"level", due.proof_level}, {"max_age_seconds", age}, {"fresh", due.proof_paid}};
  }
  boost::json::array acknowledge;
  for (const auto& each : due.acknowledge)
    acknowledge.push_back({{"rule", each.rule}, {"text", each.text}});
  boost::json::array owed;
  for (const auto& each : due.owed_prompts)
    owed.push_back(
        {{"prompts", json_texts(each.prompts)}, {"within_seconds", each.within.count() / 1000}});
  return {{"confirm", due.confirm},
          {"proof", std::move(proof)},
          {"prompts", json_texts(due.prompts)},
          {"acknowledge", std::move(acknowledge)},
          {"owed_prompts", std::move(owed)},
          {"review", due.review},
          {"notices", json_texts(due.notices)}};
}

// What a glass is for: sent with an offer, and taken back when the glass is broken.
inline boost::json::object wanted_json(const app::OfferedCell& wanted) {
  return {{"action", app::action_text(wanted.action)},
          {"type", wanted.type},
          {"labels", json_texts(wanted.labels)},
          {"categories", json_texts(wanted.categories)}};
}

inline boost::json::object offer_json(const app::Offer& offer) {
  boost::json::array grants;
  for (const auto& grant : offer.grants)
    grants.push_back({{"rule", grant.rule},
                      {"reason", grant.reason},
                      {"label", grant.label},
                      {"help", grant.help},
                      {"purpose", grant.purpose},
                      {"bill", bill_json(grant.due)},
                      {"idle_seconds", grant.idle.count() / 1000},
                      {"lasts_seconds", grant.lasts.count() / 1000}});
  return {{"patient", offer.patient.text()}, {"cell", wanted_json(offer.wanted)},
          {"policy", offer.policy},          {"until", to_text(offer.until)},
          {"grants", std::move(grants)},     {"instead", json_texts(offer.instead)}};
}

}  // namespace halligan::in
