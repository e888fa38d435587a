"""crash_points.py - which system calls something takes, and a server spoilt at the n-th of them.

A point is (file, call, n): the n-th such call on that file that one thread makes. strace finds the points in a
run without a fault, and spoils the same run again at each; the program knows nothing of it. A process killed at a
call has made every call before it and not this one.
"""

import collections
import os
import re
import subprocess

from halligan_world import Client, binary, start, stop, until

EVERY = bool(os.environ.get("HALLIGAN_EVERY_CALL"))
# Calls that leave something behind, or give something away. Reads are points too, where every call is asked for.
LEAVING = ("openat", "mkdir", "write", "pwrite64", "writev", "pwritev", "pwritev2", "fdatasync", "fsync", "rename", "renameat", "renameat2",
           "unlink", "unlinkat", "ftruncate", "fallocate", "chmod", "fchmod", "fchown", "flock")
READING = ("read", "pread64", "newfstatat", "fstat", "lseek", "mmap", "fcntl", "getdents64", "statfs", "close")
SENDING = ("sendmsg", "sendto")
SOCKETS = "sockets"
LINE = re.compile(r"(\d+) +(\w+)\((.*)")


class Point(collections.namedtuple("Point", "path call nth")):
    def words(self, fault):
        """What strace is told: this call on this file, spoilt at its n-th time."""
        on = [] if self.path == SOCKETS else ["-P", self.path]
        return [*on, "-e", f"trace={self.call}", "-e", f"inject={self.call}:{fault}:when={self.nth}"]

    def __str__(self):
        return f"{self.call} {self.nth} on {os.path.basename(self.path)}"


def points(lines, folder, calls):
    """Every point in a trace, in the order in which it is met; one for each file, call and count."""
    counted, found = collections.Counter(), {}
    for line in lines:
        match = LINE.match(line)
        if not match or match.group(2) not in calls:
            continue
        thread, call, words = match.groups()
        inside = re.search(re.escape(str(folder)) + r"[\w./-]*", words)
        path = inside.group() if inside else SOCKETS if call in SENDING else None
        if path is None:
            continue
        counted[(thread, path, call)] += 1
        found.setdefault(Point(path, call, counted[(thread, path, call)]))
    return list(found)


def some(found, most):
    """All of them where every call is asked for, else so many, evenly from the first to the last."""
    if EVERY or len(found) <= most:
        return found
    return [found[i * (len(found) - 1) // (most - 1)] for i in range(most)]


def known_calls():
    return LEAVING + SENDING + (READING if EVERY else ())


def traced_start(world, words):
    """Starts the server under strace, until it is ready or has ended; says how it ended, or None."""
    command = ["strace", "-f", "-y", "-o", str(world.folder / "start.strace"), *words, binary(), "serve", "--dir", str(world.data),
               "--listen", f"127.0.0.1:{world.port}", "--upstream", f"http://127.0.0.1:{world.upstream_port}/fhir",
               "--upstream-token-file", str(world.folder / "credential")]
    with open(world.log, "wb") as log:
        world.server = start(command, stdout=log, stderr=log)

    def settled():
        if world.server.poll() is not None:
            return True
        try:
            return Client(world).request("GET", "/readyz", timeout=5).status == 200
        except OSError:
            return False
    until("it is ready or has ended", settled, 60)
    return world.server.poll()


def calls_of_a_start(world, prepare):
    """The points of one start, up to when it is ready and the index is written."""
    prepare()
    assert traced_start(world, ["-e", "trace=" + ",".join(known_calls())]) is None, world.log.read_text()
    until("spares and index are there", lambda: (world.data / "ledger/spare").exists() and (world.data / "ledger/reserve").exists()
          and (world.data / "index.sqlite").exists())
    stop(world.server)
    return points((world.folder / "start.strace").read_text(errors="replace").splitlines(), world.data, known_calls())


def verify(world):
    """`halligan verify` of what the server publishes."""
    return subprocess.run([binary(), "verify", f"{world.base}/ledger", "--key", world.log_key], capture_output=True, text=True,
                          env={**os.environ, "HALLIGAN_CA": str(world.certificate), "HALLIGAN_SESSION": str(world.folder / "session-l.reader"),
                               "HALLIGAN_SERVER": world.base, "HOME": str(world.folder)})
