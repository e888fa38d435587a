"""Scenario D01: what is known, not known, and contradicted are different things, told apart."""

import json
import time

import pytest

from halligan_world import demo_policy, edited

# The feed goes silent after two seconds. Who is checked in opens at once; otherwise there is a reason for emergencies.
POLICY = edited(
    demo_policy(),
    ('checked_in = { from = "patient", to = "unit", source = "adt", stale_after = "15m" }',
     'checked_in = { from = "patient", to = "unit", source = "adt", stale_after = "2s" }'),
    ('name    = "emergency-department"\nplace   = "emergency-department"\nroles   = ["physician", "nurse"]\n',
     'name    = "emergency-department"\nwhen    = "patient : checked_in(emergency-department)"\nroles   = ["physician"]\n'),
    ('review  = { by = "privacy-officer", within = "72h", unless = "patient : checked_in(emergency-department)", lead = "12h", lag = "2h" }\n', ""),
    ('reason  = "life-threat"\n', 'reason  = "life-threat"\nwhen    = "patient : checked_in(emergency-department)"\n'),
    ('reason  = "clinical-access"\n', 'reason  = "clinical-access"\nunless  = "patient : checked_in(emergency-department)"\n'),
)
PATIENT = "p-000002"
EDGE = {"relation": "checked_in", "from": f"patient/{PATIENT}", "to": "unit/emergency-department"}


def say(world, status):
    """Makes the emergency status what it is to be."""
    world.feed([{**EDGE, "ended": True}])
    if status == "true":
        world.feed([EDGE])
    if status == "conflicting":
        world.feed([EDGE])
        # A registrar's desk says the opposite of the feed.
        world.admin.api("POST", "/facts", {"facts": [{**EDGE, "denied": True}]}, ok=200)
    else:
        world.admin.api("POST", "/facts", {"facts": [{**EDGE, "ended": True}]}, ok=200)
    if status == "unknown":
        world.feed([{**EDGE, "ended": True}])
        time.sleep(2.3)  # the feed is down
    else:
        world.feed()


def answer(doctor):
    found = doctor.open(PATIENT)
    grants = found.get("offer", {}).get("grants", [])
    return found["verdict"], {g["rule"]: g["bill"]["confirm"] for g in grants}


def explanation(world, doctor):
    """How the decision came about, rule by rule, as an officer is shown it."""
    told = world.session("p.lind").api("POST", "/policy/explain", {
        "staff": doctor.staff, "patient": PATIENT, "action": "read", "type": "Patient"}, ok=200)
    return json.dumps(told.json["steps"])


def test_D01_four_statuses_four_answers_four_explanations(world):
    doctor = world.hire("physician")
    answers, explanations = {}, {}
    for status in ("true", "false", "unknown", "conflicting"):
        say(world, status)
        answers[status] = answer(doctor)
        explanations[status] = explanation(world, doctor)
    assert answers["true"] == ("permit", {})
    assert answers["false"] == ("glass", {"clinical-access": False})
    # Neither true nor false: both reasons can be had, each with the situation confirmed.
    assert answers["unknown"] == ("glass", {"clinical-access": True, "life-threat": True})
    assert answers["conflicting"] == ("glass", {"clinical-access": True, "life-threat": True})
    assert len(set(explanations.values())) == 4
    for status, text in explanations.items():
        assert status in text, (status, text)
    for other in ("unknown", "conflicting"):
        assert other not in explanations["true"] and other not in explanations["false"]
    assert "conflicting" not in explanations["unknown"]


@pytest.mark.parametrize("status", ["unknown", "conflicting"])
def test_D01_a_competent_physician_is_never_shut_out(world, status):
    doctor = world.hire("physician")
    say(world, status)
    unconfirmed = doctor.api("POST", f"/charts/{PATIENT}/break", {"reason": "life-threat"})
    assert unconfirmed.status == 422 and unconfirmed.slug == "confirmation-missing"
    broken = doctor.break_glass(PATIENT, "life-threat", confirm=True).json
    doctor.fhir("GET", f"Patient/{PATIENT}", ok=200)
    seen = doctor.api("GET", "/glass", ok=200).json["glass"]
    assert next(g for g in seen if g["glass"] == broken["glass"])["unsure"] is True, "it is recorded that it was not known"
