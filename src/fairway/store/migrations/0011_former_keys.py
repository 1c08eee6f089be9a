from django.db import migrations, models

import fairway.store.database


class Migration(migrations.Migration):
    """The keys that nodes signed with before they took another one."""

    dependencies = [("store", "0010_rights_of_tokens")]

    operations = [
        migrations.CreateModel(
            name="FormerKeyRecord",
            fields=[
                (
                    "fingerprint",
                    fairway.store.database.Words(primary_key=True, serialize=False),
                ),
                ("peer", fairway.store.database.Words()),
                ("key", fairway.store.database.Words()),
                ("until", models.DateTimeField()),
            ],
            options={"db_table": "store_former_key"},
        ),
    ]
