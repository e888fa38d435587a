"""conftest.py - the demo hospital for all, and one world for each file of tests."""

import subprocess

import pytest

from halligan_world import DEMO, World


# A file is one worker's: those that take longest go first, or the others wait for them at the end.
LONG = ["test_scenarios_store_faults.py", "test_keys.py", "test_identity_provider.py", "test_directory.py", "test_erasure.py",
        "test_scenarios_faults.py", "test_backup.py", "test_provisioning.py", "test_bad_input.py"]


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


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
