"""The ledger as a Django application: it has migrations, and no Django models."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Gives the ledger its place among the migrations."""

    name = "fairway.ledger"
    label = "ledger"
    verbose_name = "Fairway's record"
