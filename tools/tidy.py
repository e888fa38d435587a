#!/usr/bin/python3
"""tidy.py - words that may not stand where they stand; one line "file:line: sentence" for each.

    tools/tidy.py               check the tree, print how often each file may reveal a secret
    tools/tidy.py --self-test   prove on made-up lines that each rule catches what it is for

Reads text, not C++: rough on purpose, and quick. Long lines: clang-format -i FILE. What the types already forbid is not repeated here.
"""
import pathlib
import re
import sys
import tempfile
from collections import Counter

from source_tree import ROOT, code_only, sources

# In src/core and src/app the world is an argument. (what, pattern, what to use instead)
AMBIENT = [
    ("a clock", r"\b(?:system_clock|steady_clock|high_resolution_clock|utc_clock)\b",
     "take Now or Instant as an argument (needs/clock.h makes it)"),
    ("a clock", r"::now\s*\(\s*\)",
     "take Now or Instant as an argument (needs/clock.h makes it)"),
    ("a clock", r"\btime\s*\(\s*(?:nullptr|NULL|0|&)|\b(?:gettimeofday|clock_gettime|localtime|gmtime)\b",
     "take Now or Instant as an argument (needs/clock.h makes it)"),
    ("chance", r"\brandom_device\b|\bmt19937\w*|\bs?rand\s*\(|\brandom\s*\(|\bRAND_bytes\b|\bgetrandom\b",
     "take needs::Dice, or the bytes themselves, as an argument"),
    ("the environment", r"\b(?:secure_)?getenv\b", "take it as an argument; src/bin reads it"),
    ("a thread", r"\bstd::(?:jthread|thread|async|mutex|shared_mutex|recursive_mutex|condition_variable"
     r"|this_thread)\b|\bthread_local\b",
     "let the layer above call from one thread (bin/writer_thread.h)"),
    ("a file", r"\bf?stream\s*\(|\b[io]?fstream\b|\bfopen\b|\bstd::filesystem\b|(?<!\w)::open\s*\(",
     "ask needs/ for what the file holds"),
    ("a socket", r"\bsocket\s*\(|<sys/socket\.h>|\bboost::asio\b|(?<!\w)::connect\s*\(",
     "ask needs/ for what the other end does"),
    ("a terminal", r"\bstd::(?:cout|cerr|clog|cin)\b|\bprintf\s*\(", "return it; in, cli or bin say it"),
]
PURE = ("src/core/", "src/app/")

# `static` or namespace-level variables that can change: rough, and only at the margin or after static.
GLOBAL = re.compile(
    r"^(?:static|inline|thread_local)\s+(?!.*\b(?:const|constexpr|consteval|constinit const)\b)"
    r"[\w:<>,\s*&]+?\s\w+\s*(?:=|\{|;)|^\s+static\s+(?!.*\bconst(?:expr)?\b)[\w:<>,\s*&]+?\s\w+\s*(?:=|\{|;)")

# Who may look inside a Sealed: the few that hash, seal, compare or send it. Everybody else passes it on.
MAY_REVEAL = [
    "src/base/crypto", "src/base/sealed.h", "src/base/base_test.cc", "src/core/ledger/checkpoint",
    "src/core/identity/", "src/app/", "src/out/", "src/in/api/", "src/in/http/", "src/in/fhir/",
    "src/bin/", "src/cli/client", "src/cli/session_file", "src/cli/sign_in.cc", "src/cli/code.cc",
    "src/cli/people.cc", "src/cli/identity.cc", "src/cli/offline.cc", "sim/", "bench/", "fuzz/",
]
# in/api/upstream.cc composes the minimal demographics of the person search.
MAY_LOOK = ["src/in/fhir/", "src/app/", "src/in/api/upstream.cc", "fuzz/"]
REVEAL = re.compile(r"(?:\.|->)reveal\s*\(\s*\)")
LOOK = re.compile(r"(?:\.|->)look\s*\(\s*\)")

OPENS = re.compile(r"//\s*(?:\S+\.(?:h|cc)\s+-\s+)?\S")
COLUMNS = 100


def may(where, allowed):
    return any(str(where).startswith(start) for start in allowed)


def check_file(where, text):
    out = []

    def breach(number, sentence):
        out.append(f"{where}:{number}: {sentence}")

    lines, code = text.split("\n"), code_only(text).split("\n")
    is_test = where.name.endswith("_test.cc") or "contract" in where.name
    if where.suffix == ".h" and not (OPENS.match(text) and text.startswith(f"// {where.name} - ")):
        breach(1, f"a header opens with \"// {where.name} - what it is\"")
    if where.suffix == ".h" and "#pragma once" not in text:
        breach(1, "no #pragma once")
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS and 'R"(' not in line:  # a raw string's breaks would be part of it
            breach(number, f"{len(line)} columns, {COLUMNS} at most")
        if line != line.rstrip():
            breach(number, "blanks at the end")
        if "\t" in line:
            breach(number, "a tab; two spaces instead")
        if re.search(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b", line):
            breach(number, "do it, or file it; the code says what is")
    if not text.endswith("\n") or text.endswith("\n\n"):
        breach(len(lines), "a file ends with one line end")
    for number, line in enumerate(code, 1):
        if may(where, PURE) and not is_test:
            for what, pattern, instead in AMBIENT:
                if re.search(pattern, line):
                    breach(number, f"{what} in a pure layer; {instead}")
            if GLOBAL.search(line) and "(" not in line.split("=")[0]:
                breach(number, "a global that can change; make it a member of what owns it")
        if REVEAL.search(line) and not is_test and not may(where, MAY_REVEAL):
            breach(number, "reveal() outside its list (tools/tidy.py, MAY_REVEAL)")
        if LOOK.search(line) and not is_test and not may(where, MAY_LOOK):
            breach(number, "look() at a record outside in/fhir and app; it leaves by its Recorded<>")
    return out


def check(root):
    out, revealed = [], Counter()
    for path in sources(root):
        where = path.relative_to(root)
        text = path.read_text(encoding="utf-8")
        out += check_file(where, text)
        count = len(REVEAL.findall(code_only(text)))
        if count and not where.name.endswith("_test.cc"):
            revealed[str(where)] = count
    return out, revealed


def self_test():
    head = "// a.h - a thing.\n#pragma once\n"
    caught = {
        "clock": ("src/core/a.h", head + "auto t = std::chrono::system_clock::to_time_t(x);\n"),
        "now": ("src/app/a.cc", "auto t = Clock::now();\n"),
        "time": ("src/core/a.cc", "long t = time(nullptr);\n"),
        "chance": ("src/app/a.cc", "int i = rand();\n"),
        "device": ("src/core/a.cc", "std::random_device d;\n"),
        "environment": ("src/core/a.cc", 'auto* e = std::getenv("A");\n'),
        "thread": ("src/app/a.cc", "std::thread t(run);\n"),
        "file": ("src/app/a.cc", "std::ifstream in(path);\n"),
        "socket": ("src/core/a.cc", "int s = socket(1, 2, 3);\n"),
        "global": ("src/core/a.cc", "static int count = 0;\n"),
        "inner global": ("src/app/a.cc", "void f() {\n  static std::string last;\n}\n"),
        "reveal": ("src/cli/a.cc", "print(secret.reveal());\n"),
        "look": ("src/in/api/a.cc", "print(bytes.look());\n"),
        "opening": ("src/base/a.h", "#pragma once\n"),
        "pragma": ("src/base/a.h", "// a.h - a thing.\n"),
        "columns": ("src/base/a.cc", "x" * 101 + "\n"),
        "blank": ("src/base/a.cc", "int i; \n"),
        "later": ("src/base/a.cc", "// TO" + "DO: more\n"),
        "end": ("src/base/a.cc", "int i;"),
    }
    clean = {
        "comment": ("src/core/a.cc", "// time(nullptr) and std::thread are for others\n"),
        "literal": ("src/core/a.cc", 'auto a = "rand()";\nauto b = 1\'000;\nauto c = \'"\';\n'),
        "word": ("src/core/a.cc", "Instant lifetime(int); bool known(int);\nInstant time(Keys& keys);\n"),
        "clock seam": ("src/app/a.cc", "const Now now = clock_.now();\n"),
        "another open": ("src/core/a.cc", "auto plain = crypto::open(key, nonce, view(a), b);\n"),
        "constant": ("src/core/a.cc", "static const int a = 1;\ninline constexpr int b = 2;\n"),
        "function": ("src/core/a.cc", "static int f(int a) {\n  return a;\n}\ninline int g();\n"),
        "outside": ("src/out/a.cc", "auto t = std::chrono::system_clock::now();\n"),
        "allowed": ("src/out/a.cc", "use(key.reveal());\n"),
    }
    for name, (path, text) in (caught | clean).items():
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / path).parent.mkdir(parents=True)
            (root / path).write_text(text)
            found, _ = check(root)
            if bool(found) != (name in caught):
                sys.exit(f"self-test \"{name}\": found {found}")
    print(f"tidy: self-test good, {len(caught)} breaches caught, {len(clean)} clean texts passed")


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        self_test()
    else:
        FOUND, REVEALED = check(ROOT)
        for NAME, COUNT in sorted(REVEALED.items()):
            print(f"reveal() {COUNT:3} times in {NAME}")
        print("\n".join(FOUND + [f"tidy: {len(sources(ROOT))} files, {len(FOUND)} breaches"]))
        sys.exit(1 if FOUND else 0)
