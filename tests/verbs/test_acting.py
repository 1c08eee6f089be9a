"""Permission is asked, and effect and event share a fate: in production, on every call."""

from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules

import pytest
from tests.scene import NOW

import fairway.verbs
from fairway.nouns.agreements import Move
from fairway.nouns.errors import NotSignedIn, Refused, Unproved
from fairway.nouns.people import Actor, Domain, Organisation, Person, Role, Via
from fairway.nouns.rights import Right
from fairway.rules import agreements as rules
from fairway.rules.permissions import PERMISSIONS
from fairway.rules.rights import MADE_WITH, RIGHTS
from fairway.verbs import agreements, people, products
from fairway.verbs.acting import NOBODY, VERBS, NeverAsked, Unrecorded, acting, looking, verb


def test_every_permission_has_its_verb_and_every_verb_its_permission():
    for module in iter_modules(fairway.verbs.__path__):
        import_module(f"fairway.verbs.{module.name}")
    assert set(VERBS) == set(PERMISSIONS)


def test_a_verb_without_a_line_in_the_table_cannot_be_defined():
    with pytest.raises(NeverAsked):
        verb("no.such_verb")


@pytest.fixture
def spare_verb(monkeypatch):
    monkeypatch.setattr("fairway.verbs.acting.VERBS", dict(VERBS))
    return verb("product.find")


def test_a_verb_that_never_asks_raises_even_if_another_asked_before(scene, spare_verb):
    @spare_verb
    def careless() -> int:
        return 1

    people.me(scene.platform, scene.analyst)
    with pytest.raises(NeverAsked):
        careless()


def test_a_verb_that_asks_in_a_verb_that_does_not_is_no_excuse(scene, spare_verb):
    @spare_verb
    def careless() -> object:
        return people.me(scene.platform, scene.analyst)

    with pytest.raises(NeverAsked):
        careless()


def test_an_act_without_an_event_is_rolled_back(scene):
    with (
        pytest.raises(Unrecorded),
        acting(scene.platform, scene.manager, "domain.add"),
    ):
        scene.platform.store.people.add_domain(Domain("hmrc", "Revenue", "dwp"))
    assert scene.platform.store.people.domain("hmrc") is None


def test_an_effect_that_fails_leaves_no_event(scene):
    before = scene.actions()

    def fail_after_recording():
        with acting(scene.platform, scene.manager, "domain.add") as act:
            act.record("domain.add")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_recording()
    assert scene.actions() == before


@pytest.mark.parametrize("actor", [NOBODY, Actor("no-one-here", Via.WEB)])
def test_nobody_may_look_or_act(scene, actor):
    with pytest.raises(NotSignedIn), looking(scene.platform, actor, "product.find"):
        pass
    with pytest.raises(NotSignedIn):
        people.add_domain(
            scene.platform, actor, Domain("hmrc", "Revenue", "hmrc"), Organisation("hmrc", "R")
        )


def test_a_closed_account_may_do_nothing(scene):
    people.deactivate(scene.platform, scene.administrator, scene.analyst.person)
    with pytest.raises(NotSignedIn):
        products.find(scene.platform, scene.analyst, "claims")


def test_a_refusal_is_on_the_record_and_names_what_is_needed(scene):
    with pytest.raises(Refused) as caught:
        people.deactivate(scene.platform, scene.analyst, "dwp-owner")
    assert caught.value.code == "access.not_permitted"
    assert "administrator" in caught.value.message
    last = scene.events()[-1]
    assert (last.action, last.outcome, last.actor) == (
        "person.deactivate.refused",
        "denied",
        "dfe-analyst",
    )


LIMITED = sorted(RIGHTS)


@pytest.mark.parametrize("name", LIMITED)
def test_a_limited_token_may_do_what_its_right_says_and_nothing_else(scene, name):
    """Every verb with every right, by whoever may do it without a limit."""
    for person, role in (
        ("dfe-stranger", Role.DATA_PROTECTION_OFFICER),
        ("new-directory", Role.PROVISIONER),
    ):
        if person == "new-directory":
            directory = Person(person, "Directory", "dfe")
            people.add_person(scene.platform, scene.administrator, directory)
        people.appoint(scene.platform, scene.manager, person, role, None, since=NOW.date())
    directory = Actor("new-directory", Via.API, proved=True)
    everyone = (scene.owner, scene.analyst, scene.stranger, scene.manager, scene.administrator)
    may = []
    for actor in (*everyone, directory):
        with suppress(Refused), looking(scene.platform, actor, name, domain="dwp"):
            may.append(actor)
    assert may
    needed = {RIGHTS[name], MADE_WITH.get(name, RIGHTS[name])}
    for right in Right:
        for rights in ({right}, set(Right) - {right}):
            limited = replace(may[0], rights=frozenset(rights))
            if needed <= rights:
                with looking(scene.platform, limited, name, domain="dwp"):
                    continue
            with (
                pytest.raises(Refused) as caught,
                looking(scene.platform, limited, name, domain="dwp"),
            ):
                pass
            assert caught.value.code == "access.token_limited"
            last = scene.events()[-1]
            assert (last.action, last.outcome) == (f"{name}.refused", "denied")


PROVED = sorted(name for name, permission in PERMISSIONS.items() if permission.proof)


@pytest.mark.parametrize("name", PROVED)
def test_what_asks_for_a_recent_proof_is_refused_without_one(scene, name):
    people.appoint(
        scene.platform,
        scene.manager,
        "dfe-stranger",
        Role.DATA_PROTECTION_OFFICER,
        None,
        since=NOW.date(),
    )
    everyone = (scene.owner, scene.analyst, scene.stranger, scene.manager, scene.administrator)
    may = []
    for actor in everyone:
        with suppress(Refused), looking(scene.platform, actor, name, domain="dwp"):
            may.append(actor)
    assert may
    for actor in may:
        with (
            pytest.raises(Unproved) as caught,
            looking(scene.platform, replace(actor, proved=False), name, domain="dwp"),
        ):
            pass
        assert caught.value.code == "access.prove_again"
        last = scene.events()[-1]
        assert (last.action, last.outcome, last.actor) == (
            f"{name}.refused",
            "denied",
            actor.person,
        )


@pytest.mark.parametrize("move", sorted(rules.PROVED))
def test_no_move_that_gives_access_is_made_on_an_old_proof(scene, move):
    scene.publish()
    agreement = scene.submit()
    before = agreements.show(scene.platform, scene.owner, agreement.id).agreement
    with pytest.raises(Unproved):
        agreements.move(
            scene.platform, replace(scene.owner, proved=False), agreement.id, move, "Words."
        )
    assert agreements.show(scene.platform, scene.owner, agreement.id).agreement == before


def test_what_takes_access_away_asks_for_no_proof(scene):
    scene.publish()
    agreement = scene.approve()
    old = replace(scene.owner, proved=False)
    for move in (Move.SUSPEND, Move.TERMINATE):
        agreements.move(scene.platform, old, agreement.id, move, "An incident.")
