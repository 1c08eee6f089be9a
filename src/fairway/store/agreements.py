"""Agreements and their histories."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db import models

from fairway.nouns.agreements import Agreement, GrantedColumn, Move, State, Step, Terms
from fairway.nouns.people import Role, Team
from fairway.nouns.treatments import Kind, Treatment
from fairway.store import scopes
from fairway.store.database import Prepared, Words, only, reads, writes
from fairway.store.encoding import dumps, loads


class AgreementRecord(models.Model):
    """A data share. `asked`, `granted` and `history` are JSON text."""

    id = Words(primary_key=True)
    product = Words()
    domain = Words()
    asker = Words()
    team = Words(null=True)
    onward = models.BooleanField(default=False)
    purpose = Words()
    legal_basis = Words()
    necessity = Words()
    asked = models.TextField()
    granted = models.TextField(null=True)
    state = models.TextField()
    created = models.DateTimeField()
    history = models.TextField()

    class Meta:
        db_table = "store_agreement"
        indexes = (
            models.Index(fields=("asker", "purpose", "state"), name="agreement_asker"),
            models.Index(fields=("team", "state"), name="agreement_team"),
            models.Index(fields=("product", "state"), name="agreement_product"),
            models.Index(fields=("domain", "state"), name="agreement_domain"),
        )


class AgreementStore:
    """`verbs.ports.Agreements` on Django's tables."""

    @reads
    def get(self, agreement: str) -> Agreement | None:
        return only(_agreement(r) for r in _AGREEMENT(agreement))

    @writes
    def put(self, agreement: Agreement) -> None:
        AgreementRecord(
            id=agreement.id,
            product=agreement.product,
            domain=agreement.product.partition(".")[0],
            asker=agreement.asker,
            team=None if agreement.team is None else _team_to_text(agreement.team),
            onward=agreement.onward,
            purpose=agreement.purpose,
            legal_basis=agreement.legal_basis,
            necessity=agreement.necessity,
            asked=dumps(_terms_to_json(agreement.asked)),
            granted=None if agreement.granted is None else dumps(_terms_to_json(agreement.granted)),
            state=agreement.state.value,
            created=agreement.created,
            history=dumps([_step_to_json(step) for step in agreement.history]),
        ).save()

    @reads
    def find(
        self,
        *,
        asker: str | None = None,
        teams: Collection[Team] | None = None,
        product: str | None = None,
        domain: str | None = None,
        purpose: str | None = None,
        states: Sequence[State] | None = None,
    ) -> Sequence[Agreement]:
        wanted = {"asker": asker, "product": product, "domain": domain, "purpose": purpose}
        given = {name: value for name, value in wanted.items() if value is not None}
        records = AgreementRecord.objects.filter(**given).order_by("-created", "-id")
        if teams is not None:
            records = records.filter(team__in=[_team_to_text(team) for team in teams])
        if states is not None:
            records = records.filter(state__in=[state.value for state in states])
        return tuple(_agreement(r) for r in records)


_AGREEMENT = Prepared(lambda agreement: AgreementRecord.objects.filter(pk=agreement))


def _agreement(record: AgreementRecord) -> Agreement:
    return Agreement(
        id=record.id,
        product=record.product,
        asker=record.asker,
        purpose=record.purpose,
        legal_basis=record.legal_basis,
        necessity=record.necessity,
        asked=_terms_from_json(loads(record.asked)),
        granted=None if record.granted is None else _terms_from_json(loads(record.granted)),
        state=State(record.state),
        created=record.created,
        history=tuple(_step_from_json(step) for step in loads(record.history)),
        team=None if record.team is None else _team_from_text(record.team),
        onward=record.onward,
    )


def _team_to_text(team: Team) -> str:
    return f"{team.domain}:{team.role.value}"


def _team_from_text(text: str) -> Team:
    domain, _, role = text.partition(":")
    return Team(Role(role), domain)


def _terms_to_json(terms: Terms) -> dict[str, Any]:
    return {
        "columns": [
            [column.name, column.treatment.kind.value, column.treatment.amount]
            for column in terms.columns
        ],
        "scope": scopes.to_json(terms.scope),
        "starts": terms.starts.isoformat(),
        "ends": terms.ends.isoformat(),
    }


def _terms_from_json(tree: dict[str, Any]) -> Terms:
    return Terms(
        columns=tuple(
            GrantedColumn(name, Treatment(Kind(kind), amount))
            for name, kind, amount in tree["columns"]
        ),
        scope=scopes.from_json(tree["scope"]),
        starts=date.fromisoformat(tree["starts"]),
        ends=date.fromisoformat(tree["ends"]),
    )


def _step_to_json(step: Step) -> dict[str, Any]:
    return {
        "at": step.at,
        "person": step.person,
        "move": step.move.value,
        "before": step.before.value,
        "after": step.after.value,
        "note": step.note,
        "in_name_of": step.in_name_of,
    }


def _step_from_json(tree: dict[str, Any]) -> Step:
    return Step(
        at=tree["at"],
        person=tree["person"],
        move=Move(tree["move"]),
        before=State(tree["before"]),
        after=State(tree["after"]),
        note=tree["note"],
        in_name_of=tree.get("in_name_of", ""),
    )
