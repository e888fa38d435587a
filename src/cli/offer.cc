// offer.cc - the offer of a *glass* verdict, in words that say what to type next.

#include "cli/verbs.h"

namespace halligan::cli {
namespace {

std::string proof_text(const json::object& proof) {
  if (proof.empty()) return {};
  if (flag_of(proof, "fresh")) return "proof of who you are (yours is fresh)";
  const std::int64_t age = number_of(proof, "max_age_seconds");
  std::string text = number_of(proof, "level") >= 2 ? "password and code" : "password";
  if (age > 0) text += ", the code no older than " + seconds_text(age);
  return text + " (due: halligan step-up)";
}

std::string before_text(const json::object& bill) {
  std::string out;
  auto add = [&out](const std::string& part) { out += (out.empty() ? "" : "; ") + part; };
  const std::string proof = proof_text(object_of(bill, "proof"));
  if (!proof.empty()) add(proof);
  for (const json::value& prompt : list_of(bill, "prompts"))
    add("an answer to \"" +
        (prompt.is_string() ? std::string(prompt.get_string()) : json::serialize(prompt)) + "\"");
  for (const json::object* one : objects_of(list_of(bill, "acknowledge")))
    add("acknowledging " + text_of(*one, "rule") + ": " + text_of(*one, "text"));
  if (flag_of(bill, "confirm")) add("your confirmation (what is known is not certain)");
  return out.empty() ? "nothing" : out;
}

std::string after_text(const json::object& bill) {
  std::string out;
  auto add = [&out](const std::string& part) { out += (out.empty() ? "" : "; ") + part; };
  for (const json::object* owed : objects_of(list_of(bill, "owed_prompts")))
    add("within " + seconds_text(number_of(*owed, "within_seconds")) + " \"" +
        joined(list_of(*owed, "prompts"), "\", \"") + "\"");
  if (flag_of(bill, "review")) add("somebody else reviews it");
  if (!list_of(bill, "notices").empty()) add("notice to " + joined(list_of(bill, "notices")));
  return out;
}

// The options that name the cell of an offer; none where it is the chart as such.
std::string cell_options(const json::object& cell) {
  std::string out;
  for (const json::value& label : list_of(cell, "labels"))
    if (label.is_string()) out += " --label " + shell_word(std::string(label.get_string()));
  for (const json::value& category : list_of(cell, "categories"))
    if (category.is_string())
      out += " --category " + shell_word(std::string(category.get_string()));
  const std::string action = text_of(cell, "action");
  if (!action.empty() && action != "read") out += " --action " + shell_word(action);
  const std::string type = text_of(cell, "type");
  if (type.empty() || (type == "Patient" && out.empty())) return out;
  return " --type " + shell_word(type) + out;
}

std::string command_for(const json::object& grant, const std::string& patient,
                        const json::object& cell) {
  const json::object& bill = object_of(grant, "bill");
  std::string out = "halligan break " + shell_word(patient) + cell_options(cell);
  out +=
      (flag_of(grant, "reason") ? " --reason " : " --rule ") + shell_word(text_of(grant, "rule"));
  for (std::size_t i = 0; i < list_of(bill, "prompts").size(); ++i) out += " --answer TEXT";
  for (const json::object* one : objects_of(list_of(bill, "acknowledge")))
    out += " --acknowledge " + shell_word(text_of(*one, "rule"));
  if (flag_of(bill, "confirm")) out += " --confirm";
  return out;
}

std::string grant_text(const json::object& grant, const std::string& patient,
                       const json::object& cell) {
  const json::object& bill = object_of(grant, "bill");
  const std::string rule = text_of(grant, "rule");
  const std::string label = text_of(grant, "label");
  std::string out = "\n  " + clean(rule) + (label.empty() ? "" : ": " + clean(label)) + '\n';
  auto line = [&out](const std::string& name, const std::string& text) {
    if (!text.empty()) out += "    " + wrap(name + clean(text), 12) + '\n';
  };
  line("", text_of(grant, "help"));
  line("", text_of(grant, "text"));
  line("before: ", before_text(bill));
  line("after:  ", after_text(bill));
  std::string ends;
  if (const std::int64_t lasts = number_of(grant, "lasts_seconds"); lasts > 0)
    ends = "after " + seconds_text(lasts);
  if (const std::int64_t idle = number_of(grant, "idle_seconds"); idle > 0)
    ends += (ends.empty() ? "" : ", or ") + ("after " + seconds_text(idle)) + " without use";
  if (!ends.empty()) line("ends:   ", ends + ", or when you open another chart");
  return out + "    " + wrap(clean(command_for(grant, patient, cell)), 8) + '\n';
}

}  // namespace

std::string basis_text(const json::object& basis) {
  std::string out = "rule " + text_of(basis, "rule");
  std::string relations;
  for (const json::value& one : list_of(basis, "relations")) {
    if (!relations.empty()) relations += ", ";
    if (one.is_string())
      relations += one.get_string();
    else if (one.is_object())
      relations += text_of(one.get_object(), "relation") + "(" + text_of(one.get_object(), "from") +
                   ", " + text_of(one.get_object(), "to") + ")";
  }
  if (!relations.empty()) out += " by " + relations;
  const std::string glass = text_of(basis, "glass");
  if (!glass.empty()) out += ", on glass " + glass;
  return clean(out);
}

std::string rest_text(const json::object& offer, const std::string& patient) {
  if (offer.empty()) return {};
  std::string out = "What this does not cover takes glass, for one of these reasons.\n";
  for (const json::object* grant : objects_of(list_of(offer, "grants")))
    out += grant_text(*grant, patient, object_of(offer, "cell"));
  return out + '\n';
}

std::string offer_text(const json::object& offer, const std::string& patient) {
  std::string out = wrap(
                        "This chart takes glass: it is not yours to open in the ordinary way, and "
                        "you may break the glass for one of these reasons.") +
                    '\n';
  for (const json::object* grant : objects_of(list_of(offer, "grants")))
    out += grant_text(*grant, patient, object_of(offer, "cell"));
  const json::array& instead = list_of(offer, "instead");
  if (!instead.empty()) {
    out += "\n" + wrap("Without glass it would open by: " + clean(joined(instead)) + ".") + '\n';
    if (joined(instead).find("referral") != std::string::npos)
      out += "  halligan referral log " + shell_word(patient) + " --team TEAM\n";
  }
  const std::string until = text_of(offer, "until");
  if (!until.empty()) out += "\nThis offer is good until " + time_text(until) + ".\n";
  return out;
}

}  // namespace halligan::cli
