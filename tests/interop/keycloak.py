#!/usr/bin/python3
"""keycloak.py - Keycloak (Maven Central) as the hospital's OpenID provider: B01, B03, B08. It takes Java 17 or later.

Two clients and some of the demo hospital's people, in a realm that is imported; everything on this machine's loopback.
"""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
import zipfile

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
KEPT = TREE / "build" / "interop"
VERSION, SHA256 = "26.5.6", "490189d9dff05272432d51f71a069462eeca97f2920a694d539a1e6c26a5a347"
FROM = f"https://repo1.maven.org/maven2/org/keycloak/keycloak-quarkus-dist/{VERSION}/keycloak-quarkus-dist-{VERSION}.zip"
REALM = "st-elsewhere"
sys.path.insert(0, str(TREE / "tests"))

from halligan_identity import Form  # noqa: E402
from halligan_tls import Authority  # noqa: E402
from halligan_world import DEMO, Client, World, demo_policy, edited, free_port, start, stop, totp, until  # noqa: E402
from test_identity_provider import Browser  # noqa: E402

PASSWORD = "what they type there"
STEP_UP_AFTER = 25  # seconds, as the policy below says


def java():
    """Its major version; 0 where there is none."""
    try:
        shown = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr
    except FileNotFoundError:
        return 0
    number = shown.split('"')[1] if '"' in shown else "0"
    return int(number.split(".")[0].split("-")[0])


def fetched():
    """The unpacked distribution; what was fetched is compared with what is expected each time."""
    archive, folder = KEPT / f"keycloak-{VERSION}.zip", KEPT / f"keycloak-{VERSION}"
    KEPT.mkdir(parents=True, exist_ok=True)
    if not archive.exists():
        print(f"   fetching {FROM}", flush=True)
        part = archive.with_suffix(".part")
        with urllib.request.urlopen(FROM, timeout=60) as answer, open(part, "wb") as out:
            shutil.copyfileobj(answer, out, 1 << 20)
        part.rename(archive)
    with open(archive, "rb") as held:
        digest = hashlib.sha256()
        for block in iter(lambda: held.read(1 << 20), b""):
            digest.update(block)
    if digest.hexdigest() != SHA256:
        archive.unlink()
        sys.exit(f"{FROM} is not what it was: SHA-256 {digest.hexdigest()}, expected {SHA256}")
    if not (folder / "bin" / "kc.sh").exists():
        with zipfile.ZipFile(archive) as held:
            held.extractall(KEPT)
    (folder / "bin" / "kc.sh").chmod(0o755)
    shutil.rmtree(folder / "data", ignore_errors=True)  # nothing of an earlier run
    return folder


# --- the realm -------------------------------------------------------------------------------------

def secret_of(user):
    """An authenticator's secret, letters as Keycloak keeps it."""
    return hashlib.sha256(f"{user} {REALM}".encode()).hexdigest()[:20].upper()


def code_of(user):
    import base64
    return totp(base64.b32encode(secret_of(user).encode()).decode(), int(time.time()) // 30)


def account(number, user, *groups):
    return {"id": f"00000000-0000-4000-8000-{number:012d}", "username": user, "enabled": True, "firstName": user, "lastName": "Demo",
            "email": f"{user}@example.org", "emailVerified": True, "groups": [f"/{group}" for group in groups],
            "credentials": [{"type": "password", "value": PASSWORD},
                            {"type": "otp", "secretData": json.dumps({"value": secret_of(user)}),
                             "credentialData": json.dumps({"subType": "totp", "digits": 6, "period": 30, "counter": 0, "algorithm": "HmacSHA1"})}]}


def client(name, base, provider, secret=None):
    """Without "session required": Keycloak 26.5 tells of one session alone where an administrator signs somebody out of several."""
    at = f"{base}/api/v1/providers/{provider}"
    groups = {"name": "groups", "protocol": "openid-connect", "protocolMapper": "oidc-group-membership-mapper",
              "config": {"claim.name": "groups", "full.path": "false", "id.token.claim": "true"}}
    return {"clientId": name, "protocol": "openid-connect", "publicClient": secret is None, "standardFlowEnabled": True, "directAccessGrantsEnabled": False,
            **({"secret": secret} if secret else {}), "redirectUris": [f"{at}/callback"], "protocolMappers": [groups],
            "attributes": {"pkce.code.challenge.method": "S256", "backchannel.logout.url": f"{at}/logout", "backchannel.logout.session.required": "false"}}


def realm(base, secret):
    """With steps: the password is level 1, and a code on top of it is level 2, which our client asks for as "mfa"."""
    def flow(alias, *executions, top=False):
        return {"alias": alias, "providerId": "basic-flow", "topLevel": top, "builtIn": False,
                "authenticationExecutions": [{**each, "priority": 10 * n, "userSetupAllowed": False, "authenticatorFlow": "flowAlias" in each}
                                             for n, each in enumerate(executions, 1)]}

    def level(number):
        return {"authenticator": "conditional-level-of-authentication", "requirement": "REQUIRED", "authenticatorConfig": f"level {number}"}
    return {
        "realm": REALM, "enabled": True, "sslRequired": "all",
        "otpPolicyType": "totp", "otpPolicyAlgorithm": "HmacSHA1", "otpPolicyDigits": 6, "otpPolicyPeriod": 30, "otpPolicyLookAheadWindow": 1,
        "otpPolicyInitialCounter": 0, "otpPolicyCodeReusable": True,  # several people of a test sign in within half a minute
        "attributes": {"acr.loa.map": json.dumps({"password": 1, "mfa": 2})},
        "groups": [{"name": "Service desk"}, {"name": "Choir"}],
        "users": [account(1, "i.novak", "Service desk", "Choir"), account(2, "a.osei"), account(3, "no.body")],
        "clients": [client("halligan", base, "keycloak", secret), client("halligan-kiosk", base, "kiosk")],
        "browserFlow": "in steps",
        "authenticationFlows": [
            flow("in steps", {"authenticator": "auth-cookie", "requirement": "ALTERNATIVE"}, {"flowAlias": "steps", "requirement": "ALTERNATIVE"}, top=True),
            flow("steps", {"flowAlias": "step 1", "requirement": "CONDITIONAL"}, {"flowAlias": "step 2", "requirement": "CONDITIONAL"}),
            flow("step 1", level(1), {"authenticator": "auth-username-password-form", "requirement": "REQUIRED"}),
            flow("step 2", level(2), {"authenticator": "auth-otp-form", "requirement": "REQUIRED"})],
        "authenticatorConfig": [{"alias": f"level {n}", "config": {"loa-condition-level": str(n), "loa-max-age": "36000"}} for n in (1, 2)],
    }


class Keycloak:
    """Keeps nothing between starts but what is imported, so that its keys are others then."""

    def __init__(self, home, folder, trusted):
        self.home, self.folder, self.trusted, self.process = home, folder, trusted, None
        authority = Authority(folder, "keycloak-ca")
        self.ca, self.certificate = str(authority.ca), authority.issue("keycloak")
        self.port, self.log = free_port(), folder / "keycloak.log"
        self.base = f"https://localhost:{self.port}"
        self.issuer = f"{self.base}/realms/{REALM}"
        self._administrator = os.urandom(12).hex()

    def start(self, imported):
        folder = self.home / "data" / "import"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{REALM}.json").write_text(json.dumps(imported))
        certificate, key = self.certificate
        with open(self.log, "ab") as log:
            self.process = start(
                [str(self.home / "bin" / "kc.sh"), "start-dev", "--import-realm", "--db=dev-mem", "--http-host=127.0.0.1",
                 f"--http-port={free_port()}", f"--https-port={self.port}", f"--https-certificate-file={certificate}", f"--https-certificate-key-file={key}",
                 f"--hostname={self.base}", f"--truststore-paths={self.trusted}"], stdout=log, stderr=log,
                env={**os.environ, "JAVA_OPTS_KC_HEAP": "-Xms128m -Xmx768m", "KC_BOOTSTRAP_ADMIN_USERNAME": "root",
                     "KC_BOOTSTRAP_ADMIN_PASSWORD": self._administrator})
        until("Keycloak answers", self._is_ready, 240, 0.5)
        return self

    def _is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"Keycloak ended: {self.log.read_text()[-3000:]}")
        try:
            return self.ask(f"{self.issuer}/.well-known/openid-configuration")["issuer"] == self.issuer
        except (urllib.error.URLError, OSError):
            return False

    def stop(self):
        if self.process is not None:
            stop(self.process, 30)

    def ask(self, url, form=None, **headers):
        import ssl
        data = form if form is None or isinstance(form, bytes) else urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(url, data, {name.replace("_", "-"): value for name, value in headers.items()})
        with urllib.request.urlopen(request, timeout=30, context=ssl.create_default_context(cafile=self.ca)) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def administrate(self, path, body=None):
        token = self.ask(f"{self.base}/realms/master/protocol/openid-connect/token",
                         {"grant_type": "password", "client_id": "admin-cli", "username": "root", "password": self._administrator})["access_token"]
        return self.ask(f"{self.base}/admin/realms/{REALM}{path}", None if body is None else json.dumps(body).encode(),
                        Authorization=f"Bearer {token}", Content_Type="application/json")

    def change_keys(self):
        self.administrate("/components", {"name": f"rsa-{time.time()}", "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider",
                                          "config": {"priority": [str(int(time.time()))], "algorithm": ["RS256"]}})
        return self.keys()

    def keys(self):
        return {key["kid"] for key in self.ask(f"{self.issuer}/protocol/openid-connect/certs")["keys"] if key["use"] == "sig"}

    def sign_out(self, user):
        (found,) = self.administrate(f"/users?username={user}&exact=true")
        self.administrate(f"/users/{found['id']}/logout", {})


# --- the hospital before it ------------------------------------------------------------------------

def policy(issuer):
    kept = edited(demo_policy(), ('proof   = { any = ["totp"], not_older_than = "5m" }\nends    = { focus = true, idle = "5m", after = "30m" }',
                                  f'proof   = {{ any = ["totp"], not_older_than = "{STEP_UP_AFTER}s" }}\nends    = {{ focus = true, idle = "5m", after = "30m" }}'))
    return kept + f"""
[[provider]]
name = "keycloak"
label = "Hospital sign-in"
issuer = "{issuer}"
client = "halligan"
person = "preferred_username"
groups = "groups"
scopes = ["profile"]
ask = "mfa"
second_factor = ["mfa"]

[[provider]]
name = "kiosk"
label = "Hospital sign-in, one factor"
issuer = "{issuer}"
client = "halligan-kiosk"
person = "preferred_username"
scopes = ["profile"]
second_factor = ["mfa"]

[[group]]
from = "keycloak"
name = "Service desk"
roles = ["it-support"]

[sign_in]
own = "when-down"
"""


class Hospital(World):
    def __init__(self, folder, hospital, home):
        folder.mkdir(parents=True)
        self.secret = os.urandom(16).hex()
        self.idp = Keycloak(home, folder / "keycloak", folder / "data" / "tls.crt")
        super().__init__(folder, hospital, policy=policy(self.idp.issuer))
        self.port = free_port()
        self.public = f"https://localhost:{self.port}"
        self.serve_options = ("--public-url", self.public, "--identity-ca", self.idp.ca)

    def start_provider(self):
        self.idp.start(realm(self.public, self.secret))
        until("it is seen to answer", lambda: self.state()[0], 90, 0.5)

    def start(self, load=True):
        super().start(load)  # makes the certificate that Keycloak is to trust
        self.start_provider()
        self.admin.api("PUT", "/sources/keycloak/secret", {"secret": self.secret}, ok=204)
        self.enrol("i.novak", roles=[])
        self.enrol("a.osei")
        return self

    def state(self, name="keycloak"):
        return next((one["up"], one["why"]) for one in self.admin.api("GET", "/sources", ok=200).json if one["source"] == name)

    def stop(self):
        self.idp.stop()
        super().stop()


class Visitor(Browser):
    """Fills in Keycloak's pages. `asked`: what they wanted to know."""

    def set_out(self, provider="keycloak", **more):
        status, _, body = self.ask(f"{self.base}/api/v1/providers/{provider}/sign-in", json.dumps(more).encode(), Content_Type="application/json",
                                   **({"Halligan_CSRF": self.csrf} if more.get("purpose") else {}))
        assert status == 201, body
        return json.loads(body)["url"]

    def sign_in(self, user, provider="keycloak", url=None, password=PASSWORD, code=None):
        """Where the console is sent in the end; "refused" where Keycloak shows the same page again."""
        self.asked, url, form = [], url or self.set_out(provider), None
        for _ in range(12):
            status, headers, body = self.ask(url, urllib.parse.urlencode(form).encode() if form else None)
            form = None
            if status in (302, 303):
                url = urllib.parse.urljoin(url, headers["Location"])
                if urllib.parse.urlsplit(url).path.startswith("/console"):
                    return url.removeprefix(self.base)
                continue
            page = Form.of(body.decode())
            assert status == 200 and page, (status, url, body[:500])
            typed = {"username": user, "password": password, "otp": code or code_of(user)}
            wanted = sorted(set(typed) & set(page.fields))
            assert wanted, (url, page.fields)
            if self.asked and self.asked[-1] == wanted:
                return "refused"
            self.asked.append(wanted)
            form, url = {**page.fields, **{name: typed[name] for name in wanted}}, urllib.parse.urljoin(url, page.action)
        raise AssertionError(f"the way does not end: {url}")


def opened(world, user="i.novak", asked=(["password", "username"], ["otp"])):
    visitor = Visitor(world)
    arrived = visitor.sign_in(user)
    assert arrived == "/console/", (arrived, visitor.asked)
    assert visitor.asked == list(asked), visitor.asked
    assert visitor.session()["staff"] == user
    return visitor


def may_break(visitor, patient="p-000002"):
    status, body = visitor.api("POST", f"/api/v1/charts/{patient}/open", {})
    assert status == 200, body
    grant = next(g for g in json.loads(body)["offer"]["grants"] if g["rule"] == "system-support")
    details = [{"prompt": prompt, "answer": "a word about it"} for prompt in grant["bill"]["prompts"]]
    return visitor.api("POST", f"/api/v1/charts/{patient}/break", {"reason": "system-support", "details": details})


# --- what is looked at -----------------------------------------------------------------------------

def two_factors_open_a_session_with_the_roles_of_groups(world):
    visitor = opened(world)
    shown = visitor.session()
    assert shown["roles"] == ["it-support"] and shown["way"] == "provider", shown
    status, body = may_break(visitor)
    assert status == 201, body
    assert visitor.api("GET", "/fhir/Patient/p-000002")[0] == 200
    assert opened(world, "a.osei").session()["roles"] == ["physician"], "whom no group names has their own roles"
    entry = next(e for e in reversed(world.entries("session-opened")) if e["session"] == shown["session"])
    assert entry["provider"] == "keycloak", entry


def wrong_passwords_wrong_codes_and_strangers_open_nothing(world):
    for user, typed in (("i.novak", {"password": "not it"}), ("i.novak", {"code": "000000"})):
        visitor = Visitor(world)
        assert visitor.sign_in(user, **typed) == "refused" and visitor.session() is None
    visitor = Visitor(world)
    assert visitor.sign_in("no.body") == "/console/?provider=nobody" and visitor.session() is None


def one_factor_is_not_enough_by_the_other_client(world):
    visitor = Visitor(world)
    assert visitor.sign_in("i.novak", "kiosk") == "/console/?provider=one-factor"
    assert visitor.asked == [["password", "username"]], "it asks for what it is asked for"
    assert visitor.session() is None
    # Our other client asks for two, so what is missing is asked for.
    arrived = visitor.sign_in("i.novak")
    assert (arrived, visitor.asked) == ("/console/", [["otp"]]), (arrived, visitor.asked)
    assert visitor.session()["way"] == "provider"


def what_was_proved_there_long_ago_is_as_old_here_and_stepping_up_asks_anew(world):
    visitor = opened(world)
    first = visitor.session()["proof_at"]
    time.sleep(STEP_UP_AFTER + 2)
    status, body = may_break(visitor)
    assert status == 401 and json.loads(body)["type"].endswith("step-up-needed"), body
    # Coming back by what Keycloak remembers types nothing, and proves nothing new (auth_time).
    assert visitor.sign_in("i.novak") == "/console/" and visitor.asked == []
    assert visitor.session()["proof_at"] <= first, (visitor.session()["proof_at"], first)
    assert may_break(visitor)[0] == 401
    url = visitor.set_out(purpose="step-up")
    assert "max_age=0" in url and "prompt=login" in url
    assert visitor.sign_in("i.novak", url=url) == "/console/"
    assert ["otp"] in visitor.asked, visitor.asked
    assert visitor.session()["proof_at"] > first
    status, body = may_break(visitor)
    assert status == 201, body


def keys_that_change_are_followed(world):
    before = world.idp.keys()
    after = world.idp.change_keys()
    assert after - before, (before, after)
    until("a token by the new key is taken", lambda: Visitor(world).sign_in("i.novak") == "/console/", 40, 2)


def a_logout_there_ends_session_and_glass_here(world):
    visitor = opened(world)
    shown = visitor.session()
    status, body = may_break(visitor)
    assert status == 201, body
    glass = json.loads(body)["glass"]
    elsewhere, other = opened(world), opened(world, "a.osei")
    assert visitor.api("GET", "/fhir/Patient/p-000002")[0] == 200
    world.idp.sign_out("i.novak")
    until("the session is over", lambda: visitor.api("GET", "/fhir/Patient/p-000002")[0] == 401, 10)
    assert visitor.session() is None and elsewhere.session() is None, "all of them, in each browser"
    assert glass not in world.admin.api("GET", "/glass", ok=200).body.decode()
    ended = [e for e in world.entries("session-ended") if e["session"] == shown["session"]]
    assert ended and "provider" in json.dumps(ended[0]), ended
    assert other.session()["staff"] == "a.osei", "of that person alone"


def stopped_it_leaves_own_factors_by_the_declared_rule(world):
    secrets = world.secrets["i.novak"]

    def own(ok):
        return Client(world).api("POST", "/sessions", {"user": "i.novak", "password": secrets.password, "code": secrets.code()}, ok=ok)
    assert "sign in by that" in own(401).json["detail"]
    world.idp.stop()
    until("it counts as down", lambda: world.state() == (False, "unreachable"), 60, 0.5)
    answer = own(201).json
    person = Client(world, answer["token"], "i.novak")
    entry = next(e for e in reversed(world.entries("session-opened")) if e["session"] == answer["session"])
    assert "provider" not in entry, "the way that was used is recorded"
    seen = world.entries("provider-seen")
    assert any(e["source"] == "keycloak" and e.get("why") == "unreachable" for e in seen[-4:]), seen[-4:]
    assert person.break_glass("p-000002", "system-support").json["glass"]
    assert person.fhir("GET", "Patient/p-000002").status == 200
    world.start_provider()  # with keys that nobody has seen
    until("who comes by it is let in", lambda: Visitor(world).sign_in("i.novak") == "/console/", 60, 2)
    assert person.fhir("GET", "Patient/p-000002").status == 200
    own(401)


LOOKED_AT = [two_factors_open_a_session_with_the_roles_of_groups, wrong_passwords_wrong_codes_and_strangers_open_nothing,
             one_factor_is_not_enough_by_the_other_client, what_was_proved_there_long_ago_is_as_old_here_and_stepping_up_asks_anew,
             keys_that_change_are_followed, a_logout_there_ends_session_and_glass_here, stopped_it_leaves_own_factors_by_the_declared_rule]


def main():
    if java() < 17:
        print(f"   needs Java 17 or later, and there is {'none' if java() == 0 else java()}: apt-get install openjdk-17-jre-headless")
        return 1
    home = fetched()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        subprocess.run(["node", str(DEMO / "generate.mjs"), "--staff", "60", "--patients", "40", "--out", str(folder / "hospital")],
                       check=True, capture_output=True)
        world = Hospital(folder / "world", folder / "hospital", home)
        try:
            world.start()
            wanted = [each for each in LOOKED_AT if not sys.argv[1:] or any(word in each.__name__ for word in sys.argv[1:])]
            for each in wanted:
                try:
                    each(world)
                    print(f"   seen    {each.__name__.replace('_', ' ')}", flush=True)
                except Exception:  # each is looked at, whatever the one before met with
                    failed += 1
                    print(f"   FAILED  {each.__name__.replace('_', ' ')}\n{traceback.format_exc()}\n{world.idp.log.read_text()[-4000:]}", flush=True)
        finally:
            world.stop()
    print(f"   Keycloak {VERSION}: {len(wanted) - failed} seen, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
