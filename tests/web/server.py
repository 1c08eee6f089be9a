"""Serves the node of a workspace on the loopback address: `python -m tests.web.server DIR PORT`."""

import sys
from pathlib import Path

import uvicorn

from fairway.wiring import open_node

if __name__ == "__main__":
    open_node(Path(sys.argv[1]))
    port = int(sys.argv[2])
    uvicorn.run("fairway.asgi:application", host="127.0.0.1", port=port, log_level="warning")
