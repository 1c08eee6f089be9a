"""The words of descriptions may be meant by a misspelt one too."""

from django.db import migrations

from fairway.search.rows import spellings


def learn(apps, schema_editor):
    """Learn the words of what the index holds already."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT audience, title, organisation, body FROM search_entry")
        while found := cursor.fetchmany(1000):
            known = {(held[0], word) for held in found if held[0] for word in spellings(*held[1:])}
            with schema_editor.connection.cursor() as writing:
                writing.executemany(
                    "INSERT INTO search_word (audience, word) VALUES (%s, %s)"
                    " ON CONFLICT DO NOTHING",
                    sorted(known),
                )


class Migration(migrations.Migration):
    """The fourth."""

    dependencies = [("search", "0003_places")]
    operations = [migrations.RunPython(learn, migrations.RunPython.noop)]
