"""No page leads anybody to a page that is closed to them, or is not there."""

import re
from collections import Counter, deque

import pytest

from fairway.nouns.people import HUB_ROLES, Role

MOST = 8
"""How many addresses of one page are read, each of another agreement or with another filter."""

_IDS = re.compile(r"/(AG|GR|Q|S|T)-[^/]+")
_ACTIONS = re.compile(r"action=[^&]*")


def shape(address):
    """Return what addresses of one page have in common, so that not each of many is read."""
    return _ACTIONS.sub("action", _IDS.sub(r"/\1", address))


def linked(answer):
    """Return the addresses of this service that a page links to."""
    if not answer.get("Content-Type", "").startswith("text/html"):
        return []
    found = re.findall(r'<a [^>]*href="([^"#]+)', answer.content.decode())
    return [a.replace("&amp;", "&") for a in found if a.startswith("/")]


@pytest.mark.parametrize("role", [None, *Role])
def test_every_link_that_a_person_is_shown_is_open_to_them(signed_in, ids, newcomer, role):
    if role is None:
        person = "dfe-stranger"
    else:
        person = newcomer(role, None if role in HUB_ROLES else "dwp")
    browser = signed_in(person)
    waiting, read, alike = deque([("/", "")]), set(), Counter()
    closed = []
    while waiting:
        address, source = waiting.popleft()
        if address in read or alike[shape(address)] == MOST:
            continue
        read.add(address)
        alike[shape(address)] += 1
        answer = browser.get(address)
        if answer.status_code not in {200, 302}:
            closed.append((answer.status_code, address, source))
        waiting.extend((each, address) for each in linked(answer))
    assert closed == []
    assert len(read) > 10
