"""Who uses what, found by person: which products are used together."""

from django.db import migrations


class Migration(migrations.Migration):
    """One index of the sums."""

    dependencies = [("ledger", "0006_buckets")]
    operations = [
        migrations.RunSQL("CREATE INDEX ledger_usage_person ON ledger_usage (person, product)")
    ]
