"""The index over products, in the database's own search."""

from django.db import migrations

TABLES = {
    "sqlite": (
        """CREATE TABLE search_product (
            id INTEGER PRIMARY KEY,
            product TEXT NOT NULL UNIQUE,
            title TEXT NOT NULL,
            domain TEXT NOT NULL,
            access TEXT NOT NULL
        )""",
        """CREATE VIRTUAL TABLE search_words USING fts5(
            title, description, columns, domain, owner,
            tokenize = "unicode61 remove_diacritics 2", prefix = '2 3 4'
        )""",
    ),
    "postgresql": (
        """CREATE TABLE search_product (
            product text PRIMARY KEY,
            title text NOT NULL,
            domain text NOT NULL,
            access text NOT NULL,
            description text NOT NULL,
            text text NOT NULL,
            words tsvector NOT NULL
        )""",
        "CREATE INDEX search_product_words ON search_product USING gin (words)",
    ),
}


def make(apps, schema_editor):
    """Make the tables."""
    for statement in TABLES[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def unmake(apps, schema_editor):
    """Drop the tables; publishing again fills them anew."""
    for table in ("search_words", "search_product"):
        schema_editor.execute(f"DROP TABLE IF EXISTS {table}", params=None)


class Migration(migrations.Migration):
    """The first."""

    initial = True
    dependencies = []
    operations = [migrations.RunPython(make, unmake)]
