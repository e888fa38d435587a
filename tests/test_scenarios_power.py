"""Scenario D14: killed at any system call, and what was acknowledged is there, what left has its entry.

strace kills the server at each kind of system call that breaking, reading and appending take, once while the call is
entered; HALLIGAN_KILLS says how many of each kind are tried (in the long tests), one where it does not.
"""

import collections
import http.client
import json
import os
import re
import signal
import subprocess
import time

import pytest

from halligan_world import binary, details, until
from load_clients import missing
from test_scenarios_faults import Strace

KILLS = int(os.environ.get("HALLIGAN_KILLS", "1"))
PATIENT = "p-000002"
NAME = b"family"


def act(doctor, why):
    """Breaks, reads, appends, closes; what was acknowledged, and of each answer what it was given for."""
    given = []

    def note(what, answer):
        if answer.status in (200, 201):
            receipt = answer.receipt if answer.receipt is not None else answer.json.get("receipt")
            given.append((what, receipt, answer))
        return answer
    try:
        broken = note("break", doctor.request("POST", f"/api/v1/charts/{PATIENT}/break", why))
        note("read", doctor.fhir("GET", f"Patient/{PATIENT}"))
        note("append", doctor.fhir("POST", "Observation", {"resourceType": "Observation", "status": "final", "code": {"text": "seen"},
                                                           "subject": {"reference": f"Patient/{PATIENT}"}}))
        if broken.status in (200, 201):
            note("close", doctor.request("POST", f"/api/v1/glass/{broken.json['glass']}/close", {}))
    except (OSError, http.client.HTTPException):
        pass  # it was killed
    return given


@pytest.fixture(scope="module")
def why(world):
    grant = next(g for g in world.hire("physician").open(PATIENT)["offer"]["grants"] if g["rule"] == "clinical-access")
    return {"reason": "clinical-access", "details": details(grant)}


def calls_of(world, doctor, why):
    """How often each kind of system call is made meanwhile."""
    with Strace(world) as looking:
        act(doctor, why)
        time.sleep(1.2)  # a checkpoint and the index follow
    found = collections.Counter(m.group(1) for line in looking.lines() if (m := re.match(r"^\d+\s+(\w+)\(", line)))
    return {call: n for call, n in found.items() if call not in ("exit", "exit_group", "rt_sigreturn", "restart_syscall")}


def act_until_killed(world, doctor, why, call, nth):
    try:
        strace = Strace(world, "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={nth}")
    except RuntimeError as ended:  # at once: the server makes this call while nobody asks, too
        assert "attached" in str(ended), ended
        return []
    with strace:
        given = act(doctor, why)
        time.sleep(0.3)
    return given


def start_again(world):
    until("it is dead", lambda: world.server.poll() is not None)
    world.serve()


def upstream_has(world, answer):
    return world.upstream("GET", answer.headers["Location"].split("/fhir/")[1].split("/_history")[0]).status == 200


def look(world, doctor, since, given):
    """Everything acknowledged is there; whatever left of a record has its entry."""
    assert missing(world, {r: doctor.staff for _, r, _ in given if r is not None}) == []
    entries = world.entries(since=since)
    intents = {e["index"] for e in entries if e["kind"] == "access-intended"}
    for what, receipt, answer in given:
        if what in ("read", "append"):
            assert receipt in intents, (what, receipt)
        if what == "append":
            assert upstream_has(world, answer)
        if what == "break":
            opened = [e for e in entries if e["kind"] == "glass-opened" and answer.json["glass"] in json.dumps(e)]
            assert opened or answer.status == 200, "the glass that was acknowledged"
    told = {e.get("intent") for e in entries if e["kind"] == "access-outcome"}
    assert intents <= told, "what was intended has an outcome, if only that nobody knows it"
    assert [e["index"] for e in entries] == list(range(since, since + len(entries)))


def test_D14_killed_at_any_system_call(world, why):
    doctor = world.hire("physician")
    given = act(doctor, why)
    assert [what for what, _, _ in given] == ["break", "read", "append", "close"] and NAME in given[1][2].body
    calls = calls_of(world, doctor, why)
    assert {"pwrite64", "fdatasync", "futex"} <= set(calls), calls
    killed = collections.Counter()
    for call in sorted(calls):
        for nth in range(1, min(KILLS, calls[call]) + 1):
            since = world.size()
            given = act_until_killed(world, doctor, why, call, nth)
            killed[call] += world.server.poll() is not None
            if world.server.poll() is None:  # rarer than once a second: it stays alive, and nothing is to be shown
                continue
            start_again(world)
            look(world, doctor, since, given)
    assert killed["pwrite64"] and killed["fdatasync"], killed
    print(f"\nkilled and started again {sum(killed.values())} times, at {sorted(call for call in killed if killed[call])}")
    done = world.cli_sign_in("l.reader")("verify", f"{world.base}/ledger", "--key", world.log_key)
    assert done.returncode == 0, done.stdout + done.stderr


def test_D14_killed_while_it_starts(world, why):
    """Starting writes, too: what ended meanwhile, what became of what was begun."""
    doctor = world.hire("physician")
    given = act(doctor, why)
    since = min(r for _, r, _ in given if r is not None)
    command = [binary(), "serve", "--dir", str(world.data), "--listen", "127.0.0.1:0", "--upstream",
               f"http://127.0.0.1:{world.upstream_port}/fhir", "--upstream-token-file", str(world.folder / "credential")]
    os.kill(world.pid, signal.SIGKILL)
    killed = []
    for call in ("pwrite64", "fdatasync", "openat", "mmap", "fallocate", "ftruncate", "rename", "listen"):
        for nth in range(1, 1 + max(KILLS, 2)):
            done = subprocess.run(["timeout", "--signal=TERM", "3", "strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                                   "-e", f"inject={call}:signal=SIGKILL:when={nth}", *command], capture_output=True, timeout=60)
            if done.returncode in (-9, 137):
                killed.append(call)
    start_again(world)
    assert {"pwrite64", "fdatasync", "openat"} <= set(killed), killed
    look(world, doctor, since, [g for g in given if g[0] != "append"])
    done = world.cli_sign_in("l.reader")("verify", f"{world.base}/ledger", "--key", world.log_key)
    assert done.returncode == 0, done.stdout + done.stderr
