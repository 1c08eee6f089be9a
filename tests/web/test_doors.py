"""Nobody gets past the sign-in page but to what is on the list."""

import pytest
from tests.web.reading import text

PUBLIC = {
    *("sign-in", "sign-in-by-provider", "openid_connect_callback"),
    *("accessibility", "cookies", "privacy", "health"),
}


def routes():
    """Every route of the pages, with an address that leads to it. The API has a door of its own."""
    from django.urls import URLPattern

    from fairway.web.urls import urlpatterns

    for pattern in urlpatterns:
        if isinstance(pattern, URLPattern):
            address = str(pattern.pattern)
            for name in pattern.pattern.converters:
                address = address.replace(f"<str:{name}>", "x")
            yield pattern.name, "/" + address


def test_the_list_of_public_pages_is_this_one(department):
    from fairway.web import doors

    assert doors.PUBLIC == PUBLIC
    assert doors.OWN_DOOR == ("api/v1/", "delta-sharing/", "peers/v1/", "scim/v2/")
    names = [name for name, _ in routes()]
    assert len(names) > 25
    assert set(names) >= PUBLIC


def test_every_other_page_sends_a_stranger_to_sign_in(client):
    for name, address in routes():
        for method in (client.get, client.post):
            answer = method(address)
            if name in PUBLIC:
                to_the_front = answer.status_code == 302 and answer["Location"] == "/sign-in"
                assert to_the_front or answer.status_code in {200, 405, 422}, name
            else:
                assert answer.status_code == 302, name
                assert answer["Location"].startswith("/sign-in"), name


def test_a_mounted_route_without_a_door_of_its_own_is_closed(department):
    from django.urls import URLResolver

    from fairway.web.doors import OWN_DOOR
    from fairway.web.urls import urlpatterns

    mounted = [str(p.pattern) for p in urlpatterns if isinstance(p, URLResolver)]
    assert [route for route in mounted if route not in OWN_DOOR] == []


def test_the_way_back_is_kept_for_a_link_and_not_for_a_form(client):
    assert (
        client.get("/catalogue?q=claims")["Location"] == "/sign-in?next=%2Fcatalogue%3Fq%3Dclaims"
    )
    assert client.post("/query")["Location"] == "/sign-in"


@pytest.mark.parametrize(
    ("person", "address", "status"),
    [
        ("dfe-analyst", "/", 200),
        ("dfe-analyst", "/products/dwp.claims/ask", 200),
        ("dfe-analyst", "/agreements", 200),
        ("dfe-analyst", "/agreements/to-decide", 403),
        ("dfe-analyst", "/audit", 403),
        ("dfe-analyst", "/products/dwp.claims/why?purpose=research", 200),
        ("dfe-analyst", "/products/dwp.claims/who", 403),
        ("dwp-owner", "/products/dwp.claims/who", 200),
        ("dwp-steward", "/products/dwp.claims/who", 403),
        ("auditor", "/products/dwp.claims/who?column=weeks", 200),
        ("administrator", "/products/dwp.claims/who", 403),
        ("dfe-stranger", "/catalogue", 200),
        ("dfe-stranger", "/query", 200),
        ("dfe-stranger", "/agreements/{submitted}", 404),
        ("dfe-stranger", "/agreements/{active}", 404),
        ("dwp-owner", "/agreements/to-decide", 200),
        ("dwp-owner", "/agreements/{submitted}", 200),
        ("dwp-owner", "/agreements/{draft}", 404),
        ("dwp-owner", "/audit", 403),
        ("dwp-steward", "/agreements/{submitted}", 404),
        ("auditor", "/audit", 200),
        ("auditor", "/agreements/{submitted}", 200),
        ("auditor", "/agreements/{draft}", 404),
        ("governance-manager", "/audit", 200),
        ("administrator", "/audit", 403),
        ("administrator", "/audit/verify", 200),
    ],
)
def test_what_each_role_may_open(signed_in, ids, person, address, status):
    assert signed_in(person).get(address.format(**ids)).status_code == status


def test_a_refusal_says_why_and_what_to_do(signed_in):
    said = text(signed_in("dfe-analyst").get("/audit"))
    assert "This needs: auditor or governance manager" in said
    assert "Ask a governance manager for the appointment" in said
    assert "access.not_permitted" in said


def test_whoever_asks_cannot_decide(signed_in, ids):
    analyst = signed_in("dfe-analyst")
    assert analyst.post(f"/agreements/{ids['submitted']}/approve").status_code == 422
    assert "Submitted" in text(analyst.get(f"/agreements/{ids['submitted']}"))


def test_a_closed_account_is_signed_out_at_the_next_request(signed_in, department):
    from fairway.verbs import people

    analyst = signed_in("dfe-analyst")
    assert analyst.get("/").status_code == 200
    people.deactivate(department.platform, department.actor("administrator"), "dfe-analyst")
    answer = analyst.get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in")
    assert analyst.get("/privacy").status_code == 200
