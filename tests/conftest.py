"""conftest.py - the demo hospital for all, and one world for each file of tests."""

import subprocess

import pytest

from halligan_world import DEMO, World


@pytest.fixture(scope="session")
def hospital(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hospital")
    subprocess.run(["node", str(DEMO / "generate.mjs"), "--staff", "60", "--patients", "40", "--out", str(folder)],
                   check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def world(request, hospital, tmp_path_factory):
    """The file's own world; it may name a policy text in POLICY, and a world of another kind in WORLD."""
    kind = getattr(request.module, "WORLD", World)
    made = kind(tmp_path_factory.mktemp("world"), hospital, policy=getattr(request.module, "POLICY", None))
    try:
        yield made.start()
    finally:
        made.stop()
