// records.cc - read and append: FHIR through the gateway, bytes as they came.

#include <iostream>

#include "cli/verbs.h"

namespace halligan::cli {
namespace {

constexpr const char* fhir_json = "application/fhir+json";

struct Read {
  std::string what;
};

struct Append {
  std::string file;
};

// "p-000002" is that patient; anything with a '/' or '?' is a path below /fhir.
std::string fhir_path(const std::string& what) {
  if (what.find_first_of("/?") == std::string::npos) return "/fhir/Patient/" + path_segment(what);
  std::string path = what.starts_with("/") ? what : "/" + what;
  return path.starts_with("/fhir/") ? path : "/fhir" + path;
}

std::string coded_text(const json::object& concept_) {
  const std::string text = text_of(concept_, "text");
  if (!text.empty()) return text;
  for (const json::object* coding : objects_of(list_of(concept_, "coding"))) {
    const std::string display = text_of(*coding, "display");
    return display.empty() ? text_of(*coding, "code") : display;
  }
  return {};
}

std::string name_text(const json::object& resource) {
  for (const json::object* name : objects_of(list_of(resource, "name"))) {
    const std::string text = text_of(*name, "text");
    return text.empty() ? joined(list_of(*name, "given"), " ") + " " + text_of(*name, "family")
                        : text;
  }
  return {};
}

// Enough of a resource to find it in a list; --json has all of it.
Row resource_row(const json::object& resource) {
  std::string date;
  for (const char* key : {"effectiveDateTime", "authoredOn", "recordedDate", "onsetDateTime",
                          "date", "issued", "birthDate", "occurrenceDateTime", "performedDateTime"})
    if (date.empty()) date = text_of(resource, key);
  if (date.empty()) date = text_of(object_of(resource, "period"), "start");
  std::string text = name_text(resource);
  for (const char* key : {"code", "medicationCodeableConcept", "vaccineCode", "type"})
    if (text.empty()) text = coded_text(object_of(resource, key));
  const json::object& quantity = object_of(resource, "valueQuantity");
  if (const json::value* value = quantity.if_contains("value"))
    text += " " + json::serialize(*value) + " " + text_of(quantity, "unit");
  for (const json::object* note : objects_of(list_of(resource, "note")))
    if (text.empty()) text = text_of(*note, "text");
  return {text_of(resource, "resourceType"), text_of(resource, "id"), date.substr(0, 10), text};
}

std::string release_text(const Reply& reply) {
  const std::string receipt = reply.header("halligan-receipt");
  const std::string glass = reply.header("halligan-glass");
  std::string out;
  if (!receipt.empty())
    out = "Written down as entry " + clean(receipt) + " (halligan receipt " + clean(receipt) + ")";
  if (!glass.empty()) out += ", on glass " + clean(glass);
  return out.empty() ? out : wrap(out + ".") + '\n';
}

std::string records_text(const Reply& reply) {
  std::vector<Row> rows;
  std::string next;
  std::string hints;
  if (text_of(reply.object, "resourceType") != "Bundle") {
    rows.push_back(resource_row(reply.object));
  } else {
    for (const json::object* entry : objects_of(list_of(reply.object, "entry"))) {
      const json::object& resource = object_of(*entry, "resource");
      if (text_of(resource, "resourceType") != "OperationOutcome")
        rows.push_back(resource_row(resource));
      else
        for (const json::object* issue : objects_of(list_of(resource, "issue")))
          hints += wrap(clean(text_of(object_of(*issue, "details"), "text").empty()
                                  ? text_of(*issue, "diagnostics")
                                  : text_of(object_of(*issue, "details"), "text"))) +
                   '\n';
    }
    for (const json::object* link : objects_of(list_of(reply.object, "link")))
      if (text_of(*link, "relation") == "next") next = text_of(*link, "url");
  }
  std::string out = rows.empty() ? "No records.\n" : table({"TYPE", "ID", "DATE", "WHAT"}, rows);
  out += hints;
  const std::size_t at = next.find("/fhir/");
  if (at != std::string::npos)
    out += "There is more: halligan read " + shell_word(clean(next.substr(at))) + '\n';
  return out + release_text(reply);
}

// The offer, wherever in the outcome's extensions it is carried.
json::object offer_in(const json::value& value) {
  if (value.is_string() && value.get_string().find("\"grants\"") != json::string::npos) {
    const json::object parsed = object_from(value.get_string());
    if (parsed.contains("grants")) return parsed;
  }
  if (value.is_array())
    for (const json::value& item : value.get_array())
      if (json::object found = offer_in(item); !found.empty()) return found;
  if (!value.is_object()) return {};
  if (value.get_object().contains("grants")) return value.get_object();
  for (const auto& member : value.get_object())
    if (json::object found = offer_in(member.value()); !found.empty()) return found;
  return {};
}

int refused_record(Shell& shell, const Reply& reply) {
  const json::object offer = offer_in(reply.object);
  if (offer.empty() || shell.globals.json) return shell.refused(reply);
  return shell.show(reply, offer_text(offer, text_of(offer, "patient")), Exit::refused);
}

int read(Shell& shell, const Read& options) {
  shell.progress("Reading ...");
  const Reply reply = shell.get(fhir_path(options.what), fhir_json);
  shell.progress("");
  if (!reply.good()) return refused_record(shell, reply);
  return shell.show(reply, records_text(reply));
}

int append(Shell& shell, const Append& options) {
  const Result<std::string> text = read_file(shell.io, options.file);
  if (!text) return shell.fault(text.fault());
  const std::string type = text_of(object_from(*text), "resourceType");
  if (type.empty()) return shell.usage(options.file + " holds no FHIR resource in JSON.");
  Request request;
  request.method = "POST";
  request.path = "/fhir/" + path_segment(type);
  request.body = *text;
  request.content_type = fhir_json;
  request.accept = fhir_json;
  const Reply reply = shell.request(request);
  if (!reply.good()) return refused_record(shell, reply);
  std::string made = reply.header("location");
  if (made.empty()) made = type + "/" + text_of(reply.object, "id");
  return shell.show(reply, "Appended: " + clean(made) + '\n' + release_text(reply));
}

}  // namespace

void add_record_verbs(CLI::App& app, Shell& shell) {
  verb<Read>(
      app, shell, "read", "Read a patient, or any path of the FHIR gateway",
      "halligan read \"Observation?patient=p-000002\"",
      [](CLI::App& sub, Read& o) {
        sub.add_option("what", o.what, "a patient's id, or a path such as Patient/p-000002")
            ->required();
      },
      read);
  verb<Append>(
      app, shell, "append", "Append one FHIR resource to a chart", "halligan append note.json",
      [](CLI::App& sub, Append& o) {
        sub.add_option("file", o.file, "file with the resource in JSON (- is stdin)")->required();
      },
      append);
}

}  // namespace halligan::cli
