"""Which node of a trust a witness is, and whose record is watched."""

from django.db import migrations


def make(apps, schema_editor):
    """Add the columns."""
    for table in ("ledger_witness", "ledger_watched"):
        schema_editor.execute(
            f"ALTER TABLE {table} ADD COLUMN peer TEXT NOT NULL DEFAULT ''", params=None
        )


class Migration(migrations.Migration):
    """There is no way back: a record is not unmade by a command."""

    dependencies = [("ledger", "0003_witnesses")]
    operations = [migrations.RunPython(make, elidable=False)]
