"""The tables of the tree. Entries of the chain before it wait in a table until they are taken over."""

from django.db import migrations

KINDS = {
    "sqlite": {"number": "INTEGER", "bytes": "BLOB", "end": " WITHOUT ROWID"},
    "postgresql": {"number": "bigint", "bytes": "bytea", "end": ""},
}

TABLES = """
CREATE TABLE ledger_segment (
    first {number} PRIMARY KEY,
    width {number} NOT NULL,
    leaves {bytes} NOT NULL,
    bodies {bytes} NOT NULL
);
CREATE TABLE ledger_node (
    level {number} NOT NULL,
    place {number} NOT NULL,
    hash {bytes} NOT NULL,
    PRIMARY KEY (level, place)
){end};
CREATE TABLE ledger_head (
    id {number} PRIMARY KEY CHECK (id = 1),
    size {number} NOT NULL,
    edge {bytes} NOT NULL,
    note TEXT NOT NULL
);
CREATE TABLE ledger_erased (
    sequence {number} PRIMARY KEY,
    at {number} NOT NULL
);
CREATE TABLE ledger_index (
    id {number} PRIMARY KEY CHECK (id = 1),
    size {number} NOT NULL,
    peak {number} NOT NULL,
    late {number} NOT NULL
);
CREATE TABLE ledger_entry (
    sequence {number} PRIMARY KEY,
    at {number} NOT NULL,
    peak {number} NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL,
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    used {number}
);
CREATE TABLE ledger_product (
    product TEXT NOT NULL,
    sequence {number} NOT NULL,
    person TEXT NOT NULL,
    purpose TEXT NOT NULL,
    at {number} NOT NULL,
    used {number},
    PRIMARY KEY (sequence, product)
){end};
CREATE TABLE ledger_agreement (
    agreement TEXT NOT NULL,
    sequence {number} NOT NULL,
    PRIMARY KEY (sequence, agreement)
){end};
CREATE TABLE ledger_subject (
    mark TEXT NOT NULL,
    sequence {number} NOT NULL,
    PRIMARY KEY (sequence, mark)
){end};
CREATE INDEX ledger_entry_actor ON ledger_entry (actor, sequence);
CREATE INDEX ledger_entry_deed ON ledger_entry (actor, action, sequence);
CREATE INDEX ledger_entry_action ON ledger_entry (action, sequence);
CREATE INDEX ledger_entry_outcome ON ledger_entry (outcome, sequence) WHERE outcome <> 'done';
CREATE INDEX ledger_entry_purpose ON ledger_entry (purpose, sequence) WHERE purpose <> '';
CREATE INDEX ledger_entry_subject ON ledger_entry (subject, sequence) WHERE subject <> '';
CREATE INDEX ledger_entry_peak ON ledger_entry (peak, sequence);
CREATE INDEX ledger_product_name ON ledger_product (product, sequence);
CREATE INDEX ledger_product_person ON ledger_product (product, person, sequence);
CREATE INDEX ledger_product_purpose ON ledger_product (product, purpose, sequence);
CREATE INDEX ledger_product_usage ON ledger_product (product, person, purpose, at, used)
    WHERE used IS NOT NULL;
CREATE INDEX ledger_agreement_name ON ledger_agreement (agreement, sequence);
CREATE INDEX ledger_subject_mark ON ledger_subject (mark, sequence)
"""

KEPT = ("ledger_node", "ledger_erased")  # never changed, never deleted
FOUND = ("ledger_entry", "ledger_product", "ledger_agreement", "ledger_subject")


def _sqlite_triggers():
    def refuse(name, when, table, condition="", said="the record is never changed"):
        return f"""CREATE TRIGGER {table}_{name} BEFORE {when} ON {table} {condition}
            BEGIN SELECT RAISE(ABORT, '{said}'); END"""

    for table in KEPT:
        yield refuse("no_update", "UPDATE", table)
        yield refuse("no_delete", "DELETE", table)
    for table in FOUND:
        yield refuse("no_update", "UPDATE", table)
        yield refuse(
            "no_delete", "DELETE", table,
            "WHEN NOT EXISTS (SELECT 1 FROM ledger_erased WHERE sequence = OLD.sequence)",
        )  # fmt: skip
    yield refuse("no_delete", "DELETE", "ledger_segment")
    yield refuse(
        "no_update", "UPDATE", "ledger_segment",
        """WHEN NEW.first <> OLD.first OR NEW.width <> OLD.width OR NEW.leaves <> OLD.leaves
            OR length(NEW.bodies) >= length(OLD.bodies)""",
    )  # fmt: skip
    yield refuse(
        "grows", "UPDATE", "ledger_head", "WHEN NEW.size <= OLD.size OR NEW.id <> OLD.id",
        "the record only grows",
    )  # fmt: skip
    for table in ("ledger_head", "ledger_index"):
        yield refuse(
            "once", "INSERT", table, f"WHEN EXISTS (SELECT 1 FROM {table})",  # nosec B608 # two names of ours
            "the record has one head",
        )  # fmt: skip
        yield refuse("no_delete", "DELETE", table)


def _postgresql_triggers():
    for name, condition, said in (
        ("changes_bodies", """NEW.first <> OLD.first OR NEW.width <> OLD.width
            OR NEW.leaves <> OLD.leaves OR length(NEW.bodies) >= length(OLD.bodies)""",
         "the record is never changed"),
        ("unerased", "NOT EXISTS (SELECT 1 FROM ledger_erased WHERE sequence = OLD.sequence)",
         "the record is never changed"),
    ):  # fmt: skip
        kept = "OLD" if name == "unerased" else "NEW"
        yield f"""CREATE FUNCTION ledger_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF {condition} THEN RAISE EXCEPTION '{said}'; END IF;
                RETURN {kept};
            END $$"""

    def trigger(name, when, table, function, each="ROW"):
        return f"""CREATE TRIGGER {table}_{name} BEFORE {when} ON {table}
            FOR EACH {each} EXECUTE FUNCTION ledger_{function}()"""

    for table in KEPT:
        yield trigger("no_change", "UPDATE OR DELETE", table, "refuse")
    for table in FOUND:
        yield trigger("no_update", "UPDATE", table, "refuse")
        yield trigger("no_delete", "DELETE", table, "unerased")
    yield trigger("no_delete", "DELETE", "ledger_segment", "refuse")
    yield trigger("no_update", "UPDATE", "ledger_segment", "changes_bodies")
    yield trigger("grows", "UPDATE", "ledger_head", "grows")
    for table in ("ledger_head", "ledger_index"):
        yield trigger("no_delete", "DELETE", table, "refuse")
    for table in (*KEPT, *FOUND, "ledger_segment", "ledger_head", "ledger_index"):
        yield trigger("no_truncate", "TRUNCATE", table, "refuse", "STATEMENT")


TRIGGERS = {"sqlite": _sqlite_triggers, "postgresql": _postgresql_triggers}


def make(apps, schema_editor):
    """Set a chain's entries aside, then make tables, indexes and triggers."""
    vendor = schema_editor.connection.vendor
    run = schema_editor.execute
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM ledger_entry")
        entries = cursor.fetchone()[0]
    if entries:
        run("CREATE TABLE ledger_chain AS SELECT sequence, body, hash FROM ledger_entry", None)
    for table in ("entry", "product", "agreement", "checkpoint"):
        run(f"DROP TABLE ledger_{table}", None)
    for statement in TABLES.format(**KINDS[vendor]).split(";"):
        run(statement, params=None)
    if vendor == "postgresql":  # they are random and hashes: compressing them costs, for nothing
        run("ALTER TABLE ledger_segment ALTER COLUMN leaves SET STORAGE EXTERNAL", params=None)
        run("ALTER TABLE ledger_segment ALTER COLUMN bodies SET STORAGE EXTERNAL", params=None)
    for statement in TRIGGERS[vendor]():
        run(statement, params=None)


class Migration(migrations.Migration):
    """There is no way back: a record is not unmade by a command."""

    dependencies = [("ledger", "0001_record")]
    operations = [migrations.RunPython(make, elidable=False)]
