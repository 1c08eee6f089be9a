"""A predicate rules out a file only where no row of it can satisfy it, tried against every row."""

import itertools
import json
import random

import pytest

from fairway.rules.hints import LONGEST, ruled_out

OPS = {
    "equal": lambda a, b: a == b,
    "lessThan": lambda a, b: a < b,
    "lessThanOrEqual": lambda a, b: a <= b,
    "greaterThan": lambda a, b: a > b,
    "greaterThanOrEqual": lambda a, b: a >= b,
}


def column(name="n", kind="long"):
    return {"op": "column", "name": name, "valueType": kind}


def literal(value, kind="long"):
    return {"op": "literal", "value": str(value), "valueType": kind}


def of(op, *children):
    return {"op": op, "children": list(children)}


def statistics(rows, name="n"):
    known = [row for row in rows if row is not None]
    ends = [{name: end(known)} for end in (min, max)] if known else [{}, {}]
    told = {"numRecords": len(rows), "minValues": ends[0], "maxValues": ends[1]}
    return json.dumps({**told, "nullCount": {name: len(rows) - len(known)}})


def truth(told, row):
    """Return what SQL makes of a predicate for one row: true, false, or None for unknown."""
    kind, parts = told["op"], told["children"]
    if kind == "isNull":
        return row is None
    if kind in OPS:
        a, b = (row if part["op"] == "column" else int(part["value"]) for part in parts)
        return None if row is None else OPS[kind](a, b)
    found = [truth(part, row) for part in parts]
    if kind == "not":
        return None if found[0] is None else not found[0]
    decides = kind == "or"
    if decides in found:
        return decides
    return None if None in found else not decides


def predicates(chance, depth):
    if depth == 0 or chance.random() < 0.3:
        if chance.random() < 0.2:
            return of("isNull", column())
        sides = [column(), literal(chance.randint(-1, 6))]
        return of(chance.choice(list(OPS)), *chance.sample(sides, 2))
    kind = chance.choice(["and", "or", "not"])
    count = 1 if kind == "not" else chance.randint(1, 3)
    return of(kind, *(predicates(chance, depth - 1) for _ in range(count)))


def test_no_file_with_a_row_that_satisfies_it_is_ruled_out():
    chance = random.Random(20261126)
    outcomes = {True: 0, False: 0}
    for _ in range(4_000):
        rows = [chance.choice([None, 0, 1, 2, 3, 4, 5]) for _ in range(chance.randint(1, 3))]
        told = predicates(chance, 3)
        out = ruled_out(json.dumps(told), statistics(rows))
        outcomes[out] += 1
        assert not (out and any(truth(told, row) for row in rows)), (told, rows)
    assert min(outcomes.values()) > 400


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("turned", [False, True])
def test_a_comparison_rules_out_exactly_what_the_ends_show(op, turned):
    for low, high, value in itertools.product(range(5), repeat=3):
        if low <= high:
            sides = (literal(value), column()) if turned else (column(), literal(value))
            out = ruled_out(json.dumps(of(op, *sides)), statistics([low, high]))
            could = [OPS[op](*((value, n) if turned else (n, value))) for n in range(low, high + 1)]
            assert out is not any(could)


def test_days_compare_as_days():
    file = statistics(["2024-01-05", "2024-02-01"], "day")
    for day, out in (("2024-01-04", True), ("2024-01-05", False), ("2024-02-02", True)):
        told = of("equal", column("day", "date"), literal(day, "date"))
        assert ruled_out(json.dumps(told), file) is out


@pytest.mark.parametrize(
    "told",
    [
        "",
        "no JSON",
        "[" * 5_000,
        " " * (LONGEST + 1),
        "5",
        json.dumps({"op": 5, "children": [column()]}),
        json.dumps({"op": "and", "children": {}}),
        json.dumps(of("or")),
        json.dumps(of("not", of("isNull", column("m")), of("isNull", column("m")))),
        json.dumps(of("isNull", column("other"))),
        json.dumps(of("isNull", literal(1))),
        json.dumps(of("equal", column())),
        json.dumps(of("equal", column(), column())),
        json.dumps(of("equal", literal(9), literal(8))),
        json.dumps(of("equal", column(), 9)),
        json.dumps(of("equal", {"op": "column", "name": 3}, literal(9))),
        json.dumps(of("equal", column(), literal("nine"))),
        json.dumps(of("equal", column(), literal("2024-01-01", "date"))),
        json.dumps(of("equal", column(), literal("9.0", "double"))),
        json.dumps(of("equal", column("other"), literal(9))),
        json.dumps(of("near", column(), literal(9))),
    ],
)
def test_what_is_not_understood_rules_nothing_out(told):
    assert ruled_out(told, statistics([1, 2])) is False


def test_what_is_nested_too_deep_rules_nothing_out():
    told = of("equal", column(), literal(9))
    assert ruled_out(json.dumps(told), statistics([1, 2]))
    for _ in range(40):
        told = of("and", told)
    assert not ruled_out(json.dumps(told), statistics([1, 2]))
