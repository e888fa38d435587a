"""Clients that show a certificate when they connect (serve --ask-certificates), from outside: B01, B02; RFC 8705."""

import http.client
import json

import pytest

from halligan_tls import Authority, hash_of
from halligan_world import Client, World


class Asking(World):
    serve_options = ("--ask-certificates",)

    def serve(self):
        from halligan_world import free_port
        self.port = self.port or free_port()
        self.serve_options = ("--ask-certificates", "--public-url", f"https://localhost:{self.port}")
        super().serve()


WORLD = Asking


class Holder(Client):
    """A client whose connections show a certificate."""

    def __init__(self, world, shown, token=None, staff=None):
        super().__init__(_With(world, shown), token, staff)
        self.of = world


class _With:
    """The world, but for its connections."""

    def __init__(self, world, shown):
        self._world, self._shown = world, shown

    def __getattr__(self, name):
        return getattr(self._world, name)

    def connection(self, timeout=60):
        context = self._world.tls()
        if self._shown:
            context.load_cert_chain(*self._shown)
        return http.client.HTTPSConnection("127.0.0.1", self._world.port, timeout=timeout, context=context)


@pytest.fixture(scope="module")
def cards(tmp_path_factory):
    """Two certificates of one authority, and one of another in the same name."""
    folder = tmp_path_factory.mktemp("certificates")
    ours, theirs = Authority(folder / "ours"), Authority(folder / "theirs")
    return {"desk": ours.issue("desk"), "cart": ours.issue("cart"), "old": ours.issue("old", days=-1), "forged": theirs.issue("desk")}


@pytest.fixture(scope="module")
def desk(world, cards):
    world.admin.api("PUT", "/terminals/t-desk", {"place": "ward-a", "use": "workstation", "active": True})
    world.admin.api("PUT", "/terminals/t-desk/certificate", {"certificate": cards["desk"][0].read_text()}, ok=200)
    return "t-desk"


def sign_in(world, shown, who):
    if who not in world.enrolled:
        world.enrol(who)
    secrets = world.secrets[who]
    answer = Holder(world, shown).api("POST", "/sessions", {"user": who, "password": secrets.password, "code": secrets.code(world.now)}, ok=201)
    return Holder(world, shown, answer.json["token"], who), answer.json


def test_B01_a_terminal_is_known_by_the_very_certificate(world, cards, desk):
    who = world.hire("it-support").staff
    _, opened = sign_in(world, cards["desk"], who)
    assert (opened["terminal"], opened["place"]) == (desk, "ward-a")
    entry = next(e for e in reversed(world.entries("session-opened")) if e["session"] == opened["session"])
    assert entry["terminal"] == desk and entry["place"] == "ward-a"


@pytest.mark.parametrize("shown", ["cart", "forged", "old", None])
def test_B01_any_other_certificate_is_an_unknown_place(world, cards, desk, shown):
    who = world.hire("it-support").staff
    _, opened = sign_in(world, cards[shown] if shown else None, who)
    assert opened["terminal"] is None and opened["place"] is None


def test_B01_one_that_is_over_by_its_dates_is_known_until_it_is_taken_away(world, cards):
    """As docs/operate/identity.md says: no authority is asked, and no clock."""
    world.admin.api("PUT", "/terminals/t-old", {"place": "ward-c", "use": "workstation", "active": True})
    world.admin.api("PUT", "/terminals/t-old/certificate", {"certificate": cards["old"][0].read_text()}, ok=200)
    who = world.hire("it-support").staff
    assert sign_in(world, cards["old"], who)[1]["place"] == "ward-c"
    world.admin.api("PUT", "/terminals/t-old", {"place": "ward-c", "use": "workstation", "active": False})
    assert sign_in(world, cards["old"], who)[1]["place"] is None, "out of use it is no place"
    world.admin.api("DELETE", "/terminals/t-old/certificate", ok=200)


def test_B01_one_that_is_taken_away_is_no_place_any_more(world, cards):
    world.admin.api("PUT", "/terminals/t-cart", {"place": "ward-b", "use": "workstation", "active": True})
    world.admin.api("PUT", "/terminals/t-cart/certificate", {"certificate": hash_of(cards["cart"][0])}, ok=200)
    who = world.hire("it-support").staff
    person, opened = sign_in(world, cards["cart"], who)
    assert opened["place"] == "ward-b"
    world.admin.api("DELETE", "/terminals/t-cart/certificate", ok=200)
    assert person.request("GET", "/api/v1/session").status == 401, "sessions that it opened end with it"
    assert sign_in(world, cards["cart"], who)[1]["place"] is None


def test_B02_a_credential_for_a_glass_is_bound_to_the_certificate_of_its_connection(world, cards, desk):
    who = world.hire("it-support").staff
    person, _ = sign_in(world, cards["desk"], who)
    glass = person.break_glass("p-000002", "system-support").json
    token = glass["credential"]["access_token"]
    assert glass["credential"]["token_type"] == "Bearer"

    def reads(shown):
        return Holder(world, shown, token).request("GET", "/fhir/Patient/p-000002").status

    assert reads(cards["desk"]) == 200
    for other in (cards["cart"], cards["forged"], cards["old"], None):
        assert reads(other) == 401
    system = world.hire("interface")
    shown = system.request("POST", "/oauth2/introspect", f"token={token}", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert list(shown.json["cnf"]) == ["x5t#S256"], shown
    assert Holder(world, cards["desk"], token).request("GET", "/fhir/Patient/p-000003").status in (403, 404)
    person.api("POST", f"/glass/{glass['glass']}/close", {}, ok=200)
    assert reads(cards["desk"]) == 401
    assert json.dumps(world.entries("token-made")[-1]["bound"]).startswith('"x5t#S256:')
