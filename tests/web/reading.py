"""Reading a page as a person would: its title, its main heading, its errors, its links."""

import html
import re
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
