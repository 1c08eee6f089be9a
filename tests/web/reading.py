"""Reading a page as a person would: its title, its main heading, its errors, its links."""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


def text(response: Any) -> str:
    """All of a page's words, without markup."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def heading(response: Any) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", response.content.decode(), re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[1])).split()) if found else ""


def title(response: Any) -> str:
    found = re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)
    assert found
    return html.unescape(found[1])


def errors(response: Any) -> dict[str, str]:
    """The error summary: what each line links to, and what it says."""
    body = response.content.decode()
    start = body.find("govuk-error-summary__list")
    if start < 0:
        return {}
    listed = body[start : body.index("</ul>", start)]
    found = re.findall(r'<a href="#([^"]+)"[^>]*>(.*?)</a>', listed, re.DOTALL)
    for anchor, _ in found:
        assert f'id="{anchor}"' in body, f"the summary links to #{anchor}, which is not there"
    return {anchor: html.unescape(" ".join(said.split())) for anchor, said in found}


@dataclass
class Form:
    """A form of a page: where it goes, and what it sends as it stands."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("action", "")))
            self.inside = True
        elif tag == "input" and self.inside and "name" in given:
            self.found[-1].fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


def forms(page: str) -> list[Form]:
    """The forms of a page, as a browser without scripts knows them."""
    parser = _Forms()
    parser.feed(page)
    return parser.found
