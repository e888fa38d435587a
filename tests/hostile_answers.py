"""hostile_answers.py - what a record server might answer that is mistaken, broken into, or made to harm.

Each answer is an attack: what is asked, what comes back octet by octet, and what may come of it at the gateway. The
word SECRET in it stands for what belongs to another chart, or to nobody.
"""

import dataclasses
import gzip
import json
import typing

from hostile_upstream import HIDDEN, MINE, OTHER, SECRET, bundle, observation, patient, said

BODY, JSON, READS, SET = "src/in/fhir/body.cc", "src/in/fhir/parsed_json.cc", "src/in/fhir/reads.cc", "src/in/fhir/searchset.cc"
HTTP, OUT, ACCESS = "src/out/https_record_source.cc", "src/in/fhir/outcome.cc", "src/app/access.cc"
RECOMPOSE, WRITES, GATEWAY = "src/in/fhir/recompose.cc", "src/in/fhir/writes.cc", "src/in/fhir/gateway.cc"
COMPARTMENT, API = "src/in/fhir/compartment.cc", "src/in/api/upstream.cc"
READ, SEARCH, PERSON = f"Observation/o-{MINE}", f"Observation?patient={MINE}", "Patient?name=Ellison"


@dataclasses.dataclass
class Attack:
    id: str
    what: str           # for docs/threat-model.md
    stops: str          # the file that stands against it
    answer: typing.Any  # as Upstream.at has it
    ask: str = READ
    status: tuple = (502,)
    leak: bytes = SECRET.encode()
    kept: bytes = b""   # what the answer must have all the same
    method: str = "GET"
    body: typing.Any = None

    @property
    def path(self):
        return self.ask.partition("?")[0]


def mine(**more):
    return observation(f"o-{MINE}", MINE, **more)


def of(who, **more):
    """My observation's id, somebody else's content."""
    return {**observation(f"o-{MINE}", OTHER), "subject": {"reference": f"Patient/{who}"}, **more}


def without(resource, *keys):
    return {key: value for key, value in resource.items() if key not in keys}


def text(resource, old, new):
    """JSON as text with one part spelled otherwise."""
    written = json.dumps(resource)
    assert old in written
    return written.replace(old, new)


NOTE = [{"text": SECRET}]
REF = {"reference": f"Patient/{OTHER}", "display": SECRET}
MINE_REF = {"reference": f"Patient/{MINE}"}
HELD = (404,)        # withheld as if it were not there
DECIDED = (403,)     # decided again, by whose it is
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception", "diagnostics": f"{SECRET} is not {MINE}"}]}

A = Attack
WHOSE = [
    A("wrong-patient", "Answers a read with a record of another patient.", ACCESS, said(of(OTHER)), status=DECIDED),
    A("hidden-patient", "Answers a read with a record of a patient who excluded the reader.", OUT, said(of(HIDDEN)), status=HELD),
    A("no-subject", "Leaves out whose the record is.", ACCESS, said(without(of(OTHER), "subject")), status=(403, 404)),
    A("subject-in-words", "Names the patient by words alone.", BODY, said({**of(OTHER), "subject": {"display": SECRET}}), status=HELD),
    A("subject-by-identifier", "Names the patient by a number that cannot be followed.", BODY,
      said({**of(OTHER), "subject": {"identifier": {"value": SECRET}}}), status=HELD),
    A("subject-elsewhere", "Refers to the patient of the same id on another server.", BODY,
      said({**of(OTHER), "subject": {"reference": f"https://elsewhere.example/fhir/Patient/{MINE}"}}), status=HELD),
    A("subject-urn", "Refers to the patient by a URN.", BODY,
      said({**of(OTHER), "subject": {"reference": "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7"}}), status=HELD),
    A("subject-query", "Refers to the patient by a search.", BODY, said({**of(OTHER), "subject": {"reference": f"Patient?_id={MINE}"}}), status=HELD),
    A("subject-fragment", "Hangs a fragment on the patient's id.", BODY, said({**of(OTHER), "subject": {"reference": f"Patient/{MINE}#x"}}), status=HELD),
    A("subject-climbs", "Has the reference climb out of one chart into another.", BODY,
      said({**of(OTHER), "subject": {"reference": f"Patient/{MINE}/../{OTHER}"}}), status=HELD),
    A("subject-number", "Puts a number where the reference should be.", BODY, said({**of(OTHER), "subject": {"reference": 7}}), status=HELD),
    A("subject-list", "Names two subjects, the reader's own first.", ACCESS, said({**of(OTHER), "subject": [MINE_REF, REF]}), status=DECIDED),
    A("subject-mistyped", "Says that a reference to a patient is one to a group.", BODY,
      said({**of(OTHER), "subject": {**MINE_REF, "type": "Group"}}), status=HELD),
    A("subject-small", "Writes the type of the reference in small letters.", BODY, said({**of(OTHER), "subject": {"reference": f"patient/{MINE}"}}), status=HELD),
    A("late-subject", "Says at the very end whose the record is, behind a megabyte.", ACCESS,
      said({**without(of(OTHER), "subject"), "note": [{"text": "x" * 1_000_000}], "subject": REF}), status=DECIDED),
    A("late-type", "Says at the very end of what type the record is.", ACCESS, said({**without(of(OTHER), "resourceType"), "resourceType": "Observation"}),
      status=DECIDED),
    A("second-patient", "Lets another patient's name stand as performer.", ACCESS, said(mine(performer=[REF], note=NOTE)), status=DECIDED),
    A("second-patient-unclear", "Names a second patient in a way that cannot be checked.", BODY,
      said(mine(performer=[{"type": "Patient", "identifier": {"value": "1"}, "display": SECRET}])), status=HELD),
    A("contained-record", "Contains a record of another patient.", ACCESS, said(mine(contained=[of(OTHER)])), status=DECIDED),
    A("contained-deep", "Contains a record that contains one of another patient.", ACCESS,
      said(mine(contained=[{"resourceType": "Basic", "id": "b", "subject": MINE_REF, "contained": [of(OTHER)]}])), status=DECIDED),
    A("contained-patient", "Contains a patient of no name that can be followed.", BODY, said(mine(contained=[patient(OTHER)])), status=HELD),
    A("contained-untyped", "Contains a record of another patient without its type.", BODY,
      said(mine(contained=[without(of(OTHER), "resourceType")])), status=HELD),
    A("contained-nonsense-type", "Contains something of a type that FHIR has not.", BODY, said(mine(contained=[{**of(OTHER), "resourceType": "Nonsense"}])),
      status=HELD),
    A("bundle-inside", "Hides a bundle of another chart inside.", ACCESS, said(mine(contained=[bundle(of(OTHER), patient(OTHER))])), status=(403, 404)),
    A("parameters-inside", "Hides another patient's record in parameters.", ACCESS,
      said(mine(contained=[{"resourceType": "Parameters", "parameter": [{"name": "x", "resource": of(OTHER)}]}])), status=DECIDED),
    A("record-in-extension", "Hides another patient's record in an extension.", ACCESS,
      said(mine(extension=[{"url": "http://x.example/y", "valueNonsense": of(OTHER)}])), status=DECIDED),
    A("group", "Shows a group that names others with the reader's patient.", COMPARTMENT,
      said({"resourceType": "Group", "id": "g", "member": [{"entity": MINE_REF}, {"entity": REF}]}), ask="Group/g", status=DECIDED),
    A("list-of-other", "Shows a list that another patient made about the reader's.", COMPARTMENT,
      said({"resourceType": "List", "id": "l", "subject": MINE_REF, "source": REF}), ask="List/l", status=DECIDED),
    A("list-of-others", "Shows a list about the reader's patient that names another.", BODY,
      said({"resourceType": "List", "id": "l", "subject": MINE_REF, "entry": [{"item": REF}]}), ask="List/l", status=DECIDED),
    A("appointment", "Shows an appointment of two patients.", COMPARTMENT,
      said({"resourceType": "Appointment", "id": "a", "participant": [{"actor": MINE_REF}, {"actor": REF}]}), ask="Appointment/a", status=DECIDED),
    A("patient-link", "Links another patient to the reader's.", COMPARTMENT, said(patient(MINE, link=[{"other": REF, "type": "seealso"}])),
      ask=f"Patient/{MINE}", status=DECIDED),
    A("person-link", "Shows a person that is two patients.", COMPARTMENT,
      said({"resourceType": "Person", "id": "n", "link": [{"target": MINE_REF}, {"target": REF}]}), ask="Person/n", status=DECIDED),
    A("directory-contains-patient", "Contains a patient in an entry of the directory.", BODY,
      said({"resourceType": "Practitioner", "id": "d", "contained": [patient(OTHER)]}), ask="Practitioner/d", status=HELD),
    A("directory-urn", "Refers to a patient by a URN in the directory.", BODY,
      said({"resourceType": "Practitioner", "id": "d", "extension": [{"url": "http://x.example/y", "valueReference": {
          "reference": "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7", "type": "Patient", "display": SECRET}}]}), ask="Practitioner/d", status=HELD),
    A("directory-identifier", "Names a patient by number in the directory.", BODY,
      said({"resourceType": "Practitioner", "id": "d", "extension": [{"url": "http://x.example/y", "valueReference": {
          "type": "Patient", "identifier": {"value": "1"}, "display": SECRET}}]}), ask="Practitioner/d", status=HELD),
    A("label-unreadable", "Writes a security label that cannot be read.", BODY, said(mine(meta={"security": [{"display": "R"}]}, note=NOTE)), status=HELD),
    A("label-shut", "Hides a label that is shut inside a contained record.", ACCESS,
      said(mine(contained=[{"resourceType": "Basic", "id": "b", "meta": {"security": [{"code": "PSYTHPN"}]}, "code": {"text": SECRET}}])), status=(403, 404)),
    A("other-type", "Answers with another type than was asked for.", READS, said({**of(OTHER), "resourceType": "Condition"})),
    A("other-id", "Answers with another id than was asked for.", READS, said(observation(f"o-{OTHER}", OTHER))),
    A("other-patient-asked", "Answers one patient's name with another's.", READS, said(patient(OTHER)), ask=f"Patient/{MINE}"),
    A("no-id", "Answers without an id.", READS, said(without(of(OTHER), "id"))),
    A("id-number", "Answers with a number as id.", READS, said({**of(OTHER), "id": 7})),
    A("outcome-as-record", "Answers 200 with an outcome that names a patient.", READS, said(OUTCOME)),
    A("bundle-as-record", "Answers a read with a bundle.", READS, said(bundle(of(OTHER)))),
]

SHAPE = [
    A("subject-twice", "Names two subjects under one key.", JSON, said(text(of(OTHER), '"status"', f'"subject": {json.dumps(MINE_REF)}, "status"'))),
    A("type-twice", "Names two types.", JSON, said(text(of(OTHER), '"status"', '"resourceType": "Observation", "status"'))),
    A("subject-twice-escaped", "Names a second subject under a key with an escape.", JSON,
      said(text(of(OTHER), '"status"', f'"sub\\u006aect": {json.dumps(MINE_REF)}, "status"'))),
    A("reference-twice", "Gives one reference two values.", JSON, said(text(of(OTHER), '"reference"', f'"reference": "Patient/{MINE}", "reference"'))),
    A("twice-deep", "Repeats a key where nobody looks.", JSON, said(text(mine(note=NOTE), f'"text": "{SECRET}"', f'"text": "", "text": "{SECRET}"'))),
    A("array", "Answers with a list.", JSON, said([of(OTHER)])),
    A("string", "Answers with a text.", JSON, said(json.dumps(SECRET))),
    A("html", "Answers 200 with a web page.", JSON, said(f"<html><body>{SECRET}</body></html>")),
    A("nonsense", "Answers 200 with what is no JSON.", JSON, said(f"{{{SECRET}: yes}}")),
    A("cut-json", "Answers with half of a record.", JSON, said(json.dumps(of(OTHER))[:-3])),
    A("two-values", "Answers with two records, one behind the other.", JSON, said(json.dumps(mine()) + json.dumps(of(OTHER)))),
    A("trailing-text", "Hangs text behind the record.", JSON, said(json.dumps(mine()) + SECRET)),
    A("comment", "Writes comments into JSON.", JSON, said(f"/* {SECRET} */" + json.dumps(mine()))),
    A("deep", "Nests a thousand levels deep.", JSON, said(text(mine(note=NOTE), '"calm"', "[" * 1000 + "]" * 1000))),
    A("deep-unclosed", "Nests a hundred thousand levels and closes none.", JSON, said(SECRET.encode() + b"[" * 100_000)),
    A("raw-nul", "Writes a NUL octet into a text.", JSON, said(json.dumps(mine(note=NOTE)).encode().replace(b"calm", b"ca\0lm"))),
    A("nul-in-id", "Writes an escaped NUL behind the patient's id.", BODY, said(text(of(OTHER), f"Patient/{OTHER}", f"Patient/{MINE}\\u0000")), status=HELD),
    A("lone-surrogate", "Writes half of a surrogate pair.", JSON, said(text(mine(note=NOTE), '"calm"', '"\\ud800"'))),
    A("surrogate-in-key", "Writes half of a surrogate pair into a key.", JSON, said(text(mine(note=NOTE), '"valueString"', '"value\\udfff"'))),
    A("bad-utf8", "Writes octets that are no UTF-8.", JSON, said(json.dumps(mine(note=NOTE)).encode().replace(b"calm", b"\xff\xfe"))),
    A("overlong-utf8", "Spells a slash in two octets.", JSON, said(json.dumps(mine(note=NOTE)).encode().replace(b"calm", b"\xc0\xaf"))),
    A("utf16", "Answers in UTF-16.", JSON, said(json.dumps(of(OTHER)).encode("utf-16")), leak=SECRET.encode("utf-16-le")),
    A("huge-number", "Writes a number that no machine holds.", JSON, said(text(mine(note=NOTE), '"calm"', "1e99999"))),
    A("long-number", "Writes a number of a hundred thousand digits.", JSON, said(text(mine(note=NOTE), '"calm"', "9" * 100_000))),
    A("nan", "Writes NaN.", JSON, said(text(mine(note=NOTE), '"calm"', "NaN"))),
    A("references-without-end", "Refers to patients ten thousand times and more.", BODY,
      said(mine(performer=[{"reference": f"Patient/q-{n}"} for n in range(10_001)], note=NOTE)), status=HELD),
    A("contains-without-end", "Contains a thousand records and more.", BODY,
      said(mine(contained=[{"resourceType": "Basic", "id": f"b{n}"} for n in range(1_001)], note=NOTE)), status=HELD),
]


def plain(head, body=b""):
    return head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body


RECORD = json.dumps(of(OTHER)).encode()
GOOD = json.dumps(mine()).encode()
ZIPPED = gzip.compress(RECORD, mtime=0)
INTERIM = f"HTTP/1.1 103 Early Hints\r\nLink: <{SECRET}>\r\n\r\n".encode()
CHUNKED = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked"


def without_end(first, part):
    yield first
    while True:
        yield part


def closing(*parts):
    return [*parts, None]


WIRE = [
    A("length-shorter", "Announces less than it sends.", JSON, plain("HTTP/1.1 200 OK\nContent-Length: 40", RECORD)),
    A("length-longer", "Announces more than it sends, and closes.", HTTP, closing(plain(f"HTTP/1.1 200 OK\nContent-Length: {len(RECORD) + 9}", RECORD))),
    A("length-negative", "Announces fewer than no octets.", HTTP, closing(plain("HTTP/1.1 200 OK\nContent-Length: -1", RECORD))),
    A("length-hexadecimal", "Announces its length in hexadecimal.", HTTP, closing(plain(f"HTTP/1.1 200 OK\nContent-Length: {len(RECORD):#x}", RECORD))),
    A("length-beyond-numbers", "Announces a length of thirty digits.", HTTP, closing(plain("HTTP/1.1 200 OK\nContent-Length: " + "9" * 30, RECORD))),
    A("two-lengths", "Announces two lengths.", HTTP, closing(plain(f"HTTP/1.1 200 OK\nContent-Length: 3\nContent-Length: {len(RECORD)}", RECORD))),
    A("length-and-chunks", "Announces a length and chunks.", HTTP, closing(plain(f"{CHUNKED}\nContent-Length: 5", b"%x\r\n%s\r\n0\r\n\r\n" % (len(RECORD), RECORD)))),
    A("chunks-twice", "Announces chunks twice.", HTTP, closing(plain(f"{CHUNKED}\nTransfer-Encoding: chunked", b"%x\r\n%s\r\n0\r\n\r\n" % (len(RECORD), RECORD)))),
    A("chunk-nonsense", "Writes a size that is no number.", HTTP, closing(plain(CHUNKED, b"xyz\r\n" + RECORD + b"\r\n0\r\n\r\n"))),
    A("chunk-huge", "Writes a size beyond all numbers.", HTTP, closing(plain(CHUNKED, b"f" * 40 + b"\r\n" + RECORD))),
    A("chunk-negative", "Writes a size below nothing.", HTTP, closing(plain(CHUNKED, b"-1\r\n" + RECORD))),
    A("chunk-wrong-end", "Ends a chunk elsewhere than it said.", HTTP, closing(plain(CHUNKED, b"5\r\n" + RECORD + b"\r\n0\r\n\r\n"))),
    A("chunk-never-last", "Closes before the last chunk.", HTTP, closing(plain(CHUNKED, b"%x\r\n%s\r\n" % (len(RECORD), RECORD)))),
    A("no-length", "Says no length and closes.", HTTP, closing(plain("HTTP/1.1 200 OK", RECORD))),
    A("http-1.0", "Answers as HTTP/1.0 without a length.", HTTP, closing(plain("HTTP/1.0 200 OK", RECORD))),
    A("http-2", "Answers with another version.", HTTP, closing(plain(f"HTTP/2.0 200 OK\nContent-Length: {len(RECORD)}", RECORD))),
    A("no-head", "Answers with a body alone.", HTTP, closing(RECORD)),
    A("status-nonsense", "Answers with a status that is no number.", HTTP, closing(plain(f"HTTP/1.1 abc OK\nContent-Length: {len(RECORD)}", RECORD))),
    A("status-long", "Answers with a status of four digits.", HTTP, closing(plain(f"HTTP/1.1 2000 OK\nContent-Length: {len(RECORD)}", RECORD))),
    A("gzip", "Zips the answer though nobody asked.", HTTP, said(ZIPPED, 200, "Content-Encoding: gzip"), leak=ZIPPED[10:]),
    A("gzip-unsaid", "Zips the answer and does not say so.", JSON, said(ZIPPED), leak=ZIPPED[10:]),
    A("gzip-transfer", "Zips the transfer.", HTTP, closing(plain("HTTP/1.1 200 OK\nTransfer-Encoding: gzip, chunked", b"%x\r\n%s\r\n0\r\n\r\n" % (len(RECORD), RECORD)))),
    A("coding-unknown", "Codes the answer in a way that nobody knows.", HTTP, said(RECORD, 200, "Content-Encoding: x-nothing")),
    A("many-headers", "Sends more headers than anybody reads.", HTTP, closing(said(RECORD, 200, *(f"X-{n}: {SECRET}" for n in range(2_000))))),
    A("long-header", "Sends one header of a megabyte.", HTTP, closing(said(RECORD, 200, "X-Long: " + "x" * 1_000_000))),
    A("endless-headers", "Sends headers without end.", HTTP, lambda up, asked: without_end(b"HTTP/1.1 200 OK\r\n", f"X: {SECRET}\r\n".encode() * 100)),
    A("endless-line", "Sends a first line without end.", HTTP, lambda up, asked: without_end(b"HTTP/1.1 200 " + SECRET.encode(), b"x" * 10_000)),
    A("endless-body", "Sends a body without end, in chunks.", HTTP,
      lambda up, asked: without_end(plain(CHUNKED), b"10000\r\n" + (SECRET * 4000).encode()[:65536].ljust(65536) + b"\r\n")),
    A("long-body", "Announces seventeen megabytes.", HTTP, closing(plain("HTTP/1.1 200 OK\nContent-Length: 17825792", RECORD))),
    A("header-without-colon", "Sends a header without a colon.", HTTP, closing(said(RECORD, 200, SECRET))),
    A("header-space", "Puts a space before the colon.", HTTP, closing(said(RECORD, 200, "Transfer-Encoding : chunked"))),
    A("continues", "Sends a hundred interim answers.", HTTP, closing(INTERIM * 100)),
    A("switches", "Switches to another protocol.", HTTP, closing(plain(f"HTTP/1.1 101 Switching Protocols\nUpgrade: h2c\nX: {SECRET}", RECORD))),
    A("closes-in-the-middle", "Closes in the middle of the body.", HTTP, closing(said(RECORD)[:-5])),
    A("closes-in-the-head", "Closes in the middle of the head.", HTTP, closing(f"HTTP/1.1 200 OK\r\nX: {SECRET}".encode())),
    A("no-content", "Answers 204.", OUT, said(b"", 204, f"X: {SECRET}", length=False)),
    A("partial", "Answers 206 with a part.", OUT, said(RECORD, 206, f"Content-Range: bytes 0-{len(RECORD) - 1}/9999")),
    A("not-modified", "Answers 304.", OUT, said(b"", 304, f"X: {SECRET}", length=False)),
    A("early-hints", "Sends hints that name a patient before a good answer.", HTTP, INTERIM + said(GOOD), status=(200,), kept=b"calm"),
    A("continue-unasked", "Says 100 Continue though nobody waits.", HTTP, f"HTTP/1.1 100 Continue\r\nX: {SECRET}\r\n\r\n".encode() + said(GOOD), status=(200,), kept=b"calm"),
    A("two-answers", "Sends a second answer behind the first.", HTTP, said(GOOD) + said(RECORD), status=(200,), kept=b"calm"),
    A("trailer", "Sends headers behind the last chunk.", HTTP,
      closing(plain(CHUNKED, b"%x\r\n%s\r\n0\r\nX: %s\r\n\r\n" % (len(GOOD), GOOD, SECRET.encode()))), status=(200, 502)),
    A("chunk-extension", "Says something beside a chunk's size.", HTTP,
      closing(plain(CHUNKED, b"%x;x=%s\r\n%s\r\n0\r\n\r\n" % (len(GOOD), SECRET.encode(), GOOD))), status=(200, 502)),
    A("headers-of-its-own", "Names a patient in headers of a good answer.", GATEWAY,
      said(GOOD, 200, f"X-Patient: {SECRET}", f"Set-Cookie: s={SECRET}", f"ETag: W/\"{SECRET}\"", f"Warning: 199 - {SECRET}", f"Link: <{SECRET}>"),
      status=(200,), kept=b"calm"),
]

ERRORS = [A(f"error-{status}", f"Names a patient in the text of an error {status}.", OUT, said(OUTCOME, status), status=(404 if status in (404, 410) else
            422 if status in (400, 422) else status if status in (409, 412) else 503 if status in (429, 503) else 502,))
          for status in (400, 401, 403, 404, 405, 409, 410, 412, 422, 429, 500, 501, 503, 599)]


def sets(*resources, **more):
    return said(bundle(*resources, **more))


def raw_set(entries, **more):
    return said({"resourceType": "Bundle", "type": "searchset", "entry": entries, **more})


def leads(url):
    return lambda up, asked: sets(mine(), link=[{"relation": "next", "url": url.replace("BASE", up.base)}]) if "page2" not in asked.target else sets(of(OTHER))


FOUND = {"status": (200,), "ask": SEARCH, "kept": b"calm"}
NOT_FOUND = {"status": (502,), "ask": SEARCH}
MANY = [observation(f"o-{n}", MINE, effectiveDateTime=f"2026-01-01T{n // 3600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d}Z") for n in range(5_000)]
SETS = [
    A("set-wrong-patient", "Puts another patient's record into a search of one chart.", READS, sets(mine(), {**of(OTHER), "id": "x"}), **FOUND),
    A("set-hidden-patient", "Puts a hidden patient's record into a search of one chart.", READS, sets(mine(), {**of(HIDDEN), "id": "x"}), **FOUND),
    A("set-no-subject", "Puts a record of nobody into a search.", READS, sets(mine(), without(of(OTHER), "subject")), **FOUND),
    A("set-two-patients", "Puts a record of two patients into a search.", ACCESS, sets(mine(), {**of(OTHER), "id": "x", "performer": [MINE_REF]}), **FOUND),
    A("set-other-type", "Puts another type into a search.", READS, sets(mine(), {**of(MINE), "resourceType": "Condition"}), **FOUND),
    A("set-patient", "Puts a patient into a search for observations.", READS, sets(mine(), patient(OTHER)), **FOUND),
    A("set-include", "Includes what nobody asked for.", SET, raw_set([{"resource": mine()}, {"resource": patient(OTHER), "search": {"mode": "include"}}]), **FOUND),
    A("set-include-asked", "Includes another patient's record where one's own was asked for.", READS,
      raw_set([{"resource": mine(encounter={"reference": f"Encounter/e-{OTHER}"})},
               {"resource": {"resourceType": "Encounter", "id": f"e-{OTHER}", "subject": REF}, "search": {"mode": "include"}}]),
      **{**FOUND, "ask": f"Observation?patient={MINE}&_include=Observation:encounter"}),
    A("set-include-withheld", "Includes what only a record of another patient refers to.", READS,
      raw_set([{"resource": mine()}, {"resource": {**of(OTHER), "encounter": {"reference": "Encounter/e"}}},
               {"resource": {"resourceType": "Encounter", "id": "e", "subject": {"reference": f"Patient/{MINE}"}, "reasonCode": NOTE}, "search": {"mode": "include"}}]),
      **{**FOUND, "ask": f"Observation?patient={MINE}&_include=Observation:encounter"}),
    A("set-include-mine", "Includes other records of the same type, marked as such.", SET,
      raw_set([{"resource": mine()}, {"resource": {**of(MINE), "id": "x"}, "search": {"mode": "include"}}]), **FOUND),
    A("set-outcome", "Puts an outcome that names a patient into a search.", SET, raw_set([{"resource": mine()}, {"resource": OUTCOME, "search": {"mode": "outcome"}}]), **FOUND),
    A("set-outcome-match", "Calls an outcome a match.", READS, raw_set([{"resource": mine()}, {"resource": OUTCOME}]), **FOUND),
    A("set-bundle", "Puts a bundle into a bundle.", READS, sets(mine(), bundle(of(OTHER))), **FOUND),
    A("set-contained", "Contains another patient's record in one of a set.", ACCESS, sets(mine(), {**mine(), "id": "x", "contained": [of(OTHER)]}), **FOUND),
    A("set-contained-untyped", "Contains an untyped record in one of a set.", BODY,
      sets(mine(), {**mine(), "id": "x", "contained": [without(of(OTHER), "resourceType")]}), **FOUND),
    A("set-full-url", "Names a patient in an entry's address.", OUT, raw_set([{"fullUrl": f"http://{SECRET}/Observation/1", "resource": mine()}]), **FOUND),
    A("set-entry-more", "Hangs another record beside the one of an entry.", SET,
      raw_set([{"resource": mine(), "other": of(OTHER), "response": {"status": "200", "outcome": OUTCOME}}]), **FOUND),
    A("set-entry-empty", "Sends an entry without a record.", SET, raw_set([{"resource": mine()}, {"fullUrl": SECRET, "request": {"url": SECRET}}]), **FOUND),
    A("set-envelope", "Names a patient in the envelope.", OUT, sets(mine(), id=SECRET, identifier={"value": SECRET}, meta={"tag": [{"display": SECRET}]},
                                                                   signature={"data": SECRET}, issues=OUTCOME), **FOUND),
    A("set-self", "Names a patient in its own link.", OUT, sets(mine(), link=[{"relation": "self", "url": f"http://x/{SECRET}"},
                                                                              {"relation": "previous", "url": SECRET}]), **FOUND),
    A("set-resource-twice", "Gives an entry two records.", JSON,
      said(text(bundle(mine()), '"search"', f'"resource": {json.dumps(of(OTHER))}, "search"')), **NOT_FOUND),
    A("set-resource-escaped", "Spells the key of the record with an escape.", SET,
      said(text(bundle(of(MINE)), '"resource":', '"r\\u0065source":')), **NOT_FOUND),
    A("set-entry-escaped", "Spells the key of the entries with an escape.", SET, said(text(bundle(of(MINE)), '"entry"', '"\\u0065ntry"')), **NOT_FOUND),
    A("set-entries-object", "Sends an object where entries should be.", SET, said({"resourceType": "Bundle", "entry": {"resource": of(MINE)}}), **NOT_FOUND),
    A("set-resource-text", "Sends a text where a record should be.", SET, raw_set([{"resource": SECRET}]), **NOT_FOUND),
    A("set-no-bundle", "Answers a search with one record.", SET, said(of(MINE)), **NOT_FOUND),
    A("set-outcome-alone", "Answers a search with an outcome that names a patient.", SET, said(OUTCOME), **NOT_FOUND),
    A("set-cut", "Cuts a set in its middle.", JSON, said(json.dumps(bundle(of(MINE), of(OTHER)))[:-30]), **NOT_FOUND),
    A("set-too-many-entries", "Sends more entries than anybody reads.", SET, raw_set([{"resource": of(MINE)}, *[{}] * 20_000]), **NOT_FOUND),
    A("set-too-many-moments", "Sends five thousand records where fifty were asked for.", SET, sets(of(OTHER), *MANY), **NOT_FOUND),
    A("set-too-many-patients", "Sends records of four hundred thousand patients.", SET,
      sets(*({**of(MINE), "id": f"x-{n}", "performer": [{"reference": f"Patient/q-{n}-{m}"} for m in range(500)]} for n in range(800))), **NOT_FOUND),
    A("next-elsewhere", "Leads to the next page on another server.", SET, leads("http://elsewhere.example/fhir/Observation?page2"), leak=b"elsewhere.example", **NOT_FOUND),
    A("next-any-scheme", "Leads to the next page in another scheme.", SET, leads("file:///etc/Observation?page2"), leak=b"file:", **NOT_FOUND),
    A("next-climbs", "Leads to the next page above its base.", SET, leads("BASE/../admin?page2"), leak=b"admin", **NOT_FOUND),
    A("next-two-slashes", "Leads to the next page by an address that names a server alone.", SET, leads("//elsewhere.example/Observation?page2"),
      leak=b"elsewhere.example", **NOT_FOUND),
    A("next-header", "Writes a header into the link to the next page.", SET, leads("BASE/Observation?page2 HTTP/1.1\r\nX: y"), leak=b"X: y", **NOT_FOUND),
    A("next-fragment", "Hangs a fragment on the link to the next page.", SET, leads("BASE/Observation?page2#x"), leak=b"page2#x", **NOT_FOUND),
    A("next-twice", "Leads to two next pages.", SET,
      sets(of(MINE), link=[{"relation": "next", "url": "Observation?a"}, {"relation": "next", "url": "Observation?b"}]), **NOT_FOUND),
]

ADDRESSES = [
    A(f"address-{name}", f"Writes its own address {where}.", RECOMPOSE, answer, leak=leak, status=(200,), **more)
    for name, where, leak, answer, more in [
        ("reference", "into a reference", b"http://127.0.0.1", lambda up, asked: said(mine(performer=[{"reference": f"{up.base}/Practitioner/1"}])), {"kept": b'"Practitioner/1"'}),
        ("text", "into a text", b"http://127.0.0.1", lambda up, asked: said(mine(note=[{"text": f"see {up.base}/Observation/1"}])), {"kept": b"calm"}),
        ("extension", "into the address of an extension", b"http://127.0.0.1", lambda up, asked: said(mine(extension=[{"url": f"{up.base}/x", "valueCode": "y"}])), {"kept": b"calm"}),
        ("attachment", "into the address of an attachment", b"http://127.0.0.1", lambda up, asked: said(mine(contentUrl=f"{up.base}/Binary/1")), {"kept": b"calm"}),
        ("slashes", "with escaped slashes", b":\\/\\/127", lambda up, asked: said(text(mine(note=[{"text": "@"}]), "@", up.base.replace("/", "\\/"))), {"kept": b"calm"}),
        ("mixed", "with one escaped slash", b":\\//127", lambda up, asked: said(text(mine(note=[{"text": "@"}]), "@", up.base.replace("/", "\\/", 1))), {"kept": b"calm"}),
        ("unicode", "in escaped characters", b"\\u002f127", lambda up, asked: said(text(mine(note=[{"text": "@"}]), "@", up.base.replace("/", "\\u002f"))), {"kept": b"calm"}),
        ("letters", "with an escaped letter", b"\\u0068ttp", lambda up, asked: said(text(mine(note=[{"text": "@"}]), "@", up.base.replace("h", "\\u0068", 1))), {"kept": b"calm"}),
        ("capitals", "in capitals", b"HTTP://", lambda up, asked: said(mine(note=[{"text": up.base.upper()}])), {"kept": b"calm"}),
        ("set", "into all links of a set", b"http://127.0.0.1", lambda up, asked: raw_set(
            [{"fullUrl": f"{up.base}/Observation/1", "resource": mine()}], link=[{"relation": "self", "url": f"{up.base}/Observation"}]), {"ask": SEARCH, "kept": b"calm"}),
    ]]

PEOPLE = [
    A("people-hidden", "Lists a patient who excluded the reader.", ACCESS, sets(patient(MINE), patient(HIDDEN)), ask=PERSON, status=(200,), kept=b"Ellison"),
    A("people-whole-records", "Sends more of a person than their name and birthday.", RECOMPOSE,
      sets(patient(MINE, address=[{"text": SECRET}], telecom=[{"value": SECRET}], contact=[{"name": {"text": SECRET}}], maritalStatus={"text": SECRET},
                   extension=[{"url": "x", "valueString": SECRET}])), ask=PERSON, status=(200,), kept=b"Ellison"),
    A("people-include", "Includes a record beside a person.", SET, raw_set([{"resource": patient(MINE)}, {"resource": of(OTHER), "search": {"mode": "include"}}]),
      ask=PERSON, status=(200,), kept=b"Ellison"),
    A("people-other-type", "Calls a record a person.", RECOMPOSE, sets(patient(MINE), of(OTHER)), ask=PERSON, status=(200,), kept=b"Ellison"),
    A("people-label", "Labels a person in a way that cannot be read.", READS, sets(patient(MINE), patient(OTHER, meta={"security": [{}]})),
      ask=PERSON, status=(200,), kept=b"Ellison"),
    A("people-flood", "Lists five thousand people where a hundred were asked for.", SET,
      sets(patient(MINE), *(patient(f"q-{n}", name=[{"text": f"nobody {n}"}]) for n in range(5_000))), ask=PERSON, leak=b"nobody 4000"),
    A("people-error", "Names a patient in an error.", OUT, said(OUTCOME, 500), ask=PERSON),
    A("everything-others", "Answers every question about one chart with another's.", READS, lambda up, asked: sets(of(OTHER), of(HIDDEN), patient(OTHER)),
      ask=f"Patient/{MINE}/$everything", status=(200,)),
]

CHANGES = {"method": "POST", "ask": "Observation", "body": without(observation("x", MINE), "id", "meta")}
CREATES = [
    A("create-answers-record", "Answers a create with another patient's record.", WRITES, said(of(OTHER), 201), status=(201,), **CHANGES),
    A("create-long-id", "Gives what was created an id of a hundred thousand letters.", WRITES,
      said({"resourceType": "Observation", "id": SECRET + "A" * 100_000}, 201), status=(201,), **CHANGES),
    A("create-header-id", "Writes a header into the id of what was created.", WRITES,
      said({"resourceType": "Observation", "id": f"x\r\nSet-Cookie: {SECRET}"}, 201), status=(201,), **CHANGES),
    A("create-words-id", "Writes a name into the id of what was created.", WRITES,
      said({"resourceType": "Observation", "id": f"{SECRET} of {OTHER}"}, 201), status=(201,), **CHANGES),
    A("create-location-elsewhere", "Says that what was created lies on another server.", WRITES,
      said(b"", 201, f"Location: https://{SECRET}.example/fhir/Observation/n-1"), status=(201,), kept=b"/Observation/n-1", **CHANGES),
    A("create-location-words", "Writes a name into the place of what was created.", WRITES,
      said(b"", 201, f"Location: Observation/{SECRET} of {OTHER}"), status=(201,), **CHANGES),
    A("create-etag", "Writes a name into the version of what was created.", WRITES, said(b"", 201, f"ETag: W/\"{SECRET} x\""), status=(201,), **CHANGES),
    A("create-refused", "Names a patient when it refuses a create.", OUT, said(OUTCOME, 422), status=(422,), **CHANGES),
    A("create-conflict", "Names a patient when it calls a create a conflict.", OUT, said(OUTCOME, 412), status=(412,), **CHANGES),
    A("create-redirect", "Sends a create elsewhere.", WRITES, said(b"", 307, f"Location: https://{SECRET}.example/"), status=(502,), **CHANGES),
    A("create-closes", "Closes without an answer to a create.", WRITES, closing(INTERIM), status=(504,), **CHANGES),
    A("create-nonsense", "Answers a create with what is no HTTP.", WRITES, closing(SECRET.encode() + b"\r\n\r\n"), status=(504,), **CHANGES),
]

REDIRECTS = [
    A(f"redirect-{status}-{name}", f"Sends the reader on with {status} to {where}.", OUT, lambda up, asked, status=status, to=to: said(
        RECORD, status, "Location: " + to.replace("BASE", up.base).replace("ELSEWHERE", up.elsewhere)))
    for status in (300, 301, 302, 303, 307, 308)
    for name, where, to in (("host", "another server", "ELSEWHERE/Observation/1"), ("patient", "another patient", f"BASE/Observation/o-{OTHER}"))]

SLOW = [
    A("silent", "Takes the question and never answers.", HTTP, lambda up, asked: slowly(up, INTERIM), ask="Observation/silent", status=(504,)),
    A("slow-bytes", "Sends the body octet by octet.", HTTP, lambda up, asked: slowly(up, said(RECORD + b' ' * 100)[:-100], b' ' * 100), ask="Observation/slow-bytes", status=(504,)),
    A("slow-head", "Sends the head octet by octet.", HTTP, lambda up, asked: slowly(up, f"HTTP/1.1 200 OK\r\nX: {SECRET}".encode(), b"x" * 100), ask="Observation/slow-head", status=(504,)),
    A("slow-create", "Never answers a create.", WRITES, lambda up, asked: slowly(up, INTERIM) if asked.method == "POST" else None, ask="Condition", status=(504,), method="POST",
      body={"resourceType": "Condition", "subject": MINE_REF, "code": {"text": "x"}}),
]


def slowly(up, first, rest=b""):
    """What comes at once, and then one octet a second for longer than anybody waits."""
    yield first
    for at in range(100):
        if up.stopping.wait(1):
            return
        yield rest[at:at + 1]


READS_AND_SEARCHES = WHOSE + SHAPE + WIRE + ERRORS + REDIRECTS + SETS + ADDRESSES + PEOPLE + CREATES
