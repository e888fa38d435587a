#!/usr/bin/env python3
"""run_provisioning.py - how long a system takes to enrol a hospital by SCIM /Bulk: 50,000 people, a thousand a request.

Beside it, in the same run on the same server, as many entries by the feeds' own command (POST /api/v1/facts), whose work
is little more than the entries. Memory is the server's own, before and after. Then what is asked of so many, and how long
somebody else's request waits meanwhile.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

TREE = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TREE / "tests"))
os.environ.setdefault("HALLIGAN_BIN", str(TREE / "build" / "release" / "halligan"))

from halligan_world import DEMO, World, demo_policy  # noqa: E402  (the path comes first)
from test_provisioning import USER, System  # noqa: E402

SYSTEM = '\n[[provisioning]]\nname = "hr"\n'
AT_ONCE, FACTS_AT_ONCE = 1_000, 10_000


def megabytes(world):
    with open(f"/proc/{world.server.pid}/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


def operation(n):
    return {"method": "POST", "path": "/Users", "bulkId": f"b{n}",
            "data": {"schemas": [USER], "userName": f"person.{n}", "externalId": f"e-{n}", "active": True,
                     "name": {"givenName": f"Given {n}", "familyName": f"Family {n}"}, "emails": [{"value": f"person.{n}@example.org", "type": "work"}]}}


class Waits(threading.Thread):
    """Somebody who opens a chart again and again, on one connection: how long each answer took."""

    def __init__(self, person):
        super().__init__(daemon=True)
        self.client, self.connection = person, person.world.connection()
        self.over, self.took = threading.Event(), []

    def run(self):
        while not self.over.is_set():
            began = time.monotonic()
            self.connection.request("POST", "/api/v1/charts/p-000002/open", b"{}",
                                    {"Authorization": f"Bearer {self.client.token}", "Content-Type": "application/json"})
            answer = self.connection.getresponse()
            answer.read()
            if answer.status != 200:
                sys.exit(f"a chart was not opened: {answer.status}")
            self.took.append(time.monotonic() - began)

    def worst(self):
        self.over.set()
        self.join()
        self.connection.close()
        return 1000 * max(self.took)


def asked_of_many(hr, people):
    """name: what is done while somebody else works."""
    ids = [each["value"] for each in hr("POST", "/Groups", {"displayName": "Some", "members": [{"value": f"person.{n}"} for n in range(10)]}, ok=201).json["members"]]
    crowd = [{"value": f"person.{n}"} for n in range(people)]
    group = hr("POST", "/Groups", {"displayName": "Everybody"}, ok=201).json["id"]

    def found(kind, text, wanted):
        total = hr("GET", f"/{kind}?count=10&filter=" + urllib.parse.quote(text), ok=200).json["totalResults"]
        if total != wanted:
            sys.exit(f"{text} found {total}, not {wanted}")

    def everybody(members):
        return lambda: hr("PUT", f"/Groups/{group}?excludedAttributes=members", {"displayName": "Everybody", "members": members}, ok=200)
    yield "nothing", lambda: time.sleep(1)
    yield "one looked up by userName", lambda: found("Users", f'userName eq "person.{people - 1}"', 1)
    yield "one looked up by externalId", lambda: found("Users", f'externalId eq "e-{people - 1}"', 1)
    yield "a group looked up by a member", lambda: found("Groups", f'members.value eq "{ids[0]}"', 1)
    yield "all looked through by another filter", lambda: found("Users", 'name.familyName ew "family 7"', 1)
    yield f"a group given {people} members", everybody(crowd)
    yield "and all taken again", everybody([])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50_000)
    people = parser.parse_args().people
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run(["node", str(DEMO / "generate.mjs"), "--staff", "60", "--patients", "40", "--out", str(folder / "hospital")],
                       check=True, capture_output=True)
        world = World(folder / "world", folder / "hospital", policy=demo_policy() + SYSTEM).start()
        try:
            hr = System(world)
            before, size = megabytes(world), world.size()
            began = time.monotonic()
            for first in range(0, people, AT_ONCE):
                asked = {"Operations": [operation(n) for n in range(first, min(first + AT_ONCE, people))]}
                told = hr("POST", "/Bulk", asked, ok=200).json["Operations"]
                if any(each["status"] != "201" for each in told):
                    sys.exit(f"not everybody was enrolled: {json.dumps(next(e for e in told if e['status'] != '201'))}")
            took = time.monotonic() - began
            entries = world.size() - size
            print(f"{people} people enrolled in {took:.1f} s: {people / took:,.0f} a second, {entries} entries, "
                  f"{megabytes(world) - before:.0f} MB more of memory")
            began = time.monotonic()
            for first in range(0, entries, FACTS_AT_ONCE):
                world.feed([{"relation": "checked_in", "from": f"b-{n}", "to": "unit-x"} for n in range(first, min(first + FACTS_AT_ONCE, entries))],
                           heartbeat=False)
            limit = time.monotonic() - began
            print(f"as many entries by a feed: {limit:.1f} s; enrolling takes {took / limit:.2f} times that")
            doctor = world.hire("physician")
            for name, work in asked_of_many(hr, people):
                waits = Waits(doctor)
                waits.start()
                began = time.monotonic()
                work()
                took = time.monotonic() - began
                print(f"{name}: {1000 * took:,.0f} ms; somebody who opens a chart meanwhile waited at worst {waits.worst():.0f} ms")
        finally:
            world.stop()


if __name__ == "__main__":
    main()
