#!/bin/bash
# lint.sh - clang-tidy (.clang-tidy) and cppcheck over everything but tests. Needs a configured build/release.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

from=${1:-build/release}
mkdir -p build/lint
# Without precompiled headers, which are another compiler's, and without warnings that only gcc knows.
/usr/bin/python3 - "$from/compile_commands.json" build/lint/compile_commands.json build/lint/files << 'PY'
import json, pathlib, re, sys
given, kept, names = sys.argv[1:]
out = []
for each in json.loads(pathlib.Path(given).read_text()):
    path = pathlib.Path(each["file"]).relative_to(pathlib.Path.cwd())
    if path.parts[0] not in ("src", "sim", "reference", "fuzz") or path.name.endswith("_test.cc"):
        continue
    command = re.sub(r"^.*?(\S*(?:c\+\+|g\+\+|clang\+\+)) ", r"clang++ ", each["command"])
    command = re.sub(r"-include \S+cmake_pch\.hxx|-Winvalid-pch|-Wno-(?:maybe-uninitialized|stringop-overflow|dangling-pointer)|-Werror", "", command)
    out.append({**each, "command": command})
pathlib.Path(kept).write_text(json.dumps(out))
pathlib.Path(names).write_text("".join(sorted({each["file"] + "\n" for each in out})))
PY
xargs -a build/lint/files -P "$(nproc)" -n 1 clang-tidy -p build/lint --quiet
cppcheck -q -j "$(nproc)" --std=c++20 --language=c++ --library=posix,googletest --enable=warning,performance,portability \
  --inline-suppr --suppressions-list=tools/cppcheck.txt --error-exitcode=1 -I src -I . --file-list=build/lint/files
