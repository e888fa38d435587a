"""halligan_tls.py - an authority of a test's own, and what it vouches for.

    authority = Authority(folder)                    # folder/NAME.crt
    cert, key = authority.issue("ldap")              # for localhost and 127.0.0.1
    cert, key = authority.issue("t-1", days=-1)      # over since yesterday
"""

import datetime
import hashlib
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def hash_of(certificate):
    """hex SHA-256 of a certificate in a file, as the API takes it."""
    return hashlib.sha256(x509.load_pem_x509_certificate(certificate.read_bytes()).public_bytes(serialization.Encoding.DER)).hexdigest()


class Authority:
    def __init__(self, folder, name="authority"):
        self.folder, self.name = folder, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        folder.mkdir(parents=True, exist_ok=True)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.ca, _ = self._written(name, self.key, self._builder(self.name, self.key, 2).add_extension(x509.BasicConstraints(True, None), True))

    def _builder(self, subject, key, days):
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        return (x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
                .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=3))
                .not_valid_after(now + datetime.timedelta(days=days)))

    def _written(self, name, key, builder):
        certificate, private = self.folder / f"{name}.crt", self.folder / f"{name}.key"
        certificate.write_bytes(builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return certificate, private

    def issue(self, name, days=1):
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        return self._written(name, key, self._builder(subject, key, days).add_extension(x509.SubjectAlternativeName(names), False))
