"""Credentials for the glass, from outside: B02, B03; RFC 9068, 9449, 7662, 7009, 8414."""

import base64
import hashlib
import json
import time
import urllib.parse
import uuid

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from halligan_world import SECOND_OPINION, Client, World, demo_policy, details, edited, until

# Reasons that end by themselves, or by a policy that no longer has one. (A session is idle after half an hour: no credential lives as long.)
POLICY = (demo_policy() + SECOND_OPINION
          + edited(SECOND_OPINION, ("second-opinion", "idle-opinion"), ('idle = "10m"', 'idle = "2s"'))
          + edited(SECOND_OPINION, ("second-opinion", "short-opinion"), ('after = "1h"', 'after = "3s"')))


class Named(World):
    """Under a name that its tokens say, too."""

    def serve(self):
        from halligan_world import free_port
        self.port = self.port or free_port()
        self.serve_options = ("--public-url", f"https://localhost:{self.port}")
        super().serve()

    @property
    def name(self):
        return f"https://localhost:{self.port}"


WORLD = Named


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(token, n):
    text = token.split(".")[n]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


class Key:
    """A client's own key, and proofs of it (RFC 9449)."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        numbers = self.key.public_key().public_numbers()
        self.jwk = {"crv": "P-256", "kty": "EC", "x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big"))}

    def sign(self, header, claims):
        text = b64(json.dumps(header).encode()) + "." + b64(json.dumps(claims).encode())
        r, s = decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return text + "." + b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def proof(self, method, url, token=None, **changes):
        claims = {"jti": str(uuid.uuid4()), "htm": method, "htu": url, "iat": int(time.time())}
        if token:
            claims["ath"] = b64(hashlib.sha256(token.encode()).digest())
        return self.sign({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk}, {**claims, **changes})

    @property
    def thumbprint(self):
        return b64(hashlib.sha256(json.dumps(self.jwk, separators=(",", ":"), sort_keys=True).encode()).digest())


def make(world, person, glass, key, ok=201):
    path = f"/api/v1/glass/{glass}/token"
    answer = person.request("POST", path, {}, headers={"DPoP": key.proof("POST", world.name + path)})
    assert answer.status == ok, answer
    return answer.json["access_token"] if ok == 201 else answer


def read(world, token, key, path="/fhir/Patient/p-000002", proof=None, method="GET", **changes):
    shown = proof or key.proof(method, world.name + path.split("?")[0], token, **changes)
    return Client(world).request(method, path, headers={"Authorization": f"DPoP {token}", "DPoP": shown})


@pytest.fixture
def broken(world):
    """Somebody who broke the glass of p-000002, the glass, and a credential for it."""
    person = world.hire("it-support")
    glass = person.break_glass("p-000002", "system-support").json["glass"]
    key = Key()
    return person, glass, key, make(world, person, glass, key)


def test_B02_the_credential_is_for_one_chart_for_minutes_and_for_one_key(world, broken):
    person, glass, key, token = broken
    header, claims = part(token, 0), part(token, 1)
    assert header["typ"] == "at+jwt" and header["alg"] == "ES256"
    assert claims["iss"] == world.name and claims["aud"] == world.name + "/fhir"
    assert claims["sub"] == person.staff and claims["patient"] == "p-000002" and claims["glass"] == glass
    assert 0 < claims["exp"] - claims["iat"] <= 300
    assert claims["cnf"] == {"jkt": key.thumbprint}
    purposes = claims["extensions"]["ihe_iua"]["purpose_of_use"]
    assert {p["code"] for p in purposes} >= {"BTG"}

    assert read(world, token, key).status == 200
    # The record of it says by which credential.
    other = read(world, token, key, "/fhir/Patient/p-000003")
    assert other.status in (403, 404), other
    listed = read(world, token, key, "/fhir/Patient?name=a")
    assert listed.status in (401, 403), listed
    assert read(world, token, key, "/fhir/Observation?patient=p-000002").status == 200


def test_B02_a_stolen_credential_is_nothing_without_its_key(world, broken):
    _, _, key, token = broken
    thief = Key()
    for answer in (Client(world, token).request("GET", "/fhir/Patient/p-000002"),  # as a bearer token
                   read(world, token, thief),
                   Client(world).request("GET", "/fhir/Patient/p-000002", headers={"Authorization": f"DPoP {token}"})):
        assert answer.status == 401, answer
    assert read(world, token, thief).headers["WWW-Authenticate"].startswith('DPoP error="invalid_token"')
    # A proof that was heard on the way is good once, for one request, at one time.
    url = world.name + "/fhir/Patient/p-000002"
    heard = key.proof("GET", url, token)
    assert read(world, token, key, proof=heard).status == 200
    assert read(world, token, key, proof=heard).status == 401
    for bad in (key.proof("POST", url, token), key.proof("GET", world.name + "/fhir/Patient/p-000003", token),
                key.proof("GET", url, token + "x"), key.proof("GET", url), key.proof("GET", url, token, iat=int(time.time()) - 300),
                key.proof("GET", url, token, iat=int(time.time()) + 300)):
        assert read(world, token, key, proof=bad).status == 401
    # The API knows no credential of a glass: it opens, breaks and lists nothing.
    for path in ("/api/v1/session", "/api/v1/glass", "/api/v1/cases"):
        assert Client(world, token).request("GET", path).status == 401


def test_B02_without_a_key_there_is_no_credential(world, broken):
    person, glass, _, _ = broken
    answer = person.request("POST", f"/api/v1/glass/{glass}/token", {})
    assert answer.status == 400, answer
    form = urllib.parse.urlencode({"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": person.token,
                                   "patient": "p-000002", "subject_token_type": "urn:ietf:params:oauth:token-type:access_token"})
    exchanged = Client(world).request("POST", "/oauth2/token", form, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert exchanged.status == 400 and exchanged.json["error"] == "invalid_dpop_proof", exchanged
    assert all(entry["bound"].split(":", 1)[1] for entry in world.entries("token-made"))


def test_B02_breaking_with_a_key_brings_the_credential_along(world):
    path = "/api/v1/charts/p-000002/break"
    key = Key()

    def break_with(person, headers):
        offered = person.open("p-000002")["offer"]["grants"]
        grant = next(each for each in offered if each["rule"] == "system-support")
        body = {"reason": "system-support", **({"details": details(grant)} if grant["bill"]["prompts"] else {})}
        return person.request("POST", path, body, headers=headers)

    broken = break_with(world.hire("it-support"), {"DPoP": key.proof("POST", world.name + path)})
    assert broken.status == 201, broken
    token = broken.json["credential"]["access_token"]
    assert broken.json["credential"]["token_type"] == "DPoP"
    assert read(world, token, key).status == 200
    assert read(world, token, Key()).status == 401
    # A proof that is no good keeps nobody from the chart, and makes no credential.
    other = world.hire("it-support")
    broken = break_with(other, {"DPoP": key.proof("GET", world.name + path)})
    assert broken.status == 201 and list(broken.json["credential"]) == ["error"], broken
    assert other.request("GET", "/fhir/Patient/p-000002").status == 200
    # Without one there is nothing of it.
    assert "credential" not in world.hire("it-support").break_glass("p-000002", "system-support").json


def other(token, header=None, **changes):
    return b64(json.dumps(header or part(token, 0)).encode()) + "." + b64(json.dumps({**part(token, 1), **changes}).encode())


FORGED = {
    "altered": lambda token: other(token, patient="p-000003") + "." + token.split(".")[2],
    "expired": lambda token: other(token, exp=int(time.time()) - 1) + "." + token.split(".")[2],
    "wrong-audience": lambda token: Key().sign(part(token, 0), {**part(token, 1), "aud": "https://elsewhere.example"}),
    "alg-none": lambda token: other(token, {"typ": "at+jwt", "alg": "none"}) + ".",
    "wrong-key": lambda token: Key().sign(part(token, 0), part(token, 1)),
    "another-issuer": lambda token: Key().sign({"typ": "at+jwt", "alg": "ES256", "kid": "other"}, {**part(token, 1), "iss": "https://evil.example"}),
    "shared-secret": lambda token: other(token, {"typ": "at+jwt", "alg": "HS256"}) + "." + b64(hashlib.sha256(b"x").digest()),
    "another-type": lambda token: Key().sign({**part(token, 0), "typ": "JWT"}, part(token, 1)),
}


@pytest.mark.parametrize("how", FORGED)
def test_B02_one_that_was_tampered_with_is_refused(world, broken, how):
    _, _, key, token = broken
    assert read(world, FORGED[how](token), key).status == 401
    assert read(world, token, key).status == 200


ENDINGS = {
    "closed": lambda world, person, glass: person.api("POST", f"/glass/{glass}/close", {}, ok=200),
    "logout": lambda world, person, glass: person.sign_out(),
    "revoked by an officer": lambda world, person, glass: world.admin.api("POST", f"/glass/{glass}/revoke", {"comment": "x"}, ok=200),
    "deactivated": lambda world, person, glass: world.admin.api("PATCH", f"/staff/{person.staff}", {"active": False}, ok=200),
    "role removed": lambda world, person, glass: world.admin.api("PATCH", f"/staff/{person.staff}", {"roles": []}, ok=200),
    "signed out by an officer": lambda world, person, glass: world.admin.api("POST", f"/staff/{person.staff}/sign-out", {}, ok=200),
}


@pytest.mark.parametrize("cause", ENDINGS)
def test_B03_the_credential_ends_with_its_glass(world, broken, cause):
    person, glass, key, token = broken
    assert read(world, token, key).status == 200
    system = world.hire("interface")
    asked = {"headers": {"Content-Type": "application/x-www-form-urlencoded"}}
    shown = system.request("POST", "/oauth2/introspect", f"token={token}", **asked)
    assert shown.status == 200 and shown.json["active"] is True and shown.json["patient"] == "p-000002", shown
    assert shown.json["cnf"] == {"jkt": key.thumbprint}
    ENDINGS[cause](world, person, glass)
    assert read(world, token, key).status == 401
    over = system.request("POST", "/oauth2/introspect", f"token={token}", **asked)
    assert over.json == {"active": False}, over
    path = f"/api/v1/glass/{glass}/token"
    again = person.request("POST", path, {}, headers={"DPoP": key.proof("POST", world.name + path)})
    assert again.status in (401, 404), again


def another_policy(world, text):
    version = world.admin.api("POST", "/policy/proposals", {"text": text, "note": "for a test"}, ok=201).json["version"]
    world.sign_in("adm.moreau").api("POST", f"/policy/proposals/{version}/sign", {}, ok=200)


def without_second_opinion(world, read_on):
    assert read_on() == 200
    another_policy(world, world.policy.replace(SECOND_OPINION, ""))


def leaves_it_alone(world, read_on):
    for _ in range(3):  # what is asked by the credential keeps it open, as any use does
        time.sleep(0.9)
        assert read_on() == 200
    time.sleep(2.3)


def uses_it_to_the_end(world, read_on):
    until("use makes it live no longer", lambda: read_on() == 401, 8, 0.2)


OF_ITSELF = {"idle": ("idle-opinion", leaves_it_alone), "expired": ("short-opinion", uses_it_to_the_end),
             "policy-changed": ("second-opinion", without_second_opinion)}


@pytest.mark.parametrize("cause", OF_ITSELF)
def test_B03_the_credential_ends_when_its_glass_does_of_itself(world, cause):
    reason, wait = OF_ITSELF[cause]
    person, key = world.hire("physician"), Key()
    system = world.hire("interface")
    glass = person.break_glass("p-000002", reason).json["glass"]
    token = make(world, person, glass, key)
    wait(world, lambda: read(world, token, key).status)
    assert read(world, token, key).status == 401
    if cause != "expired":  # it was made for no longer than its glass may be open
        assert part(token, 1)["exp"] > time.time() + 60, "it is not over by its own time"
    asked = {"Content-Type": "application/x-www-form-urlencoded"}
    assert system.request("POST", "/oauth2/introspect", f"token={token}", headers=asked).json == {"active": False}
    assert make(world, person, glass, key, ok=404).slug
    shown = until("the ending is written", lambda: next(
        g for g in world.session("p.lind").api("GET", "/charts/p-000002/glass", ok=200).json["glass"] if g["glass"] == glass).get("ended_by"))
    assert shown == cause
    if cause == "policy-changed":
        another_policy(world, world.policy)


def test_B03_the_credential_ends_when_its_person_moves_to_another_chart(world, broken):
    person, glass, key, token = broken
    person.break_glass("p-000003", "system-support")
    assert read(world, token, key).status == 401
    make(world, person, glass, key, ok=404)


def test_B02_it_is_renewed_while_the_glass_is_open_and_given_up(world, broken):
    person, glass, key, token = broken
    next_one = make(world, person, glass, key)
    assert next_one != token and read(world, next_one, key).status == 200
    form = {"headers": {"Content-Type": "application/x-www-form-urlencoded"}}
    for given in (next_one, next_one, "nonsense"):
        assert Client(world).request("POST", "/oauth2/revoke", f"token={given}", **form).status == 200
    assert read(world, next_one, key).status == 401
    assert read(world, token, key).status == 200  # the other one stands
    # By token exchange, as standard clients do.
    url = world.name + "/oauth2/token"
    body = ("grant_type=urn:ietf:params:oauth:grant-type:token-exchange&patient=p-000002"
            f"&subject_token={person.token}&subject_token_type=urn:ietf:params:oauth:token-type:access_token")
    answer = Client(world).request("POST", "/oauth2/token", body, headers={**form["headers"], "DPoP": key.proof("POST", url)})
    assert answer.status == 200 and answer.json["token_type"] == "DPoP", answer
    assert read(world, answer.json["access_token"], key).status == 200
    for wrong in (body.replace("p-000002", "p-000003"), body.replace(person.token, "nobody"), body.replace("token-exchange", "password"), ""):
        refused = Client(world).request("POST", "/oauth2/token", wrong, headers={**form["headers"], "DPoP": key.proof("POST", url)})
        assert refused.status == 400 and refused.json["error"], refused
    # Nobody but a system asks about others' credentials.
    assert person.request("POST", "/oauth2/introspect", f"token={token}", **form).status == 403
    assert Client(world).request("POST", "/oauth2/introspect", f"token={token}", **form).status == 401


def test_B02_it_survives_a_restart_as_its_glass_does(world, broken):
    person, glass, key, token = broken
    world.restart()
    assert read(world, token, key).status == 200
    person.api("POST", f"/glass/{glass}/close", {}, ok=200)
    assert read(world, token, key).status == 401


def test_others_find_out_where_and_by_which_keys(world, broken):
    _, _, _, token = broken
    metadata = Client(world).request("GET", "/.well-known/oauth-authorization-server").json
    assert metadata["issuer"] == world.name
    smart = Client(world).request("GET", "/fhir/.well-known/smart-configuration").json
    assert smart["token_endpoint"] == metadata["token_endpoint"]
    keys = Client(world).request("GET", metadata["jwks_uri"].removeprefix(world.name)).json["keys"]
    (used,) = [k for k in keys if k["kid"] == part(token, 0)["kid"]]
    assert "d" not in used
    number = {name: int.from_bytes(base64.urlsafe_b64decode(used[name] + "="), "big") for name in "xy"}
    public = ec.EllipticCurvePublicNumbers(number["x"], number["y"], ec.SECP256R1()).public_key()
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    text, signature = token.rsplit(".", 1)
    raw = base64.urlsafe_b64decode(signature + "==")
    public.verify(encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")), text.encode(),
                  ec.ECDSA(hashes.SHA256()))
