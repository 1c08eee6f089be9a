"""Runs the commands of a document, and compares what comes out with what the document shows.

In a block marked `console` a line that begins with `$ ` is a command, `> ` goes on with it, and
what follows is what it prints. A block marked `python` is run as a program, and the `text` block
after it is what it prints. A block with a `title=` is a file of that name. A line that is only `…`
stands for any lines. Ids, times, days, hashes and addresses differ from run to run: they are
compared by their shape.
"""

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ID = re.compile(r"\b(?:AG|GR|Q|S|T)-[0-9a-z]{12}\b")
SHAPES = [
    (ID, "<id>"),
    (re.compile(r"\b\d\d/\d\d/\d{4} \d\d:\d\d\b"), "<time>"),
    (re.compile(r"\b\d\d/\d\d/\d{4}\b"), "<day>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "<day>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<hash>"),
    (re.compile(r"\b\d+ entries\b"), "<number> entries"),
    (re.compile(r"https?://127\.0\.0\.1:\d+"), "<address>"),
]
ANY = "…"


@dataclass
class Step:
    """A command, program or file, its line in the document, and what it is to print.

    `language` is `console` or `python`, or else the name of the file.
    """

    line: int
    text: str
    language: str = "console"
    expected: list[str] = field(default_factory=list)


def steps(document: Path) -> list[Step]:
    """Return what a document runs, in its order."""
    found: list[Step] = []
    language = ""
    for number, line in enumerate(document.read_text("utf-8").splitlines(), 1):
        if line.startswith("```"):
            opened = line.removeprefix("```") if not language else ""
            if " title=" in opened:
                found.append(Step(number, "", opened.partition(" title=")[2]))
                opened = "file"
            elif opened == "python":
                found.append(Step(number, "", "python"))
            elif opened == "text" and not (found and found[-1].language == "python"):
                opened = "shown"
            language = opened
        elif language == "console" and line.startswith("$ "):
            found.append(Step(number, line.removeprefix("$ ")))
        elif language == "console" and line.startswith("> "):
            found[-1].text += "\n" + line.removeprefix("> ")
        elif language in {"python", "file"}:
            found[-1].text += line + "\n"
        elif language in {"console", "text"}:
            found[-1].expected.append(line)
    return found


class Shell:
    """One shell for a whole document, so that what a command sets stays set."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._ids: dict[str, str] = {}

    def run(self, step: Step) -> list[str]:
        """Run a step and return the lines that it printed."""
        if step.language not in {"console", "python"}:
            file = self._folder / step.language
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(step.text, "utf-8")
            return []
        text = self._with_own_ids(step.text)
        if step.language == "python":
            text = f"python - <<'PROGRAM'\n{text}PROGRAM"
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        self._shell.stdin.write(f"{text}\ncode=$?; echo; echo '<<<>>>'; (exit $code)\n")
        self._shell.stdin.flush()
        printed = []
        while (line := self._shell.stdout.readline()) and line != "<<<>>>\n":
            printed.append(line.rstrip("\n"))
        self._learn(step.expected, printed)
        return printed[:-1] if printed and not printed[-1] else printed

    def _with_own_ids(self, text: str) -> str:
        return ID.sub(lambda found: self._ids.get(found[0], found[0]), text)

    def _learn(self, expected: list[str], printed: list[str]) -> None:
        """Note which id of this run stands for which of the document."""
        given = dict.fromkeys(ID.findall("\n".join(expected)))
        own = dict.fromkeys(ID.findall("\n".join(printed)))
        for theirs, ours in zip(given, own, strict=False):
            self._ids.setdefault(theirs, ours)

    def close(self) -> None:
        """End the shell, and what it has left running."""
        os.killpg(self._shell.pid, signal.SIGTERM)
        self._shell.wait(10)
        for pipe in (self._shell.stdin, self._shell.stdout):
            if pipe is not None:
                pipe.close()


def shape(line: str) -> str:
    """Return a line as it is compared: without what differs from run to run."""
    for pattern, name in SHAPES:
        line = pattern.sub(name, line)
    return " ".join(re.sub(r"-{3,}", "---", line).split())


def agrees(expected: list[str], printed: list[str]) -> bool:
    """Say whether what was printed has the shape of what the document shows."""
    want = [shape(line) for line in expected]
    have = [shape(line) for line in printed]
    while want and not want[-1]:
        want.pop()
    while have and not have[-1]:
        have.pop()
    return _matches(want, have)


def _matches(want: list[str], have: list[str]) -> bool:
    if not want:
        return not have
    if want[0] == ANY:
        return any(_matches(want[1:], have[n:]) for n in range(len(have) + 1))
    return bool(have) and _alike(want[0], have[0]) and _matches(want[1:], have[1:])


def _alike(want: str, have: str) -> bool:
    """Say whether a line is the one shown; an ellipsis in the line stands for any text."""
    parts = (re.escape(part) for part in want.split(ANY))
    return re.fullmatch(".+".join(parts), have) is not None


def follow(
    document: Path,
    folder: Path,
    environment: dict[str, str],
    replaced: Mapping[str, str] | None = None,
) -> None:
    """Run a whole document in a folder; fail at the first step that prints something else.

    `replaced` gives what stands for a text of the document in this run.
    """
    shell = Shell(folder, environment)
    try:
        for step in steps(document):
            for theirs, ours in (replaced or {}).items():
                step.text = step.text.replace(theirs, ours)
                step.expected = [line.replace(theirs, ours) for line in step.expected]
            printed = shell.run(step)
            assert agrees(step.expected, printed), _report(document, step, printed)
    finally:
        shell.close()


def _report(document: Path, step: Step, printed: list[str]) -> str:
    wanted, found = "\n".join(step.expected), "\n".join(printed)
    return (
        f"{document.name}, line {step.line}: {step.text}\n"
        f"--- the document\n{wanted}\n--- printed\n{found}"
    )
