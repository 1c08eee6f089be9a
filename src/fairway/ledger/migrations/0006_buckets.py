"""What entries are found by lies in buckets of entries that follow one another, on SQLite.

An index by person over all entries has a page for nearly every entry that is added: pages that were
read back, written to the log and copied from there again made indexing four times as dear after a
few hundred thousand entries. In buckets (`sequence >> 13`) the pages that grow are few, and stay so.
`finding` asks bucket by bucket, from the newest.

PostgreSQL writes what changes and not pages. It has one index more: by person and purpose.
"""

from django.db import migrations

SQLITE = """
DROP INDEX ledger_entry_actor;
DROP INDEX ledger_entry_deed;
DROP INDEX ledger_entry_subject;
DROP INDEX ledger_product_name;
DROP INDEX ledger_product_person;
DROP INDEX ledger_product_purpose;
DROP INDEX ledger_product_usage;
DROP INDEX ledger_agreement_name;
DROP INDEX ledger_subject_mark;
CREATE INDEX ledger_entry_actor ON ledger_entry (sequence >> 13, actor, action, purpose);
CREATE INDEX ledger_entry_subject ON ledger_entry (sequence >> 13, subject) WHERE subject <> '';
CREATE INDEX ledger_product_name ON ledger_product (sequence >> 13, product, person, purpose);
CREATE INDEX ledger_agreement_name ON ledger_agreement (sequence >> 13, agreement);
CREATE INDEX ledger_subject_mark ON ledger_subject (sequence >> 13, mark)
"""
POSTGRESQL = """
CREATE INDEX ledger_entry_use ON ledger_entry (actor, purpose, sequence) WHERE purpose <> ''
"""


def make(apps, schema_editor):
    """Make the indexes of this database."""
    sql = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in sql.split(";"):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """The indexes follow from the tables."""

    dependencies = [("ledger", "0005_usage")]
    operations = [migrations.RunPython(make, elidable=False)]
