"""readme_transcript.py - the console blocks of README.md, as something that can be run and compared.

In a block fenced with ```console a line that begins with "$ " is a command (a backslash at its end
continues it) and the lines below it are what it prints, standard output and error together.

    ...       within a line: any text; alone on a line: any lines, or none
    <case>    a word that differs each time, such as an id; the same name means the same word from there on,
              in commands, too: whoever types along writes the word that they see
"""

import re

WORD = r"[A-Za-z0-9][A-Za-z0-9.:_/-]*"
PLACEHOLDER = re.compile(r"<([a-z-]+)>")


class Step:
    def __init__(self, command):
        self.command, self.expected = command, []


def steps_of(readme):
    out = []
    for block in re.findall(r"^```console\n(.*?)^```$", readme, re.M | re.S):
        continues = False
        for line in block.splitlines():
            if continues:
                out[-1].command += "\n" + line
            elif line.startswith("$ "):
                out.append(Step(line[2:]))
            else:
                out[-1].expected.append(line)
                continue
            continues = line.endswith("\\")
    return out


def filled(text, known):
    return PLACEHOLDER.sub(lambda m: known.get(m.group(1), m.group(0)), text)


def pattern_of(lines, known):
    """One regular expression for the whole output, and the names that it finds."""
    out, names = "", []
    for line in lines:
        if line.strip() == "...":
            out += r"(?:.*\n)*?"
            continue
        at, made = 0, ""
        for found in re.finditer(r"\.\.\.|<([a-z-]+)>", line):
            made += re.escape(line[at:found.start()])
            at, name = found.end(), found.group(1)
            if name is None:
                made += ".*?"
            elif name in known:
                made += re.escape(known[name])
            elif name in names:
                made += f"(?P={name.replace('-', '_')})"
            else:
                names.append(name)
                made += f"(?P<{name.replace('-', '_')}>{WORD})"
        out += made + re.escape(line[at:]) + r"\n"
    return out, names


def compare(expected, output, known):
    """Nothing where the output is as expected, and the new words are in `known`; else what differs."""
    text = "".join(line.rstrip() + "\n" for line in output.splitlines())
    pattern, names = pattern_of([line.rstrip() for line in expected], known)
    found = re.fullmatch(pattern, text)
    if found is None:
        return "expected:\n" + "\n".join("  " + line for line in expected) + "\nprinted:\n" + "\n".join("  " + line for line in text.splitlines())
    known.update({name: found.group(name.replace("-", "_")) for name in names})
    return None
