"""Cedar conditions in plain English, from the JSON form of a policy."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

_NAMES: Mapping[str, str] = {
    "context.purpose": "the purpose",
    "context.statistical": "the purpose is statistical",
    "context.legal_basis": "the legal basis",
    "context.article_9": "the legal basis meets a condition of Article 9",
    "context.classifications": "the kinds of data that stay readable",
    "context.kept_identifiers": "identifiers are shown as they are",
    "context.owner_current": "the product has an appointed data owner",
    "context.managed_device": "the device is a managed one",
    "context.dpo_sign_off": "a data protection officer has signed off",
    "context.onward": "the data is to be passed on",
    "resource.domain": "the product's domain",
    "resource.access": "the product's access",
    "resource.marking": "the product's marking",
    "principal.domain": "the person's domain",
    "principal.roles": "the person's roles",
    "principal.leaves_in": "the days until the person leaves",
    "principal": "the person",
    "resource": "the product",
    "action": "the action",
}
_BINARY: Mapping[str, str] = {
    "&&": "{} and {}",
    "||": "{} or {}",
    "==": "{} is {}",
    "!=": "{} is not {}",
    "<": "{} is less than {}",
    "<=": "{} is {} or less",
    ">": "{} is more than {}",
    ">=": "{} is {} or more",
    "+": "{} plus {}",
    "-": "{} minus {}",
    "*": "{} times {}",
    "contains": "{} include {}",
    "containsAll": "{} include all of {}",
    "containsAny": "{} include any of {}",
    "in": "{} is in {}",
}


def sentence(policy: Mapping[str, Any]) -> str:
    """Say in English what a policy does and when."""
    verb = "Forbids the use" if policy["effect"] == "forbid" else "Permits the use"
    heads = [_head(name, policy[name]) for name in ("principal", "resource")]
    conditions = [*filter(None, heads), *map(_condition, policy["conditions"])]
    return f"{verb} when {', and when '.join(conditions)}." if conditions else f"{verb}, always."


def _head(variable: str, tree: Mapping[str, Any]) -> str:
    if tree["op"] in {"All", "is"}:
        return ""
    named = tree["entities"] if "entities" in tree else [tree["entity"]]
    return f"{_NAMES[variable]} is {' or '.join(_entity(one) for one in named)}"


def _entity(tree: Mapping[str, Any]) -> str:
    named = tree.get("__entity", tree)
    return str(named["id"])


def _condition(tree: Mapping[str, Any]) -> str:
    said = words(tree["body"])
    return said if tree["kind"] == "when" else f"it is not so that {said}"


def words(tree: Mapping[str, Any]) -> str:
    """Say an expression in English; what has no words of its own is named as Cedar names it."""
    ((operator, given),) = tree.items()
    if operator in _BINARY:
        return _BINARY[operator].format(words(given["left"]), words(given["right"]))
    form = _FORMS.get(operator)
    return f"what Cedar calls {operator}" if form is None else form(given)


def _like(given: Mapping[str, Any]) -> str:
    pattern = "".join("*" if p == "Wildcard" else p["Literal"] for p in given["pattern"])
    return f"{words(given['left'])} looks like '{pattern}'"


def _if(given: Mapping[str, Any]) -> str:
    parts = (words(given[name]) for name in ("if", "then", "else"))
    return "if {}, {}, else {}".format(*parts)


def _set(given: Sequence[Mapping[str, Any]]) -> str:
    return " or ".join(words(one) for one in given) or "nothing"


def _value(given: Any) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, Mapping):
        return _entity(given)
    return f"'{given}'" if isinstance(given, str) else str(given)


def _attribute(given: Mapping[str, Any]) -> str:
    holder = given["left"].get("Var")
    if holder is None:
        return f"{given['attr']} of {words(given['left'])}"
    return _NAMES.get(f"{holder}.{given['attr']}", f"{holder} {given['attr']}")


_FORMS: Mapping[str, Callable[[Any], str]] = {
    "Value": _value,
    "Var": lambda given: _NAMES.get(given, given),
    "Set": _set,
    ".": _attribute,
    "has": lambda given: f"{_attribute(given)} are known",
    "!": lambda given: f"it is not so that {words(given['arg'])}",
    "if-then-else": _if,
    "like": _like,
}
