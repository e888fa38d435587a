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


def test_a_transaction_passes_whole_or_not_at_all(world):
    doctor = world.hire("physician", team="cardiology")
    where, version = made(doctor)
    name = "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"
    report = {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "a report"}, "subject": {"reference": f"Patient/{PATIENT}"},
              "result": [{"reference": name}]}
    current = doctor.fhir("GET", where, ok=200).json
    entry = [{"fullUrl": name, "resource": observation(PATIENT), "request": {"method": "POST", "url": "Observation"}},
             {"resource": report, "request": {"method": "POST", "url": "DiagnosticReport"}},
             {"resource": {**current, "valueString": "calmer"}, "request": {"method": "PUT", "url": where, "ifMatch": version}}]
    send = lambda more: doctor.fhir("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": [*entry, *more]})  # noqa: E731
    before = world.upstream_state(PATIENT), world.upstream_state(OTHER)
    refused = send([{"resource": observation(OTHER), "request": {"method": "POST", "url": "Observation"}}])
    assert refused.status == 403 and refused.json["issue"][0]["expression"] == ["Bundle.entry[3]"], refused
    assert (world.upstream_state(PATIENT), world.upstream_state(OTHER)) == before, "one is not granted: none is carried out"
    size = world.size()
    answer = send([])
    assert answer.status == 200 and answer.json["type"] == "transaction-response", answer
    assert [e["response"]["status"] for e in answer.json["entry"]] == ["201 Created", "201 Created", "200 OK"]
    made_here, reported = (e["response"]["location"].split("/fhir/")[1] for e in answer.json["entry"][:2])
    assert doctor.fhir("GET", reported, ok=200).json["result"] == [{"reference": made_here}]
    assert doctor.fhir("GET", where, ok=200).json["valueString"] == "calmer"
    assert len([i for i in world.entries("access-intended", since=size) if i["form"] in ("create", "update")]) == 3


def test_a_binary_goes_with_what_refers_to_it(world):
    doctor, stranger = world.hire("physician", team="cardiology"), world.hire("physician")
    kept = lambda resource: world.upstream("POST", resource["resourceType"], resource).json["id"]  # noqa: E731
    scan = kept({"resourceType": "Binary", "contentType": "text/html", "data": base64.b64encode(b"<script>").decode()})
    letter = lambda patient: {"resourceType": "DocumentReference", "status": "current", "subject": {"reference": f"Patient/{patient}"},  # noqa: E731
                              "content": [{"attachment": {"contentType": "text/html", "url": f"Binary/{scan}"}}]}
    of = f"Binary/{scan}?of=DocumentReference/{kept(letter(PATIENT))}"
    size = world.size()
    answer = doctor.fhir("GET", of, ok=200)
    assert answer.json["data"] == base64.b64encode(b"<script>").decode()
    assert answer.headers["Content-Type"] == "application/fhir+json" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == "attachment"
    assert [i["form"] for i in world.entries("access-intended", since=size)] == ["binary"]
    assert stranger.fhir("GET", of).status == stranger.fhir("GET", of.partition("?of=")[2]).status == 403
    assert doctor.fhir("GET", f"Binary/{scan}?of=DocumentReference/{kept(letter(OTHER))}").status == 403
    assert doctor.fhir("GET", f"Binary/{scan}").status == 400
    assert doctor.fhir("POST", "DocumentReference", letter(PATIENT)).status == 422, "a reference to one is a right"
