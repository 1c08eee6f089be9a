"""The hub's glossary, begun with the terms that come with Fairway."""

import csv
import json
from importlib.resources import files

from django.db import migrations, models

import fairway.store.database


def begin(apps, schema_editor):
    """Put in the terms that come with Fairway."""
    record = apps.get_model("store", "GlossaryRecord")
    text = (files("fairway.search") / "glossary.csv").read_text(encoding="utf-8")
    record.objects.bulk_create(
        record(term=line["term"], names=json.dumps(line["other names"].split("|")), changed_by="")
        for line in csv.DictReader(text.splitlines())
    )


class Migration(migrations.Migration):
    """The table and its first terms."""

    dependencies = [("store", "0006_peers")]
    operations = [
        migrations.CreateModel(
            name="GlossaryRecord",
            fields=[
                ("term", fairway.store.database.Words(primary_key=True, serialize=False)),
                ("names", models.TextField()),
                ("changed_by", fairway.store.database.Words()),
                ("changed_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "store_glossary"},
        ),
        migrations.RunPython(begin),
    ]
