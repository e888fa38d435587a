"""Systems that are told when sessions and glass end, from outside: B03; RFC 8417, RFC 8935, SSF 1.0, CAEP 1.0."""

import base64
import http.server
import json
import ssl
import threading
import urllib.parse

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from halligan_tls import Authority
from halligan_world import Client, World, free_port, until

REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"
SECRET = "what the archive was told"


class Receiver:
    """A record system's door for events, over TLS; `status` is what it answers."""

    def __init__(self, folder):
        authority = Authority(folder, "receivers")
        self.ca, (certificate, private) = authority.ca, authority.issue("receiver")
        self.told, self.port, self.server, self.status = [], free_port(), None, 202
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate, private)

    @property
    def url(self):
        return f"https://localhost:{self.port}/events"

    def start(self):
        receiver = self

        class Door(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.told.append((dict(self.headers), body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Door)
        self.server.daemon_threads = True
        self.server.socket = self.tls.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


class Telling(World):
    def serve(self):
        self.port = self.port or free_port()
        self.receiver = getattr(self, "receiver", None) or Receiver(self.folder / "receiver").start()
        self.serve_options = ("--public-url", f"https://localhost:{self.port}", "--identity-ca", str(self.receiver.ca))
        super().serve()

    @property
    def name(self):
        return f"https://localhost:{self.port}"


WORLD = Telling


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read(world, token):
    """The claims of a SET, whose signature is checked by the keys that the server publishes."""
    head, body, signature = token.split(".")
    header = json.loads(unpadded(head))
    assert header["alg"] == "ES256" and header["typ"] == "secevent+jwt"
    keys = Client(world).request("GET", urllib.parse.urlsplit(metadata(world)["jwks_uri"]).path).json["keys"]
    key = next(each for each in keys if each["kid"] == header["kid"])
    point = ec.EllipticCurvePublicNumbers(*(int.from_bytes(unpadded(key[part]), "big") for part in "xy"), ec.SECP256R1()).public_key()
    raw = unpadded(signature)
    point.verify(encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")), f"{head}.{body}".encode(),
                 ec.ECDSA(hashes.SHA256()))
    return json.loads(unpadded(body))


def metadata(world):
    return Client(world).request("GET", "/.well-known/ssf-configuration").json


def set_archive(world):
    return world.admin.api("PUT", "/receivers/archive", {"url": world.receiver.url, "audience": "urn:archive", "secret": SECRET})


@pytest.fixture
def archive(world):
    receiver = world.receiver
    receiver.told.clear()
    receiver.status = 202
    if set_archive(world).status == 401:  # the proof is too old
        world.admin.step_up()
        assert set_archive(world).status == 204
    yield receiver
    receiver.status = 202
    if receiver.server is None:
        receiver.start()
    world.admin.api("DELETE", "/receivers/archive")


def wait_for(receiver, count):
    until(f"{count} events", lambda: len(receiver.told) >= count or None, seconds=30)
    return receiver.told


def test_B03_who_takes_events_is_told_when_a_glass_is_closed_and_by_whose_key(world, archive):
    said = metadata(world)
    assert said["issuer"] == world.name and said["delivery_methods_supported"] == ["urn:ietf:rfc:8935"]
    person = world.hire("it-support")
    glass = person.break_glass("p-000002", "system-support").json["glass"]
    assert person.api("POST", f"/glass/{glass}/close", {}).status == 200
    headers, token = wait_for(archive, 1)[0]
    assert headers["Content-Type"] == "application/secevent+jwt"
    assert headers["Authorization"] == f"Bearer {SECRET}"
    claims = read(world, token)
    assert claims["iss"] == world.name and claims["aud"] == "urn:archive"
    assert claims["sub_id"] == {"format": "complex", "user": {"format": "iss_sub", "iss": world.name, "sub": person.staff},
                                "session": {"format": "opaque", "id": f"glass/{glass}"}}
    event = claims["events"][REVOKED]
    assert event["reason_admin"] == {"en": "closed"} and event["initiating_entity"] == "user"
    assert abs(event["event_timestamp"] - claims["iat"]) < 10
    assert "p-000002" not in json.dumps(claims)
    # A token that was changed on the way is none.
    head, body, signature = token.split(".")
    with pytest.raises(InvalidSignature):
        read(world, f"{head}.{body}.{signature[:20] + ('A' if signature[20] != 'A' else 'B') + signature[21:]}")


@pytest.mark.parametrize("cause", ["sign-out", "staff-deactivated", "revoked", "roles", "another session of theirs"])
def test_B03_each_cause_is_told(world, archive, cause):
    person = world.hire("it-support")
    glass = person.break_glass("p-000002", "system-support").json["glass"]
    session = person.api("GET", "/session").json["session"]
    if cause == "sign-out":
        person.sign_out()
    elif cause == "staff-deactivated":
        world.admin.api("PATCH", f"/staff/{person.staff}", {"active": False}, ok=200)
    elif cause == "revoked":
        world.admin.api("POST", f"/staff/{person.staff}/sign-out", {}, ok=200)
    elif cause == "roles":
        world.admin.step_up()
        world.admin.api("PATCH", f"/staff/{person.staff}", {"roles": ["nurse"]}, ok=200)
    else:
        other = world.session(person.staff)
        other.sign_out()
        claims = read(world, wait_for(archive, 1)[0][1])
        assert claims["sub_id"]["session"]["id"] != f"session/{session}"
        assert person.request("GET", "/fhir/Patient/p-000002").status == 200
        return
    told = [read(world, token)["sub_id"]["session"]["id"] for _, token in wait_for(archive, 2)]
    assert told[:2] == [f"glass/{glass}", f"session/{session}"]


def test_B03_what_was_not_taken_is_told_again_in_order_and_over_a_restart(world, archive):
    person = world.hire("it-support")
    archive.stop()
    glass = [person.break_glass(patient, "system-support").json["glass"] for patient in ("p-000002", "p-000003")]
    person.sign_out()
    until("events wait", lambda: world.admin.api("GET", "/receivers").json[0]["waiting"] >= 3 or None)
    world.restart()
    archive.start()
    archive.status = 503
    wait_for(archive, 1)
    archive.status = 202
    until("all taken", lambda: world.admin.api("GET", "/receivers").json[0]["waiting"] == 0 or None, seconds=60)
    claims = [read(world, token) for _, token in archive.told]
    assert claims[0]["jti"] == claims[1]["jti"], "it is told the same again"
    once = list(dict.fromkeys((each["jti"], each["sub_id"]["session"]["id"]) for each in claims))
    ids = [about for _, about in once]
    assert sorted(ids[:2]) == sorted(f"glass/{each}" for each in glass) and ids[2].startswith("session/"), ids
    assert len(once) == 3


def test_B03_one_that_refuses_an_event_is_told_the_next(world, archive):
    archive.status = 400
    first, second = world.hire("it-support"), world.hire("it-support")
    first.sign_out()
    wait_for(archive, 1)
    archive.status = 202
    second.sign_out()
    told = wait_for(archive, 2)
    assert read(world, told[0][1])["sub_id"]["user"]["sub"] == first.staff
    assert read(world, told[1][1])["sub_id"]["user"]["sub"] == second.staff


def test_receivers_are_set_by_administrators_with_a_proof_over_https_alone(world, archive):
    clerk = world.hire("it-support")
    body = {"url": archive.url, "secret": "x"}
    assert clerk.api("PUT", "/receivers/mine", body).status == 403
    assert clerk.api("GET", "/receivers").status == 403
    for url in ("http://localhost/events", "https://user@localhost/", "file:///etc/passwd", "https://a b/", ""):
        assert world.admin.api("PUT", "/receivers/bad", {**body, "url": url}).status == 400, url
    (shown,) = [each for each in world.admin.api("GET", "/receivers").json if each["active"]]
    assert shown["receiver"] == "archive" and shown["has_secret"] and SECRET not in json.dumps(shown)
    assert world.admin.api("DELETE", "/receivers/archive").status == 204
    assert world.admin.api("DELETE", "/receivers/archive").status == 404
    world.hire("it-support").sign_out()
    # One that is stopped is told nothing, also not of what comes while it is none.
    world.admin.api("PUT", "/receivers/archive", {"url": archive.url, "audience": "urn:archive", "secret": SECRET})
    later = world.hire("it-support")
    later.sign_out()
    told = wait_for(archive, 1)
    assert read(world, told[0][1])["sub_id"]["user"]["sub"] == later.staff
    kinds = [entry.get("active", True) for entry in world.entries("receiver-set")]
    assert kinds[-3:] == [True, False, True] and SECRET not in json.dumps(world.entries("receiver-set"))


def test_receivers_from_the_command_line(world, archive, tmp_path):
    world.cli_sign_in(world.admin.staff)
    secret = tmp_path / "secret"
    secret.write_text("at the lab")
    secret.chmod(0o600)
    done = world.cli("receivers", "set", "lab", "--url", archive.url, "--secret-file", str(secret), who=world.admin.staff)
    assert done.returncode == 0, done.stderr
    assert "lab" in world.cli("receivers", "list", who=world.admin.staff).stdout
    assert world.cli("receivers", "stop", "lab", who=world.admin.staff).returncode == 0
    assert "stopped" in world.cli("receivers", "list", who=world.admin.staff).stdout
