"""Cedar policies, compiled: from the JSON form of a policy set to functions that judge a request.

The JSON form and its meaning are Cedar's (https://docs.cedarpolicy.com/policies/json-format.html).
What is compiled is the language without extension types, tags and templates; `Outside` is raised
for the rest, which is left to Cedar itself. One thing is stricter than Cedar: it skips a policy
that errors, so that an errored `forbid` allows; here any error is an error of the judgement.

Inside, a set is a frozenset of marked values, so that `true` and 1 stay apart as they do in Cedar.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LONG_MIN, LONG_MAX = -(2**63), 2**63 - 1
"""Cedar's numbers: 64 bits, and an overflow is an error."""


class Outside(Exception):
    """The policy uses what is not compiled; the message names it."""


class PolicyError(Exception):
    """A policy cannot be evaluated on this request; the message says why."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A Cedar entity by type and id. None that is judged here has a parent."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as policies see it. `attributes` are the entities that exist, with theirs."""

    principal: Entity
    action: Entity
    resource: Entity
    context: Mapping[str, Any]
    attributes: Mapping[Entity, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What policies say by their ids: those that permit, those that forbid, those that erred."""

    permits: tuple[str, ...]
    forbids: tuple[str, ...]
    errors: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        """Say whether something permits, nothing forbids, and nothing went wrong."""
        return bool(self.permits) and not self.forbids and not self.errors


Expression = Callable[[Asked], Any]
Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Policy:
    """A compiled policy: its id, whether it forbids, and whether it speaks on a request."""

    id: str
    forbids: bool
    speaks: Expression


@dataclass(frozen=True, slots=True)
class Policies:
    """A compiled policy set.

    `uses` are the variables and attributes (`context.purpose`) that any policy looks at; a bare
    variable (`principal`) is looked at as a whole. Two requests that agree on these are judged
    alike.
    """

    policies: tuple[Policy, ...]
    uses: frozenset[str]

    def judge(self, asked: Asked) -> Judgement:
        """Judge a request; what goes wrong in a policy is among the errors."""
        permits: list[str] = []
        forbids: list[str] = []
        errors: list[str] = []
        for policy in self.policies:
            try:
                if policy.speaks(asked):
                    (forbids if policy.forbids else permits).append(policy.id)
            except PolicyError:
                errors.append(policy.id)
        return Judgement(tuple(permits), tuple(forbids), tuple(errors))


def compiled(policy_set: Tree) -> Policies:
    """Compile a policy set from its JSON form. Raises `Outside` for what is not compiled."""
    if policy_set.get("templates") or policy_set.get("templateLinks"):
        raise Outside("templates")
    uses: set[str] = set()
    made = tuple(_policy(name, tree, uses) for name, tree in policy_set["staticPolicies"].items())
    return Policies(made, frozenset(uses))


def _policy(name: str, tree: Tree, uses: set[str]) -> Policy:
    heads = [_scope(part, tree[part], uses) for part in ("principal", "resource", "action")]
    tests = [head for head in heads if head is not None]
    for condition in tree["conditions"]:
        body = _boolean(_expression(condition["body"], uses))
        tests.append(body if condition["kind"] == "when" else _negated(body))

    def speaks(asked: Asked) -> bool:
        return all(test(asked) for test in tests)

    return Policy(name, tree["effect"] == "forbid", speaks)


# ------------------------------------------------------------------ the head of a policy


def _scope(variable: str, tree: Tree, uses: set[str]) -> Expression | None:
    """Return the test of one part of a policy's head, None for one that speaks of everything."""
    operator = tree["op"]
    if operator == "All":
        return None
    if "slot" in tree:
        raise Outside("templates")
    read = _variable(variable)
    if operator == "is":
        within = tree.get("in")
        if within is None:
            return _is(read, tree["entity_type"])
        uses.add(variable)
        inside = _among(read, frozenset({_entity(within["entity"])}))
        is_one = _is(read, tree["entity_type"])
        return lambda asked: is_one(asked) and inside(asked)
    if variable != "action":
        uses.add(variable)
    named = tree["entities"] if "entities" in tree else [tree["entity"]]
    return _among(read, frozenset(_entity(one) for one in named))


def _among(read: Expression, wanted: frozenset[Entity]) -> Expression:
    return lambda asked: read(asked) in wanted


def _entity(tree: Tree) -> Entity:
    named = tree.get("__entity", tree)
    return Entity(named["type"], named["id"])


# ------------------------------------------------------------------ expressions


def _expression(tree: Tree, uses: set[str]) -> Expression:
    ((operator, given),) = tree.items()
    make = _FORMS.get(operator)
    if make is None:
        raise Outside(operator)
    return make(given, uses)


def _value(given: Any, uses: set[str]) -> Expression:  # noqa: ARG001 - every reading is called so
    if isinstance(given, Mapping):
        if "__entity" not in given:
            raise Outside("extension value")
        given = _entity(given)
    return lambda asked: given  # noqa: ARG005 - every reading is called so


def _variable(name: str) -> Expression:
    if name == "principal":
        return lambda asked: asked.principal
    if name == "resource":
        return lambda asked: asked.resource
    if name == "context":
        return lambda asked: asked.context
    return lambda asked: asked.action


def _var(given: str, uses: set[str]) -> Expression:
    uses.add(given)
    return _variable(given)


def _holder(tree: Tree, attribute: str, uses: set[str]) -> Expression:
    """Return what an attribute is looked for in, and note which attribute of which variable."""
    variable = tree.get("Var")
    if variable is None:
        return _expression(tree, uses)
    uses.add(f"{variable}.{attribute}")
    return _variable(variable)


def _fields(holder: Any, asked: Asked) -> Mapping[str, Any]:
    if type(holder) is Entity:
        found = asked.attributes.get(holder)
        if found is None:
            raise PolicyError("unknown entity")
        return found
    if isinstance(holder, Mapping):
        return holder
    raise PolicyError("not a record")


def _attribute(given: Tree, uses: set[str]) -> Expression:
    name = given["attr"]
    holder = _holder(given["left"], name, uses)

    def read(asked: Asked) -> Any:
        try:
            return _fields(holder(asked), asked)[name]
        except KeyError:
            raise PolicyError("missing attribute") from None

    return read


def _has(given: Tree, uses: set[str]) -> Expression:
    name = given["attr"]
    holder = _holder(given["left"], name, uses)

    def read(asked: Asked) -> bool:
        found = holder(asked)
        if type(found) is Entity and found not in asked.attributes:
            return False
        return name in _fields(found, asked)

    return read


def _boolean(part: Expression) -> Expression:
    def read(asked: Asked) -> bool:
        found = part(asked)
        if found is True or found is False:
            return found
        raise PolicyError("not true or false")

    return read


def _negated(part: Expression) -> Expression:
    return lambda asked: not part(asked)


def _pair(given: Tree, uses: set[str]) -> tuple[Expression, Expression]:
    return _expression(given["left"], uses), _expression(given["right"], uses)


def _and(given: Tree, uses: set[str]) -> Expression:
    left, right = map(_boolean, _pair(given, uses))
    return lambda asked: left(asked) and right(asked)


def _or(given: Tree, uses: set[str]) -> Expression:
    left, right = map(_boolean, _pair(given, uses))
    return lambda asked: left(asked) or right(asked)


def _not(given: Tree, uses: set[str]) -> Expression:
    return _negated(_boolean(_expression(given["arg"], uses)))


def _if(given: Tree, uses: set[str]) -> Expression:
    condition = _boolean(_expression(given["if"], uses))
    then, otherwise = _expression(given["then"], uses), _expression(given["else"], uses)
    return lambda asked: then(asked) if condition(asked) else otherwise(asked)


def marked(value: Any) -> Any:
    """Return a value as it stands in sets: hashable, and `true` is not 1."""
    if type(value) is bool:
        return ("bool", value)
    if isinstance(value, Mapping):
        return ("record", frozenset((name, marked(one)) for name, one in value.items()))
    return value


def _equal(given: Tree, uses: set[str]) -> Expression:
    left, right = _pair(given, uses)
    return lambda asked: marked(left(asked)) == marked(right(asked))


def _unequal(given: Tree, uses: set[str]) -> Expression:
    return _negated(_equal(given, uses))


def _long(value: Any) -> int:
    if type(value) is int:
        return value
    raise PolicyError("not a number")


def _ordered(holds: Callable[[int, int], bool]) -> Callable[[Tree, set[str]], Expression]:
    def make(given: Tree, uses: set[str]) -> Expression:
        left, right = _pair(given, uses)
        return lambda asked: holds(_long(left(asked)), _long(right(asked)))

    return make


def _bounded(value: int) -> int:
    if LONG_MIN <= value <= LONG_MAX:
        return value
    raise PolicyError("overflow")


def _computed(work: Callable[[int, int], int]) -> Callable[[Tree, set[str]], Expression]:
    def make(given: Tree, uses: set[str]) -> Expression:
        left, right = _pair(given, uses)
        return lambda asked: _bounded(work(_long(left(asked)), _long(right(asked))))

    return make


def _negative(given: Tree, uses: set[str]) -> Expression:
    part = _expression(given["arg"], uses)
    return lambda asked: _bounded(-_long(part(asked)))


def _set_of(value: Any) -> frozenset[Any]:
    if isinstance(value, frozenset):
        return value
    raise PolicyError("not a set")


def _set(given: Sequence[Tree], uses: set[str]) -> Expression:
    parts = [_expression(one, uses) for one in given]
    return lambda asked: frozenset(marked(part(asked)) for part in parts)


def _record(given: Tree, uses: set[str]) -> Expression:
    parts = {name: _expression(one, uses) for name, one in given.items()}
    return lambda asked: {name: part(asked) for name, part in parts.items()}


def _contains(given: Tree, uses: set[str]) -> Expression:
    left, right = _pair(given, uses)
    return lambda asked: marked(right(asked)) in _set_of(left(asked))


def _contains_all(given: Tree, uses: set[str]) -> Expression:
    left, right = _pair(given, uses)
    return lambda asked: _set_of(left(asked)) >= _set_of(right(asked))


def _contains_any(given: Tree, uses: set[str]) -> Expression:
    left, right = _pair(given, uses)
    return lambda asked: not _set_of(left(asked)).isdisjoint(_set_of(right(asked)))


def _empty(given: Tree, uses: set[str]) -> Expression:
    part = _expression(given["arg"], uses)
    return lambda asked: not _set_of(part(asked))


def _one(value: Any) -> Entity:
    if type(value) is Entity:
        return value
    raise PolicyError("not an entity")


def _in(given: Tree, uses: set[str]) -> Expression:
    left, right = _pair(given, uses)

    def read(asked: Asked) -> bool:
        one, among = _one(left(asked)), right(asked)
        if isinstance(among, frozenset):
            return one in {_one(member) for member in among}
        return one == _one(among)

    return read


def _is(read: Expression, kind: str) -> Expression:
    return lambda asked: _one(read(asked)).type == kind


def _is_kind(given: Tree, uses: set[str]) -> Expression:
    if "in" in given:
        raise Outside("is in")
    return _is(_expression(given["left"], uses), given["entity_type"])


def _like(given: Tree, uses: set[str]) -> Expression:
    part, pattern = _expression(given["left"], uses), _pieces(given["pattern"])

    def read(asked: Asked) -> bool:
        text = part(asked)
        if not isinstance(text, str):
            raise PolicyError("not a text")
        return _matches(text, pattern)

    return read


def _pieces(pattern: Sequence[Any]) -> tuple[str, ...]:
    """Return the literal texts between the wildcards of a pattern."""
    pieces = [""]
    for part in pattern:
        if part == "Wildcard":
            pieces.append("")
        else:
            pieces[-1] += part["Literal"]
    return tuple(pieces)


def _matches(text: str, pieces: tuple[str, ...]) -> bool:
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return text == first
    if len(text) < len(first) + len(last) or not text.startswith(first):
        return False
    if not text.endswith(last):
        return False
    place, end = len(first), len(text) - len(last)
    for piece in pieces[1:-1]:
        found = text.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True


_FORMS: Mapping[str, Callable[[Any, set[str]], Expression]] = {
    "Value": _value,
    "Var": _var,
    ".": _attribute,
    "has": _has,
    "&&": _and,
    "||": _or,
    "!": _not,
    "if-then-else": _if,
    "==": _equal,
    "!=": _unequal,
    "<": _ordered(lambda a, b: a < b),
    "<=": _ordered(lambda a, b: a <= b),
    ">": _ordered(lambda a, b: a > b),
    ">=": _ordered(lambda a, b: a >= b),
    "+": _computed(lambda a, b: a + b),
    "-": _computed(lambda a, b: a - b),
    "*": _computed(lambda a, b: a * b),
    "neg": _negative,
    "Set": _set,
    "Record": _record,
    "contains": _contains,
    "containsAll": _contains_all,
    "containsAny": _contains_any,
    "isEmpty": _empty,
    "in": _in,
    "is": _is_kind,
    "like": _like,
}
