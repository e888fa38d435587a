"""The document of the HTTP API and the program have the same paths, methods and answers."""

import pathlib
import re

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = yaml.safe_load((ROOT / "spec" / "http-api.yaml").read_text())
METHODS = {"get", "put", "post", "delete", "patch"}


def documented():
    return {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item if method in METHODS}


def routed():
    """The tables of src/in/api, as the compiler reads them."""
    found = set()
    for file in sorted((ROOT / "src" / "in" / "api").glob("*.cc")):
        for method, path in re.findall(r'Route\{"([A-Z]+)", "([^"]+)", \w+\}', file.read_text()):
            found.add((method, path.replace("...}", "}")))
    return found


def test_every_route_is_documented_and_every_path_is_routed():
    assert len(routed()) > 40
    assert documented() == routed()


def _walk(node, at=""):
    yield at, node
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _walk(value, f"{at}/{key}")
    elif isinstance(node, list):
        for n, value in enumerate(node):
            yield from _walk(value, f"{at}/{n}")


def test_references_lead_somewhere():
    for at, node in _walk(DOCUMENT):
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            target = DOCUMENT
            for part in node["$ref"].removeprefix("#/").split("/"):
                assert part in target, f"{at}: {node['$ref']}"
                target = target[part]


def test_operations_are_named_once_and_parameters_declared():
    names = [op["operationId"] for item in DOCUMENT["paths"].values() for method, op in item.items() if method in METHODS]
    assert len(names) == len(set(names))
    for path, item in DOCUMENT["paths"].items():
        declared = set()
        for holder in (item, *(op for method, op in item.items() if method in METHODS)):
            for parameter in holder.get("parameters", []):
                if "$ref" in parameter:
                    parameter = DOCUMENT["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]
                if parameter["in"] == "path":
                    declared.add(parameter["name"])
        assert declared == set(re.findall(r"\{(\w+)\}", path)), path
