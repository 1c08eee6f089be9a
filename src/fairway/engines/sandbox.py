"""The walls around untrusted work: Landlock, seccomp and resource limits of Linux, by system call.

A process that has called `enter` can read the files it was given and nothing else: it can write no
file, open no socket, start no program, and signal or trace no process outside. This cannot be
undone, and holds for every thread that it starts afterwards; so it must have one thread only.
"""

import ctypes
import functools
import os
import platform
import resource
import struct
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION_FLAG = 1
_RULE_PATH_BENEATH = 1
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _SET_DUMPABLE, _SET_PDEATHSIG = 38, 22, 4, 1
_GET_SECCOMP = 21
_SECCOMP_MODE_FILTER = 2

_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_HANDLED = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""Rights over files that each version of Landlock knows; we handle, so deny, all of them."""

_NET_SINCE, _ALL_NET = 4, 0b11  # bind and connect over TCP
_SCOPES_SINCE, _ALL_SCOPES = 6, 0b11  # abstract sockets and signals

# The audit number; then socket, socketpair, execve, execveat, ptrace and io_uring_setup.
_ARCHITECTURES = {
    "x86_64": (0xC000003E, (41, 53, 59, 322, 101, 425)),
    "aarch64": (0xC00000B7, (198, 199, 221, 281, 117, 425)),
}
_X32_BIT = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


class SandboxError(OSError):
    """The kernel did not put up a wall that was asked for."""


@functools.cache
def version() -> int:
    """Return the version of Landlock that this kernel speaks; 0 for none."""
    answer = _libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION_FLAG)
    return max(0, int(answer))


def available() -> bool:
    """Say whether this kernel has what a sandbox needs."""
    return version() >= 1


def filtered() -> bool:
    """Say whether this process's system calls go through a filter."""
    return bool(_libc.prctl(_GET_SECCOMP, 0, 0, 0, 0) == _SECCOMP_MODE_FILTER)


def enter(files: Iterable[str] = ()) -> None:
    """Shut this process in with some files to read. Raises `SandboxError` if it cannot be."""
    _prctl(_SET_NO_NEW_PRIVS, 1)
    _prctl(_SET_DUMPABLE, 0)
    _landlock(files)
    _seccomp()


def limit(*, memory: int, cpu_seconds: int, files: int) -> None:
    """Bound what this process may take: bytes of memory beyond now, CPU seconds, open files.

    It can write no file and leave no core; where it is not root, it can start no process either.
    """
    now = _virtual_size()
    _lower(resource.RLIMIT_AS, now + memory)
    _lower(resource.RLIMIT_CPU, cpu_seconds)
    _lower(resource.RLIMIT_NOFILE, files)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_CORE, 0)


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that forked it ends."""
    import signal

    _prctl(_SET_PDEATHSIG, signal.SIGKILL)


def _lower(which: int, value: int) -> None:
    hard = resource.getrlimit(which)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))


def _virtual_size() -> int:
    with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - pathlib is not loaded here
        return int(statm.read().split()[0]) * resource.getpagesize()


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0):
        raise SandboxError(ctypes.get_errno(), "prctl")


def _syscall(number: int, *arguments: object) -> int:
    answer = int(_libc.syscall(number, *arguments))
    if answer < 0:
        raise SandboxError(ctypes.get_errno(), "landlock")
    return answer


def _landlock(files: Iterable[str]) -> None:
    known = version()
    handled = max((bits for since, bits in _HANDLED.items() if since <= known), default=0)
    if not handled:
        raise SandboxError(0, "Landlock is missing")
    rules = struct.pack(
        "=QQQ",
        handled,
        _ALL_NET if known >= _NET_SINCE else 0,
        _ALL_SCOPES if known >= _SCOPES_SINCE else 0,
    )
    size = 24 if known >= _SCOPES_SINCE else 16 if known >= _NET_SINCE else 8
    ruleset = _syscall(_CREATE_RULESET, rules, ctypes.c_size_t(size), 0)
    try:
        for path in files:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                rule = struct.pack("=Qi", _READ_FILE, place)
                _syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, 0)
            finally:
                os.close(place)
        _syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _seccomp() -> None:
    """Refuse sockets (Landlock knows only TCP), programs, tracing and io_uring, with EPERM.

    Where the machine's numbers are not known, Landlock stands alone.
    """
    known = _ARCHITECTURES.get(platform.machine())
    if known is None:
        return
    architecture, refused = known
    load, equal, at_least, give = 0x20, 0x15, 0x35, 0x06
    kill, refuse, allow = 0x80000000, 0x00050001, 0x7FFF0000
    steps = [
        (load, 0, 0, 4),
        (equal, 1, 0, architecture),
        (give, 0, 0, kill),
        (load, 0, 0, 0),
        (at_least, len(refused), 0, _X32_BIT),
        *((equal, len(refused) - i, 0, number) for i, number in enumerate(refused)),
    ]
    # Every match jumps to the refusal, which stands right behind the permission.
    steps[4] = (at_least, len(refused) + 1, 0, _X32_BIT)
    steps += [(give, 0, 0, allow), (give, 0, 0, refuse)]
    program = b"".join(struct.pack("=HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    handle = Program(len(steps), ctypes.cast(buffer, ctypes.c_void_p))
    if _libc.prctl(_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(handle), 0, 0):
        raise SandboxError(ctypes.get_errno(), "seccomp")
