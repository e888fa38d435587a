#!/usr/bin/python3
"""start.py - the demo hospital with a Halligan before it: started, filled, and kept alive until Ctrl-C.

    demo/start.py --binary build/release/halligan --dir build/demo

The first start makes the hospital's records, begins a ledger and enrols everybody, over the same
HTTP interface that a hospital's own systems would use; later starts find it all there. Nothing but
loopback is listened on, and a port that is taken is gone round. Everything started here ends here.
"""

import argparse
import base64
import ctypes
import fcntl
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
FEED = "feed.adt"
HEARTBEAT_SECONDS = 240
BEAT_AGAIN_SECONDS = 10
OFFICERS = ("adm.silva", "adm.moreau")
OTHERS_REVIEWER = "p.adeyemi"
processes = []


class Stop(Exception):
    """What went wrong, for whoever typed the command."""


def say(text):
    print(text, flush=True)


def progress(text):
    if sys.stdout.isatty():
        print(f"\r\x1b[K{text}", end="", flush=True)
    elif text:
        print(text, flush=True)


def keep(path, text, mode=0o600):
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "w") as file:
        file.write(text)


def free_port(wished):
    for port in (wished, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise Stop("no port is free")


def launch(command, **more):
    # Ctrl-C is ours to pass on, in the right order; and nobody outlives us.
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True,
                               preexec_fn=lambda: ctypes.CDLL(None).prctl(1, signal.SIGTERM), **more)
    processes.append(process)
    return process


def stop_all():
    for process in reversed(processes):
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def code_at(secret, step):
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


class Person:
    """A session at the HTTP interface."""

    def __init__(self, port, certificate, who, secrets):
        self.port, self.who, self.secrets, self.token = port, who, secrets[who], None
        self.tls = ssl.create_default_context(cafile=str(certificate))
        self.tls.check_hostname = False  # the certificate itself is pinned
        self.line = None

    def ask(self, method, path, body=None):
        for attempt in (1, 2):
            try:
                if self.line is None:
                    self.line = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.tls, timeout=60)
                headers = {"Content-Type": "application/json"} if body is not None else {}
                if self.token:
                    headers["Authorization"] = f"Bearer {self.token}"
                self.line.request(method, path, None if body is None else json.dumps(body), headers)
                answer = self.line.getresponse()
                text = answer.read()
                return answer.status, json.loads(text) if text[:1] in (b"{", b"[") else {}
            except (OSError, http.client.HTTPException):
                self.line = None
                if attempt == 2:
                    raise

    def must(self, method, path, body=None):
        status, said = self.ask(method, path, body)
        if status >= 300:
            raise Stop(f"{method} {path}: {status} {said.get('title', '')}: {said.get('detail', '')}")
        return said

    def sign_in(self):
        # A code is good once, and somebody may just have used one: the one just over is taken first.
        for _ in range(4):
            for step in (-1, 0, 1):
                code = code_at(self.secrets["totp"], int(time.time()) // 30 + step)
                status, said = self.ask("POST", "/api/v1/sessions", {"user": self.who, "password": self.secrets["password"], "code": code})
                if status == 201:
                    self.token = said["token"]
                    return self
                if status not in (401, 429):
                    raise Stop(f"{self.who} cannot sign in: {status} {said.get('title', '')}")
            progress("Waiting for the next one-time code ...")
            time.sleep(10)
        raise Stop(f"{self.who} cannot sign in: {said.get('title', '')}")


class Demo:
    def __init__(self, options):
        self.options = options
        self.dir = pathlib.Path(options.dir).resolve()
        self.binary = str(pathlib.Path(options.binary).resolve())
        self.data, self.hospital_dir = self.dir / "data", self.dir / "hospital"
        self.certificate = self.data / "tls.crt"
        self.feed = None  # the session of the admissions feed

    def run(self):
        self.dir.mkdir(parents=True, exist_ok=True)
        self.be_alone()
        self.clear_unfinished()
        self.make_hospital()
        self.start_records()
        fresh = not (self.data / "ledger").exists()
        if fresh:
            (self.dir / "begun").touch()
            self.begin_ledger()
        self.start_halligan()
        if fresh:
            self.fill()
            (self.dir / "filled").touch()
        self.secrets = json.loads((self.dir / "secrets.json").read_text())
        self.write_environment()
        feed = self.feed or Person(self.port, self.certificate, FEED, self.secrets).sign_in()
        self.beat(feed)
        progress("")
        self.tell()
        self.stay(feed)

    def be_alone(self):
        self.lock = open(self.dir / "running", "a+")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.lock.seek(0)
            where = self.lock.read().strip()
            raise Stop(f"it runs already at {where}" if where else f"another start is at work in {self.dir}") from None
        self.lock.truncate(0)

    def clear_unfinished(self):
        """A first start that was broken off leaves a ledger that nobody has used: it is begun anew, if it was begun here."""
        if (self.dir / "filled").exists() or not self.data.exists():
            return
        if not (self.dir / "begun").exists():
            raise Stop(f"{self.data} was not made here; name another folder with --dir")
        say("An earlier first start did not finish; beginning anew.")
        shutil.rmtree(self.data)
        shutil.rmtree(self.dir / "terminals", ignore_errors=True)

    def make_hospital(self):
        if not (self.hospital_dir / "hospital.json").exists():
            progress("Making up a hospital ...")
            subprocess.run(["node", str(HERE / "generate.mjs"), "--staff", str(self.options.staff), "--patients", str(self.options.patients),
                            "--out", str(self.hospital_dir)], check=True, stdout=subprocess.DEVNULL)
        self.hospital = json.loads((self.hospital_dir / "hospital.json").read_text())

    def start_records(self):
        progress("Starting the record server ...")
        credential = self.dir / "credential"
        if not credential.exists():
            keep(credential, base64.b64encode(os.urandom(24)).decode() + "\n")
        port = free_port(self.options.records_port)
        server = launch(["node", str(HERE / "fhir-server.mjs"), "--data", str(self.hospital_dir), "--port", str(port),
                         "--credential-file", str(credential)], stdout=subprocess.PIPE, stderr=open(self.dir / "records.log", "ab"))
        ready = server.stdout.readline()
        if not ready.startswith(b"{"):
            raise Stop(f"the record server did not start: see {self.dir / 'records.log'}")
        self.records = json.loads(ready)["base"]

    def begin_ledger(self):
        passwords = {one["id"]: one["password"] for one in self.hospital["cast"]}
        # Whoever acts in the demonstration; the authenticators are made up here and known to `halligan code`.
        secrets = {who: {"password": password, "totp": base64.b32encode(os.urandom(20)).decode()} for who, password in passwords.items()}
        secrets[FEED] = {"password": base64.b64encode(os.urandom(18)).decode(), "totp": base64.b32encode(os.urandom(20)).decode()}
        keep(self.dir / "secrets.json", json.dumps(secrets, indent=1))
        names = {one["id"]: one["name"] for one in self.hospital["staff"]}
        officers = self.dir / "officers.json"
        keep(officers, json.dumps([{"staff": who, "name": names[who], **secrets[who]} for who in OFFICERS]))
        done = subprocess.run([self.binary, "init", "--dir", str(self.data), "--origin", "halligan.example/st-elsewhere", "--hospital",
                               self.hospital["hospital"], "--policy", str(HERE / "policy.toml"), "--officers", str(officers)],
                              capture_output=True, text=True)
        officers.unlink()
        if done.returncode:
            raise Stop("the ledger could not be begun: " + done.stderr.strip())

    def start_halligan(self):
        progress("Starting Halligan ...")
        self.port = free_port(self.options.port)
        log = open(self.dir / "halligan.log", "ab")
        server = launch([self.binary, "serve", "--dir", str(self.data), "--listen", f"127.0.0.1:{self.port}", "--upstream", self.records,
                         "--upstream-token-file", str(self.dir / "credential")], stdout=log, stderr=log)
        for _ in range(600):
            if server.poll() is not None:
                raise Stop(f"Halligan did not start: see {self.dir / 'halligan.log'}")
            try:
                if Person(self.port, self.certificate, "nobody", {"nobody": None}).ask("GET", "/readyz")[0] == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.05)
        raise Stop(f"Halligan is not ready: see {self.dir / 'halligan.log'}")

    def fill(self):
        secrets = json.loads((self.dir / "secrets.json").read_text())
        admin, other = (Person(self.port, self.certificate, who, secrets).sign_in() for who in ("adm.moreau", "adm.silva"))
        people = [one for one in self.hospital["staff"] if one["id"] not in OFFICERS]
        people.append({"id": FEED, "name": "Admissions feed", "roles": ["interface"], "department": "it"})
        for n, one in enumerate(people):
            if n % 20 == 0:
                progress(f"Enrolling {len(people)} people ... {100 * n // len(people)} %")
            # Nobody reviews who enrolled them: one of the reviewers is the other administrator's.
            by = other if one["id"] == OTHERS_REVIEWER else admin
            by.must("PUT", f"/api/v1/staff/{one['id']}", {"name": one["name"], "roles": one["roles"], "department": one["department"], "active": True})
            if one["id"] in secrets:
                by.must("PUT", f"/api/v1/staff/{one['id']}/password", {"password": secrets[one["id"]]["password"]})
                by.must("POST", f"/api/v1/staff/{one['id']}/totp", {"secret": secrets[one["id"]]["totp"]})
        terminals = {}
        for one in self.hospital["terminals"]:
            admin.must("PUT", f"/api/v1/terminals/{one['id']}", {"place": one["place"], "use": one["kind"], "active": True})
            terminals[one["id"]] = admin.must("POST", f"/api/v1/terminals/{one['id']}/secret", {})["secret"]
        (self.dir / "terminals").mkdir(exist_ok=True)
        for terminal, secret in terminals.items():
            keep(self.dir / "terminals" / terminal, secret + "\n")
        progress("Telling it who has to do with whom ...")
        by_source = {None: [], "adt": []}
        for fact in self.hospital["facts"]:
            by_source[fact.get("source")].append({key: value for key, value in fact.items() if key != "source"})
        flags = [{**flag, "on": True} for flag in self.hospital["flags"]]
        for part in slices(by_source[None]):
            admin.must("POST", "/api/v1/facts", {"facts": part})
        for part in slices(flags):
            admin.must("POST", "/api/v1/facts", {"flags": part})
        feed = Person(self.port, self.certificate, FEED, secrets).sign_in()
        for part in slices(by_source["adt"]):
            feed.must("POST", "/api/v1/facts", {"source": "adt", "heartbeat": True, "facts": part})
        for one in (admin, other):
            one.must("DELETE", "/api/v1/session")
        self.feed = feed

    def write_environment(self):
        self.lock.write(f"https://127.0.0.1:{self.port}\n")
        self.lock.flush()
        lines = [f"export HALLIGAN_SERVER=https://127.0.0.1:{self.port}", f"export HALLIGAN_CA={self.certificate}",
                 f"export HALLIGAN_SESSION={self.dir / 'session'}", f"export PATH={pathlib.Path(self.binary).parent}:$PATH"]
        keep(self.dir / "env", "\n".join(lines) + "\n", 0o644)

    def beat(self, feed):
        """The feed of admissions lives: what it does not say is not so. Gives the seconds to the next beat."""
        try:
            status, _ = feed.ask("POST", "/api/v1/facts", {"source": "adt", "heartbeat": True})
            if status == 401:
                feed.sign_in().must("POST", "/api/v1/facts", {"source": "adt", "heartbeat": True})
            elif status >= 300:
                raise Stop(f"the heartbeat was answered with {status}")
        except (Stop, OSError, http.client.HTTPException) as why:
            # A server that is busy, or opens its ledger again, is no reason to end the day.
            print(f"start.py: {why}; again in {BEAT_AGAIN_SECONDS} seconds", file=sys.stderr)
            return BEAT_AGAIN_SECONDS
        return HEARTBEAT_SECONDS

    def tell(self):
        where = os.path.relpath(self.dir)
        say(f"""
{self.hospital['hospital']} is open: {len(self.hospital['staff'])} staff, {self.hospital['sizes']['patients']} patients.
Halligan listens on https://127.0.0.1:{self.port}, and the record server answers to nobody else.
The console is at https://127.0.0.1:{self.port}/console/ (it has a certificate of its own: the browser will say so).

In another terminal:

  . {where}/env
  halligan sign-in a.osei --secrets {where}/secrets.json
  halligan open p-000002

and go on as the README tells. demo/README.md says who is who. Ctrl-C stops everything; the ledger stays in {where}.
The demo's record server keeps what is appended in memory alone: it forgets that when it stops; the ledger does not.
""")

    def stay(self, feed):
        beat_at = time.monotonic() + HEARTBEAT_SECONDS
        while True:
            time.sleep(1)
            for process in processes:
                if process.poll() is not None:
                    raise Stop(f"a server ended by itself: see the logs in {self.dir}")
            if time.monotonic() >= beat_at:
                beat_at = time.monotonic() + self.beat(feed)


def slices(whole, size=5000):
    return [whole[at:at + size] for at in range(0, len(whole), size)]


def at_least(least):
    def read(text):
        if not text.isdigit() or int(text) < least:
            raise argparse.ArgumentTypeError(f"at least {least}")
        return int(text)
    return read


STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupted(*_):
    # Once is enough: a second Ctrl-C must not keep us from stopping what we started.
    for each in STOPS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(description="Start the demo hospital and Halligan before it.")
    parser.add_argument("--binary", required=True, help="the halligan program")
    parser.add_argument("--dir", default="build/demo", help="folder for everything that is made (default build/demo)")
    parser.add_argument("--port", type=int, default=8443, help="wished for; another one if it is taken")
    parser.add_argument("--records-port", type=int, default=8103)
    parser.add_argument("--staff", type=at_least(60), default=300, help="at least 60 (default 300)")
    parser.add_argument("--patients", type=at_least(10), default=3000, help="at least 10 (default 3000)")
    options = parser.parse_args()
    # Started in the background by a script, SIGINT would be ignored: Ctrl-C must stop it all the same.
    for each in STOPS:
        signal.signal(each, interrupted)
    try:
        Demo(options).run()
    except KeyboardInterrupt:
        say("\nStopping.")
        return 0
    except (Stop, subprocess.CalledProcessError, OSError) as why:
        progress("")
        print(f"start.py: {why}", file=sys.stderr)
        return 1
    finally:
        stop_all()


if __name__ == "__main__":
    sys.exit(main())
