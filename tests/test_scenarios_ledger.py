"""Scenario D11: every way of tampering with a ledger, and what `halligan verify` says."""

import base64
import json
import shutil
import struct

import pytest

from halligan_world import until
from tlog_reader import bundle, leaf_hash


@pytest.fixture(scope="module")
def exported(world, tmp_path_factory):
    """A ledger with accesses of several patients, exported; an older checkpoint of it kept."""
    kept = tmp_path_factory.mktemp("kept") / "earlier"
    nurse, lind = world.session("n.okafor"), world.session("p.lind")
    for n in (3, 4, 5, 3, 4):
        lind.fhir("GET", f"Patient/p-{n:06d}", ok=200)
    size = world.size()
    until("a checkpoint", lambda: world.admin.api("GET", "/ledger").json["checkpoint_size"] >= size)
    kept.write_bytes(nurse.request("GET", "/ledger/checkpoint").body)
    for n in (5, 3, 4, 5):
        lind.fhir("GET", f"Patient/p-{n:06d}", ok=200)
    size = world.size()
    until("a checkpoint", lambda: world.admin.api("GET", "/ledger").json["checkpoint_size"] >= size)
    folder = world.export(tmp_path_factory.mktemp("export") / "log")
    return Log(world, folder, kept)


class Log:
    """An exported log whose files can be forged."""

    def __init__(self, world, folder, kept):
        self.world, self.folder, self.kept = world, folder, kept
        self.size = int((folder / "checkpoint").read_text().split("\n")[1])

    def copy(self, to):
        shutil.copytree(self.folder, to)
        return Log(self.world, to, self.kept)

    def _last(self, kind, index=None):
        index = (self.size - 1) // 256 if index is None else index
        width = min(256, self.size - 256 * index)
        return self.folder / "tile" / kind / (f"{index:03d}" + ("" if width == 256 else f".p/{width}"))

    def entries(self):
        out = []
        for index in range(-(-self.size // 256)):
            out += bundle(self._last("entries", index).read_bytes(), min(256, self.size - 256 * index))
        return out

    def put(self, entries, tiles=False):
        """Writes entries in place of those that are there; with the hashes if whoever forges is thorough."""
        for index in range(-(-len(entries) // 256)):
            some = entries[256 * index:256 * index + 256]
            name = f"{index:03d}" + ("" if len(some) == 256 else f".p/{len(some)}")
            for kind, raw in (("entries", b"".join(struct.pack(">H", len(e)) + e for e in some)), ("0", b"".join(map(leaf_hash, some)))):
                if kind == "0" and not tiles:
                    continue
                path = self.folder / "tile" / kind / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(raw)

    def verify(self, *more):
        done = self.world.verify(self.folder, *more)
        report = json.loads(self.world.verify(self.folder, "--json", *more).stdout)
        assert (done.returncode == 0) == report["whole"]
        return done, report


def places(report):
    return " ; ".join(p["place"] + ": " + p["what"] for p in report["problems"])


def test_D11_an_honest_export_verifies(exported):
    done, report = exported.verify("--since", str(exported.kept))
    assert done.returncode == 0, done.stdout
    assert report["size"] == exported.size and report["earlier"] == 1


def test_D11_an_entry_edited(exported, tmp_path):
    log = exported.copy(tmp_path / "log")
    entries = log.entries()
    at = log.size - 5
    entries[at] = entries[at][:130] + bytes([entries[at][130] ^ 1]) + entries[at][131:]
    log.put(entries)
    done, report = log.verify()
    assert done.returncode == 1 and len(report["problems"]) == 1
    assert report["problems"][0]["place"].startswith(f"entry {at} "), places(report)


def test_D11_an_entry_edited_with_its_hash(exported, tmp_path):
    log = exported.copy(tmp_path / "log")
    entries = log.entries()
    at = next(i for i, e in enumerate(entries) if e[9:25] != bytes(16) and any(
        later[49:81] == leaf_hash(e) for later in entries[i + 1:]))
    entries[at] = entries[at][:-1] + bytes([entries[at][-1] ^ 1])
    log.put(entries, tiles=True)
    done, report = log.verify()
    assert done.returncode == 1 and f"entry {at}" in places(report), places(report)


def test_D11_an_entry_deleted(exported, tmp_path):
    log = exported.copy(tmp_path / "log")
    entries = log.entries()
    at = log.size - 4
    log.put(entries[:at] + entries[at + 1:] + entries[-1:])  # as many as before
    done, report = log.verify()
    assert done.returncode == 1 and f"entry {at}" in places(report), places(report)


def test_D11_two_entries_exchanged(exported, tmp_path):
    log = exported.copy(tmp_path / "log")
    entries = log.entries()
    at = log.size - 6
    entries[at], entries[at + 1] = entries[at + 1], entries[at]
    log.put(entries)
    done, report = log.verify()
    assert done.returncode == 1
    assert f"entry {at}" in places(report) and (f"entry {at + 1}" in places(report) or f"{at} and {at + 1}" in places(report)), places(report)


def test_D11_the_end_cut_off(exported, tmp_path):
    """The newest entries left out, under an older but genuine checkpoint: whoever kept a newer one sees it."""
    log = exported.copy(tmp_path / "log")
    newest = tmp_path / "newest"
    newest.write_bytes((log.folder / "checkpoint").read_bytes())
    old = log.kept.read_bytes()
    entries, log.size = log.entries(), int(old.split(b"\n")[1])
    shutil.rmtree(log.folder)
    log.put(entries[:log.size], tiles=True)
    if log.size >= 256:
        hashes = (exported.folder / "tile" / "1")
        shutil.copytree(hashes, log.folder / "tile" / "1")
    (log.folder / "checkpoint").write_bytes(old)
    assert log.verify()[0].returncode == 0, "by itself it is a genuine, older log"
    done, report = log.verify("--since", str(newest))
    assert done.returncode == 1 and f"entries {log.size} to {exported.size - 1} cut off" in places(report), places(report)


def test_D11_a_checkpoint_edited(exported, tmp_path):
    log = exported.copy(tmp_path / "log")
    lines = (log.folder / "checkpoint").read_text().split("\n")
    lines[2] = base64.b64encode(bytes(32)).decode()
    (log.folder / "checkpoint").write_text("\n".join(lines))
    done, report = log.verify()
    assert done.returncode == 1 and "checkpoint" in places(report) and "line 3" in places(report), places(report)


def test_D11_a_forged_key_is_not_believed(exported, tmp_path):
    other = "ledger.example.org/st-elsewhere+b79c2615+ASmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"
    from halligan_world import binary
    import subprocess
    assert subprocess.run([binary(), "verify", str(exported.folder), "--key", other], capture_output=True).returncode != 0


def test_D11_a_fork(world, tmp_path):
    """Two histories signed by the same key: whoever has a checkpoint of the one finds the other out."""
    world.stop_server()
    shutil.copytree(world.data, tmp_path / "other")
    size = None
    for turn, reads in (("first", ("p-000003", "p-000004")), ("second", ("p-000005", "p-000005", "p-000003"))):
        if turn == "second":
            world.stop_server()
            shutil.rmtree(world.data)
            shutil.move(tmp_path / "other", world.data)
        world.serve()
        world.sessions.clear()
        lind = world.sign_in("p.lind") if turn == "first" else world.sign_in("p.adeyemi")
        for patient in reads:
            lind.fhir("GET", f"Patient/{patient}", ok=200)
        index = lind.fhir("GET", "Patient/p-000003", ok=200).receipt
        until("a checkpoint", lambda: int(lind.request("GET", "/ledger/checkpoint").body.split(b"\n")[1]) > index)
        if turn == "first":
            kept = tmp_path / "checkpoint-of-the-first"
            kept.write_bytes(lind.request("GET", "/ledger/checkpoint").body)
            size = int(kept.read_bytes().split(b"\n")[1])
    log = Log(world, world.export(tmp_path / "log"), kept)
    assert log.size >= size
    assert log.verify()[0].returncode == 0, "by itself it is well signed"
    done, report = log.verify("--since", str(kept))
    assert done.returncode == 1 and report["problems"], done.stdout
    assert str(kept) in places(report) or "entries" in places(report), places(report)


def test_D11_a_running_server_verifies_over_http(world):
    world.sessions.clear()
    reader = world.cli_sign_in("l.reader")
    done = reader("verify", f"{world.base}/ledger", "--key", world.log_key)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The ledger is whole" in done.stdout
