"""The plan of a query, on the terminal."""

from typing import Any

from fairway.cli.door import Door
from fairway.cli.output import facts, say, write_json
from fairway.client.answers import Answer


def show(door: Door, plan: Answer) -> None:
    """Write a plan: each product with its terms and what would be read of it, then the engine."""
    if door.json:
        write_json(plan)
        return
    for product in plan.products:
        say(product.product)
        facts(_facts(product))
        say("")
    facts(
        [
            ("Engine", f"{plan.engine}. {plan.why}"),
            ("Result", ", ".join(f"{field.name} {field.type}" for field in plan.fields)),
            ("Wait for the row scope", list(plan.above)),
        ]
    )
    for peer, sql in plan.parts:
        say(f"\nAsked of {peer}: {sql}")
    say(f"\nNothing was run. Plan {plan.id}.")


def _facts(product: Answer) -> list[tuple[str, Any]]:
    told: list[tuple[str, Any]] = [
        ("Agreement", list(product.agreements) or "none is needed"),
        ("Granted", [n if how == "keep" else f"{n} ({how})" for n, how in product.columns]),
        ("Rows", product.rows or "every row"),
    ]
    if product.version:
        told.append(("Version", product.version))
    if product.peer:
        told.append(("Lies at", product.peer))
    if product.read is not None:
        told += _reading(product.read)
    return told


def _reading(read: Answer) -> list[tuple[str, Any]]:
    if read.fetched:
        files = "rows are fetched from the database"
    elif read.files is None:
        files = "not told: the number would tell of rows outside the agreement"
    else:
        files = f"{read.files}"
    told: list[tuple[str, Any]] = [("Columns read", list(read.columns)), ("Files read", files)]
    if read.partitions:
        told.append(("Partitions", list(read.partitions)))
    if read.barrier:
        told.append(("Row scope", "a barrier: conditions that can fail wait above it"))
    if read.below:
        told.append(("Below it", read.below))
    return told
