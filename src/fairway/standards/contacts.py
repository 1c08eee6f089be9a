"""A contact as one line, `Name <address>`, and its parts: standards keep them apart."""

import re

_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")
_LINE = re.compile(rf"(.*?)\s*<({_ADDRESS.pattern})>")


def one_line(name: str, address: str) -> str:
    """Return a contact's name and mail address in one line, or the one of them that there is."""
    address = re.sub(r"(?i)^mailto:", "", address).partition("?")[0].strip()
    if not _ADDRESS.fullmatch(address):  # a site's template, left unfilled, stands in some records
        address = ""
    if name and address and name != address:
        return f"{name} <{address}>"
    return name or address


def parts(contact: str) -> tuple[str, str]:
    """Return a contact's name and mail address, each empty where it is absent."""
    if match := _LINE.fullmatch(contact):
        return match[1], match[2]
    return ("", contact) if _ADDRESS.fullmatch(contact) else (contact, "")
