"""Scenarios about how things end and who looks at them: B01 (freshness), B03, B04, B07.

Time moves by short durations in the policy; nothing here is faked.
"""

import http.client
import json
import pathlib
import socket
import ssl
import sqlite3
import threading
import time

import pytest

from halligan_world import SECOND_OPINION, Client, demo_policy, details, edited, until

# life-threat idles out after 2 s and is reviewed late; system-support is over after 4 s and wants a proof of 4 s;
# second-opinion is there to be taken away, idle-opinion to idle out after 2 s.
POLICY = edited(
    demo_policy(),
    ('ends    = { focus = true, idle = "15m", after = "1h" }\nreview  = { by = "privacy-officer", within = "24h", rank = 1 }',
     'ends    = { focus = true, idle = "2s", after = "1h" }\nreview  = { by = "privacy-officer", within = "2s", rank = 1 }'),
    ('proof   = { any = ["totp"], not_older_than = "5m" }\nends    = { focus = true, idle = "5m", after = "30m" }',
     'proof   = { any = ["totp"], not_older_than = "4s" }\nends    = { focus = true, idle = "5m", after = "4s" }'),
) + edited(SECOND_OPINION, ("second-opinion", "idle-opinion"), ('idle = "10m"', 'idle = "2s"')) + SECOND_OPINION
BIG = "p-000008"
BIG_DOCUMENTS, BIG_BYTES = 20, 1_000_000


@pytest.fixture(scope="module")
def big(world):
    """A chart that takes a while to send: far more than any socket's buffers."""
    for n in range(BIG_DOCUMENTS):
        made = world.upstream("POST", "DocumentReference", {
            "resourceType": "DocumentReference", "status": "current", "subject": {"reference": f"Patient/{BIG}"},
            "description": f"scan {n}", "content": [{"attachment": {"contentType": "application/pdf", "data": "QUJD" * (BIG_BYTES // 4)}}]})
        assert made.status == 201, made
    return BIG


def ended_by(world, patient, glass):
    seen = world.session("p.lind").api("GET", f"/charts/{patient}/glass", ok=200).json["glass"]
    return next(g for g in seen if g["glass"] == glass)["ended_by"]


def shut(answer):
    assert answer.status in (401, 403), answer
    return answer


# --- B01 -----------------------------------------------------------------------------------------

def test_B01_breaking_with_an_old_proof_is_a_step_up_challenge(world):
    it = world.hire("it-support")
    offer = it.open("p-000002")["offer"]["grants"][0]
    assert offer["bill"]["proof"]["fresh"] is True, "the code of the login counts at first"
    time.sleep(4.1)
    assert it.open("p-000002")["offer"]["grants"][0]["bill"]["proof"] == {"level": 2, "max_age_seconds": 4, "fresh": False}
    challenge = it.break_glass("p-000002", "system-support", details=details(offer), ok=401)
    assert challenge.slug == "step-up-needed"
    header = challenge.headers["WWW-Authenticate"]
    assert header.startswith("Bearer ") and 'error="insufficient_user_authentication"' in header
    assert 'max_age="4"' in header or "max_age=4" in header
    # A wrong code does not help; a fresh one does.
    assert it.api("POST", "/session/step-up", {"code": "000000"}).status == 401
    it.step_up()
    it.break_glass("p-000002", "system-support", details=details(offer))
    it.fhir("GET", "Patient/p-000002", ok=200)


def test_B01_by_command_line(world):
    cli = world.cli_sign_in("i.novak")
    time.sleep(4.1)
    words = ("break", "p-000002", "--reason", "system-support", "--answer", "a", "--answer", "b", "--answer", "c")
    assert cli(*words).returncode == 3
    done = cli(*words, "--code-file", "-", stdin=world.secrets["i.novak"].code() + "\n")
    assert done.returncode == 0, done.stderr


# --- B03: each cause ends the glass, and the next request is refused ------------------------------

def test_B03_closing(world):
    doctor = world.hire("physician")
    glass = doctor.break_glass("p-000002").json["glass"]
    doctor.fhir("GET", "Patient/p-000002", ok=200)
    doctor.api("POST", f"/glass/{glass}/close", {}, ok=200)
    shut(doctor.fhir("GET", "Patient/p-000002"))
    assert doctor.api("POST", f"/glass/{glass}/close", {}).status == 409
    assert ended_by(world, "p-000002", glass) == "closed"


def test_B03_logout(world):
    doctor = world.hire("physician")
    glass = doctor.break_glass("p-000002").json["glass"]
    doctor.sign_out()
    shut(doctor.fhir("GET", "Patient/p-000002"))
    assert ended_by(world, "p-000002", glass) == "logout"


def test_B03_idle(world):
    doctor = world.hire("physician")
    glass = doctor.break_glass("p-000002", "life-threat").json["glass"]
    for _ in range(3):  # use keeps it open
        time.sleep(0.8)
        doctor.fhir("GET", "Patient/p-000002", ok=200)
    time.sleep(2.2)
    shut(doctor.fhir("GET", "Patient/p-000002"))
    assert until("the ending is written", lambda: ended_by(world, "p-000002", glass)) == "idle"


def test_B03_expiry(world):
    it = world.hire("it-support")
    glass = it.break_glass("p-000002", "system-support").json
    began = time.monotonic()
    while it.fhir("GET", "Patient/p-000002").status == 200:
        assert time.monotonic() - began < 8, "use does not make it live longer"
        time.sleep(0.2)
    # It is shut at once; that it ended is written within the second.
    assert until("the ending is written", lambda: ended_by(world, "p-000002", glass["glass"])) == "expired"


@pytest.mark.parametrize("officer", ["p.lind", "adm.silva"])
def test_B03_revoked_by_an_officer(world, officer):
    doctor = world.hire("physician")
    glass = doctor.break_glass("p-000002").json["glass"]
    assert doctor.api("POST", f"/glass/{glass}/revoke", {}).status == 403
    world.session(officer).api("POST", f"/glass/{glass}/revoke", {"comment": "looked wrong"}, ok=200)
    shut(doctor.fhir("GET", "Patient/p-000002"))
    assert ended_by(world, "p-000002", glass) == "revoked"


def test_B03_staff_deactivated(world):
    doctor = world.hire("physician")
    glass = doctor.break_glass("p-000002").json["glass"]
    world.set_staff(doctor.staff, active=False)
    assert doctor.fhir("GET", "Patient/p-000002").status == 401
    secrets = world.secrets[doctor.staff]
    assert Client(world).api("POST", "/sessions", {"user": doctor.staff, "password": secrets.password, "code": secrets.code()}).status == 401
    assert ended_by(world, "p-000002", glass) == "staff-deactivated"


def test_B03_role_removed(world):
    doctor = world.hire("physician")
    glass = doctor.break_glass("p-000002").json["glass"]
    world.set_staff(doctor.staff, roles=["registrar"])
    shut(doctor.fhir("GET", "Observation?patient=p-000002"))
    seen = world.session("p.lind").api("GET", "/charts/p-000002/glass", ok=200).json["glass"]
    assert next(g for g in seen if g["glass"] == glass)["ended_at"]


def test_B03_all_sessions_signed_out_by_an_officer(world):
    doctor = world.hire("physician")
    doctor.break_glass("p-000002")
    assert world.session("p.lind").api("POST", f"/staff/{doctor.staff}/sign-out", {}).status in (200, 204)
    assert doctor.fhir("GET", "Patient/p-000002").status == 401


def test_B03_policy_changed_ends_what_it_would_no_longer_give(world):
    gone, stays = world.hire("physician"), world.hire("physician")
    glass = gone.break_glass("p-000002", "second-opinion").json["glass"]
    stays.break_glass("p-000008", "clinical-access")
    text = world.policy[:world.policy.rindex("[[glass]]")]
    world.hire("nurse")
    proposed = world.admin.api("POST", "/policy/proposals", {"text": text, "note": "second opinions go by referral"}, ok=201).json
    assert any("second-opinion" in json.dumps(line) for line in proposed["diff"])
    gone.fhir("GET", "Patient/p-000002", ok=200)  # proposing changes nothing
    own = world.admin.api("POST", f"/policy/proposals/{proposed['version']}/sign", {})
    assert own.status == 409, "a second person signs"
    world.session("adm.moreau").api("POST", f"/policy/proposals/{proposed['version']}/sign", {}, ok=200)
    shut(gone.fhir("GET", "Patient/p-000002"))
    stays.fhir("GET", "Patient/p-000008", ok=200)
    assert ended_by(world, "p-000002", glass) == "policy-changed"


def sign_policy(world, text):
    version = world.admin.api("POST", "/policy/proposals", {"text": text, "note": "for a test"}, ok=201).json["version"]
    world.session("adm.moreau").api("POST", f"/policy/proposals/{version}/sign", {}, ok=200)


class Download:
    """Somebody reads a large answer slowly: a little at first, the rest when told to."""

    def __init__(self, client, path):
        self.socket = client.world.raw(receive_buffer=4096)
        self.socket.sendall(f"GET /fhir/{path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {client.token}\r\n"
                            "Accept: application/fhir+json\r\nConnection: close\r\n\r\n".encode())
        self.got = b""
        while len(self.got) < 20_000:
            part = self.socket.recv(4096)
            assert part, self.got[:500]
            self.got += part
        assert self.got.startswith(b"HTTP/1.1 200"), self.got[:500]

    def rest(self, limit=120):
        """What still comes; whether the end was a proper one is not asked: the size tells."""
        size, ends = len(self.got), time.monotonic() + limit
        self.socket.settimeout(20)
        try:
            while time.monotonic() < ends:
                part = self.socket.recv(1 << 16)
                if not part:
                    return size
                size += len(part)
        except (ConnectionResetError, ssl.SSLError, TimeoutError, socket.timeout) as ended:
            self.end = ended
        return size


REASON = {"expiry": "system-support", "idle": "idle-opinion", "policy": "second-opinion"}  # else clinical-access


@pytest.mark.parametrize("cause", ["close", "revoke", "logout", "signed out", "lock", "deactivate", "role", "policy", "focus", "expiry", "idle"])
def test_B03_a_running_download_is_cut(world, big, cause):
    if cause == "policy":
        sign_policy(world, world.policy)  # whatever another test left in force
    person = world.hire("it-support" if cause == "expiry" else "physician")
    glass = person.break_glass(big, REASON.get(cause, "clinical-access")).json["glass"]
    download = Download(person, f"Patient/{big}/$everything")
    if cause == "close":
        person.api("POST", f"/glass/{glass}/close", {}, ok=200)
    elif cause == "revoke":
        world.session("p.lind").api("POST", f"/glass/{glass}/revoke", {}, ok=200)
    elif cause == "logout":
        person.sign_out()
    elif cause == "lock":
        person.api("POST", "/session/lock", {}, ok=204)
    elif cause == "signed out":
        world.session("p.lind").api("POST", f"/staff/{person.staff}/sign-out", {})
    elif cause == "deactivate":
        world.set_staff(person.staff, active=False)
    elif cause == "role":
        world.set_staff(person.staff, roles=["registrar"])
    elif cause == "policy":
        sign_policy(world, world.policy.replace(SECOND_OPINION, ""))
    elif cause == "focus":
        person.break_glass("p-000003")
    else:
        time.sleep(5)
    assert download.rest() < BIG_DOCUMENTS * BIG_BYTES, "it was not cut"
    read = until("the cut is recorded", lambda: [
        e for e in world.entries("access-outcome", since=max(0, world.size() - 200))
        if e.get("staff") == person.staff and "cut" in json.dumps(e)])
    assert read


def test_B03_moving_to_another_chart(world):
    doctor = world.hire("physician")
    glass = doctor.break_glass("p-000002").json["glass"]
    doctor.break_glass("p-000003")
    shut(doctor.fhir("GET", "Patient/p-000002"))
    doctor.fhir("GET", "Patient/p-000003", ok=200)
    assert ended_by(world, "p-000002", glass) == "focus-moved"


def test_B03_a_locked_session_reads_nothing_until_its_password_is_given(world):
    doctor = world.hire("physician")
    glass = doctor.break_glass("p-000002").json["glass"]
    doctor.fhir("GET", "Patient/p-000002", ok=200)
    doctor.api("POST", "/session/lock", {}, ok=204)

    def locked():
        for path in ("Patient/p-000002", "Observation?patient=p-000002", "Patient/p-000001"):
            refused = doctor.fhir("GET", path, ok=401)
            assert b"p-000002" not in refused.body, refused
        assert doctor.api("POST", "/charts/p-000002/open", {}, ok=401).slug == "session-locked"
        shown = doctor.api("GET", "/session", ok=200)
        assert shown.json["locked"] and b"p-000002" not in shown.body

    def unlock(password):
        return doctor.api("POST", "/session/unlock", {"password": password})

    locked()
    wrong = unlock("not the password")
    assert (wrong.status, wrong.slug) == (401, "sign-in-refused")
    slowed = until("guessing is slowed", lambda: next((a for a in [unlock("not it either")] if a.status == 429), None), every=0)
    assert 0 < int(slowed.headers["Retry-After"]) <= 60
    locked()
    world.restart()
    locked()
    right = world.secrets[doctor.staff].password
    until("the right password unlocks", lambda: unlock(right).status == 204, seconds=70, every=0.5)
    doctor.fhir("GET", "Patient/p-000002", ok=200)  # its glass went on
    assert not doctor.api("GET", "/session", ok=200).json["locked"]
    doctor.api("POST", f"/glass/{glass}/close", {}, ok=200)
    kinds = [e["kind"] for e in world.entries(since=max(0, world.size() - 60)) if e.get("staff") == doctor.staff]
    assert kinds.count("session-locked") == 1 and kinds.count("session-unlocked") == 1, kinds


def test_B03_an_undisturbed_download_is_whole(world, big):
    doctor = world.hire("physician")
    doctor.break_glass(big)
    assert Download(doctor, f"Patient/{big}/$everything").rest() > BIG_DOCUMENTS * BIG_BYTES


# --- B04 -----------------------------------------------------------------------------------------

def test_B04_every_override_is_reviewed_and_late_ones_are_listed_by_name(world):
    flagged = {f["patient"] for f in world.hospital["flags"]}
    patients = [f"p-{n:06d}" for n in range(1, 41) if f"p-{n:06d}" not in flagged]
    people = [world.hire("physician", name=f"Broken Glass {n}") for n in range(4)]
    glass = {}
    for n in range(100):
        person = people[n % len(people)]
        broken = person.break_glass(patients[n // len(people) % len(patients)], "life-threat", details=[]).json
        glass[broken["glass"]] = (broken["case"], person.staff)
    assert len(glass) == 100
    cases = [c for p in people for c in world.cases(staff=p.staff)]
    assert {(c["glass"], c["case"], c["staff"]) for c in cases} == {(g, c, s) for g, (c, s) in glass.items()}, "one case each"
    assert {c["kind"] for c in cases} == {"glass"}

    until("they are late", lambda: all(c["late"] for p in people for c in world.cases(staff=p.staff)))
    late = [c for c in world.cases(state="late") if c["glass"] in glass]
    assert len(late) == 100
    assert {c["name"] for c in late} == {f"Broken Glass {n}" for n in range(4)}
    listed = world.cli_sign_in("p.adeyemi")("cases", "--late", "--staff", people[0].staff, "--limit", "100")
    assert listed.returncode == 0 and listed.stdout.count(people[0].staff) == 25
    overdue = until("their lateness is recorded", lambda: len(world.entries("case-overdue")) >= 100)
    assert overdue


def test_B04_nobody_reviews_their_own_case(world):
    doctor = world.hire("physician")
    case = doctor.break_glass("p-000002").json["case"]
    assert doctor.api("POST", f"/cases/{case}/close", {"finding": "appropriate"}).status in (403, 409)
    doctor.api("POST", f"/cases/{case}/justify", {"text": "it was my patient"}, ok=200)
    # Being made an officer meanwhile changes nothing.
    world.set_staff(doctor.staff, roles=["physician", "privacy-officer"])
    officer = world.sign_in(doctor.staff)
    assert officer.api("POST", f"/cases/{case}/close", {"finding": "appropriate"}, ok=409).slug == "self-review"
    closed = world.session("p.lind").api("POST", f"/cases/{case}/close", {"finding": "appropriate", "comment": "asked the ward"}, ok=200).json
    assert closed["state"] == "closed" and closed["closing"]["reviewer"] == "p.lind" and closed["justification"]
    reopened = world.session("p.adeyemi").api("POST", f"/cases/{case}/reopen", {"comment": "something new"}, ok=200).json
    assert reopened["state"] != "closed" and reopened["reopened"]


def test_B04_who_enrolled_somebody_is_no_second_person_for_them(world):
    officer, admin = world.hire("privacy-officer"), world.sign_in(world.administrator)  # who enrolled the officer
    told = admin.api("POST", "/facts", {"facts": [{"relation": "member", "from": admin.staff, "to": "cardiology"}]}, ok=200).json
    assert told["recorded"] == 1
    case = next(c for c in officer.api("GET", f"/cases?staff={admin.staff}", ok=200).json["cases"] if c["kind"] == "self-made-relation")["case"]
    refused = officer.api("POST", f"/cases/{case}/close", {"finding": "appropriate"}, ok=409)
    assert refused.slug == "same-person" and "somebody else" in refused.json["detail"]
    proposed = admin.api("POST", "/policy/proposals", {"text": world.policy, "note": "the same"}, ok=201).json["version"]
    assert officer.api("POST", f"/policy/proposals/{proposed}/sign", {}, ok=409).slug == "same-person"


# --- B07 -----------------------------------------------------------------------------------------

def test_B07_no_patient_data_in_plain_text_on_disk(world):
    doctor = world.hire("physician", team="cardiology", name="Dr Plain Text")
    sought = ["Ellison", "1952-03-14", "Wójcik", "Fernández", "Watanabe"]
    for name in sought[:1] + sought[2:]:
        doctor.api("POST", "/patients/search", {"name": name}, ok=200)
    doctor.api("POST", "/patients/search", {"birth_date": "1952-03-14"}, ok=200)
    grant = next(g for g in doctor.open("p-000002")["offer"]["grants"] if g["rule"] == "clinical-access")
    words = "purple elephants at dawn"
    case = doctor.break_glass("p-000002", details=details(grant, words)).json["case"]
    made = doctor.fhir("POST", "Observation", {
        "resourceType": "Observation", "status": "final", "code": {"text": "quiet zebra finding"}, "subject": {"reference": "Patient/p-000002"}}, ok=201)
    doctor.fhir("GET", "Patient/p-000002/$everything", ok=200)
    doctor.api("POST", f"/cases/{case}/justify", {"text": "walrus justification"}, ok=200)
    doctor.api("POST", "/charts/p-000005/referrals", {"team": "cardiology"}, ok=201)
    world.session("p.lind").api("POST", f"/cases/{case}/close", {"finding": "training", "comment": "ocelot comment"}, ok=200)
    secrets = world.secrets[doctor.staff]
    forbidden = {t.encode() for t in sought} | {
        f"p-{n:06d}".encode() for n in range(1, 41)} | {
        words.encode(), b"quiet zebra", b"walrus", b"ocelot", made.headers["Location"].rsplit("/", 1)[1].encode(),
        secrets.password.encode(), secrets.totp.encode(), doctor.token.encode(), (world.folder / "credential").read_bytes().strip()}
    forbidden |= {t.encode("utf-16-le") for t in sought}
    files = [p for p in world.data.rglob("*") if p.is_file()] + [world.log]
    assert len(files) > 5
    found = set()
    for file in files:
        content = file.read_bytes().rstrip(b"\0")  # segments are preallocated
        found |= {(str(file), text) for text in forbidden if text in content}
    assert not found
    # What is looked for is what is there: it can be read back by those who may.
    assert any("purple elephants" in json.dumps(e) for e in world.entries("glass-opened", since=max(0, world.size() - 400)))
    # Databases hide text in pages that were freed: they are files like others, and were searched above.
    for file in world.data.glob("*.sqlite"):
        assert sqlite3.connect(f"file:{file}?mode=ro", uri=True).execute("pragma integrity_check").fetchone() == ("ok",)


def test_B07_files_are_for_their_owner_only(world):
    for path in [world.data, *world.data.rglob("*")]:
        if path.name in ("tls.crt", "log.vkey", "checkpoint"):
            continue
        mode = pathlib.Path(path).stat().st_mode & 0o077
        assert mode & 0o007 == 0, f"{path} can be read by everybody"
    for secret in ("root.key", "recovery.key", "tls.key", "vault.sqlite"):
        assert (world.data / secret).stat().st_mode & 0o077 == 0, secret


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_B07_older_tls_is_refused(world, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    with socket.create_connection(("127.0.0.1", world.port), 10) as plain, pytest.raises(ssl.SSLError) as refused:
        context.wrap_socket(plain)
    assert "PROTOCOL_VERSION" in str(refused.value).upper().replace(" ", "_"), refused.value


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_B07_newer_tls_is_spoken(world, version):
    context = world.tls(minimum_version=ssl.TLSVersion[version], maximum_version=ssl.TLSVersion[version])
    connection = http.client.HTTPSConnection("127.0.0.1", world.port, context=context, timeout=10)
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200
    connection.close()


def test_B07_plain_http_is_not_spoken(world):
    connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=10)
    try:
        connection.request("GET", "/fhir/Patient/p-000001")
        answer = connection.getresponse()
        assert answer.status == 400 and b"https" in answer.read()
    except (ConnectionError, http.client.HTTPException):
        pass
    finally:
        connection.close()


def test_B03_many_requests_at_once_end_together(world):
    """The glass ends for requests that race its end, too: none that began later is answered."""
    doctor = world.hire("physician")
    glass = doctor.break_glass("p-000002").json["glass"]
    began, answered, closed = [], [], []

    def read():
        while not closed or time.monotonic() < closed[0] + 0.5:
            at = time.monotonic()
            began.append(at)
            try:
                if doctor.fhir("GET", "Patient/p-000002").status == 200:
                    answered.append(at)
            except (ConnectionError, http.client.HTTPException):
                pass  # cut while its answer was on the way
    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    time.sleep(0.5)
    doctor.api("POST", f"/glass/{glass}/close", {}, ok=200)
    closed.append(time.monotonic())
    for reader in readers:
        reader.join()
    assert any(at < closed[0] for at in answered) and any(at > closed[0] for at in began)
    assert not [at for at in answered if at > closed[0]]
