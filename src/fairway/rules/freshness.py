"""Until when an entry counts as fresh: twice the time between two renewals, and a week."""

from datetime import date, timedelta

from fairway.nouns.entries import CatalogueEntry

_DAYS = {
    "continuous": 1,
    "daily": 1,
    "semiweekly": 4,
    "threeTimesAWeek": 3,
    "weekly": 7,
    "threeTimesAMonth": 11,
    "biweekly": 14,
    "semimonthly": 16,
    "monthly": 31,
    "bimonthly": 62,
    "quarterly": 92,
    "threeTimesAYear": 122,
    "semiannual": 184,
    "annual": 366,
    "biennial": 731,
    "triennial": 1096,
}
"""Days between two renewals, by the words of the Dublin Core frequency vocabulary."""

_UNSAID = 366
_A_WEEK = 7


def due(entry: CatalogueEntry) -> date | None:
    """Return the last day on which an entry counts as fresh.

    An entry that does not say how often it is renewed is taken for an annual one. None for what
    does not say when it changed, and for what is renewed irregularly: nothing can be late there.
    """
    changed = entry.modified or entry.issued
    if changed is None or entry.frequency == "irregular":
        return None
    days = _DAYS.get(entry.frequency, _UNSAID)
    try:
        return changed + timedelta(days=2 * days + _A_WEEK)
    except OverflowError:
        return date.max
