#!/usr/bin/python3
"""embed_files.py DIR OUT.cc - turns the built console into C++: each file by .incbin, and a table of them.

A file NAME.br beside NAME is the same, compressed. A kind of file that is not known here fails the build, and so
does a name that a URL would have to escape: what is served is what is in the table, and nothing is guessed.
"""
import hashlib
import pathlib
import re
import sys

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
PATH = re.compile(r"([A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*")
HASHED = re.compile(r"assets/[^/]+-[A-Za-z0-9]{8,}\.[a-z0-9]+")


class Unfit(Exception):
    pass


def check(path, content_type):
    if not PATH.fullmatch(path):
        raise Unfit(f"{path}: letters, digits, '.', '_' and '-' only")
    if path.startswith("assets/") and not HASHED.fullmatch(path):
        raise Unfit(f"{path}: browsers keep assets for good, so a name there ends in the hash of its bytes")
    if content_type is None:
        raise Unfit(f"{path}: its content type is not known here")


def read(folder):
    """[(path, content type, bytes, compressed bytes or None)] in order."""
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    out = []
    for name in names:
        if name.endswith(".br"):
            if name[:-3] not in names:
                raise Unfit(f"{name}: compressed from nothing")
            continue
        content_type = TYPES.get(pathlib.PurePosixPath(name).suffix)
        check(name, content_type)
        small = folder / (name + ".br")
        out.append((name, content_type, folder / name, small if small.exists() else None))
    if "index.html" not in (name for name, *_ in out):
        raise Unfit(f"{folder}: there is no index.html")
    return out


def included(symbol, file):
    size = file.stat().st_size
    text = str(file.resolve()).replace("\\", "\\\\").replace('"', '\\"')
    return (f'asm(R"(.pushsection .rodata\n.balign 16\n.globl {symbol}\n.hidden {symbol}\n{symbol}:\n'
            f'.incbin "{text}", 0, {size}\n.popsection)");\nextern "C" const char {symbol}[];\n'), f"{{{symbol}, {size}}}"


def source(files):
    parts, rows = [], []
    for n, (path, content_type, plain, small) in enumerate(files):
        text, piece = included(f"halligan_console_{n}", plain)
        parts.append(text)
        small_piece = "{}"
        if small is not None:
            text, small_piece = included(f"halligan_console_{n}_br", small)
            parts.append(text)
        # The compiler's cache sees this text alone: the hashes make it another one when a file is.
        digest = hashlib.sha256(plain.read_bytes()).hexdigest()
        rows.append(f'    {{"{path}", "{content_type}", "{digest[:32]}", {piece}, {small_piece}}},'
                    + (f"  // {hashlib.sha256(small.read_bytes()).hexdigest()}" if small else ""))
    return ("// Made by tools/embed_files.py.\n#include <array>\n\n#include \"in/console/files.h\"\n\n" + "".join(parts)
            + "\nnamespace halligan::in::console {\nnamespace {\n"
            + f"constexpr std::array<File, {len(rows)}> all{{{{\n" + "\n".join(rows) + "\n}};\n}  // namespace\n\n"
            + "std::span<const File> files() { return all; }\n\n}  // namespace halligan::in::console\n")


if __name__ == "__main__":
    try:
        TEXT = source(read(pathlib.Path(sys.argv[1])))
    except Unfit as error:
        sys.exit(f"embed_files: {error}")
    pathlib.Path(sys.argv[2]).write_text(TEXT, encoding="utf-8")
