"""Work that is called off: once for all of it, and at once for what comes late."""

from types import SimpleNamespace

from fairway.verbs.cancelling import LEAVING, Cancellation, leaving, nobody_cancels


def test_everything_is_stopped_and_what_comes_late_at_once():
    stopped, wanted = [], Cancellation()
    wanted.attach(lambda: stopped.append("first"))
    assert not stopped
    wanted.cancel()
    assert (wanted.cancelled, stopped) == (True, ["first"])
    wanted.attach(lambda: stopped.append("late"))
    assert stopped == ["first", "late"]


def test_a_server_tells_how_work_learns_that_its_caller_hung_up():
    wanted = Cancellation()
    assert leaving(SimpleNamespace(scope={LEAVING: wanted.attach})) == wanted.attach
    assert leaving(SimpleNamespace(scope={})) is leaving(object()) is nobody_cancels
