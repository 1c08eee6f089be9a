"""Following: what another node says has changed is taken over; its faults are noted once."""

import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.scene import CLAIMS, REGIONS

from fairway.nouns.entries import CatalogueEntry, EntryKind
from fairway.nouns.errors import BadInput, Conflict, NotFound, Refused, Unavailable
from fairway.nouns.follows import Changes
from fairway.standards import dcat
from fairway.verbs import entries, feeds, follows, products
from fairway.verbs.acting import SYSTEM

ABOUT = dcat.About("There", "What is there", "There", base="https://there.example/catalogue/")
TOKEN = "a token of theirs"


class There:
    """Another node's feed, as the text that its address answers with."""

    def __init__(self):
        self.changes, self.name, self.page = [], "feed", 2
        self.asked, self.failing, self.meanwhile = [], None, lambda: None

    def put(self, name, title="", **more):
        entry = CatalogueEntry(name, EntryKind.DATASET, title, withdrawn=not title, **more)
        self.changes = [c for c in self.changes if c.id != name] + [entry]

    def fetch(self, address, token=""):
        if self.failing:
            raise self.failing
        self.asked.append((address, token))
        self.meanwhile()
        after = parse_qs(urlsplit(address).query).get("after", [""])[0]
        feed, _, place = after.rpartition(".")
        whole = feed != self.name
        begun = 0 if whole else int(place)
        some = self.changes[begun : begun + self.page]
        end = begun + len(some)
        said = Changes(tuple(some), f"{self.name}.{end}", end < len(self.changes), whole)
        return dcat.write_changes(said, ABOUT).encode()


@pytest.fixture
def there():
    return There()


@pytest.fixture
def platform(scene, there):
    return replace(scene.platform, elsewhere=there)


def listed(platform, scene):
    _, found = entries.entries(platform, scene.analyst, limit=100)
    return {one.entry.title for one in found}


def begin(platform, scene, **more):
    return follows.begin(platform, scene.manager, "there", "https://there.example/", TOKEN, **more)


def test_everything_is_taken_over_at_once_in_pages_and_then_what_changes(platform, scene, there):
    for number in range(5):
        there.put(f"a{number}", f"Entry {number}")
    there.put("gone")
    made = begin(platform, scene)
    assert (made.address, made.cursor, made.fault) == ("https://there.example", "feed.6", "")
    assert listed(platform, scene) == {f"Entry {number}" for number in range(5)}
    assert {token for _, token in there.asked} == {TOKEN}
    assert TOKEN not in repr(made)
    assert made.sealed
    assert TOKEN not in made.sealed

    assert follows.turn(platform, SYSTEM, "there") == 0
    before = len(scene.events())
    assert follows.turn(platform, SYSTEM, "there") == 0
    assert len(scene.events()) == before, "nothing new leaves no trace"

    there.changes.append(replace(there.changes[1], title="", withdrawn=True))
    there.changes.append(CatalogueEntry("new", EntryKind.API, "A new one"))
    assert follows.turn(platform, SYSTEM, "there") == 2
    assert listed(platform, scene) == {"Entry 0", "Entry 2", "Entry 3", "Entry 4", "A new one"}
    assert scene.intact()


def test_a_feed_that_begins_anew_withdraws_what_it_does_not_hold(platform, scene, there):
    there.put("a", "One")
    there.put("b", "Two")
    begin(platform, scene)
    there.changes, there.name = there.changes[:1], "another"
    assert follows.turn(platform, SYSTEM, "there") == 1
    assert listed(platform, scene) == {"One"}
    there.changes, there.name = [], "empty"
    assert follows.turn(platform, SYSTEM, "there") == 1
    assert listed(platform, scene) == set()
    assert follows.turn(platform, SYSTEM, "there") == 0


def test_an_empty_catalogue_can_be_followed(platform, scene, there):
    assert begin(platform, scene).cursor == "feed.0"
    there.put("a", "One")
    assert follows.turn(platform, SYSTEM, "there") == 1


def test_a_long_feed_is_taken_over_in_several_turns(platform, scene, there, monkeypatch):
    monkeypatch.setattr(follows, "MOST_PAGES", 2)
    for number in range(5):
        there.put(f"a{number}", f"Entry {number}")
    assert begin(platform, scene).cursor == "feed.4"
    assert len(listed(platform, scene)) == 4
    assert follows.turn(platform, SYSTEM, "there") == 1
    assert len(listed(platform, scene)) == 5


def test_a_fault_is_noted_once_and_forgotten_when_it_is_over(platform, scene, there):
    begin(platform, scene)
    there.failing = Unavailable("harvest.unreachable", "Nothing answers.")
    for _ in range(2):
        with pytest.raises(Unavailable):
            follows.turn(platform, SYSTEM, "there")
    (one,) = follows.follows(platform, scene.manager)
    assert one.fault == "Nothing answers."
    failed = [e for e in scene.events(action="follow.turn") if e.outcome == "failed"]
    assert len(failed) == 1
    there.failing = None
    follows.turn(platform, SYSTEM, "there")
    assert follows.follows(platform, scene.manager)[0].fault == ""


def test_two_turns_at_once_are_no_fault_of_the_other_node(platform, scene, there, monkeypatch):
    begin(platform, scene)
    there.put("a", "One")
    begun_meanwhile = Conflict("harvest.overtaken", "Another harvest began meanwhile.")
    with monkeypatch.context() as patched:
        patched.setattr(follows, "take_over", lambda *_, **__: raised(begun_meanwhile))
        with pytest.raises(Conflict):
            follows.turn(platform, SYSTEM, "there")
    assert follows.follows(platform, scene.manager)[0].fault == ""
    assert follows.turn(platform, SYSTEM, "there") == 1


def raised(error):
    raise error


def test_a_start_that_fails_leaves_nothing_behind(platform, scene, there):
    there.failing = Refused("harvest.refused_there", "The address refuses with 401.")
    with pytest.raises(Refused):
        begin(platform, scene)
    assert follows.follows(platform, scene.manager) == ()
    assert [e.outcome for e in scene.events(action="follow.begin")] == ["done", "failed"]


def test_the_turns_of_the_node_leave_alone_what_is_read_for_the_first_time(platform, scene, there):
    turned = []

    def turns_of_the_node():
        turned.append([one.source for one in follows.follows(platform, SYSTEM)])

    there.put("a", "One")
    there.meanwhile = turns_of_the_node
    begin(platform, scene)
    assert turned == [[]], "a turn now would overtake the first reading, or be overtaken"
    assert listed(platform, scene) == {"One"}
    assert [one.source for one in follows.follows(platform, SYSTEM)] == ["there"]


def test_of_two_who_follow_under_one_name_at_once_one_is_told(platform, scene, there):
    there.put("a", "One")

    def another():
        there.meanwhile = lambda: None
        begin(platform, scene)

    there.meanwhile = another
    with pytest.raises(Conflict) as caught:
        begin(platform, scene)
    assert caught.value.code == "follow.exists"
    assert len(follows.follows(platform, SYSTEM)) == 1


def test_what_is_followed_has_one_name_and_ends(platform, scene, there):
    there.put("a", "One")
    begin(platform, scene)
    with pytest.raises(Conflict):
        begin(platform, scene)
    assert follows.end(platform, scene.manager, "there") == 1
    assert listed(platform, scene) == set()
    for ask in (follows.end, follows.turn):
        with pytest.raises(NotFound):
            ask(platform, scene.manager, "there")


def test_a_turn_that_ends_after_the_follow_did_brings_it_not_back(platform, scene, there):
    begin(platform, scene)
    ending = there.fetch

    def fetch(address, token=""):
        with platform.store.transaction():
            platform.store.follows.remove("there")
        there.put("a", "One")
        return ending(address, token)

    there.fetch = fetch
    follows.turn(platform, SYSTEM, "there")
    assert follows.follows(platform, scene.manager) == ()


@pytest.mark.parametrize(
    "address",
    [
        "there",
        "ftp://there",
        "https://a@b",
        "https://there/?q",
        "https://[",
        "https://t/" + "x" * 500,
    ],
)
def test_an_address_is_a_nodes(platform, scene, address):
    with pytest.raises(BadInput, match="not the address of a node"):
        follows.begin(platform, scene.manager, "there", address)


def test_an_answer_that_is_none_of_a_node_is_refused(platform, scene, there):
    there.fetch = lambda *_: json.dumps({"dataset": []}).encode()
    with pytest.raises(BadInput) as caught:
        follows.begin(platform, scene.manager, "there", "https://there.example")
    assert caught.value.code == "follow.not_a_feed"


def test_only_the_hub_follows(platform, scene):
    for ask in (
        lambda: follows.begin(platform, scene.owner, "there", "https://there.example"),
        lambda: follows.follows(platform, scene.analyst),
        lambda: follows.turn(platform, scene.analyst, "there"),
        lambda: follows.end(platform, scene.owner, "there"),
    ):
        with pytest.raises(Refused):
            ask()


# ------------------------------------------------------------------ the feed


def publish(scene, text, visibility, version="1.0.0"):
    said = text.replace("version: 1.0.0", f"version: {version}")
    said = said.replace("customProperties: [{property: accessClass, value: open}]", "")
    said += f"\ncustomProperties: [{{property: visibility, value: {visibility}}}]"
    products.publish(scene.platform, scene.steward, said, "c.yaml")


def names(changes):
    return [(e.id, e.withdrawn) for e in changes.entries]


def test_the_feed_holds_what_partners_may_know_and_nothing_else(scene):
    empty = feeds.feed(scene.platform, scene.stranger)
    assert (empty.entries, empty.more, empty.whole) == ((), False, True)
    assert feeds.feed(scene.platform, scene.stranger, empty.cursor).whole is False
    publish(scene, CLAIMS, "everyone")
    publish(scene, REGIONS, "partners")
    for actor in (scene.stranger, scene.owner, scene.manager):
        told = feeds.feed(scene.platform, actor, empty.cursor)
        assert names(told) == [("dwp.regions", False)]
        assert told.whole, "the first entry gave the feed its name"
    first = feeds.feed(scene.platform, scene.stranger)
    publish(scene, REGIONS, "everyone", "1.0.1")
    publish(scene, CLAIMS, "partners", "1.0.1")
    page = feeds.feed(scene.platform, scene.stranger, first.cursor, 1)
    assert (names(page), page.more) == ([("dwp.regions", True)], True)
    assert page.entries[0].title == ""
    rest = feeds.feed(scene.platform, scene.stranger, page.cursor)
    assert (names(rest), rest.more, rest.whole) == ([("dwp.claims", False)], False, False)
    products.withdraw(scene.platform, scene.owner, "dwp.claims", "Gone.")
    last = feeds.feed(scene.platform, scene.stranger, rest.cursor)
    assert names(last) == [("dwp.claims", True)]
    with pytest.raises(BadInput):
        feeds.feed(scene.platform, scene.stranger, "nonsense")
