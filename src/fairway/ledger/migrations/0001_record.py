"""The tables of the record, which the database itself keeps from being changed."""

from django.db import migrations

TABLES = {
    "sqlite": """
CREATE TABLE ledger_entry (
    sequence INTEGER PRIMARY KEY,
    body BLOB NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL,
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    used INTEGER
);
CREATE TABLE ledger_product (
    product TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    person TEXT NOT NULL,
    purpose TEXT NOT NULL,
    at TEXT NOT NULL,
    used INTEGER,
    PRIMARY KEY (sequence, product)
) WITHOUT ROWID;
CREATE TABLE ledger_agreement (
    agreement TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (sequence, agreement)
) WITHOUT ROWID;
CREATE TABLE ledger_checkpoint (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL,
    head TEXT NOT NULL,
    at TEXT NOT NULL,
    signature TEXT NOT NULL
)
""",
    "postgresql": """
CREATE TABLE ledger_entry (
    sequence bigint PRIMARY KEY,
    body bytea NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL,
    at text NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    outcome text NOT NULL,
    purpose text NOT NULL,
    subject text NOT NULL,
    used bigint
);
CREATE TABLE ledger_product (
    product text NOT NULL,
    sequence bigint NOT NULL,
    person text NOT NULL,
    purpose text NOT NULL,
    at text NOT NULL,
    used bigint,
    PRIMARY KEY (sequence, product)
);
CREATE TABLE ledger_agreement (
    agreement text NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (sequence, agreement)
);
CREATE TABLE ledger_checkpoint (
    id integer PRIMARY KEY CHECK (id = 1),
    size bigint NOT NULL,
    head text NOT NULL,
    at text NOT NULL,
    signature text NOT NULL
)
""",
}

INDEXES = """
CREATE INDEX ledger_entry_actor ON ledger_entry (actor, sequence);
CREATE INDEX ledger_entry_deed ON ledger_entry (actor, action, sequence);
CREATE INDEX ledger_entry_action ON ledger_entry (action, sequence);
CREATE INDEX ledger_entry_outcome ON ledger_entry (outcome, sequence) WHERE outcome <> 'done';
CREATE INDEX ledger_entry_purpose ON ledger_entry (purpose, sequence) WHERE purpose <> '';
CREATE INDEX ledger_entry_subject ON ledger_entry (subject, sequence) WHERE subject <> '';
CREATE INDEX ledger_entry_at ON ledger_entry (at);
CREATE INDEX ledger_product_name ON ledger_product (product, sequence);
CREATE INDEX ledger_product_usage ON ledger_product (product, person, purpose, at, used)
    WHERE used IS NOT NULL;
CREATE INDEX ledger_agreement_name ON ledger_agreement (agreement, sequence)
"""


def _sqlite_triggers():
    for table in ("ledger_entry", "ledger_product", "ledger_agreement"):
        for verb in ("UPDATE", "DELETE"):
            yield f"""CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
                BEGIN SELECT RAISE(ABORT, 'the record is never changed'); END"""
    yield """CREATE TRIGGER ledger_checkpoint_grows BEFORE UPDATE ON ledger_checkpoint
        WHEN NEW.size <= OLD.size OR NEW.id <> OLD.id
        BEGIN SELECT RAISE(ABORT, 'the record only grows'); END"""
    yield """CREATE TRIGGER ledger_checkpoint_once BEFORE INSERT ON ledger_checkpoint
        WHEN EXISTS (SELECT 1 FROM ledger_checkpoint)
        BEGIN SELECT RAISE(ABORT, 'the record has one head'); END"""
    yield """CREATE TRIGGER ledger_checkpoint_no_delete BEFORE DELETE ON ledger_checkpoint
        BEGIN SELECT RAISE(ABORT, 'the record is never changed'); END"""


def _postgresql_triggers():
    yield """CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the record is never changed'; END $$"""
    yield """CREATE FUNCTION ledger_grows() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.size <= OLD.size OR NEW.id <> OLD.id THEN
                RAISE EXCEPTION 'the record only grows';
            END IF;
            RETURN NEW;
        END $$"""
    for table in ("ledger_entry", "ledger_product", "ledger_agreement"):
        yield f"""CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"""
    for table in ("ledger_entry", "ledger_product", "ledger_agreement", "ledger_checkpoint"):
        yield f"""CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"""
    yield """CREATE TRIGGER ledger_checkpoint_grows BEFORE UPDATE ON ledger_checkpoint
        FOR EACH ROW EXECUTE FUNCTION ledger_grows()"""
    yield """CREATE TRIGGER ledger_checkpoint_no_delete BEFORE DELETE ON ledger_checkpoint
        FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"""


TRIGGERS = {"sqlite": _sqlite_triggers, "postgresql": _postgresql_triggers}


def make(apps, schema_editor):
    """Make tables, indexes and triggers."""
    vendor = schema_editor.connection.vendor
    for statement in (TABLES[vendor] + ";" + INDEXES).split(";"):
        schema_editor.execute(statement, params=None)
    for statement in TRIGGERS[vendor]():
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """There is no way back: a record is not unmade by a command."""

    initial = True
    dependencies = []
    operations = [migrations.RunPython(make, elidable=False)]
