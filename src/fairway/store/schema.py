"""Whether the tables of a database are those of this version."""

from pathlib import Path

from django.apps import apps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder


def behind() -> bool:
    """Say whether a migration of this version has not been made in the database.

    A database without any tables is not behind: it is empty. Tables of libraries come and go with
    the settings that want them; they do not count.
    """
    made = set(MigrationRecorder(connection).applied_migrations())
    return bool(made) and any(
        (app.label, file.stem) not in made
        for app in apps.get_app_configs()
        if app.name.startswith("fairway.")
        for file in (Path(app.path) / "migrations").glob("[0-9]*.py")
    )
