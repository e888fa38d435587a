"""Signing in by a real OpenID provider (npm oidc-provider), from outside: B01, B03, B08."""

import http.cookiejar
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request

import pytest

from halligan_identity import MFA, IdentityProvider, client_of
from halligan_world import DEMO, Client, World, free_port, until

SECRET = "between the two"
CODE = "246810"


def policy(issuer):
    return (DEMO / "policy.toml").read_text() + f"""
[[provider]]
name = "login"
label = "Hospital sign-in"
issuer = "{issuer}"
client = "halligan"
person = "preferred_username"
groups = "groups"
scopes = ["profile"]
ask = "{MFA}"
second_factor = ["{MFA}"]

[[group]]
from = "login"
name = "Service desk"
roles = ["it-support"]

[sign_in]
own = "when-down"
"""


class Hospital(World):
    """A world whose policy names a provider of its own."""

    def __init__(self, folder, hospital, policy=None, **more):
        folder.mkdir(parents=True, exist_ok=True)
        self.idp = IdentityProvider(folder, port=free_port(), trust=folder / "data" / "tls.crt").start()
        super().__init__(folder, hospital, policy=globals()["policy"](self.idp.issuer), **more)
        self.port = free_port()
        self.serve_options = ("--public-url", f"https://localhost:{self.port}", "--identity-ca", self.idp.ca)
        self.idp.control(clients=[client_of(f"https://localhost:{self.port}", "login", secret=SECRET)])

    def start(self, load=True):
        super().start(load)
        self.admin.api("PUT", "/sources/login/secret", {"secret": SECRET}, ok=204)
        for n, who in enumerate(("d.one", "d.two")):
            self.admin.api("PUT", f"/staff/{who}", {"name": f"D {n}", "roles": [], "department": "", "active": True}, ok=201)
            self.idp.control(accounts=[{"user": who, "name": f"D {n}", "password": "there", "code": CODE, "groups": ["Service desk", "Choir"]}])
        self.idp.control(accounts=[{"user": "no.body", "name": "X", "password": "there", "code": CODE},
                                   {"user": "d.one.factor", "name": "Y", "password": "there"}])
        return self

    def wait(self):
        """One that did not answer is not asked again for some seconds."""
        def seen():
            browser = Browser(self)
            return browser.ask(f"{browser.base}/api/v1/providers/login/sign-in", b"{}", Content_Type="application/json")[0] == 201
        until("the provider answers", seen, 30, 0.5)

    def stop(self):
        self.idp.stop()
        super().stop()


WORLD = Hospital


class Browser:
    """Follows redirects by hand, keeps cookies; Strict ones are not shown on the way back."""

    def __init__(self, world):
        self.world = world
        self.jar = http.cookiejar.CookieJar()
        context = ssl.create_default_context(cafile=str(world.certificate))
        context.load_verify_locations(world.idp.ca)
        nothing = type("Stay", (urllib.request.HTTPRedirectHandler,), {"redirect_request": lambda *_: None})
        self.opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), urllib.request.HTTPCookieProcessor(self.jar), nothing)

    def ask(self, url, body=None, **headers):
        request = urllib.request.Request(url, body, {k.replace("_", "-"): v for k, v in headers.items()})
        try:
            answer = self.opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        return answer.status, answer.headers, answer.read()

    @property
    def base(self):
        return f"https://localhost:{self.world.port}"

    def set_out(self, **more):
        status, _, body = self.ask(f"{self.base}/api/v1/providers/login/sign-in", json.dumps(more).encode(), Content_Type="application/json",
                                   **({"Halligan_CSRF": self.csrf} if more.get("purpose") else {}))
        assert status == 201, body
        return json.loads(body)["url"]

    def sign_in(self, user, code=CODE, url=None):
        """Where the console is sent in the end."""
        url = url or self.set_out()
        for _ in range(12):
            status, headers, body = self.ask(url)
            if status == 200 and b"<form" in body:
                form = urllib.parse.urlencode({"user": user, "password": "there", "code": code}).encode()
                status, headers, body = self.ask(url, form, Content_Type="application/x-www-form-urlencoded")
            assert status in (302, 303), (status, url, body[:300])
            url = urllib.parse.urljoin(url, headers["Location"])
            if urllib.parse.urlsplit(url).path.startswith("/console"):
                return url.removeprefix(self.base)
        raise AssertionError("the way does not end")

    def session(self):
        status, _, body = self.ask(f"{self.base}/api/v1/session", Sec_Fetch_Site="same-origin")
        if status != 200:
            return None
        shown = json.loads(body)
        self.csrf = shown["csrf"]
        return shown

    def api(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json", "Halligan-CSRF": self.csrf}, method=method)
        try:
            answer = self.opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        return answer.status, answer.read()


def opened(world, user="d.one"):
    browser = Browser(world)
    assert browser.sign_in(user) == "/console/"
    assert browser.session()["staff"] == user
    return browser


def break_glass(browser, patient="p-000002"):
    status, body = browser.api("POST", f"/api/v1/charts/{patient}/open", {})
    grant = next(g for g in json.loads(body)["offer"]["grants"] if g["rule"] == "system-support")
    details = [{"prompt": prompt, "answer": "a word about it"} for prompt in grant["bill"]["prompts"]]
    status, body = browser.api("POST", f"/api/v1/charts/{patient}/break", {"reason": "system-support", "details": details})
    assert status == 201, body
    return json.loads(body)["glass"]


def test_B01_two_factors_there_open_a_session_here_with_the_roles_of_the_groups(world):
    browser = opened(world)
    assert browser.session()["roles"] == ["it-support"]
    assert break_glass(browser)
    assert browser.api("GET", "/fhir/Patient/p-000002")[0] == 200
    line = next(p for p in world.admin.api("GET", "/staff", ok=200).json if p["staff"] == "d.one")
    assert line["can_break"] is True and [w["way"] for w in line["ways"]] == ["provider", "vouched"][:len(line["ways"])]
    assert line["given_by"][0]["groups"] == ["Service desk"]


def test_B01_one_factor_or_nobody_or_a_wrong_password_opens_nothing(world):
    for user, code, word in (("d.one.factor", "", "one-factor"), ("no.body", CODE, "nobody")):
        browser = Browser(world)
        assert browser.sign_in(user, code) == f"/console/?provider={word}"
        assert browser.session() is None


def test_B01_a_step_up_asks_there_anew(world):
    browser = opened(world)
    before = browser.session()["proof_at"]
    url = browser.set_out(purpose="step-up")
    assert "max_age=0" in url
    assert browser.sign_in("d.one", url=url) == "/console/"
    assert browser.session()["proof_at"] >= before
    # Somebody else's factors there do not step anybody up.
    other = opened(world, "d.two")
    other.jar.clear(domain="127.0.0.1")
    url = other.set_out(purpose="step-up")
    assert other.sign_in("d.one", url=url) == "/console/?provider=nobody"


def test_B03_a_logout_there_ends_the_session_and_its_glass_here(world):
    browser = opened(world, "d.two")
    glass = break_glass(browser)
    assert browser.api("GET", "/fhir/Patient/p-000002")[0] == 200
    world.idp.control(end_session_of="d.two")
    assert browser.api("GET", "/fhir/Patient/p-000002")[0] == 401
    assert browser.session() is None
    assert glass not in world.admin.api("GET", "/glass", ok=200).body.decode()


def test_keys_that_are_changed_there_are_followed(world):
    opened(world)
    world.idp.control(rotate_keys=True)
    assert until("the new keys are taken", lambda: Browser(world).sign_in("d.one") == "/console/", 30, 2)


def through(world, user="d.one", visitor=None):
    """Where Halligan sends a browser that comes back from the provider."""
    browser = Browser(world)
    back = world.idp.login(browser.set_out(), user, visitor)
    assert back.startswith(f"{browser.base}/api/v1/providers/login/callback?code="), back
    status, headers, _ = browser.ask(back)
    assert status == 303
    return headers["Location"], browser.session()


@pytest.mark.parametrize("alter", ["audience", "issuer", "nonce", "no_nonce", "expired", "no_expiry", "future", "old", "none", "hmac", "key",
                                   "unknown_key", "signature", {"claims": {"sub": None}}, {"claims": {"azp": "another-client"}}], ids=str)
def test_B01_a_token_that_no_provider_should_sign_opens_nothing(world, alter):
    world.idp.control(alter=alter)
    try:
        assert through(world) == ("/console/?provider=refused", None)
    finally:
        world.idp.control(alter=None)


def test_B01_after_hostile_tokens_a_good_one_opens(world):
    where, session = through(world)
    assert where == "/console/" and session["staff"] == "d.one"


def test_B01_another_subject_by_the_same_name_is_nobody(world):
    opened(world)
    world.idp.control(alter={"claims": {"sub": "somebody-else"}})
    try:
        assert through(world) == ("/console/?provider=nobody", None)
    finally:
        world.idp.control(alter=None)


@pytest.mark.parametrize("alter", ["audience", "issuer", "nonce", "future", "old", "none", "hmac", "key", "signature", {"claims": {"events": None}}], ids=str)
def test_B03_a_logout_that_no_provider_should_sign_ends_nothing(world, alter):
    browser, visitor = Browser(world), world.idp.visitor()
    browser.ask(world.idp.login(browser.set_out(), "d.two", visitor))
    assert browser.session()["staff"] == "d.two"
    world.idp.control(alter_logout=alter)
    try:
        told = world.idp.control(end_session_of="d.two")["told"]
    finally:
        world.idp.control(alter_logout=None)
    assert told and all(one["status"] == 400 for one in told)
    assert browser.session()["staff"] == "d.two"


def test_B08_slow_or_gone_it_is_said_so_and_own_factors_open(world):
    opened(world)
    secrets_of = enrolled(world, "d.one")
    refused = Client(world).api("POST", "/sessions", {"user": "d.one", "password": secrets_of.password, "code": secrets_of.code()}, ok=401)
    assert "sign in by that" in refused.json["detail"]
    world.idp.control(slow_seconds=8)
    try:
        until("a slow provider counts as down", lambda: state(world) == (False, "slow"), 60, 1)
        answer = Client(world).api("POST", "/sessions", {"user": "d.one", "password": secrets_of.password, "code": secrets_of.code()}, ok=201)
        person = Client(world, answer.json["token"], "d.one")
        assert person.break_glass("p-000002", "system-support").json["glass"]
        assert person.fhir("GET", "Patient/p-000002").status == 200
    finally:
        world.idp.control(slow_seconds=0)
    until("it answers again", lambda: state(world)[0], 60, 1)
    world.idp.control(down=True)
    until("a provider that is gone counts as down", lambda: state(world)[0] is False, 60, 1)
    world.idp.control(down=False)
    until("it answers again", lambda: state(world)[0], 60, 1)
    world.wait()
    assert Browser(world).sign_in("d.one") == "/console/"


def state(world):
    (one,) = world.admin.api("GET", "/sources", ok=200).json
    return one["up"], one["why"]


def enrolled(world, who):
    import base64

    from halligan_world import Secrets
    made = Secrets("a long enough password", "")
    world.admin.api("PUT", f"/staff/{who}/password", {"password": made.password}, ok=204)
    made.totp = world.admin.api("POST", f"/staff/{who}/totp", {}, ok=201).json["secret"]
    assert base64.b32decode(made.totp)
    return made
