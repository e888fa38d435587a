"""Signing in by the password of a real directory (slapd), from outside: B01, B03, B08, A09."""

import base64
import json
import re
import secrets as random
import socket
import subprocess
import threading
import time

import pytest

from halligan_tls import Authority
from halligan_world import DEMO, Client, Secrets, World, edited, free_port, start, stop, totp, until

SEARCHES = "the account that searches"

PEOPLE = """dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=people,dc=example,dc=org
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=org
objectClass: organizationalUnit
ou: groups

dn: cn=halligan,dc=example,dc=org
objectClass: person
cn: halligan
sn: halligan
userPassword: the account that searches

dn: cn=Dora (ED)\\2C *,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: l.dora
cn: Dora (ED), *
sn: Dora
userPassword: Gänse)(uid=*

dn: uid=l.nils,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: l.nils
cn: Nils
sn: Nils
userPassword: of nils there

dn: uid=l.twin,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: l.twin
cn: Twin
sn: One
userPassword: of one twin

dn: cn=other twin,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: l.twin
cn: other twin
sn: Two
userPassword: of one twin

dn: uid=l.moves,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: l.moves
cn: Moves
sn: Moves
userPassword: of moves there

dn: uid=l.leaves,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: l.leaves
cn: Leaves
sn: Leaves
userPassword: of leaves there

dn: uid=l.guessed,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: l.guessed
cn: Guessed
sn: Guessed
userPassword: of guessed there

dn: uid=l.locked,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: l.locked
cn: Locked
sn: Locked
userPassword: of locked there

dn: cn=Desk team,ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: Desk team
member: cn=Dora (ED)\\2C *,ou=people,dc=example,dc=org

dn: cn=Service desk,ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: Service desk
member: cn=Desk team,ou=groups,dc=example,dc=org
member: uid=l.moves,ou=people,dc=example,dc=org
member: uid=l.leaves,ou=people,dc=example,dc=org
"""

# Each letter means something in a filter, in a DN, or in JSON; groups are named by their whole DN.
AWKWARD, AWKWARD_PASSWORD = "j\\rgen*(ü), o'neil+\"x\"", "pä$$ \"w)ö(rd*\\ ,#+;<=> 漢 \U0001f511"
AWKWARD_GROUP = "cn=Ward\\2C (A) *,ou=groups,dc=example,dc=org"


class Slapd:
    def __init__(self, folder):
        self.authority = Authority(folder, "ldap-ca")
        certificate, key = self.authority.issue("ldap")
        self.folder, self.process, self.root = folder, None, random.token_hex(16)
        self.tls, self.plain = free_port(), free_port()
        (folder / "db").mkdir()
        (folder / "people.ldif").write_text(PEOPLE)
        (folder / "slapd.conf").write_text(f"""include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCACertificateFile {self.authority.ca}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
database mdb
maxsize 10485760
suffix "dc=example,dc=org"
rootdn "cn=root,dc=example,dc=org"
rootpw {self.root}
directory {folder / "db"}
access to attrs=userPassword by anonymous auth
access to * by users read
""")
        subprocess.run(["slapadd", "-f", folder / "slapd.conf", "-l", folder / "people.ldif"], check=True, capture_output=True)

    @property
    def ldaps(self):
        return f"ldaps://127.0.0.1:{self.tls}"  # of localhost libldap asks for this machine's own name

    @property
    def ldap(self):
        return f"ldap://127.0.0.1:{self.plain}"

    def start(self):
        with open(self.folder / "slapd.log", "ab") as log:
            self.process = start(["slapd", "-f", str(self.folder / "slapd.conf"), "-h", f"{self.ldaps} {self.ldap}", "-d", "stats"], stdout=log, stderr=log)
        until("slapd answers", lambda: subprocess.run(["ldapsearch", "-x", "-H", self.ldap, "-b", "", "-s", "base"], capture_output=True).returncode == 0)
        return self

    def stop(self):
        stop(self.process)

    def heard(self, since=0):
        """What it was asked, by its own log."""
        return (self.folder / "slapd.log").read_text(errors="replace")[since:]

    def change(self, dn, *lines, kind="modify"):
        kept = self.folder / "root"
        kept.touch(0o600)
        kept.write_text(self.root)
        ldif = "\n".join([line_of("dn", dn), f"changetype: {kind}", *lines, ""])
        done = subprocess.run(["ldapmodify", "-x", "-H", self.ldap, "-D", "cn=root,dc=example,dc=org", "-y", str(kept)], input=ldif, text=True,
                              capture_output=True)
        assert done.returncode == 0, f"{ldif}: {done.stderr}"


def line_of(name, value):
    return f"{name}:: {base64.b64encode(value.encode()).decode()}"


def policy(url, locked_after=20, guesses=100):
    return edited((DEMO / "policy.toml").read_text(), ("after  = 20", f"after  = {locked_after}")) + f"""
[[provisioning]]
name = "hr"

[[group]]
from = "ldap"
name = {json.dumps(AWKWARD_GROUP)}
roles = ["nurse"]

[[directory]]
name = "ldap"
url = "{url}"
bind = "cn=halligan,dc=example,dc=org"
people = "ou=people,dc=example,dc=org"
person = "uid"
groups = "ou=groups,dc=example,dc=org"
nested = "walk"
guesses = {guesses}

[[group]]
from = "ldap"
name = "Service desk"
roles = ["it-support"]

[sign_in]
own = "when-down"
"""


class Hospital(World):
    """A world whose policy names a directory of its own, asked over LDAPS."""

    scheme = "ldaps"

    def __init__(self, folder, hospital, policy=None, **more):
        self.directory = Slapd(folder / "slapd").start()
        super().__init__(folder, hospital, policy=globals()["policy"](getattr(self.directory, self.scheme)), **more)
        self.serve_options = ("--identity-ca", str(self.directory.authority.ca))

    def start(self, load=False):
        super().start(load=False)
        self.admin.api("PUT", "/sources/ldap/secret", {"secret": SEARCHES}, ok=204)
        for who in ("l.dora", "l.nils", "l.twin", "l.moves", "l.leaves", "l.guessed", "l.locked"):
            self.people[who] = {"id": who, "name": f"Name of {who}", "roles": [], "department": "testing"}
            self.enrol(who)
        return self

    def stop(self):
        self.directory.stop()
        super().stop()


WORLD = Hospital


@pytest.fixture(autouse=True)
def _up(world):
    """Each test finds it answering."""
    until("the directory counts as up", lambda: state(world)[0], 60, 0.5)


def state(world):
    shown = next(each for each in world.admin.api("GET", "/sources", ok=200).json if each["source"] == "ldap")
    return shown["up"], shown["why"]


def sign_in(world, user, password, ok=201, who=None):
    """With the right code; one that opened nothing is not used up."""
    secrets = world.secrets[who or user]

    def tried():
        code = secrets.code(world.now) if ok == 201 else totp(secrets.totp, int(world.now() // 30))
        answer = Client(world).api("POST", "/sessions", {"user": user, "password": password, "code": code})
        return answer if answer.status != 429 else time.sleep(min(2, int(answer.headers["Retry-After"])))
    answer = until("nobody is put off any more for what was guessed before", tried, 60, 0.1)
    assert answer.status == ok, answer
    return answer


def way_of(world, answer):
    return next(e for e in reversed(world.entries("session-opened")) if e["session"] == answer.json["session"])


def test_B01_its_password_opens_with_our_code_and_nested_groups_give_roles(world):
    answer = sign_in(world, "l.dora", "Gänse)(uid=*")
    assert answer.json["staff"] == "l.dora" and answer.json["roles"] == ["it-support"], "the answer knows what the groups have just given"
    assert way_of(world, answer)["provider"] == "ldap"
    line = next(p for p in world.admin.api("GET", "/staff", ok=200).json if p["staff"] == "l.dora")
    assert line["roles"] == ["it-support"] and line["own_roles"] == [] and line["given_by"][0]["source"] == "ldap"
    person = Client(world, answer.json["token"], "l.dora")
    assert person.break_glass("p-000002", "system-support").json["glass"]
    # The password alone is nothing.
    wrong = Client(world).api("POST", "/sessions", {"user": "l.dora", "password": "Gänse)(uid=*", "code": "000000"})
    assert wrong.status == 401


@pytest.mark.parametrize("user,password", [
    ("l.nils", "not it"), ("l.nils", " "), ("l.nils", "*"), ("l.nils", "Gänse)(uid=*"), ("*", "of nils there"), ("l.*", "of nils there"),
    ("l.nils)(uid=*", "of nils there"), ("L.NILS", "of nils there"), (" l.nils", "of nils there"), ("uid=l.nils,ou=people,dc=example,dc=org", "of nils there"),
    ("cn=halligan,dc=example,dc=org", SEARCHES), ("halligan", SEARCHES), ("l.twin", "of one twin")])
def test_B01_what_is_not_their_name_and_password_opens_nothing(world, user, password):
    who = user if user in world.secrets else "l.nils"
    assert sign_in(world, user, password, ok=401, who=who).json["title"]
    assert state(world) == (True, None), "nobody's guess takes the directory away"


def test_B01_an_empty_password_is_nobodys(world):
    """A bind without a password is one without a name: a directory lets it in (RFC 4513 5.1.2)."""
    answer = Client(world).api("POST", "/sessions", {"user": "l.nils", "password": "", "code": totp(world.secrets["l.nils"].totp, int(world.now() // 30))})
    assert answer.status in (400, 401), answer


def test_B08_gone_or_silent_own_passwords_open_and_it_is_recorded(world):
    sign_in(world, "l.nils", "of nils there")
    own = world.secrets["l.nils"].password
    refused = sign_in(world, "l.nils", own, ok=401)
    assert refused.status == 401
    world.directory.stop()
    try:
        until("it counts as down", lambda: state(world) == (False, "unreachable"), 60, 0.5)
        answer = sign_in(world, "l.nils", own)
        assert "provider" not in way_of(world, answer), "which way was used is recorded"
        assert world.entries("provider-seen")[-1]["why"] == "unreachable"
        # One that takes connections and says nothing.
        with socket.create_server(("127.0.0.1", world.directory.tls)) as silent:
            held, over = [], threading.Event()

            def take():
                silent.settimeout(0.2)
                while not over.is_set():
                    try:
                        held.append(silent.accept()[0])
                    except OSError:
                        pass
            taker = threading.Thread(target=take, daemon=True)
            taker.start()
            try:
                until("it counts as slow", lambda: state(world) == (False, "slow"), 60, 0.5)
                assert sign_in(world, "l.nils", own).status == 201
            finally:
                over.set()
                taker.join()
                for each in held:
                    each.close()
    finally:
        world.directory.start()
    until("it is back", lambda: state(world)[0], 60, 0.5)
    assert sign_in(world, "l.nils", own, ok=401)
    assert sign_in(world, "l.nils", "of nils there").status == 201


def test_A09_guesses_at_it_are_counted_here(world):
    """Whoever guesses at a directory's password through us locks it here, never there."""
    since = world.size()
    refused = [sign_in(world, "l.dora", f"guess {n}", ok=401).status for n in range(3)]
    assert refused == [401] * 3
    kept = [e for e in world.entries("sign-in-refused", since=since) if e.get("staff") == "l.dora"]
    assert kept and {e["why"] for e in kept} == {"password"}, "each is counted as a guess at it"
    assert sign_in(world, "l.dora", "Gänse)(uid=*").status == 201


def put_in_force(world, text):
    version = world.admin.api("POST", "/policy/proposals", {"text": text, "note": "for a test"}, ok=201).json["version"]
    world.sign_in("adm.moreau").api("POST", f"/policy/proposals/{version}/sign", {}, ok=200)


def test_B01_over_starttls_as_over_ldaps(world):
    before = len(world.directory.heard())
    put_in_force(world, policy(world.directory.ldap))
    try:
        answer = sign_in(world, "l.nils", "of nils there")
        assert way_of(world, answer)["provider"] == "ldap"
        assert sign_in(world, "l.nils", "not it", ok=401)
    finally:
        put_in_force(world, policy(world.directory.ldaps))
    asked = world.directory.heard(before).splitlines()
    connection = re.compile(r"conn=\d+")

    def of(what, more=""):
        return {connection.search(line)[0] for line in asked if what in line and more in line}

    started, bound, over_tls = of("STARTTLS"), of(" BIND dn=", "l.nils"), of("TLS established")
    assert started and bound and bound <= over_tls, "no password goes over a connection without TLS"


def test_B01_letters_that_mean_something_elsewhere_mean_nothing_in_names_and_passwords(world):
    """Whom HR calls by such a name signs in by it; their group is named by its whole DN."""
    hr = Client(world, world.admin.api("PUT", "/provisioning/hr", {}, ok=201).json["token"])
    made = hr.request("POST", "/scim/v2/Users", json.dumps({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": AWKWARD, "active": True}),
                      headers={"Content-Type": "application/scim+json"})
    assert made.status == 201, made
    who = made.json["id"]
    world.secrets[who] = Secrets("", world.admin.api("POST", f"/staff/{who}/totp", {}, ok=201).json["secret"])
    dn = "cn=awkward,ou=people,dc=example,dc=org"
    world.directory.change(dn, "objectClass: inetOrgPerson", "cn: awkward", "sn: Awkward", line_of("uid", AWKWARD),
                           line_of("userPassword", AWKWARD_PASSWORD), kind="add")
    world.directory.change(AWKWARD_GROUP, "objectClass: groupOfNames", line_of("cn", "Ward, (A) *"), f"member: {dn}", kind="add")
    answer = sign_in(world, AWKWARD, AWKWARD_PASSWORD, who=who)
    assert (answer.json["staff"], answer.json["roles"]) == (who, ["nurse"])
    for wrong in (AWKWARD_PASSWORD[:-1], AWKWARD_PASSWORD.replace("*", "?")):
        sign_in(world, AWKWARD, wrong, ok=401, who=who)
    sign_in(world, AWKWARD.replace("*", ""), AWKWARD_PASSWORD, ok=401, who=who)


def test_A09_a_password_that_is_locked_here_is_not_tried_there(world):
    who, right = "l.guessed", "of guessed there"
    put_in_force(world, policy(world.directory.ldaps, locked_after=4))
    for n in range(4):
        sign_in(world, who, f"guess {n}", ok=401)
    locked = [e for e in world.entries("password-locked") if e["person"] == who]
    assert len(locked) == 1 and locked[0]["failures"] == 4
    before = len(world.directory.heard())
    sign_in(world, who, right, ok=401)  # right or wrong, nobody learns which
    assert "l.guessed" not in world.directory.heard(before), "so nobody locks them out of the directory through us"
    world.admin.api("POST", f"/staff/{who}/unlock", {}, ok=204)
    sign_in(world, who, right)
    put_in_force(world, policy(world.directory.ldaps))


def test_A09_guesses_through_us_do_not_lock_the_account_there(world):
    """A directory that locks after five is asked about two from unknown places, one after the other."""
    who, right = "l.locked", "of locked there"
    put_in_force(world, policy(world.directory.ldaps, guesses=4))
    before = len(world.directory.heard())

    def guess(n):
        code = totp(world.secrets[who].totp, int(world.now() // 30))
        assert Client(world).api("POST", "/sessions", {"user": who, "password": f"guess {n}", "code": code}).status in (401, 429)
    guesses = [threading.Thread(target=guess, args=(n,)) for n in range(30)]
    for each in guesses:
        each.start()
    for each in guesses:
        each.join()
    binds = [line for line in world.directory.heard(before).splitlines() if " BIND dn=" in line and who in line and "method=" in line]
    assert 1 <= len(binds) <= 2, binds
    for n in range(2):
        sign_in(world, who, f"another {n}", ok=401)
    before = len(world.directory.heard())
    sign_in(world, who, right, ok=401)
    assert who not in world.directory.heard(before)
    world.admin.api("POST", f"/staff/{who}/unlock", {}, ok=204)
    sign_in(world, who, right)
    put_in_force(world, policy(world.directory.ldaps))


def test_B03_an_account_that_is_disabled_there_signs_in_no_more_and_is_ended_by_word(world):
    """A directory tells of nothing (docs/operate/identity.md): what is open goes on until somebody, or SCIM, says so."""
    who = "l.leaves"
    person = Client(world, sign_in(world, who, "of leaves there").json["token"], who)
    person.break_glass("p-000002", "system-support")
    world.directory.change(f"uid={who},ou=people,dc=example,dc=org", "delete: userPassword")
    assert person.fhir("GET", "Patient/p-000002").status == 200
    sign_in(world, who, "of leaves there", ok=401)
    world.directory.change(f"uid={who},ou=people,dc=example,dc=org", kind="delete")
    sign_in(world, who, "of leaves there", ok=401)
    sign_in(world, who, world.secrets[who].password, ok=401)  # theirs here is for when the directory is down
    world.admin.api("PATCH", f"/staff/{who}", {"active": False}, ok=200)
    assert person.fhir("GET", "Patient/p-000002").status == 401


def test_B03_who_left_a_group_there_loses_session_and_glass_with_the_next_sign_in(world):
    who = "l.moves"
    person = Client(world, sign_in(world, who, "of moves there").json["token"], who)
    glass = person.break_glass("p-000002", "system-support").json["glass"]
    world.directory.change("cn=Service desk,ou=groups,dc=example,dc=org", "delete: member", f"member: uid={who},ou=people,dc=example,dc=org")
    assert person.fhir("GET", "Patient/p-000002").status == 200
    again = sign_in(world, who, "of moves there")
    assert again.json["roles"] == []
    assert person.fhir("GET", "Patient/p-000002").status == 401
    assert glass not in world.admin.api("GET", "/glass", ok=200).body.decode()
    given = [e for e in world.entries("roles-given") if e["person"] == who]
    assert not given[-1].get("roles") and given[-1]["source"] == "ldap"
