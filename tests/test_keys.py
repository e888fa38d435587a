"""The keys: rehearsed, changed, broken off at every step of it, and made anew after the root key was lost.

A rotation is killed by strace, at each call that makes something durable; the program knows nothing of
it. Whatever was reached, one root key opens the vault, one signing key is the log's, and nothing that
was in the ledger or the vault is missing afterwards.
"""

import contextlib
import hashlib
import os
import pathlib
import shutil
import subprocess

import pytest

from halligan_world import binary, until

PATIENT = "p-000003"
NAME = b"Balogun"
KILL, FAULT = "signal=KILL", "error=EIO"
STEPS = (("rename", KILL), ("rename", FAULT), ("fsync", KILL), ("fdatasync", KILL), ("unlink", FAULT))
MANY = 400  # calls of one kind, at most


class Stopped:
    """A ledger whose server stands still, to be copied; its recovery key was taken away."""

    def __init__(self, world, safe):
        self.world, self.data = world, world.data
        self.recovery = safe / "recovery.key"
        shutil.move(self.data / "recovery.key", self.recovery)
        self.kept = safe / "checkpoint"
        self.entry = world.session("p.lind").fhir("GET", f"Patient/{PATIENT}", ok=200).receipt
        until("a checkpoint of it", lambda: world.admin.api("GET", "/ledger").json["checkpoint_size"] > self.entry)
        self.kept.write_bytes(world.admin.request("GET", "/ledger/checkpoint").body)
        world.stop_server()
        self.used = {who: secrets.used for who, secrets in world.secrets.items()}
        self.old_log_key = (self.data / "log.vkey").read_text().strip()

    def copy(self, to):
        subprocess.run(["cp", "-a", "--sparse=always", str(self.data), str(to)], check=True)  # segments are mostly zeros
        return Folder(self, pathlib.Path(to))


class Folder:
    def __init__(self, stopped, data):
        self.stopped, self.world, self.data = stopped, stopped.world, data
        self.root = data / "root.key"
        self.used = dict(stopped.used)  # each copy knows for itself which codes it has seen

    def run(self, *words, wrap=()):
        return subprocess.run([*wrap, binary(), *map(str, words)], capture_output=True, text=True, timeout=120)

    def check(self, *words):
        return self.run("key", "check", "--dir", self.data, *words)

    def rotate(self, recovery=None, *words, **more):
        return self.run("key", "rotate", "--dir", self.data, "--recovery", recovery or self.stopped.recovery, *words, **more)

    def rotate_signing(self, **more):
        return self.run("key", "rotate-signing", "--dir", self.data, **more)

    def log_key(self, name="log.vkey"):
        return (self.data / name).read_text().strip()

    def openers(self):
        """Which files open the vault as its operational key."""
        return [name for name in ("root.key", "root.key.new") if (self.data / name).exists()
                and "is the operational key" in self.check("--root-key-file", self.data / name).stdout]

    def digest(self):
        return {path.relative_to(self.data): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted(self.data.rglob("*")) if path.is_file() and path.name != "lock"}

    @contextlib.contextmanager
    def served(self):
        world, before = self.world, self.world.data
        world.data = self.data
        world.log.write_bytes(b"")
        for who, step in self.used.items():
            world.secrets[who].used = step
        try:
            world.serve()
            yield world
        finally:
            world.stop_server()
            self.used = {who: secrets.used for who, secrets in world.secrets.items()}
            world.data = before

    def exported(self, to):
        done = self.run("export", "--dir", self.data, to)
        assert done.returncode == 0, done.stderr
        return to

    def verify(self, where, *words):
        return self.run("verify", where, *words)


@pytest.fixture(scope="module")
def stopped(world, tmp_path_factory):
    world.session("l.reader")
    return Stopped(world, tmp_path_factory.mktemp("safe"))


@pytest.fixture
def folder(stopped, tmp_path):
    return stopped.copy(tmp_path / "data")


def assert_as_before(folder):
    """It serves: sessions of before, sign-in by the secrets of before, entries of before in clear."""
    with folder.served() as world:
        lind = world.session("p.lind")
        assert NAME in lind.fhir("GET", f"Patient/{PATIENT}", ok=200).body
        world.sign_in("p.lind")
        old = world.entries(since=folder.stopped.entry - 1)
        assert any(e["index"] == folder.stopped.entry and e["kind"] == "access-intended" for e in old)
        turned = [e for e in world.entries() if e["kind"] in ("root-keys-rotated", "log-key-rotated")]
        whole = world.cli("verify", f"{world.base}/ledger", "--key", folder.log_key())
        assert whole.returncode == 0, whole.stdout + whole.stderr
        return turned, world.log.read_text()


def broken_off(out, act, call, when, what):
    """Runs it until the call is made for the n-th time. Nothing where it is never made so often."""
    trace = out / f"strace-{call}-{what[:3]}-{when}"
    done = act(wrap=("strace", "-f", "-o", str(trace), "-e", f"trace={call}", "-e", f"inject={call}:{what}:when={when}"))
    return done if done.returncode == -9 or "INJECTED" in trace.read_text() else None


# --- the root keys ------------------------------------------------------------------------------

def test_new_root_keys_and_everything_as_before(folder, tmp_path):
    old = shutil.copy(folder.root, tmp_path / "old-root.key")
    done = folder.rotate()
    assert done.returncode == 0, done.stderr
    assert f"Take {folder.data}/recovery.key away" in done.stdout
    assert "root.key is the operational key" in done.stdout and "recovery.key is the recovery key" in done.stdout
    assert folder.root.read_bytes() != pathlib.Path(old).read_bytes()
    assert {(folder.data / name).stat().st_mode & 0o777 for name in ("root.key", "recovery.key", "vault.sqlite")} == {0o600}
    assert not list(folder.data.glob("*.new")) and not list(folder.data.glob("*.unfinished*"))
    assert folder.check().returncode == 0 and folder.check("--recovery", folder.data / "recovery.key").returncode == 0
    for key in ("--root-key-file", old), ("--recovery", folder.stopped.recovery):
        refused = folder.check(*key)
        assert refused.returncode == 4 and "this root key does not open this vault" in refused.stderr
    serve = folder.run("serve", "--dir", folder.data, "--root-key-file", old, "--listen", "127.0.0.1:0", "--upstream", "http://127.0.0.1:9")
    assert serve.returncode == 4 and "this root key does not open this vault" in serve.stderr
    turned, said = assert_as_before(folder)
    assert [e["kind"] for e in turned] == ["root-keys-rotated"]
    assert "rotation" not in said
    again = folder.rotate(shutil.move(folder.data / "recovery.key", tmp_path / "new-recovery.key"))
    assert again.returncode == 0, again.stderr
    turned, _ = assert_as_before(folder)
    assert len(turned) == 2


def test_the_root_key_was_lost(folder):
    folder.root.unlink()
    lost = folder.check()
    assert lost.returncode == 4 and "root.key" in lost.stderr
    done = folder.rotate()
    assert done.returncode == 0, done.stderr
    assert folder.check().returncode == 0
    assert_as_before(folder)


def test_a_root_key_that_stands_elsewhere(folder, tmp_path):
    there = tmp_path / "safer" / "operational.key"
    there.parent.mkdir()
    shutil.move(folder.root, there)
    old = there.read_bytes()
    done = folder.rotate(None, "--root-key-file", there)
    assert done.returncode == 0, done.stderr
    assert there.read_bytes() != old and not folder.root.exists()
    assert folder.check("--root-key-file", there).returncode == 0
    signing = folder.run("key", "rotate-signing", "--dir", folder.data, "--root-key-file", there)
    assert signing.returncode == 0, signing.stderr


def key_file(path, text, mode=0o600):
    path.write_text(text)
    path.chmod(mode)
    return path


def test_what_is_refused_changes_nothing(folder, stopped, tmp_path):
    recovery = stopped.recovery.read_text()
    wrong = {
        "this root key does not open this vault": key_file(tmp_path / "strange", os.urandom(32).hex() + "\n"),
        "that is the operational key": folder.root,
        "64 hexadecimal digits": key_file(tmp_path / "short", recovery[:40]),
        "chmod 600": key_file(tmp_path / "open", recovery, 0o644),
        "cannot open": tmp_path / "missing",
    }
    before = folder.digest()
    for text, file in wrong.items():
        done = folder.rotate(file)
        assert done.returncode in (1, 4) and text in done.stderr, (text, done.stderr)
        assert recovery.strip() not in done.stderr + done.stdout
    assert folder.digest() == before
    nowhere = folder.run("key", "rotate", "--dir", tmp_path / "nowhere", "--recovery", stopped.recovery)
    assert nowhere.returncode == 4 and "holds no ledger" in nowhere.stderr and not (tmp_path / "nowhere").exists()
    left = key_file(folder.data / "recovery.key", recovery)
    done = folder.rotate(left)
    assert done.returncode == 1 and "is still here" in done.stderr
    left.unlink()
    assert folder.digest() == before
    folder.root.chmod(0o640)
    done = folder.rotate_signing()
    assert done.returncode == 4 and "chmod 600" in done.stderr
    folder.root.chmod(0o600)
    assert folder.digest() == before


def test_a_running_server_keeps_its_keys(folder):
    with folder.served() as world:
        held = {name: (folder.data / name).read_bytes() for name in ("root.key", "log.vkey")}
        for done in (folder.rotate(), folder.rotate_signing()):
            assert done.returncode == 4 and "another process holds" in done.stderr and "stop the server" in done.stderr
        assert folder.check().returncode == 0, "rehearsing is for any time"
        assert held == {name: (folder.data / name).read_bytes() for name in held}
        assert not list(folder.data.glob("*.new"))
        world.session("p.lind").fhir("GET", f"Patient/{PATIENT}", ok=200)


def halves(stopped, tmp_path, act):
    """Copies of the ledger whose rotation was killed, or met a fault, at each of its steps."""
    for call, what in STEPS:
        for when in range(1, MANY):
            data = tmp_path / f"{call}-{what[:3]}-{when}"
            folder = stopped.copy(data)
            done = broken_off(tmp_path, lambda **more: act(folder, **more), call, when, what)
            if done is not None:
                assert done.returncode in ((-9,) if what == KILL else (0, 1, 4)), (call, when, done)
                yield f"{call} {when} {what}", call, folder
            shutil.rmtree(data)
            if done is None:
                break
        else:
            raise AssertionError(f"{call} is made more often than {MANY} times")


def test_a_rotation_broken_off_anywhere_is_finished(stopped, tmp_path):
    seen = {"untouched": 0, "turned": 0, "over": 0}
    for at, call, folder in halves(stopped, tmp_path, lambda folder, **more: folder.rotate(**more)):
        openers = folder.openers()
        assert len(openers) == 1, (at, openers)
        state = "turned" if openers == ["root.key.new"] else "untouched" if (folder.data / "root.key.new").exists() else "over"
        if folder.root.read_bytes() == (stopped.data / "root.key").read_bytes() and state == "over":
            state = "untouched"
        seen[state] += 1
        said = folder.check()
        if (folder.data / "root.key.new").exists():
            assert said.returncode != 0 and "rotation of the root keys" in said.stderr, (at, said)
        if call == "rename" and state == "turned":
            turned, log = assert_as_before(folder)
            assert "was left half done and is finished now" in log, at
            assert [e["kind"] for e in turned] == ["root-keys-rotated"], at
        else:
            recovery = stopped.recovery
            if state == "over":
                recovery = shutil.move(folder.data / "recovery.key", tmp_path / "recovery-of-it")
            again = folder.rotate(recovery)
            assert again.returncode == 0, (at, again.stderr)
            assert ("left half done is finished" in again.stdout) == (state == "turned"), (at, again.stdout)
        assert folder.openers() == ["root.key"], at
        assert folder.check().returncode == 0, (at, folder.check().stderr)
        assert folder.check("--recovery", folder.data / "recovery.key").returncode == 0, at
        assert folder.check("--recovery", stopped.recovery).returncode == 4, at
    assert min(seen.values()) > 0, f"every state was met: {seen}"


# --- the key that the log signs with ------------------------------------------------------------

def test_a_new_signing_key_and_the_way_across(folder, stopped, tmp_path):
    done = folder.rotate_signing()
    assert done.returncode == 0, done.stderr
    new, old = folder.log_key(), stopped.old_log_key
    assert new != old and new in done.stdout and folder.log_key("log.vkey.old") == old
    assert new.split("+")[0] == old.split("+")[0], "the log keeps its name"
    handover = folder.exported(tmp_path / "handover")
    for key in (new, old):
        assert folder.verify(handover, "--key", key).returncode == 0, "either key opens what both signed"
    turned, said = assert_as_before(folder)
    assert [e["kind"] for e in turned] == ["log-key-rotated"] and "rotation" not in said
    later = folder.exported(tmp_path / "later")
    assert folder.verify(later, "--key", new).returncode == 0
    assert folder.verify(later, "--key-file", folder.data / "log.vkey").returncode == 0
    refused = folder.verify(later, "--key", old)
    assert refused.returncode == 1 and "the log signs with another key now" in refused.stdout, refused.stdout
    # Whoever kept a checkpoint of before: with both keys, or by the one that both signed.
    both = folder.verify(later, "--key", new, "--key", old, "--since", stopped.kept)
    assert both.returncode == 0 and "It continues 1 earlier checkpoint" in both.stdout, both.stdout + both.stderr
    assert folder.verify(later, "--key", new, "--since", folder.data / "checkpoint.handover").returncode == 0
    alone = folder.verify(later, "--key", new, "--since", stopped.kept)
    assert alone.returncode == 2 and "give the key of then too" in alone.stderr
    backwards = folder.verify(later, "--key", old, "--key", new, "--since", stopped.kept)
    assert backwards.returncode == 1, "a key of before signs no log of today"
    with folder.served() as world:
        assert world.admin.api("GET", "/ledger", ok=200).json["log_key"] == new
        assert world.verify(f"{world.base}/ledger").returncode != 0, "world.log_key is the old one"
        served = world.cli("verify", f"{world.base}/ledger", "--key", new, "--key", old, "--since", str(stopped.kept))
        assert served.returncode == 0, served.stdout + served.stderr


def test_a_vault_of_another_ledger_signs_nothing(folder, stopped, tmp_path):
    other = stopped.copy(tmp_path / "other")
    assert folder.rotate_signing().returncode == 0
    shutil.copy(other.data / "vault.sqlite", folder.data / "vault.sqlite")  # from before
    before = (folder.data / "checkpoint").read_bytes()
    done = folder.run("serve", "--dir", folder.data, "--listen", "127.0.0.1:0", "--upstream", "http://127.0.0.1:9")
    assert done.returncode == 4 and "the vault holds no signing key for" in done.stderr, done.stderr
    assert (folder.data / "checkpoint").read_bytes() == before


def test_a_signing_key_broken_off_anywhere_is_finished(stopped, tmp_path):
    begun = committed = 0
    for at, call, folder in halves(stopped, tmp_path, lambda folder, **more: folder.rotate_signing(**more)):
        half = (folder.data / "log.vkey.new").exists()
        said = folder.check()
        assert ("signing key was left half done" in said.stderr) == half, (at, said)
        assert said.returncode == (1 if half else 0), (at, said)
        if call == "rename":  # a server goes on with what it finds
            turned, log = assert_as_before(folder)
            begun += "was begun and changed nothing" in log
            committed += "signing key was left half done and is finished now" in log
            assert len(turned) == (folder.log_key() != stopped.old_log_key), at
        keys = [folder.log_key(), stopped.old_log_key]
        again = folder.rotate_signing()
        assert again.returncode == 0, (at, again.stderr)
        assert folder.check().returncode == 0, at
        exported = folder.exported(tmp_path / "exported")
        verified = folder.verify(exported, "--key", folder.log_key(), "--key", keys[0], "--key", keys[1], "--since", stopped.kept)
        assert verified.returncode == 0, (at, verified.stdout + verified.stderr)
        shutil.rmtree(exported)
    assert begun and committed, "a server met both"
