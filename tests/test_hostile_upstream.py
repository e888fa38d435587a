"""A record server that is mistaken, broken into, or made to harm, and the gateway before it.

Each attack first asks that server itself, past the gateway, and sees the word that must not be seen; then it asks
through the gateway, and must not see it. docs/threat-model.md lists them.
"""

import json
import re
import threading

import pytest

from halligan_world import Client
from hostile_answers import READS_AND_SEARCHES, SLOW
from hostile_upstream import HIDDEN, MINE, OTHER, SECRET, HostileWorld, Upstream, bundle, observation, parse, patient, said

WORLD = HostileWorld


@pytest.fixture(scope="module")
def doctor(world):
    return world.session("a.osei")


@pytest.fixture(scope="module")
def elsewhere(world):
    """Another server, which nobody should be led to."""
    other = Upstream()
    world.records.elsewhere = other.base
    yield other
    other.stop()


@pytest.fixture(scope="module")
def begun(world, doctor):
    """Those that take the gateway's whole patience, all at once and beside the others."""
    answers, threads = {}, []
    for attack in SLOW:
        world.records.at[attack.path] = attack.answer
        threads.append(threading.Thread(target=lambda a=attack: answers.update({a.id: through(world, doctor, a)})))
        threads[-1].start()
    yield lambda attack: [thread.join() for thread in threads] and answers[attack.id]
    for attack in SLOW:
        del world.records.at[attack.path]


def past(world, attack):
    """The octets that the record server itself answers."""
    body = b"" if attack.body is None else json.dumps(attack.body).encode()
    return world.records.ask(attack.method, attack.ask, body)


def through(world, person, attack):
    """The octets that come back through the gateway."""
    body = b"" if attack.body is None else json.dumps(attack.body).encode()
    head = [f"{attack.method} /fhir/{attack.ask} HTTP/1.1", "Host: h", "Connection: close", f"Authorization: Bearer {person.token}"]
    if body:
        head += ["Content-Type: application/fhir+json", f"Content-Length: {len(body)}"]
    return world.raw_exchange("\r\n".join(head).encode() + b"\r\n\r\n" + body, 60)


def accounted(world, answer, person):
    """What was released has an entry; what was refused has one that its code leads to."""
    if 200 <= answer.status < 300:
        assert 0 < answer.receipt < world.size(), answer
    for code in re.findall(rb"reference code ([A-Z0-9-]+)", answer.body):
        told = world.admin.api("GET", f"/codes/{code.decode()}", ok=200).json
        assert told["staff"] == person.staff, told


def harmless(world, attack, person, got):
    answer = parse(got)
    assert answer is not None, "no answer at all"
    assert attack.leak not in got, got[:2000]
    assert SECRET.encode() not in got or attack.leak == b"", got[:2000]
    assert str(world.records.port).encode() not in got, "the record server's address"
    assert answer.status in attack.status, answer
    assert attack.kept in got, answer
    if answer.status >= 400:
        assert answer.json["resourceType"] == "OperationOutcome", answer
    accounted(world, answer, person)
    assert world.server.poll() is None


@pytest.mark.parametrize("attack", READS_AND_SEARCHES, ids=lambda attack: attack.id)
def test_answer(world, doctor, elsewhere, begun, attack):
    up = world.records
    up.at = {path: answer for path, answer in up.at.items() if path in [slow.path for slow in SLOW]}
    if attack.ask.endswith("$everything"):
        up.answers = lambda up, asked: attack.answer(up, asked) if "?" in asked.target or "$" in asked.target else None
    else:
        up.answers = lambda up, asked: (attack.answer(up, asked) if callable(attack.answer) else attack.answer) if asked.path == attack.path else None
    heard = len(elsewhere.seen)
    try:
        assert attack.leak in past(world, attack), "this attack attacks nothing"
        asked = len(up.seen)
        harmless(world, attack, doctor, through(world, doctor, attack))
        assert len(elsewhere.seen) == heard, "it was led elsewhere"
        if attack.method == "POST":
            assert [a.method for a in up.seen[asked:]].count("POST") == 1, "a write is sent once"
    finally:
        up.answers = None


@pytest.mark.parametrize("attack", SLOW, ids=lambda attack: attack.id)
def test_slow_answer(world, doctor, begun, attack):
    assert attack.leak in past(world, attack), "this attack attacks nothing"
    harmless(world, attack, doctor, begun(attack))


# --- what takes more than one question -----------------------------------------------------------

def one_after_the_other(*answers):
    """One answer for each question; the last one for ever."""
    left = list(answers)
    return lambda up, asked: left.pop(0) if len(left) > 1 else left[0]


def test_subject_moves_between_reads(world, doctor):
    up = world.records
    first, then = said(observation("moves", MINE)), said(observation("moves", OTHER))
    try:
        up.at["Observation/moves"] = one_after_the_other(first, then)
        assert SECRET.encode() not in up.ask("GET", "Observation/moves") and SECRET.encode() in up.ask("GET", "Observation/moves")
        up.at["Observation/moves"] = one_after_the_other(first, then)
        assert doctor.fhir("GET", "Observation/moves", ok=200).json["valueString"] == "calm"
        refused = doctor.fhir("GET", "Observation/moves", ok=403)
        assert SECRET.encode() not in refused.body
        accounted(world, refused, doctor)
    finally:
        del up.at["Observation/moves"]


def test_subject_moves_before_a_change(world, doctor):
    """The record that was looked at is the one that is changed: its version goes with the change."""
    up = world.records
    try:
        up.at["Observation/moves"] = lambda up, asked: said(observation("moves", MINE)) if asked.method == "GET" else said(
            {"resourceType": "OperationOutcome", "issue": [{"diagnostics": SECRET}]}, 412 if asked.headers.get("if-match") == 'W/"1"' else 200)
        assert SECRET.encode() in up.ask("PUT", "Observation/moves")
        refused = doctor.fhir("PUT", "Observation/moves", observation("moves", MINE), ok=412)
        assert up.seen[-1].headers["if-match"] == 'W/"1"'
        assert SECRET.encode() not in refused.body
    finally:
        del up.at["Observation/moves"]


def test_directory_that_names_a_patient_is_an_entry_of_theirs(world, doctor):
    """The demo's policy opens the directory to everybody; whoever is named in it learns who looked."""
    up = world.records
    try:
        up.at["Practitioner/d"] = said({"resourceType": "Practitioner", "id": "d", "extension": [{"url": "x", "valueReference": {"reference": f"Patient/{OTHER}"}}]})
        assert OTHER.encode() in up.ask("GET", "Practitioner/d")
        got = doctor.fhir("GET", "Practitioner/d", ok=200)
        assert [e["patient"] for e in world.entries("access-intended", since=got.receipt)] == [OTHER]
    finally:
        del up.at["Practitioner/d"]


def test_version_writes_no_header(world, doctor):
    """What a record calls its version goes into a header where it is one, and nowhere else."""
    up = world.records
    try:
        up.at["Observation/v"] = said(observation("v", MINE, meta={"versionId": f"1\r\nX-{SECRET}: y"}), 200, f"X-{SECRET}: y")
        assert f"X-{SECRET}: y".encode() in up.ask("GET", "Observation/v")
        got = doctor.fhir("GET", "Observation/v", ok=200)
        assert "ETag" not in got.headers and SECRET not in str(got.headers)
    finally:
        del up.at["Observation/v"]


def test_change_of_what_became_anothers(world, doctor):
    """Nobody writes over a record by saying that it is one's own patient's."""
    up = world.records
    try:
        up.at["Observation/theirs"] = said(observation("theirs", OTHER))
        assert SECRET.encode() in up.ask("GET", "Observation/theirs")
        for method, body in (("PUT", observation("theirs", MINE)), ("DELETE", None)):
            seen = len(up.seen)
            refused = doctor.fhir(method, "Observation/theirs", body)
            assert refused.status == 404 and SECRET.encode() not in refused.body and {a.method for a in up.seen[seen:]} == {"GET"}
    finally:
        del up.at["Observation/theirs"]


def test_late_second_answer_poisons_no_other_read(world, doctor):
    """Octets that nobody asked for, sent after an answer, are not the answer to the next question."""
    up = world.records
    poison = said(observation("next", OTHER))
    try:
        up.at["Observation/first"] = lambda up, asked: [said(observation("first", MINE)), poison]
        up.at["Observation/next"] = said(observation("next", MINE))
        assert SECRET.encode() in up.ask("GET", "Observation/first")
        for _ in range(20):
            for name in ("first", "next"):
                got = doctor.fhir("GET", f"Observation/{name}")
                assert got.status in (200, 403, 502) and SECRET.encode() not in got.body, got
                assert got.status != 200 or got.json["id"] == name
    finally:
        up.at = {path: answer for path, answer in up.at.items() if path not in ("Observation/first", "Observation/next")}
        up.hang_up()


def test_next_page_of_another_patient(world, doctor):
    """A link to the search of another chart shows nothing of it."""
    up = world.records
    up.answers = lambda up, asked: None if not asked.path == "Observation" else said(
        bundle(observation("n", OTHER)) if OTHER in asked.target else bundle(observation("m", MINE), link=[{"relation": "next", "url": f"Observation?patient={OTHER}"}]))
    try:
        assert SECRET.encode() in up.ask("GET", f"Observation?patient={OTHER}")
        found = doctor.fhir("GET", f"Observation?patient={MINE}", ok=200)
        assert OTHER in up.seen[-1].target, "it was not even asked"
        assert [r["id"] for r in found.resources()] == ["m"] and SECRET.encode() not in found.body
    finally:
        up.answers = None


@pytest.mark.parametrize("url", ["/admin?page2", "%2e%2e/%2e%2e/admin?page2", "Patient?page2"])
def test_next_page_stays_on_the_server(world, doctor, url):
    """Whatever the link, the same server is asked below its base, and what comes is looked at."""
    up = world.records
    up.answers = lambda up, asked: said(bundle(observation("n", OTHER), patient(OTHER))) if "page2" in asked.target else said(
        bundle(observation("m", MINE), link=[{"relation": "next", "url": url}])) if asked.path == "Observation" else None
    try:
        assert url.encode() in up.ask("GET", f"Observation?patient={MINE}")
        found = doctor.fhir("GET", f"Observation?patient={MINE}", ok=200)
        assert up.seen[-1].target.startswith("/fhir/") and "page2" in up.seen[-1].target
        assert [r["id"] for r in found.resources()] == ["m"] and SECRET.encode() not in found.body
    finally:
        up.answers = None


def test_pages_without_end(world, doctor):
    """Each page leads to another and shows nothing: the gateway stops and says where to go on."""
    up = world.records
    up.answers = lambda up, asked: said(bundle(observation("n", OTHER), link=[{"relation": "next", "url": f"Observation?x={len(up.seen)}"}]))
    try:
        assert SECRET.encode() in up.ask("GET", "Observation?x=1")
        asked = len(up.seen)
        found = doctor.fhir("GET", f"Observation?patient={MINE}", ok=200)
        assert len(up.seen) - asked <= 41 and not found.resources() and SECRET.encode() not in found.body
        assert [each["relation"] for each in found.json["link"]] == ["self", "next"]
    finally:
        up.answers = None


def test_whole_chart_without_end(world, doctor):
    up = world.records
    up.answers = lambda up, asked: said(bundle(observation("n", OTHER), link=[{"relation": "next", "url": f"Observation?x={len(up.seen)}"}]))
    try:
        assert SECRET.encode() in up.ask("GET", f"Patient/{MINE}/$everything")
        refused = doctor.fhir("GET", f"Patient/{MINE}/$everything", ok=422)
        assert SECRET.encode() not in refused.body
    finally:
        up.answers = None


def test_more_than_asked(world, doctor):
    """One resource was asked for: one comes, and a link to the rest."""
    up = world.records
    up.answers = lambda up, asked: said(bundle(*(observation(f"m-{n}", MINE) for n in range(300)), observation("n", OTHER)))
    try:
        assert SECRET.encode() in up.ask("GET", "Observation?_count=1")
        found = doctor.fhir("GET", f"Observation?patient={MINE}&_count=1", ok=200)
        assert len(found.resources()) == 1 and SECRET.encode() not in found.body
        assert found.json["link"][1]["relation"] == "next"
    finally:
        up.answers = None


# --- the same server behind the API ---------------------------------------------------------------

FLOOD = bundle(patient(MINE), patient(OTHER), patient(HIDDEN))


def test_api_search_by_id_lists_nobody_else(world, doctor):
    up = world.records
    up.at["Patient"] = said(FLOOD)
    try:
        assert SECRET.encode() in up.ask("GET", f"Patient?_id={MINE}")
        found = doctor.api("POST", "/patients/search", {"id": MINE}, ok=200)
        assert [p["id"] for p in found.json["patients"]] == [MINE] and SECRET.encode() not in found.body
    finally:
        del up.at["Patient"]


def test_api_search_by_name_hides_the_hidden(world, doctor):
    up = world.records
    up.at["Patient"] = said(bundle(patient(MINE), patient(HIDDEN)))
    try:
        assert SECRET.encode() in up.ask("GET", "Patient?name=x")
        found = doctor.api("POST", "/patients/search", {"name": "x"}, ok=200)
        assert [p["id"] for p in found.json["patients"]] == [MINE] and SECRET.encode() not in found.body
    finally:
        del up.at["Patient"]


@pytest.mark.parametrize("answer", [said(SECRET), said({"resourceType": "OperationOutcome", "issue": [{"diagnostics": SECRET}]}, 500),
                                    said({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": SECRET}}]}, 302)], ids=["nonsense", "error", "redirect"])
def test_api_tells_nothing_of_errors(world, doctor, answer):
    up = world.records
    up.answers = answer
    try:
        assert SECRET.encode() in up.ask("GET", "Patient?name=x")
        for path, body in (("/patients/search", {"name": "x"}), ("/charts/p-unheard-of/open", {}), ("/charts/p-unheard-of/break", {"reason": "clinical-access"})):
            told = doctor.api("POST", path, body)
            assert SECRET.encode() not in told.body and (told.status == 502 or answer.startswith(b"HTTP/1.1 200")), (path, told)
    finally:
        up.answers = None


# --- afterwards ------------------------------------------------------------------------------------

def test_afterwards_it_serves_as_before(world, doctor):
    assert Client(world).request("GET", "/readyz").status == 200
    assert doctor.fhir("GET", f"Observation/o-{MINE}", ok=200).json["valueString"] == "calm"
    assert SECRET not in world.log.read_text() and "Ellison" not in world.log.read_text()


def test_afterwards_no_word_of_it_is_in_the_ledger(world):
    assert SECRET not in json.dumps(world.entries())
