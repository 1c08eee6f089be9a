"""The index over catalogue entries, products among them; products' first index goes."""

from django.db import migrations

ENTRY = """CREATE TABLE search_entry (
    id {number} PRIMARY KEY,
    entry TEXT NOT NULL UNIQUE,
    audience TEXT NOT NULL,
    changed BIGINT NOT NULL,
    sort_title TEXT NOT NULL,
    sort_date TEXT NOT NULL,
    title TEXT NOT NULL,
    organisation TEXT NOT NULL,
    body TEXT NOT NULL,
    terms TEXT NOT NULL,
    norm DOUBLE PRECISION NOT NULL,
    facets TEXT NOT NULL,
    shown TEXT NOT NULL{more}
)"""
INDEXES = (
    "CREATE INDEX search_entry_changed ON search_entry (changed)",
    "CREATE INDEX search_entry_title ON search_entry (sort_title, id)",
    "CREATE INDEX search_entry_date ON search_entry (sort_date, id)",
    "CREATE TABLE search_word (word TEXT PRIMARY KEY)",
)
TABLES = {
    "sqlite": (
        "DROP TABLE search_words",
        "DROP TABLE search_product",
        ENTRY.format(number="INTEGER", more=""),
        *INDEXES,
        """CREATE VIRTUAL TABLE search_text USING fts5(
            title, organisation, body, terms, content = 'search_entry', content_rowid = 'id',
            tokenize = "unicode61 remove_diacritics 2"
        )""",
    ),
    "postgresql": (
        "DROP TABLE search_product",
        ENTRY.format(number="bigint", more=", words tsvector NOT NULL"),
        *INDEXES,
        "CREATE INDEX search_entry_words ON search_entry USING gin (words)",
    ),
}


def make(apps, schema_editor):
    """Make the tables; publishing or harvesting again fills them."""
    for statement in TABLES[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """The second."""

    dependencies = [("search", "0001_index")]
    operations = [migrations.RunPython(make)]
