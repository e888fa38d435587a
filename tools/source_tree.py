"""source_tree.py - what the checks of tools/ share: finding sources and reading C++ without its comments.

Never changes a file.
"""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
BESIDE_SRC = ("sim", "reference", "benchmarks", "fuzz")


def sources(root, folders=("src",) + BESIDE_SRC):
    """Every C++ file below the folders, sorted."""
    found = []
    for folder in folders:
        for suffix in ("*.h", "*.cc"):
            found += (root / folder).rglob(suffix)
    return sorted(found)


TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^()\\\s]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL)


def code_only(text):
    """The same text with comments and literals blanked, line by line as before."""
    def blank(match):
        token = match.group(0)
        # 1'000 is a number, not the start of a character.
        before = text[match.start() - 1:match.start()]
        if token[0] == "'" and before.isalnum():
            return token
        kept = "" if token[0] == "/" else '""'
        return kept + "\n" * token.count("\n")
    return TOKEN.sub(blank, text)
