"""Thousands of connections that do nothing, read a byte a second or send one, and somebody who breaks glass among them.

HALLIGAN_CONNECTIONS says how many; two thousand where it does not, ten thousand in the long tests. What a connection
takes of memory is measured and printed; nothing passes or fails by a clock.
"""

import os
import pathlib
import re
import resource
import socket
import ssl
import threading
import time

import pytest

from halligan_world import World, until

WANTED = int(os.environ.get("HALLIGAN_CONNECTIONS", "2000"))
ADDRESSES = 8  # one address has half of all places at most
PATIENT = "p-000002"


@pytest.fixture(scope="module")
def many_files():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < WANTED + 2_000:
        pytest.skip(f"{WANTED} connections take more files than the {most} that this machine allows")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Crowd:
    """Connections that stand. A third is idle, a third sends a byte a second, a third reads one."""

    def __init__(self, world, wanted):
        self.world, self.context = world, world.tls()
        self.stop = threading.Event()
        self.idle, self.writers, self.readers = [], [], []
        self.again = 0  # slow writers whom the server ended, and who began anew
        page = self.ask(self.connect(0), "/console/").split(b"\r\n\r\n", 1)[1]
        asset = max(re.findall(rb'"((?:/console/)?assets/[^"]+\.js)"', page) or [b"assets/none.js"], key=len).decode()
        self.large = asset if asset.startswith("/") else "/console/" + asset
        numbers = iter(range(wanted))
        lock = threading.Lock()

        def fill():
            while True:
                with lock:
                    n = next(numbers, None)
                if n is None:
                    return
                [self.add_idle, self.add_writer, self.add_reader][n % 3](n)
        threads = [threading.Thread(target=fill) for _ in range(4)]
        self.ticker = threading.Thread(target=self.tick, daemon=True)
        for each in (self.ticker, *threads):
            each.start()
        for each in threads:
            each.join()

    def connect(self, n, receive=None):
        plain = socket.socket()
        if receive:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        plain.settimeout(60)
        plain.bind((f"127.0.0.{2 + n % ADDRESSES}", 0))
        plain.connect(("127.0.0.1", self.world.port))
        return self.context.wrap_socket(plain)

    def ask(self, connection, path):
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())
        got = b""
        while part := connection.recv(65536):
            got += part
        return got

    def add_idle(self, n):
        connection = self.connect(n)
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        self.idle.append(connection)

    def add_writer(self, n):
        connection = self.connect(n)
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: h\r\nX-Slow: ")
        connection.setblocking(False)
        self.writers.append((n, connection))

    def add_reader(self, n):
        connection = self.connect(n, receive=2304)
        connection.sendall(f"GET {self.large} HTTP/1.1\r\nHost: h\r\nAccept-Encoding: identity\r\n\r\n".encode())
        connection.setblocking(False)
        self.readers.append(connection)

    def tick(self):
        while not self.stop.wait(1):
            for at, (n, connection) in enumerate(self.writers):
                try:
                    connection.send(b"a")
                    connection.recv(1)  # nothing, or the answer that it took too long
                    over = True
                except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    over = False
                except OSError:
                    over = True
                if over and not self.stop.is_set():
                    connection.close()
                    self.again += 1
                    fresh = self.connect(n)
                    fresh.sendall(b"GET /healthz HTTP/1.1\r\nHost: h\r\nX-Slow: ")
                    fresh.setblocking(False)
                    self.writers[at] = (n, fresh)
            for connection in self.readers:
                try:
                    connection.recv(1)
                except (ssl.SSLWantReadError, OSError):
                    pass

    def close(self):
        self.stop.set()
        self.ticker.join()
        for connection in [*self.idle, *self.readers, *(c for _, c in self.writers)]:
            connection.close()


def memory(world):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{world.pid}/status").read_text()).group(1))


def open_files(world):
    return len(os.listdir(f"/proc/{world.pid}/fd"))


def metric(world, name):
    text = world.admin.request("GET", "/metrics").body.decode()
    return int(float(re.search(rf"^halligan_http_{name} (\S+)$", text, re.MULTILINE).group(1)))


def test_glass_is_broken_among_thousands_of_slow_connections(world, many_files):
    doctor, other = world.hire("physician"), world.hire("physician")
    other.break_glass("p-000003")  # whatever is made once is made
    before, files = memory(world), open_files(world)
    began = time.monotonic()
    crowd = Crowd(world, WANTED)
    filled = time.monotonic() - began
    try:
        # Whoever was too slow begins anew, and a few always do just now.
        there = until("nearly all are there", lambda: (n := metric(world, "connections")) >= 0.97 * WANTED and n, 60, 0.2)
        each = 1024 * (memory(world) - before) / there
        began = time.monotonic()
        glass = doctor.break_glass(PATIENT).json["glass"]
        broken = time.monotonic() - began
        began = time.monotonic()
        for path in (f"Patient/{PATIENT}", f"Observation?patient={PATIENT}", f"Condition?patient={PATIENT}"):
            doctor.fhir("GET", path, ok=200)
        read = time.monotonic() - began
        made = doctor.fhir("POST", "Observation", {"resourceType": "Observation", "status": "final", "code": {"text": "seen"},
                                                   "subject": {"reference": f"Patient/{PATIENT}"}}, ok=201)
        assert made.receipt is not None
        world.session("p.lind").api("POST", f"/glass/{glass}/revoke", {}, ok=200)
        assert doctor.fhir("GET", f"Patient/{PATIENT}").status == 403
        assert metric(world, "dropped_total") == 0 and metric(world, "overloads_total") == 0
        print(f"\n{there} connections after {filled:.1f} s, {each / 1024:.1f} KiB each; glass offered and broken in {1000 * broken:.0f} ms,"
              f" three reads in {1000 * read:.0f} ms; {crowd.again} slow writers began anew")
    finally:
        crowd.close()
    until("every connection is closed", lambda: metric(world, "connections") < 20, 60, 0.2)
    until("so is every file", lambda: open_files(world) <= files + 20, 60, 0.2)
    doctor.break_glass(PATIENT)


def test_what_the_machine_does_not_allow_is_said(hospital, tmp_path):
    world = World(tmp_path, hospital, wrap=["prlimit", "--nofile=600:600"])
    try:
        world.start(load=False)
        text = world.log.read_text()
        assert re.search(r"this process may open 600 files: 300 connections at once instead of \d+; allow it \d+", text), text
        crowd = [socket.create_connection(("127.0.0.1", world.port)) for _ in range(900)]
        assert world.admin.api("GET", "/session", ok=200), "a newcomer takes the place of those who bring nothing"
        for each in crowd:
            each.close()
    finally:
        world.stop()
