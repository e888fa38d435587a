"""What somebody with a session of their own tries with rights that were given for something else; each is a row of
docs/threat-model.md."""

import pytest

from halligan_world import Client
from hostile_upstream import HIDDEN  # from a.osei

MINE, NOBODY = "p-000001", "p-777701"
NOTHING = "f00f00f0-0000-4000-8000-000000000000"


def say(who, *facts):
    return who.request("POST", "/api/v1/facts", {"facts": list(facts)})


def referral(team, patient=MINE, **more):
    return {"relation": "referral", "from": team, "to": patient, **more}


def code(answer):
    return answer.json["issue"][0]["diagnostics"]


def test_who_has_no_right_to_a_chart_does_not_learn_its_referrals_by_ending_them(world):
    nurse = world.hire("nurse")
    teams = sorted({f["from"] for f in world.hospital["facts"] if f["relation"] == "referral"})
    held = {f["from"] for f in world.hospital["facts"] if f["relation"] == "referral" and f["to"].endswith(MINE)}
    assert held and held < set(teams)
    answers = {team: say(nurse, referral(team, ended=True, end="2099-01-01")) for team in teams}
    assert {a.status for a in answers.values()} == {403} and len({a.slug for a in answers.values()}) == 1


@pytest.mark.parametrize("lifts", ["ended", "denied"])
def test_who_has_no_right_to_a_chart_does_not_cut_its_team_off(world, lifts):
    nurse, doctor = world.hire("nurse"), world.hire("physician", team="cardiology")
    doctor.fhir("GET", f"Patient/{MINE}", ok=200)
    refused = say(nurse, referral("cardiology", **{lifts: True}))
    assert refused.status == 403 and refused.slug == "glass-needed"
    doctor.fhir("GET", f"Patient/{MINE}", ok=200)


def test_what_one_recorded_one_takes_back_without_the_chart(world):
    nurse = world.hire("nurse")
    assert say(nurse, referral("oncology")).status == 200
    assert say(nurse, referral("oncology", ended=True)).json == {"recorded": 1, "unchanged": 0}


def test_facts_tell_no_hidden_patient_from_nobody(world):
    nurse, excludes = world.hire("nurse"), "p-000021"
    world.admin.api("POST", "/facts", {"facts": [{"relation": "excludes", "from": excludes, "to": nurse.staff}]}, ok=200)
    for more in ({}, {"ended": True}, {"denied": True}):
        hidden, nobody = (say(nurse, referral("cardiology", patient, **more)) for patient in (excludes, NOBODY))
        assert (hidden.status, hidden.slug) == (nobody.status, nobody.slug) == (403, "denied"), more


def test_facts_about_nobody_mint_no_keys(world):
    nurse = world.hire("nurse")
    size = world.size()
    assert say(nurse, *(referral("cardiology", f"p-88{n:04}") for n in range(100))).status == 403
    many = say(nurse, *(referral("cardiology", f"p-88{n:04}") for n in range(101)))
    assert many.status == 400 and "100" in many.json["detail"]
    assert world.size() - size < 5
    assert world.hire("physician").api("POST", "/charts/p-880001/open", {}).json["verdict"] == "deny"


@pytest.mark.parametrize("lifts", ["ended", "denied"])
def test_saying_it_oneself_first_cuts_nobody_off(world, lifts):
    nurse, doctor = world.hire("nurse"), world.hire("physician", team="cardiology")
    assert say(nurse, referral("cardiology")).status == 200
    assert say(nurse, referral("cardiology", **{lifts: True})).status == 403
    assert nurse.request("POST", f"/api/v1/charts/{MINE}/referrals/cardiology/close", {}).status == 403
    doctor.fhir("GET", f"Patient/{MINE}", ok=200)


@pytest.mark.parametrize("role", ["privacy-officer", "administrator"])
def test_an_officer_whom_a_patient_excluded_is_not_told_so(world, role):
    officer = world.hire(role)
    world.admin.api("POST", "/facts", {"facts": [{"relation": "excludes", "from": MINE, "to": officer.staff}]}, ok=200)
    theirs, nobodys = (officer.api("POST", "/policy/explain", {"patient": p, "action": "read", "type": "Patient"}, ok=200).json
                       for p in (MINE, NOBODY))
    assert (theirs["verdict"], theirs["decisive"]) == (nobodys["verdict"], nobodys["decisive"]) == ("deny", [])


def test_an_officer_whom_a_patient_excluded_reads_no_entry_of_theirs(world):
    patient = "p-000002"
    excluded, other = world.hire("privacy-officer"), world.hire("privacy-officer")
    world.admin.api("POST", "/facts", {"facts": [{"relation": "excludes", "from": patient, "to": excluded.staff}]}, ok=200)
    size = world.size()
    world.hire("physician").break_glass(patient)

    def read(who):
        return [e for e in who.api("GET", f"/entries?from={size}&limit=500", ok=200).json["entries"] if e.get("patient") == patient]
    assert {e["kind"] for e in read(other)} >= {"case-opened", "glass-opened"}
    assert read(excluded) == []


def test_two_reference_codes_do_not_tell_what_is_there(world):
    doctor = world.sign_in("a.osei")
    hidden = world.upstream("GET", f"Observation?patient={HIDDEN}&_count=1").resources()[0]["id"]
    for each in (hidden, NOTHING):
        codes = {code(doctor.fhir("GET", f"Observation/{each}{version}", ok=404)) for version in ("", "/_history/nosuch", "/_history")}
        assert len(codes) == 1, (each, codes)


def test_a_justification_is_added_to_and_never_wiped(world):
    doctor, officer = world.hire("physician"), world.session("p.lind")
    glass = doctor.break_glass("p-000003").json
    path = f"/cases/{glass['case']}"
    doctor.api("POST", f"{path}/justify", {"text": "I was curious"}, ok=200)
    assert doctor.request("POST", f"/api/v1/glass/{glass['glass']}/details", {"details": []}).status == 409
    doctor.api("POST", f"{path}/justify", {"text": "chest pain, on call"}, ok=200)
    seen = officer.api("GET", path, ok=200).json
    assert seen["justification"]["text"] == "chest pain, on call"
    assert [each["text"] for each in seen["justified_before"]] == ["I was curious"]


def enrolled_by(world, maker, roles):
    """Somebody whose factors and roles the maker set, signed in."""
    before, world.administrator = world.administrator, maker.staff
    world.sessions[(maker.staff, None)] = maker
    try:
        return world.hire(roles)
    finally:
        world.administrator = before


def test_what_a_puppet_says_for_its_maker_is_the_makers_own_word(world):
    maker = world.hire(["physician", "administrator"], team="oncology")
    patient = "p-000012"
    assert maker.fhir("GET", f"Patient/{patient}").status == 403
    assert say(enrolled_by(world, maker, "nurse"), referral("oncology", patient)).status == 200
    maker.fhir("GET", f"Patient/{patient}", ok=200)
    cases = world.session("adm.moreau").api("GET", f"/cases?staff={maker.staff}", ok=200).json["cases"]
    assert [(c["kind"], c["patient"]) for c in cases] == [("seal", patient)], "reviewed, as if they had said so themselves"


def test_a_puppet_lifts_no_exclusion_of_its_maker(world):
    maker, patient = world.hire(["physician", "administrator"]), "p-000022"
    excludes = {"relation": "excludes", "from": patient, "to": maker.staff}
    world.admin.api("POST", "/facts", {"facts": [excludes]}, ok=200)
    puppet = enrolled_by(world, maker, "administrator")
    for lifts in ({"ended": True}, {"denied": True}):
        refused = say(puppet, {**excludes, **lifts})
        assert (refused.status, refused.slug) == (409, "same-person"), lifts
    assert say(world.admin, {**excludes, "ended": True}).status == 200


def test_a_vault_put_back_alone_brings_no_old_password_back(world):
    doctor = world.hire("physician")
    world.stop_server()
    before = {path: path.read_bytes() for path in world.data.glob("vault.sqlite*")}
    world.serve()
    old = world.secrets[doctor.staff]
    world.admin.api("PUT", f"/staff/{doctor.staff}/password", {"password": "a newer passphrase"})
    world.stop_server()
    for path in world.data.glob("vault.sqlite*"):
        path.unlink()
    for path, held in before.items():
        path.write_bytes(held)
    world.serve()
    refused = Client(world).request("POST", "/api/v1/sessions", {"user": doctor.staff, "password": old.password, "code": old.code(world.now)})
    assert (refused.status, refused.slug) == (401, "sign-in-refused")
