// records.cc - read and append: FHIR through the gateway, bytes as they came.

#include <algorithm>
#include <iostream>

#include "cli/verbs.h"
#include "core/policy/words.h"

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
bool is_id(const std::string& what) { return what.find_first_of("/?") == std::string::npos; }

std::string fhir_path(const std::string& what) {
  if (is_id(what)) return "/fhir/Patient/" + path_segment(what);
  std::string path = what.starts_with("/") ? what : "/" + what;
  return path.starts_with("/fhir/") ? path : "/fhir" + path;
}

// What was asked for, as far as its spelling tells: the words of the next command.
struct Asked {
  std::string type;     // empty for a whole chart
  std::string patient;  // empty where it is not named
};

Asked asked_of(const std::string& what) {
  if (is_id(what)) return {.type = "Patient", .patient = what};
  const std::string path = fhir_path(what).substr(std::string_view("/fhir/").size());
  Asked out{.type = path.substr(0, path.find_first_of("/?")), .patient = {}};
  if (out.type == "Patient" && path.size() > out.type.size() && path[out.type.size()] == '/') {
    const std::string rest = path.substr(out.type.size() + 1);
    out.patient = rest.substr(0, rest.find_first_of("/?"));
    if (rest.find("$everything") != std::string::npos) out.type.clear();
  }
  for (const char* name : {"patient=", "subject=", "_id="}) {
    const std::size_t at = path.find(name);
    if (at == std::string::npos || !out.patient.empty() || path[at - 1] == '.') continue;
    std::string value = path.substr(at + std::string_view(name).size());
    value.resize(std::min(value.find('&'), value.size()));
    if (value.starts_with("Patient/")) value = value.substr(8);
    if (std::string_view(name) != "_id=" || out.type == "Patient") out.patient = value;
  }
  return out;
}

std::string coded_text(const json::object& concept_) {
  std::string text = text_of(concept_, "text");
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

std::string quantity_text(const json::object& quantity) {
  const std::string value = text_of(quantity, "value");
  if (value.empty()) return {};
  const std::string unit = text_of(quantity, "unit");
  return text_of(quantity, "comparator") + value +
         (unit.empty() && text_of(quantity, "code").empty()
              ? ""
              : " " + (unit.empty() ? text_of(quantity, "code") : unit));
}

std::string value_text(const json::object& holder) {
  std::string quantity = quantity_text(object_of(holder, "valueQuantity"));
  if (!quantity.empty()) return quantity;
  std::string coded = coded_text(object_of(holder, "valueCodeableConcept"));
  if (!coded.empty()) return coded;
  for (const char* key : {"valueString", "valueInteger", "valueDateTime"})
    if (std::string text = text_of(holder, key); !text.empty()) return text;
  return {};
}

bool coded_as(const json::object& component, std::string_view loinc) {
  for (const json::object* coding : objects_of(list_of(object_of(component, "code"), "coding")))
    if (text_of(*coding, "code") == loinc) return true;
  return false;
}

// "112/71 mmHg" of a blood pressure, else each part with its name.
std::string components_text(const json::object& resource) {
  const auto parts = objects_of(list_of(resource, "component"));
  const json::object* systolic = nullptr;
  const json::object* diastolic = nullptr;
  std::string all;
  for (const json::object* part : parts) {
    if (coded_as(*part, "8480-6")) systolic = part;
    if (coded_as(*part, "8462-4")) diastolic = part;
    all +=
        (all.empty() ? "" : ", ") + coded_text(object_of(*part, "code")) + " " + value_text(*part);
  }
  if (parts.size() != 2 || systolic == nullptr || diastolic == nullptr) return all;
  const json::object& upper = object_of(*systolic, "valueQuantity");
  const json::object& lower = object_of(*diastolic, "valueQuantity");
  const bool alike = text_of(upper, "unit") == text_of(lower, "unit") &&
                     !text_of(upper, "value").empty() && !text_of(lower, "value").empty();
  return alike ? text_of(upper, "value") + "/" + quantity_text(lower) : all;
}

std::string date_of(const json::object& resource) {
  for (const char* key : {"effectiveDateTime", "authoredOn", "recordedDate", "onsetDateTime",
                          "date", "issued", "birthDate", "occurrenceDateTime", "performedDateTime"})
    if (std::string date = text_of(resource, key); !date.empty()) return date;
  return text_of(object_of(resource, "period"), "start");
}

// Enough of a resource to find it in a list; --json has all of it.
Row resource_row(const json::object& resource) {
  std::string text = name_text(resource);
  for (const char* key : {"code", "medicationCodeableConcept", "vaccineCode", "type"})
    if (text.empty()) text = coded_text(object_of(resource, key));
  for (const std::string& value : {value_text(resource), components_text(resource)})
    if (!value.empty()) text += (text.empty() ? "" : " ") + value;
  for (const json::object* note : objects_of(list_of(resource, "note")))
    if (text.empty()) text = text_of(*note, "text");
  return {text_of(resource, "resourceType"), text_of(resource, "id"),
          date_of(resource).substr(0, 10), text};
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

bool suppressed(const json::object& issue) { return text_of(issue, "code") == "suppressed"; }

std::string issue_text(const json::object& issue) {
  const std::string text = text_of(object_of(issue, "details"), "text");
  return text.empty() ? text_of(issue, "diagnostics") : text;
}

// The server says that more may be there, of any chart alike; a person wants to know what to do.
std::string hint_text(const Asked& asked, const std::string& glass) {
  const std::string patient = asked.patient.empty() ? "PATIENT" : shell_word(clean(asked.patient));
  const std::string cell =
      patient + (asked.type == "Patient" ? std::string{}
                 : asked.type.empty()    ? " --type TYPE"
                                         : " --type " + shell_word(clean(asked.type)));
  if (glass.empty())
    return wrap("What your right does not cover is not shown. More may be there, by glass:") +
           "\n  halligan open " + cell + '\n';
  return wrap("What glass " + clean(glass) +
              " does not cover is not shown. More may be there, for another reason:") +
         "\n  halligan open " + cell + '\n';
}

struct Told {
  std::vector<const json::object*> resources;
  bool more_by_glass = false;
  std::string notes;
  std::string next;
};

Told told_of(const json::object& body) {
  Told out;
  if (text_of(body, "resourceType") != "Bundle") {
    out.resources.push_back(&body);
    return out;
  }
  for (const json::object* entry : objects_of(list_of(body, "entry"))) {
    const json::object& resource = object_of(*entry, "resource");
    if (text_of(resource, "resourceType") != "OperationOutcome") {
      out.resources.push_back(&resource);
      continue;
    }
    for (const json::object* issue : objects_of(list_of(resource, "issue"))) {
      out.more_by_glass = out.more_by_glass || suppressed(*issue);
      if (!suppressed(*issue)) out.notes += wrap(clean(issue_text(*issue))) + '\n';
    }
  }
  for (const json::object* link : objects_of(list_of(body, "link")))
    if (text_of(*link, "relation") == "next") out.next = text_of(*link, "url");
  return out;
}

// Newest first, where nobody asked for another order. Of a whole chart each type stays together.
void newest_first(std::vector<const json::object*>& resources, const std::string& what) {
  if (what.find("_sort=") != std::string::npos) return;
  const auto type_of = [](const json::object* one) { return text_of(*one, "resourceType"); };
  for (auto from = resources.begin(); from != resources.end();) {
    const auto to = std::find_if(from, resources.end(), [&](const json::object* one) {
      return type_of(one) != type_of(*from);
    });
    std::stable_sort(from, to, [](const json::object* a, const json::object* b) {
      return date_of(*a) > date_of(*b);
    });
    from = to;
  }
}

std::string records_text(const Reply& reply, const std::string& what) {
  const json::object body = object_as_written(reply.answer.body);
  Told told = told_of(body);
  newest_first(told.resources, what);
  std::vector<Row> rows;
  for (const json::object* resource : told.resources) rows.push_back(resource_row(*resource));
  std::string out;
  if (!rows.empty()) out = table({"TYPE", "ID", "DATE", "WHAT"}, rows);
  if (rows.empty())
    out = told.more_by_glass ? "No records that you may see by this right.\n" : "No records.\n";
  out += told.notes;
  if (told.more_by_glass) out += hint_text(asked_of(what), reply.header("halligan-glass"));
  const std::size_t at = told.next.find("/fhir/");
  if (at != std::string::npos)
    out += "There is more: halligan read " + shell_word(clean(told.next.substr(at))) + '\n';
  return out + release_text(reply);
}

// The offer, wherever in the outcome's extensions it is carried.
json::object offer_in(const json::value& value) {
  if (value.is_string() && value.get_string().find("\"grants\"") != json::string::npos) {
    json::object parsed = object_from(value.get_string());
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
  return shell.show(
      reply, offer_text(offer, text_of(offer, "patient")) + telephone_text(reply_code(reply)),
      Exit::refused);
}

int read(Shell& shell, const Read& options) {
  if (policy::is_resource_type(options.what))
    return shell.usage("Whose? halligan read \"" + options.what + "?patient=PATIENT\"");
  shell.progress("Reading ...");
  const Reply reply = shell.get(fhir_path(options.what), fhir_json);
  shell.progress("");
  if (reply.good()) return shell.show(reply, records_text(reply, options.what));
  const int code = refused_record(shell, reply);
  if (is_id(options.what) && reply.answer.status == 404)
    shell.note(
        "No patient by this id. Of another record, write its type, too: halligan read "
        "Observation/" +
        clean(options.what));
  return code;
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
