"""What tools/embed_files.py takes of a built console, and what it does not."""

import subprocess
import sys

import pytest

from halligan_paths import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import embed_files  # noqa: E402


def folder(tmp_path, **more):
    files = {"index.html": b"<!doctype html>", "assets/console-1A2B3C4D.js": b"1" * 40, "assets/console-1A2B3C4D.js.br": b"2", **more}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_each_file_once_with_its_smaller_form(tmp_path):
    found = embed_files.read(folder(tmp_path))
    assert [(path, kind, small is not None) for path, kind, _, small in found] == [
        ("assets/console-1A2B3C4D.js", "text/javascript; charset=utf-8", True),
        ("index.html", "text/html; charset=utf-8", False)]


@pytest.mark.parametrize("name", ["assets/a-1A2B3C4D.exe", "assets/plain.js", "assets/a-12.js", "assets/a b-1A2B3C4D.js", "a\".txt", ".hidden.txt",
                                  "assets/lost-1A2B3C4D.css.br", "assets/a-1A2B3C4D"])
def test_what_cannot_be_served_as_it_is_fails_the_build(tmp_path, name):
    with pytest.raises(embed_files.Unfit):
        embed_files.read(folder(tmp_path, **{name: b"x"}))


def test_a_console_without_a_page_is_none(tmp_path):
    (folder(tmp_path) / "index.html").unlink()
    with pytest.raises(embed_files.Unfit):
        embed_files.read(tmp_path)


def test_another_content_is_another_text(tmp_path):
    """Or the compiler's cache would bring back the old bytes."""
    def text():
        return embed_files.source(embed_files.read(folder(tmp_path)))
    before = text()
    (tmp_path / "assets/console-1A2B3C4D.js.br").write_bytes(b"3")
    assert embed_files.source(embed_files.read(tmp_path)) != before
    assert text() == before


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
def test_the_bytes_in_the_program_are_those_of_the_files(tmp_path, compiler):
    content = bytes(range(256)) * 3
    built = folder(tmp_path / "built", **{"assets/icon-1A2B3C4D.svg": content, "assets/empty-1A2B3C4D.css": b""})
    (tmp_path / "files.cc").write_text(embed_files.source(embed_files.read(built)))
    (tmp_path / "main.cc").write_text('#include "in/console/files.h"\n#include <cstdio>\nint main(int, char** argv) {\n'
                                      "  for (const auto& file : halligan::in::console::files())\n"
                                      "    if (file.path == argv[1]) std::fwrite(file.bytes.data(), 1, file.bytes.size(), stdout);\n}\n")
    # The console's header reaches for the server's; only its File is needed here.
    (tmp_path / "in/console").mkdir(parents=True)
    (tmp_path / "in/console/files.h").write_text(
        "#include <span>\n#include <string_view>\nnamespace halligan::in::console {\nstruct File {\n"
        "  std::string_view path, content_type, hash, bytes, brotli;\n};\nstd::span<const File> files();\n}\n")
    program = tmp_path / "program"
    subprocess.run([compiler, "-std=c++20", "-fPIE", "-pie", "-I", str(tmp_path), "-o", str(program), str(tmp_path / "files.cc"),
                    str(tmp_path / "main.cc")], check=True)
    for name, wanted in (("assets/icon-1A2B3C4D.svg", content), ("assets/empty-1A2B3C4D.css", b""), ("index.html", b"<!doctype html>")):
        assert subprocess.run([program, name], capture_output=True, check=True).stdout == wanted
