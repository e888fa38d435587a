#!/usr/bin/python3
"""layers.py - who includes whom, against LAYERS; one line "file:line: sentence" for each breach.

    tools/layers.py               check the tree
    tools/layers.py --self-test   prove on a made-up tree that breaches are caught
"""
import pathlib
import re
import sys
import tempfile

from source_tree import BESIDE_SRC, ROOT, sources

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')


def read_layers(text):
    """{layer: set of layers, or of single headers, that it may include}"""
    allowed = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        name, colon, others = line.partition(":")
        if not colon:
            sys.exit(f"LAYERS:{number}: found {line!r}, wanted \"layer : layers it may include\"")
        allowed[name.strip()] = set(others.split())
    return allowed


def includes_of(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(1)


def closure(root, headers):
    """The headers and everything of src/ that they include: what one who may include them may see."""
    seen, todo = set(), [name for name in headers if name.endswith(".h")]
    while todo:
        name = todo.pop()
        path = root / "src" / name
        if name in seen or not path.exists():
            continue
        seen.add(name)
        todo += [included for _, included in includes_of(path)]
    return seen


def layer_of(root, path):
    parts = path.relative_to(root).parts
    return parts[1] if parts[0] == "src" else parts[0]


def target_layer(root, path, name):
    """The layer that an include names, None where it is no file of ours."""
    top = name.split("/")[0]
    if (root / "src" / name).exists():
        return top
    if top in BESIDE_SRC and (root / name).exists():
        return top
    if (path.parent / name).resolve().exists():
        return layer_of(root, (path.parent / name).resolve())
    return None


def breaches(root):
    allowed = read_layers((root / "LAYERS").read_text(encoding="utf-8"))
    out = []
    for path in sources(root):
        layer, where = layer_of(root, path), path.relative_to(root)
        if layer not in allowed:
            out.append(f"{where}:1: layer \"{layer}\" is not in LAYERS")
            continue
        may_see = allowed[layer]
        if path.name.endswith("_test.cc"):
            may_see = may_see | allowed.get(f"{layer} tests", set())
        headers = closure(root, may_see)
        for number, name in includes_of(path):
            target = target_layer(root, path, name)
            if ".." in name.split("/"):
                out.append(f"{where}:{number}: \"{name}\": write it relative to src/")
            elif target is None:
                out.append(f"{where}:{number}: \"{name}\" is no file of this tree; use <> for others")
            elif name.endswith("_test.h") and not path.name.endswith("_test.cc"):
                out.append(f"{where}:{number}: \"{name}\" is for tests")
            elif target != layer and target not in may_see and name not in headers:
                may = ", ".join(sorted(may_see)) or "nothing"
                out.append(f"{where}:{number}: {layer} includes \"{name}\" of {target}; "
                           f"it may include {may}")
    return out


def self_test():
    layers = ("base :\ncore : base\nin : base core\nout : base\nreference : core/policy/ast.h\n"
              "reference tests : core\n")
    tree = {
        "src/base/a.h": "#pragma once\n",
        "src/core/policy/ast.h": '#include "base/a.h"\n',
        "src/core/policy/engine.h": '#include "core/policy/ast.h"\n#include <vector>\n',
        "src/in/good.cc": '#include "core/policy/engine.h"\n// #include "out/door.h"\n',
        "src/out/door.h": '#include "base/a.h"\n',
        "reference/good_test.cc": '#include "core/policy/engine.h"\n',
        "reference/good.cc": '#include "core/policy/ast.h"\n#include "base/a.h"\n',
    }
    wrong = {
        ("src/in/bad.cc", '\n#include "out/door.h"\n'): "src/in/bad.cc:2: in includes",
        ("src/base/bad.h", '#include "core/policy/ast.h"\n'): "src/base/bad.h:1: base includes",
        ("reference/bad.cc", '#include "core/policy/engine.h"\n'): "reference/bad.cc:1: reference incl",
        ("src/core/bad.cc", '#include "gone.h"\n'): "src/core/bad.cc:1: \"gone.h\" is no file",
        ("src/core/up.cc", '#include "../base/a.h"\n'): "src/core/up.cc:1: \"../base/a.h\": write it",
        ("src/new/a.cc", "\n"): "src/new/a.cc:1: layer \"new\" is not in LAYERS",
    }
    for extra in [None, *wrong]:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "LAYERS").write_text(layers)
            for name, text in (tree | ({extra[0]: extra[1]} if extra else {})).items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            found = breaches(root)
            wanted = wrong[extra] if extra else None
            good = len(found) == 1 and found[0].startswith(wanted) if wanted else found == []
            if not good:
                sys.exit(f"self-test: wanted {wanted!r}, found {found}")
    print(f"layers: self-test good, {len(wrong)} breaches caught")


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        self_test()
    else:
        FOUND = breaches(ROOT)
        print("\n".join(FOUND + [f"layers: {len(sources(ROOT))} files, {len(FOUND)} breaches"]))
        sys.exit(1 if FOUND else 0)
