"""Live events over real connections: what changes is heard of without asking, and never of whom.

Delays are measured and printed; nothing passes or fails by a clock.
"""

import json
import socket
import statistics
import threading
import time

from halligan_world import until
from openapi_check import spec, wrong_with


class Screen:
    """Somebody's stream of events, read by a thread of its own."""

    def __init__(self, client):
        connection = client.world.connection(timeout=60)
        connection.connect()
        self.socket = connection.sock
        connection.request("GET", "/api/v1/events", headers={"Authorization": f"Bearer {client.token}"})
        self.answer = connection.getresponse()
        assert self.answer.status == 200, self.answer.read()
        assert self.answer.headers["Content-Type"] == "text/event-stream"
        self.text, self.heard, self.over = "", [], False
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        until("a hello", lambda: self.of("hello"))

    def read(self):
        name = None
        for line in iter(self.answer.readline, b""):
            now, line = time.monotonic(), line.decode()
            self.text += line
            if line.startswith("event: "):
                name = line[7:].strip()
            elif line.startswith("data: "):
                data = json.loads(line[6:])
                schema = spec()["components"]["schemas"].get("Event" + name.capitalize())
                assert name == "lost" or not wrong_with(data, schema), (name, data)
                self.heard.append((name, data, now))
        self.over = True

    def of(self, name):
        return [data for heard, data, _ in self.heard if heard == name]

    def wait(self, name, **members):
        """When an event with these members came."""
        def found():
            return next(((data, at) for heard, data, at in self.heard
                         if heard == name and members.items() <= data.items()), None)
        return until(f"{name} {members} among {self.heard}", found)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)  # the answer being read holds it open


def test_a_revoked_glass_is_heard_of_and_the_chart_is_shut(world):
    doctor, officer = world.hire("physician"), world.hire("privacy-officer")
    screen, watch = Screen(doctor), Screen(officer)
    delays = []
    for n in range(10):
        glass = doctor.break_glass("p-000003").json["glass"]
        data, _ = screen.wait("glass", glass=glass, change="opened")
        assert data["own"] and data["this_session"]
        watch.wait("glass", glass=glass, change="opened", own=False)
        asked = time.monotonic()
        officer.api("POST", f"/glass/{glass}/revoke", {"comment": "for a test"}, ok=200)
        data, at = screen.wait("glass", glass=glass, change="ended")
        assert data["by"] == "revoked"
        delays.append(at - asked)
        until("the chart shut", lambda: len(screen.of("chart")) == n + 1)
    print(f"\nrevoking asked to event heard: median {statistics.median(delays) * 1000:.1f} ms, worst {max(delays) * 1000:.1f} ms")
    assert "p-000003" not in screen.text + watch.text
    doctor.sign_out()
    screen.wait("session", change="ended", by="logout")
    until("the stream closed", lambda: screen.over)
    watch.close()


def test_a_session_that_is_revoked_elsewhere_ends_its_streams(world):
    nurse = world.hire("nurse")
    screens = [Screen(nurse) for _ in range(8)]
    refused = nurse.request("GET", "/api/v1/events")
    assert refused.status == 429 and refused.slug == "too-many-streams"
    world.admin.api("POST", f"/staff/{nurse.staff}/sign-out", {}, ok=200)
    for screen in screens:
        screen.wait("session", change="ended", by="revoked")
        until("the stream closed", lambda: screen.over)
    assert nurse.request("GET", "/api/v1/events").status == 401


def test_screens_leave_the_server_free(world):
    nurses = [world.hire("nurse") for _ in range(10)]
    screens = [Screen(nurse) for nurse in nurses for _ in range(8)]  # more than there are workers
    began = time.monotonic()
    for _ in range(20):
        assert world.admin.request("GET", "/api/v1/session").status == 200
    print(f"\na session shown beside {len(screens)} streams: {(time.monotonic() - began) / 20 * 1000:.1f} ms")
    metrics = until("the number of streams", lambda: next(
        (text for text in [world.admin.request("GET", "/metrics").body.decode()] if f"halligan_http_streams {len(screens)}" in text), None))
    assert "halligan_http_dropped_total 0" in metrics and "halligan_http_answer_bytes" in metrics
    for screen in screens:
        screen.close()


def test_streams_end_with_the_server_and_begin_anew(world):
    doctor = world.hire("physician")
    screen = Screen(doctor)
    world.restart()
    until("the stream ended", lambda: screen.over)
    again = Screen(doctor)
    glass = doctor.break_glass("p-000004").json["glass"]
    again.wait("glass", glass=glass, change="opened")
    again.close()
