#include "in/fhir/offer.h"

#include <boost/json.hpp>

namespace halligan::in::fhir {
namespace {

namespace json = boost::json;

json::array texts(const std::vector<std::string>& list) {
  json::array out;
  for (const auto& each : list) out.emplace_back(each);
  return out;
}

json::object due_json(const app::Due& due) {
  json::object out;
  if (due.confirm) out.emplace("confirm", true);
  if (due.proof_level > 0) {
    json::object proof{{"level", due.proof_level}};
    if (due.proof_age) proof.emplace("not_older_than_seconds", due.proof_age->count() / 1000);
    out.emplace("proof", std::move(proof));
  }
  if (!due.prompts.empty()) out.emplace("prompts", texts(due.prompts));
  json::array acknowledge;
  for (const auto& each : due.acknowledge) acknowledge.push_back({{"rule", each.rule}, {"text", each.text}});
  if (!acknowledge.empty()) out.emplace("acknowledge", std::move(acknowledge));
  json::array owed;
  for (const auto& each : due.owed_prompts)
    owed.push_back({{"prompts", texts(each.prompts)}, {"within_seconds", each.within.count() / 1000}});
  if (!owed.empty()) out.emplace("owed_prompts", std::move(owed));
  if (due.review) out.emplace("review", true);
  if (!due.notices.empty()) out.emplace("notices", texts(due.notices));
  return out;
}

}  // namespace

std::string offer_json(const app::Offer& offer) {
  json::array grants;
  for (const auto& grant : offer.grants) {
    json::object each{{"rule", grant.rule}, {"reason", grant.reason}};
    if (!grant.label.empty()) each.emplace("label", grant.label);
    if (!grant.help.empty()) each.emplace("help", grant.help);
    if (!grant.purpose.empty()) each.emplace("purpose", grant.purpose);
    each.emplace("due", due_json(grant.due));
    each.emplace("idle_seconds", grant.idle.count() / 1000);
    each.emplace("lasts_seconds", grant.lasts.count() / 1000);
    grants.push_back(std::move(each));
  }
  return json::serialize(json::object{{"patient", offer.patient.text()},
                                      {"policy", offer.policy},
                                      {"until", to_text(offer.until)},
                                      {"grants", std::move(grants)},
                                      {"instead", texts(offer.instead)}});
}

}  // namespace halligan::in::fhir
