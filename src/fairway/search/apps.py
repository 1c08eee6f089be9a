"""The index as a Django application: it has migrations, and no Django models."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Gives the index its place among the migrations."""

    name = "fairway.search"
    label = "search"
    verbose_name = "Fairway's index"
