"""The way out of an error, said for somebody on a screen.

Verbs name the way out for every surface, and some name a command. Here those get a page instead;
what is said for all stays as it is.
"""

import re
from collections.abc import Mapping

from fairway.nouns.errors import FairwayError

_COMMAND = re.compile(r"\bfairway [a-z]|--[a-z]")

_SCREEN: Mapping[str, str] = {
    "access.not_signed_in": "Sign in to go on.",
    "access.unknown_purpose": "Choose a purpose from the list.",
    "access.no_such_product": "Search for the product to find its name.",
    "access.no_agreement": "Open the product’s page and ask for access.",
    "access.other_purpose": "Choose that purpose, or ask for access for this one.",
    "access.column_not_granted": "Take the column out of the query, or ask for access to it.",
    "access.no_such_agreement": "Choose one of your agreements from the list.",
    "agreement.not_found": "See the agreements you are part of under ‘Your requests’.",
    "agreement.unknown_purpose": "Choose a purpose from the list.",
    "agreement.unknown_legal_basis": "Choose a legal basis from the list.",
    "agreement.wrong_state": "Open the agreement again to see what can be done now.",
    "product.not_found": "Search for the product to find its name.",
}


def remedy(error: FairwayError) -> str:
    """Return the way out in words for a page."""
    if error.code in _SCREEN:
        return _SCREEN[error.code]
    return "" if _COMMAND.search(error.remedy) else error.remedy
