"""Controlled words that standards share, and the ones that a catalogue entry holds for them.

An entry's frequency is a word of the Dublin Core frequency vocabulary (`annual`, `monthly`); its
language is a two-letter code (ISO 639-1). Words that are in no vocabulary stay as they are.
"""

import re

FREQUENCY = "http://purl.org/cld/freq/"
EU_FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"
EU_LANGUAGE = "http://publications.europa.eu/resource/authority/language/"
EU_FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/"
MEDIA_TYPE = "https://www.iana.org/assignments/media-types/"

DOCUMENTATION = "Documentation"
"""The title of the distribution that stands for a service's dcat:endpointDescription."""

FREQUENCIES = {
    "triennial": "R/P3Y",
    "biennial": "R/P2Y",
    "annual": "R/P1Y",
    "semiannual": "R/P6M",
    "threeTimesAYear": "R/P4M",
    "quarterly": "R/P3M",
    "bimonthly": "R/P2M",
    "monthly": "R/P1M",
    "semimonthly": "R/P0.5M",
    "biweekly": "R/P2W",
    "threeTimesAMonth": "R/P0.33M",
    "weekly": "R/P1W",
    "semiweekly": "R/P3.5D",
    "threeTimesAWeek": "R/P0.33W",
    "daily": "R/P1D",
    "continuous": "R/PT1S",
    "irregular": "irregular",
}
"""Each word, and how the schema of Project Open Data writes it (ISO 8601 repeated durations)."""

_OTHER_WORDS = {
    "annual_2": "semiannual",
    "annual_3": "threeTimesAYear",
    "annually": "annual",
    "yearly": "annual",
    "biannual": "semiannual",
    "biannually": "semiannual",
    "half-yearly": "semiannual",
    "monthly_2": "semimonthly",
    "monthly_3": "threeTimesAMonth",
    "weekly_2": "semiweekly",
    "weekly_3": "threeTimesAWeek",
    "fortnightly": "biweekly",
    "cont": "continuous",
    "update_cont": "continuous",
    "continual": "continuous",
    "irreg": "irregular",
    "asneeded": "irregular",
}

LANGUAGES = {"en": "ENG", "cy": "CYM", "gd": "GLA", "ga": "GLE", "sco": "SCO"}
"""The languages of the United Kingdom, and their codes in the EU's authority table."""

LICENCES = {
    "uk-ogl": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    "ogl-uk-3.0": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    "ogl-uk-2.0": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/2/",
    "cc-by": "https://creativecommons.org/licenses/by/4.0/",
    "cc-by-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "cc-by-sa": "https://creativecommons.org/licenses/by-sa/4.0/",
    "cc-zero": "https://creativecommons.org/publicdomain/zero/1.0/",
    "cc0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "odc-by": "https://opendatacommons.org/licenses/by/1-0/",
    "odc-odbl": "https://opendatacommons.org/licenses/odbl/1-0/",
    "odc-pddl": "https://opendatacommons.org/licenses/pddl/1-0/",
}
"""The address of each licence that catalogues name by an identifier."""

_NO_LICENCE = {"", "[]", "{}", "none", "null", "no licence", "no license", "notspecified"}

_LICENCE_ADDRESS = re.compile(
    r"https?://[^\s\"'<>]*(?:open-government-licence|creativecommons\.org/|opendatacommons\.org/)"
    r"[^\s\"'<>]*"
)

_BY_REPEAT = {repeat: word for word, repeat in FREQUENCIES.items()}
_BY_CASE = {word.casefold(): word for word in FREQUENCIES} | _OTHER_WORDS
_BY_CODE = {code.casefold(): language for language, code in LANGUAGES.items()}


def frequency(written: str) -> str:
    """Return the word for a frequency, however a catalogue writes it; unknown ones as written."""
    tail = written
    for namespace in (FREQUENCY, EU_FREQUENCY, "freq:"):
        tail = tail.removeprefix(namespace)
    return _BY_REPEAT.get(tail) or _BY_CASE.get(tail.casefold()) or tail


def language(written: str) -> str:
    """Return the two-letter code of a language; unknown ones as written."""
    tail = written.removeprefix(EU_LANGUAGE)
    low = tail.casefold().replace("_", "-")
    return _BY_CODE.get(low) or (low.partition("-")[0] if len(low) in (2, 5) else tail)


def licence(written: str) -> str:
    """Return the address of a licence known by its name; nothing for words like 'none'."""
    low = written.casefold().strip()
    return "" if low in _NO_LICENCE else LICENCES.get(low, written)


def licence_in(text: str) -> str:
    """Return the address of a licence that a text of terms names; nothing where it names none."""
    match = _LICENCE_ADDRESS.search(text)
    return match[0].rstrip(".,;)") if match else ""
