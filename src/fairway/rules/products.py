"""What makes a contract publishable: the source agrees with it, its version says what changed."""

from collections.abc import Iterable, Sequence

from fairway.nouns.agreements import Agreement
from fairway.nouns.errors import BadInput, FairwayError
from fairway.nouns.products import (
    AccessClass,
    Classification,
    Column,
    Contract,
    LogicalType,
    SourceField,
)

_WIDER: frozenset[tuple[LogicalType, LogicalType]] = frozenset(
    {(LogicalType.INTEGER, LogicalType.NUMBER), (LogicalType.DATE, LogicalType.TIMESTAMP)}
)
"""(found, promised): a source may be narrower than the contract promises in these ways."""


def parse_version(text: str) -> tuple[int, int, int] | None:
    """Return a semantic version `major.minor.patch` as numbers, or None when it is not one."""
    parts = text.removeprefix("v").split(".")
    if len(parts) != 3 or not all(p.isascii() and p.isdigit() and len(p) < 10 for p in parts):
        return None
    return (int(parts[0]), int(parts[1]), int(parts[2]))


def schema_problems(
    contract: Contract, found: Sequence[SourceField], file: str
) -> tuple[FairwayError, ...]:
    """Compare the contract's columns with the source's; return a problem for each that differs.

    A column of the source that the contract does not name is not a problem: it is not offered.
    """
    actual = {f.name.casefold(): f for f in found}
    return tuple(
        problem
        for position, column in enumerate(contract.columns)
        for problem in _column_problems(
            column, actual.get(column.name.casefold()), file, f"schema[0].properties[{position}]"
        )
    )


def _column_problems(
    column: Column, found: SourceField | None, file: str, field: str
) -> Iterable[FairwayError]:
    if found is None:
        yield BadInput(
            "contract.column_missing",
            f"The source has no column '{column.name}'.",
            remedy="Correct the name, or take the column out of the contract.",
            file=file,
            field=f"{field}.name",
        )
    elif not _serves(found, column.type):
        yield BadInput(
            "contract.wrong_type",
            f"Column '{column.name}' is {found.native_type} in the source,"
            f" but {column.type} in the contract.",
            remedy=f"Write logicalType: {found.type}."
            if found.type
            else "Take the column out of the contract, or convert it in the source.",
            file=file,
            field=f"{field}.logicalType",
        )


def _serves(found: SourceField, promised: LogicalType) -> bool:
    """Say whether a source's column can be read as the contract promises."""
    if found.type is None:
        return False
    return (
        found.type is promised or promised in found.readable_as or (found.type, promised) in _WIDER
    )


def open_problems(contract: Contract, file: str) -> tuple[FairwayError, ...]:
    """Return a problem for each column about people in a product that is classed open."""
    if contract.access is not AccessClass.OPEN:
        return ()
    return tuple(
        BadInput(
            "contract.open_with_personal_data",
            f"An open product cannot hold column '{column.name}', which is classed"
            f" {column.classification}.",
            remedy="Class the product restricted, or take the column out.",
            file=file,
            field=f"schema[0].properties[{position}].classification",
        )
        for position, column in enumerate(contract.columns)
        if column.classification is not Classification.NONE
    )


def breaking_changes(before: Contract, after: Contract) -> tuple[str, ...]:
    """Return, by column name, a sentence for each change that can break a reader."""
    now = {c.name.casefold(): c for c in after.columns}
    found = []
    for column in before.columns:
        match = now.get(column.name.casefold())
        if match is None:
            found.append(f"column '{column.name}' is removed")
        elif match.type is not column.type:
            found.append(f"column '{column.name}' changes from {column.type} to {match.type}")
    return tuple(found)


def version_problems(
    before: Contract, after: Contract, live: Sequence[Agreement], file: str
) -> tuple[FairwayError, ...]:
    """Return why a contract may not follow the published one; empty when it may.

    The version must be higher; a breaking change needs a higher major version, and the problem
    then names the live agreements that use what breaks.
    """
    old, new = parse_version(before.version), parse_version(after.version)
    if old is None or new is None:
        return (_bad_version(after, file),)
    if new <= old:
        return (
            BadInput(
                "contract.version_not_higher",
                f"Version {after.version} is not higher than the published {before.version}.",
                remedy="Give the contract a higher version.",
                file=file,
                field="version",
            ),
        )
    breaks = breaking_changes(before, after)
    if breaks and new[0] == old[0]:
        whom = whom_it_breaks(before, after, live)
        return (
            BadInput(
                "contract.breaking_change",
                f"This is a breaking change: {'; '.join(breaks)}. {whom}",
                remedy=f"Publish it as version {old[0] + 1}.0.0.",
                file=file,
                field="version",
            ),
        )
    return ()


def _bad_version(contract: Contract, file: str) -> FairwayError:
    return BadInput(
        "contract.version_malformed",
        f"'{contract.version}' is not a version.",
        remedy="Write it as major.minor.patch, for example 1.0.0.",
        file=file,
        field="version",
    )


def version_malformed(contract: Contract, file: str) -> tuple[FairwayError, ...]:
    """Return a problem when the contract's version is not a semantic version."""
    return () if parse_version(contract.version) else (_bad_version(contract, file),)


def broken_agreements(
    before: Contract, after: Contract, live: Sequence[Agreement]
) -> tuple[Agreement, ...]:
    """Return the live agreements that grant a column which is removed or retyped."""
    now = {c.name.casefold(): c.type for c in after.columns}
    changed = {
        c.name.casefold() for c in before.columns if now.get(c.name.casefold()) is not c.type
    }
    return tuple(
        a
        for a in live
        if a.granted and any(c.name.casefold() in changed for c in a.granted.columns)
    )


def whom_it_breaks(before: Contract, after: Contract, live: Sequence[Agreement]) -> str:
    """Say in a sentence which agreements a change breaks."""
    broken = broken_agreements(before, after, live)
    if not broken:
        return "It breaks no live agreement."
    names = ", ".join(f"{a.id} ({a.asker})" for a in broken)
    return f"It breaks {len(broken)} live agreement{'s' if len(broken) > 1 else ''}: {names}."
