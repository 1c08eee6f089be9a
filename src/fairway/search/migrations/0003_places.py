"""Each place of a word in SQLite; and by whom each known word may be known."""

from django.db import migrations

WORDS = (
    "DROP TABLE search_word",
    """CREATE TABLE search_word (
        word TEXT NOT NULL,
        audience TEXT NOT NULL,
        PRIMARY KEY (audience, word)
    )""",
)
PLACES = "CREATE VIRTUAL TABLE search_place USING fts5vocab('search_text', 'instance')"


def make(apps, schema_editor):
    """Make the tables, and learn the words that the index holds already."""
    for statement in WORDS:
        schema_editor.execute(statement, params=None)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT audience, title, organisation FROM search_entry")
        known = {
            (word, audience)
            for audience, title, organisation in cursor.fetchall()
            for word in (*title.split(), *organisation.split())
            if audience and len(word) > 3
        }
        cursor.executemany("INSERT INTO search_word VALUES (%s, %s)", sorted(known))
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(PLACES, params=None)


class Migration(migrations.Migration):
    """The third."""

    dependencies = [("search", "0002_entries")]
    operations = [migrations.RunPython(make)]
