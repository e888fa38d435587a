"""What takes two administrators, from outside, as the policy says ([administration])."""

from halligan_world import DEMO

POLICY = (DEMO / "policy.toml").read_text() + """
[administration]
two_people = ["roles", "factors", "terminals"]
"""


def moreau(world):
    return world.session("adm.moreau")


def agreed(world, waits):
    """The other administrator agrees to what was asked."""
    assert waits.status == 409 and waits.slug == "second-person-needed", waits
    act = waits.json["act"]
    assert act in [one["act"] for one in moreau(world).api("GET", "/acts", ok=200).json]
    assert world.admin.api("POST", f"/acts/{act}/agree", {}).slug == "same-person"
    moreau(world).api("POST", f"/acts/{act}/agree", {}, ok=204)


def test_a_person_with_a_role_that_breaks_glass(world):
    command = {"name": "Nora New", "roles": ["nurse"], "department": "", "active": True}
    agreed(world, world.admin.api("PUT", "/staff/n.new", command))
    other = {**command, "roles": ["nurse", "physician"]}
    assert world.admin.api("PUT", "/staff/n.new", other).slug == "second-person-needed"  # not what was agreed to
    world.admin.api("PUT", "/staff/n.new", command, ok=201)
    assert world.admin.api("PUT", "/staff/n.new", {**command, "active": False}, ok=200)
    # Once: bringing them back takes two again.
    assert world.admin.api("PUT", "/staff/n.new", command).slug == "second-person-needed"


def test_a_reset_password(world):
    command = {"name": "Rita Reset", "roles": [], "department": "", "active": True}
    world.admin.api("PUT", "/staff/r.reset", command, ok=201)  # without a role there is nothing to agree to
    world.admin.api("PUT", "/staff/r.reset/password", {"password": "the first one"}, ok=204)
    agreed(world, world.admin.api("PUT", "/staff/r.reset/password", {"password": "the second one"}))
    world.admin.api("PUT", "/staff/r.reset/password", {"password": "the third one"}, ok=204)
    assert world.admin.api("PUT", "/staff/r.reset/password", {"password": "the fourth one"}).slug == "second-person-needed"


def test_a_first_factor_of_whose_role_opens_doors(world):
    """Whoever made it alone would come in as them: on the day when a hospital's people come from elsewhere, as anybody."""
    command = {"name": "Fay First", "roles": ["physician"], "department": "", "active": True}
    agreed(world, world.admin.api("PUT", "/staff/f.first", command))
    world.admin.api("PUT", "/staff/f.first", command, ok=201)
    agreed(world, world.admin.api("PUT", "/staff/f.first/password", {"password": "a first one"}))
    agreed(world, world.admin.api("POST", "/staff/f.first/totp", {}))
    world.admin.api("PUT", "/staff/f.first/password", {"password": "a first one"}, ok=204)
    world.admin.api("POST", "/staff/f.first/totp", {}, ok=201)


def test_a_terminal(world):
    agreed(world, world.admin.api("PUT", "/terminals/t-new", {"place": "ward-a", "active": True}))
    world.admin.api("PUT", "/terminals/t-new", {"place": "ward-a", "active": True}, ok=200)
    agreed(world, world.admin.api("POST", "/terminals/t-new/secret", {}))
    assert world.admin.api("POST", "/terminals/t-new/secret", {}, ok=201).json["secret"]
    world.admin.api("PUT", "/terminals/t-new", {"place": "ward-a", "active": False}, ok=200)  # to shut is never late


def test_what_waits_survives_a_restart_and_is_dropped(world):
    waits = world.admin.api("PUT", "/terminals/t-two", {"place": "ward-b", "active": True})
    act = waits.json["act"]
    world.restart()
    assert act in [one["act"] for one in moreau(world).api("GET", "/acts", ok=200).json]
    moreau(world).api("DELETE", f"/acts/{act}", ok=204)
    assert moreau(world).api("POST", f"/acts/{act}/agree", {}).status == 404
