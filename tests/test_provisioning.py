"""SCIM 2.0 from outside: a system enrols people, gives and takes roles by groups; B03."""

import json
import time

import pytest

from halligan_world import DEMO, Client, World

POLICY = (DEMO / "policy.toml").read_text() + """
[[provisioning]]
name = "hr"

[[provisioning]]
name = "other"

[[group]]
from = "hr"
name = "Service desk"
roles = ["it-support"]
"""

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class System:
    """An identity system that speaks SCIM."""

    def __init__(self, world, source="hr"):
        self.world = world
        made = world.admin.api("PUT", f"/provisioning/{source}", {}, ok=201)
        self.client = Client(world, made.json["token"])

    def __call__(self, method, path, body=None, ok=None, **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent["Content-Type"] = "application/scim+json"
            body = json.dumps(body)
        answer = self.client.request(method, "/scim/v2" + path, body, headers=sent)
        if ok is not None:
            assert answer.status == ok, f"{method} {path}: wanted {ok}, got {answer!r}"
        if answer.status >= 400:
            assert answer.json["status"] == str(answer.status), answer
        return answer

    def user(self, user_name, **more):
        return self("POST", "/Users", {"schemas": [USER], "userName": user_name, "displayName": f"Name of {user_name}", "active": True, **more}, ok=201).json

    def patch(self, path, *operations, ok=200, **headers):
        return self("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, ok=ok, **headers)


@pytest.fixture(scope="module")
def hr(world):
    return System(world)


def roster(world, who):
    return next((p for p in world.admin.api("GET", "/staff", ok=200).json if p["staff"] == who), None)


def equipped(world, who):
    """With a password and a code, as somebody enrolled them."""
    import base64
    import os

    from halligan_world import Secrets
    secrets = Secrets("a long enough password", base64.b32encode(os.urandom(20)).decode())
    world.admin.api("PUT", f"/staff/{who}/password", {"password": secrets.password}, ok=204)
    secrets.totp = world.admin.api("POST", f"/staff/{who}/totp", {}, ok=201).json["secret"]
    world.secrets[who] = secrets
    world.enrolled.add(who)
    return world.sign_in(who)


def test_somebody_is_enrolled_found_changed_and_removed(world, hr):
    made = hr.user("ines.roth", externalId="e-1", emails=[{"value": "i@example.org", "type": "work"}],
                   **{ENTERPRISE: {"department": "it", "employeeNumber": "7"}}, password="never kept")
    assert made["id"] == "ines.roth" and made["active"] is True and "password" not in made
    assert made[ENTERPRISE] == {"department": "it", "employeeNumber": "7"}
    held = roster(world, "ines.roth")
    assert held["name"] == "Name of ines.roth" and held["department"] == "it" and held["roles"] == []
    found = hr("GET", '/Users?filter=userName%20eq%20%22INES.roth%22', ok=200).json
    assert found["totalResults"] == 1 and found["Resources"][0]["externalId"] == "e-1"
    assert hr("POST", "/Users", {"userName": "Ines.Roth"}, ok=409).json["scimType"] == "uniqueness"
    tag = hr("GET", "/Users/ines.roth", ok=200).headers["ETag"]
    assert hr("GET", "/Users/ines.roth", If_None_Match=tag).status == 304
    changed = hr("PUT", "/Users/ines.roth", {"userName": "ines.roth", "displayName": "Ines R.", "active": True, "externalId": "e-1"},
                 ok=200, If_Match=tag)
    assert "emails" not in changed.json and changed.json["displayName"] == "Ines R."
    hr("PUT", "/Users/ines.roth", {"userName": "ines.roth"}, ok=412, If_Match=tag)
    hr("DELETE", "/Users/ines.roth", ok=204)
    hr("GET", "/Users/ines.roth", ok=404)
    assert roster(world, "ines.roth")["active"] is False
    # Somebody new of the same name is somebody else; the same one is who they were.
    assert hr.user("ines.roth", externalId="e-2")["id"] != "ines.roth"
    assert hr("POST", "/Users", {"userName": "ines.roth"}, ok=409)


def test_nobody_who_was_enrolled_here_is_taken_over(world, hr):
    answer = hr("POST", "/Users", {"userName": "adm.silva", "active": False}, ok=409)
    assert "enrolled here" in answer.json["detail"]
    hr("PATCH", "/Users/adm.silva", {"Operations": [{"op": "replace", "value": {"active": False}}]}, ok=404)
    assert roster(world, "adm.silva")["active"] is True
    other = System(world, "other")
    theirs = hr.user("only.hr")["id"]
    assert other("GET", f"/Users/{theirs}").status == 404
    assert other("DELETE", f"/Users/{theirs}").status == 404
    assert Client(world).request("GET", "/scim/v2/Users").status == 401
    assert Client(world, "hps_nonsense").request("GET", "/scim/v2/Users").status == 401
    assert world.admin.request("GET", "/scim/v2/Users").status == 401  # no person's session


@pytest.mark.parametrize("operation", [
    {"op": "Replace", "path": "active", "value": "False"},  # as Entra sends it
    {"op": "replace", "value": {"active": False}},  # as Okta does
    {"op": "replace", "path": "active", "value": False},
    {"op": "replace", "path": f"{USER}:active", "value": False}])
def test_B03_deactivation_ends_the_session_and_the_glass_at_once(world, hr, operation):
    name = f"b.{time.monotonic_ns()}"
    who = hr.user(name)["id"]
    group = group_of(hr)
    hr.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": who}]})
    assert roster(world, who)["roles"] == ["it-support"] and roster(world, who)["own_roles"] == []
    person = equipped(world, who)
    glass = person.break_glass("p-000002", "system-support").json["glass"]
    assert person.fhir("GET", "Patient/p-000002").status == 200
    answer = hr.patch(f"/Users/{who}", operation)
    assert answer.json["active"] is False
    assert person.fhir("GET", "Patient/p-000002").status == 401
    assert glass not in world.admin.api("GET", "/glass", ok=200).body.decode()  # none of those that are open
    assert world.sign_in(who, ok=401)


def group_of(hr, name="Service desk"):
    found = hr("GET", f'/Groups?filter=displayName%20eq%20%22{name.replace(" ", "%20")}%22', ok=200).json
    if found["totalResults"]:
        return found["Resources"][0]["id"]
    return hr("POST", "/Groups", {"displayName": name}, ok=201).json["id"]


@pytest.mark.parametrize("leave", [
    lambda hr, group, who: hr.patch(f"/Groups/{group}", {"op": "remove", "path": f'members[value eq "{who}"]'}),
    lambda hr, group, who: hr.patch(f"/Groups/{group}", {"op": "Remove", "path": "members", "value": [{"value": who}]}),
    lambda hr, group, who: hr("PUT", f"/Groups/{group}", {"displayName": "Service desk", "members": []}, ok=200),
    lambda hr, group, who: hr.patch(f"/Groups/{group}", {"op": "replace", "path": "displayName", "value": "Another desk"}),
    lambda hr, group, who: hr("DELETE", f"/Groups/{group}", ok=204)])
def test_B03_a_role_that_is_lost_ends_the_session_and_the_glass(world, hr, leave):
    who = hr.user(f"l.{time.monotonic_ns()}")["id"]
    group = group_of(hr)
    hr.patch(f"/Groups/{group}", {"op": "Add", "path": "members", "value": [{"value": who}]})
    person = equipped(world, who)
    person.break_glass("p-000002", "system-support")
    leave(hr, group, who)
    assert roster(world, who)["roles"] == []
    assert person.fhir("GET", "Patient/p-000002").status == 401
    found = hr("GET", '/Groups?filter=displayName%20eq%20%22Another%20desk%22', ok=200).json
    for each in found["Resources"]:
        hr("DELETE", f"/Groups/{each['id']}", ok=204)


def test_a_group_gives_only_what_the_policy_says(world, hr):
    who = hr.user("g.one", roles=[{"value": "administrator"}], entitlements=[{"value": "everything"}])["id"]
    group = hr("POST", "/Groups", {"displayName": "administrator", "members": [{"value": who}]}, ok=201).json
    assert group["members"][0]["value"] == who
    assert roster(world, who)["roles"] == []
    assert hr("GET", f"/Users/{who}", ok=200).json["groups"][0]["display"] == "administrator"
    hr("POST", "/Groups", {"displayName": "x", "members": [{"value": "adm.silva"}]}, ok=400)


def test_patches_in_other_dialects(hr):
    who = hr.user("p.one", emails=[{"value": "a@example.org", "type": "work"}], name={"givenName": "P", "familyName": "One"})["id"]
    path = f"/Users/{who}"
    out = hr.patch(path, {"op": "replace", "path": 'emails[type eq "work"].value', "value": "b@example.org"},
                   {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "cardiology"},
                   {"op": "add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+441"},
                   {"op": "replace", "value": {"name.givenName": "Pia", "title": "Dr", f"{ENTERPRISE}:employeeNumber": "9"}}).json
    assert out["emails"] == [{"value": "b@example.org", "type": "work"}]
    assert out["phoneNumbers"] == [{"type": "mobile", "value": "+441"}]
    assert out[ENTERPRISE] == {"employeeNumber": "9", "department": "cardiology"}
    assert out["name"]["givenName"] == "Pia" and out["title"] == "Dr"
    out = hr.patch(path, {"op": "remove", "path": "title"}, {"op": "remove", "path": 'emails[type eq "work"]'}).json
    assert "title" not in out and out.get("emails") in (None, [])
    for bad, kind in (({"op": "frobnicate"}, "invalidSyntax"), ({"op": "replace", "path": "a b", "value": 1}, "invalidPath"),
                      ({"op": "remove"}, "noTarget"), ({"op": "replace", "path": "userName", "value": ""}, "invalidValue"),
                      ({"op": "replace", "path": "active", "value": "perhaps"}, "invalidValue"),
                      ({"op": "replace", "path": "id", "value": "x"}, "mutability"),
                      ({"op": "replace", "path": 'emails[type eq "x', "value": "x"}, "invalidPath")):
        assert hr.patch(path, bad, ok=400).json["scimType"] == kind, bad


def test_what_is_not_said_brings_nobody_back_and_keeps_nothing_odd(world, hr):
    who = hr.user("q.one", name={"givenName": "Q", "familyName": "One", "password": "kept nowhere"}, displayName=None)["id"]
    path = f"/Users/{who}"
    assert "kept nowhere" not in hr("GET", path, ok=200).body.decode()
    hr.patch(path, {"op": "replace", "path": "active", "value": False})
    assert hr("PUT", path, {"userName": "q.one"}, ok=200).json["active"] is False
    assert hr.patch(path, {"op": "remove", "path": "active"}).json["active"] is False
    assert roster(world, who)["active"] is False
    out = hr.patch(path, {"op": "replace", "path": "name.givenName", "value": "Quinn"},
                   {"op": "add", "path": "urn:example:own:2.0:User:shoe", "value": "44"},
                   {"op": "add", "path": "emails.value", "value": "q@example.org"}).json
    assert out["emails"] == [{"value": "q@example.org"}] and "44" not in json.dumps(out)
    group = hr("POST", "/Groups", {"displayName": "Come and go"}, ok=201).json["id"]
    hr.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": who}]}, {"op": "remove", "path": f'members[value eq "{who}"]'})
    assert hr("GET", f"/Groups/{group}", ok=200).json["members"] == []
    hr.patch(f"/Groups/{group}", {"op": "replace", "path": "displayName", "value": "x" * 600}, ok=400)


def test_filters_and_pages(hr):
    for n in range(5):
        hr.user(f"f.{n}", title="Registrar" if n % 2 else "Nurse", externalId=f"x-{n}")
    def total(text):
        from urllib.parse import quote
        return hr("GET", f"/Users?filter={quote(text)}", ok=200).json["totalResults"]
    assert total('userName sw "f." and title eq "registrar"') == 2
    assert total('userName sw "F." and not (title eq "Nurse")') == 2
    assert total('(userName eq "f.0" or userName eq "f.1") and active eq true') == 2
    assert total('externalId eq "x-3"') == 1 and total('externalId eq "X-3"') == 0
    assert total('userName sw "f." and emails pr') == 0
    first = hr("GET", "/Users?startIndex=1&count=2", ok=200).json
    second = hr("GET", "/Users?startIndex=3&count=2&attributes=userName", ok=200).json
    assert len(first["Resources"]) == 2 and first["totalResults"] == second["totalResults"]
    assert not {r["id"] for r in first["Resources"]} & {r["id"] for r in second["Resources"]}
    assert set(second["Resources"][0]) <= {"id", "schemas", "meta", "userName"}
    for bad in ('userName eq', 'eq "x"', 'userName xx "y"', '(userName eq "x"', 'userName eq "x" and', "(" * 40 + 'a eq "b"', 'a eq "b" or ' * 80 + 'a eq "b"'):
        from urllib.parse import quote
        assert hr("GET", f"/Users?filter={quote(bad)}").json["scimType"] == "invalidFilter", bad


def test_bulk_with_names_of_what_is_made_in_it(world, hr):
    operations = [{"method": "POST", "path": "/Users", "bulkId": f"u{n}", "data": {"userName": f"k.{n}"}} for n in range(300)]
    operations.append({"method": "POST", "path": "/Groups", "bulkId": "g",
                       "data": {"displayName": "Bulk", "members": [{"value": f"bulkId:u{n}"} for n in range(300)]}})
    operations.append({"method": "POST", "path": "/Users", "bulkId": "again", "data": {"userName": "k.0"}})
    answer = hr("POST", "/Bulk", {"Operations": operations}, ok=200).json["Operations"]
    assert [o["status"] for o in answer[:301]] == ["201"] * 301
    assert answer[301]["status"] == "409" and answer[301]["response"]["scimType"] == "uniqueness"
    group = answer[300]["location"].rsplit("/", 1)[-1]
    assert len(hr("GET", f"/Groups/{group}", ok=200).json["members"]) == 300
    assert "members" not in hr("GET", f"/Groups?excludedAttributes=members", ok=200).json["Resources"][0]
    stopped = hr("POST", "/Bulk", {"failOnErrors": 1, "Operations": [{"method": "POST", "path": "/Users", "bulkId": "a", "data": {}},
                                                                      {"method": "POST", "path": "/Users", "bulkId": "b", "data": {"userName": "z"}}]}, ok=200)
    assert len(stopped.json["Operations"]) == 1
    assert hr("POST", "/Bulk", {"Operations": [{}] * 1001}, ok=413)


def bulk(hr, *operations, **more):
    return hr("POST", "/Bulk", {"Operations": list(operations), **more}, ok=200).json["Operations"]


def make(kind, name, bulk_id, **data):
    return {"method": "POST", "path": f"/{kind}s", "bulkId": bulk_id, "data": {"userName" if kind == "User" else "displayName": name, **data}}


def the_id(answer):
    return answer["location"].rsplit("/", 1)[1]


def test_bulk_names_what_comes_later(hr):
    n = time.monotonic_ns()
    asked = [make("Group", f"Later {n}", "g", members=[{"value": "bulkId:u"}, {"value": "bulkId:v"}]),
             make("User", f"u.{n}", "u", active=True), make("User", f"v.{n}", "v", **{ENTERPRISE: {"manager": {"value": "bulkId:u"}}}),
             {"method": "PATCH", "path": "/Groups/bulkId:g", "data": {"Operations": [{"op": "remove", "path": "members", "value": [{"value": "bulkId:u"}]}]}}]
    answers = bulk(hr, *asked)
    assert [each["status"] for each in answers] == ["201", "201", "201", "200"], answers
    assert [each.get("bulkId") for each in answers] == ["g", "u", "v", None], "in the order of the request"
    assert [one["value"] for one in hr("GET", f"/Groups/{the_id(answers[0])}", ok=200).json["members"]] == [the_id(answers[2])]
    assert hr("GET", f"/Users/{the_id(answers[2])}", ok=200).json[ENTERPRISE]["manager"]["value"] == the_id(answers[1])


def test_bulk_with_people_who_name_each_other_in_a_circle(hr):
    n = time.monotonic_ns()
    def person(name, manager, **more):
        return make("User", f"{name}.{n}", name, **{ENTERPRISE: {"manager": {"value": f"bulkId:{manager}"}}}, **more)
    answers = bulk(hr, person("a", "b"), person("b", "c"), person("c", "a"), person("d", "d"), make("Group", f"Circle {n}", "g", members=[{"value": "bulkId:a"}]))
    assert [each["status"] for each in answers] == ["201"] * 5, answers
    ids = {each["bulkId"]: the_id(each) for each in answers}
    for who, manager in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "d")):
        held = hr("GET", f"/Users/{ids[who]}", ok=200)
        assert held.json[ENTERPRISE]["manager"]["value"] == ids[manager], held
        assert held.headers["ETag"] == next(each["version"] for each in answers if each["bulkId"] == who)
    # Who cannot be made in a circle leaves the others with the truth.
    answers = bulk(hr, person("e", "f"), person("f", "e", externalId=7 * "x" * 100))
    assert [each["status"] for each in answers] == ["409", "400"], answers
    # A group is in no group.
    answers = bulk(hr, make("Group", f"Itself {n}", "i", members=[{"value": "bulkId:i"}]))
    assert answers[0]["status"] == "409" and answers[0]["response"]["scimType"] == "invalidValue"


def test_bulk_of_many_who_all_name_one_another_is_done(hr):
    """Whoever looked for each circle anew would take half an hour, and everybody would wait."""
    n, circle, waiting = time.monotonic_ns(), 300, 500
    asked = [make("User", f"w{i}.{n}", f"w{i}", emails=[{"value": f"bulkId:c{circle - 1}"}]) for i in range(waiting)]
    everybody = [{"value": f"bulkId:c{i}"} for i in range(circle)]
    asked += [make("User", f"c{i}.{n}", f"c{i}", emails=everybody[:190]) for i in range(circle)]
    answers = bulk(hr, *asked)
    assert {each["status"] for each in answers} == {"201"}, [each for each in answers if each["status"] != "201"][:3]
    last = hr("GET", f"/Users/{the_id(answers[-1])}", ok=200).json
    assert last["emails"][0]["value"] == the_id(answers[waiting]), "and each was told of the others"


def test_nobody_is_called_what_another_system_or_somebodys_id_says(world, hr):
    """In whatever case: else the name would be two people's, and neither could sign in by it."""
    other, n = System(world, "other"), time.monotonic_ns()
    who = world.hire("nurse").staff.replace("new.", "New.")
    world.admin.api("PUT", f"/staff/Cap.{n}", {"name": "Cap", "roles": [], "department": "", "active": True}, ok=201)
    hr.user(f"a.{n}@example.org", externalId=f"h{n}")
    hr.user(f"B.Doctor.{n}", externalId=f"i{n}")
    for name in (f"A.{n}@example.org", f"b.doctor.{n}", f"cap.{n}", f"CAP.{n}", who):
        for active in (True, False):
            answer = other("POST", "/Users", {"schemas": [USER], "userName": name, "externalId": f"o-{name}", "active": active})
            assert answer.status == 409 and answer.json["scimType"] == "uniqueness", (name, answer)
    assert world.admin.api("PUT", f"/staff/b.doctor.{n}", {"name": "B", "roles": [], "department": "", "active": True}).status == 409
    assert world.admin.api("PUT", f"/staff/cap.{n}", {"name": "C", "roles": [], "department": "", "active": True}).status == 409
    # Who has left is called so no more.
    gone = hr.user(f"c.{n}@example.org", externalId=f"j{n}")["id"]
    world.admin.api("PATCH", f"/staff/{gone}", {"active": False}, ok=200)
    other("POST", "/Users", {"schemas": [USER], "userName": f"c.{n}@example.org", "externalId": "o-c"}, ok=201)


def test_bulk_says_what_refers_to_nothing_and_stops_after_the_errors_that_were_allowed(hr):
    n = time.monotonic_ns()
    asked = [{"method": "PATCH", "path": "/Groups/bulkId:nothing", "data": {"Operations": []}},
             make("User", "", "bad"), make("Group", f"G {n}", "g", members=[{"value": "bulkId:bad"}]),
             make("User", f"w.{n}", "w"), make("User", f"x.{n}", "w")]
    answers = bulk(hr, *asked)
    assert [each["status"] for each in answers] == ["409", "400", "409", "201", "400"], answers
    assert all(each["response"]["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"] for each in answers if each["status"] != "201")
    assert hr("GET", f'/Groups?filter=displayName%20eq%20%22G%20{n}%22', ok=200).json["totalResults"] == 0
    assert len(bulk(hr, *asked, failOnErrors=1)) == 1
    assert [each["status"] for each in bulk(hr, *asked, failOnErrors=3)] == ["409", "400", "409"]


def test_what_is_not_there_is_said_as_scim_says_it(hr):
    for method, path, status in (("GET", "/Nothing", 404), ("GET", "/Users/a/b", 404), ("PUT", "/Users", 405), ("DELETE", "/Groups", 405),
                                 ("GET", "/Bulk", 405), ("POST", "/Schemas", 405), ("PATCH", "/ServiceProviderConfig", 405), ("GET", "", 404),
                                 ("GET", "/", 400), ("GET", "/Bulk/x", 404), ("OPTIONS", "/Users", 405), ("GET", "/Users/%2e%2e", 400)):
        answer = hr(method, path, {} if method in ("PUT", "PATCH", "POST") else None)
        assert answer.status == status, (method, path, answer)
        assert answer.json["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"], answer
        assert answer.headers["Content-Type"] == "application/scim+json" and answer.json["detail"]
        assert status != 405 or "Allow" in answer.headers, answer
    assert "json" in hr.client.request("GET", "/scim/v20").headers["Content-Type"] and hr.client.request("GET", "/scim/v20").slug == "no-such-path"


def test_parts_of_attributes_and_searches_of_both_kinds(hr):
    name = f"parts.{time.monotonic_ns()}"
    made = hr.user(name, name={"givenName": "Ada", "familyName": "Osei"}, emails=[{"value": "a@example.org", "type": "work"}],
                   **{ENTERPRISE: {"department": "ED", "costCenter": "7"}})
    path = f"/Users/{made['id']}?"
    shown = hr("GET", path + "excludedAttributes=name.familyName,emails.type", ok=200).json
    assert shown["name"] == {"givenName": "Ada"} and shown["emails"] == [{"value": "a@example.org"}] and shown["userName"] == name
    shown = hr("GET", path + "attributes=name.familyName", ok=200).json
    assert shown["name"] == {"familyName": "Osei"} and "emails" not in shown and shown["id"] == made["id"]
    shown = hr("GET", path + f"attributes={ENTERPRISE}:costCenter", ok=200).json
    assert shown[ENTERPRISE] == {"costCenter": "7"} and "name" not in shown
    shown = hr("GET", path + f"excludedAttributes={ENTERPRISE}", ok=200).json
    assert ENTERPRISE not in shown and shown["name"]["familyName"] == "Osei"
    shown = hr("PATCH", path + "attributes=userName", {"Operations": [{"op": "add", "path": f"{ENTERPRISE}:manager", "value": {"value": "m", "displayName": "M"}}]}, ok=200).json
    assert set(shown) == {"schemas", "id", "userName"}, "of whatever answers with it"
    shown = hr("GET", path + f"excludedAttributes={ENTERPRISE}:manager.displayName,meta.created", ok=200).json
    assert shown[ENTERPRISE]["manager"] == {"value": "m"} and shown[ENTERPRISE]["costCenter"] == "7"
    assert "created" not in shown["meta"] and "version" in shown["meta"]
    shown = hr("GET", path + f"attributes={USER}:emails.value", ok=200).json
    assert shown["emails"] == [{"value": "a@example.org"}] and "name" not in shown
    group = hr("POST", "/Groups?excludedAttributes=members", {"displayName": name, "members": [{"value": made["id"]}]}, ok=201).json
    assert "members" not in group
    group = group["id"]
    assert hr("GET", f"/Groups/{group}?attributes=members.value", ok=200).json["members"] == [{"value": made["id"]}]
    found = hr("POST", "/.search", {"filter": f'userName eq "{name}" or displayName eq "{name}"'}, ok=200).json
    assert {each["id"] for each in found["Resources"]} == {made["id"], group} and found["totalResults"] == 2


def test_a_list_of_thousands_is_read_in_turns(hr):
    """Past what is looked at in one turn, filtered and not; every one once."""
    n = time.monotonic_ns()
    for part in range(3):
        operations = [{"method": "POST", "path": "/Users", "bulkId": f"b{i}", "data": {"userName": f"many.{n}.{part}.{i}", "title": f"T{n}"}} for i in range(500)]
        answers = hr("POST", "/Bulk", {"Operations": operations}, ok=200).json["Operations"]
        assert {each["status"] for each in answers} == {"201"}
    seen = set()
    for start in range(1, 1502, 200):
        found = hr("GET", f'/Users?filter=title%20eq%20%22T{n}%22&startIndex={start}&count=200', ok=200).json
        assert found["totalResults"] == 1500
        seen |= {each["userName"] for each in found["Resources"]}
    assert len(seen) == 1500
    plain = hr("GET", "/Users?startIndex=1401&count=50", ok=200).json
    assert plain["itemsPerPage"] == 50 and plain["totalResults"] >= 1500


def filtered(hr, kind, text, **more):
    from urllib.parse import quote
    return hr("GET", f"/{kind}?filter={quote(text)}" + "".join(f"&{name}={value}" for name, value in more.items()), ok=200).json


def test_what_is_looked_up_by_its_name_is_found_and_nothing_else(hr):
    n = time.monotonic_ns()
    one, two, other = (hr.user(f"look.{n}.{i}", externalId=f"x-{n}" if i < 2 else f"X-{n}", title=f"T{i}")["id"] for i in range(3))
    def ids(kind, text):
        return {each["id"] for each in filtered(hr, kind, text)["Resources"]}
    assert ids("Users", f'externalId eq "x-{n}"') == {one, two}, "of several, and as it is spelt"
    assert ids("Users", f'externalId eq "x-{n}" and title eq "t1"') == {two}
    assert ids("Users", f'id eq "{one}"') == {one} and ids("Users", f'id eq "{one}" and title eq "T1"') == set()
    assert ids("Users", f'title eq "T0" and userName eq "LOOK.{n}.0"') == {one}
    assert ids("Users", f'userName eq "look.{n}.0" or userName eq "look.{n}.1"') == {one, two}
    assert ids("Users", f'not (externalId eq "x-{n}") and userName sw "look.{n}"') == {other}
    hr("PUT", f"/Users/{two}", {"userName": f"look.{n}.1", "externalId": f"y-{n}", "active": True}, ok=200)
    assert ids("Users", f'externalId eq "x-{n}"') == {one} and ids("Users", f'externalId eq "y-{n}"') == {two}
    hr("DELETE", f"/Users/{two}", ok=204)
    assert ids("Users", f'externalId eq "y-{n}"') == set()
    groups = [hr("POST", "/Groups", {"displayName": f"L{i} {n}", "members": [{"value": who} for who in members]}, ok=201).json["id"]
              for i, members in enumerate(([one], [one, other], [other]))]
    for text in (f'members.value eq "{one}"', f'members[value eq "{one}"]', f'members eq "{one}"'):
        found = filtered(hr, "Groups", text)["Resources"]
        assert {each["id"] for each in found} == set(groups[:2]), text
        assert {len(each["members"]) for each in found} == {1, 2}, "all of them are shown"
        assert "members" not in filtered(hr, "Groups", text, excludedAttributes="members")["Resources"][0]
    assert ids("Groups", f'members.value eq "{one}" and displayName sw "L1"') == {groups[1]}
    assert ids("Groups", f'members.value eq "{one}" and members.value eq "{other}"') == {groups[1]}
    assert ids("Groups", f'id eq "{groups[2]}" and members.value eq "{one}"') == set()
    assert ids("Groups", f'displayName ew " {n}" and not (members.value eq "{other}")') == {groups[0]}


@pytest.fixture(scope="module")
def crowd(hr):
    """More people than go into two turns of the writer."""
    n = time.monotonic_ns()
    ids = []
    for first in range(0, 1300, 650):
        ids += [the_id(each) for each in bulk(hr, *(make("User", f"crowd.{n}.{i}", f"b{i}") for i in range(first, first + 650)))]
    return ids


def members(hr, group):
    return sorted(one["value"] for one in hr("GET", f"/Groups/{group}", ok=200).json["members"])


def as_members(ids):
    return [{"value": who} for who in ids]


def test_a_group_of_many_is_changed_whole_or_not_at_all(world, hr, crowd):
    name = f"Crowd {time.monotonic_ns()}"
    made = hr("POST", "/Groups", {"displayName": name, "members": as_members(crowd)}, ok=201)
    group = made.json["id"]
    assert members(hr, group) == sorted(crowd) and made.headers["Location"].endswith(group)
    hr("POST", "/Groups", {"displayName": name, "members": as_members(crowd)}, ok=409)
    # The last of them is wrong: nothing is done, of whatever kind it is.
    tag = hr("GET", f"/Groups/{group}", ok=200).headers["ETag"]
    bad = as_members([*crowd[:1299], "adm.silva"])
    hr("POST", "/Groups", {"displayName": name + " again", "members": bad}, ok=400)
    assert filtered(hr, "Groups", f'displayName eq "{name} again"')["totalResults"] == 0
    small = hr("POST", "/Groups", {"displayName": name + " small"}, ok=201).json["id"]
    hr.patch(f"/Groups/{small}", {"op": "add", "path": "members", "value": bad}, {"op": "replace", "path": "displayName", "value": "other"}, ok=400)
    hr("PUT", f"/Groups/{small}", {"displayName": name + " small", "members": bad}, ok=400)
    assert members(hr, small) == [] and hr("GET", f"/Groups/{small}", ok=200).json["displayName"] == name + " small"
    hr("PUT", f"/Groups/{group}", {"displayName": name, "members": []}, ok=412, If_Match='W/"1"')
    hr("DELETE", f"/Groups/{group}", ok=412, If_Match='W/"1"')
    assert hr("GET", f"/Groups/{group}", ok=200).headers["ETag"] == tag
    # Some come, some go, some stay.
    hr("PUT", f"/Groups/{small}", {"displayName": name + " small", "members": as_members(crowd[:800])}, ok=200)
    hr("PUT", f"/Groups/{small}", {"displayName": name + " other", "members": as_members(crowd[100:1200])}, ok=200)
    assert members(hr, small) == sorted(crowd[100:1200])
    hr.patch(f"/Groups/{small}", {"op": "remove", "path": "members", "value": as_members(crowd[:1100])}, {"op": "add", "path": "members", "value": as_members(crowd[1150:])})
    assert members(hr, small) == sorted(crowd[1100:]) and hr("GET", f"/Groups/{small}", ok=200).json["displayName"] == name + " other"
    answers = bulk(hr, {"method": "PUT", "path": f"/Groups/{small}", "data": {"displayName": name + " other", "members": as_members(crowd)}},
                   {"method": "DELETE", "path": f"/Groups/{group}"})
    assert [each["status"] for each in answers] == ["200", "204"] and members(hr, small) == sorted(crowd)
    hr("GET", f"/Groups/{group}", ok=404)
    hr("DELETE", f"/Groups/{small}", ok=204)


def test_a_group_of_many_gives_and_takes_its_roles(world, hr, crowd):
    def with_role():
        return {p["staff"] for p in world.admin.api("GET", "/staff", ok=200).json if p["roles"] == ["it-support"]} & set(crowd)
    group = group_of(hr)
    hr.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": as_members(crowd)})
    assert with_role() == set(crowd)
    person = equipped(world, crowd[7])
    hr("PUT", f"/Groups/{group}", {"displayName": "Service desk", "members": as_members(crowd[:5])}, ok=200)
    assert with_role() == set(crowd[:5]) and person.api("GET", "/session").status == 401
    hr("PUT", f"/Groups/{group}", {"displayName": "Service desk", "members": as_members(crowd)}, ok=200)
    hr("DELETE", f"/Groups/{group}", ok=204)
    assert with_role() == set()


def test_others_have_their_turn_while_a_group_of_many_changes(world, hr, crowd):
    """Each part is its own batch of the writer: somebody else's entries lie between its own."""
    import threading
    done = threading.Event()
    names = [f"Turns {i} {time.monotonic_ns()}" for i in range(2)]
    groups = [hr("POST", "/Groups", {"displayName": name}, ok=201).json["id"] for name in names]
    seen = set()
    def watch():
        while not done.is_set():
            seen.add(hr("GET", f"/Groups/{groups[0]}?excludedAttributes=members", ok=200).json["meta"]["version"])
    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(12):
        hr("PUT", f"/Groups/{groups[0]}", {"displayName": names[0], "members": as_members(crowd)}, ok=200)
        hr("PUT", f"/Groups/{groups[0]}", {"displayName": names[0], "members": []}, ok=200)
    done.set()
    watcher.join()
    last = int(hr("GET", f"/Groups/{groups[0]}", ok=200).json["meta"]["version"][3:-1])
    # Three entries for each change; whoever looks finds it between two of them, too.
    assert any(int(version[3:-1]) % 3 != last % 3 for version in seen), (last, sorted(seen))
    # Two who change one group at once come one after the other.
    halves = [crowd[:650], crowd[650:]]
    writers = [threading.Thread(target=lambda part=part: hr("PUT", f"/Groups/{groups[1]}", {"displayName": names[1], "members": as_members(part)}, ok=200))
               for part in halves]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert members(hr, groups[1]) in [sorted(part) for part in halves]


def test_whom_an_administrator_deactivated_no_system_brings_back(world, hr):
    name = f"back.{time.monotonic_ns()}"
    who = hr.user(name, externalId=name)["id"]
    world.admin.api("PATCH", f"/staff/{who}", {"active": False}, ok=200)
    versions = [hr("GET", f"/Users/{who}", ok=200).headers["ETag"]]
    for said in (True, "True"):
        answer = hr.patch(f"/Users/{who}", {"op": "Replace", "path": "active", "value": said})
        assert answer.json["active"] is False
        versions.append(answer.headers["ETag"])
    assert versions[0] != versions[1] == versions[2], "what the system said is an entry; the same again is none"
    assert hr("PUT", f"/Users/{who}", {"schemas": [USER], "userName": name, "externalId": name, "active": True, "title": "x"}, ok=200).json["active"] is False
    for said in (False, True):  # nor by saying the one, and then the other
        assert hr.patch(f"/Users/{who}", {"op": "replace", "path": "active", "value": said}).json["active"] is False
    hr("DELETE", f"/Users/{who}", ok=204)
    again = hr("POST", "/Users", {"userName": name, "externalId": name, "active": True}, ok=201).json
    assert again["id"] == who and again["active"] is False
    assert roster(world, who)["active"] is False
    world.admin.step_up()
    world.admin.api("PATCH", f"/staff/{who}", {"active": True}, ok=200)
    assert hr("GET", f"/Users/{who}", ok=200).json["active"] is True
    hr.patch(f"/Users/{who}", {"op": "replace", "path": "active", "value": False})
    assert hr.patch(f"/Users/{who}", {"op": "replace", "path": "active", "value": True}).json["active"] is True, "what it said itself it takes back"
    hr.patch(f"/Users/{who}", {"op": "replace", "path": "active", "value": False})
    world.admin.api("PATCH", f"/staff/{who}", {"active": False}, ok=200)
    assert hr.patch(f"/Users/{who}", {"op": "replace", "path": "active", "value": True}).json["active"] is False, "an administrator says so, too"


def signs_in(world, who, name):
    """As somebody with the factors of `who`, who types that name."""
    secrets = world.secrets[who]
    return Client(world).api("POST", "/sessions", {"user": name, "password": secrets.password, "code": secrets.code(world.now)})


def test_who_was_renamed_answers_to_no_name_of_before(world, hr):
    n = time.monotonic_ns()
    old, new, last = f"old.{n}", f"new.{n}", f"last.{n}"
    who = hr.user(old, externalId=f"e-{n}")["id"]
    equipped(world, who)
    hr("PUT", f"/Users/{who}", {"schemas": [USER], "userName": new, "externalId": f"e-{n}", "active": True}, ok=200)
    assert signs_in(world, who, old).status == 401
    answer = signs_in(world, who, new.upper())
    assert answer.status == 201 and answer.json["staff"] == who, answer
    # The name of before is their id: nobody else is called so while they are there, active or not.
    other = hr.user(f"other.{n}", externalId=f"o-{n}")["id"]
    for active in (True, False):
        hr.patch(f"/Users/{who}", {"op": "replace", "path": "active", "value": active})
        hr("POST", "/Users", {"userName": old, "externalId": f"f-{n}"}, ok=409)
        hr("POST", "/Users", {"userName": old.upper(), "externalId": f"f-{n}"}, ok=409)
        hr.patch(f"/Users/{other}", {"op": "replace", "path": "userName", "value": old}, ok=409)
    hr.patch(f"/Users/{who}", {"op": "replace", "path": "active", "value": True})
    # Nor is anybody enrolled here under what a system calls them.
    world.admin.step_up()
    enrolment = {"name": "Somebody", "roles": ["nurse"], "department": "ed", "active": True}
    world.admin.api("PUT", f"/staff/{new}", enrolment, ok=409)
    # A name between the first and the last is free: and whoever has it then is somebody else.
    hr.patch(f"/Users/{who}", {"op": "replace", "path": "userName", "value": last})
    another = hr.user(new, externalId=f"f-{n}")["id"]
    assert another not in (who, other)
    assert signs_in(world, who, new).status == 401, "and whose factors those are is not called so any more"
    hr("DELETE", f"/Users/{who}", ok=204)
    heir = hr.user(old, externalId=f"h-{n}")["id"]
    assert heir not in (who, other, another) and roster(world, who)["active"] is False


def test_discovery_and_hostile_bodies(world, hr):
    config = Client(world).request("GET", "/scim/v2/ServiceProviderConfig").json
    assert config["patch"]["supported"] and config["bulk"]["maxOperations"] == 1000
    assert {r["id"] for r in hr("GET", "/ResourceTypes", ok=200).json["Resources"]} == {"User", "Group"}
    assert hr("GET", f"/Schemas/{USER}", ok=200).json["name"] == "User"
    for body in ("", "{", "[]", '"x"', '{"userName":"a","userName":"b"}', "{" + '"a":{' * 200 + "}" * 201, '{"userName":"\ud800"}'):
        sent = {"Content-Type": "application/scim+json"}
        answer = hr.client.request("POST", "/scim/v2/Users", body.encode("utf-8", "surrogatepass"), headers=sent)
        assert answer.status == 400, (body[:40], answer)
    assert hr.client.request("POST", "/scim/v2/Users", b"x", headers={"Content-Type": "text/plain"}).status == 415
    assert hr("POST", "/Users", {"userName": "x" * 200}, ok=400)
    assert hr("POST", "/Users", {"userName": "a\u0007"}, ok=400)
    assert hr("GET", "/Me", ok=501)


def test_another_token_and_a_stop(world):
    first = System(world, "other")
    second = System(world, "other")
    assert first("GET", "/Users").status == 401 and second("GET", "/Users", ok=200)
    world.admin.api("DELETE", "/provisioning/other", ok=204)
    assert second("GET", "/Users").status == 401
    listed = {line["source"]: line for line in world.admin.api("GET", "/provisioning", ok=200).json}
    assert listed["other"]["token_since"] is None and listed["hr"]["in_policy"] is True


def test_it_all_survives_a_restart(world, hr):
    who = hr.user("r.one", externalId="r-1")["id"]
    group = group_of(hr)
    hr.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": who}]})
    before = hr("GET", f"/Users/{who}", ok=200).json
    world.restart()
    assert hr("GET", f"/Users/{who}", ok=200).json == before
    assert roster(world, who)["roles"] == ["it-support"]
