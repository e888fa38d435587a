"""Work goes on while certificates and policies change, and nothing is lost when the server stops and starts.

Nothing here passes or fails by a clock.
"""

import datetime
import os
import signal
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from halligan_world import SECOND_OPINION, demo_policy, until
from load_clients import Doctors, missing

POLICY = demo_policy() + SECOND_OPINION


# --- reloading -----------------------------------------------------------------------------------

def certificate():
    key = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"halligan {serial:x}"[:60])])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(serial)
            .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256()))
    return (made.public_bytes(serialization.Encoding.PEM),
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


def put(path, content):
    new = path.with_suffix(".new")
    new.write_bytes(content)
    new.chmod(0o600)
    new.replace(path)


def shown(world):
    return ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", world.port)))


def test_certificates_are_reloaded_without_a_failed_request(world):
    old = [(world.data / name).read_bytes() for name in ("tls.crt", "tls.key")]
    fresh = [certificate() for _ in range(3)]
    try:
        with Doctors(world, kept=False) as doctors:
            for pem, _ in fresh:
                doctors.context.load_verify_locations(cadata=pem.decode())
            until("they work", doctors.since(40))
            for pem, key in fresh:
                seen = len(doctors.seen)
                put(world.data / "tls.key", key)
                put(world.data / "tls.crt", pem)
                os.kill(world.pid, signal.SIGHUP)
                until("the new one is shown", lambda: len(doctors.seen) > seen)
                until("they go on", doctors.since(doctors.answers + 20))
        assert doctors.failed == [] and len(doctors.seen) == 1 + len(fresh)
    finally:
        put(world.data / "tls.key", old[1])
        put(world.data / "tls.crt", old[0])
        os.kill(world.pid, signal.SIGHUP)
        until("the first one is shown again", lambda: shown(world) == ssl.PEM_cert_to_DER_cert(old[0].decode()))
    assert missing(world, doctors.acknowledged) == []


def test_a_certificate_that_does_not_fit_its_key_changes_nothing(world):
    old = (world.data / "tls.crt").read_bytes()
    with Doctors(world, how_many=2, kept=False) as doctors:
        put(world.data / "tls.crt", certificate()[0])
        os.kill(world.pid, signal.SIGHUP)
        until("it is said", lambda: "the certificate was not reloaded" in world.log.read_text())
        until("they go on", doctors.since(doctors.answers + 20))
        put(world.data / "tls.crt", old)
    assert doctors.failed == [] and len(doctors.seen) == 1


def test_policies_are_signed_without_a_failed_request(world):
    other = world.session("adm.moreau")
    with Doctors(world) as doctors:
        until("they work", doctors.since(40))
        for text in (world.policy.replace(SECOND_OPINION, ""), world.policy) * 2:
            version = world.admin.api("POST", "/policy/proposals", {"text": text, "note": "under load"}, ok=201).json["version"]
            other.api("POST", f"/policy/proposals/{version}/sign", {}, ok=200)
            until("they go on", doctors.since(doctors.answers + 20))
    assert doctors.failed == []
    assert missing(world, doctors.acknowledged) == []


# --- stopping ------------------------------------------------------------------------------------

def test_stopping_and_starting_lose_nothing(world):
    with Doctors(world) as doctors:
        for _ in range(3):
            until("they work", doctors.since(doctors.answers + 60))
            doctors.may_fail.set()
            assert world.stop_server() == 0
            world.serve()
            until("they work again", doctors.since(doctors.answers + 20))
            doctors.may_fail.clear()
    assert doctors.failed == []
    assert len(doctors.acknowledged) > 180 and missing(world, doctors.acknowledged) == []
    written = [e for e in world.entries("access-outcome", since=min(doctors.acknowledged)) if e.get("outcome") == "unknown"]
    assert not written, "a graceful stop finishes what it has begun"
