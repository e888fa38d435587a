"""What is learnt, or kept from others, by what an answer is like: its length, its page link, who else is served. Each is
a row of docs/threat-model.md."""

import itertools
import threading
import time

import pytest

from hostile_upstream import MINE, OTHER, SECRET, HostileWorld, bundle, observation, said


WORLD = HostileWorld


@pytest.fixture(autouse=True)
def as_before(world):
    yield
    world.records.at.clear()
    world.records.answers = None


def labelled(name):
    out = observation(name, MINE)
    out["meta"]["security"] = [{"system": "s", "code": "PSYTHPN"}]
    return out


def next_page(answer):
    return next(link["url"] for link in answer.json["link"] if link["relation"] == "next")


@pytest.mark.parametrize("withheld", [[0], [3], [8], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]])
def test_the_length_of_a_page_link_tells_nothing_of_what_is_withheld(world, withheld):
    doctor = world.session("a.osei")

    def asked(places):
        rows = [observation(f"m-{i}", MINE) for i in range(12)]
        for at in places:
            rows.insert(at, labelled(f"h-{at}"))
        world.records.at["Observation"] = said(bundle(*rows))
        got = doctor.fhir("GET", f"Observation?patient={MINE}&_count=9", ok=200)
        assert len(got.resources()) == 9
        return len(next_page(got))
    assert asked(withheld) == asked([])


def test_nobody_holds_every_turn_for_whole_charts(world):
    nurse, doctor, glass = world.hire("nurse"), world.session("a.osei"), world.hire("physician")
    glass.break_glass(OTHER)
    glass.fhir("GET", f"Patient/{OTHER}", ok=200)
    batch = {"resourceType": "Bundle", "type": "batch", "entry": [{"request": {"method": "GET", "url": f"Observation/none-{i}"}} for i in range(40)]}

    def slow(_, asked):
        if not asked.path.startswith("Observation/none-"):
            return None
        time.sleep(0.05)
        return said({"resourceType": "OperationOutcome"}, 404)
    world.records.answers = slow
    stop, statuses = threading.Event(), []

    def flood():
        while not stop.is_set():
            statuses.append(nurse.fhir("POST", "", batch).status)
    threads = [threading.Thread(target=flood) for _ in range(12)]
    for each in threads:
        each.start()
    try:
        time.sleep(0.5)
        assert {doctor.fhir("GET", f"Patient/{MINE}/$everything").status for _ in range(5)} == {200}
        assert {glass.fhir("GET", f"Patient/{OTHER}/$everything").status for _ in range(5)} == {200}
    finally:
        stop.set()
        for each in threads:
            each.join()
    assert 429 in statuses


def test_one_search_writes_no_thousand_refusals(world):
    doctor, number = world.session("a.osei"), itertools.count()

    def pages(*_):
        k = next(number)
        page = bundle(*(observation(f"o{k}-{i}", MINE, performer=[{"reference": f"Patient/x{k}-{i}-{j}"} for j in range(20)]) for i in range(5)))
        page["link"] = [{"relation": "next", "url": f"{world.records.base}/Observation?p={k}"}]
        return said(page)
    world.records.at["Observation"] = pages
    size = world.size()
    assert doctor.request("GET", f"/fhir/Observation?patient={MINE}", timeout=60).status == 502
    assert world.size() - size < 400


def test_a_record_of_two_own_charts_ends_the_glass_on_a_third(world):
    doctor = world.hire("physician", team="cardiology")
    world.admin.api("POST", "/facts", {"facts": [{"relation": "referral", "from": "cardiology", "to": "p-000007"}]}, ok=200)
    world.records.records["Observation/two"] = observation("two", MINE, performer=[{"reference": "Patient/p-000007"}])
    doctor.break_glass(OTHER)
    doctor.fhir("GET", f"Observation/o-{OTHER}", ok=200)
    doctor.fhir("GET", "Observation/two", ok=200)
    assert SECRET.encode() not in doctor.fhir("GET", f"Observation/o-{OTHER}", ok=403).body


@pytest.mark.parametrize("condition", [("If-None-Match", "*"), ("If-Match", 'W/"1"'), ("If-Unmodified-Since", "Sun, 22 Nov 2026 10:00:00 GMT")])
def test_a_condition_on_a_create_is_refused_and_not_passed_over(world, condition):
    doctor = world.session("a.osei")
    sent = len(world.records.seen)
    made = doctor.request("POST", "/fhir/Observation", observation("new", MINE), dict([condition]))
    assert made.status == 400 and len(world.records.seen) == sent, made.text
