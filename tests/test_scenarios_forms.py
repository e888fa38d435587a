"""The forms of FHIR beyond a plain read or write, from outside: each is decided and has its entry."""

import base64
import json

PATIENT, OTHER = "p-000001", "p-000002"  # referred to cardiology, and not
JSON_PATCH = {"Content-Type": "application/json-patch+json"}
WEIGHT = {"value": 71.5, "unit": "kg"}


def observation(patient, **changes):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "a note"}, "valueString": "calm",
            "subject": {"reference": f"Patient/{patient}"}, **changes}


def made(doctor):
    answer = doctor.fhir("POST", "Observation", observation(PATIENT), ok=201)
    return answer.headers["Location"].split("/fhir/")[1], answer.headers["ETag"]


def test_a_head_is_the_get_without_its_body(world):
    doctor = world.hire("physician", team="cardiology")
    for path in (f"Patient/{PATIENT}", f"Observation?patient={PATIENT}", "metadata"):
        size = world.size()
        whole = doctor.fhir("GET", path, ok=200)
        head = doctor.fhir("HEAD", path, ok=200)
        assert head.body == b"" and int(head.headers["Content-Length"]) == len(whole.body)
        if path != "metadata":
            intents = world.entries("access-intended", since=size)
            assert len(intents) == 2 and len({i["form"] for i in intents}) == 1, intents
    assert doctor.fhir("HEAD", f"Patient/{OTHER}").status == doctor.fhir("GET", f"Patient/{OTHER}").status == 403


def test_a_version_that_still_stands_is_an_access(world):
    doctor, stranger = world.hire("physician", team="cardiology"), world.hire("physician")
    where, version = made(doctor)
    size = world.size()
    held = {"If-None-Match": version}
    still = doctor.fhir("GET", where, headers=held, ok=304)
    assert still.body == b"" and still.headers["ETag"] == version and still.receipt is not None
    assert len(world.entries("access-intended", since=size)) == 1
    assert stranger.fhir("GET", where, headers=held).status == stranger.fhir("GET", where).status != 304
    doctor.fhir("GET", where, headers={"If-None-Match": "nonsense"}, ok=400)


def test_a_patch_a_wish_and_the_history_of_both(world):
    doctor, stranger = world.hire("physician", team="cardiology"), world.hire("physician")
    where, _ = made(doctor)
    patch = [{"op": "test", "path": "/valueString", "value": "calm"}, {"op": "remove", "path": "/valueString"},
             {"op": "add", "path": "/valueQuantity", "value": WEIGHT}]
    send = lambda person, operations, **more: person.fhir(  # noqa: E731
        "PATCH", where, json.dumps(operations), headers={**JSON_PATCH, **more})
    patched = send(doctor, patch, Prefer="return=representation")
    assert patched.status == 200 and patched.json["valueQuantity"] == WEIGHT, patched
    assert patched.headers["Preference-Applied"] == "return=representation"
    assert send(doctor, patch).status == 422, "the test fails now"
    assert send(stranger, patch).status in (403, 404)
    assert send(doctor, [{"op": "replace", "path": "/subject/reference", "value": f"Patient/{OTHER}"}]).status >= 400
    assert world.upstream("GET", where).json["valueQuantity"] == WEIGHT

    past = doctor.fhir("GET", f"{where}/_history", ok=200)
    assert past.json["type"] == "history" and "total" not in past.json
    assert ["valueString" in r for r in past.resources()] == [False, True]
    assert str(world.upstream_port).encode() not in past.body
    first = past.resources()[1]["meta"]["versionId"]
    assert doctor.fhir("GET", f"{where}/_history/{first}", ok=200).json["valueString"] == "calm"
    assert stranger.fhir("GET", f"{where}/_history").status >= 400
    newest = doctor.fhir("GET", f"{where}/_history?_count=1", ok=200)
    (following,) = [link["url"] for link in newest.json["link"] if link["relation"] == "next"]
    rest = doctor.fhir("GET", following.split("/fhir/")[1], ok=200)
    assert [r["meta"]["versionId"] for r in rest.resources()] == [first]


def test_a_batch_is_answered_request_by_request(world):
    doctor = world.hire("physician", team="cardiology")
    where, version = made(doctor)
    patch = base64.b64encode(json.dumps([{"op": "replace", "path": "/valueString", "value": "calmer"}]).encode()).decode()
    requests = [
        ({"method": "GET", "url": where, "ifNoneMatch": version}, None, "304"),
        ({"method": "GET", "url": f"Patient/{OTHER}"}, None, "403"),
        ({"method": "PATCH", "url": where}, {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": patch}, "200"),
        ({"method": "POST", "url": "Observation"}, observation(PATIENT), "201"),
        ({"method": "POST", "url": "Observation"}, observation(OTHER), "403"),
        ({"method": "GET", "url": f"Observation?patient={PATIENT}&_count=1"}, None, "200"),
        ({"method": "GET", "url": f"http://127.0.0.1:{world.upstream_port}/fhir/{where}"}, None, "400"),
        ({"method": "DELETE", "url": where}, None, "204")]
    entry = [{"request": request, **({"resource": resource} if resource else {})} for request, resource, _ in requests]
    size = world.size()
    answer = doctor.fhir("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": entry}, ok=200)
    assert answer.json["type"] == "batch-response"
    assert [e["response"]["status"][:3] for e in answer.json["entry"]] == [status for _, _, status in requests], answer
    assert len(world.entries("access-refused", since=size)) == 1, "folded, as from a lone request"
    assert len(world.entries("access-intended", since=size)) >= 5
    doctor.fhir("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entry}, ok=422)  # it has reads in it
