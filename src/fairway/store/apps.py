"""The store as a Django application."""

from importlib import import_module

from django.apps import AppConfig

RECORDS = (
    *("purposes", "people", "tokens", "sessions", "factors", "provisioning"),
    *("products", "agreements", "entries", "shares", "stops", "guardrails", "peers", "glossary"),
    *("feed", "follows", "feedback"),
)


class StoreConfig(AppConfig):
    """Registers the records, which stand in files named for the nouns."""

    name = "fairway.store"
    label = "store"
    verbose_name = "Fairway's memory"

    def import_models(self) -> None:
        """Import every file of records, as Django would import a module of models."""
        super().import_models()
        for noun in RECORDS:
            import_module(f"fairway.store.{noun}")
        self.models_module = import_module("fairway.store")
