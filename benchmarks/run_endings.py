#!/usr/bin/env python3
"""run_endings.py - how long a right lives after its end was asked for (scenario B03), for each cause.

A person with broken glass downloads a large chart and, beside that, asks for a small record again and
again; then somebody ends the right. Measured from sending that command: until the command was
answered, until a new request was refused for the first time, until the download was cut. What ends
by itself is measured from the moment that it is to end; to ask would be use, so whoever is idle does not. A figure
says what it was here; nothing passes or fails by it, unless something was not ended at all.
"""
import argparse
import datetime
import http.client
import os
import pathlib
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time

TREE = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TREE / "tests"))
os.environ.setdefault("HALLIGAN_BIN", str(TREE / "build" / "release" / "halligan"))

from halligan_world import DEMO, SECOND_OPINION, World, demo_policy, details, edited  # noqa: E402  (the path comes first)
from test_provisioning import System, equipped, group_of  # noqa: E402

IDLE = edited(SECOND_OPINION, ("second-opinion", "idle-opinion"), ('idle = "10m"', 'idle = "2s"'))
SHORT = edited(SECOND_OPINION, ("second-opinion", "short-opinion"), ('after = "1h"', 'after = "3s"'))
SYSTEM = """
[[provisioning]]
name = "hr"

[[group]]
from = "hr"
name = "Physicians"
roles = ["physician"]
"""
CHART, DOCUMENTS, BYTES = "p-000008", 20, 1_000_000


class Download(threading.Thread):
    """Reads a large answer, a little at a time, until it is whole or cut."""

    def __init__(self, client, pause):
        super().__init__(daemon=True)
        self.pause = pause
        self.socket = client.world.raw(receive_buffer=4096)
        self.socket.sendall(f"GET /fhir/Patient/{CHART}/$everything HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {client.token}\r\n"
                            "Accept: application/fhir+json\r\nConnection: close\r\n\r\n".encode())
        self.size = len(self.socket.recv(4096))
        self.ended = None

    def run(self):
        try:
            while part := self.socket.recv(16384):
                self.size += len(part)
                time.sleep(self.pause)
        except (OSError, ssl.SSLError):
            pass
        self.ended = time.monotonic()


class Asker(threading.Thread):
    """Asks for one small record until it is refused."""

    def __init__(self, client):
        super().__init__(daemon=True)
        self.client, self.refused = client, None

    def run(self):
        status = 200
        while status == 200:
            try:
                status = self.client.fhir("GET", f"Patient/{CHART}").status
            except (OSError, http.client.HTTPException):
                pass  # cut while its answer was on the way
        self.refused = time.monotonic()


def sign(world, text):
    version = world.admin.api("POST", "/policy/proposals", {"text": text, "note": "measured"}, ok=201).json["version"]
    return lambda: world.session("adm.moreau").api("POST", f"/policy/proposals/{version}/sign", {}, ok=200)


def another(person):
    """Somebody who treats nobody opens another chart by glass: the focus moves."""
    grant = next(g for g in person.open("p-000003")["offer"]["grants"] if g["rule"] == "clinical-access")
    return lambda: person.api("POST", "/charts/p-000003/break", {"reason": "clinical-access", "details": details(grant)}, ok=201)


class Provisioned:
    """People whom a system enrols, and makes physicians by a group."""

    def __init__(self, world):
        self.world, self.hr = world, System(world)
        self.group = group_of(self.hr, "Physicians")

    def hire(self):
        who = self.hr.user(f"h.{time.monotonic_ns()}")["id"]
        self.hr.patch(f"/Groups/{self.group}", {"op": "add", "path": "members", "value": [{"value": who}]})
        return equipped(self.world, who)

    def deactivate(self, who):
        return lambda: self.hr.patch(f"/Users/{who}", {"op": "replace", "path": "active", "value": False})

    def take_out(self, who):
        return lambda: self.hr.patch(f"/Groups/{self.group}", {"op": "remove", "path": f'members[value eq "{who}"]'})


def ways(world, provisioned):
    """cause: (reason to break for, what to do beforehand, giving what to do)"""
    lind = world.session("p.lind")
    without = world.policy.replace(SECOND_OPINION, "")
    return {
        "closed": ("clinical-access", lambda p, g: lambda: p.api("POST", f"/glass/{g}/close", {}, ok=200)),
        "revoked": ("clinical-access", lambda p, g: lambda: lind.api("POST", f"/glass/{g}/revoke", {}, ok=200)),
        "signed out": ("clinical-access", lambda p, g: p.sign_out),
        "signed out by an officer": ("clinical-access", lambda p, g: lambda: lind.api("POST", f"/staff/{p.staff}/sign-out", {})),
        "deactivated": ("clinical-access", lambda p, g: lambda: world.set_staff(p.staff, active=False)),
        "role changed": ("clinical-access", lambda p, g: lambda: world.set_staff(p.staff, roles=["registrar"])),
        "deactivated by SCIM": ("clinical-access", lambda p, g: provisioned.deactivate(p.staff)),
        "out of the group by SCIM": ("clinical-access", lambda p, g: provisioned.take_out(p.staff)),
        "locked": ("clinical-access", lambda p, g: lambda: p.api("POST", "/session/lock", {}, ok=204)),
        "another chart opened": ("clinical-access", lambda p, g: another(p)),
        "idle (2 s)": ("idle-opinion", lambda p, g: None),
        "expired (3 s)": ("short-opinion", lambda p, g: None),
        "policy changed": ("second-opinion", lambda p, g: sign(world, without)),
    }


def measure(hire, reason, prepare):
    person = hire()
    broken = person.break_glass(CHART, reason).json
    end = prepare(person, broken["glass"])
    asked = time.monotonic()
    download, asker = Download(person, 0.0005 if end is not None else 0.005), Asker(person)
    idles = end is None and reason == "idle-opinion"
    start = asked + 2 if idles else None  # the download was its last use
    download.start()
    if not idles:
        asker.start()
    answered = None
    if end is not None:
        time.sleep(0.1)
        start = time.monotonic()
        end()
        answered = time.monotonic()
    elif not idles:
        until = datetime.datetime.fromisoformat(broken["until"].replace("Z", "+00:00"))
        start = time.monotonic() + (until - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
    download.join(60)
    if idles:
        asker.start()
    asker.join(60)
    if download.ended is None or asker.refused is None or download.size >= DOCUMENTS * BYTES:
        sys.exit("the right did not end")
    refused = None if idles else asker.refused
    return [None if at is None else 1000 * (at - start) for at in (answered, refused, download.ended)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="causes in whose name this stands")
    options = parser.parse_args()
    rounds = options.rounds
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run(["node", str(DEMO / "generate.mjs"), "--staff", "60", "--patients", "40", "--out", str(folder / "hospital")],
                       check=True, capture_output=True)
        world = World(folder / "world", folder / "hospital", policy=demo_policy() + SECOND_OPINION + IDLE + SHORT + SYSTEM)
        try:
            world.start()
            for n in range(DOCUMENTS):
                world.upstream("POST", "DocumentReference", {
                    "resourceType": "DocumentReference", "status": "current", "subject": {"reference": f"Patient/{CHART}"},
                    "description": f"scan {n}",
                    "content": [{"attachment": {"contentType": "application/pdf", "data": "QUJD" * (BYTES // 4)}}]})
            print(f"{'milliseconds, median (worst) of ' + str(rounds):<34}{'answered':>16}{'next refused':>16}{'running cut':>16}")
            provisioned = Provisioned(world)
            for cause, (reason, prepare) in ways(world, provisioned).items():
                if options.only not in cause:
                    continue
                figures = []
                hire = provisioned.hire if "SCIM" in cause else lambda: world.hire("physician")
                for _ in range(rounds):
                    figures.append(measure(hire, reason, prepare))
                    if cause == "policy changed":
                        sign(world, world.policy)()
                shown = ("-" if None in each else f"{statistics.median(each):.0f} ({max(each):.0f})" for each in zip(*figures))
                print(f"{cause:<34}" + "".join(f"{text:>16}" for text in shown), flush=True)
        finally:
            world.stop()


if __name__ == "__main__":
    main()
