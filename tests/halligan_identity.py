"""halligan_identity.py - the demo's OpenID provider for tests from outside, and a visitor who signs in there without a browser.

    provider = IdentityProvider(folder, clients=[client_of(base, "login", secret="between the two")], accounts=[...]).start()
    back = provider.login(url, "a.osei")     # url: where Halligan sends a browser; back: where the provider sends it then
    provider.control(alter="expired")        # demo/README.md names the controls
"""

import html.parser
import http.cookiejar
import json
import ssl
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from halligan_paths import DEMO
from halligan_world import start, stop

PASSWORD, MFA, KEY = (f"urn:halligan:demo:{name}" for name in ("password", "mfa", "key"))


def client_of(base, name, client="halligan", secret=None):
    """Halligan at `base`, whose policy calls the provider `name`."""
    at = f"{base}/api/v1/providers/{name}"
    return {"client_id": client, "redirect_uris": [f"{at}/callback"], "backchannel_logout_uri": f"{at}/logout",
            **({"client_secret": secret} if secret else {})}


class IdentityProvider:
    """`options` are those of serve() in demo/identity-provider.mjs: port, host, plain, algorithm, second_factor, trust."""

    def __init__(self, folder, **options):
        self.folder, self.options = folder, options
        self.process = self.issuer = self.ca = None

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        config, log = self.folder / "identity.json", self.folder / "identity.log"
        config.write_text(json.dumps({"tls": str(self.folder / "identity-tls"), **self.options}, default=str))
        with open(log, "ab") as errors:
            self.process = start(["node", str(DEMO / "identity-provider.mjs"), "--config", str(config)], stdout=subprocess.PIPE, stderr=errors)
        line = self.process.stdout.readline()
        assert line.startswith(b"{"), f"the identity provider did not start: {log.read_text()}"
        ready = json.loads(line)
        self.issuer, self.ca, self._door, self._token = ready["issuer"], ready["ca"], ready["control"], ready["control_token"]
        self.options["port"] = urllib.parse.urlsplit(self.issuer).port  # the same after a restart
        return self

    def stop(self):
        if self.process is not None:
            stop(self.process)

    def control(self, **message):
        """Tells it to misbehave; without words it is asked what there is."""
        body = json.dumps(message).encode() if message else None
        request = urllib.request.Request(self._door, body, {"Authorization": f"Bearer {self._token}"})
        try:
            return json.loads(urllib.request.urlopen(request, timeout=30).read())
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{message}: {error.read().decode()}") from error

    def visitor(self):
        return Visitor(self)

    def login(self, url, user, visitor=None, **typed):
        """The address with code and state to which the provider sends the browser in the end."""
        return (visitor or self.visitor()).login(url, user, **typed)


class Visitor:
    """Keeps cookies and checks TLS, as a browser does. One of them is signed in until the provider forgets it."""

    def __init__(self, provider):
        self.provider, self.jar = provider, http.cookiejar.CookieJar()
        stay = type("Stay", (urllib.request.HTTPRedirectHandler,), {"redirect_request": lambda *_: None})
        tls = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=provider.ca))
        self.opener = urllib.request.build_opener(tls, urllib.request.HTTPCookieProcessor(self.jar), stay, urllib.request.ProxyHandler({}))

    def ask(self, url, form=None):
        body = urllib.parse.urlencode(form).encode() if form is not None else None
        try:
            return self.opener.open(urllib.request.Request(url, body), timeout=30)
        except urllib.error.HTTPError as answer:
            return answer

    def login(self, url, user, password=None, code=None, cancel=False):
        """What is not said is typed as it is right. A page that comes twice refused it: AssertionError."""
        known = next((one for one in self.provider.control()["accounts"] if one["user"] == user), {})
        typed = {"user": user, "password": known.get("password", "") if password is None else password,
                 "code": known.get("code", "") if code is None else code, **({"cancel": "yes"} if cancel else {})}
        answer, answered = self.ask(url), False
        for _ in range(12):
            if answer.headers.get("Location"):
                url = urllib.parse.urljoin(url, answer.headers["Location"])
                if not url.startswith(self.provider.issuer + "/"):
                    return url
                answer = self.ask(url)
                continue
            form = Form.of(answer.read().decode())
            assert form and answer.status < 400 and not (answered and "user" in form.fields), f"{answer.status} at {url}"
            answered = answered or "user" in form.fields
            url = urllib.parse.urljoin(url, form.action)
            answer = self.ask(url, {**form.fields, **typed} if "user" in form.fields else form.fields)
        raise AssertionError(f"no end of pages at {url}")


class Form(html.parser.HTMLParser):
    """The first form of a page and what it would send."""

    def __init__(self):
        super().__init__()
        self.action, self.fields, self.seen = "", {}, False

    @classmethod
    def of(cls, page):
        form = cls()
        form.feed(page)
        return form if form.seen else None

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag == "form" and not self.seen:
            self.seen, self.action = True, said.get("action") or ""
        elif tag == "input" and said.get("name"):
            self.fields[said["name"]] = said.get("value") or ""
