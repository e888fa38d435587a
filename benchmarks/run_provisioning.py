#!/usr/bin/env python3
"""run_provisioning.py - how long a system takes to enrol a hospital by SCIM /Bulk: 50,000 people, a thousand a request.

Beside it, in the same run on the same server, as many entries by the feeds' own command (POST /api/v1/facts), whose work
is little more than the entries. Memory is the server's own, before and after.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

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
            began = time.monotonic()
            found = hr("GET", f'/Users?filter=userName%20eq%20%22person.{people - 1}%22', ok=200).json["totalResults"]
            by_name = time.monotonic() - began
            began = time.monotonic()
            hr("GET", '/Users?filter=name.familyName%20co%20%22mily%20499%22&count=10', ok=200)
            print(f"one found by userName in {1000 * by_name:.1f} ms ({found} of 1), all looked through by another filter in {time.monotonic() - began:.2f} s")
        finally:
            world.stop()


if __name__ == "__main__":
    main()
