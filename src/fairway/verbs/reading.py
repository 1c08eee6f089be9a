"""The whole node, read for questions about everybody. Not verbs: a step of verbs."""

from datetime import date

from fairway.rules.effective import Reading
from fairway.rules.explanations import as_of, version_of
from fairway.verbs.explanations import stops_on
from fairway.verbs.ports import Platform


def reading_of(platform: Platform, day: date) -> Reading:
    """Read what effective access on a day rests on: today's state, or that of a day gone by."""
    store, today = platform.store, platform.clock.now().date()
    products = store.products.all()
    agreements = store.agreements.find()
    if day < today:
        stood = (version_of(store.products.versions(p.id), day) for p in products)
        products = [p for p in stood if p is not None]
        agreements = [a for made in agreements if (a := as_of(made, day)) is not None]
    return Reading(
        day=day,
        people={p.id: p for p in store.people.all()},
        appointments=store.people.appointments(),
        products={p.id: p for p in products},
        agreements=agreements,
        purposes={p.code: p for p in store.purposes.all()},
        bases={b.code: b for b in store.purposes.legal_bases()},
        stops=stops_on(platform, day, today),
    )
