"""Where workers come from: a clean process with everything loaded, one thread and no secret.

For each worker it gets one message with two ends, of the job's socket and of the result's pipe.
It forks, and answers with a handle on the new process (a pidfd), by which the node can kill that
worker and no other. It ends when the node does.
"""

import gc
import os
import socket
import sys
from pathlib import Path

import duckdb

from fairway.engines import worker

_LARGEST = 64 * 1024 * 1024


def main() -> None:
    """Serve until the other side hangs up. Argument: the socket's number."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": "1",
            "async_threads": "0",
            "temp_directory": "",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            "allow_community_extensions": "false",
        },
    )
    connection.execute(
        "SET TimeZone = 'UTC'; SET enable_progress_bar = false;"
        " SET parquet_metadata_cache = true"  # a view and its query read a file's end once
    )
    connection.execute("SELECT count(*) FROM range(3)").fetchall()
    if len(list(Path("/proc/self/task").iterdir())) > 1:
        connection.close()
        sys.exit("threads are running; a fork would not be safe")
    gc.collect()
    gc.freeze()  # so that no collection in a child touches, and thereby copies, what is shared
    channel.sendall(b"R")  # ready
    while True:
        request, descriptors, _, _ = socket.recv_fds(channel, 1, 2)
        if not request or len(descriptors) != 2:
            break
        jobs, results = descriptors
        pid = os.fork()
        if pid == 0:
            channel.close()
            worker.wait(connection, jobs, results)
            os._exit(0)
        handle = os.pidfd_open(pid)
        os.close(jobs)
        os.close(results)
        socket.send_fds(channel, [b"P"], [handle])
        os.close(handle)
        _bury()


def _bury() -> None:
    """Take the exit codes of workers that have ended, so that they leave the process table."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return


if __name__ == "__main__":
    main()
    os._exit(0)
