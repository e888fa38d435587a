"""attack_requests.py - what somebody may send to reach another chart, octet by octet.

The record server behind the gateway of these tests is careless: whatever it is asked that it does not know, it answers
with everybody's records. In what is sent here @TOKEN@ is a physician's session, @COOKIE@ and @CSRF@ those of a
browser's, @OTHER-CSRF@ that of another browser's.
"""

import dataclasses

from hostile_upstream import HIDDEN, MINE, OTHER, SECRET

TARGET, PARAMS, ROUTER = "src/in/fhir/target.cc", "src/in/fhir/search_params.cc", "src/in/http/router.cc"
PARSER, EDGE, COOKIE, API = "src/in/http/request_parser.cc", "src/in/edge.h", "src/in/http/cookie.cc", "src/in/api/api.cc"
ACCESS, READS, WRITES, PURPOSE = "src/app/access.cc", "src/in/fhir/reads.cc", "src/in/fhir/writes.cc", "src/in/fhir/purpose.cc"
SESSIONS, UPSTREAM, SOURCE, JSON = "src/in/api/sessions.cc", "src/in/api/upstream.cc", "src/out/https_record_source.cc", "src/in/http/json.cc"
CONNECTION = "src/in/http/connection.cc"
INSTANCE = "src/in/fhir/instance.cc"
BINARY = "src/in/fhir/binary.cc"
TRANSACTION = "src/in/fhir/transaction.cc"
THEIRS = f"Observation/o-{OTHER}"


@dataclasses.dataclass
class Attack:
    id: str
    what: str            # for docs/threat-model.md
    stops: str           # the file that stands against it
    raw: bytes
    status: tuple = (400,)  # of the first answer; None: closed without one
    asked: bool = False  # whether the record server may hear of it at all
    answers: int = 1
    absent: tuple = ()   # what must not come back, either
    kept: bytes = b""    # what must come back all the same
    leak: bytes = SECRET.encode()  # what must not


BEARER = "Authorization: Bearer @TOKEN@"
BROWSER = ["Cookie: __Host-halligan=@COOKIE@", "Halligan-CSRF: @CSRF@"]
FORM, FHIR, AS_JSON = (f"Content-Type: {kind}" for kind in ("application/x-www-form-urlencoded", "application/fhir+json", "application/json"))


def sent(line, *headers, body=b"", who=BEARER, length=True, end="Connection: close"):
    """A request as it should be, but for what an attack adds."""
    body = body.encode() if isinstance(body, str) else body
    lines = [line + " HTTP/1.1", "Host: halligan", *([who] if who else []), *headers, *([end] if end else [])]
    if length and (body or not line.startswith("GET")):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def fhir(target, *headers, **more):
    return sent(f"GET /fhir/{target}", *headers, **more)


def transaction(*entries):
    return '{"resourceType":"Bundle","type":"transaction","entry":[' + ",".join(entries) + "]}"


def created(patient, named=""):
    return ("{" + named + '"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/' + patient +
            '"}},"request":{"method":"POST","url":"Observation"}}')


URN = "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"
A = Attack
MINE_ONLY = {"status": (200,), "asked": True, "kept": b"calm"}
UNKNOWN = {"status": (403, 404, 502), "asked": True}
REFUSED = {"status": (403,), "asked": True}
NOBODY = {"status": (401,)}

# --- how a path may be spelled ---------------------------------------------------------------------

PATHS = [A(f"path-{name}", what, stops, sent(f"GET {path}"), **more) for name, what, stops, path, more in [
    ("plain", "Asks for another patient's record by its id.", ACCESS, f"/fhir/{THEIRS}", REFUSED),
    ("hidden", "Asks for a hidden patient's record by its id.", ACCESS, f"/fhir/Observation/o-{HIDDEN}", {"status": (404,), "asked": True}),
    ("percent", "Spells an id in percent signs.", ACCESS, f"/fhir/Observation/%6f-{OTHER}", REFUSED),
    ("percent-type", "Spells a type in percent signs.", ACCESS, f"/fhir/%4fbservation/o-{OTHER}", REFUSED),
    ("percent-slash", "Spells a slash in percent signs.", ROUTER, f"/fhir/Observation%2Fo-{OTHER}", {}),
    ("percent-twice", "Spells a slash in percent signs twice.", TARGET, f"/fhir/Observation%252Fo-{OTHER}", {"status": (404,)}),
    ("percent-twice-id", "Spells an id in percent signs twice.", TARGET, f"/fhir/Observation/%256f-{OTHER}", {}),
    ("percent-mount", "Spells the mount in percent signs.", TARGET, f"/%66hir/{THEIRS}", {}),
    ("percent-mount-slash", "Hides the slash behind the mount.", ROUTER, f"/fhir%2f{THEIRS}", {}),
    ("percent-bad", "Writes percent signs that mean nothing.", ROUTER, f"/fhir/{THEIRS}%zz", {}),
    ("percent-cut", "Cuts a percent sign short.", ROUTER, f"/fhir/{THEIRS}%2", {}),
    ("slash-twice", "Doubles a slash.", ROUTER, f"/fhir//{THEIRS}", {}),
    ("slash-inside", "Doubles a slash before the id.", ROUTER, f"/fhir/Observation//o-{OTHER}", {}),
    ("slash-end", "Ends with a slash.", ROUTER, f"/fhir/{THEIRS}/", {}),
    ("slash-first", "Begins with two slashes.", ROUTER, f"//fhir/{THEIRS}", {}),
    ("dots", "Climbs from one id to another.", ROUTER, f"/fhir/Observation/o-{MINE}/../o-{OTHER}", {}),
    ("dots-percent", "Climbs in percent signs.", ROUTER, f"/fhir/Observation/o-{MINE}/%2e%2e/o-{OTHER}", {}),
    ("dots-half", "Climbs half in percent signs.", ROUTER, f"/fhir/Observation/o-{MINE}/.%2E/o-{OTHER}", {}),
    ("dots-console", "Climbs from the console to the records.", ROUTER, f"/console/../fhir/{THEIRS}", {}),
    ("dots-api", "Climbs from the API to the records.", ROUTER, f"/api/v1/../../fhir/{THEIRS}", {}),
    ("dots-above", "Climbs above the root.", ROUTER, f"/../fhir/{THEIRS}", {}),
    ("dot", "Stays where it is.", ROUTER, f"/fhir/./{THEIRS}", {}),
    ("dots-three", "Climbs with three dots.", ROUTER, f"/fhir/.../{THEIRS}", {"status": (404,)}),
    ("semicolon", "Hangs a parameter on an id.", TARGET, f"/fhir/Observation/o-{MINE};o-{OTHER}", {}),
    ("semicolon-type", "Hangs a parameter on a type.", TARGET, f"/fhir/Observation;x=y/o-{OTHER}", {"status": (404,)}),
    ("semicolon-dots", "Climbs behind a parameter.", ROUTER, f"/fhir/..;/fhir/{THEIRS}", {"status": (404,)}),
    ("backslash", "Writes a backslash.", PARSER, f"/fhir/Observation\\o-{OTHER}", {}),
    ("backslash-percent", "Writes a backslash in percent signs.", ROUTER, f"/fhir/Observation%5Co-{OTHER}", {}),
    ("nul", "Ends an id with NUL.", ROUTER, f"/fhir/{THEIRS}%00", {}),
    ("nul-type", "Ends a path with NUL and a type.", ROUTER, f"/fhir/{THEIRS}%00.json", {}),
    ("line-break", "Writes a line break into an id.", ROUTER, f"/fhir/{THEIRS}%0d%0aX:%20y", {}),
    ("tab", "Writes a tab into an id.", ROUTER, f"/fhir/{THEIRS}%09", {}),
    ("space", "Ends an id with a space.", TARGET, f"/fhir/{THEIRS}%20", {}),
    ("plus", "Writes a plus into an id.", TARGET, f"/fhir/Observation/o+{OTHER}", {}),
    ("overlong", "Spells dots in overlong UTF-8.", ROUTER, f"/fhir/Observation/o-{MINE}/%c0%ae%c0%ae/o-{OTHER}", {}),
    ("overlong-slash", "Spells a slash in overlong UTF-8.", ROUTER, f"/fhir/Observation%c0%afo-{OTHER}", {}),
    ("not-utf8", "Writes octets that are no UTF-8.", ROUTER, f"/fhir/{THEIRS}%ff", {}),
    ("surrogate", "Writes half of a surrogate pair.", ROUTER, f"/fhir/{THEIRS}%ed%a0%80", {}),
    ("fullwidth", "Writes fullwidth letters.", TARGET, "/fhir/Observation/%EF%BD%8F-" + OTHER, {}),
    ("fullwidth-slash", "Writes a fullwidth slash.", TARGET, f"/fhir/Observation%EF%BC%8Fo-{OTHER}", {"status": (404,)}),
    ("fullwidth-dots", "Climbs with fullwidth dots.", TARGET, f"/fhir/Observation/o-{MINE}/%EF%BC%8E%EF%BC%8E/o-{OTHER}", {}),
    ("zero-width", "Writes a letter without width.", TARGET, f"/fhir/{THEIRS}%E2%80%8B", {}),
    ("cyrillic", "Writes a letter of another script that looks alike.", TARGET, "/fhir/Observation/%D0%BE-" + OTHER, {}),
    ("small-type", "Writes the type in small letters.", TARGET, f"/fhir/observation/o-{OTHER}", {"status": (404,)}),
    ("capital-mount", "Writes the mount in capitals.", ROUTER, f"/FHIR/{THEIRS}", {"status": (404,)}),
    ("question", "Hides a query in the path.", TARGET, f"/fhir/Observation%3Fpatient={OTHER}", {"status": (404,)}),
    ("fragment", "Hides a fragment in the path.", TARGET, f"/fhir/{THEIRS}%23x", {}),
    ("fragment-raw", "Sends a fragment.", PARSER, f"/fhir/{THEIRS}#x", {}),
    ("suffix", "Asks for a file of JSON.", READS, f"/fhir/{THEIRS}.json", UNKNOWN),
    ("long-id", "Asks for an id of a thousand letters.", TARGET, f"/fhir/Observation/{'x' * 1000}", {}),
    ("long", "Sends a path of nine thousand letters.", PARSER, f"/fhir/{'x' * 9000}", {"status": (414,)}),
    ("version", "Asks for an old version.", INSTANCE, f"/fhir/{THEIRS}/_history/1", UNKNOWN),
    ("history", "Asks for the history of a record.", INSTANCE, f"/fhir/{THEIRS}/_history", UNKNOWN),
    ("history-all", "Asks for the history of everybody.", TARGET, "/fhir/_history", {"status": (400, 404)}),
    ("compartment", "Searches below a patient.", TARGET, f"/fhir/Patient/{OTHER}/Observation", {}),
    ("compartment-all", "Asks for all below a patient.", TARGET, f"/fhir/Patient/{OTHER}/*", {}),
    ("everything", "Asks for everything of another patient.", ACCESS, f"/fhir/Patient/{OTHER}/$everything", REFUSED),
    ("everything-of-type", "Asks for everything of everybody.", TARGET, "/fhir/Patient/$everything", {}),
    ("everything-of-mine", "Asks for everything of one patient, and the server sends all there is.", READS, f"/fhir/Patient/{MINE}/$everything", MINE_ONLY),
    ("export", "Exports everybody.", TARGET, "/fhir/$export", {}),
    ("export-patient", "Exports all patients.", TARGET, "/fhir/Patient/$export", {}),
    ("export-group", "Exports a group.", TARGET, "/fhir/Group/g/$export", {}),
    ("graphql", "Asks in GraphQL.", TARGET, f"/fhir/$graphql?query=%7BPatient(id:%22{OTHER}%22)%7Bname%7D%7D", {}),
    ("lastn", "Asks for the last observations.", TARGET, f"/fhir/Observation/$lastn?patient={OTHER}", {}),
    ("meta", "Asks for the labels of a record.", TARGET, f"/fhir/{THEIRS}/$meta", {}),
    ("binary", "Asks for a file by its id.", TARGET, "/fhir/Binary/1", {}),
    ("binary-of-nothing", "Asks for a file by a document that is not there.", BINARY, "/fhir/Binary/1?of=DocumentReference/d", UNKNOWN),
    ("binary-of-a-record", "Asks for a file by what has no attachments.", TARGET, f"/fhir/Binary/1?of={THEIRS}", {}),
    ("binary-history", "Asks for an earlier version of a file.", TARGET, "/fhir/Binary/1/_history/1?of=DocumentReference/d", {}),
    ("audit", "Asks for the record server's own log.", READS, "/fhir/AuditEvent/1", {"status": (403, 404, 502), "asked": True}),
    ("root", "Searches everything.", TARGET, f"/fhir?patient={OTHER}", {}),
]]

# --- searches --------------------------------------------------------------------------------------

MINE_FIRST = f"patient={MINE}&"
QUERIES = [A(f"query-{name}", what, stops, fhir(target), **more) for name, what, stops, target, more in [
    ("others", "Searches another chart.", ACCESS, f"Observation?patient={OTHER}", {"status": (403,)}),
    ("hidden", "Searches a hidden chart.", ACCESS, f"Observation?patient={HIDDEN}", {"status": (403, 404), "asked": True}),
    ("careless", "Searches one chart, and the server sends all there is.", READS, f"Observation?patient={MINE}", MINE_ONLY),
    ("patient-twice", "Names two patients in two parameters.", TARGET, f"Observation?patient={MINE}&patient={OTHER}", {}),
    ("patient-same-twice", "Names the same patient twice.", TARGET, f"Observation?patient={MINE}&patient={MINE}", {}),
    ("patient-and-subject", "Names one as patient, another as subject.", TARGET, f"Observation?patient={MINE}&subject={OTHER}", {}),
    ("subject-and-patient", "Names one as subject, another as patient.", TARGET, f"Observation?subject={OTHER}&patient={MINE}", {}),
    ("patient-list", "Names a list of patients.", TARGET, f"Observation?patient={MINE},{OTHER}", {}),
    ("patient-list-percent", "Hides the comma of a list.", TARGET, f"Observation?patient={MINE}%2C{OTHER}", {}),
    ("patient-list-escaped", "Escapes the comma of a list.", TARGET, f"Observation?patient={MINE}%5C,{OTHER}", {}),
    ("patient-absolute", "Names the patient by an address elsewhere.", TARGET, f"Observation?patient=https://evil.example/fhir/Patient/{OTHER}", {"absent": (b"evil.example",)}),
    ("patient-absolute-ours", "Names the patient by an address here.", TARGET, f"Observation?patient=https://127.0.0.1/fhir/Patient/{OTHER}", {}),
    ("patient-version", "Names an old version of the patient.", TARGET, f"Observation?patient=Patient/{MINE}/_history/1", {}),
    ("patient-climbs", "Climbs from one patient to another.", TARGET, f"Observation?patient=Patient/{MINE}/../{OTHER}", {}),
    ("patient-group", "Names a group as patient.", TARGET, "Observation?patient=Group/g", {}),
    ("patient-device", "Names a device as subject.", TARGET, "Observation?subject=Device/d", {}),
    ("patient-typed-twice", "Names the patient's type twice.", TARGET, f"Observation?patient=Patient/Patient/{OTHER}", {}),
    ("patient-empty", "Names nobody.", TARGET, "Observation?patient=", {}),
    ("patient-none", "Searches without a patient.", TARGET, "Observation", {}),
    ("patient-star", "Names everybody.", TARGET, "Observation?patient=*", {}),
    ("patient-pipe", "Names the patient by system and number.", TARGET, f"Observation?patient=x%7C{OTHER}", {}),
    ("patient-space", "Ends the patient with a space.", TARGET, f"Observation?patient={OTHER}+", {}),
    ("patient-nul", "Ends the patient with NUL.", ROUTER, f"Observation?patient={OTHER}%00", {}),
    ("patient-fullwidth", "Writes the patient in fullwidth digits.", TARGET, "Observation?patient=p-%EF%BC%90%EF%BC%90%EF%BC%90002", {}),
    ("patient-brackets", "Sends a list as forms do.", TARGET, f"Observation?{MINE_FIRST}patient[]={OTHER}", {}),
    ("patient-brackets-percent", "Sends a list as forms do, in percent signs.", TARGET, f"Observation?{MINE_FIRST}patient%5B0%5D={OTHER}", {}),
    ("patient-capital", "Writes the parameter in capitals.", TARGET, f"Observation?{MINE_FIRST}Patient={OTHER}", {}),
    ("patient-percent", "Spells the second parameter in percent signs.", TARGET, f"Observation?{MINE_FIRST}%70atient={OTHER}", {}),
    ("patient-name-nul", "Ends the parameter's name with NUL.", ROUTER, f"Observation?{MINE_FIRST}patient%00={OTHER}", {}),
    ("patient-name-space", "Begins the parameter's name with a space.", TARGET, f"Observation?{MINE_FIRST}+patient={OTHER}", {}),
    ("semicolon", "Parts two parameters by a semicolon.", TARGET, f"Observation?patient={MINE};patient={OTHER}", {}),
    ("question-twice", "Begins a second query.", TARGET, f"Observation?patient={MINE}?patient={OTHER}", {}),
    ("ampersand-percent", "Hides a second parameter in a value.", TARGET, f"Observation?patient={MINE}%26patient={OTHER}", {}),
    ("value-smuggles", "Hides a second parameter in a code.", SOURCE, f"Observation?{MINE_FIRST}code=x%26patient%3D{OTHER}", MINE_ONLY),
    ("value-breaks", "Hides a line break in a code.", ROUTER, f"Observation?{MINE_FIRST}code=x%0d%0aX:%20y", {}),
    ("value-fragment", "Hides a fragment in a code.", SOURCE, f"Observation?{MINE_FIRST}code=x%23y", MINE_ONLY),
    ("missing", "Asks for records without a patient.", TARGET, "Observation?patient:missing=true", {}),
    ("missing-too", "Asks for records without a patient, beside one.", TARGET, f"Observation?{MINE_FIRST}subject:missing=true", {}),
    ("not", "Asks for all but one patient.", TARGET, f"Observation?patient:not={MINE}", {}),
    ("identifier", "Names the patient by number.", TARGET, "Observation?patient:identifier=x%7C1", {}),
    ("modifier-type", "Names the patient's type as modifier.", TARGET, f"Observation?subject:Patient={OTHER}", {}),
    ("modifier-in", "Asks for codes in a set elsewhere.", TARGET, f"Observation?{MINE_FIRST}code:in=http://evil.example/set", {"absent": (b"evil.example",)}),
    ("modifier-not", "Asks for all codes but one.", TARGET, f"Observation?{MINE_FIRST}code:not=x", {}),
    ("modifier-text", "Searches in texts.", TARGET, f"Observation?{MINE_FIRST}code:text=x", {}),
    ("modifier-above", "Asks for codes above one.", TARGET, f"Observation?{MINE_FIRST}code:above=x", {}),
    ("chain", "Chains into the patient.", TARGET, "Observation?patient.name=x", {}),
    ("chain-typed", "Chains into the patient by type.", TARGET, "Observation?subject:Patient.name=x", {}),
    ("chain-beside", "Chains beside a patient.", TARGET, f"Observation?{MINE_FIRST}encounter.patient={OTHER}", {}),
    ("chain-long", "Chains twice.", TARGET, "Observation?patient.general-practitioner.name=x", {}),
    ("has", "Asks by what refers to a record.", TARGET, f"Observation?{MINE_FIRST}_has:Provenance:target:agent=x", {}),
    ("has-patient", "Asks for patients by their records.", TARGET, "Patient?_has:Observation:patient:code=x", {}),
    ("filter", "Sends a filter.", TARGET, f"Observation?{MINE_FIRST}_filter=patient+eq+{OTHER}", {}),
    ("elements", "Asks for parts of records, without whose they are.", TARGET, f"Observation?{MINE_FIRST}_elements=valueString", {}),
    ("summary-count", "Asks how many there are.", TARGET, f"Observation?{MINE_FIRST}_summary=count", {}),
    ("summary-text", "Asks for the texts of records.", TARGET, f"Observation?{MINE_FIRST}_summary=text", {}),
    ("total", "Asks for a total.", TARGET, f"Observation?{MINE_FIRST}_total=accurate", {}),
    ("count-none", "Asks for a page of nothing, to see the total.", TARGET, f"Observation?{MINE_FIRST}_count=0", {}),
    ("count-negative", "Asks for fewer than nothing.", TARGET, f"Observation?{MINE_FIRST}_count=-1", {}),
    ("count-sign", "Writes a sign before the count.", TARGET, f"Observation?{MINE_FIRST}_count=%2B5", {}),
    ("count-twice", "Sends two counts.", TARGET, f"Observation?{MINE_FIRST}_count=1&_count=500", {}),
    ("count-huge", "Asks for a million at once.", TARGET, f"Observation?{MINE_FIRST}_count=1000000", {}),
    ("sort", "Sorts by what may not be seen.", TARGET, f"Observation?{MINE_FIRST}_sort=value-string", {}),
    ("include", "Includes the patient.", READS, f"Observation?{MINE_FIRST}_include=Observation:patient", MINE_ONLY),
    ("include-other", "Includes what another type refers to.", TARGET, f"Observation?{MINE_FIRST}_include=DiagnosticReport:result", {}),
    ("include-twice", "Includes the same twice.", TARGET, f"Observation?{MINE_FIRST}_include=Observation:encounter&_include=Observation:encounter", {}),
    ("include-person", "Includes records beside a person who is searched for.", TARGET, "Patient?name=x&_include=Patient:link", {}),
    ("include-all", "Includes everything.", TARGET, f"Observation?{MINE_FIRST}_include=*", {}),
    ("include-iterate", "Includes and goes on.", TARGET, f"Observation?{MINE_FIRST}_include:iterate=Patient:link", {}),
    ("include-recurse", "Includes and goes on, as older versions wrote it.", TARGET, f"Observation?{MINE_FIRST}_include:recurse=*", {}),
    ("revinclude", "Includes what refers to records.", TARGET, f"Observation?{MINE_FIRST}_revinclude=Provenance:target", {}),
    ("revinclude-iterate", "Includes what refers to records, and goes on.", TARGET, f"Observation?{MINE_FIRST}_revinclude:iterate=*", {}),
    ("include-patient", "Includes records beside a patient.", TARGET, f"Patient?_id={MINE}&_revinclude=Observation:patient", {}),
    ("contained", "Asks for contained records.", TARGET, f"Observation?{MINE_FIRST}_contained=both", {}),
    ("text", "Searches all texts.", TARGET, f"Observation?{MINE_FIRST}_text=x", {}),
    ("content", "Searches all content.", TARGET, f"Observation?{MINE_FIRST}_content=x", {}),
    ("list", "Searches by a list.", TARGET, f"Observation?{MINE_FIRST}_list=x", {}),
    ("query", "Names a query of the server.", TARGET, f"Observation?{MINE_FIRST}_query=all", {}),
    ("type", "Asks for other types.", TARGET, f"Observation?{MINE_FIRST}_type=Patient", {}),
    ("source", "Asks by source.", TARGET, f"Observation?{MINE_FIRST}_source=x", {}),
    ("tag", "Asks by tag.", TARGET, f"Observation?{MINE_FIRST}_tag=x", {}),
    ("format-xml", "Asks for XML.", TARGET, f"Observation?{MINE_FIRST}_format=xml", {"status": (400, 406)}),
    ("format-html", "Asks for a web page.", TARGET, f"Observation?{MINE_FIRST}_format=text/html", {"status": (400, 406)}),
    ("format-read", "Asks to read as XML.", TARGET, f"{THEIRS}?_format=xml", {"status": (400, 406)}),
    ("read-elements", "Reads parts of a record, without whose it is.", TARGET, f"{THEIRS}?_elements=valueString", {}),
    ("read-summary", "Reads a summary of a record.", TARGET, f"{THEIRS}?_summary=text", {}),
    ("read-patient", "Reads a record and says whose it is.", TARGET, f"{THEIRS}?patient={MINE}", {}),
    ("method", "Names another method.", TARGET, f"Observation?{MINE_FIRST}_method=DELETE", {}),
    ("offset", "Skips pages.", TARGET, f"Observation?{MINE_FIRST}_offset=50", {}),
    ("getpages", "Asks for a page of the record server.", TARGET, "Observation?_getpages=x", {}),
    ("page-forged", "Forges the link to a page.", READS, "Observation?page=forged", {}),
    ("page-empty", "Sends an empty link to a page.", TARGET, "Observation?page=", {}),
    ("page-twice", "Sends two links to pages.", TARGET, "Observation?page=x&page=y", {}),
    ("page-and-patient", "Sends a patient beside a link to a page.", TARGET, f"Observation?page=x&patient={OTHER}", {}),
    ("id-of-other", "Asks within one chart for a record of another.", READS, f"Observation?{MINE_FIRST}_id=o-{OTHER}", {"status": (200,), "asked": True}),
    ("id-list", "Asks within one chart for a list of records.", READS, f"Observation?{MINE_FIRST}_id=o-{MINE},o-{OTHER}", MINE_ONLY),
    ("id-alone", "Asks for a record without a patient.", TARGET, f"Observation?_id=o-{OTHER}", {}),
    ("encounter", "Asks within one chart for another's encounter.", READS, f"Observation?{MINE_FIRST}encounter=e-{OTHER}", MINE_ONLY),
    ("encounter-absolute", "Names an encounter elsewhere.", PARAMS, f"Observation?{MINE_FIRST}encounter=http://evil.example/Encounter/1", {"absent": (b"evil.example",)}),
    ("date-breaks", "Hides a parameter in a date.", PARAMS, f"Observation?{MINE_FIRST}date=ge2026%26patient={OTHER}", {}),
    ("label-list", "Asks for several labels.", TARGET, f"Observation?{MINE_FIRST}_security=R,V", {}),
    ("no-name", "Sends a value without a name.", ROUTER, f"Observation?{MINE_FIRST}={OTHER}", {}),
    ("unknown", "Sends a parameter that nobody knows.", TARGET, f"Observation?{MINE_FIRST}nonsense=1", {}),
    ("practitioner", "Searches a type that is in no chart.", TARGET, "Practitioner?name=x", {}),
    ("group-member", "Searches groups by their member.", READS, f"Group?member={MINE}", {"status": (200,), "asked": True}),
    ("patient-id", "Finds another patient by id.", ACCESS, f"Patient?_id={OTHER}", {"status": (403,)}),
    ("patient-id-list", "Finds a list of patients by id.", TARGET, f"Patient?_id={MINE},{OTHER}", {}),
    ("patient-id-twice", "Finds patients by two ids.", TARGET, f"Patient?_id={MINE}&_id={OTHER}", {}),
    ("patient-id-and-name", "Finds patients by id and name.", TARGET, f"Patient?_id={MINE}&name=x", {}),
    ("patient-all", "Finds everybody.", TARGET, "Patient", {}),
    ("patient-contains", "Finds people by a part of the name.", TARGET, "Patient?name:contains=e", {}),
    ("patient-address", "Finds people by address.", TARGET, "Patient?address=x", {}),
    ("patient-doctor", "Finds people by their doctor.", TARGET, "Patient?general-practitioner=x", {}),
]]

POSTED = [A(f"posted-{name}", what, stops, sent(f"POST /fhir/{target}".removesuffix("/"), *headers, body=body), **more) for name, what, stops, target, headers, body, more in [
    ("search", "Posts a search of another chart.", ACCESS, "Observation/_search", [FORM], f"patient={OTHER}", {"status": (403,)}),
    ("both", "Names one patient in the address, another in the body.", TARGET, f"Observation/_search?patient={MINE}", [FORM], f"patient={OTHER}", {}),
    ("both-same-name", "Names two patients in the body.", TARGET, "Observation/_search", [FORM], f"patient={MINE}&patient={OTHER}", {}),
    ("both-names", "Names one in the address, a subject in the body.", TARGET, f"Observation/_search?patient={MINE}", [FORM], f"subject={OTHER}", {}),
    ("include", "Includes in the body.", TARGET, f"Observation/_search?patient={MINE}", [FORM], "_include=*", {}),
    ("method", "Names another method in the body.", TARGET, f"Observation/_search?patient={MINE}", [FORM], "_method=DELETE", {}),
    ("json", "Posts a search as JSON.", TARGET, "Observation/_search", [AS_JSON], '{"patient":"' + OTHER + '"}', {"status": (415,)}),
    ("multipart", "Posts a search in parts.", TARGET, "Observation/_search", ["Content-Type: multipart/form-data; boundary=x"],
     f"--x\r\nContent-Disposition: form-data; name=patient\r\n\r\n{OTHER}\r\n--x--", {"status": (415,)}),
    ("no-type", "Posts a search without a type.", TARGET, "Observation/_search", [], f"patient={OTHER}", {"status": (415,)}),
    ("bad-form", "Posts a form that cannot be read.", ROUTER, "Observation/_search", [FORM], f"patient={OTHER}%zz", {}),
    ("all", "Posts a search of everything.", TARGET, "_search", [FORM], f"patient={OTHER}", {"status": (400, 404)}),
    ("compartment", "Posts a search below a patient.", TARGET, f"Patient/{OTHER}/_search", [FORM], "", {}),
    ("batch", "Asks for another chart in a batch.", "src/in/fhir/batch.cc", "", [FHIR], '{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"' + THEIRS + '"}}]}',
     {"status": (200,), "asked": True, "kept": b"403 Forbidden"}),
    ("transaction", "Posts an empty transaction.", TRANSACTION, "", [FHIR], transaction(), {}),
    ("bundle-in-a-bundle", "Hides a batch in a batch.", "src/in/fhir/parts.cc", "", [FHIR],
     '{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"' + THEIRS +
     '"}}]},"request":{"method":"POST","url":"Bundle"}}]}', {"status": (200,), "kept": b"403 Forbidden"}),
    ("transaction-other-chart", "Hides a write to another chart in a transaction.", ACCESS, "", [FHIR], transaction(created(MINE), created(OTHER)), {"status": (403,)}),
    ("transaction-read", "Reads in a transaction.", TRANSACTION, "", [FHIR], transaction('{"request":{"method":"GET","url":"' + THEIRS + '"}}'), {"status": (422,)}),
    ("transaction-conditional", "Finds another patient's record by a condition in a transaction.", TARGET, "", [FHIR],
     transaction('{"resource":{"resourceType":"Observation"},"request":{"method":"PUT","url":"Observation?patient=' + OTHER + '"}}'), {"status": (405,)}),
    ("transaction-name", "Names what a transaction creates as another patient is named.", TRANSACTION, "", [FHIR],
     transaction(created(MINE, f'"fullUrl":"Patient/{OTHER}",')), {"status": (422,)}),
    ("transaction-urn", "Lets the record server put the patient where a name stands.", WRITES, "", [FHIR],
     transaction('{"resource":{"resourceType":"Observation","subject":{"reference":"' + URN + '"}},"request":{"method":"POST","url":"Observation"}}'), {"status": (422,)}),
    ("reference-search", "Refers to whatever a search of another chart finds.", WRITES, "DiagnosticReport", [FHIR],
     '{"resourceType":"DiagnosticReport","subject":{"reference":"Patient/' + MINE + '"},"result":[{"reference":"Observation?patient=' + OTHER + '"}]}', {"status": (422,)}),
    ("binary-reference", "Makes a document that refers to another patient's file.", "src/in/fhir/attachments.cc", "DocumentReference", [FHIR],
     '{"resourceType":"DocumentReference","subject":{"reference":"Patient/' + MINE + '"},"content":[{"attachment":{"url":"Binary/theirs"}}]}', {"status": (422,)}),
    ("list", "Puts another patient on a list in one's own patient's chart.", WRITES, "List", [FHIR],
     '{"resourceType":"List","subject":{"reference":"Patient/' + MINE + '"},"entry":[{"item":{"reference":"Patient/' + OTHER + '"}}]}', {"status": (422,)}),
    ("match", "Posts somebody to be matched.", TARGET, "Patient/$match", [FHIR], '{"resourceType":"Parameters"}', {}),
    ("message", "Posts a message.", TARGET, "$process-message", [FHIR], '{"resourceType":"Bundle","type":"message"}', {}),
    ("to-an-id", "Posts to a record.", TARGET, THEIRS, [FHIR], "{}", {"status": (405,)}),
    ("patient", "Registers a patient.", TARGET, "Patient", [FHIR], '{"resourceType":"Patient"}', {}),
    ("subscription", "Subscribes to changes.", TARGET, "Subscription", [FHIR], '{"resourceType":"Subscription","criteria":"Observation?"}', {"status": (403,)}),
    ("conditional", "Creates where nothing like it exists.", TARGET, "Observation", [FHIR, f"If-None-Exist: patient={OTHER}"], "{}", {}),
    ("parameters", "Creates with parameters.", TARGET, f"Observation?patient={OTHER}", [FHIR], "{}", {}),
    ("xml", "Creates in XML.", TARGET, "Observation", ["Content-Type: application/fhir+xml"], "<Observation/>", {"status": (415,)}),
    ("other-chart", "Creates in another chart.", ACCESS, "Observation", [FHIR],
     '{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/' + OTHER + '"}}', {"status": (403,)}),
    ("two-charts", "Creates in two charts.", WRITES, "Observation", [FHIR],
     '{"resourceType":"Observation","subject":{"reference":"Patient/' + MINE + '"},"performer":[{"reference":"Patient/' + OTHER + '"}]}', {"status": (422,)}),
    ("subject-twice", "Creates with two subjects under one key.", WRITES, "Observation", [FHIR],
     '{"resourceType":"Observation","subject":{"reference":"Patient/' + MINE + '"},"subject":{"reference":"Patient/' + OTHER + '"}}', {}),
    ("own-id", "Chooses the id of what it creates.", WRITES, "Observation", [FHIR],
     '{"resourceType":"Observation","id":"o-' + OTHER + '","subject":{"reference":"Patient/' + MINE + '"}}', {"status": (422,)}),
    ("our-tag", "Tags what it creates as if by a glass.", WRITES, "Observation", [FHIR],
     '{"resourceType":"Observation","meta":{"tag":[{"system":"urn:halligan:glass","code":"x"}]},"subject":{"reference":"Patient/' + MINE + '"}}', {"status": (422,)}),
]]
POSTED.append(A("get-with-a-body", "Hides another patient in the body of a GET.", TARGET,
                sent(f"GET /fhir/Observation?patient={MINE}", FORM, f"Content-Length: {len(OTHER) + 8}", body=f"patient={OTHER}", length=False), **MINE_ONLY))

# --- methods ---------------------------------------------------------------------------------------

METHODS = [A(f"override-{name.lower()}", f"Asks to delete in the header {name}.", TARGET, fhir(f"Observation?patient={MINE}", f"{name}: DELETE"), **MINE_ONLY)
           for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")]
METHODS += [A(f"override-post-{name.lower()}", f"Posts and asks to change in the header {name}.", TARGET,
              sent(f"POST /fhir/Observation/o-{MINE}", FHIR, f"{name}: PUT", body="{}"), status=(405,))
            for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")]
METHODS += [A(f"method-{method.lower() if method != 'get' else 'small'}", f"Sends the method {method}.", stops, sent(f"{method} /fhir/{THEIRS}"), status=status)
            for method, stops, status in (("TRACE", PARSER, (501,)), ("CONNECT", PARSER, (501,)), ("PROPFIND", PARSER, (501,)), ("get", PARSER, (501,)),
                                          ("OPTIONS", TARGET, (405,)), ("PATCH", TARGET, (415,)))]
METHODS.append(A("method-head", "Asks for the head of another patient's record alone.", ACCESS, sent(f"HEAD /fhir/{THEIRS}"), **REFUSED))
