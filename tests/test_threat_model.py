"""docs/threat-model.md against the tests: every row names a test that there is, every attack that is tried has its row."""

import pathlib
import re
import subprocess
import sys

import pytest

import threat_table

HERE = pathlib.Path(__file__).resolve().parent
ROW = re.compile(r"^\| ([\w.-]+) \| (.+?) \| `([^`]+)` \| `([^`]+)` \|$", re.M)
PARAMETRISED = {"test_attacks.py::test_request", "test_hostile_upstream.py::test_answer", "test_hostile_upstream.py::test_slow_answer"}


@pytest.fixture(scope="module")
def page():
    return threat_table.PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rows(page):
    return ROW.findall(page)


@pytest.fixture(scope="module")
def collected(rows):
    """What pytest itself finds in the files that the table names."""
    files = sorted({test.partition("::")[0].removeprefix("tests/") for *_, test in rows})
    done = subprocess.run([sys.executable, "-m", "pytest", "--collect-only", "--no-header", "-p", "no:cacheprovider", *files],
                          cwd=HERE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return {f"tests/{line.removeprefix('tests/')}" for line in done.stdout.splitlines() if "::" in line}


def test_every_row_names_a_test_that_there_is(rows, collected):
    assert len(rows) >= 150
    missing = [row for row in rows if row[3] not in collected]
    assert not missing, missing


def test_every_attack_that_is_tried_has_one_row(rows, collected):
    named = [test for *_, test in rows]
    tried = {test for test in collected if test.partition("[")[0].removeprefix("tests/") in PARAMETRISED}
    assert tried and tried - set(named) == set()
    assert len(set(named)) == len(named), "one test in two rows"
    assert len({row[0] for row in rows}) == len(rows), "one id in two rows"


def test_every_file_that_stops_something_is_there(rows):
    assert not [stops for _, _, stops, _ in rows if not (HERE.parent / stops).is_file()]


def test_the_table_is_the_one_that_the_tests_give(page):
    assert threat_table.written(page) == page, "tests/threat_table.py --write"
