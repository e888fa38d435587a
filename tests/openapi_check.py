"""openapi_check.py - every answer of the HTTP API that a test sees is held against spec/http-api.yaml.

As much of JSON Schema 2020-12 as the description uses; a keyword that is not known here is a mistake.
"""

import functools
import json
import re

import yaml

from halligan_paths import ROOT

SPEC = ROOT / "spec" / "http-api.yaml"
IGNORED = {"description", "title", "example", "examples", "default", "format", "deprecated", "readOnly", "writeOnly", "discriminator",
           "contentMediaType", "contentEncoding", "$comment"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


@functools.lru_cache(maxsize=None)
def spec():
    return yaml.safe_load(SPEC.read_text()) if SPEC.exists() else None


@functools.lru_cache(maxsize=None)
def operations():
    """(method, pattern of the path, description) of everything that is described."""
    out = []
    for path, item in spec()["paths"].items():
        pattern = re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path)) + r"\Z")
        out += [(method.upper(), path, pattern, operation) for method, operation in item.items()
                if method in ("get", "put", "post", "delete", "patch")]
    return sorted(out, key=lambda o: o[1].count("{"))


def resolve(node):
    while isinstance(node, dict) and "$ref" in node:
        found = spec()
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        node = found
    return node


def is_type(value, name):
    if name in ("number", "integer"):
        return isinstance(value, int if name == "integer" else (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def wrong_with(value, schema, at=""):
    """What of a value is not as described; empty where all is."""
    schema = resolve(schema)
    if schema is True or schema == {}:
        return []
    out = []
    known = IGNORED | {"type", "properties", "required", "additionalProperties", "items", "enum", "const", "pattern", "minLength", "maxLength",
                       "minimum", "maximum", "minItems", "maxItems", "oneOf", "anyOf", "allOf", "$ref", "uniqueItems", "minProperties",
                       "propertyNames", "maxProperties", "exclusiveMinimum", "unevaluatedProperties"}
    assert set(schema) <= known, f"a keyword of the description that is not checked: {set(schema) - known}"
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(is_type(value, name) for name in types):
        return [f"{at}: {json.dumps(value)[:80]} is not {' or '.join(types)}"]
    if "enum" in schema and value not in schema["enum"]:
        out.append(f"{at}: {value!r} is none of {schema['enum']}")
    if "const" in schema and value != schema["const"]:
        out.append(f"{at}: {value!r} is not {schema['const']!r}")
    if isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            out.append(f"{at}: {value!r} does not match {schema['pattern']}")
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 1 << 30):
            out.append(f"{at}: a text of {len(value)} characters")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            out.append(f"{at}: {value} is out of range")
    if isinstance(value, list):
        for n, one in enumerate(value):
            out += wrong_with(one, schema.get("items", {}), f"{at}/{n}")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        out += [f"{at}/{name} is missing" for name in schema.get("required", []) if name not in value]
        for name, one in value.items():
            if name in properties:
                out += wrong_with(one, properties[name], f"{at}/{name}")
            elif schema.get("additionalProperties", True) is False:
                out.append(f"{at}/{name} is not described")
            elif isinstance(schema.get("additionalProperties"), dict):
                out += wrong_with(one, schema["additionalProperties"], f"{at}/{name}")
    for part in schema.get("allOf", []):
        out += wrong_with(value, part, at)
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            tries = [wrong_with(value, part, at) for part in schema[choice]]
            if all(tries):
                out += min(tries, key=len)
    return out


def wrong_with_answer(method, path, status, headers, body):
    """What of an answer is not as described."""
    if spec() is None:
        return []
    plain = path.split("?")[0]
    found = next((o for o in operations() if o[0] == method and o[2].match(plain)), None)
    if found is None:  # the path is not there, or not with this method: then it must be refused
        return [] if status >= 400 else [f"{method} {plain} is not described and answers {status}"]
    responses = found[3]["responses"]
    described = responses.get(str(status)) or responses.get(f"{status // 100}XX") or responses.get("default")
    if described is None:
        return [f"{method} {found[1]} answers {status}, which is not described"]
    content = resolve(described).get("content")
    if not content:
        return [f"{method} {found[1]} {status}: a body that is not described"] if body else []
    kind = headers.get("Content-Type", "").split(";")[0].strip()
    media = content.get(kind)
    if media is None:
        return [f"{method} {found[1]} {status}: content type {kind!r} is none of {sorted(content)}"]
    if not kind.endswith("json"):
        return []
    return [f"{method} {found[1]} {status} {one}" for one in wrong_with(json.loads(body), media.get("schema", {}))]
