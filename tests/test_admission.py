"""Who goes first when the record system is slow: glass, and what is read under it, before whole charts, lists and searches.

Nothing here passes or fails by a clock.
"""

import re
import socket
import threading

import pytest

from halligan_world import World, until
from load_clients import missing


class Held(threading.Thread):
    """Stands before the record server and keeps back what `holds` says of the first line, until it is let go."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.holds = port, lambda line: False
        self.go, self.held = threading.Event(), 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.start()

    def run(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.port))
            threading.Thread(target=self.forward, args=(client, server), daemon=True).start()
            threading.Thread(target=self.back, args=(server, client), daemon=True).start()

    def forward(self, client, server):
        try:
            while part := client.recv(65536):
                if self.holds(part.split(b"\r\n", 1)[0].decode("latin-1")):
                    self.held += 1
                    self.go.wait()
                server.sendall(part)
        except OSError:
            pass
        server.close()

    @staticmethod
    def back(server, client):
        try:
            while part := server.recv(65536):
                client.sendall(part)
        except OSError:
            pass
        client.close()


class SlowWorld(World):
    def start_upstream(self):
        super().start_upstream()
        self.proxy = Held(self.upstream_port)
        self.upstream_port = self.proxy.listener.getsockname()[1]


WORLD = SlowWorld


def send(client, path):
    raw = client.world.raw()
    raw.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {client.token}\r\n\r\n".encode())
    return raw


def overloads(world):
    text = world.admin.request("GET", "/metrics").body.decode()
    return int(float(re.search(r"^halligan_http_overloads_total (\S+)$", text, re.MULTILINE).group(1)))


@pytest.mark.parametrize("kind", ["bulk", "ordinary"])
def test_glass_goes_before_everything_else(world, kind):
    """A slow record system has all that others may take: who is in a hurry is served all the same."""
    doctor, thief, desk = world.hire("physician"), world.hire("physician"), world.hire("physician")
    officer = world.session("p.lind")
    stolen = thief.break_glass("p-000005", "life-threat").json["glass"]
    world.proxy.go.clear()
    world.proxy.held = 0
    if kind == "bulk":
        others, path, most = world.session("n.okafor"), "/fhir/Patient?name=Ellison", 16
        world.proxy.holds = lambda line: "name=" in line
    else:
        others, path, most = world.session("a.osei"), "/fhir/Condition?patient=p-000001", 48
        world.proxy.holds = lambda line: "p-000001" in line
    before = overloads(world)
    crowd = [send(others, path) for _ in range(most + 20)]
    try:
        until("all that they may have is taken", lambda: world.proxy.held >= most)
        doctor.break_glass("p-000002", "life-threat")
        doctor.fhir("GET", "Patient/p-000002", ok=200)
        doctor.fhir("GET", "Observation?patient=p-000002", ok=200)
        officer.api("POST", f"/glass/{stolen}/revoke", {}, ok=200)
        assert thief.fhir("GET", "Patient/p-000005").status == 403
        world.admin.api("POST", f"/staff/{thief.staff}/sign-out", {}, ok=200)
        desk.sign_out()
        world.sign_in(desk.staff)
        assert world.proxy.held == most, "not one more of them"
        assert overloads(world) == before or kind == "bulk"
    finally:
        world.proxy.holds = lambda line: False
        world.proxy.go.set()
    answers = [each.recv(65536) for each in crowd]
    statuses = [each.split(b" ")[1] for each in answers]
    assert statuses.count(b"200") >= most and set(statuses) <= {b"200", b"503"}, answers[0]
    for each in crowd:
        each.close()


def test_bulk_is_refused_first_and_told_when_to_come_again(world):
    doctor = world.hire("physician")
    world.proxy.go.clear()
    world.proxy.held = 0
    world.proxy.holds = lambda line: "name=" in line
    crowd = [send(world.session("n.okafor"), "/fhir/Patient?name=Ellison") for _ in range(16 + 256 + 8)]
    try:
        until("those beyond all places are refused", lambda: overloads(world) >= 8)
        doctor.break_glass("p-000002", "life-threat")
        doctor.fhir("GET", "Patient/p-000002", ok=200)
    finally:
        world.proxy.holds = lambda line: False
        world.proxy.go.set()
    answers = [each.recv(65536) for each in crowd]
    refused = [a for a in answers if a.startswith(b"HTTP/1.1 503")]
    assert len(refused) >= 8 and all(b"\r\nRetry-After: " in a and b"Ellison" not in a for a in refused)
    assert [a for a in answers if a.startswith(b"HTTP/1.1 200")]
    for each in crowd:
        each.close()


def test_what_runs_is_finished_and_what_comes_is_refused_while_stopping(world):
    reader = world.session("a.osei")
    world.proxy.go.clear()
    world.proxy.held = 0
    world.proxy.holds = lambda line: "p-000001" in line
    running = send(reader, "/fhir/Condition?patient=p-000001")
    until("it is under way", lambda: world.proxy.held)
    stopping = threading.Thread(target=world.stop_server)
    stopping.start()

    def refused():
        try:
            socket.create_connection(("127.0.0.1", world.port), 5).close()
            return False
        except OSError:
            return True
    until("nobody is let in", refused)
    world.proxy.holds = lambda line: False
    world.proxy.go.set()
    got = b""
    while part := running.recv(65536):
        got += part
    stopping.join()
    head, body = got.split(b"\r\n\r\n", 1)
    assert head.startswith(b"HTTP/1.1 200") and b"\r\nConnection: close" in head
    assert len(body) == int(re.search(rb"Content-Length: (\d+)", head).group(1)), "whole"
    assert world.server.returncode == 0
    world.serve()
    receipt = int(re.search(rb"Halligan-Receipt: (\d+)", head).group(1))
    assert missing(world, {receipt: reader.staff}) == []
