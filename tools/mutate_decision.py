#!/usr/bin/env python3
"""Turns round the lines of the decision, one at a time, and shows which law or comparison breaks.

Not part of `./test`, but of `./test long`. A mutant that nothing notices is a survivor: either a test
is missing, or the line only saves time (then it stands in HARMLESS with the reason). Exit code 1 if
there is an unexplained survivor. Works in its own folder; the tree is never changed.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from mutation import ROOT, MutantProgram, ready

# Lines that change how fast or how explicable an answer is, never what it is: (text, reason).
HARMLESS = [
    ("if (best == Truth::yes) break;", "nothing is greater than true"),
    ("if (side != Truth::yes) side =", "nothing is greater than true"),
    ("++whole.decisions;", "the same for every grant of one decision, so it chooses none of them"),
    ("++left.decisions;", "the same for every grant of one decision, and nothing that is due before"),
    ("return step == nullptr && result == Truth::no;", "only saves looking at the other conditions"),
]

SWAPS = [
    (r" == ", " != "), (r" != ", " == "), (r" <= ", " > "), (r" >= ", " < "),
    (r"(?<=[\w)\]]) < (?=[\w(])", " >= "), (r"(?<=[\w)\]]) > (?=[\w(])", " <= "),
    (r"std::max\(", "std::min("), (r"std::min\(", "std::max("),
    (r"\bboth\(", "either("), (r"\beither\(", "both("), (r"swapped\(", "("),
    (r" && ", " || "), (r" \|\| ", " && "),
    (r"return true;", "return false;"), (r"return false;", "return true;"),
    (r"Truth::yes\b", "Truth::no"), (r"Truth::no\b", "Truth::yes"),
    (r"Own::without_assertions", "Own::without_denials"),
    (r"Own::without_denials", "Own::without_assertions"),
    (r"\basker_\.active\b", "asker_.held"), (r"\basker_\.held\b", "asker_.active"),
]
ASSIGNMENT = re.compile(r"^\s+(\+\+)?[a-z_][\w.>\[\]-]*( [|+]?= .*)?;$")


def negated(line):
    """The line with the condition of its `if` turned round, or nothing."""
    at = line.find("if (")
    if at < 0:
        return None
    depth = 0
    for i in range(at + 3, len(line)):
        depth += {"(": 1, ")": -1}.get(line[i], 0)
        if depth == 0:
            return f"{line[:at]}if (!{line[at + 3:i + 1]}){line[i + 1:]}"
    return None


def mutants_of(line):
    if line.lstrip().startswith(("//", "#")) or not line.strip() or "MUST" in line:
        return
    turned = negated(line)
    if turned:
        yield turned
    for pattern, other in SWAPS:
        for found in re.finditer(pattern, line):
            yield line[:found.start()] + other + line[found.end():]
    if ASSIGNMENT.match(line) and not line.lstrip().startswith("return"):
        yield re.match(r"\s*", line).group() + ";"


def all_mutants(file, every):
    lines = file.read_text().split("\n")
    for number, line in enumerate(lines):
        for turned in mutants_of(line):
            yield number, line.strip(), turned.strip(), "\n".join(lines[:number] + [turned] + lines[number + 1:])
            if not every:
                break


def what_breaks(program, folder):
    """A law or a comparison with the reference that does not hold in this program, or nothing."""
    for which in ("Law.*", "Differential.*"):
        try:
            run = subprocess.run([program, f"--gtest_filter={which}", "--gtest_fail_fast"], cwd=folder, text=True,
                                 capture_output=True, check=False, timeout=300,
                                 env={**os.environ, "HALLIGAN_PREMISES": "300"})
        except subprocess.TimeoutExpired:
            return "no answer in time"
        if run.returncode != 0:
            names = re.findall(r"\[  FAILED  \] (\S+?),? \(", run.stdout)
            return names[0] if names else "a MUST"
    return None


def test_that_fails(program):
    """A test beside the code: bounds, the facts of a basis and explanations are not the laws' business."""
    run = subprocess.run([program, "--gtest_fail_fast"], cwd=ROOT, text=True, capture_output=True, check=False, timeout=300)
    if run.returncode == 0:
        return None
    names = re.findall(r"\[  FAILED  \] (\S+?),? \(", run.stdout)
    return names[0] if names else "a MUST"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", default="src/core/policy/decide.cc")
    parser.add_argument("--build", default=str(ROOT / "build" / "mutate"))
    parser.add_argument("--every", action="store_true", help="every way to turn a line, not only the first")
    parser.add_argument("--lines", default="1-100000", help="first-last")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    build, file = pathlib.Path(options.build), (ROOT / options.file).resolve()
    ready(build, "test_reference", "test_core_policy")
    laws, tests = (MutantProgram(build, file, target) for target in ("test_reference", "test_core_policy"))

    def broken_by(text):
        with tempfile.TemporaryDirectory() as folder:
            program = laws.make(text, pathlib.Path(folder))
            if program is None:
                return "the compiler"
            return what_breaks(program, folder) or test_that_fails(tests.make(text, pathlib.Path(folder)))

    if broken := broken_by(file.read_text()):
        sys.exit(f"{broken} breaks before anything is turned round")
    first, last = map(int, options.lines.split("-"))
    mutants = [m for m in all_mutants(file, options.every) if first <= m[0] + 1 <= last]

    survivors = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for (number, line, turned, _), broken in zip(mutants, pool.map(lambda m: broken_by(m[3]), mutants)):
            reason = next((why for text, why in HARMLESS if text in line), None)
            if broken is None and reason is None:
                survivors += 1
            verdict = broken or (f"harmless: {reason}" if reason else "SURVIVES")
            print(f"{file.name}:{number + 1}: {verdict}\n    - {line}\n    + {turned}", flush=True)
    print(f"{len(mutants)} mutants, {survivors} survive unexplained")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
