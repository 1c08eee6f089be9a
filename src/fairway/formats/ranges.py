"""Which bytes of a file a request wants (RFC 9110, section 14)."""

import re

_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})", re.ASCII)


def part(wanted: str, size: int) -> tuple[int, int] | None:
    """Return from where to where to read: None for the whole file, (0, 0) where nothing is there.

    A header that is not one range of bytes is passed over, as the standard has it.
    """
    found = _RANGE.fullmatch(wanted.strip())
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        start, stop = max(0, size - int(last)), size
    elif last and int(last) < int(first):
        return None
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
    return (start, stop) if start < stop else (0, 0)
