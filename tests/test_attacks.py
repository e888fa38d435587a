"""What somebody may send to reach another chart: no octet of it comes back, and the record server hears of nothing
that was not understood. docs/threat-model.md lists them.
"""

import hashlib
import json
import re

import pytest

from attack_requests import METHODS, PATHS, POSTED, QUERIES
from attack_wire import BROWSERS, CHARTS, CHUNKS, FRAMES, HOSTS, LINES, PASSED_ON, TOKENS
from halligan_world import Client
from hostile_upstream import HIDDEN, MINE, OTHER, SECRET, HostileWorld, bundle, observation, parse, said

WORLD = HostileWorld

ATTACKS = PATHS + QUERIES + POSTED + METHODS + FRAMES + CHUNKS + LINES + HOSTS + PASSED_ON + CHARTS + BROWSERS + TOKENS
# All that a request of the gateway to the record server may carry.
HEADERS = {"host", "accept", "accept-encoding", "authorization", "content-type", "content-length", "if-match"}


def careless(up, asked):
    """It knows no right and no patient: whoever asks for what it has not, gets what it has of others."""
    if asked.method == "PUT":
        return said(b"", 412 if asked.headers["if-match"] != 'W/"1"' else 200)
    if asked.method != "GET" or asked.path.partition("/")[0] == "Patient" and asked.path in up.records or asked.path in up.records or "/" not in asked.path:
        return None
    return said(up.records[f"Observation/o-{OTHER}"])


def by_browser(world, who):
    """A session whose token is in a cookie."""
    if who not in world.enrolled:
        world.enrol(who)
    secrets = world.secrets[who]
    opened = Client(world).api("POST", "/sessions", {"user": who, "password": secrets.password, "code": secrets.code(), "cookie": True}, ok=201)
    return re.match(r"__Host-halligan=([^;]+);", opened.headers["Set-Cookie"])[1], opened.json["csrf"]


@pytest.fixture(scope="module")
def words(world):
    """What stands for the marks in an attack."""
    doctor = world.session("a.osei")
    cookie, csrf = by_browser(world, "p.lind")
    over = world.sign_in("n.okafor")
    over.sign_out()
    world.records.answers = careless
    return {"TOKEN": doctor.token, "COOKIE": cookie, "CSRF": csrf, "OTHER-CSRF": by_browser(world, "m.reyes")[1], "ENDED": over.token,
            "TOKEN-CAPITALS": doctor.token.swapcase(), "TOKEN-SHORT": doctor.token[:-1], "TOKEN-HASH": hashlib.sha256(doctor.token.encode()).hexdigest(),
            "UPSTREAM": (world.folder / "credential").read_text().strip()}


def filled(raw, words):
    return re.sub(rb"@([A-Z-]+)@", lambda mark: words[mark[1].decode()].encode(), raw)


def unharmed(world, words, asked, got, attack):
    answers = re.findall(rb"(?:^|\n|\}|>)HTTP/1\.1 (\d+) ", got)
    assert attack.leak not in got, got[:2000]
    for each in attack.absent:
        assert each not in got, got[:2000]
    assert attack.kept in got, got[:2000]
    first = parse(got)
    assert (first.status if first else None) in attack.status, got[:2000]
    assert len(answers) == (attack.answers if first else 0), got[:2000]
    if first.status >= 400 and first.body:
        told = first.json
        assert told.get("resourceType") == "OperationOutcome" or told["code"], told
    assert attack.asked or not asked, f"the record server heard of it: {asked[0].raw[:300]}"
    for each in asked:
        assert words["TOKEN"].encode() not in each.raw and words["COOKIE"].encode() not in each.raw and set(each.headers) <= HEADERS, each.raw
        assert each.target.startswith("/fhir/") and each.method in ("GET", "PUT", "POST"), each.raw
    assert world.server.poll() is None
    return first


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)
def test_request(world, words, attack):
    up = world.records
    heard = len(up.seen)
    got = world.raw_exchange(filled(attack.raw, words), 10)
    answer = unharmed(world, words, up.seen[heard:], got, attack)
    # What was released, and what was refused by a rule, is in the ledger.
    if answer.receipt is not None:
        assert answer.receipt < world.size()
    for code in re.findall(rb"reference code ([A-Z0-9-]+)", answer.body):
        assert world.admin.api("GET", f"/codes/{code.decode()}", ok=200).json["staff"] == "a.osei"


def test_the_record_server_is_careless(world, words):
    """Whatever the gateway would let through comes back with the word that no test above may see."""
    up = world.records
    for path in (f"Observation/o-{OTHER}", f"Observation?patient={MINE}", f"Patient/{MINE}/Observation", "Patient?_id=x", f"Observation/o-{OTHER}.json",
                 f"Observation?patient={MINE}&_id=o-{OTHER}", "$graphql/x"):
        assert SECRET.encode() in up.ask("GET", path), path


# --- several requests, several sessions --------------------------------------------------------------

def request(path, token, end="Connection: keep-alive", method="GET"):
    return f"{method} {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\n{end}\r\n\r\n".encode()


def statuses(got):
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+) ", got)]


def test_pipelined_requests_are_each_of_their_own_right(world, words):
    """Somebody's right does not reach over to the request behind theirs."""
    mine = f"/fhir/Observation/o-{MINE}"
    got = world.raw_exchange(request(mine, words["TOKEN"]) + request(mine, "nobody") + request(mine, words["TOKEN"])
                             + request(f"/fhir/Observation/o-{OTHER}", words["TOKEN"]) + request(mine, "nobody", "Connection: close"), 10)
    assert statuses(got) == [200, 401, 200, 403, 401] and SECRET.encode() not in got


def test_pipelined_behind_a_refusal_is_not_read(world, words):
    """After a request that cannot be framed, nothing on that connection is a request any more."""
    got = world.raw_exchange(b"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n" + request(f"/fhir/Observation/o-{MINE}", words["TOKEN"]), 10)
    assert statuses(got) == [400] and b"calm" not in got


def test_a_page_belongs_to_its_session(world, words):
    """Neither another person nor another session of the same person turns the page."""
    up = world.records
    up.at["Observation"] = said(bundle(*(observation(f"m-{n}", MINE) for n in range(10)), observation("n", OTHER)))
    try:
        doctor = world.session("a.osei")
        page = doctor.fhir("GET", f"Observation?patient={MINE}&_count=2", ok=200).json["link"][1]["url"].partition("/fhir/")[2]
        assert doctor.fhir("GET", page, ok=200).resources()
        for other in (world.session("p.lind"), world.sign_in("a.osei")):
            refused = other.fhir("GET", page, ok=400)
            assert b"calm" not in refused.body and SECRET.encode() not in refused.body
        for spoiled in (page[:-1] + ("A" if page[-1] != "A" else "B"), page + "A", page.replace("Observation", "Condition")):
            assert doctor.fhir("GET", spoiled).status == 400
    finally:
        del up.at["Observation"]


def test_hidden_and_unknown_are_one_answer(world, words):
    """Who excluded the reader is answered as somebody whom nobody knows, but for the code."""
    doctor = world.session("a.osei")
    plain = lambda answer: (answer.status, re.sub(rb"code [A-Z0-9-]+", b"", answer.body), sorted(set(answer.headers) - {"Date"}))
    up = world.records
    up.at["Observation/o-unknown"] = said({"resourceType": "OperationOutcome", "issue": []}, 404)
    up.at["Patient/p-unknown"] = said({"resourceType": "OperationOutcome", "issue": []}, 404)
    try:
        assert SECRET.encode() in up.ask("GET", f"Observation/o-{HIDDEN}")
        for path in ("Observation/o-{}", "Patient/{}", "Observation?patient={}", "Patient/{}/$everything"):
            hidden, unknown = (doctor.fhir("GET", path.format(who)) for who in (HIDDEN, "unknown" if "/o-" in path else "p-unknown"))
            assert plain(hidden) == plain(unknown), path
    finally:
        del up.at["Observation/o-unknown"], up.at["Patient/p-unknown"]


def test_a_refusal_is_an_entry(world, words):
    """Reaching for another chart is written down, with who, whose and from where."""
    prober, size = world.hire("physician"), world.size()
    assert prober.fhir("GET", f"Observation/o-{OTHER}").status == 403
    refused = [e for e in world.entries("access-refused", since=size) if e["staff"] == prober.staff]
    assert len(refused) == 1 and refused[0]["patient"] == OTHER


def test_afterwards_it_serves_as_before(world, words):
    assert Client(world).request("GET", "/readyz").status == 200
    assert world.session("a.osei").fhir("GET", f"Observation/o-{MINE}", ok=200).json["valueString"] == "calm"
    assert SECRET not in world.log.read_text() and "Ellison" not in world.log.read_text()


def test_afterwards_no_word_of_it_is_in_the_ledger(world, words):
    assert SECRET not in json.dumps(world.entries())
