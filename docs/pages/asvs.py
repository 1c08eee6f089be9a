"""The OWASP Application Security Verification Standard, requirement by requirement."""

import csv
from collections import Counter
from pathlib import Path

from fairway.settings import KEYS
from pages.tables import table

DATA = Path(__file__).parent.parent / "asvs.csv"
STATUSES = {
    "met": "Fairway does it, and the evidence shows it.",
    "partly": "Some of it; the sentence says what is missing.",
    "not met": "Fairway does not.",
    "deployment": "It is the operator's to set up; the sentence says what.",
    "not applicable": "Fairway has nothing that the requirement is about.",
}
"""What can be said of a requirement, and what that means."""
CHAPTERS = {
    1: "Encoding and injection",
    2: "Validation and business rules",
    3: "The browser",
    4: "Web services",
    5: "Files",
    6: "Signing in",
    7: "Sessions",
    8: "Permission",
    9: "Self-contained tokens",
    10: "OAuth and OpenID Connect",
    11: "Cryptography",
    12: "Connections",
    13: "Configuration",
    14: "Data protection",
    15: "Code and dependencies",
    16: "Logs and errors",
    17: "WebRTC",
}
"""The chapters of the standard, in words of ours."""


def rows() -> list[dict[str, str]]:
    """Return the requirements, in the standard's order."""
    with DATA.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page() -> str:
    found = rows()
    counts = Counter((_chapter(row), row["status"]) for row in found)
    of_status = Counter(row["status"] for row in found)
    of_level = Counter((row["level"], row["status"]) for row in found)
    overview = [
        [number, words, *(counts[number, status] or "" for status in STATUSES)]
        for number, words in CHAPTERS.items()
    ]
    for level in ("1", "2"):
        overview.append(["", f"of level {level}", *(of_level[level, s] for s in STATUSES)])
    overview.append(["", "together", *(of_status[status] for status in STATUSES)])
    parts = "\n\n".join(
        f"## {number}. {words}\n\n{_table([row for row in found if _chapter(row) == number])}"
        for number, words in CHAPTERS.items()
    )
    return f"""
# OWASP ASVS 5.0, levels 1 and 2

Each of the {len(found)} requirements of level 1 and 2 of the [OWASP Application Security
Verification Standard](https://owasp.org/www-project-application-security-verification-standard/)
5.0.0, and how Fairway stands to it. This is our own judgement; nobody else has verified any of it.
Subjects are in words of ours and much shorter than the requirement: read that in the standard, by
its id. Ids and levels are the standard's, which is by the OWASP Foundation under
[CC BY-SA 4.0](https://creativecommons.org/licenses/by-sa/4.0/). The data is
[asvs.csv](../asvs.csv); `tests/docs` checks that no requirement is left out, and that every test,
setting and file that is named is there.

{table(["status", "meaning"], ([f"**{s}**", meaning] for s, meaning in STATUSES.items()))}

{table(["", "chapter", *STATUSES], overview)}

{parts}
"""


def _chapter(row: dict[str, str]) -> int:
    return int(row["id"].partition(".")[0])


def _table(found: list[dict[str, str]]) -> str:
    lines = (
        [row["id"], row["level"], row["subject"], f"**{row['status']}**", _how(row)]
        for row in found
    )
    return table(["id", "level", "subject", "status", "how"], lines)


def _how(row: dict[str, str]) -> str:
    return " ".join([row["how"], *(_shown(one) for one in row["evidence"].split())])


def _shown(evidence: str) -> str:
    """Return a test or setting as it is written, a document as a link."""
    if evidence.startswith("docs/"):
        return f"[{Path(evidence).stem.replace('-', ' ')}](../{evidence.removeprefix('docs/')})"
    return f"[`{evidence}`](settings.md)" if evidence in KEYS else f"`{evidence}`"
