"""deploy/halligan.service: systemd understands it, and what the server asks of the kernel is among what it allows."""

import re
import shutil
import subprocess

import pytest

from halligan_paths import ROOT

UNIT = ROOT / "deploy/halligan.service"
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here to ask")


def settings(name):
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.MULTILINE)


def calls_in(groups):
    """The system calls that systemd's groups stand for."""
    calls, asked = set(), list(groups)
    while asked:
        one = asked.pop()
        if not one.startswith("@"):
            calls.add(one)
            continue
        said = subprocess.run(["systemd-analyze", "syscall-filter", one], capture_output=True, text=True, check=True).stdout
        asked += [line.split("#")[0].strip() for line in said.splitlines()[1:] if line.split("#")[0].strip()]
    return calls


@needs_systemd
def test_systemd_understands_the_unit_and_finds_little_exposed(tmp_path):
    copy = tmp_path / UNIT.name
    copy.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", UNIT.read_text(), flags=re.MULTILINE))
    verified = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    exposed = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", str(copy)],
                             capture_output=True, text=True)
    assert exposed.returncode == 0, exposed.stdout[-500:]


@needs_systemd
def test_no_call_of_a_served_request_is_outside_of_what_the_unit_allows(world, tmp_path):
    allowed, refused = set(), set()
    for words in settings("SystemCallFilter"):
        (refused if words.startswith("~") else allowed).update(words.lstrip("~").split())
    out = tmp_path / "calls"
    strace = subprocess.Popen(["strace", "-f", "-qq", "-p", str(world.pid), "-o", str(out)])
    try:
        while not out.exists():
            assert strace.poll() is None
        osei = world.sign_in("a.osei")
        assert osei.api("POST", "/charts/p-000001/open", {}, ok=200).json["verdict"] == "permit"
        osei.fhir("GET", "Observation?patient=p-000001")
    finally:
        strace.terminate()
        strace.wait()
    used = set(re.findall(r"^\d+ +([a-z0-9_]+)\(", out.read_text(), re.MULTILINE))
    assert {"pwrite64", "fdatasync"} <= used, "the ledger was written"
    assert used <= calls_in(allowed)
    assert not used & calls_in(refused)


def test_the_page_names_what_the_unit_names():
    page = (ROOT / "docs/operate/service.md").read_text()
    for path in re.findall(r"(/usr/local/bin/\w+|/etc/halligan/[\w.]+)", "\n".join(settings("ExecStart"))):
        assert path in page
    assert f"/var/lib/{settings('StateDirectory')[0]}" in page
