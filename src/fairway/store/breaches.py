"""Passwords that are known from breaches: a sorted file of their hashes, searched in place.

The form is that of the downloads of Have I Been Pwned (Pwned Passwords): a line for each, the SHA-1
in hexadecimal digits, a colon and how often it was seen, in the order of the hashes. A file of tens
of gigabytes is searched in some forty reads; no password and no hash leaves the machine.
"""

import hashlib
import os
import re
from pathlib import Path

_DIGITS = 40
_LONGEST_LINE = 100
_HASH = re.compile(rb"[0-9A-F]{40}")


def holds(file: Path, password: str) -> bool:
    """Say whether a password is in the file.

    Raises `OSError` where that cannot be told: there is no file, or it is of another form.
    """
    written = password.encode("utf-8", "surrogatepass")
    wanted = hashlib.sha1(written, usedforsecurity=False).hexdigest().upper().encode()
    with file.open("rb") as lines:
        low, high = 0, lines.seek(0, os.SEEK_END)
        while low < high:  # the line, if there is one, begins in here; at `low` one does begin
            middle = (low + high) // 2
            lines.seek(max(low, middle - 1))
            if middle > low:
                lines.readline(_LONGEST_LINE)
            if lines.tell() >= high:
                high = middle
                continue
            found = lines.readline(_LONGEST_LINE)[:_DIGITS].upper()
            if not _HASH.fullmatch(found):
                raise OSError("this is no list of hashes")
            if found == wanted:
                return True
            if found < wanted:
                low = lines.tell()
            else:
                high = middle
    return False
