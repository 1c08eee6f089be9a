"""An entry's audience is found beside its number, without reading the entry."""

from django.db import migrations


class Migration(migrations.Migration):
    """The fifth."""

    dependencies = [("search", "0004_words")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX search_entry_audience ON search_entry (audience, id)",
            "DROP INDEX search_entry_audience",
        )
    ]
