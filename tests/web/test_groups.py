"""Which role a group of the directory gives, on the pages."""

from urllib.parse import urlencode

import pytest
from tests.web.reading import errors, text
from tests.web.test_sessions import age

GIVE = "/people/groups/give"
GROUP = {"group": "Analysts & others of DWP", "role": "analyst", "domain": "dwp"}
END = "/people/groups/end?" + urlencode(GROUP)


def test_a_role_is_given_seen_and_ended(signed_in):
    manager = signed_in("governance-manager")
    assert "Roles that groups" in text(manager.get("/people"))
    assert "No group gives a role." in text(manager.get("/people/groups"))
    assert manager.get(GIVE).status_code == 200
    assert manager.post(GIVE, GROUP)["Location"] == "/people/groups"
    page = manager.get("/people/groups")
    assert "Analysts & others of DWP Analyst dwp" in text(page)
    assert END in page.content.decode().replace("&amp;", "&").replace("%20", "+")
    assert "Action" not in text(signed_in("auditor").get("/people/groups"))
    assert errors(manager.post(GIVE, GROUP)) == {"group": "The group gives that role already."}
    assert "no longer" in text(manager.get(END))
    assert manager.post(END).status_code == 302
    assert "No group gives a role." in text(manager.get("/people/groups"))
    assert manager.post(END).status_code == 404


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"group": ""}, {"group": "Enter the name of the group"}),
        ({"group": "g" * 201}, {"group": "The name must be 200 characters or fewer"}),
        ({"role": "data owner"}, {"role": "Select the role that the group gives"}),
        ({"domain": ""}, {"domain": "Select the domain in which they hold it"}),
        ({"domain": "nowhere"}, {"group": "There is no domain nowhere."}),
    ],
)
def test_what_is_wrong_stands_beside_its_field(signed_in, sent, said):
    assert errors(signed_in("governance-manager").post(GIVE, {**GROUP, **sent})) == said


def test_a_role_is_given_by_who_may_and_has_just_proved_who_they_are(signed_in):
    assert signed_in("dwp-owner").get("/people/groups").status_code == 403
    assert signed_in("auditor").post(GIVE, GROUP).status_code == 403
    manager = signed_in("governance-manager")
    age(manager, confirmed=16 * 60)
    assert manager.post(GIVE, GROUP)["Location"].startswith("/account/confirm?next=")
    assert "No group gives a role." in text(manager.get("/people/groups"))
