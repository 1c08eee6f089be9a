"""Those who witness this record, and the records that this node witnesses."""

from django.db import migrations

TABLES = """
CREATE TABLE ledger_witness (
    name TEXT PRIMARY KEY,
    vkey TEXT NOT NULL,
    address TEXT NOT NULL,
    size {number} NOT NULL,
    note TEXT NOT NULL,
    line TEXT NOT NULL,
    asked {number},
    fault TEXT NOT NULL
);
CREATE TABLE ledger_watched (
    origin TEXT PRIMARY KEY,
    vkey TEXT NOT NULL,
    size {number} NOT NULL,
    root {bytes} NOT NULL,
    note TEXT NOT NULL
)
"""
KINDS = {
    "sqlite": {"number": "INTEGER", "bytes": "BLOB"},
    "postgresql": {"number": "bigint", "bytes": "bytea"},
}


def make(apps, schema_editor):
    """Make the tables."""
    for statement in TABLES.format(**KINDS[schema_editor.connection.vendor]).split(";"):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """What witnesses said is kept."""

    dependencies = [("ledger", "0002_tree")]
    operations = [migrations.RunPython(make, elidable=False)]
