"""The Jinja environment of the pages: GOV.UK macros, and how values become words."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader

from fairway.web import words


def environment(**options: Any) -> Environment:
    """Return the environment that Django's template backend asks for. Everything is escaped."""
    options["loader"] = ChoiceLoader(
        [
            options["loader"],
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    made = Environment(**{**options, "autoescape": True, "trim_blocks": True})  # nosec B701 # noqa: S701 - it is on, two words further
    made.globals.update(url=_url, static=static)
    made.filters.update(words.FILTERS)
    return made


def _url(name: str, *args: object, **kwargs: object) -> str:
    return reverse(name, args=args, kwargs=kwargs)
