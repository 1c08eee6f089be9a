"""The uses of products, summed up: what a page of a product says of millions of entries."""

from django.db import migrations

TABLE = """
CREATE TABLE ledger_usage (
    product TEXT NOT NULL,
    person TEXT NOT NULL,
    purpose TEXT NOT NULL,
    queries {number} NOT NULL,
    used {sum} NOT NULL,
    first {number} NOT NULL,
    last {number} NOT NULL,
    PRIMARY KEY (product, person, purpose)
){end};
INSERT INTO ledger_usage (product, person, purpose, queries, used, first, last)
    SELECT product, person, purpose, COUNT(*), SUM(used), MIN(at), MAX(at)
    FROM ledger_product WHERE used IS NOT NULL GROUP BY product, person, purpose
"""
KINDS = {
    "sqlite": {"number": "INTEGER", "sum": "INTEGER", "end": " WITHOUT ROWID"},
    "postgresql": {"number": "bigint", "sum": "numeric", "end": ""},
}


def make(apps, schema_editor):
    """Make the table, and sum up what is there."""
    for statement in TABLE.format(**KINDS[schema_editor.connection.vendor]).split(";"):
        schema_editor.execute(statement, params=None)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE TRIGGER ledger_usage_no_truncate BEFORE TRUNCATE ON ledger_usage"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()",
            params=None,
        )


class Migration(migrations.Migration):
    """The sums follow from the entries, as all of the index does."""

    dependencies = [("ledger", "0004_peers")]
    operations = [migrations.RunPython(make, elidable=False)]
