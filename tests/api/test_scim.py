"""SCIM: the standard's own checks, what Entra ID and Okta really send, and who may do it."""

import json
from typing import Any

import pytest
from tests.surfaces import PASSWORD

from fairway.nouns.people import Actor, Role, Via
from fairway.verbs import people, provisioning
from fairway.verbs.acting import SYSTEM
from fairway.wiring import current, open_node

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MANAGER = Actor("governance-manager", Via.API, proved=True)


class Directory:
    """Sends SCIM to the node in this process, as the account of a directory."""

    def __init__(self, token: str) -> None:
        from django.test import Client

        self.client = Client(headers={"host": "localhost", "authorization": f"Bearer {token}"})

    def send(self, method: str, path: str, body: Any = None) -> Any:
        return self.client.generic(
            method, f"/scim/v2/{path}", json.dumps(body), content_type="application/scim+json"
        )

    def user(self, name: str, /, **more: Any) -> dict[str, Any]:
        made = self.send("POST", "Users", {"schemas": [USER], "userName": name, **more})
        assert made.status_code == 201, made.content
        read: dict[str, Any] = made.json()
        return read

    def group(self, name: str, *members: str) -> dict[str, Any]:
        listed = [{"value": member} for member in members]
        made = self.send(
            "POST", "Groups", {"schemas": [GROUP], "displayName": name, "members": listed}
        )
        assert made.status_code == 201, made.content
        read: dict[str, Any] = made.json()
        return read

    def patch(self, path: str, *operations: dict[str, Any]) -> Any:
        return self.send("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})


@pytest.fixture(scope="module")
def directory(department):
    platform = open_node(department.workspace)
    if platform.store.people.get("directory") is None:
        from fairway.nouns.people import Person

        people.add_person(platform, SYSTEM, Person("directory", "The directory", "hub"), PASSWORD)
        from datetime import date

        people.appoint(
            platform, SYSTEM, "directory", Role.PROVISIONER, None, since=date(2025, 1, 1)
        )
    return Directory(department.token("directory"))


@pytest.fixture(autouse=True)
def placed(department, monkeypatch):
    """People of no department that is here belong to the domain dfe."""
    from dataclasses import replace

    platform = open_node(department.workspace)
    settings = {**platform.settings, "provisioning_domain": "dfe"}
    from fairway import wiring

    opened = wiring._process.open
    assert opened is not None
    monkeypatch.setattr(wiring._process, "open", (opened[0], replace(platform, settings=settings)))


def account(user: dict[str, Any]) -> str:
    found = current().store.provisioned.person(user["id"])
    assert found is not None
    return found.person


def roles(person: str) -> list[tuple[str, str | None]]:
    today = current().clock.now().date()
    held = current().store.people.appointments(person=person)
    return [(a.role.value, a.domain) for a in held if a.current(today)]


def gives(group: str, role: Role = Role.ANALYST, *, given: bool = True) -> None:
    provisioning.set_group_role(current(), MANAGER, group, role, "dfe", given=given)


def test_the_standard_s_own_checks_pass(directory):
    from django.core.handlers.wsgi import WSGIHandler
    from scim2_client.engines.wsgi import WSGISCIMClient
    from scim2_tester import Status, check_server

    token = directory.client.defaults["HTTP_AUTHORIZATION"]
    client = WSGISCIMClient(
        WSGIHandler(), "http://localhost/scim/v2", headers={"Authorization": token}
    )
    results = check_server(client)
    failed = [
        f"{r.title}: {r.reason}" for r in results if r.status in (Status.ERROR, Status.CRITICAL)
    ]
    assert not failed, "\n".join(failed)
    assert sum(r.status is Status.SUCCESS for r in results) > 50


def test_a_joiner_has_an_account_in_the_domain_that_the_department_names(directory):
    user = directory.user(
        "Ann.Lee@example.gov.uk",
        externalId="e-ann",
        displayName="Ann Lee",
        password="never kept",
        **{ENTERPRISE: {"department": "Work and Pensions"}},
    )
    found = current().store.people.get(account(user))
    assert (found.id, found.name, found.domain, found.active) == ("ann.lee", "Ann Lee", "dwp", True)
    assert "password" not in json.dumps(user)
    assert not current().store.people.password_holds("ann.lee", "never kept")
    for query in ('userName eq "ANN.LEE@example.gov.uk"', 'externalId eq "e-ann"'):
        listed = directory.send("GET", f"Users?filter={query}").json()
        assert [u["id"] for u in listed["Resources"]] == [user["id"]]
    assert directory.send("GET", 'Users?filter=userName eq "nobody"').json()["totalResults"] == 0


def test_a_name_that_is_there_is_refused_and_an_account_is_never_taken_over(directory):
    directory.user("twice@example.gov.uk")
    again = directory.send("POST", "Users", {"schemas": [USER], "userName": "TWICE@example.gov.uk"})
    assert again.status_code == 409
    assert again.json()["scimType"] == "uniqueness"
    taken = directory.user("dwp-owner@elsewhere.example")
    assert account(taken) == "dwp-owner-2"


def test_a_leaver_is_out_with_the_next_request(directory, department):
    user = directory.user("leaver@example.gov.uk")
    person = account(user)
    token, secret = people.create_token_confirmed(
        current(), Actor(person, Via.API, proved=True), days=1
    )
    assert people.bearer(current(), secret, Via.API).person == token.person
    for active in ("False", False):  # Entra ID sends a word
        done = directory.patch(
            f"Users/{user['id']}", {"op": "Replace", "path": "active", "value": active}
        )
        assert done.status_code == 200
        assert done.json()["active"] is False
        with pytest.raises(Exception, match="token"):
            people.bearer(current(), secret, Via.API)
        directory.patch(f"Users/{user['id']}", {"op": "replace", "value": {"active": True}})
        assert people.bearer(current(), secret, Via.API)
    assert directory.send("DELETE", f"Users/{user['id']}").status_code == 204
    assert directory.send("GET", f"Users/{user['id']}").status_code == 404
    assert not current().store.people.get(person).active


def test_what_okta_sends_to_change_a_person(directory):
    user = directory.user("mover@example.gov.uk", name={"givenName": "Mo", "familyName": "Ver"})
    sent = {
        **user,
        "name": {"givenName": "Mo", "familyName": "Moved"},
        "displayName": "Mo Moved",
        "unknownAttribute": {"a": 1},
        ENTERPRISE: {"department": "dwp"},
    }
    changed = directory.send("PUT", f"Users/{user['id']}", sent)
    assert changed.status_code == 200, changed.content
    assert current().store.people.get(account(user)).name == "Mo Moved"
    assert current().store.people.get(account(user)).domain == "dwp"


def test_what_entra_sends_to_change_a_person(directory):
    user = directory.user("entra@example.gov.uk", emails=[{"type": "work", "value": "a@b.example"}])
    done = directory.patch(
        f"Users/{user['id']}",
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "new@b.example"},
        {"op": "Add", "path": 'phoneNumbers[type eq "work"].value', "value": "0300 000"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "dwp"},
        {"op": "Replace", "value": {"name.familyName": "Changed", "displayName": "En Tra"}},
    )
    assert done.status_code == 200, done.content
    read = done.json()
    assert read["emails"][0]["value"] == "new@b.example"
    assert read["phoneNumbers"][0]["value"] == "0300 000"
    assert read["name"]["familyName"] == "Changed"
    assert current().store.people.get(account(user)).domain == "dwp"


def test_members_of_a_group_hold_what_it_gives_and_nothing_when_they_leave_it(directory):
    one, two = (directory.user(f"{n}@example.gov.uk") for n in ("member-one", "member-two"))
    gives("Analysts of DfE")
    group = directory.group("analysts of dfe", one["id"], two["id"])
    for user in (one, two):
        assert roles(account(user)) == [("analyst", "dfe")]
    for operation in (  # Entra ID: a remove with a value must not empty the group
        {"op": "Remove", "path": "members", "value": [{"value": one["id"]}]},
        {"op": "add", "path": "members", "value": [{"value": one["id"]}]},
        {"op": "remove", "path": f'members[value eq "{one["id"]}"]'},
    ):
        assert directory.patch(f"Groups/{group['id']}", operation).status_code == 200
        assert roles(account(two)) == [("analyst", "dfe")]
        held = [("analyst", "dfe")] if operation["op"] == "add" else []
        assert roles(account(one)) == held
    assert len(directory.send("GET", f"Groups/{group['id']}").json()["members"]) == 1
    gives("Analysts of DfE", given=False)
    assert roles(account(two)) == []
    gives("Analysts of DfE")
    assert roles(account(two)) == [("analyst", "dfe")]
    renamed = {"op": "replace", "path": "displayName", "value": "Another name"}
    assert directory.patch(f"Groups/{group['id']}", renamed).status_code == 200
    assert roles(account(two)) == []
    gives("Another name")
    assert roles(account(two)) == [("analyst", "dfe")]
    assert directory.send("DELETE", f"Groups/{group['id']}").status_code == 204
    assert roles(account(two)) == []


def test_what_was_appointed_by_a_person_is_left_alone(directory):
    from datetime import date

    user = directory.user("both@example.gov.uk")
    people.appoint(current(), SYSTEM, account(user), Role.ANALYST, "dfe", since=date(2025, 1, 1))
    gives("Both ways")
    group = directory.group("Both ways", user["id"])
    assert len(roles(account(user))) == 2
    directory.send("DELETE", f"Groups/{group['id']}")
    assert roles(account(user)) == [("analyst", "dfe")]


def test_who_audits_is_given_nothing_that_would_have_them_own(directory):
    from datetime import date

    user = directory.user("auditing@example.gov.uk")
    people.appoint(current(), SYSTEM, account(user), Role.AUDITOR, None, since=date(2025, 1, 1))
    gives("Stewards", Role.DATA_STEWARD)
    directory.group("Stewards", user["id"])
    assert roles(account(user)) == [("auditor", None)]


def test_a_leaver_loses_what_groups_gave(directory):
    user = directory.user("leaving-group@example.gov.uk")
    gives("Leaving")
    directory.group("Leaving", user["id"])
    person = account(user)
    assert roles(person)
    directory.send("DELETE", f"Users/{user['id']}")
    assert roles(person) == []


@pytest.mark.parametrize("role", [Role.DATA_OWNER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_no_group_gives_what_is_held_by_formal_appointment(directory, role):
    with pytest.raises(Exception, match="formal appointment"):
        gives("Any group", role)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "kind"),
    [
        ("POST", "Users", {"schemas": [USER]}, 400, "invalidValue"),
        ("POST", "Users", {"schemas": [USER], "userName": " "}, 400, "invalidValue"),
        ("POST", "Users", [], 400, "invalidSyntax"),
        ("POST", "Users", "text", 400, "invalidSyntax"),
        ("POST", "Groups", {"schemas": [GROUP], "displayName": ""}, 400, "invalidValue"),
        ("GET", "Users?filter=userName like 1", None, 400, "invalidFilter"),
        ("GET", "Users?filter=((((", None, 400, "invalidFilter"),
        ("GET", "Users/none", None, 404, None),
        ("GET", "Groups/none", None, 404, None),
        ("PATCH", "Users/none", {"schemas": [PATCH], "Operations": []}, 404, None),
        ("DELETE", "Groups/none", None, 404, None),
        ("GET", "Elsewhere", None, 404, None),
        ("GET", "Schemas/none", None, 404, None),
        ("PUT", "Users", {}, 405, None),
        ("POST", "Users/none", {}, 405, None),
        ("POST", "Schemas", {}, 405, None),
        ("GET", "Users/.search", None, 405, None),
        ("POST", "Users/.search", [], 400, "invalidSyntax"),
    ],
)
def test_what_cannot_be_used_is_answered_in_scim_s_own_form(
    directory, method, path, body, status, kind
):
    answer = directory.send(method, path, body)
    assert answer.status_code == status, answer.content
    told = answer.json()
    assert told["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert told["status"] == str(status)
    assert told.get("scimType") == kind
    assert told["detail"]


def test_a_member_that_is_not_there_changes_nothing(directory):
    answer = directory.send(
        "POST", "Groups", {"schemas": [GROUP], "displayName": "G", "members": [{"value": "no"}]}
    )
    assert answer.status_code == 404
    assert directory.send("GET", 'Groups?filter=displayName eq "G"').json()["totalResults"] == 0


@pytest.mark.parametrize("person", ["administrator", "governance-manager", "dwp-owner", "auditor"])
def test_nobody_but_a_provisioner_may(directory, department, person):
    other = Directory(department.token(person))
    for method, path, body in (
        ("GET", "Users", None),
        ("GET", "Groups", None),
        ("POST", "Users", {"schemas": [USER], "userName": "intruder"}),
        ("POST", "Groups", {"schemas": [GROUP], "displayName": "Intruders"}),
        ("DELETE", "Users/x", None),
        ("DELETE", "Groups/x", None),
    ):
        assert other.send(method, path, body).status_code == 403, path


def test_a_stranger_is_told_nothing(directory):
    for token in ("", "wrong"):
        stranger = Directory(token)
        for path in ("Users", "Groups", "Schemas", "ServiceProviderConfig", "Elsewhere"):
            answer = stranger.send("GET", path)
            assert answer.status_code == 401
            assert answer["WWW-Authenticate"] == "Bearer"


def test_a_search_is_paged_and_sorted(directory):
    for name in ("page-c", "page-a", "page-b"):
        directory.user(f"{name}@example.gov.uk")
    asked = {
        "filter": 'userName sw "page-"',
        "sortBy": "userName",
        "startIndex": 2,
        "count": 1,
        "attributes": ["userName"],
    }
    found = directory.send("POST", "Users/.search", asked).json()
    assert found["totalResults"] == 3
    assert [u["userName"] for u in found["Resources"]] == ["page-b@example.gov.uk"]
