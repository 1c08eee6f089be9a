"""Words as a search sees them: folded, in both numbers, and without their endings."""

import re
import unicodedata
from functools import lru_cache

from fairway.nouns.search import Words

LONGEST_WORD = 64
_ENDINGS = (
    *("ization", "isation", "ational", "ations", "ation", "ments", "ment", "ings", "ing", "ness"),
    *("ities", "ity", "ical", "ies", "ers", "er", "ors", "or", "ions", "ion", "ed", "es", "ly"),
    *("al", "ic", "s", "e", "y"),
)


def folded(text: str) -> str:
    """Return a text without accents, in small letters."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


def words(text: str) -> Words:
    """Return the words of a text, folded, in order.

    They are letters and digits alone, so no index's syntax can be among them.
    """
    return tuple(word[:LONGEST_WORD] for word in re.findall(r"[^\W_]+", folded(text)))


def forms(word: str) -> tuple[str, ...]:
    """Return a word with its plain English singular and plural."""
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return (word,)
    if word.endswith("ies"):
        one = word[:-3] + "y"
    elif word.endswith(("ches", "shes", "sses", "xes", "zes")):
        one = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        one = word[:-1]
    else:
        one = word
    if one.endswith("y") and one[-2] not in "aeiou":
        several = one[:-1] + "ies"
    elif one.endswith(("ch", "sh", "ss", "x", "z")):
        several = one + "es"
    else:
        several = one + "s"
    return tuple(dict.fromkeys((word, one, several)))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return a word without a common English ending, if four letters stay."""
    if len(word) < 5 or not word.isascii() or not word.isalpha():
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=65536)
def singular(word: str) -> str:
    """Return a word without the ending of the plural."""
    if len(word) < 4 or not word.isascii():
        return word
    if word.endswith("ies"):
        return word[:-3] + "y" if len(word) > 4 else word
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
