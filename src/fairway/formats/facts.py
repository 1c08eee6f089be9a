"""What a written result says about itself, beside its rows."""

from dataclasses import dataclass

from fairway.nouns.queries import Field


@dataclass(frozen=True, slots=True)
class Facts:
    """The id of the query, its columns, and under which agreements and why it was permitted."""

    id: str = ""
    fields: tuple[Field, ...] = ()
    agreements: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
