"""What somebody typed, as words to look for."""

import re
import unicodedata

MOST_WORDS = 24
LONGEST_WORD = 64
_STOP = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "how", "in", "is", "it"),
        *("of", "on", "or", "per", "that", "the", "this", "to", "what", "when", "where", "which"),
        *("who", "with"),
    )
)


def folded(text: str) -> str:
    """Return a text without accents, in small letters."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


def words(text: str) -> list[str]:
    """Return the words of a search, each once, little words only where there is nothing else.

    They are letters and digits alone, so no index's syntax can be among them.
    """
    found = re.findall(r"[^\W_]+", folded(text))
    each = list(dict.fromkeys(word[:LONGEST_WORD] for word in found))
    telling = [word for word in each if word not in _STOP]
    return (telling or each)[:MOST_WORDS]


def forms(word: str) -> list[str]:
    """Return a word with its plain English singular and plural."""
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return [word]
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
    return list(dict.fromkeys((word, one, several)))
