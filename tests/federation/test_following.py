"""Two nodes, each behind its real server: what one shows its partners is found in the other."""

import contextlib
import json

import httpx
import pytest
from tests.federation.harbours import Served
from tests.waiting import until


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nodes")
    here, there = Served(folder / "here"), Served(folder / "there")
    with contextlib.ExitStack() as closing:
        for node, name in ((there, "Harbour office"), (here, "Data office")):
            node.make(name)
            closing.callback(node.stop)
            node.serve()
        there.publish("Harbours of the north")
        there.publish("Harbours kept quiet", visibility="everyone")
        yield here, there


@pytest.fixture
def followed(nodes):
    """What the one node says when it begins to follow the other."""
    here, there = nodes
    yield here.follow(there, "Harbour office")
    if here.ask("GET", "catalogue/follows"):
        here.ask("DELETE", "catalogue/follows/Harbour office")


def test_what_one_node_shows_its_partners_is_found_in_the_other(nodes, followed):
    here, there = nodes
    assert (followed["source"], followed["with_token"]) == ("Harbour office", True)
    assert here.finds("Harbours of the north")
    assert not here.finds("Harbours kept quiet")

    there.publish("Harbours of the south")
    until(lambda: here.finds("Harbours of the south"))
    there.withdraw("Harbours of the south")
    until(lambda: not here.finds("Harbours of the south"))
    there.publish("Harbours of the north", "1.0.1", "everyone")
    until(lambda: not here.finds("Harbours of the north"))
    there.publish("Harbours of the north", "1.0.2")
    until(lambda: here.finds("Harbours of the north"))

    (row,) = here.ask("GET", "catalogue/follows")
    assert (row["source"], row["fault"]) == ("Harbour office", "")
    kept = (here.workspace / "fairway.sqlite3").read_bytes()
    assert there.tokens["keeper"].encode() not in kept + json.dumps(row).encode()


def test_following_goes_on_after_a_restart_and_an_entry_says_where_it_lives(nodes, followed):
    here, there = nodes
    here.stop()
    there.publish("Harbours of the west")
    here.serve()
    until(lambda: here.finds("Harbours of the west"))

    listed = here.ask("GET", "catalogue/entries", params={"limit": 100})["items"]
    entry = next(e for e in listed if e["title"] == "Harbours of the west")
    assert entry["url"] == f"{there.address}/catalogue/harbours.harbours_of_the_west"
    assert entry["where"].startswith("Lives elsewhere")
    linked = httpx.get(
        entry["url"], headers={"Authorization": f"Bearer {there.tokens['keeper']}"}, timeout=60
    )
    assert linked.headers["content-type"].startswith("application/ld+json")
    assert linked.json()["dct:title"] == "Harbours of the west"

    assert here.ask("DELETE", "catalogue/follows/Harbour office")["withdrawn"] > 0
    assert not here.finds("Harbours of the west")


def test_nobody_follows_without_a_token_or_to_where_nobody_answers(nodes):
    here, there = nodes
    given = {"source": "other", "address": there.address}
    said = here.ask("POST", "catalogue/follows", 403, json=given)
    assert said["code"] == "harvest.refused_there"
    said = here.ask(
        "POST", "catalogue/follows", 503, json=given | {"address": "http://127.0.0.1:9"}
    )
    assert said["code"] == "harvest.unreachable"
    assert here.ask("GET", "catalogue/follows") == []
    here.ask("POST", "catalogue/follows", 403, by="keeper", json=given)
