"""Scenario D11 where the ledger is several tiles long: the tile, the hash, the entry or the line is named."""

import base64

import pytest

from halligan_world import until
from test_scenarios_ledger import Log, places
from tlog_reader import leaf_hash, node_hash

WIDTH = 256


@pytest.fixture(scope="module")
def large(world, tmp_path_factory):
    """More than two full tiles of entries, many of the same patients."""
    edges = [{"relation": "checked_in", "from": f"patient/p-{n:06d}", "to": "unit/emergency-department"} for n in range(1, 41)]
    for turn in range(40):
        world.feed([{**edge, "ended": True} if turn % 2 else edge for edge in edges])
        if world.size() > 2 * WIDTH + 40:
            break
    size = world.size()
    until("a checkpoint", lambda: world.admin.api("GET", "/ledger").json["checkpoint_size"] >= size)
    log = Log(world, world.export(tmp_path_factory.mktemp("large") / "log"), None)
    assert log.size > 2 * WIDTH
    return log


@pytest.fixture
def log(large, tmp_path):
    return large.copy(tmp_path / "log")


def only(log):
    """The one problem that is found."""
    done, report = log.verify()
    assert done.returncode == 1 and len(report["problems"]) == 1, places(report)
    return report["problems"][0]


def flip(path, at):
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)


def test_D11_a_ledger_of_several_tiles_verifies(log):
    done, report = log.verify()
    assert done.returncode == 0 and report["size"] == log.size == report["entries"], done.stdout
    assert (log.folder / "tile" / "1" / f"000.p/{log.size // WIDTH}").exists()


@pytest.mark.parametrize("at", [0, 255, 256, 300, 511, 512])
def test_D11_an_entry_anywhere_is_named_with_its_bundle(log, at):
    entries = log.entries()
    entries[at] = entries[at][:120] + bytes([entries[at][120] ^ 1]) + entries[at][121:]
    log.put(entries)
    assert only(log)["place"].startswith(f"entry {at} (tile/entries/{at // WIDTH:03d}")


@pytest.mark.parametrize("tile, at", [(0, 0), (0, 255), (1, 44), (2, 3)])
def test_D11_a_hash_of_a_tile_is_named(log, tile, at):
    path = log._last("0", tile)
    flip(path, 32 * at + 7)
    assert only(log)["place"] == f"tile/0/{path.relative_to(log.folder / 'tile' / '0')} hash {at} (entry {WIDTH * tile + at})"


def test_D11_a_hash_of_a_higher_tile_is_named(log):
    path = log.folder / "tile" / "1" / f"000.p/{log.size // WIDTH}"
    flip(path, 32 + 7)
    assert only(log)["place"] == f"tile/1/000.p/{log.size // WIDTH} hash 1 (entries 256 to 511)"


def test_D11_a_missing_bundle_is_named(log):
    (log.folder / "tile" / "entries" / "001").unlink()
    assert "tile/entries/001" in only(log)["place"]


def test_D11_a_missing_tile_costs_nothing_that_the_entries_prove(log):
    """Hashes can be had again from the entries and the signed root; that the file is gone is said."""
    (log.folder / "tile" / "0" / "001").unlink()
    assert "tile/0/001" in only(log)["place"]


def test_D11_bundles_exchanged(log):
    """Every entry of both, and no other: what is too much to list is counted."""
    entries = log.folder / "tile" / "entries"
    (entries / "000").rename(entries / "x")
    (entries / "001").rename(entries / "000")
    (entries / "x").rename(entries / "001")
    done, report = log.verify()
    assert done.returncode == 1
    assert all("(tile/entries/000)" in p["place"] for p in report["problems"]), places(report)
    assert len(report["problems"]) + report["more_problems"] == 2 * WIDTH, report["more_problems"]


def test_D11_a_forger_who_makes_all_hashes_again(log):
    """Everything agrees but the signature: the patient's own chain says which entry it was."""
    entries = log.entries()
    at = next(i for i in range(WIDTH, 2 * WIDTH) if entries[i][9:25] != bytes(16) and any(
        later[49:81] == leaf_hash(entries[i]) for later in entries[i + 1:]))
    entries[at] = entries[at][:-1] + bytes([entries[at][-1] ^ 1])
    log.put(entries, tiles=True)
    full = [leaf_hash(e) for e in entries[:log.size // WIDTH * WIDTH]]
    roots = []
    for start in range(0, len(full), WIDTH):
        level = full[start:start + WIDTH]
        while len(level) > 1:
            level = [node_hash(a, b) for a, b in zip(level[::2], level[1::2])]
        roots += level
    (log.folder / "tile" / "1" / f"000.p/{len(roots)}").write_bytes(b"".join(roots))
    done, report = log.verify()
    assert done.returncode == 1 and f"entry {at}" in places(report), places(report)


@pytest.mark.parametrize("line, text", [(1, "another.example/log"), (2, None), (3, base64.b64encode(bytes(32)).decode())])
def test_D11_a_line_of_the_checkpoint_is_named(log, line, text):
    path = log.folder / "checkpoint"
    lines = path.read_text().split("\n")
    lines[line - 1] = text or str(log.size - 1)
    path.write_text("\n".join(lines))
    done, report = log.verify()
    assert done.returncode == 1 and f"checkpoint line {line}" in places(report), places(report)
