"""The transcript of the README is run, command by command, against the demo as ./run starts it."""

import argparse
import importlib.util
import os
import pathlib
import signal
import subprocess
import time

import pytest

from halligan_world import DEMO, ROOT, binary, free_port, start, stop, until
from readme_transcript import compare, filled, steps_of

README = (ROOT / "README.md").read_text()


class Shell:
    """One bash for all commands, as one person types them in one terminal."""

    def __init__(self, folder):
        self.process = subprocess.Popen(["bash", "--norc"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True, start_new_session=True, env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"})

    def run(self, command):
        end = "-- that was the command --"
        self.process.stdin.write(f"{{ {command}\n}} </dev/null; echo '{end}'\n")
        self.process.stdin.flush()
        out = []
        for line in self.process.stdout:
            if line.rstrip("\n").endswith(end):
                rest = line.rstrip("\n")[:-len(end)]
                return "".join(out) + (rest + "\n" if rest else "")
            out.append(line)
        raise AssertionError(f"the shell ended at: {command}")

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """What ./run starts, smaller, in a folder that looks like a clone."""
    clone = tmp_path_factory.mktemp("clone")
    (clone / "demo").symlink_to(DEMO)
    (clone / "build").mkdir()
    log = open(clone / "start.log", "wb")
    process = start(["/usr/bin/python3", str(DEMO / "start.py"), "--binary", binary(), "--dir", "build/demo", "--staff", "60", "--patients", "40",
                     "--port", str(free_port()), "--records-port", str(free_port())], cwd=clone, stdout=log, stderr=log)
    try:
        until("the demo is up", lambda: process.poll() is not None or b"Ctrl-C stops everything" in (clone / "start.log").read_bytes(), 120, 0.2)
        assert process.poll() is None, (clone / "start.log").read_text()
        yield clone, process
    finally:
        stop(process, 20)


@pytest.fixture(scope="module")
def recorded(demo):
    """Every command with what it printed."""
    shell, known, out = Shell(demo[0]), {}, []
    try:
        for step in steps_of(README):
            printed = shell.run(filled(step.command, known))
            before = dict(known)
            out.append((step, printed, before, compare(step.expected, printed, known)))
    finally:
        shell.close()
    return out


def test_readme_tells_a_story():
    commands = " ".join(step.command for step in steps_of(README))
    for verb in ("sign-in", "find", "open", "break", "read", "append", "close", "review", "verify"):
        assert f"halligan {verb}" in commands, verb


def test_readme_transcript(recorded):
    wrong = [f"$ {step.command}\n{difference}" for step, _, _, difference in recorded if difference]
    assert not wrong, "\n\n".join(wrong)


def test_changing_any_expected_line_would_fail(recorded):
    """Each line in turn: changed, left out, or said twice."""
    changed = 0
    for step, printed, known, _ in recorded:
        for n, line in enumerate(step.expected):
            if line.strip() == "...":
                continue
            letters = [at for at, c in enumerate(line) if c.isalnum() and "<" not in line[max(0, line.rfind(" ", 0, at)):at]]
            at = letters[len(letters) // 2] if letters else 0
            other = line[:at] + ("x" if line[at:at + 1] != "x" else "y") + line[at + 1:]
            for spoiled in (step.expected[:n] + [other] + step.expected[n + 1:], step.expected[:n] + [line] + step.expected[n:]):
                assert compare(spoiled, printed, dict(known)) is not None, (step.command, spoiled)
                changed += 1
    assert changed >= 20


def test_a_second_start_says_where_the_first_one_runs(demo):
    done = subprocess.run(["/usr/bin/python3", str(DEMO / "start.py"), "--binary", binary(), "--dir", "build/demo"], cwd=demo[0], capture_output=True,
                          text=True, timeout=30)
    assert done.returncode == 1 and "it runs already at https://127.0.0.1:" in done.stderr, done.stderr


def test_a_first_start_that_was_broken_off_is_begun_anew_where_it_was_begun_here(tmp_path):
    spec = importlib.util.spec_from_file_location("start", DEMO / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = module.Demo(argparse.Namespace(dir=str(tmp_path), binary="x"))
    (tmp_path / "data/ledger").mkdir(parents=True)
    with pytest.raises(module.Stop):
        made.clear_unfinished()
    assert (tmp_path / "data/ledger").exists()
    (tmp_path / "begun").touch()
    made.clear_unfinished()
    assert not (tmp_path / "data").exists()


def test_ctrl_c_stops_everything_and_a_second_start_finds_it_all(demo, recorded):
    clone, process = demo
    size = int((clone / "build/demo/data/checkpoint").read_text().split("\n")[1])
    children = [int(pid) for pid in pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    assert len(children) == 2
    os.kill(process.pid, signal.SIGINT)
    time.sleep(0.05)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGINT)  # pressed twice by who is in a hurry
    assert process.wait(20) == 0
    assert not [pid for pid in children if pathlib.Path(f"/proc/{pid}").exists()]
    began = time.monotonic()
    again = start(["/usr/bin/python3", str(DEMO / "start.py"), "--binary", binary(), "--dir", "build/demo", "--port", str(free_port()),
                   "--records-port", str(free_port())], cwd=clone, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said = ""
        for line in again.stdout:
            said += line
            if "Ctrl-C stops everything" in line:
                break
        assert "Ctrl-C stops everything" in said, said
        print(f"second start: {time.monotonic() - began:.1f} s")
        assert int((clone / "build/demo/data/checkpoint").read_text().split("\n")[1]) >= size
    finally:
        stop(again, 20)


def test_the_comparison_itself():
    known = {}
    assert compare(["a <id> b", "..."], "a x-1 b\nmore\n", known) is None and known == {"id": "x-1"}
    assert compare(["again <id>"], "again x-1\n", known) is None
    assert compare(["again <id>"], "again x-2\n", known) is not None
    assert compare(["until ... ."], "until 03:14 .\n", {}) is None
    assert compare(["one"], "one\ntwo\n", {}) is not None
    assert compare(["...", "end"], "end\n", {}) is None
    assert compare([], "", {}) is None and compare([], "x\n", {}) is not None
