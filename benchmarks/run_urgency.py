#!/usr/bin/env python3
"""run_urgency.py - how long breaking the glass and reading under it take while whole systems ask: alone, beside feeds, beside exports.

Feeds tell of thousands of facts at a time, exporters list and read whole charts, all as fast as they can. A figure says
what it was here; nothing passes or fails by it. HALLIGAN_BIN names another program to compare with.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

TREE = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TREE / "tests"))
os.environ.setdefault("HALLIGAN_BIN", str(TREE / "build" / "release" / "halligan"))

from halligan_world import DEMO, FEED, World, binary, details  # noqa: E402  (the path comes first)
from load_people import Book, Kept  # noqa: E402

CHARTS = [f"p-{n:06d}" for n in (2, 3, 4, 8)]


def rank(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(part * len(values)))]


def crowd(book, count, work):
    """So many threads that do their work again and again, until they are told to stop."""
    def again(n):
        while not book.stop.is_set():
            work(n)
    threads = [threading.Thread(target=again, args=(n,), daemon=True) for n in range(count)]
    for each in threads:
        each.start()
    return threads


def feeds(world, facts):
    def work(book):
        sessions = [Kept(book, world.tls(), world.session(FEED)) for _ in range(12)]
        inside = [False] * 12

        def tell(n):
            inside[n] = not inside[n]
            told = [{"relation": "checked_in", "from": f"patient/x-{n}-{k}", "to": "unit/emergency-department",
                     **({} if inside[n] else {"ended": True})} for k in range(facts)]
            sessions[n].do("facts", "POST", "/api/v1/facts", {"source": "adt", "facts": told}, ok=(200, 503))
        return crowd(book, 12, tell)
    return work


def exports(world, reader):
    def work(book):
        sessions = [Kept(book, world.tls(), reader) for _ in range(12)]

        def take(n):
            sessions[n].do("everything", "GET", "/fhir/Patient/p-000001/$everything", ok=(200, 429, 503))
            sessions[n].do("people", "GET", "/fhir/Patient?name=a", ok=(200, 503))
        return crowd(book, 12, take)
    return work


def measure(world, doctor, why, beside, seconds):
    book, noise = Book(), Book()
    session = Kept(book, world.tls(), doctor)
    threads = beside(noise) if beside else []
    time.sleep(1)
    began, n = time.monotonic(), 0
    while time.monotonic() < began + seconds:
        chart = CHARTS[n % len(CHARTS)]
        broken = session.do("break", "POST", f"/api/v1/charts/{chart}/break", why)
        session.do("read", "GET", f"/fhir/Patient/{chart}")
        if broken is not None and broken.json.get("glass"):
            session.do("close", "POST", f"/api/v1/glass/{broken.json['glass']}/close", {})
        n += 1
        time.sleep(0.01)
    noise.stop.set()
    for each in threads:
        each.join(60)
    if book.errors:
        sys.exit("\n".join(book.error_texts))
    return book.all, sum(len(times) for times in noise.all.values()) / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run(["node", str(DEMO / "generate.mjs"), "--staff", "60", "--patients", "40", "--out", str(folder / "hospital")],
                       check=True, capture_output=True)
        world = World(folder / "world", folder / "hospital")
        try:
            world.start()
            doctor, reader = world.hire("physician"), world.session("a.osei")
            grant = next(g for g in doctor.open(CHARTS[0])["offer"]["grants"] if g["rule"] == "clinical-access")
            why = {"reason": "clinical-access", "details": details(grant)}
            print(f"{binary()}\n{'milliseconds: p50, p99, worst':<34}{'break':>24}{'read':>24}{'others a second':>18}")
            for name, beside in (("alone", None), ("12 feeds of 1,000 facts", feeds(world, 1000)),
                                 ("12 feeds of 5,000 facts", feeds(world, 5000)), ("12 exporters", exports(world, reader))):
                times, others = measure(world, doctor, why, beside, wanted.seconds)
                shown = [", ".join(f"{x:.1f}" for x in (rank(times[k], 0.5), rank(times[k], 0.99), max(times[k]))) for k in ("break", "read")]
                print(f"{name:<34}{shown[0]:>24}{shown[1]:>24}{others:>18.1f}", flush=True)
        finally:
            world.stop()


if __name__ == "__main__":
    main()
