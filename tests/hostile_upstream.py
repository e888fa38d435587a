"""hostile_upstream.py - a record server that answers as it is told, and a hospital behind the gateway that has it.

It keeps to no rule of FHIR or HTTP but those that a test wants: what it sends is octets. Everybody but the
reader's own patient has the word SECRET in whatever is theirs.
"""

import base64
import dataclasses
import http.client
import json
import os
import socket
import threading
import urllib.parse

from halligan_world import Answer, World

MINE, OTHER, HIDDEN = "p-000001", "p-000002", "p-000010"  # of a.osei: by referral, by glass, not even by glass
SECRET = "Zwetschgenknoedel"
KNOWN = "Margaret Ellison"


def patient(who, **more):
    name = KNOWN if who == MINE else f"{SECRET} {who}"
    return {"resourceType": "Patient", "id": who, "meta": {"versionId": "1", "lastUpdated": "2026-05-01T10:00:00Z"},
            "name": [{"text": name, "family": name}], "gender": "female", "birthDate": "1952-03-14", **more}


def observation(name, who, **more):
    return {"resourceType": "Observation", "id": name, "meta": {"versionId": "1", "lastUpdated": "2026-05-01T10:00:00Z"},
            "status": "final", "code": {"text": "seen"}, "subject": {"reference": f"Patient/{who}"},
            "effectiveDateTime": "2026-05-01T10:00:00Z", "valueString": "calm" if who == MINE else f"{SECRET} of {who}", **more}


def records():
    """What an honest server would hold: a patient, an observation, a condition and a person's list of each."""
    out = []
    for who in (MINE, OTHER, HIDDEN):
        mark = "calm" if who == MINE else SECRET
        out += [patient(who), observation(f"o-{who}", who),
                {"resourceType": "Condition", "id": f"c-{who}", "subject": {"reference": f"Patient/{who}"}, "code": {"text": mark}},
                {"resourceType": "Encounter", "id": f"e-{who}", "status": "finished", "class": {"code": "AMB"},
                 "subject": {"reference": f"Patient/{who}"}, "reasonCode": [{"text": mark}]}]
    out.append({"resourceType": "Practitioner", "id": "a-osei", "name": [{"text": "Abena Osei"}]})
    return {f"{r['resourceType']}/{r['id']}": r for r in out}


@dataclasses.dataclass
class Asked:
    """One request as it arrived."""
    raw: bytes
    method: str
    target: str
    headers: dict
    body: bytes

    @property
    def path(self):
        return urllib.parse.unquote(self.target.partition("?")[0]).removeprefix("/fhir/")


def as_bytes(body):
    return body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()


def said(body=b"", status=200, *headers, length=True):
    """An answer as it should be, but for what a test adds."""
    body = as_bytes(body)
    lines = [f"HTTP/1.1 {status} Said", "Content-Type: application/fhir+json", *headers]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def bundle(*resources, **more):
    return {"resourceType": "Bundle", "type": "searchset", "total": len(resources),
            "entry": [{"resource": r, "search": {"mode": "match"}} for r in resources], **more}


class Upstream:
    """Listens on loopback.

    `at` a path, or for all `answers`: octets, an iterable of them (None in it closes), or a function that gives
    one of these, or None for the careless default.
    """

    def __init__(self):
        self.records, self.seen, self.answers, self.at = records(), [], None, {}
        self.stopping, self.links = threading.Event(), set()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}/fhir"
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self.stopping.set()
        self.listening.close()

    def hang_up(self):
        """Ends every connection, with whatever is left unsaid on it."""
        for link in list(self.links):
            try:
                link.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _accept(self):
        while not self.stopping.is_set():
            try:
                link = self.listening.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link):
        self.links.add(link)
        try:
            link.settimeout(60)
            held = b""
            while not self.stopping.is_set():
                asked, held = self._read(link, held)
                if asked is None or not self._answer(link, asked):
                    return
        except OSError:
            pass  # the other side had enough
        finally:
            self.links.discard(link)
            link.close()

    @staticmethod
    def _read(link, held):
        while b"\r\n\r\n" not in held:
            part = link.recv(65536)
            if not part:
                return None, held
            held += part
        head, _, rest = held.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        while len(rest) < length:
            part = link.recv(65536)
            if not part:
                return None, held
            rest += part
        method, target, _ = first.split(" ")
        return Asked(head + b"\r\n\r\n" + rest[:length], method, target, headers, rest[:length]), rest[length:]

    def _answer(self, link, asked):
        """Whether the connection goes on."""
        self.seen.append(asked)
        answer = self.at.get(asked.path) or self.answers
        answer = answer(self, asked) if callable(answer) else answer
        if answer is None:
            answer = self.careless(asked)
        for part in [answer] if isinstance(answer, bytes) else answer:
            if part is None:
                return False  # closes in the middle
            link.sendall(part)
            if self.stopping.is_set():
                return False
        return asked.headers.get("connection") != "close"

    def careless(self, asked):
        """Whoever asks for one thing by its id gets it; whoever searches gets all there is of everybody."""
        path = asked.path
        if asked.method == "POST" and "/" not in path:
            return said(b"", 201, f"Location: {self.base}/{path}/new-1/_history/1", 'ETag: W/"1"')
        if asked.method in ("PUT", "DELETE"):
            return said(b"", 200, 'ETag: W/"2"')
        if "/" in path:
            found = self.records.get(path)
            return said(found) if found else said({"resourceType": "OperationOutcome", "issue": []}, 404)
        return said(bundle(*self.records.values()))

    def ask(self, method, path, body=b"", timeout=30):
        """Past the gateway, as an attacker on the inside would: what this server really says, as octets."""
        with socket.create_connection(("127.0.0.1", self.port), timeout) as link:
            link.sendall(f"{method} /fhir/{path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            got = b""
            try:
                link.settimeout(0.3)  # for those who never finish
                while len(got) < 4_000_000 and (part := link.recv(65536)):
                    got += part
            except OSError:
                pass
            return got


class HostileWorld(World):
    """A hospital whose record server is the one above."""

    def start_upstream(self):
        credential = self.folder / "credential"
        credential.write_text(base64.b64encode(os.urandom(24)).decode() + "\n")
        credential.chmod(0o600)
        self.records = Upstream()
        self.upstream_port = self.records.port

    def stop(self):
        super().stop()
        self.records.stop()

    def raw_exchange(self, raw, timeout=30):
        """Sends octets as they are, gives all that comes back."""
        got = b""
        with self.raw(timeout) as link:
            try:
                link.sendall(raw)
                while part := link.recv(65536):
                    got += part
            except OSError:
                pass  # it has heard or said enough
        return got


def parse(raw):
    """The first answer in what came back; None where nothing did."""
    if not raw.startswith(b"HTTP/1."):
        return None
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = http.client.HTTPMessage()
    for line in lines:
        name, _, value = line.partition(":")
        headers[name] = value.strip()
    return Answer(int(first.split(" ")[1]), headers, body)
