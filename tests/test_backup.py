"""Backup of a running server, and restore: what comes back, what is refused, what is said to be lost."""

import copy
import shutil
import sqlite3
import subprocess
import threading

import pytest

from halligan_world import World, binary, until


@pytest.fixture(scope="module")
def world(hospital, tmp_path_factory):
    made = World(tmp_path_factory.mktemp("world"), hospital)
    made.backup = made.folder / "backup"
    made.serve_options = ["--backup", str(made.backup), "--backup-every", "0"]
    try:
        yield made.start()
    finally:
        made.stop()


def backed_up(world):
    world.session("l.reader")  # enrolled before, so that the copy knows the same secrets
    return world.admin.api("POST", "/backup", {}, ok=200).json


def restore(world, source, to, *more, key="root.key"):
    return subprocess.run([binary(), "restore", "--from", str(source), "--dir", str(to),
                           "--root-key-file", str(world.data / key), *map(str, more)], capture_output=True, text=True)


@pytest.fixture
def served(world):
    """Serves a restored folder beside the one that it came from."""
    running = []

    def serve(data, **changes):
        other = copy.copy(world)
        other.data, other.sessions, other.port, other.serve_options = data, {}, None, []
        other.secrets, other.enrolled, other.people = dict(world.secrets), set(world.enrolled), dict(world.people)
        other.log = data.parent / f"{data.name}.log"
        for name, value in changes.items():
            setattr(other, name, value)
        other.serve()
        running.append(other)
        return other

    yield serve
    for each in running:
        each.stop_server()


def checkpoint_of(world, at_least):
    until("a checkpoint", lambda: world.admin.api("GET", "/ledger").json["checkpoint_size"] >= at_least)
    return world.admin.request("GET", "/ledger/checkpoint").body


def test_P5_a_backup_comes_back_with_everything_but_what_was_open(world, served, tmp_path):
    breaker = world.hire("physician")
    glass = breaker.break_glass("p-000002").json["glass"]
    made = backed_up(world)
    assert made["size"] >= made["added"] > 0
    done = restore(world, world.backup, tmp_path / "home")
    assert done.returncode == 0 and f"Restored {made['size']} entries" in done.stdout, done.stderr
    other = served(tmp_path / "home")
    assert status_of_session(other, breaker) == 401, "a session lives on in a restored ledger"
    kinds = [e["kind"] for e in other.entries(since=made["size"])]
    assert kinds[:1] == ["server-started"] and "ledger-restored" in kinds
    assert {"kind": "glass-ended", "glass": glass}.items() <= next(
        e for e in other.entries("glass-ended", since=made["size"]) if e["glass"] == glass).items()
    before = [e for e in world.entries() if e["index"] < made["size"]]
    assert [e for e in other.entries() if e["index"] < made["size"]] == before
    # The log of before is still the one that everybody follows.
    assert other.verify(other.export(tmp_path / "export")).returncode == 0


def status_of_session(world, session):
    moved = copy.copy(session)
    moved.world = world
    return moved.api("GET", "/session").status


def test_P5_a_backup_is_brought_up_to_date_and_is_all_there_under_load(world, served, tmp_path):
    first = backed_up(world)
    nurse, stop, acknowledged = world.hire("nurse", unit="emergency-department"), threading.Event(), []

    def work():
        while not stop.is_set():
            answer = nurse.api("POST", "/charts/p-000003/open", {})
            acknowledged.append(answer.json.get("receipt", -1))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        until("some work", lambda: len(acknowledged) > 20)
        sure = [n for n in acknowledged if n >= 0]
        second = backed_up(world)
    finally:
        stop.set()
        thread.join()
    assert second["added"] < second["size"] and second["size"] > first["size"]
    assert all(n < second["size"] for n in sure), "what was told before the backup is not in it"
    assert restore(world, world.backup, tmp_path / "home").returncode == 0
    assert served(tmp_path / "home").size() > second["size"]


def test_a_backup_takes_an_administrator_and_a_folder(world, hospital, served, tmp_path):
    assert world.hire("physician").api("POST", "/backup", {}).slug == "role-needed"
    backed_up(world)
    assert restore(world, world.backup, tmp_path / "home").returncode == 0
    other = served(tmp_path / "home")
    answer = other.admin.api("POST", "/backup", {})
    assert answer.status == 409 and "--backup FOLDER" in answer.json["detail"]
    other.stop_server()
    other.serve_options = ["--backup", str(tmp_path / "by itself"), "--backup-every", "1s"]
    other.serve()
    until("a backup that nobody asked for", lambda: len([e for e in other.entries("backup-made") if not e.get("staff")]) > 1)
    other.stop_server()
    assert restore(world, tmp_path / "by itself", tmp_path / "home 2").returncode == 0
    other.serve()


def test_a_backup_has_no_root_key_and_is_its_owners_alone(world):
    backed_up(world)
    files = [p for p in world.backup.rglob("*") if p.is_file()]
    keys = [(world.data / name).read_text().strip() for name in ("root.key", "recovery.key")]
    for path in files:
        assert path.stat().st_mode & 0o077 == 0, path
        raw = path.read_bytes()
        assert not any(key.encode() in raw or bytes.fromhex(key) in raw for key in keys), path
    assert {"checkpoint", "log.vkey", "vault.sqlite"} <= {p.name for p in files}


def test_P4_a_later_checkpoint_is_not_forgotten(world, served, tmp_path):
    made = backed_up(world)
    kept = tmp_path / "kept"
    world.session("p.lind").fhir("GET", "Patient/p-000003", ok=200)
    kept.write_bytes(checkpoint_of(world, world.size()))
    known = int(kept.read_text().split("\n")[1])
    refused = restore(world, world.backup, tmp_path / "home", "--known", kept)
    assert refused.returncode == 1 and f"a checkpoint of {known} entries is known" in refused.stderr
    assert not (tmp_path / "home").exists() and not (tmp_path / "home.unfinished").exists()
    name = "ledger.example.org/st-elsewhere-2"
    done = restore(world, world.backup, tmp_path / "home", "--known", kept, "--new-origin", name)
    assert done.returncode == 0 and f"Entries {made['size']} to {known - 1} are lost" in done.stdout, done.stderr
    key = (tmp_path / "home" / "log.vkey").read_text().strip()
    assert key.startswith(name + "+") and key != world.log_key
    other = served(tmp_path / "home", log_key=key)
    first = other.entries(since=made["size"])[0]
    assert first["kind"] == "origin-renewed"
    assert (first["origin"], first["lost_from"], first["lost_to"]) == (name, made["size"], known)
    export = other.export(tmp_path / "export")
    assert other.verify(export).returncode == 0
    assert world.verify(export).returncode == 1, "a follower of the old log takes the new one for it"


def test_restore_takes_a_new_origin_only_where_something_is_lost(world, tmp_path):
    backed_up(world)
    done = restore(world, world.backup, tmp_path / "home", "--new-origin", "ledger.example.org/other")
    assert done.returncode == 1 and "no checkpoint says that any are" in done.stderr


def test_P14_a_backup_without_its_last_entries_is_told_by_its_own_checkpoint(world, tmp_path):
    backed_up(world)
    checkpoint_of(world, world.size())
    backed_up(world)
    older = tmp_path / "older"
    shutil.copytree(world.backup, older)
    world.session("p.lind").fhir("GET", "Patient/p-000004", ok=200)
    checkpoint_of(world, world.size())
    backed_up(world)
    shutil.copy(world.backup / "checkpoint", older / "checkpoint")
    done = restore(world, older, tmp_path / "home")
    assert done.returncode == 1 and "find a newer backup" in done.stderr


def test_a_changed_backup_is_not_put_back(world, tmp_path):
    backed_up(world)
    for name, spoil, said in (
            ("entry", spoil_entry, "00000000.segment"),
            ("key", take_key_away, "no entry says that the patient was erased"),
            ("log key", lambda at: (at / "log.vkey").write_text("x\n"), "does not hold a verifier key"),
            ("vault", lambda at: (at / "vault.sqlite").unlink(), "vault.sqlite is not there")):
        bad = tmp_path / name
        shutil.copytree(world.backup, bad)
        spoil(bad)
        done = restore(world, bad, tmp_path / f"{name} home")
        assert done.returncode != 0 and said in done.stderr, (name, done.stderr)
        assert "nothing was restored" in done.stderr and not (tmp_path / f"{name} home").exists()


def spoil_entry(at):
    path = at / "ledger" / "00000000.segment"
    raw = bytearray(path.read_bytes())
    raw[20_000] ^= 1
    path.write_bytes(raw)


def take_key_away(at):
    """Of some patient of whom there are entries: what they say would be gone without a trace."""
    with sqlite3.connect(at / "vault.sqlite") as vault:
        ids = [row[0] for row in vault.execute("SELECT id FROM keys ORDER BY number")]
        ledger = (at / "ledger" / "00000000.segment").read_bytes()
        used = sorted((i for i in ids if i in ledger), key=ledger.find)  # first the month's, of what is nobody's
        vault.execute("DELETE FROM keys WHERE id = ?", (used[1],))


def test_what_is_being_written_is_not_put_back(world, tmp_path):
    done = restore(world, world.data, tmp_path / "home")
    assert done.returncode == 1 and "is in use" in done.stderr


def test_only_the_right_keys_open_a_backup(world, tmp_path):
    backed_up(world)
    (world.data / "wrong.key").write_text("ab" * 32 + "\n")
    (world.data / "wrong.key").chmod(0o600)
    wrong = restore(world, world.backup, tmp_path / "home", key="wrong.key")
    assert wrong.returncode != 0 and "does not open this vault" in wrong.stderr
    recovered = restore(world, world.backup, tmp_path / "home", key="recovery.key")
    assert recovered.returncode == 0 and "opened with the recovery key" in recovered.stdout
    assert not (tmp_path / "home" / "root.key").exists()
    again = restore(world, world.backup, tmp_path / "home")
    assert again.returncode == 1 and "is there already" in again.stderr


def test_one_folder_is_the_backup_of_one_ledger(world, hospital, tmp_path):
    backed_up(world)
    other = World(tmp_path / "other", hospital)
    other.serve_options = ["--backup", str(world.backup), "--backup-every", "0"]
    try:
        other.start(load=False)
        answer = other.admin.api("POST", "/backup", {})
        assert answer.status == 409 and "name a new folder" in answer.json["detail"]
    finally:
        other.stop()
    assert restore(world, world.backup, tmp_path / "home").returncode == 0, "the folder was spoilt"


def test_D12_an_erasure_since_the_backup_is_done_again(world, served, tmp_path):
    patient = "p-000031"
    world.session("p.lind").fhir("GET", f"Patient/{patient}")
    backed_up(world)
    older = tmp_path / "older"
    shutil.copytree(world.backup, older)
    asks, does = world.hire("privacy-officer"), world.hire("privacy-officer")
    asks.api("POST", f"/charts/{patient}/erasure", {"why": "retention-over"}, ok=202)
    for case in world.cases():
        if case["patient"] == patient:
            asks.api("POST", f"/cases/{case['case']}/close", {"finding": "appropriate", "comment": "seen"}, ok=200)
    erased = does.api("POST", f"/charts/{patient}/erase", {}, ok=200).json
    ids = tmp_path / "erased"
    ids.write_text(erased["key"] + "\n")
    assert restore(world, older, tmp_path / "home", "--erased", ids).returncode == 0
    other = served(tmp_path / "home")
    told = other.entries("patient-erased")
    assert [e["key"] for e in told] == [erased["key"]] and told[0]["why"] == "erased-before-the-restore"
    assert patient not in str(other.entries()), "an erased patient came back with the backup"
    # What is copied from now on does not have the key either.
    backed_up(world)
    with sqlite3.connect(world.backup / "vault.sqlite") as vault:
        assert not vault.execute("SELECT 1 FROM keys WHERE id = ?", (bytes.fromhex(erased["key"]),)).fetchall()
