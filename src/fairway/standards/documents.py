"""YAML documents with places: what was read, and on which line each part stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from fairway.nouns.errors import BadInput

LONGEST_DOCUMENT = 2_000_000
"""Characters in a document."""

MOST_NODES = 100_000
"""Parts in a document, aliases counted as often as they are used."""


class _Loader(yaml.SafeLoader):
    """A safe loader that leaves dates as the text they were written as, so that they survive."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Document:
    """A mapping as read from a file, and the line of each field path, from 1."""

    file: str
    content: Mapping[str, Any]
    lines: Mapping[str, int]

    def problem(self, code: str, message: str, *, field: str, remedy: str = "") -> BadInput:
        """Return a `BadInput` that names the file, the field and its line, or its parent's."""
        return BadInput(
            code, message, remedy=remedy, file=self.file, field=field, line=self.line(field)
        )

    def line(self, field: str) -> int | None:
        """Return the line on which a field stands, or the nearest field that holds it."""
        while field and field not in self.lines:
            field = field[: max(field.rfind("."), field.rfind("["), 0)]
        return self.lines.get(field)


def read(text: str, file: str) -> Document:
    """Read one YAML (or JSON) mapping. Raises `BadInput` naming file, line and column."""
    if len(text) > LONGEST_DOCUMENT:
        raise _too_long(text, file)
    try:
        node = yaml.compose(text, Loader=_Loader)
        lines: dict[str, int] = {}
        if node is not None:
            _place(node, "", lines, file, [0])
        content = yaml.load(text, Loader=_Loader)  # nosec B506 # noqa: S506 - a subclass of SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _syntax(error, file) from None
    if not isinstance(content, dict):
        raise BadInput(
            "document.not_a_mapping",
            "This file does not hold fields with values.",
            remedy="Write it as YAML: a field, a colon, a value.",
            file=file,
            line=1,
        )
    return Document(file, content, lines)


def read_all(text: str, file: str) -> tuple[Any, ...]:
    """Read every YAML document of a text, of whatever kind. Raises `BadInput` as `read` does."""
    if len(text) > LONGEST_DOCUMENT:
        raise _too_long(text, file)
    try:
        count = [0]
        for node in yaml.compose_all(text, Loader=_Loader):
            if node is not None:
                _place(node, "", {}, file, count)
        return tuple(yaml.load_all(text, Loader=_Loader))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _syntax(error, file) from None


def _too_long(text: str, file: str) -> BadInput:
    return BadInput(
        "document.too_large",
        f"This file has {len(text):,} characters; {LONGEST_DOCUMENT:,} are the most.",
        remedy="Split it.",
        file=file,
    )


def _syntax(error: Exception, file: str) -> BadInput:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or "it cannot be read"
    return BadInput(
        "document.syntax",
        f"This is not well-formed YAML: {what}.",
        remedy="Correct it there and publish again.",
        file=file,
        line=mark.line + 1 if mark else None,
        column=mark.column + 1 if mark else None,
    )


def _place(node: yaml.Node, path: str, lines: dict[str, int], file: str, count: list[int]) -> None:
    """Note the line of every part; refuse what is too large and fields that stand twice."""
    count[0] += 1
    if count[0] > MOST_NODES:
        raise BadInput(
            "document.too_large",
            f"This file has more than {MOST_NODES:,} parts.",
            remedy="Split it.",
            file=file,
        )
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            _place(item, f"{path}[{position}]", lines, file, count)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                raise BadInput(
                    "document.field_twice",
                    f"Field '{name[:60]}' stands twice.",
                    remedy="Keep one of them.",
                    file=file,
                    field=path,
                    line=key.start_mark.line + 1,
                )
            seen.add(name)
            inner = f"{path}.{name}" if path else name
            lines[inner] = key.start_mark.line + 1
            _place(value, inner, lines, file, count)


def write(content: Mapping[str, Any]) -> str:
    """Write a mapping as YAML, fields in the order they were read, so that it reads back the same.

    Letters stay letters (Welsh names among them). A few unusual line separators do not survive
    that way; a document that holds one is written with every such character escaped.
    """
    text = yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True)
    if yaml.load(text, Loader=_Loader) == content:  # nosec B506 # noqa: S506 - a subclass of SafeLoader
        return text
    return yaml.safe_dump(dict(content), sort_keys=False)
