"""Tasks: what the hub and the data owners have to do, by when."""

from collections.abc import Sequence

from fairway.nouns.agreements import State
from fairway.nouns.people import Actor, Role
from fairway.nouns.tasks import Task
from fairway.rules import tasks as rules
from fairway.verbs.acting import looking, verb
from fairway.verbs.ports import Platform

_HUB = frozenset({Role.GOVERNANCE_MANAGER, Role.ADMINISTRATOR})


@verb("task.list")
def list_all(platform: Platform, actor: Actor) -> Sequence[Task]:
    """Return what waits for the actor, the most urgent first: the hub's, or their domains'."""
    with looking(platform, actor, "task.list") as look:
        store, today = platform.store, look.today
        found: list[Task] = []
        if look.roles() & _HUB:
            people, held = store.people.all(), store.people.appointments()
            found.extend(rules.of_products(store.products.all(), held, people, today))
            found.extend(rules.of_guardrails(store.guardrails.published(), today))
        domains = {
            a.domain
            for a in look.appointments
            if a.domain and a.current(today) and a.role in {Role.DATA_OWNER, Role.DEPUTY}
        }
        granted = (State.APPROVED, State.ACTIVE, State.SUSPENDED)
        for domain in sorted(domains):
            live = store.agreements.find(domain=domain, states=granted)
            found.extend(rules.of_agreements(live, today))
        return sorted(found, key=lambda task: (task.due, task.kind, task.subject))
