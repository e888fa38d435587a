"""mutation.py - a program of the tree with one of its files changed, built beside the tree.

The tree is never touched: the changed file is compiled into a folder of its own and linked in front
of the library that holds the real one.
"""

import json
import pathlib
import re
import shlex
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
QUICKER = re.compile(r"-O\d|-g\d?|-Werror|-D_FORTIFY_SOURCE=2|-Winvalid-pch")


def ready(build, *targets):
    """A build folder in which these are built."""
    if not (build / "build.ninja").exists():
        subprocess.run(["cmake", "-S", ROOT, "-B", build, "-G", "Ninja"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", build, *targets], check=True, stdout=subprocess.DEVNULL)


class MutantProgram:
    """Builds `target` with other text in the place of `file`."""

    def __init__(self, build, file, target):
        self.build, self.file = build, file
        commands = json.loads((build / "compile_commands.json").read_text())
        entry = next(c for c in commands if pathlib.Path(c["file"]) == file)
        self.compile_words = [w for w in shlex.split(entry["command"]) if not QUICKER.fullmatch(w)] + ["-O1", "-w"]
        name = pathlib.Path(target).name
        lines = subprocess.run(["ninja", "-C", build, "-t", "commands", target], check=True,
                               capture_output=True, text=True).stdout.splitlines()
        link = next(line for line in reversed(lines) if re.search(rf" -o (\S+/)?{re.escape(name)} ", line))
        self.link_words = shlex.split(link.split("&&")[1])

    def make(self, text, folder):
        """The program, or nothing where the compiler refuses the text."""
        source, thing, program = folder / self.file.name, folder / "mutant.o", folder / "program"
        source.write_text(text)
        words = [str(source) if w == str(self.file) else w for w in self.compile_words]
        words[words.index("-o") + 1] = str(thing)
        if subprocess.run(words, cwd=self.build, capture_output=True, check=False).returncode != 0:
            return None
        link = list(self.link_words)
        link[link.index("-o") + 1] = str(program)
        # First in the line: the library's own object is then not taken.
        link.insert(link.index("-o"), str(thing))
        subprocess.run(link, cwd=self.build, capture_output=True, check=True)
        return program
