"""halligan_world.py - a small demo hospital with a Halligan before it, for tests from outside.

Everything listens on 127.0.0.1 at a free port, lives in a temporary folder and ends with the test.
Nothing here knows the inside of the program: it speaks HTTP and the command line, and it counts
one-time codes itself.
"""

import atexit
import base64
import ctypes
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import struct
import subprocess
import time

from halligan_paths import DEMO, ROOT
from openapi_check import wrong_with_answer

OFFICERS = {"adm.silva": "Duarte Silva", "adm.moreau": "Claire Moreau"}
FEED = "feed.adt"
STEP = 30
_RUNNING = []


def binary():
    """HALLIGAN_BIN, or the newest that was built."""
    if os.environ.get("HALLIGAN_BIN"):
        return os.environ["HALLIGAN_BIN"]
    built = [p for p in ROOT.glob("build/*/halligan") if p.is_file() and os.access(p, os.X_OK)]
    if not built:
        raise RuntimeError("no halligan was built: name one in HALLIGAN_BIN")
    return str(max(built, key=lambda p: p.stat().st_mtime))


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def start(command, **more):
    """A process of its own group that does not outlive this one."""
    process = subprocess.Popen(command, start_new_session=True, preexec_fn=_die_with_parent,
                               stdin=subprocess.DEVNULL, **more)
    _RUNNING.append(process)
    return process


def stop(process, seconds=10):
    if process in _RUNNING:
        _RUNNING.remove(process)
    if process.poll() is None:
        _signal(process, signal.SIGTERM)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)
            process.wait()
    return process.returncode


def _signal(process, number):
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


@atexit.register
def _stop_all():
    for process in list(_RUNNING):
        stop(process, 1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what, check, seconds=20.0, every=0.05):
    """Waits for something to become so; what it was is in the failure."""
    deadline = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"still not after {seconds} s: {what}")
        time.sleep(every)


# --- one-time codes (RFC 6238) -------------------------------------------------------------------

def totp(secret, step):
    digest = hmac.new(base64.b32decode(secret + "=" * (-len(secret) % 8)), struct.pack(">Q", step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


class Secrets:
    """What a person knows and has. Hands out each code once, as a careful person does."""

    def __init__(self, password, secret):
        self.password, self.totp = password, secret
        self.used = 0

    def code(self, now=time.time):
        while True:
            step = int(now()) // STEP
            # The codes of the step before and after are taken, too: three without waiting.
            for candidate in (step - 1, step, step + 1):
                # Near its edge the earlier step may be over when the code arrives.
                if candidate == step - 1 and now() % STEP > STEP - 8:
                    continue
                if candidate > self.used:
                    self.used = candidate
                    return totp(self.totp, candidate)
            time.sleep(0.5)


# --- speaking HTTP --------------------------------------------------------------------------------

class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def slug(self):
        return self.json.get("type", "").rsplit(":", 1)[-1] if self.body[:1] == b"{" else ""

    @property
    def receipt(self):
        found = self.headers.get("Halligan-Receipt")
        return None if found is None else int(found)

    def resources(self, kind=None):
        """The records in it, however they are wrapped."""
        body = self.json
        listed = [e["resource"] for e in body.get("entry", [])] if body["resourceType"] == "Bundle" else [body]
        return [r for r in listed if r["resourceType"] != "OperationOutcome" and kind in (None, r["resourceType"])]

    def offer(self):
        """The offer of an OperationOutcome."""
        for issue in self.json["issue"]:
            for extension in issue.get("extension", []):
                if extension["url"] == "urn:halligan:offer":
                    return json.loads(extension["valueString"])
        return None

    def __repr__(self):
        return f"<{self.status} {dict(self.headers)} {self.body[:600]!r}>"


class Client:
    """One person's session. Every request on a connection of its own unless kept."""

    def __init__(self, world, token=None, staff=None, opened=None):
        self.world, self.token, self.staff, self.opened = world, token, staff, opened

    def request(self, method, path, body=None, headers=None, timeout=60):
        sent = {}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            sent["Content-Type"] = "application/fhir+json" if path.startswith("/fhir") else "application/json"
        if isinstance(body, str):
            body = body.encode()
        sent.update(headers or {})
        connection = self.world.connection(timeout)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def api(self, method, path, body=None, ok=None, **more):
        answer = self.request(method, "/api/v1" + path, body, **more)
        if answer.status == 401 and answer.slug == "step-up-needed" and self is self.world.sessions.get((self.world.administrator, None)):
            self.step_up()  # the administrator whom tests share is there all the time
            answer = self.request(method, "/api/v1" + path, body, **more)
        wrong = wrong_with_answer(method, "/api/v1" + path, answer.status, answer.headers, answer.body)
        assert not wrong, f"not as spec/http-api.yaml says: {wrong}: {answer!r}"
        if ok is not None:
            assert answer.status == ok, f"{method} {path}: wanted {ok}, got {answer!r}"
        return answer

    def fhir(self, method, path, body=None, ok=None, **more):
        answer = self.request(method, ("/fhir/" + path).rstrip("/"), body, **more)
        if ok is not None:
            assert answer.status == ok, f"{method} {path}: wanted {ok}, got {answer!r}"
        return answer

    def open(self, patient):
        return self.api("POST", f"/charts/{patient}/open", {}, ok=200).json

    def break_glass(self, patient, reason="clinical-access", ok=201, **more):
        body = {"reason": reason, **more}
        if "details" not in body:
            offered = self.open(patient).get("offer", {}).get("grants", [])
            grant = next((g for g in offered if g["rule"] == reason), None)
            if grant and grant["bill"]["prompts"]:
                body["details"] = details(grant)
        return self.api("POST", f"/charts/{patient}/break", body, ok=ok)

    def step_up(self, ok=200):
        return self.api("POST", "/session/step-up", {"code": self.world.secrets[self.staff].code(self.world.now)}, ok=ok)

    def sign_out(self):
        return self.api("DELETE", "/session", ok=204)


def details(grant, text="a word about it"):
    return [{"prompt": prompt, "answer": f"{text}, {n}"} for n, prompt in enumerate(grant["bill"]["prompts"])]


# --- the whole -------------------------------------------------------------------------------------

class World:
    serve_options = ()  # more words for `halligan serve`

    def __init__(self, folder, hospital, policy=None, wrap=(), environment=None, dress=None):
        self.folder = pathlib.Path(folder)
        self.hospital_folder = pathlib.Path(hospital)
        self.hospital = json.loads((self.hospital_folder / "hospital.json").read_text())
        self.policy = policy if policy is not None else (DEMO / "policy.toml").read_text()
        self.wrap, self.environment = list(wrap), dict(environment or {})
        self.dress = dress  # tells the codes' clock, where the server's is another
        self.data = self.folder / "data"
        self.secrets, self.passwords, self.sessions = {}, {p["id"]: p["password"] for p in self.hospital["cast"]}, {}
        self.people = {p["id"]: p for p in self.hospital["staff"]}
        self.enrolled, self.terminal_secrets, self.hired = set(), {}, 0
        self.server = self.upstream_process = None
        self.port = self.upstream_port = None
        self.log = self.folder / "halligan.log"
        self.administrator = "adm.silva"

    # --- starting and stopping ---

    def start(self, load=True):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.start_upstream()
        self.init()
        self.serve()
        if load:
            self.load()
        return self

    def start_upstream(self):
        credential = self.folder / "credential"
        if not credential.exists():
            credential.write_text(base64.b64encode(os.urandom(24)).decode() + "\n")
            credential.chmod(0o600)
        log = open(self.folder / "upstream.log", "ab")
        self.upstream_process = start(
            ["node", str(DEMO / "fhir-server.mjs"), "--data", str(self.hospital_folder), "--port", str(self.upstream_port or 0),
             "--credential-file", str(credential)], stdout=subprocess.PIPE, stderr=log)
        line = self.upstream_process.stdout.readline()
        assert line.startswith(b"{"), f"the record server did not start: {(self.folder / 'upstream.log').read_text()}"
        self.upstream_port = int(re.search(r":(\d+)/fhir", json.loads(line)["base"]).group(1))

    def init(self):
        officers = []
        for who, name in OFFICERS.items():
            self.secrets[who] = Secrets(self.passwords[who], base64.b32encode(os.urandom(20)).decode())
            officers.append({"staff": who, "name": name, "password": self.secrets[who].password, "totp": self.secrets[who].totp})
        self.enrolled |= set(OFFICERS)
        policy, file = self.folder / "policy.toml", self.folder / "officers.json"
        policy.write_text(self.policy)
        file.write_text(json.dumps(officers))
        file.chmod(0o600)
        done = subprocess.run([binary(), "init", "--dir", str(self.data), "--origin", "ledger.example.org/st-elsewhere",
                               "--hospital", "St. Elsewhere", "--policy", str(policy), "--officers", str(file)],
                              capture_output=True, text=True)
        assert done.returncode == 0, f"init: {done.stdout}{done.stderr}"
        file.unlink()
        self.log_key = (self.data / "log.vkey").read_text().strip()

    def serve(self):
        for attempt in range(3):
            self.port = self.port or free_port()
            command = [*self.wrap, binary(), "serve", "--dir", str(self.data), "--listen", f"127.0.0.1:{self.port}",
                       "--upstream", f"http://127.0.0.1:{self.upstream_port}/fhir",
                       "--upstream-token-file", str(self.folder / "credential"), *self.serve_options]
            with open(self.log, "ab") as log:
                self.server = start(command, stdout=log, stderr=log, env={**os.environ, **self.environment})
            try:
                until("the server is ready", self._is_ready, 30)
                return
            except RuntimeError:  # it ended: the port was taken meanwhile
                if attempt == 2:
                    raise
                self.port = None

    def _is_ready(self):
        if self.server.poll() is not None:
            raise RuntimeError(f"the server ended with {self.server.returncode}: {self.log.read_text()[-2000:]}")
        try:
            return Client(self).request("GET", "/readyz", timeout=5).status == 200
        except (OSError, http.client.HTTPException):
            return False

    def stop_server(self):
        return stop(self.server)

    def restart(self):
        self.stop_server()
        self.serve()

    def stop(self):
        for process in (self.server, self.upstream_process):
            if process is not None:
                stop(process)

    @property
    def pid(self):
        """Of the server itself, under whatever wraps it."""
        if not self.wrap:
            return self.server.pid
        children = pathlib.Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text().split()
        return int(children[0]) if children else self.server.pid

    # --- connections ---

    def now(self):
        return self.dress() if self.dress else time.time()

    @property
    def base(self):
        return f"https://127.0.0.1:{self.port}"

    @property
    def certificate(self):
        return self.data / "tls.crt"

    def tls(self, **versions):
        context = ssl.create_default_context(cafile=str(self.certificate))
        context.check_hostname = False  # the very certificate is pinned
        for name, value in versions.items():
            setattr(context, name, value)
        return context

    def connection(self, timeout=60):
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=self.tls())

    def raw(self, timeout=30, receive_buffer=None):
        """A TLS socket for those who write their own HTTP."""
        plain = socket.socket()
        if receive_buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.settimeout(timeout)
        plain.connect(("127.0.0.1", self.port))
        return self.tls().wrap_socket(plain)

    # --- the record server, as only the gateway may reach it ---

    def upstream(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream_port, timeout=60)
        try:
            connection.request(method, "/fhir/" + path, None if body is None else json.dumps(body),
                               {"Authorization": "Bearer " + (self.folder / "credential").read_text().strip(),
                                "Content-Type": "application/fhir+json"})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def upstream_state(self, patient, kinds=("Observation", "Condition", "Patient")):
        """Everything that the record server holds of a patient, to be compared."""
        state = {}
        for kind in kinds:
            by = "_id" if kind == "Patient" else "patient"
            found = self.upstream("GET", f"{kind}?{by}={patient}&_count=1000").resources(kind)
            state.update({f"{kind}/{r['id']}": r for r in found})
        return state

    # --- people ---

    @property
    def admin(self):
        return self.session(self.administrator)

    def session(self, who, terminal=None):
        """A session that tests share; those who end it or move its focus take sign_in."""
        if (who, terminal) not in self.sessions:
            self.sessions[(who, terminal)] = self.sign_in(who, terminal)
        return self.sessions[(who, terminal)]

    def sign_in(self, who, terminal=None, ok=201):
        if who not in self.enrolled:
            self.enrol(who)
        secrets = self.secrets[who]
        body = {"user": who, "password": secrets.password, "code": secrets.code(self.now)}
        if terminal:
            body["terminal"] = {"id": terminal, "secret": self.terminal_secrets[terminal]}
        opened = Client(self).api("POST", "/sessions", body, ok=ok)
        return Client(self, opened.json.get("token"), who, opened.json)

    def set_staff(self, who, ok=200, **changes):
        person = {**self.people[who], **changes}
        body = {key: person[key] for key in ("name", "roles", "department")} | {"active": person.get("active", True)}
        answer = self.admin.api("PUT", f"/staff/{who}", body)
        assert answer.status in (ok, 200, 201, 204), answer
        self.people[who] = person
        return answer

    def enrol(self, who, **changes):
        """A person of the hospital with a password and an authenticator of which we know the secret."""
        if who in OFFICERS:
            return
        self.set_staff(who, **changes)
        self.secrets[who] = Secrets(self.passwords.get(who, f"a passphrase of {who}"), base64.b32encode(os.urandom(20)).decode())
        assert self.admin.api("PUT", f"/staff/{who}/password", {"password": self.secrets[who].password}).status in (200, 204)
        self.admin.api("POST", f"/staff/{who}/totp", {"secret": self.secrets[who].totp}, ok=201)
        self.enrolled.add(who)

    def hire(self, role, team=None, name=None, unit=None):
        """Somebody new, signed in, whom no other test knows."""
        self.hired += 1
        roles = [role] if isinstance(role, str) else list(role)
        who = f"new.{self.hired:03d}"
        self.people[who] = {"id": who, "name": name or f"New Person {self.hired:03d}", "roles": roles, "department": "testing"}
        self.enrol(who)
        told = [{"relation": "member", "from": who, "to": team}] if team else []
        told += [{"relation": "works_on", "from": who, "to": unit}] if unit else []
        if told:
            self.admin.api("POST", "/facts", {"facts": told}, ok=200)
        return self.sign_in(who)

    # --- what the hospital's systems tell ---

    def load(self):
        told = [{key: value for key, value in fact.items() if key != "source"} for fact in self.hospital["facts"]
                if "source" not in fact]
        self.admin.api("POST", "/facts", {"facts": told, "flags": self.hospital["flags"] and [
            {**flag, "on": True} for flag in self.hospital["flags"]]}, ok=200)
        self.people[FEED] = {"id": FEED, "name": "ADT feed", "roles": ["interface"], "department": "it"}
        self.enrol(FEED)
        adt = [{key: value for key, value in fact.items() if key != "source"} for fact in self.hospital["facts"]
               if fact.get("source") == "adt"]
        self.feed(adt)

    def feed(self, facts=(), heartbeat=True, source="adt", ok=200):
        return self.session(FEED).api("POST", "/facts", {"source": source, "heartbeat": heartbeat, "facts": list(facts)}, ok=ok)

    def terminal(self, name, place=None):
        """Enrols a terminal of the hospital and keeps its secret."""
        place = place or next(t["place"] for t in self.hospital["terminals"] if t["id"] == name)
        assert self.admin.api("PUT", f"/terminals/{name}", {"place": place, "use": "workstation", "active": True}).status in (200, 201)
        self.terminal_secrets[name] = self.admin.api("POST", f"/terminals/{name}/secret", {}, ok=201).json["secret"]
        return name

    # --- looking ---

    def entries(self, kind=None, since=0):
        """The ledger's entries in clear, by somebody who may read them."""
        reader, out, at = self.session("l.reader"), [], since
        while True:
            page = reader.api("GET", f"/entries?from={at}&limit=500", ok=200).json["entries"]
            out += page
            if not page or len(page) < 2:
                break
            at = page[-1]["index"] + 1
        return [e for e in out if kind in (None, e["kind"])]

    def size(self):
        return self.admin.api("GET", "/ledger", ok=200).json["size"]

    def cases(self, who=None, **query):
        text = "&".join(f"{k}={v}" for k, v in query.items())
        found, after, viewer = [], "", who or self.session("p.lind")
        while True:
            page = viewer.api("GET", f"/cases?limit=100&{text}{after}", ok=200).json
            found += page["cases"]
            if not page["more"]:
                return found
            after = f"&after={page['cases'][-1]['case']}"

    def cli(self, *words, who=None, stdin=None, environment=None):
        """The command line of a person; its exit code, what it printed, what it complained."""
        session = self.folder / f"session-{who or 'nobody'}"
        done = subprocess.run([binary(), *words], capture_output=True, text=True, input=stdin or "", start_new_session=True,
                              env={**os.environ, "HALLIGAN_SERVER": self.base, "HALLIGAN_CA": str(self.certificate),
                                   "HALLIGAN_SESSION": str(session), "HOME": str(self.folder), "COLUMNS": "100",
                                   **(environment or {})}, timeout=120)
        return done

    def cli_sign_in(self, who, terminal=None):
        if who not in self.enrolled:
            self.enrol(who)
        secrets = self.secrets[who]
        done = self.cli("sign-in", who, "--password-file", "-", "--code-file", "-", who=who,
                        stdin=f"{secrets.password}\n{secrets.code(self.now)}\n")
        assert done.returncode == 0, done.stderr
        return lambda *words, **more: self.cli(*words, who=who, **more)

    def export(self, to):
        """A copy of the ledger, which takes that the server stands still."""
        self.stop_server()
        done = subprocess.run([binary(), "export", "--dir", str(self.data), str(to)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        self.serve()
        return to

    def verify(self, where, *more):
        return subprocess.run([binary(), "verify", str(where), "--key", self.log_key, *more], capture_output=True, text=True)


def edited(policy, *changes):
    """A policy text with every change made; one that does not apply is a mistake of the test."""
    for old, new in changes:
        assert old in policy, f"the policy does not say: {old}"
        policy = policy.replace(old, new)
    return policy


# A reason that the demo's policy has not: it can be taken away again.
SECOND_OPINION = '''
[[glass]]
reason  = "second-opinion"
label   = "Second opinion"
help    = "Somebody asked for your opinion."
purpose = "BTG"
roles   = ["physician"]
ends    = { focus = true, idle = "10m", after = "1h" }
review  = { by = "privacy-officer", within = "24h" }
'''


def demo_policy():
    return (DEMO / "policy.toml").read_text()
