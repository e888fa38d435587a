"""load_people.py - what the people and systems of a busy hospital do, again and again, each in a thread.

Every answer is timed under the name of what was asked; what is not as it should be is an error with its
text; every receipt that was given is kept, with whose it is.
"""
import http.client
import json
import random
import select
import threading
import time
import urllib.parse
from collections import defaultdict

from halligan_world import Answer, Client, details

READS = ("Patient/{p}", "Observation?patient={p}&_count=20", "Condition?patient={p}", "Encounter?patient={p}",
         "AllergyIntolerance?patient={p}", "MedicationRequest?patient={p}")


class Book:
    """What was measured: shared by all threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.second = defaultdict(list)  # of the present second, by kind: milliseconds
        self.all = defaultdict(list)
        self.errors, self.error_texts = 0, []
        self.receipts = {}  # index: who was given it
        self.stop = threading.Event()

    def took(self, kind, seconds, who, receipt):
        with self.lock:
            self.second[kind].append(1000 * seconds)
            self.all[kind].append(1000 * seconds)
            if receipt is not None:
                self.receipts[receipt] = who

    def wrong(self, kind, what):
        if self.stop.is_set():
            return
        with self.lock:
            self.errors += 1
            if len(self.error_texts) < 50:
                self.error_texts.append(f"{kind}: {what}"[:300])

    def take_second(self):
        with self.lock:
            out, self.second = self.second, defaultdict(list)
            return out


class Kept(Client):
    """One session on one connection that stands."""

    def __init__(self, book, tls, client):
        super().__init__(client.world, client.token, client.staff, client.opened)
        self.book, self.tls, self.connection = book, tls, None

    def request(self, method, path, body=None, headers=None, timeout=60):
        sent = dict(headers or {})
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            body = json.dumps(body)
            sent["Content-Type"] = "application/fhir+json" if path.startswith("/fhir") else "application/json"
        if self.connection is None:
            self.connection = http.client.HTTPSConnection("127.0.0.1", self.world.port, timeout=timeout, context=self.tls)
        try:
            self.connection.request(method, path, body, sent)
            answer = self.connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def do(self, kind, method, path, body=None, ok=(200, 201)):
        """The answer, timed; nothing where it is not as it should be."""
        began = time.monotonic()
        try:
            answer = self.request(method, path, body)
        except (OSError, http.client.HTTPException) as broken:
            self.book.wrong(kind, repr(broken))
            return None
        took = time.monotonic() - began
        if answer.status not in ok:
            self.book.wrong(kind, f"{method} {path} {answer.status} {answer.body[:200]!r}")
            return None
        receipt = answer.receipt
        if receipt is None and answer.body[:1] == b"{" and not path.startswith("/fhir"):
            receipt = answer.json.get("receipt")
        self.book.took(kind, took, self.staff, receipt)
        return answer


class Person(threading.Thread):
    """Does `turn` until told to stop, with a pause of about `every` seconds between."""

    def __init__(self, load, staff, every):
        super().__init__(daemon=True)
        self.load, self.staff, self.every = load, staff, every
        self.dice = random.Random(staff)
        self.session, self.signed_in_at, self.late = None, 0.0, every * self.dice.random()
        self.stays = 60 * (15 + 10 * self.dice.random())  # who reads no chart is signed out after half an hour

    def sign_in(self):
        secrets = self.load.world.secrets[self.staff]
        client = Kept(self.load.book, self.load.tls, Client(self.load.world, None, self.staff))
        code = secrets.code()
        answer = client.do("sign in", "POST", "/api/v1/sessions", {"user": self.staff, "password": secrets.password, "code": code})
        if answer is None:
            return None
        client.token = answer.json["token"]
        self.signed_in_at = time.monotonic()
        return client

    def sign_out(self):
        if self.session is not None:
            self.session.do("sign out", "DELETE", "/api/v1/session", ok=(204,))
            self.session.close()
        self.session = None

    def run(self):
        self.load.book.stop.wait(self.late)
        while not self.load.book.stop.is_set():
            if self.session is not None and time.monotonic() - self.signed_in_at > self.stays:
                self.sign_out()
            if self.session is None:
                self.session = self.sign_in()
            if self.session is not None:
                try:
                    self.turn()
                except (KeyError, IndexError, ValueError, StopIteration) as odd:  # an answer of another shape
                    self.load.book.wrong("answer", f"{self.staff}: {odd!r}")
            self.load.book.stop.wait(self.every * (0.5 + self.dice.random()))
        if self.session is not None:
            self.session.close()

    def turn(self):
        raise NotImplementedError


class Doctor(Person):
    """Searches, opens a chart, breaks the glass, reads, appends, closes; signs in anew every two minutes or so."""

    def __init__(self, load, staff, every):
        super().__init__(load, staff, every)
        self.late, self.shift = 20 * self.dice.random(), 90 + 60 * self.dice.random()

    def turn(self):
        session, patient = self.session, self.dice.choice(self.load.patients)
        session.do("search", "POST", "/api/v1/patients/search", {"name": patient["name"]})
        chart = f"/api/v1/charts/{patient['id']}"
        opened = session.do("open chart", "POST", chart + "/open", {})
        if opened is None:
            return
        glass = None
        grants = (opened.json.get("offer") or {}).get("grants", [])
        if grants:
            grant = next(g for g in grants if g["rule"] == "clinical-access")
            body = {"reason": "clinical-access", "details": details(grant)}
            if grant["bill"].get("acknowledge"):
                body["acknowledge"] = [a["code"] for a in grant["bill"]["acknowledge"]]
            broken = session.do("break", "POST", chart + "/break", body)
            if broken is None:
                return
            glass = broken.json.get("glass")
            if glass:
                self.load.cases.append(broken.json["case"])
        for path in READS:
            session.do("read", "GET", "/fhir/" + path.format(p=patient["id"]))
        session.do("append", "POST", "/fhir/Observation", {
            "resourceType": "Observation", "status": "final", "code": {"text": "seen"}, "valueString": "calm",
            "subject": {"reference": f"Patient/{patient['id']}"}})
        if glass:
            session.do("close", "POST", f"/api/v1/glass/{glass}/close", {})
        if time.monotonic() - self.signed_in_at > self.shift:
            self.sign_out()


class Reviewer(Person):
    def turn(self):
        self.session.do("list cases", "GET", "/api/v1/cases?limit=50")
        for _ in range(20):
            if not self.load.cases:
                return
            self.session.do("review", "POST", f"/api/v1/cases/{self.load.cases.popleft()}/close",
                            {"finding": "appropriate", "comment": "asked the ward"})


class Feed(Person):
    """Tells of a ward's comings and goings, two hundred at a time."""
    inside = False

    def turn(self):
        self.inside = not self.inside
        some = self.load.patients[:200]
        facts = [{"relation": "checked_in", "from": f"patient/{p['id']}", "to": "unit/emergency-department",
                  **({} if self.inside else {"ended": True})} for p in some]
        self.session.do("bulk facts", "POST", "/api/v1/facts", {"source": "adt", "heartbeat": True, "facts": facts})


class Exporter(Person):
    """Reads whole charts, searches widely, lists what there is."""

    def turn(self):
        patient = self.dice.choice(self.load.patients)
        self.session.do("everything", "GET", f"/fhir/Patient/{patient['id']}/$everything", ok=(200, 403))
        self.session.do("people search", "GET", f"/fhir/Patient?name={urllib.parse.quote(patient['name'][:3])}")
        self.session.do("list glass", "GET", "/api/v1/glass", ok=(200, 403))


class Screens(threading.Thread):
    """Listens to streams of events, all in one thread; counts what is heard."""

    def __init__(self, load, sessions):
        super().__init__(daemon=True)
        self.load, self.heard, self.sockets = load, 0, []
        for session in sessions:
            raw = load.world.raw()
            raw.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {session.token}\r\n\r\n".encode())
            raw.setblocking(False)
            self.sockets.append(raw)

    def run(self):
        poll = select.poll()
        by_number = {s.fileno(): s for s in self.sockets}
        for number in by_number:
            poll.register(number, select.POLLIN)
        while not self.load.book.stop.is_set():
            for number, _ in poll.poll(500):
                try:
                    got = by_number[number].recv(65536)
                except (BlockingIOError, OSError) as odd:
                    if "WantRead" in type(odd).__name__ or isinstance(odd, BlockingIOError):
                        continue
                    got = b""
                self.heard += got.count(b"event: ")
                if not got:
                    poll.unregister(number)
                    self.load.book.wrong("events", "a stream ended")
