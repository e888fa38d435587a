#!/usr/bin/env python3
"""run_load.py - a hospital's mixed load for minutes or an hour: latency, memory, entries a second, errors.

Doctors sign in, search, open charts, break glass, read, append and close; reviewers close their cases; screens
listen; a feed tells of two hundred patients at a time; an exporter reads whole charts. Every second is a line of a table.
At the end the server is stopped as an operator stops it and started again: every entry that was acknowledged must
be there, and the ledger must verify. Fails where one is missing or there was any error; by no clock.
"""
import argparse
import collections
import csv
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

TREE = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TREE / "tests"))
os.environ.setdefault("HALLIGAN_BIN", str(TREE / "build" / "release" / "halligan"))

import load_people as people  # noqa: E402  (the path comes first)
from halligan_world import DEMO, FEED, World, binary  # noqa: E402
from load_plot import plot  # noqa: E402

KINDS = ("sign in", "search", "open chart", "break", "read", "append", "close", "review", "list cases", "bulk facts", "everything",
         "people search")


class Load:
    def __init__(self, world, wanted):
        self.world, self.book, self.tls = world, people.Book(), world.tls()
        flagged = {f["patient"] for f in world.hospital["flags"]}
        self.patients = [{"id": p["id"], "name": p["name"][0]["family"]} for p in patients_of(world) if p["id"] not in flagged]
        self.cases = collections.deque()
        self.threads = []
        doctors = [world.hire("physician").staff for _ in range(wanted.doctors)]
        reviewers = [world.hire("privacy-officer").staff for _ in range(2)]
        listeners = [world.session(who) for who in reviewers] + [world.hire("nurse") for _ in range(wanted.screens // 8)]
        self.threads += [people.Doctor(self, who, wanted.every) for who in doctors]
        self.threads += [people.Reviewer(self, who, 1.0) for who in reviewers]
        self.threads += [people.Feed(self, FEED, 2.0), people.Exporter(self, world.hire("physician", team="cardiology").staff, 1.0)]
        self.quiet = [people.Kept(self.book, self.tls, each) for each in [*listeners, world.admin]]
        self.screens = people.Screens(self, [s for s in listeners for _ in range(8)][:wanted.screens])
        self.threads.append(self.screens)


    def say_still_there(self):
        """Who only looks at a screen would be signed out after half an hour."""
        for each in self.quiet:
            each.close()  # a connection that was idle so long is not there any more
            answer = each.request("POST", "/api/v1/session/extend")
            if answer.status != 200:
                self.book.wrong("extend", f"{answer.status} {answer.text}")


def patients_of(world):
    found, path = [], "Patient?_count=500"
    while path:
        page = world.upstream("GET", path).json
        found += [e["resource"] for e in page.get("entry", [])]
        path = next((link["url"].split("/fhir/")[1] for link in page.get("link", []) if link["relation"] == "next"), None)
    return found


def memory(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


def rank(sorted_values, part):
    return sorted_values[min(len(sorted_values) - 1, int(part * len(sorted_values)))]


def watch(load, seconds, file):
    """A line a second; gives all of them."""
    table = csv.writer(file)
    head = ["second", "entries", "entries_a_second", "rss_kib", "open_files", "errors"]
    table.writerow(head + [f"{kind.replace(' ', '_')}_{what}" for kind in KINDS for what in ("n", "p50_ms", "p99_ms")])
    admin, rows = people.Kept(load.book, load.tls, load.world.admin), []
    began, before = time.monotonic(), admin.request("GET", "/api/v1/ledger").json["size"]
    for second in range(1, seconds + 1):
        time.sleep(max(0.0, began + second - time.monotonic()))
        size, pid = admin.request("GET", "/api/v1/ledger").json["size"], load.world.pid
        if second % 900 == 0:
            load.say_still_there()
        row = [second, size, size - before, memory(pid), len(os.listdir(f"/proc/{pid}/fd")), load.book.errors]
        before, taken = size, load.book.take_second()
        for kind in KINDS:
            times = sorted(taken.get(kind, []))
            row += [len(times)] + ([round(rank(times, 0.5), 2), round(rank(times, 0.99), 2)] if times else ["", ""])
        table.writerow(row)
        file.flush()
        rows.append(dict(zip(head, row)) | {"times": {k: sorted(v) for k, v in taken.items()}})
        if second % 30 == 0:
            last = rows[-30:]
            print(f"{second:>6} s  {statistics.mean(r['entries_a_second'] for r in last):>7.0f} entries/s  {row[3] / 1024:>7.1f} MiB"
                  f"  {row[4]:>5} files  {row[5]} errors", flush=True)
    return rows


def check(load):
    """Stops and starts the server; what is missing or wrong then, as text."""
    world, problems = load.world, []
    began = time.monotonic()
    code = world.stop_server()
    print(f"stopped with {code} after {time.monotonic() - began:.1f} s")
    if code != 0:
        problems.append(f"the server ended with {code}")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([binary(), "export", "--dir", str(world.data), f"{folder}/log"], capture_output=True, text=True)
        verified = world.verify(f"{folder}/log") if done.returncode == 0 else done
        print(verified.stdout.strip() or verified.stderr.strip())
        if verified.returncode != 0:
            problems.append(f"verify: {verified.stdout}{verified.stderr}")
    began = time.monotonic()
    world.serve()
    print(f"started again after {time.monotonic() - began:.1f} s, {memory(world.pid) / 1024:.1f} MiB")
    found, at = {}, min(load.book.receipts, default=0)
    reader = people.Kept(load.book, load.tls, world.session("l.reader"))
    while True:
        page = reader.request("GET", f"/api/v1/entries?from={at}&limit=500").json["entries"]
        found.update((e["index"], e.get("staff")) for e in page)
        if len(page) < 2 or page[-1]["index"] >= max(load.book.receipts):
            break
        at = page[-1]["index"] + 1
    missing = [i for i, who in load.book.receipts.items() if i not in found or found[i] not in (who, None)]
    print(f"{len(load.book.receipts)} acknowledged entries, {len(missing)} of them missing")
    if missing:
        problems.append(f"missing: {missing[:10]}")
    return problems


def summary(load, rows):
    print(f"\n{'milliseconds':<16}{'n':>9}{'p50':>10}{'p99':>10}{'worst':>10}")
    for kind in KINDS:
        times = sorted(load.book.all.get(kind, []))
        if times:
            print(f"{kind:<16}{len(times):>9}{rank(times, 0.5):>10.1f}{rank(times, 0.99):>10.1f}{times[-1]:>10.1f}")
    half = rows[len(rows) // 2:]
    grown, entries = half[-1]["rss_kib"] - half[0]["rss_kib"], half[-1]["entries"] - half[0]["entries"]
    print(f"\nin the second half: {grown / 1024:+.1f} MiB and {entries} entries, {1024 * grown / max(1, entries):.0f} bytes an entry;"
          f" open files {min(r['open_files'] for r in half)} to {max(r['open_files'] for r in half)}; events heard {load.screens.heard}")
    print(f"{load.book.errors} errors")
    for text in load.book.error_texts[:20]:
        print("  " + text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--doctors", type=int, default=24)
    parser.add_argument("--every", type=float, default=1.0, help="seconds between two charts of one doctor, about")
    parser.add_argument("--screens", type=int, default=80)
    parser.add_argument("--patients", type=int, default=1000)
    parser.add_argument("--out", type=pathlib.Path, default=TREE / "build" / "load", help="the table and the picture go here")
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run(["node", str(DEMO / "generate.mjs"), "--staff", "60", "--patients", str(wanted.patients), "--out",
                        str(folder / "hospital")], check=True, capture_output=True)
        world = World(folder / "world", folder / "hospital")
        try:
            world.start()
            load = Load(world, wanted)
            for each in load.threads:
                each.start()
            with open(wanted.out / "load.csv", "w", newline="") as file:
                rows = watch(load, max(1, int(60 * wanted.minutes)), file)
            load.book.stop.set()
            for each in load.threads:
                each.join(30)
            summary(load, rows)
            plot(rows, wanted.out / "load.svg")
            problems = check(load)
        finally:
            world.stop()
    if problems or load.book.errors:
        sys.exit("\n".join(problems) or f"{load.book.errors} errors")


if __name__ == "__main__":
    main()
