"""What the API answers, as it stands, with its members also as attributes."""

from typing import Any


class Answer(dict[str, Any]):
    """A JSON object of the API. `answer["state"]` and `answer.state` are the same.

    Members are those that the API's openapi.json describes.
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def answered(value: Any) -> Any:
    """Return parsed JSON with every object as an `Answer`."""
    if isinstance(value, dict):
        return Answer({name: answered(member) for name, member in value.items()})
    if isinstance(value, list):
        return [answered(item) for item in value]
    return value


class Page(list[Answer]):
    """A page of a list. `total` counts all there are, None where the node does not count."""

    def __init__(self, items: list[Answer], total: int | None, following: str | None) -> None:
        super().__init__(items)
        self.total = total
        self.next = following
