"""What was built is hard to bend: addresses are anyone's guess, what is linked is read-only before main, and the
compiler's guards are in it."""

import re
import subprocess

import pytest

from halligan_world import binary


@pytest.fixture(scope="module")
def said():
    """What readelf says of the program that is shipped."""
    return subprocess.run(["readelf", "--wide", "-h", "-l", "-d", "--dyn-syms", binary()], capture_output=True, text=True, check=True).stdout


def test_it_is_loaded_anywhere(said):
    assert re.search(r"^\s+Type:\s+DYN \(Position-Independent Executable file\)", said, re.MULTILINE)
    assert "TEXTREL" not in said


def test_what_is_linked_is_read_only_before_main(said):
    assert re.search(r"^\s+GNU_RELRO\s", said, re.MULTILINE), "no RELRO"
    assert re.search(r"\(FLAGS\)\s+BIND_NOW", said) and re.search(r"\(FLAGS_1\)\s+Flags: .*NOW.*PIE", said)


def test_nothing_is_both_written_and_run(said):
    rows = [line for line in said.splitlines() if line.split()[:1] in (["LOAD"], ["GNU_STACK"])]
    assert len(rows) > 4
    assert not [row for row in rows if "RWE" in row.split()], rows
    assert [row for row in rows if "GNU_STACK" in row and "RW" in row.split()], rows


def test_the_compiler_guards_it(said):
    assert "__stack_chk_fail" in said, "no stack protector"
    assert re.search(r"__(memcpy|memmove|snprintf|vsnprintf|read|strcpy)_chk", said), "nothing is fortified"


def test_nobody_else_says_where_its_libraries_are(said):
    assert "(RPATH)" not in said and "(RUNPATH)" not in said
