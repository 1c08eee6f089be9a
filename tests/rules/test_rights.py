"""What a token may be limited to: every verb in one right; one in none opens to nobody."""

import pytest

from fairway.nouns.errors import BadInput, Refused
from fairway.nouns.rights import WHOLE, Right
from fairway.rules import rights
from fairway.rules.permissions import PERMISSIONS, Reach
from fairway.rules.rights import MADE_WITH, MEANINGS, RIGHTS, chosen, lacking, listed


def test_every_verb_of_a_person_belongs_to_exactly_one_right():
    of_people = {n for n, p in PERMISSIONS.items() if p.reach not in (Reach.PUBLIC, Reach.PEER)}
    written = [verb for verbs in rights._VERBS.values() for verb in verbs]
    assert sorted(written) == sorted(of_people)
    assert set(MADE_WITH) <= of_people
    assert set(MEANINGS) == set(rights._VERBS) == set(Right)


def test_to_read_changes_nothing_and_serves_no_data():
    reads = {verb for verb, right in RIGHTS.items() if right is Right.READ}
    assert {verb for verb in reads if PERMISSIONS[verb].proof} == set()
    changing = {"add", "make", "move", "publish", "withdraw", "put", "remove", "end", "submit"}
    assert {verb for verb in reads if verb.split(".")[1] in changing} == set()
    assert {v for v in reads if v.startswith(("query.", "file.", "token.", "provisioning."))} == (
        set()
    )


def test_what_rights_lack_is_named():
    assert lacking("query.run", {Right.QUERY}) == ""
    assert lacking("query.run", WHOLE - {Right.QUERY}) == "query"
    assert lacking("query.run", frozenset()) == "query"


def test_a_way_in_is_made_only_by_who_may_do_what_it_lets_be_done():
    assert lacking("share.profile", {Right.ACCOUNT}) == "query"
    assert lacking("share.profile", {Right.QUERY}) == "account"
    assert lacking("share.profile", {Right.QUERY, Right.ACCOUNT}) == ""


def test_a_verb_without_a_right_is_nobodys():
    assert lacking("verb.new", WHOLE) != ""


def test_rights_of_a_new_token_are_those_named_or_all_of_its_makers():
    assert chosen(None) == WHOLE
    assert chosen(["read", "query", "read"]) == {Right.READ, Right.QUERY}
    assert chosen(None, frozenset({Right.ACCOUNT})) == {Right.ACCOUNT}


@pytest.mark.parametrize("name", ["agree", "publish", "govern"])
def test_who_changes_something_may_read_what_came_of_it(name):
    assert chosen([name]) == {Right(name), Right.READ}
    with pytest.raises(Refused):
        chosen([name], frozenset({Right(name), Right.ACCOUNT}))


@pytest.mark.parametrize("names", [[], ["all"], ["read", "Query"], [""], ["read query"], "read"])
def test_a_right_that_is_none_is_refused(names):
    with pytest.raises(BadInput) as caught:
        chosen(names)
    assert (caught.value.code, caught.value.field) == ("token.unknown_right", "only")


@pytest.mark.parametrize("right", sorted(set(Right) - {Right.ACCOUNT}))
def test_no_token_makes_one_that_may_do_more(right):
    own = frozenset({Right.ACCOUNT})
    with pytest.raises(Refused) as caught:
        chosen([right, "account"], own)
    assert caught.value.code == "token.more_than_own"
    assert chosen(["account"], own) == own


def test_rights_are_read_in_the_order_in_which_they_are_offered():
    assert listed({Right.QUERY, Right.READ}) == "read, query"
    assert listed(()) == "do nothing"
