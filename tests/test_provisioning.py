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


def test_bulk_names_what_comes_later_and_says_what_waits_for_itself(hr):
    n = time.monotonic_ns()
    asked = [{"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"displayName": f"Later {n}", "members": [{"value": "bulkId:u"}]}},
             {"method": "POST", "path": "/Users", "bulkId": "u", "data": {"schemas": [USER], "userName": f"later.{n}", "active": True}},
             {"method": "PATCH", "path": "/Groups/bulkId:nothing", "data": {"Operations": []}},
             {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": f"a.{n}", ENTERPRISE: {"manager": {"value": "bulkId:b"}}}},
             {"method": "POST", "path": "/Users", "bulkId": "b", "data": {"userName": f"b.{n}", ENTERPRISE: {"manager": {"value": "bulkId:a"}}}}]
    answers = hr("POST", "/Bulk", {"Operations": asked}, ok=200).json["Operations"]
    assert [each["status"] for each in answers] == ["201", "201", "409", "409", "409"], answers
    group = answers[0]["location"].rsplit("/", 1)[1]
    assert [one["value"] for one in hr("GET", f"/Groups/{group}", ok=200).json["members"]] == [answers[1]["location"].rsplit("/", 1)[1]]
    # In their order, and no further than the errors that were allowed.
    answers = hr("POST", "/Bulk", {"failOnErrors": 1, "Operations": asked[2:]}, ok=200).json["Operations"]
    assert len(answers) == 1 and answers[0]["response"]["status"] == "409"


def test_what_is_not_there_is_said_as_scim_says_it(hr):
    for method, path, status in (("GET", "/Nothing", 404), ("GET", "/Users/a/b", 404), ("PUT", "/Users", 405), ("DELETE", "/Groups", 405),
                                 ("GET", "/Bulk", 405), ("POST", "/Schemas", 405), ("PATCH", "/ServiceProviderConfig", 405)):
        answer = hr(method, path, {} if method in ("PUT", "PATCH", "POST") else None)
        assert answer.status == status, (method, path, answer)
        assert answer.json["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"], answer


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
    group = hr("POST", "/Groups", {"displayName": name}, ok=201).json["id"]
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


def test_whom_an_administrator_deactivated_no_system_brings_back(world, hr):
    name = f"back.{time.monotonic_ns()}"
    who = hr.user(name)["id"]
    world.admin.api("PATCH", f"/staff/{who}", {"active": False}, ok=200)
    assert hr.patch(f"/Users/{who}", {"op": "replace", "path": "active", "value": True}).json["active"] is False
    assert hr("PUT", f"/Users/{who}", {"schemas": [USER], "userName": name, "active": True, "title": "x"}, ok=200).json["active"] is False
    assert roster(world, who)["active"] is False
    world.admin.step_up()
    world.admin.api("PATCH", f"/staff/{who}", {"active": True}, ok=200)
    assert hr("GET", f"/Users/{who}", ok=200).json["active"] is True
    hr.patch(f"/Users/{who}", {"op": "replace", "path": "active", "value": False})
    assert hr.patch(f"/Users/{who}", {"op": "replace", "path": "active", "value": True}).json["active"] is True, "what it said itself it takes back"


def test_who_was_renamed_answers_to_no_name_of_before(world, hr):
    old, new = f"old.{time.monotonic_ns()}", f"new.{time.monotonic_ns()}"
    who = hr.user(old)["id"]
    equipped(world, who)
    hr("PUT", f"/Users/{who}", {"schemas": [USER], "userName": new, "active": True}, ok=200)
    secrets = world.secrets[who]
    answer = Client(world).api("POST", "/sessions", {"user": old, "password": secrets.password, "code": secrets.code(world.now)})
    assert answer.status == 401, answer
    time.sleep(31 - time.time() % 30)  # a code is good once
    answer = Client(world).api("POST", "/sessions", {"user": new.upper(), "password": secrets.password, "code": secrets.code(world.now)})
    assert answer.status == 201 and answer.json["staff"] == who, answer


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
