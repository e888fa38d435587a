#!/usr/bin/python3
"""make.py - ledgers for the console's own reader, made by another one: tests/tlog_reader.py.

    python3 web/tests/vectors/make.py > web/tests/vectors/ledger.json

Entry i of a ledger here is the text "entry i". Nothing in it is secret; the signing key is made of its name.
"""

import base64
import hashlib
import json
import pathlib
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests"))
import tlog_reader as tlog  # noqa: E402

ORIGIN = "vectors.example/log"
SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 255, 256, 257, 511, 512, 1000, 65536, 65537, 70000]
RECEIPTS = [(0, 1), (0, 2), (1, 3), (2, 3), (6, 7), (255, 257), (256, 257), (999, 1000), (65536, 70000), (12345, 70000)]
PATHS = [(0, 0, 256), (0, 5, 3), (1, 999, 256), (0, 1000, 1), (0, 1234067, 256), (2, 1002003, 255)]

seed = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"vectors").digest())
material = b"\1" + seed.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
key_id = hashlib.sha256(ORIGIN.encode() + b"\n" + material).digest()[:4]
key = f"{ORIGIN}+{key_id.hex()}+{base64.b64encode(material).decode()}"
assert tlog.VerifierKey.parse(key).id == key_id


def base64_of(raw):
    return base64.b64encode(raw).decode()


def note(size, root):
    text = f"{ORIGIN}\n{size}\n{base64_of(root)}\n"
    return f"{text}\n\u2014 {ORIGIN} {base64_of(key_id + seed.sign(text.encode()))}\n"


leaves = [tlog.leaf_hash(f"entry {i}".encode()) for i in range(max(SIZES))]


def root_of(size):
    return tlog.subtree(leaves[:size]) if size else hashlib.sha256().digest()


def path_of(index, start, end):
    if end - start == 1:
        return []
    at = start + (1 << (end - start - 1).bit_length() - 1)
    if index < at:
        return path_of(index, start, at) + [tlog.subtree(leaves[at:end])]
    return path_of(index, at, end) + [tlog.subtree(leaves[start:at])]


def receipt(index, size):
    proof = path_of(index, 0, size)
    assert tlog.root_from_path(leaves[index], index, size, proof) == root_of(size)
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *map(base64_of, proof), ""]
    return "\n".join(lines) + "\n" + note(size, root_of(size))


def upper_tiles(size):
    """The tiles above level 0 of one size, by path."""
    out, level = {}, 1
    while size // tlog.WIDTH ** level:
        span = tlog.WIDTH ** level
        hashes = [tlog.subtree(leaves[i * span:(i + 1) * span]) for i in range(size // span)]
        for index in range(0, len(hashes), tlog.WIDTH):
            row = hashes[index:index + tlog.WIDTH]
            path = tlog.tile_path(level, index // tlog.WIDTH, len(row)).removeprefix("tile/")
            out[path] = base64_of(b"".join(row))
        level += 1
    return out


json.dump({
    "origin": ORIGIN,
    "key": key,
    "checkpoints": [{"size": size, "root": base64_of(root_of(size)), "note": note(size, root_of(size))} for size in SIZES],
    "receipts": [{"index": index, "size": size, "text": receipt(index, size)} for index, size in RECEIPTS],
    "upper": {str(size): upper_tiles(size) for size in (256, 257, 511, 512, 1000, 70000)},
    "paths": [{"level": level, "index": index, "width": width,
               "path": tlog.tile_path(level, index, width).removeprefix("tile/")} for level, index, width in PATHS],
}, sys.stdout, indent=1, ensure_ascii=False)
print()
