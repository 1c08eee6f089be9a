from django.db import migrations, models


class Migration(migrations.Migration):
    """Until when a password that the node made may be used to choose one's own."""

    dependencies = [("store", "0008_catalogue")]

    operations = [
        migrations.AddField(
            model_name="personrecord",
            name="initial_until",
            field=models.DateTimeField(null=True),
        ),
    ]
