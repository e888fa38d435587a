#!/usr/bin/python3
"""count_lines.py - asks of every file above 400 lines whether it is two things; fails above 700."""
import sys

from source_tree import ROOT, sources

QUESTION, LIMIT = 400, 700

if __name__ == "__main__":
    COUNTS = {path.relative_to(ROOT): path.read_text(encoding="utf-8").count("\n")
              for path in sources(ROOT)}
    for PATH, LINES in sorted(COUNTS.items(), key=lambda item: -item[1]):
        if LINES > QUESTION:
            print(f"{PATH}: {LINES} lines" + (f", {LIMIT} at most" if LINES > LIMIT else ": two things?"))
    print(f"count_lines: {len(COUNTS)} files, {sum(COUNTS.values())} lines")
    sys.exit(any(LINES > LIMIT for LINES in COUNTS.values()))
