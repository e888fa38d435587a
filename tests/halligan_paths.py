"""halligan_paths.py - where things are in the tree."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEMO = ROOT / "demo"
