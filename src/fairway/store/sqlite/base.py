"""Django's backend for SQLite, whose transactions wait for their turn in the order they came."""

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from fairway.store.sqlite.turns import Turns, turns_at


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that holds the turn from the beginning of a transaction to its end.

    SQLite itself lets writers try again after pauses that grow: who is unlucky waits for seconds
    while others go ahead. Every transaction of ours begins with the intent to write.
    """

    _turn: Turns | None = None

    def _start_transaction_under_autocommit(self) -> None:
        turns = turns_at(str(self.settings_dict["NAME"]))
        try:
            turns.take(self.settings_dict["OPTIONS"]["timeout"])
        except TimeoutError:
            raise OperationalError("database is locked") from None
        except OSError as error:
            raise OperationalError("unable to open database file") from error
        self._turn = turns
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # not in the stubs
        except BaseException:
            self._end_turn()
            raise

    def commit(self) -> None:
        super().commit()
        self._end_turn()  # when it fails, the rollback that follows ends it

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._end_turn()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._end_turn()

    def _end_turn(self) -> None:
        turns, self._turn = self._turn, None
        if turns is not None:
            turns.pass_on()
