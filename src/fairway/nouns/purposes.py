"""Why data is used, and under which power."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Purpose:
    """An entry of the hub's controlled list of purposes. `statistical` purposes need no names."""

    code: str
    name: str
    description: str
    statistical: bool = False


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A power or lawful basis, with the law that gives it.

    `article_9` is true where the basis also meets a condition for special category data.
    """

    code: str
    name: str
    citation: str
    url: str
    article_9: bool = False
