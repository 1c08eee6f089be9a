from django.db import migrations

from fairway.store.database import Words


class Migration(migrations.Migration):
    """What a token is limited to; those that were made before are not."""

    dependencies = [("store", "0009_initial_passwords")]

    operations = [
        migrations.AddField(
            model_name="tokenrecord",
            name="rights",
            field=Words(default="all"),
            preserve_default=False,
        ),
    ]
