"""A standard tlog client follows the log over HTTP, at several sizes, and notices every spoiled answer."""

import base64

import pytest

from halligan_world import Client, until
from tlog_reader import Proof, Reader, Untrue, leaf_hash, subtree


def over_http(world, spoil=None):
    """Fetches below /ledger; `spoil(path, bytes)` plays the liar."""
    reader = world.session("l.reader")

    def fetch(path):
        answer = reader.request("GET", f"/ledger/{path}", headers={"Accept": "*/*"})
        assert answer.status == 200, (path, answer)
        return spoil(path, answer.body) if spoil else answer.body
    return fetch


def grow(world, to):
    """Makes the log at least so long, by things that leave an entry each."""
    person = world.session("p.lind")
    while world.size() < to:
        missing = to - world.size()
        if missing > 10:
            facts = [{"relation": "attending", "from": f"somebody.{world.size()}.{n}", "to": "p-000011"} for n in range(min(missing, 200))]
            world.admin.api("POST", "/facts", {"facts": facts}, ok=200)
        else:
            person.fhir("GET", "Patient/p-000011", ok=200)
    # A checkpoint follows within a second.
    size = world.size()
    until("a checkpoint covers it", lambda: world.admin.api("GET", "/ledger").json["checkpoint_size"] >= size)


def test_it_follows_the_log_as_it_grows(world):
    reader = Reader(over_http(world), world.log_key)
    sizes = []
    for least in (1, 255, 256, 257, 513, 770):
        grow(world, max(least, reader.believed.size + 1 if reader.believed else 1))
        found = reader.follow()
        assert found.size >= least
        assert len(reader.read_entries()) == found.size
        sizes.append(found.size)
        for index in {0, 1, found.size // 2, found.size - 1}:
            assert reader.read_receipt(index).index == index
    assert sizes == sorted(set(sizes)), "the log grew at each step"


def test_a_release_names_a_receipt_that_proves_it(world):
    reader = Reader(over_http(world), world.log_key)
    released = world.session("p.lind").fhir("GET", "Patient/p-000001", ok=200)
    index = released.receipt
    until("a checkpoint covers it", lambda: world.admin.api("GET", "/ledger").json["checkpoint_size"] > index)
    reader.follow()
    reader.read_entries()
    reader.read_receipt(index)


def test_checkpoint_and_hashes_are_open_and_entries_are_not(world):
    nobody = Client(world)
    assert nobody.request("GET", "/ledger/checkpoint").status == 200
    size = Reader(over_http(world), world.log_key).follow().size
    width = f".p/{size}" if size < 256 else ""
    assert nobody.request("GET", f"/ledger/tile/0/000{width}").status == 200
    assert nobody.request("GET", f"/ledger/tile/entries/000{width}").status == 401
    assert world.session("a.osei").request("GET", f"/ledger/tile/entries/000{width}").status == 403


def test_content_types_are_those_of_the_specification(world):
    found = Client(world).request("GET", "/ledger/checkpoint")
    assert found.headers["Content-Type"].lower() == "text/plain; charset=utf-8"
    size = Reader(over_http(world), world.log_key).follow().size
    tile = Client(world).request("GET", "/ledger/tile/0/000" + (f".p/{size}" if size < 256 else ""))
    assert tile.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("path", [
    "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/0", "tile/00/000", "tile/64/000", "tile/-1/000",
    "tile/0/x000/000", "tile/0/999", "tile/0/000.p", "tile/0", "tile/0/000.p/300", "tile/entries/x1/000", "receipt/99999999",
    "receipt/-1", "receipt/x", "tile/0/999999999999999999999999"])
def test_a_tile_has_one_spelling(world, path):
    answer = world.session("l.reader").request("GET", f"/ledger/{path}")
    assert answer.status in (400, 404), (path, answer)


def flipped(raw, at):
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1:]


def test_every_spoiled_answer_is_noticed(world):
    grow(world, 300)
    honest = Reader(over_http(world), world.log_key)
    honest.follow()
    honest.read_entries()
    size = honest.believed.size

    def lies():
        yield "a byte of the signed text", "checkpoint", lambda raw: raw.replace(b"st-elsewhere\n", b"st-elsewherf\n", 1)
        yield "another size", "checkpoint", lambda raw: raw.replace(b"\n%d\n" % size, b"\n%d\n" % (size - 1))
        yield "another root", "checkpoint", lambda raw: flipped(raw, raw.index(b"\n%d\n" % size) + len(str(size)) + 4)
        yield "no signature", "checkpoint", lambda raw: raw[:raw.index(b"\n\n") + 2]
        yield "a cut signature", "checkpoint", lambda raw: raw[:-20] + b"\n"
        yield "a hash of a full tile", "tile/0/000", lambda raw: flipped(raw, 5 * 32 + 3)
        yield "a hash of the last tile", "tile/0/001", lambda raw: flipped(raw, 3)
        yield "two hashes exchanged", "tile/0/000", lambda raw: raw[32:64] + raw[:32] + raw[64:]
        yield "a short tile", "tile/0/000", lambda raw: raw[:-32]
        yield "a hash above", "tile/1/000", lambda raw: flipped(raw, 31)
        yield "an entry edited", "tile/entries/000", lambda raw: flipped(raw, len(raw) // 2)
        yield "an entry left out", "tile/entries/000", lambda raw: raw[2 + int.from_bytes(raw[:2], "big"):]
        yield "a bundle cut off", "tile/entries/000", lambda raw: raw[:-1]
        yield "another proof", "receipt/7", lambda raw: raw.replace(b"index 7\n", b"index 8\n")
        yield "a hash of the proof", "receipt/7", lambda raw: with_other_hash(raw)
        yield "a proof without its top", "receipt/7", lambda raw: without_line(raw, 3)
        yield "a proof for nobody", "receipt/7", lambda raw: b"c2sp.org/tlog-proof@v2" + raw[22:]

    count = 0
    for name, prefix, spoil in lies():
        touched = []

        def liar(path, raw, prefix=prefix, spoil=spoil):
            if path != prefix and not path.startswith(prefix + ".p/"):
                return raw
            touched.append(path)
            spoiled = spoil(raw)
            assert spoiled != raw, name
            return spoiled
        reader = Reader(over_http(world, liar), world.log_key)
        with pytest.raises(Untrue):
            reader.follow()
            reader.read_entries()
            reader.read_receipt(7)
            pytest.fail(f"not noticed: {name}")
        assert touched, name
        count += 1
    assert count == 17


def with_other_hash(raw):
    lines = raw.split(b"\n")
    lines[2] = base64.b64encode(flipped(base64.b64decode(lines[2]), 0))
    return b"\n".join(lines)


def without_line(raw, at):
    lines = raw.split(b"\n")
    return b"\n".join(lines[:at] + lines[at + 1:])


def test_a_log_that_forgets_or_forks_is_noticed(world):
    """The checkpoint is genuine each time; what it follows is not."""
    reader = Reader(over_http(world), world.log_key)
    before = over_http(world)("checkpoint")
    early = reader.follow()
    grow(world, early.size + 3)
    reader.follow()

    shorter = Reader(over_http(world, lambda path, raw: before if path == "checkpoint" else raw), world.log_key)
    shorter.believed = reader.believed
    with pytest.raises(Untrue, match="shorter"):
        shorter.follow()

    forked = Reader(over_http(world), world.log_key)
    forked.believed = type(early)(early.origin, early.size, flipped(early.root, 0))
    with pytest.raises(Untrue, match="does not continue"):
        forked.follow()


def test_the_reader_agrees_with_the_worked_example():
    """spec/ledger-format.md, section 11: the same bytes, by nothing of ours."""
    from halligan_world import ROOT
    text = (ROOT / "spec" / "ledger-format.md").read_text()
    blocks = [b.strip() for b in text.split("```")[1::2]]
    hexes = [b for b in blocks if set(b) <= set("0123456789abcdef\n")]
    entries = [bytes.fromhex(h.replace("\n", "")) for h in hexes[0:6:2]]
    leaves = [bytes.fromhex(h.replace("\n", "")) for h in hexes[1:6:2]]
    assert [leaf_hash(e) for e in entries] == leaves
    key = next(b for b in blocks if b.startswith("hospital.example/ledger+"))
    proof = next(b for b in blocks if b.startswith("c2sp.org/tlog-proof"))
    from tlog_reader import VerifierKey
    found = Proof.open(proof.encode() + b"\n", VerifierKey.parse(key), "hospital.example/ledger")
    found.check(leaves[1])
    assert found.checkpoint.root == subtree(leaves)
