"""Attacks of our own on tokens, delegation, groups, made passwords and agreements together.

Each is tried by somebody who has what they have, and wants what they have not.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain, combinations

import pytest
from tests.builders import TODAY
from tests.scene import PASSWORD

from fairway.nouns.agreements import Move, State
from fairway.nouns.errors import BadInput, FairwayError, NotFound, NotSignedIn, Refused, Unproved
from fairway.nouns.people import Actor, Person, Role, Via
from fairway.nouns.rights import WHOLE, Right
from fairway.rules.rights import RIGHTS, chosen, lacking
from fairway.verbs import agreements, appointments, people, provisioning, signing_in
from fairway.verbs.acting import SYSTEM, looking

SINCE = date(2025, 1, 1)
REFUSED = (Refused, Unproved, NotFound, BadInput, NotSignedIn)


@pytest.fixture
def published(scene):
    scene.publish()
    return scene


# ------------------------------------------------------------------ tokens


NO_RIGHTS = (
    *("", " ", "*", "all", "ALL", "any", "none", "null", "None", "0", "-1", "true", "admin"),
    *(
        "Read",
        "READ",
        " read",
        "read ",
        "read\n",
        "read\x00",
        "\ufeffread",
        "re\u200bad",
        "\uff52ead",
    ),
    *(
        "read,query",
        "read query",
        "read;query",
        "read|govern",
        "query.run",
        "token.create",
        "r\u0435ad",
    ),
    *("whole", "right", "Right.READ", "read'--", "../read", "read%20", "%72ead", "r" * 10_000),
)


@pytest.mark.parametrize("name", NO_RIGHTS, ids=range(len(NO_RIGHTS)))
def test_nothing_but_the_name_of_a_right_is_one(scene, name):
    for only in ([name], ["read", name]):
        with pytest.raises(BadInput) as caught:
            people.create_token(scene.platform, Via.API, "dfe-analyst", PASSWORD, days=1, only=only)
        assert caught.value.code == "token.unknown_right"
    assert people.list_tokens(scene.platform, scene.analyst) == ()


def test_no_token_of_any_rights_makes_one_of_more():
    """All 256 sets of rights, with each right that they have not."""
    every = chain.from_iterable(combinations(Right, n) for n in range(len(Right) + 1))
    tried = 0
    for own in map(frozenset, every):
        assert chosen(None, own) == own
        for right in WHOLE - own:
            tried += 1
            with pytest.raises(Refused):
                chosen([right, *own], own)
    assert tried == 1024


def _variants(secret: str, made) -> dict[str, str]:
    return {
        "nothing": "",
        "its id": made.id,
        "its digest": made.digest,
        "its label": "notebook",
        "its person": "dfe-analyst",
        "upper": secret.upper(),
        "lower": secret.lower(),
        "one less": secret[:-1],
        "without its first": secret[1:],
        "one more": f"{secret}A",
        "twice": secret * 2,
        "space before": f" {secret}",
        "space behind": f"{secret} ",
        "line": f"{secret}\n",
        "nul": f"{secret}\x00",
        "with a right": f"{secret}:govern",
        "wildcard": "%",
        "like": f"{secret[:5]}%",
        "quote": f"{secret}' OR '1'='1",
        "backwards": secret[::-1],
    }


def test_what_is_not_the_secret_opens_nothing(scene):
    made, secret = people.create_token(
        scene.platform, Via.API, "dfe-analyst", PASSWORD, label="notebook", days=1
    )
    for wrong in _variants(secret, made).values():
        if wrong != secret:
            with pytest.raises(NotSignedIn):
                people.bearer(scene.platform, wrong, Via.API)


@pytest.mark.parametrize("right", sorted(Right))
def test_a_right_gives_nothing_that_the_person_has_not(scene, right):
    """Somebody without a role, with a token of each right, tries every verb of that right."""
    limited = replace(scene.stranger, rights=frozenset({right}))
    for name in sorted(v for v, r in RIGHTS.items() if r is right and not lacking(v, {right})):
        opened = []
        for actor in (scene.stranger, limited):
            try:
                with looking(scene.platform, actor, name, domain="dwp"):
                    opened.append(True)
            except Refused as refused:
                assert refused.code == "access.not_permitted"
                opened.append(False)
        assert opened[0] == opened[1], name


def test_a_limit_stays_when_the_person_is_given_more(scene):
    _, secret = people.create_token(
        scene.platform, Via.API, "dfe-analyst", PASSWORD, days=30, only=["read"]
    )
    for role, domain in ((Role.DATA_STEWARD, "dfe"), (Role.DATA_OWNER, "dfe")):
        people.appoint(scene.platform, SYSTEM, "dfe-analyst", role, domain, since=SINCE)
    limited = people.bearer(scene.platform, secret, Via.API)
    for name in ("product.withdraw", "agreement.move", "query.run", "appointment.delegate"):
        with pytest.raises(Refused) as caught, looking(scene.platform, limited, name, domain="dfe"):
            pass
        assert caught.value.code == "access.token_limited"


# ------------------------------------------------------------------ delegation


@pytest.mark.parametrize(
    "domain", ["dfe", "DWP", "dwp ", " dwp", "", "dwp\n", "*", "dwp%", "nowhere"]
)
@pytest.mark.parametrize("person", ["dwp-owner", "dwp-steward", "dfe-analyst", "auditor"])
def test_nobody_delegates_what_they_do_not_own(published, person, domain):
    actor = Actor(person, Via.API, proved=True)
    until = TODAY + timedelta(days=1)
    with pytest.raises(REFUSED):
        appointments.delegate(published.platform, actor, "dfe-stranger", domain, until=until)
    with pytest.raises(REFUSED):
        appointments.end_delegation(published.platform, actor, "dfe-stranger", domain)


@pytest.mark.parametrize("first", [-1, -30, -400, 93, 365, 3650])
def test_no_delegation_is_made_for_the_past_or_far_ahead(published, first):
    """Backdated, it would rewrite who held what; far ahead, it would never have to be renewed."""
    since = TODAY + timedelta(days=first)
    for last in (since, since + timedelta(days=30), max(since, TODAY + timedelta(days=20))):
        with pytest.raises(BadInput):
            appointments.delegate(
                published.platform, published.owner, "dfe-stranger", "dwp", since=since, until=last
            )
    assert appointments.delegations(published.platform, published.owner) == []


def stands_in(scene, person="dfe-stranger"):
    until = TODAY + timedelta(days=30)
    appointments.delegate(scene.platform, scene.owner, person, "dwp", until=until)


def test_who_stands_in_passes_it_to_nobody(published):
    stands_in(published)
    for person in ("dfe-analyst", "dwp-steward", "dwp-owner", "dfe-stranger"):
        with pytest.raises(REFUSED):
            appointments.delegate(
                published.platform, published.stranger, person, "dwp", until=TODAY
            )
    with pytest.raises(REFUSED):
        appointments.end_delegation(published.platform, published.stranger, "dfe-stranger", "dwp")


def test_who_asks_does_not_decide_when_they_stand_in(published):
    asked = published.submit()
    stands_in(published, "dfe-analyst")
    with pytest.raises(REFUSED):
        published.move(published.analyst, asked.id, Move.APPROVE)
    assert (
        agreements.show(published.platform, published.owner, asked.id).agreement.state
        is State.SUBMITTED
    )


@pytest.mark.parametrize("gone", ["the owner's account", "the delegate's account", "last day"])
def test_nobody_decides_in_the_name_of_who_is_gone_or_after_they_are(published, gone):
    stands_in(published)
    asked = published.submit()
    who = "dfe-stranger" if gone == "the delegate's account" else "dwp-owner"
    if gone == "last day":
        people.leaving(published.platform, SYSTEM, who, TODAY)
        published.clock.forward(days=1)
    else:
        people.deactivate(published.platform, SYSTEM, who)
    with pytest.raises(REFUSED):
        published.move(published.stranger, asked.id, Move.APPROVE)


# ------------------------------------------------------------------ roles by groups


DIRECTORY = Actor("directory", Via.API, proved=True)
FORMAL = sorted(set(Role) - {Role.ANALYST, Role.DATA_STEWARD})


@pytest.fixture
def provisioned(scene):
    people.add_person(scene.platform, SYSTEM, Person("directory", "Directory", "dwp"))
    people.appoint(scene.platform, SYSTEM, "directory", Role.PROVISIONER, None, since=SINCE)
    return scene


@pytest.mark.parametrize("role", FORMAL)
def test_no_group_gives_a_formal_role_whoever_says_so(provisioned, role):
    for actor in (provisioned.manager, provisioned.administrator, DIRECTORY, SYSTEM):
        for domain in ("dwp", "dfe"):
            with pytest.raises(REFUSED):
                provisioning.set_group_role(
                    provisioned.platform, actor, "Everybody", role, domain, given=True
                )


@pytest.mark.parametrize(
    "person", ["dwp-owner", "dwp-steward", "dfe-analyst", "auditor", "directory"]
)
@pytest.mark.parametrize("role", [Role.ANALYST, Role.DATA_STEWARD])
def test_only_the_hub_says_what_a_group_gives(provisioned, person, role):
    actor = Actor(person, Via.API, proved=True)
    for given in (True, False):
        with pytest.raises(REFUSED):
            provisioning.set_group_role(
                provisioned.platform, actor, "Analysts", role, "dfe", given=given
            )


@pytest.mark.parametrize(
    "user",
    ["administrator", "Administrator", "ADMINISTRATOR@dwp", "governance-manager@x", "auditor"],
)
def test_a_name_from_the_directory_takes_no_account_over(provisioned, user):
    told = {"external_id": "", "active": True, "name": "", "places": ["dfe"], "attributes": {}}
    held = {m.person.id: m.roles for m in people.list_people(provisioned.platform, SYSTEM)}
    with suppress(FairwayError):  # a name that is taken may be refused, too
        provisioning.add_person(provisioned.platform, DIRECTORY, user_name=user, **told)
    after = {m.person.id: m.roles for m in people.list_people(provisioned.platform, SYSTEM)}
    assert {name: after[name] for name in held} == held
    assert all(after[name] == frozenset() for name in set(after) - set(held))


# ------------------------------------------------------------------ made passwords


OWN = "three words of my own"


@pytest.mark.parametrize("days", [0, 8])
def test_a_made_password_proves_nothing_and_changes_nothing_but_at_the_door(scene, days):
    """Whoever holds a session or a token of the person, and a password made for them."""
    made, _ = people.give_password(scene.platform, scene.administrator, "dfe-analyst")
    scene.clock.forward(days=days)
    old = replace(scene.analyst, proved=False)
    for work in (
        lambda: signing_in.confirm(scene.platform, old, made),
        lambda: people.change_password(scene.platform, old, made, OWN),
        lambda: people.change_password(scene.platform, old, PASSWORD, OWN),
        lambda: signing_in.confirm(scene.platform, old, PASSWORD),
    ):
        with pytest.raises(Refused) as caught:
            work()
        assert caught.value.code == "access.wrong_password"
    with pytest.raises(REFUSED):
        people.create_token(scene.platform, Via.API, "dfe-analyst", made, days=1)
    assert people.list_tokens(scene.platform, scene.analyst) == ()


@pytest.mark.parametrize(
    "person", ["dwp-owner", "dwp-steward", "dfe-analyst", "auditor", "dfe-stranger"]
)
def test_only_an_administrator_makes_a_password_and_never_on_an_old_proof(scene, person):
    actor = Actor(person, Via.API, proved=True)
    for target in ("administrator", "dfe-analyst", person):
        with pytest.raises(REFUSED):
            people.give_password(scene.platform, actor, target)
    with pytest.raises(Unproved):
        people.give_password(scene.platform, replace(scene.administrator, proved=False), person)


# ------------------------------------------------------------------ agreements together


def two(scene):
    """An agreement on Wales, and one on short claims."""
    first = scene.approve(scope="region = 'Wales'")
    second = scene.approve(scope="weeks < 10")
    return first.id, second.id


QUERIES = (
    "SELECT region, weeks FROM dwp.claims",
    "SELECT * FROM dwp.claims",
    "SELECT region, weeks FROM dwp.claims WHERE weeks >= 10 OR TRUE",
    "SELECT a.region, b.weeks FROM dwp.claims a CROSS JOIN dwp.claims b",
    "SELECT region, weeks FROM dwp.claims UNION ALL SELECT region, weeks FROM dwp.claims",
    "SELECT region, weeks FROM (SELECT * FROM dwp.claims) x",
    "WITH x AS (SELECT * FROM dwp.claims) SELECT region, weeks FROM x",
    "SELECT region, max(weeks) AS weeks FROM dwp.claims GROUP BY region",
    "SELECT region, weeks FROM dwp.claims WHERE region <> 'Wales' OR region = 'Wales'",
    "SELECT region, weeks FROM dwp.claims WHERE NOT (weeks < 10 AND region = 'Wales') OR TRUE",
    "SELECT region, weeks FROM dwp.claims ORDER BY weeks DESC LIMIT 100",
    "SELECT region, (SELECT max(weeks) FROM dwp.claims) AS weeks FROM dwp.claims",
)


@pytest.mark.parametrize("sql", QUERIES)
def test_no_query_sees_more_than_both_let_it(published, sql):
    two(published)
    found = published.query(sql)
    assert found
    assert {(row["region"], row["weeks"]) for row in found} == {("Wales", 4)}


@pytest.mark.parametrize(
    "pins", [("AG-x",), ("*",), ("AG-x", "AG-y"), ("theirs",), ("both", "theirs")]
)
def test_naming_what_is_not_one_s_own_opens_nothing(published, pins):
    mine = two(published)
    theirs = {"theirs": "AG-000000000000", "both": mine[0]}
    named = tuple(theirs.get(pin, pin) for pin in pins)
    with pytest.raises(REFUSED):
        published.query(QUERIES[0], agreement=",".join(named))


@pytest.mark.parametrize("move", [Move.SUSPEND, Move.TERMINATE])
def test_ending_either_leaves_what_the_other_lets_be_seen(published, move):
    first, second = two(published)
    published.move(published.owner, first, move, "An incident.")
    assert {row["weeks"] for row in published.query(QUERIES[0])} == {4, 7}
    published.move(published.owner, second, move, "An incident.")
    with pytest.raises(REFUSED):
        published.query(QUERIES[0])
