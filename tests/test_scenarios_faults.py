"""Scenarios D10 and D13: the ledger cannot be written; the clock jumps.

Faults come from strace, time from libfaketime; the program knows of neither.
"""

import json
import os
import pathlib
import re
import subprocess
import time

import pytest

from halligan_world import World, details, edited, demo_policy, start, stop, until

PATIENT = "p-000003"
NAME = b"Balogun"
WRITES = ("pwrite64", "pwritev", "pwritev2", "write", "fdatasync", "fsync", "fallocate", "ftruncate")


class Strace:
    """Looks at, or spoils, the system calls of the running server."""

    def __init__(self, world, *words):
        self.out = world.folder / f"strace-{time.monotonic_ns()}"
        self.process = start(["strace", "-f", "-y", "-p", str(world.pid), "-o", str(self.out), *words],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        os.set_blocking(self.process.stderr.fileno(), False)
        said = b""

        def attached():
            nonlocal said
            said += self.process.stderr.read() or b""
            if self.process.poll() is not None:
                raise RuntimeError(f"strace: {said}")
            return b"attached" in said
        until("strace is attached", attached)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        stop(self.process)

    def lines(self):
        return self.out.read_text(errors="replace").splitlines()


def ledger_calls(world, lines):
    """Which of the calls went to the ledger's own files, in order."""
    inside = str(world.data / "ledger")
    return [m.group(1) for line in lines if inside in line and (m := re.search(r"\b(\w+)\(\d+<", line)) and "resumed" not in line]


def healthy(world, reader):
    return until("it serves again", lambda: reader.fhir("GET", f"Patient/{PATIENT}").status == 200, 30, 0.2)


def accesses(world, since):
    """Every access that was intended, with what became of it."""
    entries = world.entries(since=since)
    return [e for e in entries if e["kind"] == "access-intended"], entries


def test_D10_nothing_leaves_while_the_ledger_cannot_be_written(world):
    reader = world.session("n.okafor")
    healthy(world, reader)
    with Strace(world, "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO"):
        for path in (f"Patient/{PATIENT}", f"Observation?patient={PATIENT}", f"Patient/{PATIENT}/$everything", "Patient?name=Balogun"):
            answer = reader.fhir("GET", path)
            assert answer.status == 503, answer
            assert NAME not in answer.body and b"Observation/" not in answer.body
            assert "downtime" in answer.json["issue"][0]["details"]["text"], "the refusal says what to do"
        for what in ("open", "break"):
            answer = reader.api("POST", f"/charts/p-000002/{what}", {"reason": "clinical-access"} if what == "break" else {})
            assert answer.status == 503 and "downtime" in answer.json["detail"], answer
        sign_in = world.connection()
        sign_in.close()
    assert world.server.poll() is None, "the process stands"
    healthy(world, reader)


def test_D10_a_fault_at_every_write_of_a_read(world):
    reader = world.session("n.okafor")
    healthy(world, reader)
    with Strace(world, "-e", "trace=" + ",".join(WRITES)) as looking:
        reader.fhir("GET", f"Patient/{PATIENT}", ok=200)
        time.sleep(0.5)
    calls = ledger_calls(world, looking.lines())
    assert "fdatasync" in calls and any(c.startswith("pwrite") or c == "write" for c in calls), looking.lines()[-30:]

    tried = 0
    for call in sorted(set(calls)):
        for nth in range(1, min(calls.count(call), 3) + 1):
            for error in ("EIO", "ENOSPC"):
                since = world.size()
                with Strace(world, "-P", str(newest_segment(world)), "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={nth}"):
                    answer = reader.fhir("GET", f"Patient/{PATIENT}")
                    time.sleep(0.2)
                assert answer.status in (200, 503), (call, nth, error, answer)
                if answer.status == 503:
                    assert NAME not in answer.body and "downtime" in answer.json["issue"][0]["details"]["text"]
                healthy(world, reader)
                intended, entries = accesses(world, since)
                if answer.status == 200:
                    assert answer.receipt in [e["index"] for e in intended], "never an access without a record"
                tried += 1
    assert tried >= 4
    assert_whole(world)


def test_D10_a_fault_at_every_write_of_a_break_and_of_an_append(world):
    doctor = world.hire("physician")
    grant = next(g for g in doctor.open("p-000002")["offer"]["grants"] if g["rule"] == "clinical-access")
    why = {"reason": "clinical-access", "details": details(grant)}
    observation = {"resourceType": "Observation", "status": "final", "code": {"text": "never without an entry"},
                   "subject": {"reference": "Patient/p-000002"}}

    def kept():
        found = world.upstream("GET", "Observation?patient=p-000002&_count=1000").resources("Observation")
        return {r["id"] for r in found if r["code"].get("text") == observation["code"]["text"]}
    for call in ("pwrite64", "fdatasync"):
        for nth in (1, 2):
            for error in ("EIO", "ENOSPC"):
                since, before = world.size(), kept()
                with Strace(world, "-P", str(newest_segment(world)), "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={nth}"):
                    broken = doctor.request("POST", "/api/v1/charts/p-000002/break", why)
                    made = doctor.fhir("POST", "Observation", observation)
                for answer in (broken, made):
                    assert answer.status in (200, 201, 403, 503), (call, nth, error, answer)
                    assert answer.status != 503 or b"downtime" in answer.body, answer
                until("it serves again", lambda: doctor.request("GET", "/readyz").status == 200, 30, 0.2)
                entries = world.entries(since=since)
                opened = [e for e in entries if e["kind"] == "glass-opened"]
                assert broken.status != 201 or broken.json["glass"] in json.dumps(opened), "no glass without its entry"
                intended = [e for e in entries if e["kind"] == "access-intended" and e["staff"] == doctor.staff]
                assert len(kept() - before) <= len(intended), "nothing reaches the record system without its entry"
                if made.status == 201:
                    assert made.receipt in [e["index"] for e in intended]
                # Whether it was opened nobody may have been told: it is closed for the next round.
                for glass in doctor.api("GET", "/session", ok=200).json.get("glass") or []:
                    doctor.request("POST", f"/api/v1/glass/{glass['glass'] if isinstance(glass, dict) else glass}/close", {})
    assert_whole(world)


def test_D10_a_disk_that_does_not_answer(world):
    """Neither yes nor no: whoever waits is told in time, whoever comes at once, and what was on its way is there afterwards."""
    reader = world.session("n.okafor")
    healthy(world, reader)
    since = world.size()
    with Strace(world, "-e", "trace=fdatasync", "-e", "inject=fdatasync:delay_enter=13000000:when=1"):
        waited = reader.fhir("GET", f"Patient/{PATIENT}")
        at_once = reader.fhir("GET", f"Observation?patient={PATIENT}")
        for answer in (waited, at_once):
            assert answer.status == 503 and NAME not in answer.body, answer
            assert "downtime" in answer.json["issue"][0]["details"]["text"]
        assert reader.request("GET", "/healthz").status == 200, "the process stands"
        healthy(world, reader)
    intended, entries = accesses(world, since)
    assert [e for e in entries if e["index"] == since], "what was on its way came to be"
    assert len(intended) == 2, "the one that waited and the one that was served; who came meanwhile was never asked about"
    assert_whole(world)


def newest_segment(world):
    """The file that the next entry goes to is the one written last."""
    return max((p for p in (world.data / "ledger").rglob("*") if p.is_file()), key=lambda p: p.stat().st_mtime_ns)


def assert_whole(world):
    reader = world.cli_sign_in("l.reader")
    done = reader("verify", f"{world.base}/ledger", "--key", world.log_key)
    assert done.returncode == 0, done.stdout + done.stderr


def test_D10_after_recovery_what_was_acknowledged_is_there(world):
    reader = world.session("n.okafor")
    receipts = [reader.fhir("GET", f"Patient/{PATIENT}", ok=200).receipt for _ in range(5)]
    with Strace(world, "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=1"):
        reader.fhir("GET", f"Patient/{PATIENT}")
    healthy(world, reader)
    indexes = {e["index"] for e in world.entries(since=min(receipts))}
    assert set(receipts) <= indexes
    world.restart()
    assert set(receipts) <= {e["index"] for e in world.entries(since=min(receipts))}


# --- D13 -----------------------------------------------------------------------------------------

LIBRARY = next(iter(sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


@pytest.fixture(scope="module")
def clock(hospital, tmp_path_factory):
    """A world whose wall clock, and nothing else, follows a file."""
    assert LIBRARY, "faketime is not installed"
    folder = tmp_path_factory.mktemp("clock")
    offset = folder / "offset"
    offset.write_text("+0\n")
    policy = edited(demo_policy(), ('ends    = { focus = true, idle = "15m", after = "1h" }', 'ends    = { focus = true, idle = "15m", after = "12s" }'))
    made = World(folder / "world", hospital, policy=policy, dress=lambda: time.time() + int(offset.read_text()),
                 environment={"LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(offset), "FAKETIME_NO_CACHE": "1",
                              "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"})

    def jump(seconds):
        offset.with_suffix(".new").write_text(f"{seconds:+d}\n")
        offset.with_suffix(".new").replace(offset)
    made.jump = jump
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.mark.parametrize("hours", [-1, 1])
def test_D13_no_glass_lives_longer_when_the_clock_jumps(clock, hours):
    clock.jump(0)
    doctor = clock.hire("physician")
    doctor.break_glass("p-000002", "life-threat")
    began = time.monotonic()
    doctor.fhir("GET", "Patient/p-000002", ok=200)
    clock.jump(3600 * hours)
    if hours > 0:  # by the wall it is over at once
        assert doctor.fhir("GET", "Patient/p-000002").status in (401, 403)
    else:
        while doctor.fhir("GET", "Patient/p-000002").status == 200:
            assert time.monotonic() - began < 14, "a clock that stepped back made it live longer"
            time.sleep(0.3)
    time.sleep(0.5)  # an ending by time is written within a tick
    clock.jump(0)
    assert doctor.fhir("GET", "Patient/p-000002").status in (401, 403), "nor does it come back"
    clock.sessions.clear()  # an hour without use, by the wall
    clock.administrator = "adm.moreau"


def test_D13_order_is_unchanged_and_the_jumps_are_recorded(clock):
    clock.jump(0)
    lind = clock.session("p.lind")
    receipts = []
    for seconds in (0, 3600, -3600, 1800, 0):
        clock.jump(seconds)
        answer = lind.fhir("GET", "Patient/p-000003")
        if answer.status == 401:  # half an hour without use has passed, by the wall
            clock.sessions.clear()
            lind = clock.session("p.lind")
            answer = lind.fhir("GET", "Patient/p-000003", ok=200)
        receipts.append(answer.receipt)
        time.sleep(0.3)
    assert receipts == sorted(set(receipts))
    clock.sessions.clear()
    entries = clock.entries()
    assert [e["index"] for e in entries] == list(range(entries[0]["index"], entries[0]["index"] + len(entries)))
    times = [e["at"] for e in entries]
    assert times == sorted(times), "times never run backwards from one entry to the next"
    steps = [e for e in entries if e["kind"] == "clock-stepped"]
    assert len(steps) >= 4, "every step of the clock is an entry"


def test_D13_the_ledger_verifies_after_all_that(clock, tmp_path):
    clock.jump(0)
    clock.sessions.clear()
    clock.stop_server()
    from halligan_world import binary
    done = subprocess.run([binary(), "export", "--dir", str(clock.data), str(tmp_path / "log")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert clock.verify(tmp_path / "log").returncode == 0
    clock.serve()
