"""Whether somebody may choose a password: by the rules, and by what is known from breaches."""

from fairway.nouns.errors import BadInput
from fairway.nouns.people import Person
from fairway.rules.people import check_password
from fairway.verbs.ports import Platform


def check(platform: Platform, person: Person, password: str) -> None:
    """Raise `BadInput` for a password that is too short, easy to guess or known from a breach.

    OWASP ASVS 5.0: 6.2.1, 6.2.4, 6.2.11, 6.2.12. Raises `Unavailable` where the node has a list of
    breached passwords that it cannot read. Not a verb: a step of verbs.
    """
    node = str(platform.settings["name"])
    check_password(password, person.id, person.name, person.domain, node)
    if platform.store.people.breached(password):
        raise BadInput(
            "person.breached_password",
            "This password is known from a breach of some other service.",
            remedy="Choose one that you use nowhere else. Three random words are easy to keep in"
            " mind.",
            field="password",
        )


def own_holds(platform: Platform, person: str, password: str) -> bool:
    """Say whether a password is right and the person's own choice.

    One that was made for them proves nothing and changes nothing: it opens the door to choose.
    """
    people = platform.store.people
    return people.password_holds(person, password) and people.initial_until(person) is None
