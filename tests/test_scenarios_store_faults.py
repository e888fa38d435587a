"""Scenario D10 for the two SQLite files beside the ledger: the vault (keys and secrets) and the index.

What was acknowledged holds, nothing leaves without its entry, the index is in nobody's way, and when
the disk works again so does the server. Faults come from strace; the program knows nothing of it.
"""

import os
import re
import time

import pytest

from halligan_world import FEED, Client, until
from test_scenarios_faults import WRITES, Strace, assert_whole

PATIENT = "p-000003"
NAME = b"Balogun"
FAULTS = (("EIO", "1"), ("ENOSPC", "1+"))  # once, and from now on

FELT = []  # whether each fault was met


def files(world, name):
    """The file and what SQLite keeps beside it, as far as the server has them open."""
    return sorted({link for fd in os.listdir(f"/proc/{world.pid}/fd")
                   if (link := readlink(f"/proc/{world.pid}/fd/{fd}")).startswith(str(world.data / name))})


def readlink(path):
    try:
        return os.readlink(path)
    except FileNotFoundError:  # closed meanwhile
        return ""


def calls_of(world, name, act):
    """Which system calls go to these files while something is done, and how often."""
    with Strace(world, "-e", "trace=" + ",".join(WRITES)) as looking:
        act()
        time.sleep(1.0)
    inside = str(world.data / name)
    seen = [m.group(1) for line in looking.lines() if inside in line and (m := re.search(r"\b(\w+)\(\d+<", line)) and "resumed" not in line]
    return {call: seen.count(call) for call in sorted(set(seen))}


class Spoilt(Strace):
    """One fault in force; notes whether it was met."""

    def met(self):
        return any("INJECTED" in line for line in self.lines())

    def __exit__(self, *ended):
        FELT.append(self.met())
        return super().__exit__(*ended)


def faults(world, name, calls):
    """Each fault: what it is, and what to hold while it is to be in force."""
    for call in calls:
        for error, when in FAULTS:
            paths = [word for path in files(world, name) for word in ("-P", path)]
            yield (f"{name}: {call} {error} when {when}",
                   lambda: Spoilt(world, *paths, "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}"))


def serves(world):
    """It works again, and it is the same process."""
    lind = world.session("p.lind")
    until("it reads again", lambda: lind.fhir("GET", f"Patient/{PATIENT}").status == 200, 30, 0.2)
    assert world.server.poll() is None, "the process stands"


@pytest.fixture
def new_charts(world):
    """Patients that no entry names yet, one each time: their first entry takes a key from the vault."""
    def made():
        answer = world.upstream("POST", "Patient", {"resourceType": "Patient", "name": [{"family": "Fresh"}]})
        assert answer.status == 201, answer
        return answer.json["id"]
    return made


def test_D10_faults_of_the_index_are_in_nobodys_way(world):
    lind = world.session("p.lind")
    calls = calls_of(world, "index", lambda: [lind.fhir("GET", f"Patient/{PATIENT}", ok=200) for _ in range(3)])
    assert calls, "the index is written behind the answers"
    FELT.clear()
    receipts = []
    for fault, spoilt in faults(world, "index", calls):
        with spoilt() as fault_in_force:
            answer = lind.fhir("GET", f"Patient/{PATIENT}")
            assert answer.status == 200 and NAME in answer.body, (fault, answer)
            receipts.append(answer.receipt)
            for _ in range(50):  # it is written when there is time for it
                time.sleep(0.1)
                if fault_in_force.met():
                    break
    serves(world)
    assert any(FELT), "no fault was met"
    assert set(receipts) <= {e["index"] for e in world.entries("access-intended", since=receipts[0])}
    world.restart()
    world.sessions.clear()
    serves(world)
    # What the index tells after all that is what the ledger holds.
    by_person = world.session("l.reader").api("GET", f"/entries?from={receipts[0]}&limit=500", ok=200).json["entries"]
    assert set(receipts) <= {e["index"] for e in by_person}
    assert_whole(world)


def sign_in(world, who, password):
    return Client(world).api("POST", "/sessions", {"user": who, "password": password, "code": world.secrets[who].code(world.now)})


def test_D10_faults_of_the_vault_and_secrets(world):
    """A password that was acknowledged works; one that was not acknowledged is the old or the new."""
    world.hire("nurse")
    who = "new.%03d" % world.hired
    said = {"passwords": [world.secrets[who].password]}

    def change(text):
        return world.admin.api("PUT", f"/staff/{who}/password", {"password": text})

    calls = calls_of(world, "vault", lambda: change(said["passwords"][0]))
    assert calls, "a secret is written into the vault"
    FELT.clear()
    lind = world.session("p.lind")
    for n, (fault, spoilt) in enumerate(faults(world, "vault", calls)):
        text = f"another passphrase, the {n}th"
        with spoilt():
            answer = change(text)
            # Who is signed in goes on: nothing of a secret is needed for that.
            assert lind.fhir("GET", f"Patient/{PATIENT}").status in (200, 503), fault
        assert answer.status in (200, 204, 503, 500), (fault, answer)
        if answer.status < 300:
            said["passwords"] = [text]
        else:
            assert answer.json["detail"] and text not in answer.body.decode(), fault
            said["passwords"].append(text)
        serves(world)
    signed = [sign_in(world, who, each).status for each in reversed(said["passwords"])]
    assert 201 in signed, signed
    serves(world)
    assert any(FELT), "no fault was met"
    assert change("the last passphrase of all").status in (200, 204)
    assert sign_in(world, who, "the last passphrase of all").status == 201
    assert_whole(world)


def test_D10_faults_of_the_vault_and_new_charts(world, new_charts):
    """The first entry of a patient takes a key, made beforehand. No key, no entry; no entry, no record."""
    doctor, feed = world.hire("physician"), world.session(FEED)
    FELT.clear()
    answers = []
    world.session("p.lind")
    for n, (fault, spoilt) in enumerate(faults(world, "vault", ("pwrite64", "fdatasync"))):
        since, told, patient = world.size(), 0, new_charts()
        with spoilt():
            for turn in range(10):  # more patients than keys are ever kept ready
                edges = [{"relation": "checked_in", "from": f"patient/new-{n}-{turn}-{i}", "to": "unit/emergency-department"} for i in range(50)]
                answer = feed.api("POST", "/facts", {"source": "adt", "facts": edges})
                assert answer.status in (200, 503), (fault, answer)
                answers.append(answer.status)
                if answer.status != 200:
                    break
                told += len(edges)
            broken = doctor.api("POST", f"/charts/{patient}/break", {"reason": "life-threat"})
            read = doctor.fhir("GET", f"Patient/{patient}")
        assert broken.status in (201, 503), (fault, broken)
        assert read.status in (200, 403, 503), (fault, read)
        assert read.status == 200 or b"Fresh" not in read.body, fault
        serves(world)
        entries = world.entries(since=since)
        assert sum(e["kind"] == "relation-recorded" for e in entries) >= told, fault
        if broken.status == 201:
            assert any(e["kind"] == "glass-opened" and e["patient"] == patient for e in entries), fault
        if read.status == 200:
            assert read.receipt in [e["index"] for e in entries if e["kind"] == "access-intended"], fault
    assert any(FELT) and 503 in answers, (FELT, answers)
    serves(world)
    world.restart()
    world.sessions.clear()
    serves(world)
    assert_whole(world)
