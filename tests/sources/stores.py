"""A real server of S3, for tests of sources in stores."""

import json
import os
import subprocess
import sysconfig
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.web.server import free_port

KEY, SECRET = "fairway-reader", "a-secret-of-the-store"


@contextmanager
def serving(folder):
    """Serve a directory by S3; its buckets are the directories in it."""
    program = Path(sysconfig.get_path("scripts")) / "rclone"
    port = free_port()
    with subprocess.Popen(
        [
            *(program, "serve", "s3", folder, "--config", os.devnull, "--addr"),
            *(f"127.0.0.1:{port}", "--auth-key", f"{KEY},{SECRET}", "--vfs-cache-mode", "off"),
            *("--dir-cache-time", "0s", "--poll-interval", "0s"),
        ],
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        for line in running.stderr:
            if "Starting s3 server" in line or "Serving" in line:
                break
        else:
            pytest.fail("The server of S3 did not start.")
        try:
            yield SimpleNamespace(folder=folder, url=f"http://127.0.0.1:{port}")
        finally:
            running.terminate()


def options(server, **other):
    return {"key": KEY, "secret": SECRET, "endpoint_url": server.url, **other}


def tell(workspace, server):
    """Let a node read what lies below `landing-zone/statistics`, by the name `landing`."""
    given = ", ".join(f"{name} = {json.dumps(value)}" for name, value in options(server).items())
    secret = workspace / "secrets/sources.toml"
    secret.write_text(
        f"[landing]\nstore = 's3'\nroot = 'landing-zone/statistics'\noptions = {{ {given} }}\n"
    )
    secret.chmod(0o600)
