#!/usr/bin/env python3
"""Turns round the lines of the decision, one at a time, and shows which law or comparison breaks.

Not part of `./test`, but of `./test long`. A mutant that nothing notices is a survivor: either a test
is missing, or the line only saves time (then it stands in HARMLESS with the reason). Exit code 1 if
there is an unexplained survivor. Works in its own folder; the tree is never changed.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Lines that change how fast or how explicable an answer is, never what it is: (text, reason).
HARMLESS = [
    ("if (best == Truth::yes) break;", "nothing is greater than true"),
    ("if (side != Truth::yes) side =", "nothing is greater than true"),
    ("return result == Truth::no;", "only saves looking at the other conditions"),
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


class Builder:
    def __init__(self, build, file):
        self.build = build
        commands = json.loads((build / "compile_commands.json").read_text())
        entry = next(c for c in commands if pathlib.Path(c["file"]) == file)
        words = shlex.split(entry["command"])
        words = [w for w in words if w not in ("-Werror", "-D_FORTIFY_SOURCE=2") and not re.match(r"-O\d|-g", w)]
        self.at = words.index("-o")
        self.compile_words = words + ["-O1", "-w"]
        self.file = file
        ninja = subprocess.run(["ninja", "-C", build, "-t", "commands", "test_reference"], check=True,
                               capture_output=True, text=True).stdout
        link = [c for c in ninja.splitlines() if " -o test_reference " in c][-1]
        self.link_words = shlex.split(link.split("&&")[1])

    def test(self, text, folder):
        """What breaks with this text in the file's place: a name, or nothing."""
        source = folder / self.file.name
        source.write_text(text)
        thing = folder / "mutant.o"
        words = [str(source) if w == str(self.file) else w for w in self.compile_words]
        words[self.at + 1] = str(thing)
        if subprocess.run(words, cwd=self.build, capture_output=True, check=False).returncode != 0:
            return "the compiler"
        program = folder / "program"
        link = list(self.link_words)
        link[link.index("-o") + 1] = str(program)
        # First in the line: the library's own object is then not taken.
        link.insert(link.index("-o"), str(thing))
        subprocess.run(link, cwd=self.build, capture_output=True, check=True)
        broken = []
        for which in ("Law.*", "Differential.*"):
            if broken:
                break
            try:
                run = subprocess.run([program, f"--gtest_filter={which}", "--gtest_fail_fast"], cwd=folder, text=True,
                                     capture_output=True, check=False, timeout=300,
                                     env={**os.environ, "HALLIGAN_PREMISES": "300"})
            except subprocess.TimeoutExpired:
                return "no answer in time"
            if run.returncode != 0:
                names = re.findall(r"\[  FAILED  \] (\S+?),? \(", run.stdout)
                broken.append(names[0] if names else "a MUST")
        return broken[0] if broken else None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", default="src/core/policy/decide.cc")
    parser.add_argument("--build", default=str(ROOT / "build" / "mutate"))
    parser.add_argument("--every", action="store_true", help="every way to turn a line, not only the first")
    parser.add_argument("--lines", default="1-100000", help="first-last")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    build, file = pathlib.Path(options.build), (ROOT / options.file).resolve()
    if not (build / "build.ninja").exists():
        subprocess.run(["cmake", "-S", ROOT, "-B", build, "-G", "Ninja"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", build, "test_reference"], check=True, stdout=subprocess.DEVNULL)
    builder = Builder(build, file)
    with tempfile.TemporaryDirectory() as folder:
        broken = builder.test(file.read_text(), pathlib.Path(folder))
        if broken:
            sys.exit(f"{broken} breaks before anything is turned round")
    first, last = map(int, options.lines.split("-"))
    mutants = [m for m in all_mutants(file, options.every) if first <= m[0] + 1 <= last]

    def try_one(mutant):
        with tempfile.TemporaryDirectory() as folder:
            return mutant, builder.test(mutant[3], pathlib.Path(folder))

    survivors = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for (number, line, turned, _), broken in pool.map(try_one, mutants):
            reason = next((why for text, why in HARMLESS if text in line), None)
            if broken is None and reason is None:
                survivors += 1
            verdict = broken or (f"harmless: {reason}" if reason else "SURVIVES")
            print(f"{file.name}:{number + 1}: {verdict}\n    - {line}\n    + {turned}", flush=True)
    print(f"{len(mutants)} mutants, {survivors} survive unexplained")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
