"""The console as it is served, and a browser's session, over the wire."""

import re
import subprocess

import pytest

from halligan_world import Client


@pytest.fixture(scope="module")
def browser(world):
    """Cookie and csrf of somebody who signed in as a browser does."""
    world.enrol("p.lind")
    secrets = world.secrets["p.lind"]
    answer = Client(world).api("POST", "/sessions", {"user": "p.lind", "password": secrets.password,
                                                     "code": secrets.code(world.now), "cookie": True}, ok=201)
    assert "token" not in answer.json
    pair, *rest = answer.headers["Set-Cookie"].split("; ")
    assert rest == ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"]
    return {"Cookie": pair, "Halligan-CSRF": answer.json["csrf"]}


def unpacked(body):
    """Brotli by Node, which Debian has no Python for."""
    script = "process.stdout.write(require('zlib').brotliDecompressSync(require('fs').readFileSync(0)))"
    return subprocess.run(["node", "-e", script], input=body, capture_output=True, check=True).stdout


def test_the_page_and_all_that_it_names_are_there(world):
    nobody = Client(world)
    door = nobody.request("GET", "/")
    assert (door.status, door.headers["Location"]) == (302, "/console/")
    page = nobody.request("GET", "/console/")
    assert page.status == 200 and page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert nobody.request("GET", "/console/find").body == page.body
    again = nobody.request("GET", "/console/", headers={"If-None-Match": page.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    text = page.body.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|https?://", text), "nothing that its policy forbids"
    named = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert any(n.endswith(".js") for n in named) and any(n.endswith(".css") for n in named)
    for name in named:
        plain = nobody.request("GET", name)
        assert plain.status == 200 and "immutable" in plain.headers["Cache-Control"], name
        assert "Content-Encoding" not in plain.headers
        small = nobody.request("GET", name, headers={"Accept-Encoding": "gzip, br"})
        assert small.headers["Content-Encoding"] == "br" and len(small.body) < len(plain.body), name
        assert unpacked(small.body) == plain.body, name
        head = nobody.request("HEAD", name)
        assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(plain.body)))


def test_every_chunk_that_a_script_names_is_there(world):
    nobody = Client(world)
    seen, todo = set(), set(re.findall(r'src="([^"]+\.js)"', nobody.request("GET", "/console/").body.decode()))
    while todo:
        name = todo.pop()
        seen.add(name)
        answer = nobody.request("GET", name)
        assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/javascript"), name
        todo |= {f"/console/assets/{n}" for n in re.findall(r'"\./([\w.-]+\.js)"', answer.body.decode())} - seen
    assert len(seen) > 3


@pytest.mark.parametrize("path,status", [
    ("/console/assets/nothing.js", 404), ("/console/assets", 404), ("/console/assets/index.html", 404),
    ("/console/assets/../../x", 400), ("/console/assets/%2e%2e/%2e%2e/x", 400), ("/console/..%2f..%2fetc%2fpasswd", 400),
    ("/console/%00", 400), ("/console//", 400), ("/console/assets/", 400)])
def test_nothing_else_is_served(world, path, status):
    answer = Client(world).request("GET", path)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json" and answer.headers["Cache-Control"] == "no-store"


def test_a_cookie_reads_a_record_only_with_what_goes_with_it(world, browser):
    nobody = Client(world)
    assert nobody.fhir("GET", "Patient/p-000001", headers=browser, ok=200).receipt is not None
    for headers in ({"Cookie": browser["Cookie"]}, {"Halligan-CSRF": browser["Halligan-CSRF"]},
                    {**browser, "Authorization": "Bearer nonsense"},
                    {"Cookie": browser["Cookie"], "Sec-Fetch-Site": "same-origin"}):
        refused = nobody.fhir("GET", "Patient/p-000001", headers=headers, ok=401)
        assert b"p-000001" not in refused.body
    assert nobody.api("GET", "/session", headers={"Cookie": browser["Cookie"], "Sec-Fetch-Site": "same-origin"},
                      ok=200).json["csrf"] == browser["Halligan-CSRF"]


def test_a_large_body_by_cookie_is_admitted_and_without_what_goes_with_it_is_not(world, browser):
    body = {"padding": "x" * 20_000}
    assert Client(world).api("POST", "/charts/p-000001/break", body, headers=browser).status == 400
    alone = {"Cookie": browser["Cookie"]}
    assert Client(world).api("POST", "/charts/p-000001/break", body, headers=alone).status == 401
    assert Client(world).request("POST", "/fhir/Observation", {"padding": "x" * 20_000}, headers=alone).status == 401


def test_an_id_in_a_header_is_in_no_url(world, browser):
    opened = Client(world).request("POST", "/api/v1/charts/~/open", {}, headers={**browser, "Halligan-Patient": "p-000001"})
    assert opened.status == 200 and opened.json["verdict"] == "permit"
    assert Client(world).request("POST", "/api/v1/charts/~/open", {}, headers=browser).status == 400


def test_signing_out_takes_the_cookie_away(world, browser):
    gone = Client(world).api("DELETE", "/session", headers=browser, ok=204)
    assert gone.headers["Set-Cookie"] == "__Host-halligan=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"
    Client(world).fhir("GET", "Patient/p-000001", headers=browser, ok=401)
