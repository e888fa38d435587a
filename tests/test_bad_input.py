"""Bad input at every edge: a clear answer with a code, a steady process, nothing lost.

The checks at the end of this file look at the same server that took everything before them.
"""

import http.client
import json
import pathlib
import re
import socket
import ssl
import threading
import time

import pytest

from halligan_world import Client

MEGA = 1024 * 1024


@pytest.fixture(scope="module")
def steady(world):
    """What must be so afterwards."""
    person = world.session("p.lind")
    receipt = person.fhir("GET", "Patient/p-000001", ok=200).receipt
    return world, world.pid, receipt


def memory(world):
    status = pathlib.Path(f"/proc/{world.pid}/status").read_text()
    return 1024 * int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


def exchange(world, raw, timeout=30, pieces=1, pause=0.0):
    """Sends bytes as they are; gives the first answer's status and its body, or None where there is none."""
    connection = world.raw(timeout)
    try:
        try:
            step = max(1, len(raw) // pieces)
            for at in range(0, len(raw), step):
                connection.sendall(raw[at:at + step])
                if pause:
                    time.sleep(pause)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            pass  # it has answered already
        got = b""
        try:
            while part := connection.recv(65536):
                got += part
        except (ConnectionResetError, ssl.SSLError, socket.timeout):
            pass
    finally:
        connection.close()
    if not got:
        return None, b"", 0
    head, _, body = got.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), body, got.count(b"HTTP/1.1 ")


def clear(status, body, *wanted):
    """A problem with a code, or an OperationOutcome; never a word of ours about the inside."""
    assert status in wanted, (status, body[:400])
    said = json.loads(body[body.index(b"{"):body.rindex(b"}") + 1])
    if said.get("resourceType") == "OperationOutcome":
        assert said["issue"][0]["code"] and said["issue"][0]["details"]["text"]
    else:
        assert said["type"].startswith("urn:halligan:problem:") and said["title"] and said["status"] == status
        assert said["code"], said
    for inside in (b".cc", b"boost", b"std::", b"Exception", b"/work/", b"127.0.0.1:"):
        assert inside not in body, body


def raw_request(person, method, target, headers=(), body=b"", length=True):
    lines = [f"{method} {target} HTTP/1.1", "Host: halligan", f"Authorization: Bearer {person.token}", "Connection: close"]
    if length and (body or method in ("POST", "PUT")):
        lines.append(f"Content-Length: {len(body)}")
    lines += headers
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


JSON = ["Content-Type: application/json"]
FHIR = ["Content-Type: application/fhir+json"]
COMMANDS = ["/api/v1/patients/search", "/api/v1/charts/p-000002/break", "/api/v1/sessions", "/api/v1/facts",
            "/api/v1/session/step-up", "/api/v1/charts/p-000002/referrals", "/api/v1/policy/proposals", "/api/v1/policy/explain"]
MALFORMED = {
    "nothing": b"", "not json": b"hello", "cut off": b'{"name":', "two values": b"{}{}", "trailing": b'{"name":"x"},',
    "an array": b"[]", "a number": b"1e999", "comments": b'{/* */"name":"x"}', "single quotes": b"{'name':'x'}",
    "NaN": b'{"name":NaN}', "deep": b'{"name":' * 500 + b"1" + b"}" * 500, "deep arrays": b"[" * 100_000,
    "bad UTF-8": b'{"name":"\xff\xfe"}', "overlong UTF-8": b'{"name":"\xc0\xaf"}', "half a surrogate": b'{"name":"\\ud800"}',
    "a NUL": b'{"name":"a\\u0000b"}', "a raw NUL": b'{"name":"a\x00b"}', "a BOM": b'\xef\xbb\xbf{"name":"x"}',
    "the same key twice": b'{"name":"x","name":"y"}',
    "the same key twice, escaped": b'{"name":"x","na\\u006de":"y"}',
}


@pytest.mark.parametrize("path", COMMANDS)
def test_malformed_json_on_the_api(steady, path):
    world = steady[0]
    person = world.admin
    for what, body in MALFORMED.items():
        status, said, _ = exchange(world, raw_request(person, "POST", path, JSON, body))
        clear(status, said, 400)
    status, said, _ = exchange(world, raw_request(person, "POST", path, ["Content-Type: text/plain"], b"{}"))
    clear(status, said, 415)


def test_malformed_json_on_fhir(steady):
    world = steady[0]
    doctor = world.session("a.osei")
    before = world.upstream_state("p-000001")
    good = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "subject": {"reference": "Patient/p-000001"}}
    bodies = dict(MALFORMED)
    text = json.dumps(good)
    bodies |= {
        "subject twice": text[:-1].encode() + b', "subject": {"reference": "Patient/p-000002"}}',
        "type twice": b'{"resourceType": "Observation", "resourceType": "Patient"}',
        "reference twice": text.replace('"reference"', '"reference": "Patient/p-000002", "reference"').encode(),
        "another type": json.dumps({**good, "resourceType": "Condition"}).encode(),
        "no such type": json.dumps({**good, "resourceType": "Nonsense"}).encode(),
        "subject is a number": json.dumps({**good, "subject": 7}).encode(),
        "subject is absolute": json.dumps({**good, "subject": {"reference": "https://elsewhere.example/Patient/p-000001"}}).encode(),
        "subject climbs": json.dumps({**good, "subject": {"reference": "Patient/../Patient/p-000001"}}).encode(),
        "subject in words": json.dumps({**good, "subject": {"display": "Margaret"}}).encode(),
        "subject by number": json.dumps({**good, "subject": {"identifier": {"value": "p-000001"}}}).encode(),
        "bad date": json.dumps({**good, "effectiveDateTime": "2026-13-45T99:99:99Z"}).encode(),
    }
    for what, body in bodies.items():
        status, said, _ = exchange(world, raw_request(doctor, "POST", "/fhir/Observation", FHIR, body))
        assert 400 <= status < 500, (what, status, said)
        clear(status, said, 400, 403, 404, 415, 422)
    for kind in ("text/xml", "application/fhir+xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        status, said, _ = exchange(world, raw_request(doctor, "POST", "/fhir/Observation", [f"Content-Type: {kind}"], text.encode()))
        clear(status, said, 400, 415)
    assert world.upstream_state("p-000001") == before


WRONG = [
    ("/patients/search", {"name": 7}), ("/patients/search", {"name": None}), ("/patients/search", {"name": ["x"]}),
    ("/patients/search", {"name": ""}), ("/patients/search", {"name": "x" * 100_000}), ("/patients/search", {}),
    ("/patients/search", {"name": "x", "surname": "y"}), ("/patients/search", {"birth_date": "yesterday"}),
    ("/patients/search", {"birth_date": "2026-02-30"}), ("/patients/search", {"birth_date": "0000-00-00"}),
    ("/patients/search", {"id": "p 1"}), ("/patients/search", {"id": "../p-000001"}),
    ("/charts/p-000002/break", {}), ("/charts/p-000002/break", {"reason": 1}),
    ("/charts/p-000002/break", {"reason": "clinical-access", "rule": "clinical-access"}),
    ("/charts/p-000002/break", {"reason": "clinical-access", "details": {}}),
    ("/charts/p-000002/break", {"reason": "clinical-access", "details": [{"prompt": "x"}]}),
    ("/charts/p-000002/break", {"reason": "clinical-access", "details": [{"prompt": "x", "answer": "y", "z": 1}]}),
    ("/charts/p-000002/break", {"reason": "clinical-access", "details": [{"prompt": "x", "answer": "y" * 50_000}]}),
    ("/charts/p-000002/break", {"reason": "clinical-access", "details": [{"prompt": str(n), "answer": "y"} for n in range(1000)]}),
    ("/charts/p-000002/break", {"reason": "clinical-access", "confirm": "yes"}),
    ("/charts/p-000002/break", {"reason": "clinical-access", "acknowledge": "vip"}),
    ("/charts/p-000002/break", {"reason": "clinical-access", "patient": "p-000001"}),
    ("/facts", {"facts": [{"relation": "referral", "from": "cardiology"}]}),
    ("/facts", {"facts": [{"relation": "referral", "from": "cardiology", "to": "p-000002", "start": "today"}]}),
    ("/facts", {"facts": [{"relation": "referral", "from": "cardiology", "to": "p-000002", "start": "2026-02-30T00:00:00Z"}]}),
    ("/facts", {"facts": [{"relation": "referral", "from": "cardiology", "to": "p-000002", "start": "99999-01-01T00:00:00Z"}]}),
    ("/facts", {"facts": [{"relation": "referral", "from": "cardiology", "to": "p-000002", "start": 1}]}),
    ("/facts", {"facts": [{"relation": "referral", "from": "cardiology", "to": "p-000002", "start": "2026-01-02T00:00:00Z", "end": "2026-01-01T00:00:00Z"}]}),
    ("/facts", {"facts": [{"relation": "nonsense", "from": "a", "to": "b"}]}),
    ("/facts", {"facts": [{"relation": "referral", "from": "patient/p-000001", "to": "p-000002"}]}),
    ("/facts", {"facts": [{"relation": "referral", "from": "cardiology", "to": "p 2"}]}),
    ("/facts", {"facts": "all"}), ("/facts", {"flags": [{"patient": "p-000001", "flag": "NOPE", "on": True}]}),
    ("/facts", {"flags": [{"patient": "p-000001", "flag": "VIP", "on": 1}]}),
    ("/sessions", {"user": "x"}), ("/sessions", {"user": "x" * 10_000, "password": "y", "code": "1"}),
    ("/sessions", {"user": "x", "password": "y", "code": 123456}), ("/sessions", {"user": "x", "password": "y" * 100_000, "code": "1"}),
    ("/session/step-up", {"code": None}), ("/policy/proposals", {"text": 7, "note": "x"}), ("/policy/proposals", {"note": "x"}),
]


@pytest.mark.parametrize("path,body", WRONG, ids=[f"{p}-{n}" for n, (p, _) in enumerate(WRONG)])
def test_wrong_types_unknown_fields_bad_dates(steady, path, body):
    world = steady[0]
    answer = world.admin.api("POST", path, body)
    clear(answer.status, answer.body, 400)
    if answer.slug == "bad-field":
        assert answer.json["errors"][0]["pointer"].startswith("/"), answer.json


@pytest.mark.parametrize("text", ["", "hospital = 1", "[[allow]]\nname = ", "\x00", "x" * 1_000_000, "[[limit]]\nname='x'", "a = 'b'\n" * 50_000])
def test_a_policy_that_is_none(steady, text):
    answer = steady[0].admin.api("POST", "/policy/proposals", {"text": text, "note": "bad"})
    clear(answer.status, answer.body, 400, 413, 422)


UNKNOWN = ["/charts/p-999999/open", "/charts/nobody/open", "/charts/p-999999/break", "/glass/nothing/close", "/glass/nothing/revoke",
           "/glass/nothing/details", "/cases/nothing/close", "/cases/nothing/justify", "/cases/nothing/reopen", "/staff/nobody/sign-out",
           "/staff/nobody/totp", "/terminals/nothing/secret", "/policy/proposals/nothing/sign", "/charts/p-999999/referrals",
           "/charts/p-000002/referrals/nothing/close"]
BODIES = {"close": {"finding": "appropriate"}, "justify": {"text": "x"}, "reopen": {"comment": "x"}, "break": {"reason": "clinical-access"},
          "details": {"details": [{"prompt": "x", "answer": "y"}]}, "referrals": {"team": "cardiology"}}


@pytest.mark.parametrize("path", UNKNOWN)
def test_unknown_ids(steady, path):
    body = {} if path.startswith("/glass") and path.endswith("close") or "/referrals/" in path else BODIES.get(path.rsplit("/", 1)[1], {})
    answer = steady[0].admin.api("POST", path, body)
    if path.endswith("open"):  # nobody is told who exists
        assert answer.status in (200, 404) and answer.json.get("verdict") in (None, "deny", "permit"), answer
    else:
        clear(answer.status, answer.body, 403, 404, 409, 422)


@pytest.mark.parametrize("path", ["/staff/nobody/nothing", "/glass/nothing", "/cases/nothing", "/codes/ZZZ-ZZZ", "/policy/proposals/nothing",
                                  "/nothing", "/sessions/nothing", "/entries?from=-1", "/entries?from=x", "/entries?limit=1e9",
                                  "/cases?state=nonsense", "/cases?limit=0", "/cases?limit=-5", "/cases?state=owed&state=late",
                                  "/cases?nonsense=1", "/cases?after=%00", "/cases?after=%ff"])
def test_unknown_paths_and_queries(steady, path):
    answer = steady[0].admin.api("GET", path)
    clear(answer.status, answer.body, 400, 403, 404, 405)


PATHS = ["/fhir/", "/fhir//Patient/p-000001", "/fhir/Patient/p-000001/", "/fhir/Patient/../Patient/p-000001", "/fhir/Patient/%2e%2e/Patient/p-000001",
         "/fhir/Patient%2Fp-000001", "/fhir/Patient/p-000001%00", "/fhir/Patient/p-000001%20", "/fhir/patient/p-000001", "/fhir/Nonsense/1",
         "/fhir/Patient/_history", "/fhir/Patient/p-000001/_history?_since=2026", "/fhir/Patient/p-000001/_history/1?_count=1", "/fhir/Patient/p-000001/$nonsense", "/fhir/$everything",
         "/fhir/Observation", "/fhir/Observation?", "/fhir/Observation?patient=", "/fhir/Observation?patient=p-000001,p-000002",
         "/fhir/Observation?patient=p-000001&patient=p-000002", "/fhir/Observation?patient=p-000001&subject=p-000002",
         "/fhir/Observation?patient:missing=true", "/fhir/Observation?patient=Group/1", "/fhir/Observation?patient=%ff",
         "/fhir/Observation?patient=p-000001&_count=-1", "/fhir/Observation?patient=p-000001&_count=x",
         "/fhir/Observation?patient=p-000001&_summary=count", "/fhir/Observation?patient=p-000001&_format=xml",
         "/fhir/Observation?patient=p-000001&_elements=id", "/fhir/Observation?patient=p-000001&_include=*",
         "/fhir/Observation?patient=p-000001&_revinclude=Provenance:target", "/fhir/Observation?patient=p-000001&_has:x:y:z=1",
         "/fhir/Observation?patient=p-000001&_filter=x", "/fhir/Observation?patient=p-000001&_sort=date",
         "/fhir/Observation?patient.name=x", "/fhir/Observation?patient=p-000001&date=nonsense", "/fhir/Observation?patient=p-000001&date=2026-99-99",
         "/fhir/Observation?page=forged", "/fhir/Observation?patient=p-000001&page=forged", "/fhir/Observation?patient=http://evil.example/Patient/p-000001",
         "/fhir/Patient?", "/fhir/Patient", "/fhir/Patient?name=a%00", "/fhir/Patient?_id=p-000001&_id=p-000002", "/fhir/Patient?nonsense=x",
         "/fhir/Binary/1", "/fhir/metadata/x", "/fhir/Patient/" + "x" * 65]


@pytest.mark.parametrize("path", PATHS)
def test_forms_that_fhir_does_not_know_here(steady, path):
    world = steady[0]
    status, said, _ = exchange(world, raw_request(world.session("a.osei"), "GET", path))
    clear(status, said, 400, 403, 404, 405, 406, 410, 501)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "get", "BREW", "PATCH", "OPTIONS", "DELETE", "PUT"])
@pytest.mark.parametrize("path", ["/api/v1/patients/search", "/fhir/Patient/p-000002", "/ledger/checkpoint", "/healthz"])
def test_wrong_methods(steady, method, path):
    status, said, _ = exchange(steady[0], raw_request(steady[0].session("a.osei"), method, path, FHIR, b"{}"))
    clear(status, said, 400, 403, 404, 405, 415, 501)


@pytest.mark.parametrize("path", ["/api/v1/facts", "/api/v1/patients/search", "/fhir/Observation", "/ledger/checkpoint"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_100_megabytes(steady, path, chunked):
    world = steady[0]
    connection = world.raw(60)
    head = f"POST {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {world.admin.token}\r\nContent-Type: application/json\r\n"
    head += "Transfer-Encoding: chunked\r\n\r\n" if chunked else f"Content-Length: {100 * MEGA}\r\n\r\n"
    block = b" " * MEGA
    sent, before = 0, memory(world)
    try:
        connection.sendall(head.encode())
        while sent < 100:
            connection.sendall(b"%x\r\n%s\r\n" % (len(block), block) if chunked else block)
            sent += 1
    except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
        pass  # it has heard enough
    got = b""
    try:
        while part := connection.recv(65536):
            got += part
    except (ConnectionResetError, ssl.SSLError, socket.timeout):
        pass
    connection.close()
    # It may let the client talk on so that the answer arrives, but it keeps nothing of that.
    clear(int(got.split(b" ")[1]), got.partition(b"\r\n\r\n")[2], 405, 413)
    assert memory(world) - before < 32 * MEGA, "it kept what it had refused"


def test_a_body_that_is_announced_too_long(steady):
    """Whoever waits for the answer before sending gets it."""
    world = steady[0]
    for path, length in (("/api/v1/patients/search", 2 * MEGA), ("/fhir/Observation", 100 * MEGA), ("/api/v1/facts", 10**18), ("/healthz", 10**30)):
        for more in ([], ["Expect: 100-continue"]):
            raw = raw_request(world.admin, "POST", path, [*JSON, f"Content-Length: {length}", *more], b"", length=False)
            status, said, _ = exchange(world, raw)
            clear(status, said, 400, 405, 413)


@pytest.mark.parametrize("path", ["/api/v1/facts", "/api/v1/policy/proposals", "/api/v1/sessions", "/fhir/Observation"])
def test_large_bodies_of_nobody_are_not_read(steady, path):
    """Refused by the head: nobody waits for the body, and nothing of it is kept."""
    world = steady[0]
    head = f"POST {path} HTTP/1.1\r\nHost: h\r\n".encode()
    for framing in (b"Content-Length: 900000\r\n\r\n", b"Authorization: Bearer x\r\nContent-Length: 5000\r\n\r\n",
                    b"Transfer-Encoding: chunked\r\n\r\n1388\r\n" + b"x" * 5000 + b"\r\n"):
        status, said, _ = exchange(world, head + framing, timeout=10)
        clear(status, said, 401)


def test_more_values_than_a_command_has(steady):
    world = steady[0]
    before = memory(world)
    for body in (b'{"facts":[' + b"0," * 4_000_000 + b"0]}", b"{" + b",".join(b'"%d":0' % n for n in range(500_000)) + b"}"):
        status, said, _ = exchange(world, raw_request(world.admin, "POST", "/api/v1/facts", JSON, body), timeout=60)
        clear(status, said, 400)
        assert b"too many values" in said
    assert memory(world) - before < 100 * MEGA


def test_a_resource_that_refers_and_contains_without_end(steady):
    world = steady[0]
    doctor = world.session("a.osei")
    for references, contained in ((5_000, 1_001), (10_001, 1)):
        body = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "subject": {"reference": "Patient/p-000001"},
                "performer": [{"reference": "#a"}] * references, "contained": [{}] * contained}
        status, said, _ = exchange(world, raw_request(doctor, "POST", "/fhir/Observation", FHIR, json.dumps(body).encode()))
        clear(status, said, 422)


def test_ten_thousand_headers(steady):
    world = steady[0]
    many = [f"X-Header-{n}: {n}" for n in range(10_000)]
    for path in ("/api/v1/session", "/fhir/Patient/p-000001", "/ledger/checkpoint"):
        status, said, _ = exchange(world, raw_request(world.admin, "GET", path, many))
        if status is not None:
            clear(status, said, 431)
    status, said, _ = exchange(world, raw_request(world.admin, "GET", "/healthz", ["X-Long: " + "x" * 100_000]))
    assert status in (431, None)
    status, said, _ = exchange(world, raw_request(world.admin, "GET", "/fhir/Patient?name=" + "x" * 100_000))
    assert status in (414, 431, None)


SMUGGLED = {
    "both lengths": ["Content-Length: 5", "Transfer-Encoding: chunked"],
    "two lengths": ["Content-Length: 0", "Content-Length: 44"],
    "a list of lengths": ["Content-Length: 0, 44"],
    "a signed length": ["Content-Length: +44"],
    "a hexadecimal length": ["Content-Length: 0x2c"],
    "a length with a space before the colon": ["Content-Length : 44"],
    "another coding": ["Transfer-Encoding: gzip, chunked"],
    "chunked twice": ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
    "chunked in disguise": ["Transfer-Encoding: xchunked"],
    "chunked with a tab": ["Transfer-Encoding:\x0bchunked"],
    "a folded header": ["X: a", " Transfer-Encoding: chunked"],
    "two hosts": ["Host: elsewhere"],
    "a bare line feed": ["X: a\nTransfer-Encoding: chunked"],
    "a NUL": ["X: a\0b"],
    "identity": ["Transfer-Encoding: identity"],
}


@pytest.mark.parametrize("what", SMUGGLED)
def test_smuggling(steady, what):
    """A second request hidden in the first is never answered."""
    world = steady[0]
    hidden = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"
    raw = raw_request(world.admin, "POST", "/api/v1/patients/search", JSON + SMUGGLED[what], hidden, length=False)
    status, said, answers = exchange(world, raw.replace(b"Connection: close\r\n", b""), timeout=5)
    clear(status, said, 400, 501)
    assert answers == 1, "what was hidden was answered"


@pytest.mark.parametrize("raw", [
    b"GET / HTTP/2.0\r\nHost: h\r\n\r\n", b"GET /none HTTP/1.0\r\n\r\n", b"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", b"GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET /healthz\r\n\r\n", b"GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", b"\x16\x03\x01 nonsense\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n\r\n", b"GET /healthz HTTP/1.1\r\nHost: h h\r\n\r\n", b"GET /healthz#x HTTP/1.1\r\nHost: h\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET * HTTP/1.1\r\nHost: h\r\n\r\n"])
def test_request_lines_that_are_none(steady, raw):
    status, said, _ = exchange(steady[0], raw, timeout=5)
    clear(status, said, 400, 404, 405, 501, 505)


def test_http_1_0_is_answered_once_and_the_connection_closed(steady):
    """It knows no Host and keeps no connection, whatever it asks for; the front door is where it always is."""
    connection = steady[0].raw(10)
    connection.sendall(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /healthz HTTP/1.0\r\n\r\n")
    got = b""
    with connection:
        while part := connection.recv(65536):  # an end, not a timeout
            got += part
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.") and head.split(b" ")[1] == b"302", head
    assert b"\r\nlocation: /console/\r\n" in head.lower() + b"\r\n"
    assert b"\r\nconnection: close\r\n" in head.lower() + b"\r\n"
    assert body == b"" and got.count(b"HTTP/1.") == 1


def test_tokens_that_are_none(steady):
    world = steady[0]
    genuine = world.admin.token
    for value in ("", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", f"Bearer {genuine[:-1]}", f"Bearer {genuine}x", f"Bearer {genuine},{genuine}",
                  f"bearer  {genuine}x", "Bearer " + "x" * 5000):
        for path in ("/api/v1/session", "/fhir/Patient/p-000001", "/ledger/tile/entries/000"):
            status, said, _ = exchange(world, f"GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: {value}\r\n\r\n".encode())
            clear(status, said, 400, 401)
    status, said, _ = exchange(world, raw_request(world.admin, "GET", "/api/v1/session", [f"Authorization: Bearer {genuine}"]))
    clear(status, said, 400, 401)


def test_slow_clients_do_not_keep_others_waiting(steady):
    world = steady[0]
    slow = []
    for n in range(60):
        connection = world.raw(60)
        connection.sendall(b"POST /api/v1/patients/search HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n"
                           + (b"\r\n{" if n % 2 else b"X-Slow:"))
        slow.append(connection)
    world.session("p.lind").fhir("GET", "Patient/p-000001", ok=200)
    status, said, _ = exchange(world, raw_request(world.session("p.lind"), "GET", "/fhir/Patient/p-000001"), pieces=50, pause=0.02)
    assert status == 200, said  # slow, but not too slow
    # Those who do not finish their headers are told so, or dropped.
    slow[0].settimeout(30)
    got = slow[0].recv(65536)
    assert not got or got.startswith(b"HTTP/1.1 408"), got
    for connection in slow:
        connection.close()


def test_clients_that_leave(steady):
    world = steady[0]
    person = world.session("p.lind")
    for n in range(30):
        connection = world.raw(10)
        connection.sendall(raw_request(person, "GET", "/fhir/Patient/p-000001/$everything")[:None if n % 2 else 40])
        connection.close()
    for n in range(10):  # not even TLS
        with socket.create_connection(("127.0.0.1", world.port), 5) as plain:
            plain.sendall(b"\x16\x03\x01\xff\xff" + bytes(n * 100))


def test_many_at_once(steady):
    world = steady[0]
    wrong = []

    def hammer(n):
        for turn in range(8):
            answer = Client(world).request("POST", "/api/v1/sessions", b'{"user":"x","password":' if (n + turn) % 2 else b"\xff" * 100,
                                           {"Content-Type": "application/json"})
            if answer.status not in (400, 503):
                wrong.append(answer)
    threads = [threading.Thread(target=hammer, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong, wrong[:1]


@pytest.mark.parametrize("key", ["", "x" * 129, "\xff"])
def test_idempotency_keys_that_are_none(steady, key):
    try:
        answer = steady[0].admin.api("POST", "/patients/search", {"name": "x"}, headers={"Idempotency-Key": key})
    except (ValueError, http.client.HTTPException, UnicodeEncodeError):
        return  # not even sent
    clear(answer.status, answer.body, 400)


# --- afterwards ----------------------------------------------------------------------------------

def test_afterwards_the_process_is_the_same_and_well(steady):
    world, pid, _ = steady
    assert world.server.poll() is None and world.pid == pid
    assert Client(world).request("GET", "/healthz").status == 200
    assert Client(world).request("GET", "/readyz").status == 200
    text = world.log.read_text()
    for word in ("terminate", "Sanitizer", "MUST", "core dumped", "what():"):
        assert word not in text, text[-2000:]
    for name in ("Ellison", "p-000001", "p-000002", "Wójcik"):
        assert name not in text, "P15: no log line contains patient data"


def test_afterwards_nothing_was_lost(steady):
    world, _, receipt = steady
    assert receipt in {e["index"] for e in world.entries("access-intended", since=receipt)}
    reader = world.cli_sign_in("l.reader")
    done = reader("verify", f"{world.base}/ledger", "--key", world.log_key)
    assert done.returncode == 0, done.stdout + done.stderr
