
import fairway.store.database
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0005_signing_in'),
    ]

    operations = [
        migrations.CreateModel(
            name='PeerRecord',
            fields=[
                ('id', fairway.store.database.Words(primary_key=True, serialize=False)),
                ('name', fairway.store.database.Words()),
                ('address', fairway.store.database.Words()),
                ('key', fairway.store.database.Words(unique=True)),
                ('fingerprint', fairway.store.database.Words(unique=True)),
                ('domains', models.TextField()),
                ('added_by', fairway.store.database.Words()),
                ('added_at', models.DateTimeField()),
                ('blocked', models.BooleanField(default=False)),
                ('heard', models.DateTimeField(null=True)),
                ('trouble', fairway.store.database.Words(default='')),
                ('troubled_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'store_peer',
            },
        ),
        migrations.CreateModel(
            name='SealRecord',
            fields=[
                ('agreement', fairway.store.database.Words(primary_key=True, serialize=False)),
                ('peer', fairway.store.database.Words()),
                ('text', models.TextField()),
                ('hash', fairway.store.database.Words()),
                ('source_signature', fairway.store.database.Words(default='')),
                ('consumer_signature', fairway.store.database.Words(default='')),
            ],
            options={
                'db_table': 'store_seal',
            },
        ),
        migrations.CreateModel(
            name='HeardLetterRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('peer', fairway.store.database.Words()),
                ('letter', fairway.store.database.Words()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'store_letter_heard',
                'constraints': [models.UniqueConstraint(fields=('peer', 'letter'), name='letter_heard_once')],
            },
        ),
        migrations.CreateModel(
            name='LetterRecord',
            fields=[
                ('number', models.BigAutoField(primary_key=True, serialize=False)),
                ('id', fairway.store.database.Words(unique=True)),
                ('peer', fairway.store.database.Words()),
                ('agreement', fairway.store.database.Words()),
                ('kind', models.TextField()),
                ('payload', models.TextField()),
                ('written', models.DateTimeField()),
                ('delivered', models.DateTimeField(null=True)),
                ('refused', fairway.store.database.Words(default='')),
            ],
            options={
                'db_table': 'store_letter',
                'indexes': [models.Index(condition=models.Q(('delivered', None)), fields=['peer', 'number'], name='letter_waiting')],
            },
        ),
        migrations.CreateModel(
            name='NonceRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', fairway.store.database.Words()),
                ('nonce', fairway.store.database.Words()),
                ('until', models.DateTimeField(db_index=True)),
            ],
            options={
                'db_table': 'store_peer_nonce',
                'constraints': [models.UniqueConstraint(fields=('fingerprint', 'nonce'), name='nonce_used_once')],
            },
        ),
    ]
