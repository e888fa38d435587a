"""P5 across restarts: a start from a snapshot serves what the entries say, and nothing rests on the file."""

import datetime
import os
import random
import signal
import time

import pytest

from halligan_world import World, until


class SnapshotWorld(World):
    serve_options = ("--snapshot-every", "100")


WORLD = SnapshotWorld
EDGES = [{"relation": "checked_in", "from": f"patient/p-{n:06d}", "to": "unit/emergency-department"} for n in range(1, 41)]


def sizes(world):
    folder = world.data / "snapshots"
    return sorted(int(f.stem) for f in folder.glob("*.snapshot")) if folder.exists() else []


def path(world, size):
    return world.data / "snapshots" / f"{size:020d}.snapshot"


def begun_from(world):
    return world.admin.api("GET", "/ledger", ok=200).json["begun_from"]


def write_entries(world, count=120):
    """By the feed, 40 at a time."""
    for turn in range(-(-count // len(EDGES))):
        world.turn = getattr(world, "turn", 0) + 1
        world.feed([{**edge, "ended": True} if world.turn % 2 == 0 else edge for edge in EDGES])


def newer_than(world, size):
    write_entries(world)
    return until("a newer snapshot", lambda: [s for s in sizes(world) if s > size], 40)[-1]


@pytest.fixture(scope="module")
def doctor(world):
    """With a glass open, a case, and a session that was locked."""
    found = world.hire("physician")
    found.break_glass("p-000002")
    locked = world.hire("nurse")
    locked.api("POST", "/session/lock", {}, ok=204)
    found.locked = locked
    return found


def without_ends(told):
    """Without what is counted from two clocks anew each time, which differs by a millisecond."""
    if isinstance(told, dict):
        return {key: without_ends(value) for key, value in told.items() if key not in ("until", "idle_until")}
    return [without_ends(each) for each in told] if isinstance(told, list) else told


def ends(*people):
    """When each session ends, by either of its times."""
    shown = [who.api("GET", "/session", ok=200).json for who in people]
    return [datetime.datetime.fromisoformat(each[key]).timestamp() for each in shown for key in ("until", "idle_until")]


def as_it_is(world, doctor):
    """What people are told, by routes that change nothing that they tell."""
    officer = world.session("p.lind")
    answers = [doctor.api("GET", "/session", ok=200), doctor.locked.api("GET", "/session", ok=200),
               officer.api("GET", "/glass?all=true", ok=200), officer.api("GET", "/cases?limit=500", ok=200),
               world.admin.api("GET", "/staff", ok=200), officer.api("GET", "/policy", ok=200)]
    return [without_ends(answer.json) for answer in answers]


def test_P5_a_restart_from_a_snapshot_serves_the_same(world, doctor):
    taken = newer_than(world, world.size())
    assert path(world, taken).stat().st_mode & 0o777 == 0o600
    assert [e["size"] for e in world.entries("snapshot-taken")][-1] == taken
    late = world.hire("physician")  # after it
    late.break_glass("p-000005")
    before, ending = as_it_is(world, doctor), ends(doctor, late)
    assert "p-000002" in str(before) and "p-000005" in str(before)
    world.restart()
    newest = begun_from(world)
    assert newest is not None and newest >= taken
    assert as_it_is(world, doctor) == before
    assert ends(doctor, late) == pytest.approx(ending, rel=0, abs=1)
    doctor.fhir("GET", "Patient/p-000002", ok=200)
    late.fhir("GET", "Patient/p-000005", ok=200)
    assert doctor.locked.fhir("GET", "Patient/p-000003").status == 401
    entries = world.entries()
    assert [e["index"] for e in entries] == list(range(len(entries))) and all(e["kind"] for e in entries), "those below are there, too"


def test_P5_a_damaged_snapshot_is_taken_away_and_the_entries_are_read(world, doctor):
    newer_than(world, world.size())
    before = as_it_is(world, doctor)
    world.stop_server()
    spoiled = sizes(world)
    assert spoiled
    for size in spoiled:
        raw = bytearray(path(world, size).read_bytes())
        raw[len(raw) // 2] ^= 1
        path(world, size).write_bytes(raw)
    world.serve()
    assert begun_from(world) is None
    assert not set(sizes(world)) & set(spoiled)
    assert as_it_is(world, doctor) == before


def test_P5_of_a_snapshot_without_its_entry_nothing_is_believed(world, doctor):
    """A copy of an older ledger's snapshot, under the name of a newer one."""
    taken = newer_than(world, world.size())
    world.stop_server()
    copied = path(world, taken).read_bytes()
    for size in sizes(world):
        path(world, size).unlink()
    path(world, taken + 1).write_bytes(copied)
    world.serve()
    assert begun_from(world) is None
    assert taken + 1 not in sizes(world)
    doctor.fhir("GET", "Patient/p-000002", ok=200)


def test_P5_killed_at_any_moment_nothing_is_lost(world, doctor, tmp_path):
    random.seed(4711)
    folder = world.data / "snapshots"
    receipts = []
    for turn in range(5):
        seen = {f.name for f in folder.iterdir()}
        write_entries(world)
        receipts += [doctor.fhir("GET", "Patient/p-000002", ok=200).receipt for _ in range(5)]
        if turn < 3:  # while one is written, or just after
            until("the keeper is at work", lambda: {f.name for f in folder.iterdir()} - seen, 40, 0.001)
            time.sleep(turn * 0.004)
        else:
            time.sleep(random.uniform(0, 2.5))
        os.kill(world.pid, signal.SIGKILL)
        world.server.wait()
        world.serve()
        kept = {e["index"]: e for e in world.entries(since=min(receipts))}
        assert all(kept[r]["kind"] == "access-intended" and kept[r]["staff"] == doctor.staff for r in receipts), turn
    write_entries(world)
    taken = newer_than(world, max(sizes(world), default=0))
    assert not list(folder.glob("*.new")), "what a killed process left is gone"
    before = as_it_is(world, doctor)
    world.restart()
    assert begun_from(world) >= taken
    assert as_it_is(world, doctor) == before
    assert world.verify(world.export(tmp_path / "log")).returncode == 0
