"""load_clients.py - doctors at work in threads, who remember what was acknowledged and what went wrong."""

import http.client
import json
import threading
import time

from halligan_world import details

PATIENTS = [f"p-{n:06d}" for n in (2, 3, 4, 8)]


class Doctors:
    """Each breaks the glass on charts, reads and appends, until told to stop.

    `acknowledged` has every receipt that came with a whole answer; `failed` what was no good answer. While the server
    is down on purpose (`may_fail`), a connection may break and a 503 may come: neither is a failure.
    """

    def __init__(self, world, how_many=4, kept=True):
        self.world, self.kept, self.context = world, kept, world.tls()
        self.stop, self.may_fail = threading.Event(), threading.Event()
        self.lock = threading.Lock()
        self.acknowledged, self.failed, self.answers, self.seen = {}, [], 0, set()
        self.people = [world.hire("physician") for _ in range(how_many)]
        grant = next(g for g in self.people[0].open(PATIENTS[0])["offer"]["grants"] if g["rule"] == "clinical-access")
        self.why = {"reason": "clinical-access", "details": details(grant)}
        self.threads = [threading.Thread(target=self.work, args=(n, each)) for n, each in enumerate(self.people)]

    def __enter__(self):
        for each in self.threads:
            each.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for each in self.threads:
            each.join(60)

    def connect(self):
        return http.client.HTTPSConnection("127.0.0.1", self.world.port, timeout=30, context=self.context)

    def ask(self, connection, person, method, path, body=None):
        headers = {"Authorization": f"Bearer {person.token}"}
        if body is not None:
            headers["Content-Type"] = "application/fhir+json" if path.startswith("/fhir") else "application/json"
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        if connection.sock is not None and not self.kept:
            self.seen.add(connection.sock.getpeercert(binary_form=True))
        answer = connection.getresponse()
        said = answer.read()  # raises where it is shorter than it says
        told = json.loads(said) if said else {}
        if answer.status == 503 and self.may_fail.is_set():
            return told
        if answer.status not in (200, 201):
            raise AssertionError(f"{method} {path}: {answer.status} {said[:300]!r}")
        receipt = answer.headers.get("Halligan-Receipt") or (told.get("receipt") if path.startswith("/api") else None)
        with self.lock:
            self.answers += 1
            if receipt is not None:
                self.acknowledged[int(receipt)] = person.staff
        return told

    def turn(self, ask, patient):
        broken = ask("POST", f"/api/v1/charts/{patient}/break", self.why)
        ask("GET", f"/fhir/Patient/{patient}")
        ask("GET", f"/fhir/Observation?patient={patient}&_count=20")
        ask("POST", "/fhir/Observation", {"resourceType": "Observation", "status": "final", "code": {"text": "seen"},
                                          "subject": {"reference": f"Patient/{patient}"}})
        if broken.get("glass"):
            ask("POST", f"/api/v1/glass/{broken['glass']}/close", {})

    def work(self, n, person):
        connection = self.connect()
        while not self.stop.is_set():
            def ask(*what):
                nonlocal connection
                if not self.kept:
                    connection.close()
                    connection = self.connect()
                return self.ask(connection, person, *what)
            try:
                self.turn(ask, PATIENTS[n % len(PATIENTS)])
            except (OSError, http.client.HTTPException, AssertionError, ValueError) as wrong:
                connection.close()
                connection = self.connect()
                cut = isinstance(wrong, (OSError, http.client.HTTPException))
                # Who was cut off in the middle begins anew, and may find the glass ended.
                if not self.may_fail.is_set():
                    self.failed.append(repr(wrong))
                elif cut:
                    time.sleep(0.05)
        connection.close()

    def since(self, answers):
        """Whether more than so many were answered."""
        return lambda: self.answers >= answers


def missing(world, acknowledged):
    """Receipts that were given for which there is no entry, or another's."""
    if not acknowledged:
        return []
    kept = {e["index"]: e.get("staff") for e in world.entries(since=min(acknowledged))}
    return [(index, who) for index, who in acknowledged.items() if kept.get(index, "none") not in (who, None)]
