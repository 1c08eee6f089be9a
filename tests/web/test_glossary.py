"""The pages of other names: everybody sees them, the hub changes them."""

from tests.web.reading import heading, text


def test_everybody_sees_the_list_and_who_owns_it(signed_in):
    answer = signed_in("dfe-analyst").get("/catalogue/names")
    said = text(answer)
    assert heading(answer) == "Other names that searches look for"
    assert "UC Universal Credit Comes with Fairway" in said
    assert "governance managers own this list" in said
    assert "Add a term" not in said


def test_the_hub_adds_changes_and_removes_a_term(signed_in):
    hub = signed_in("governance-manager")
    assert "Add a term" in text(hub.get("/catalogue/names"))
    given = {"term": "WTC", "names": "Working Tax Credit\n\nTax credit\n"}
    assert hub.post("/catalogue/names/change", given)["Location"] == "/catalogue/names"
    said = text(hub.get("/catalogue/names"))
    assert "Searches for WTC look for Working Tax Credit, Tax credit too." in said
    assert "WTC Working Tax Credit, Tax credit governance-manager" in said
    assert "Tax credit</textarea>" in hub.get("/catalogue/names/change?term=WTC").content.decode()
    assert heading(hub.get("/catalogue/names/remove?term=WTC")) == (
        "Are you sure you want to remove WTC?"
    )
    hub.post("/catalogue/names/remove", {"term": "WTC"})
    assert "Working Tax Credit" not in text(hub.get("/catalogue/names")).partition("terms")[2]


def test_what_cannot_be_kept_is_said_at_its_field(signed_in):
    hub = signed_in("governance-manager")
    wrong = hub.post("/catalogue/names/change", {"term": "", "names": "x"})
    assert wrong.status_code == 422
    assert 'href="#term"' in wrong.content.decode()
    wrong = hub.post("/catalogue/names/change", {"term": "WTC", "names": "wtc"})
    assert 'href="#names"' in wrong.content.decode()


def test_others_may_not_change_it(signed_in):
    given = {"term": "WTC", "names": "Working Tax Credit"}
    assert signed_in("dfe-analyst").post("/catalogue/names/change", given).status_code == 403
    assert signed_in("dfe-analyst").post("/catalogue/names/remove", given).status_code == 403
