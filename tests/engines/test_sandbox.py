"""The walls: a process that is shut in reads its files and can do nothing else."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from fairway.engines import sandbox


def inside(work, files=()):
    """Run something in a forked process that is shut in; return the name of its error, or ''."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            sandbox.enter([str(f) for f in files])
            answer = str(work() or "")
        except BaseException as error:  # noqa: BLE001 - its name is the answer
            answer = type(error).__name__
        os.write(writing, answer.encode() or b"-")
        os._exit(0)
    os.close(writing)
    answer = os.read(reading, 4096).decode()
    os.close(reading)
    os.waitpid(pid, 0)
    return answer


def test_this_machine_has_one():
    assert sandbox.available()


def test_granted_files_are_read(tmp_path):
    granted = tmp_path / "a"
    granted.write_text("yes")
    assert inside(granted.read_text, [granted]) == "yes"


@pytest.mark.parametrize(
    "work",
    [
        lambda: Path("/etc/passwd").read_text(),
        lambda: Path("/proc/self/environ").read_bytes(),
        lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
        lambda: list(Path("/").iterdir()),
        lambda: Path("/tmp/x").write_text("x"),
        lambda: Path("/tmp/x").mkdir(),
        lambda: Path("/dev/null").write_text("x"),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
        socket.socketpair,
        lambda: os.execv("/bin/true", ["true"]),
        lambda: subprocess.run(["/bin/true"], check=True),
        lambda: os.kill(os.getppid(), 0),
        lambda: os.kill(1, signal.SIGTERM),
    ],
    ids=[
        "file", "own environment", "parent's environment", "directory", "write", "make", "device",
        "tcp", "udp", "unix", "pair", "exec", "program", "signal", "kill",
    ],
)  # fmt: skip
def test_nothing_else_is_possible(work):
    assert inside(work) in {"PermissionError", "OSError"}


def test_other_files_beside_a_granted_one_are_not_read(tmp_path):
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    assert inside((tmp_path / "b").read_text, [tmp_path / "a"]) == "PermissionError"
    assert inside(lambda: list(tmp_path.iterdir()), [tmp_path / "a"]) == "PermissionError"


def test_a_granted_link_is_not_followed(tmp_path):
    (tmp_path / "a").write_text("a")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    answer = inside((tmp_path / "link").read_text, [tmp_path / "link"])
    assert answer == "PermissionError"


def test_a_granted_file_is_not_written(tmp_path):
    (tmp_path / "a").write_text("a")
    assert inside(lambda: (tmp_path / "a").write_text("b"), [tmp_path / "a"]) == "PermissionError"
    assert inside(lambda: os.truncate(tmp_path / "a", 0), [tmp_path / "a"]) == "PermissionError"
    assert (tmp_path / "a").read_text() == "a"


def test_tracing_is_refused():
    libc = ctypes.CDLL(None, use_errno=True)
    assert inside(lambda: libc.ptrace(16, os.getppid(), 0, 0)) == "-1"


def test_limits():
    program = (
        "from fairway.engines import sandbox\n"
        "import resource as r\n"
        "sandbox.limit(memory=1 << 28, cpu_seconds=3, files=20)\n"
        "print(r.getrlimit(r.RLIMIT_CPU)[0], r.getrlimit(r.RLIMIT_NOFILE)[0],"
        " r.getrlimit(r.RLIMIT_FSIZE)[0], r.getrlimit(r.RLIMIT_CORE)[0])\n"
        "try:\n    bytearray(1 << 29)\nexcept MemoryError:\n    print('bounded')\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert out.stdout.split() == ["3", "20", "0", "0", "bounded"]


def test_a_kernel_without_landlock_is_noticed(monkeypatch):
    monkeypatch.setattr(sandbox, "version", lambda: 0)
    assert not sandbox.available()
    with pytest.raises(sandbox.SandboxError):
        sandbox._landlock([])
