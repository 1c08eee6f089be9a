"""Work that is called off: once for all of it, and at once for what comes late."""

from fairway.verbs.cancelling import Cancellation


def test_everything_is_stopped_and_what_comes_late_at_once():
    stopped, wanted = [], Cancellation()
    assert not wanted.matters
    wanted.attach(lambda: stopped.append("first"))
    assert wanted.matters
    assert not stopped
    wanted.cancel()
    assert (wanted.cancelled, stopped) == (True, ["first"])
    wanted.attach(lambda: stopped.append("late"))
    assert stopped == ["first", "late"]
