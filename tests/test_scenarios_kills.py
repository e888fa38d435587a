"""Scenario D14: the program killed, or its disk failing, at each system call of a start and of a write.

After each: it starts again; every acknowledged entry is there; every released byte has its entry; `verify` passes;
what the started server says of glass, cases and entries is what was told before. `./test` takes some of the points,
`./test long` (HALLIGAN_EVERY_CALL=1) all.
"""

import http.client
import time

import pytest

import crash_points
from crash_points import LEAVING, points, some, traced_start
from halligan_world import stop, until
from test_scenarios_faults import Strace

KILL = "signal=KILL"
ERRORS = ("error=EIO", "error=ENOSPC")
MOST = {KILL: 4, "error=EIO": 2, "error=ENOSPC": 2}  # of each kind of start, where not every call is asked for


class Memory:
    """What was told to somebody, and must be so for ever."""

    def __init__(self, world):
        self.world, self.entries, self.glasses, self.ended = world, {}, {}, []
        self.receipts, self.released = [], []
        self.other = world.hire("nurse").staff  # whose password changes
        self.sign_in()

    def sign_in(self):
        self.world.sessions.clear()
        self.lind = self.world.session("p.lind")
        self.world.cli_sign_in("l.reader")
        self.signed_in = time.monotonic()

    def hold(self, at, whole=False):
        """Everything told is so, in the server that runs now."""
        if time.monotonic() - self.signed_in > 600:  # a session without a chart ends after half an hour
            self.sign_in()
        world, since = self.world, 0 if whole else max(self.entries, default=0)
        now = {e["index"]: e for e in world.entries(since=since)}
        for index, told in self.entries.items():
            assert index < since or now[index] == told, f"{at}: entry {index} is another one"
        self.entries.update(now)
        for receipt in self.receipts:
            assert self.entries[receipt]["kind"] == "access-intended", f"{at}: receipt {receipt}"
        intended = {e.get("patient") for e in self.entries.values() if e["kind"] == "access-intended"}
        assert set(self.released) <= intended, f"{at}: bytes of a record without an entry"
        seen = {g["glass"]: g for g in self.all_glass()}
        for glass, patient in self.glasses.items():
            assert seen[glass]["patient"] == patient, f"{at}: glass {glass}"
        for glass in self.ended:
            assert seen[glass]["ended_at"], f"{at}: glass {glass} is open again"
        done = crash_points.verify(world)
        assert done.returncode == 0, f"{at}: {done.stdout}{done.stderr}"

    def all_glass(self):
        found, after = [], ""
        while True:
            page = self.lind.api("GET", f"/glass?all=true&past=true&limit=100{after}", ok=200).json
            found += page["glass"]
            if not page["more"]:
                return found
            after = f"&before={found[-1]['glass']}"


@pytest.fixture(scope="module")
def memory(world):
    return Memory(world)


# --- a start -------------------------------------------------------------------------------------

def nothing_more(world):
    """A start of every day."""


def much_to_make(world):
    """A start that has to make what can be made again: spares, index, certificate."""
    for name in ("ledger/spare", "ledger/reserve", "index.sqlite", "index.sqlite-wal", "index.sqlite-shm", "tls.crt", "tls.key"):
        (world.data / name).unlink(missing_ok=True)


@pytest.mark.parametrize("before", [nothing_more, much_to_make])
@pytest.mark.parametrize("fault", [KILL, *ERRORS])
def test_D14_a_start_spoilt_at_each_call(world, memory, before, fault):
    stop(world.server)
    found = crash_points.calls_of_a_start(world, lambda: before(world))
    if fault != KILL or before == much_to_make:
        found = [p for p in found if p.call in LEAVING]
    assert len(found) > 20, found
    met = 0
    for point in some(found, MOST[fault]):
        before(world)
        ended = traced_start(world, point.words(fault))
        if ended is None:  # not met before it was ready, or overcome
            until("the call is met, or everything is made", lambda: world.server.poll() is not None or spoilt(world)
                  or (world.data / "ledger/reserve").exists(), 10)
            ended = stop(world.server)
        elif fault != KILL:
            assert ended == 4 and world.log.read_text().startswith("halligan: "), (str(point), ended, world.log.read_text())
        met += ended in (-9, 137) if fault == KILL else spoilt(world)
        world.serve()
        memory.hold(str(point))
        stop(world.server)
    world.serve()
    memory.hold("after all that", whole=True)
    print(f"{before.__name__}, {fault}: {met} of {len(some(found, MOST[fault]))} met, of {len(found)} points")
    assert met * 2 > len(some(found, MOST[fault])), "most of the faults are met"


def spoilt(world):
    return "(INJECTED)" in (world.folder / "start.strace").read_text(errors="replace")


# --- a write -------------------------------------------------------------------------------------

def new_chart(world):
    """A patient whom no entry names yet; the name is the mark by which released bytes are known."""
    answer = world.upstream("POST", "Patient", {"resourceType": "Patient", "name": [{"family": "Unseen"}]})
    assert answer.status == 201, answer
    return answer.json["id"]


def bytes_of(world, doctor, path):
    """Whatever arrives before the connection breaks, or ends."""
    got = b""
    with world.raw() as wire:
        wire.sendall(f"GET /fhir/{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {doctor.token}\r\nConnection: close\r\n\r\n".encode())
        try:
            while more := wire.recv(4096):
                got += more
        except OSError:
            pass
    return got


def emergency(world, memory, doctor, patient):
    """An emergency, from broken glass to its end, and a password, which is no entry. Remembers what was told."""
    broken = doctor.api("POST", f"/charts/{patient}/break", {"reason": "life-threat"})
    assert broken.status in (201, 503), broken
    if broken.status == 201:
        memory.glasses[broken.json["glass"]] = patient
    got = bytes_of(world, doctor, f"Patient/{patient}")
    assert got.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 403 ", b"HTTP/1.1 503 ")) or not got, got
    if b"Unseen" in got:
        memory.released.append(patient)
    noted = {"resourceType": "Observation", "status": "final", "code": {"text": "pulse"}, "subject": {"reference": f"Patient/{patient}"}}
    written = doctor.fhir("POST", "Observation", noted)
    assert written.status in (201, 403, 503), written
    if written.status == 201:
        memory.receipts.append(written.receipt)
    changed = world.admin.api("PUT", f"/staff/{memory.other}/password", {"password": "a passphrase of this hour"})
    assert changed.status in (200, 204, 500, 503), changed
    if broken.status == 201:
        ended = doctor.api("POST", f"/glass/{broken.json['glass']}/close", {})
        assert ended.status in (200, 503), ended
        if ended.status == 200:
            memory.ended.append(broken.json["glass"])


def published(world):
    """What was written is in a checkpoint and in the index, too."""
    size = world.size()
    until("a checkpoint", lambda: world.admin.api("GET", "/ledger", ok=200).json["checkpoint_size"] >= size)
    time.sleep(0.3)


@pytest.fixture(scope="module")
def doctor(world):
    return world.hire("physician")


@pytest.fixture(scope="module")
def calls_of_an_emergency(world, memory, doctor):
    with Strace(world, "-e", "trace=" + ",".join(crash_points.known_calls())) as looking:
        emergency(world, memory, doctor, new_chart(world))
        published(world)
    return points(looking.lines(), world.data, crash_points.known_calls())


def survived(world, memory, patient, at):
    """As ever; and what reached the record system has its entry as well."""
    memory.hold(at)
    sent = world.upstream("GET", f"Observation?patient={patient}").resources("Observation")
    intended = [e for e in memory.entries.values() if e["kind"] == "access-intended" and e.get("patient") == patient]
    assert len(intended) >= len(sent), f"{at}: the record system was written to without an entry"


def test_D14_killed_at_each_call_of_an_emergency(world, memory, doctor, calls_of_an_emergency):
    chosen, met = some(calls_of_an_emergency, 10), 0
    for point in chosen:
        patient = new_chart(world)
        spoilt = None
        try:
            spoilt = Strace(world, *point.words(KILL))
            emergency(world, memory, doctor, patient)
            published(world)
        except (OSError, http.client.HTTPException):
            world.server.wait(10)
        except RuntimeError:  # the server made the call by itself before anybody could look
            world.server.wait(10)
        met += world.server.poll() == -9
        if spoilt:
            stop(spoilt.process)
        stop(world.server)
        world.serve()
        survived(world, memory, patient, str(point))
    memory.hold("after all that", whole=True)
    print(f"killed: {met} of {len(chosen)} met, of {len(calls_of_an_emergency)} points")
    assert met * 2 > len(chosen), "most of the kills are met"


SHORT = "retval=7"


@pytest.mark.parametrize("fault", [*ERRORS, SHORT])
def test_D14_a_fault_at_each_call_of_an_emergency(world, memory, doctor, calls_of_an_emergency, fault):
    found = [p for p in calls_of_an_emergency if p.call in LEAVING]
    if fault == SHORT:  # for the files whose writer does not write the rest by itself
        found = [p for p in found if "write" in p.call and "sqlite" not in p.path]
    chosen, met = some(found, 3), 0
    assert chosen
    for point in chosen:
        patient = new_chart(world)
        with Strace(world, *point.words(fault)) as spoilt:
            emergency(world, memory, doctor, patient)
            time.sleep(1.2)  # the publisher and the index come after everybody else
            met += any("(INJECTED)" in line for line in spoilt.lines())
        assert world.server.poll() is None, f"{point}: the process stands"
        until("it writes again", lambda: memory.lind.fhir("GET", f"Patient/{patient}").status in (200, 403), 30, 0.1)
        survived(world, memory, patient, str(point))
    world.restart()
    memory.hold("after all that", whole=True)
    print(f"{fault}: {met} of {len(chosen)} met, of {len(found)} points")
    assert met * 2 > len(chosen), "most of the faults are met"
