"""The process that reads one relation out of PostgreSQL, and ends.

It gets its job, with the database's address and password, on its standard input, and answers with
JSON: what was found, or a word for what went wrong. The database's own words stay here.
"""

import json
import sys
from typing import Any

from fairway.sources.keeping import kept

_FIELDS = (
    "SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a"
    " WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
)


class _Without:
    """Finds no pandas and no polars: the driver loads them where they are, which takes seconds."""

    def find_spec(self, name: str, *_: object) -> None:
        """Raise for them; leave every other name to those who come after."""
        if name in {"pandas", "polars"}:
            raise ModuleNotFoundError(name)


def main() -> None:
    """Do the job on the standard input."""
    job = json.load(sys.stdin)
    sys.meta_path.insert(0, _Without())
    try:
        import adbc_driver_postgresql.dbapi as postgresql
    except ImportError:
        _say({"problem": "extra"})
        return
    try:
        with postgresql.connect(job["address"]) as connection, connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {int(job['seconds'] * 1000)}")
            cursor.execute("SET default_transaction_read_only = on")
            cursor.execute("SET TimeZone = 'UTC'")
            connection.commit()
            if "table" in job:
                cursor.execute(_FIELDS, [job["table"]])
                _say({"found": [list(row) for row in cursor.fetchall()]})
            else:
                cursor.execute(job["sql"])
                _say(kept(cursor.fetch_record_batch(), job))
    except Exception as error:  # noqa: BLE001 - whatever it is, only its class goes out
        _say({"problem": "seconds" if "57014" in repr(vars(error)) + str(error) else "silent"})


def _say(answer: dict[str, Any]) -> None:
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
