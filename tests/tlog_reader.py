"""tlog_reader.py - a reader of any tiled transparency log, written from the C2SP texts alone:
signed-note, tlog-checkpoint, tlog-tiles and tlog-proof, and RFC 6962 for the tree.

It knows nothing of what the entries mean, keeps the newest checkpoint that it believed, and says
what is wrong by raising Untrue.
"""

import base64
import binascii
import dataclasses
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH = 256
HASH = 32
LEVEL_MAX = 63


class Untrue(Exception):
    """The log, or whoever speaks for it, does not keep to what it signed."""


def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def decode64(text):
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise Untrue(f"not base64: {wrong}") from None


def decimal(text):
    if not text.isascii() or not text.isdigit() or (text[0] == "0" and text != "0"):
        raise Untrue("not a decimal number without leading zeroes")
    return int(text)


# --- signed-note -----------------------------------------------------------------------------------

@dataclasses.dataclass(frozen=True)
class VerifierKey:
    name: str
    id: bytes
    key: bytes

    @staticmethod
    def parse(text):
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise Untrue("a verifier key has three parts")
        name, given, material = parts[0], parts[1], decode64(parts[2])
        if material[:1] != b"\1" or len(material) != 1 + HASH:
            raise Untrue("not an Ed25519 verifier key")
        computed = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
        if computed.hex() != given:
            raise Untrue("the key's id does not follow from the key")
        return VerifierKey(name, computed, material[1:])


def open_note(note, key):
    """The text of a note that the key signed."""
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError:
        raise Untrue("a note is UTF-8") from None
    if any(c < " " and c != "\n" for c in whole):
        raise Untrue("a note has no control characters")
    at = whole.rfind("\n\n")
    if at < 0 or not whole.endswith("\n"):
        raise Untrue("a note is text, an empty line and signatures")
    text, lines = whole[:at + 1], whole[at + 2:].split("\n")[:-1]
    if not lines:
        raise Untrue("a note without a signature")
    signed = False
    for line in lines:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014" or not parts[1] or "+" in parts[1]:
            raise Untrue("a line of the note's end is no signature")
        blob = decode64(parts[2])
        if len(blob) < 5:
            raise Untrue("a signature is too short")
        if parts[1] != key.name or blob[:4] != key.id:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.key).verify(blob[4:], text.encode())
        except InvalidSignature:
            raise Untrue("a signature by the known key does not verify") from None
        signed = True
    if not signed:
        raise Untrue("the known key did not sign this note")
    return text


# --- tlog-checkpoint -------------------------------------------------------------------------------

@dataclasses.dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    @staticmethod
    def open(note, key, origin):
        lines = open_note(note, key).split("\n")[:-1]
        if len(lines) < 3 or not all(lines):
            raise Untrue("a checkpoint has at least three lines, none of them empty")
        if lines[0] != origin:
            raise Untrue("a checkpoint of another log")
        root = decode64(lines[2])
        if len(root) != HASH:
            raise Untrue("a root has 32 bytes")
        size = decimal(lines[1])
        if size == 0 and root != hashlib.sha256().digest():
            raise Untrue("the empty tree has another root")
        return Checkpoint(lines[0], size, root)


# --- tlog-tiles ------------------------------------------------------------------------------------

def tile_path(level, index, width):
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    return f"tile/{level}/" + "/".join(groups) + ("" if width == WIDTH else f".p/{width}")


def subtree(hashes):
    """The root over a run of hashes, split as RFC 6962 splits."""
    if len(hashes) == 1:
        return hashes[0]
    at = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(subtree(hashes[:at]), subtree(hashes[at:]))


class Tiles:
    """The hash tiles of one tree size, each fetched once and proven against the signed root."""

    def __init__(self, fetch, checkpoint):
        self.fetch, self.size, self.kept = fetch, checkpoint.size, {}
        if self.size and self.range_root(0, self.size) != checkpoint.root:
            raise Untrue("the tiles do not make the root that was signed")
        self._check_levels()

    def width(self, level, index):
        """How wide a tile is at this size; 0 where there is none."""
        return min(WIDTH, max(0, self.size // WIDTH ** level - index * WIDTH))

    def tile(self, level, index):
        if (level, index) not in self.kept:
            width = self.width(level, index)
            if width == 0:
                raise Untrue("a hash was asked that this tree does not have")
            raw = self.fetch(tile_path(level, index, width))
            if len(raw) != width * HASH:
                raise Untrue(f"tile {level}/{index} has not the size of its width")
            self.kept[level, index] = [raw[i:i + HASH] for i in range(0, len(raw), HASH)]
        return self.kept[level, index]

    def _check_levels(self):
        """Every hash above level 0 is the root of the full tile below it."""
        level = 1
        while self.size // WIDTH ** level:
            for index in range(-(-(self.size // WIDTH ** level) // WIDTH)):
                for i, found in enumerate(self.tile(level, index)):
                    if subtree(self.tile(level - 1, index * WIDTH + i)) != found:
                        raise Untrue(f"hash {i} of tile {level}/{index} is not that of the tile below")
            level += 1

    def leaf(self, index):
        return self.tile(0, index // WIDTH)[index % WIDTH]

    def range_root(self, start, end):
        """MTH(D[start:end]) for a range that RFC 6962 splits off."""
        count = end - start
        if count == 1:
            return self.leaf(start)
        # A whole subtree of 256^level entries is one hash of a tile.
        for level in range(LEVEL_MAX, 0, -1):
            span = WIDTH ** level
            if count == span and start % span == 0:
                return self.tile(level, start // span // WIDTH)[start // span % WIDTH]
        at = 1 << (count - 1).bit_length() - 1
        return node_hash(self.range_root(start, start + at), self.range_root(start + at, end))

    def inclusion(self, index, start=0, end=None):
        """PATH(index, D[0:size]): from the leaf's sibling up to the root's child."""
        end = self.size if end is None else end
        if end - start == 1:
            return []
        at = start + (1 << (end - start - 1).bit_length() - 1)
        if index < at:
            return self.inclusion(index, start, at) + [self.range_root(at, end)]
        return self.inclusion(index, at, end) + [self.range_root(start, at)]


def bundle(raw, width):
    """The entries of a bundle: each after its length, two bytes, big-endian."""
    entries, at = [], 0
    while at < len(raw):
        if at + 2 > len(raw):
            raise Untrue("a bundle ends within a length")
        length = int.from_bytes(raw[at:at + 2], "big")
        entries.append(raw[at + 2:at + 2 + length])
        if len(entries[-1]) != length:
            raise Untrue("a bundle ends within an entry")
        at += 2 + length
    if len(entries) != width:
        raise Untrue("a bundle has not as many entries as its width")
    return entries


# --- tlog-proof ------------------------------------------------------------------------------------

def root_from_path(leaf, index, size, path):
    """RFC 6962 section 2.1.1, upwards."""
    if index >= size:
        raise Untrue("an index outside the tree")
    at, last, found = index, size - 1, leaf
    for hash in path:
        if last == 0:
            raise Untrue("an inclusion proof is too long")
        if at % 2 or at == last:
            found = node_hash(hash, found)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            found = node_hash(found, hash)
        at, last = at // 2, last // 2
    if last:
        raise Untrue("an inclusion proof is too short")
    return found


@dataclasses.dataclass(frozen=True)
class Proof:
    index: int
    path: tuple
    checkpoint: Checkpoint

    @staticmethod
    def open(text, key, origin):
        head, empty, note = text.partition(b"\n\n")
        lines = head.decode("utf-8", "strict").split("\n")
        if not empty or lines.pop(0) != "c2sp.org/tlog-proof@v1":
            raise Untrue("not a tlog-proof")
        if lines and lines[0].startswith("extra "):
            decode64(lines.pop(0)[6:])
        if not lines or not lines[0].startswith("index "):
            raise Untrue("a proof names its index")
        index, path = decimal(lines.pop(0)[6:]), tuple(decode64(line) for line in lines)
        if any(len(hash) != HASH for hash in path):
            raise Untrue("a hash of the proof has not 32 bytes")
        return Proof(index, path, Checkpoint.open(note, key, origin))

    def check(self, leaf):
        if root_from_path(leaf, self.index, self.checkpoint.size, self.path) != self.checkpoint.root:
            raise Untrue("the proof does not lead to the root that was signed")


# --- following a log -------------------------------------------------------------------------------

class Reader:
    """Follows one log. `fetch(path)` gives the bytes below the log's prefix."""

    def __init__(self, fetch, key, origin=None):
        self.fetch, self.key = fetch, VerifierKey.parse(key)
        self.origin = origin or self.key.name
        self.believed = None
        self.entries = []  # those whose bundles were read

    def follow(self):
        """The newest checkpoint, once it is shown to continue the one believed so far."""
        found = Checkpoint.open(self.fetch("checkpoint"), self.key, self.origin)
        tiles = Tiles(self.fetch, found)
        old = self.believed
        if old is not None:
            if found.size < old.size:
                raise Untrue("the log became shorter")
            # The older tree is a part of the newer one's leaves: its root must follow from them.
            if old.size and tiles_root(tiles, old.size) != old.root:
                raise Untrue("the log does not continue what it signed before")
        self.believed, self.tiles = found, tiles
        return found

    def read_entries(self):
        """Every entry up to the believed checkpoint, each against its leaf."""
        at = len(self.entries) // WIDTH
        kept = self.entries[:at * WIDTH]
        for index in range(at, -(-self.believed.size // WIDTH)):
            width = self.tiles.width(0, index)
            for i, entry in enumerate(bundle(self.fetch(tile_path("entries", index, width)), width)):
                if leaf_hash(entry) != self.tiles.leaf(index * WIDTH + i):
                    raise Untrue(f"entry {index * WIDTH + i} is not the one in the tree")
                kept.append(entry)
        if self.entries != kept[:len(self.entries)]:
            raise Untrue("an entry was replaced")
        self.entries = kept
        return kept

    def read_receipt(self, index):
        """A receipt from the log, for an entry that was read."""
        return self.check_receipt(self.fetch(f"receipt/{index}"), index, leaf_hash(self.entries[index]))

    def check_receipt(self, text, index, leaf):
        proof = Proof.open(text, self.key, self.origin)
        if proof.index != index:
            raise Untrue("a receipt for another entry")
        proof.check(leaf)
        return proof


def tiles_root(tiles, size):
    """The root of the first `size` entries, out of the tiles of a larger tree."""
    def root(start, end):
        count = end - start
        if count & (count - 1) == 0:
            return tiles.range_root(start, end)
        at = 1 << (count - 1).bit_length() - 1
        return node_hash(root(start, start + at), root(start + at, end))
    return root(0, size)
