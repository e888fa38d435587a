"""What a newcomer sees of the command line: what is withheld, widening, verifying what is open, a case's history."""

import json
import subprocess

from halligan_world import binary, details, until


def test_what_a_glass_does_not_cover_is_told_and_another_reason_opens_it(world):
    osei = world.cli_sign_in("a.osei")
    broken = osei("break", "p-000002", "--reason", "life-threat")
    assert broken.returncode == 0, broken.stderr
    documents = osei("read", "DocumentReference?patient=p-000002")
    assert documents.returncode == 0, documents.stderr
    assert "No records that you may see by this right." in documents.stdout
    assert "halligan open p-000002 --type DocumentReference" in documents.stdout
    # Of a type that it covers in part, too: of observations a threat to life opens the recent laboratory.
    assert "does not cover is not shown" in osei("read", "Observation?patient=p-000002").stdout
    offered = osei("open", "p-000002", "--type", "DocumentReference")
    assert "What this does not cover takes glass" in offered.stdout, offered.stdout
    assert "halligan break p-000002 --type DocumentReference --reason clinical-access --answer TEXT" in offered.stdout, offered.stdout
    few = osei("break", "p-000002", "--reason", "clinical-access", "--answer", "a")
    assert few.returncode == 1 and "Too few answers: clinical-access asks 3 questions" in " ".join(few.stderr.split())
    widened = osei("break", "p-000002", "--reason", "clinical-access", "--answer", "a", "--answer", "b", "--answer", "c")
    assert widened.returncode == 0, widened.stderr
    assert "life-threat, clinical-access" in osei("glass").stdout
    assert "TYPE" in osei("read", "DocumentReference?patient=p-000002").stdout
    closed = osei("close")
    assert "widened for clinical-access" in closed.stdout, closed.stdout
    assert osei("close").stderr == "halligan: you have no open glass\n"


def test_numbers_of_a_record_pass_as_they_are_written(world):
    body = ('{"resourceType":"Observation","status":"final","code":{"text":"weight"},"subject":{"reference":"Patient/p-000002"},'
            '"valueQuantity":{"value":76.3,"unit":"kg"}}')
    made = world.upstream("POST", "Observation", json.loads(body)).json["id"]
    osei = world.session("a.osei")
    osei.break_glass("p-000002", details=details(next(g for g in osei.open("p-000002")["offer"]["grants"] if g["rule"] == "clinical-access")))
    assert b'"value":76.3,' in osei.fhir("GET", f"Observation/{made}", ok=200).body
    everything = osei.fhir("GET", "Observation?patient=p-000002&_count=100", ok=200).body
    assert b'"value":76.3,' in everything and b"E1" not in everything


def test_whoever_has_no_session_checks_what_is_open_and_is_told_so(world):
    done = subprocess.run([binary(), "verify", f"{world.base}/ledger", "--key", world.log_key], capture_output=True, text=True,
                          env={"HALLIGAN_CA": str(world.certificate), "HALLIGAN_SESSION": str(world.folder / "none"), "PATH": "/usr/bin:/bin"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("The tree of hashes is whole and signed: ")
    assert "The entries themselves were not read" in done.stdout
    wrong = subprocess.run([binary(), "verify", world.base, "--key", world.log_key], capture_output=True, text=True,
                           env={"HALLIGAN_CA": str(world.certificate), "HALLIGAN_SESSION": str(world.folder / "none"), "PATH": "/usr/bin:/bin"})
    assert wrong.returncode == 2 and f"Did you mean {world.base}/ledger" in " ".join(wrong.stderr.split())


def test_a_stop_leaves_no_entry_without_a_checkpoint_and_an_export_takes_a_new_folder(world, tmp_path):
    world.session("p.lind").fhir("GET", "Patient/p-000003", ok=200)
    world.stop_server()
    try:
        export = [binary(), "export", "--dir", str(world.data), str(tmp_path / "log")]
        done = subprocess.run(export, capture_output=True, text=True)
        assert done.returncode == 0 and "not in it" not in done.stdout, done.stdout + done.stderr
        again = subprocess.run(export, capture_output=True, text=True)
        assert again.returncode == 2 and "is not empty: name a new folder" in again.stderr
    finally:
        world.serve()
    until("it is back", world._is_ready)


def test_a_case_that_was_opened_again_keeps_its_first_finding(world):
    osei = world.session("a.osei")
    osei.break_glass("p-000006", details=details(next(g for g in osei.open("p-000006")["offer"]["grants"] if g["rule"] == "clinical-access")))
    case = [c for c in world.cases(staff="a.osei") if c["patient"] == "p-000006" and c["state"] != "closed"][0]["case"]
    lind = world.session("p.lind")
    lind.api("POST", f"/cases/{case}/close", {"finding": "appropriate"}, ok=200)
    found = lind.api("POST", f"/cases/{case}/reopen", {"comment": "new information"}, ok=200).json["reopenings"]
    assert [(r["closing"]["reviewer"], r["closing"]["finding"], r["by"], r["comment"]) for r in found] == [
        ("p.lind", "appropriate", "p.lind", "new information")]
    told = world.cli_sign_in("p.lind")("case", case).stdout
    assert "closed first   appropriate" in told and "by p.lind: new information" in told, told


def test_a_case_about_a_relation_lists_what_rested_on_it(world):
    doctor = world.hire("physician", team="cardiology", name="Rosa Lindqvist")
    grant = next(g for g in doctor.open("p-000002")["offer"]["grants"] if g["rule"] == "clinical-access")
    glass = doctor.break_glass("p-000002", details=details(grant)).json["glass"]
    earlier = doctor.fhir("GET", "Patient/p-000002", ok=200).receipt
    doctor.api("POST", f"/glass/{glass}/close", {}, ok=200)
    doctor.api("POST", "/charts/p-000002/referrals", {"team": "cardiology"}, ok=201)
    later = doctor.fhir("GET", "Condition?patient=p-000002", ok=200).receipt
    case = [c for c in world.cases(staff=doctor.staff) if c["kind"] == "self-made-relation"][0]["case"]
    listed = [a["index"] for a in world.session("p.lind").api("GET", f"/cases/{case}", ok=200).json["accesses"]]
    assert later in listed and earlier not in listed, (listed, earlier, later)


def test_codes_and_entries_that_are_not_there_are_named_as_such(world):
    nurse = world.session("n.okafor")
    assert nurse.request("GET", f"/ledger/receipt/{world.size() + 10_000}").json["detail"] == "the ledger has no entry of this index"
    refused = nurse.api("POST", "/patients/search", {"nmae": "Wójcik"}, ok=400).json
    assert refused["errors"][0]["pointer"] == "/nmae", refused
    code = world.session("a.osei").open("p-000006").get("code")
    if code:
        told = world.session("p.lind").api("GET", f"/codes/{code}", ok=200).json["what"]
        assert "by rule glass" not in told, told
