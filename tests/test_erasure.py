"""Scenario D12: a patient is forgotten, by two officers; the ledger stays provable."""

import json
import sqlite3

import pytest

from halligan_world import World, until
from test_scenarios_faults import clock  # noqa: F401: a world whose wall clock follows a file
from test_scenarios_ledger import Log

WHY = {"why": "retention-over"}


class SnapshotWorld(World):
    serve_options = ("--snapshot-every", "100")


WORLD = SnapshotWorld


@pytest.fixture(scope="module")
def lind(world):
    return world.session("p.lind")


@pytest.fixture(scope="module")
def adeyemi(world):
    return world.session("p.adeyemi")


def close_all_about(world, patient):
    """By whichever officer may; of nobody else's patient."""
    for case in world.cases(state="unclosed"):
        if case["patient"] == patient:
            officer = world.session("p.adeyemi" if case["staff"] == "p.lind" else "p.lind")
            officer.api("POST", f"/cases/{case['case']}/close", {"finding": "appropriate", "comment": "before the erasure"}, ok=200)


def snapshots(world):
    folder = world.data / "snapshots"
    return sorted(f.name for f in folder.iterdir()) if folder.exists() else []


def bytes_on_disk(world, *names):
    return b"".join((world.data / (name + more)).read_bytes() for name in names for more in ("", "-wal", "-shm")
                    if (world.data / (name + more)).exists())


def closed(entries):
    """Those that nobody can read any more."""
    return {e["index"] for e in entries if e["kind"] is None}


def about(world, patient):
    return {e["index"] for e in world.entries() if e.get("patient") == patient}


def test_D12_it_waits_for_another_officer_and_for_closed_cases(world, lind, adeyemi):
    patient = "p-000002"
    doctor, ask, erase = world.hire("physician"), f"/charts/{patient}/erasure", f"/charts/{patient}/erase"
    case = doctor.break_glass(patient).json["case"]

    # Who may ask, for what reason, of whom.
    assert doctor.api("POST", ask, WHY, ok=403).slug == "role-needed"
    assert doctor.api("POST", erase, {}, ok=403).slug == "role-needed"
    assert doctor.api("GET", "/erasures", ok=403).slug == "role-needed"
    for wrong in ({"why": "because"}, {"why": ""}, {}, {"why": "retention-over", "more": 1}):
        assert lind.api("POST", ask, wrong).status == 400, wrong
    unknown = lind.api("POST", "/charts/p-999999/erasure", WHY, ok=404)
    assert lind.api("POST", "/charts/p-999999/erase", {}, ok=404).slug == unknown.slug
    assert lind.api("POST", erase, {}, ok=409).slug == "conflict", "nobody asked for it"
    assert lind.api("GET", "/erasures", ok=200).json["erasures"] == []

    # Asked for; the same officer is no second one, and the case is still open.
    asked = lind.api("POST", ask, WHY, ok=202).json
    assert asked["patient"] == patient
    waiting = adeyemi.api("GET", "/erasures", ok=200).json["erasures"]
    assert [(e["patient"], e["asked_by"], e["why"], e["open_cases"]) for e in waiting] == [(patient, "p.lind", "retention-over", 1)]
    assert lind.api("POST", erase, {}, ok=409).slug == "same-person"
    refused = adeyemi.api("POST", erase, {}, ok=409)
    assert refused.slug == "conflict" and "1 case " in refused.json["detail"]

    # An officer from whom the patient is hidden learns nothing of it.
    edge = {"relation": "excludes", "from": f"patient/{patient}", "to": "staff/p.adeyemi"}
    world.admin.api("POST", "/facts", {"facts": [edge]}, ok=200)
    for method, path, body in (("POST", ask, WHY), ("POST", erase, {})):
        hidden = adeyemi.api(method, path, body, ok=404)
        assert (hidden.slug, hidden.json["detail"]) == (unknown.slug, unknown.json["detail"])
    assert adeyemi.api("GET", "/erasures", ok=200).json["erasures"] == []
    world.admin.api("POST", "/facts", {"facts": [{**edge, "ended": True}]}, ok=200)

    lind.api("POST", f"/cases/{case}/close", {"finding": "appropriate"}, ok=200)
    assert adeyemi.api("GET", "/erasures", ok=200).json["erasures"][0]["open_cases"] == 0
    adeyemi.step_up()
    assert adeyemi.api("POST", erase, {}, ok=200).json["patient"] == patient
    assert adeyemi.api("POST", erase, {}, ok=404).json["detail"] == unknown.json["detail"], "and is unknown from then on"


def test_D12_an_old_proof_is_a_step_up_challenge(clock):  # noqa: F811
    clock.jump(0)
    clock.session("n.okafor").fhir("GET", "Patient/p-000003")
    clock.sign_in("p.lind").api("POST", "/charts/p-000003/erasure", WHY, ok=202)
    close_all_about(clock, "p-000003")
    officer = clock.sign_in("p.adeyemi")
    clock.jump(400)
    challenge = officer.api("POST", "/charts/p-000003/erase", {}, ok=401)
    assert challenge.slug == "step-up-needed" and "an erasure takes a second factor" in challenge.json["detail"]
    officer.step_up()
    officer.api("POST", "/charts/p-000003/erase", {}, ok=200)


def test_D12_nobody_reads_an_erased_patient_again_and_the_ledger_verifies(world, lind, adeyemi, tmp_path):
    patient, other = "p-000004", "p-000005"
    doctor, nurse = world.hire("physician"), world.hire("physician")
    who = world.upstream("GET", f"Patient/{patient}").json
    for sought in ({"id": patient}, {"name": who["name"][0]["family"], "birth_date": who["birthDate"]}):
        assert doctor.api("POST", "/patients/search", sought, ok=200).json["patients"]
    doctor.fhir("GET", f"Patient?birthdate={who['birthDate']}", ok=200)
    doctor.break_glass(patient)
    doctor.fhir("GET", f"Patient/{patient}", ok=200)
    doctor.fhir("GET", f"Observation?patient={patient}", ok=200)
    lind.fhir("GET", f"Patient/{patient}", ok=200)
    nurse.break_glass(other)
    lind.api("GET", f"/charts/{patient}/glass", ok=200)
    adeyemi.fhir("GET", f"Patient/{other}", ok=200)
    lind.api("POST", f"/charts/{patient}/erasure", {"why": "court-order"}, ok=202)
    close_all_about(world, patient)
    adeyemi.fhir("GET", f"Patient/{other}", ok=200)  # not that chart in front
    until("a snapshot", lambda: snapshots(world), 40)
    before, of_others = about(world, patient), closed(world.entries())
    assert len(before) > 5

    vault = sqlite3.connect(world.data / "vault.sqlite")
    keys_before = {row[0].hex() for row in vault.execute("select id from keys")}
    vault.close()
    index = sqlite3.connect(f"file:{world.data / 'index.sqlite'}?mode=ro", uri=True)
    until("the index has it", lambda: index.execute("select max(entry) from accesses").fetchone()[0] > max(before))
    pseudonyms_before = {row[0].hex() for row in index.execute("select distinct patient from accesses")}
    index.close()
    adeyemi.step_up()
    done = adeyemi.api("POST", f"/charts/{patient}/erase", {}, ok=200).json
    assert done["key"] in keys_before and done["pseudonym"] in pseudonyms_before
    assert snapshots(world) == [], "they would still name the patient"
    assert doctor.fhir("GET", f"Patient/{patient}").status == 401, "the chart was in front of it"
    assert lind.api("GET", "/session").status == 401, "and of the officer who read it last"
    assert nurse.fhir("GET", f"Patient/{other}", ok=200).receipt, "another chart is another matter"
    world.sessions.pop(("p.lind", None))

    def whatever_is_left(said):
        entries = world.entries()
        gone = closed(entries) - of_others
        assert before <= gone, f"{said}: {before - gone} can still be read"
        assert len(gone) == done["entries"], said
        told = [e for e in entries if patient in str(e) or who["birthDate"] in str(e)]
        assert not told, f"{said}: who it was is still said by {told}"
        assert patient not in json.dumps(entries), f"{said}: {[e for e in entries if patient in json.dumps(e)]}"
        recorded = [e for e in entries if e["kind"] == "patient-erased" and e["key"] == done["key"]]
        assert [(e["staff"], e["asked_by"], e["why"], e["count"], e["pseudonym"]) for e in recorded] == [
            ("p.adeyemi", "p.lind", "court-order", done["entries"], done["pseudonym"])], said
        assert recorded[0]["index"] == done["receipt"]
        key, pseudonym = bytes.fromhex(done["key"]), bytes.fromhex(done["pseudonym"])
        held = sqlite3.connect(f"file:{world.data / 'vault.sqlite'}?mode=ro", uri=True)
        assert held.execute("select count(*) from keys where id = ?", (key,)).fetchone() == (0,), said
        held.close()
        index = sqlite3.connect(f"file:{world.data / 'index.sqlite'}?mode=ro", uri=True)
        assert index.execute("select count(*) from accesses where patient = ?", (pseudonym,)).fetchone() == (0,), said
        index.close()
        for what in (key, pseudonym, patient.encode()):
            assert what not in bytes_on_disk(world, "vault.sqlite"), said
            assert what not in bytes_on_disk(world, "index.sqlite"), said
        assert patient.encode() not in world.log.read_bytes()
        officer = world.session("p.lind")
        assert not [c for c in world.cases(officer) if c["patient"] == patient], said
        assert not [g for g in officer.api("GET", "/glass?all=true", ok=200).json["glass"] if g["patient"] == patient], said
        return gone

    def of_the_index():
        index = sqlite3.connect(f"file:{world.data / 'index.sqlite'}?mode=ro", uri=True)
        try:
            return index.execute("select count(*) from accesses where patient = ?", (bytes.fromhex(done["pseudonym"]),)).fetchone() == (0,)
        finally:
            index.close()
    until("the index forgets, too", of_the_index)
    gone = whatever_is_left("at once")

    size = world.size()
    until("a checkpoint", lambda: world.admin.api("GET", "/ledger").json["checkpoint_size"] >= size)
    log = Log(world, world.export(tmp_path / "log"), None)
    verified, report = log.verify()
    assert verified.returncode == 0 and report["whole"] and report["size"] == log.size, verified.stdout
    clear = log.entries()
    assert {i for i, e in enumerate(clear) if e[9:25].hex() == done["pseudonym"]} == gone, "whose entries they are can still be told apart"

    # The export restarted it: everything was read again, without the key.
    world.sessions.clear()
    assert whatever_is_left("after a restart") == gone

    # Whoever comes back is somebody new.
    fresh = world.hire("physician")
    fresh.break_glass(patient)
    receipt = fresh.fhir("GET", f"Patient/{patient}", ok=200).receipt
    assert receipt in about(world, patient)
    again = Log(world, world.export(tmp_path / "again"), None)
    pseudonym = again.entries()[receipt][9:25].hex()
    assert pseudonym not in (done["pseudonym"], "00" * 16)
    assert again.verify()[0].returncode == 0
    world.sessions.clear()
    assert closed(world.entries()) - of_others == gone


def test_D12_by_command_line(world):
    patient = "p-000006"
    world.session("n.okafor").fhir("GET", f"Patient/{patient}")
    first, second = world.cli_sign_in("p.lind"), world.cli_sign_in("p.adeyemi")
    assert "No erasure waits" in first("erasure", "list").stdout
    asked = first("erasure", "ask", patient, "--why", "patient-asked")
    assert asked.returncode == 0 and f"halligan erasure do {patient}" in asked.stdout, asked
    listed = second("erasure", "list")
    assert listed.returncode == 0 and patient in listed.stdout and "patient-asked" in listed.stdout and "p.lind" in listed.stdout
    assert first("erasure", "ask", patient, "--why", "tired-of-it").returncode != 0
    alone = first("erasure", "do", patient)
    assert alone.returncode != 0 and "Somebody else" in alone.stderr, alone
    world.sessions.clear()
    close_all_about(world, patient)
    code = world.secrets["p.adeyemi"].code(world.now)
    done = second("erasure", "do", patient, "--code-file", "-", stdin=code + "\n")
    assert done.returncode == 0 and "Erased: " in done.stdout, done
    key = done.stdout.strip().splitlines()[-1].rsplit(" ", 1)[1]
    assert key in {e["key"] for e in world.entries("patient-erased")}
    assert patient not in second("erasure", "list").stdout
