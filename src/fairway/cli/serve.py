"""`fairway serve`: open a node to its users."""

import ctypes
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fairway.cli.door import node_named
from fairway.cli.manual import Manual
from fairway.cli.output import say
from fairway.nouns.errors import BadInput

if TYPE_CHECKING:
    import uvicorn

IDLE_SECONDS = 15
"""How long a connection may stay open with nothing asked."""
ENDING_SECONDS = 20
"""How long work under way may take when the server is told to stop."""

_HEAPS = -8  # M_ARENA_MAX in glibc's malloc.h


@click.command(
    cls=Manual,
    short_help="Open a node to its users: pages and API.",
    example="fairway serve --node node --port 8000",
)
@click.option(
    "--node",
    metavar="DIR",
    envvar="FAIRWAY_NODE",
    help="The workspace; else the current directory.",
)
@click.option("--host", default="127.0.0.1", help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, help="0 takes a free one.")
@click.option("--database", metavar="URL", help="postgresql://..., instead of what is set.")
@click.option("--json", "as_json", is_flag=True, help="Write the address as a line of JSON.")
def serve(node: str | None, host: str, port: int, database: str | None, as_json: bool) -> None:
    """Serve a node: its pages, and its API under /api/v1, until Ctrl-C.

    It listens on this machine only; give it to others through a server that speaks TLS, and set
    `web.hosts` and `web.https` in `fairway.toml`. Query strings and secrets are not logged.
    """
    named = node_named(node)
    if named.startswith(("http://", "https://")):
        raise BadInput("cli.not_a_directory", "Only a workspace directory can be served.")
    from fairway.wiring import close_node, open_node

    _share_memory()
    platform: Any = open_node(Path(named), database=database)
    try:
        if hasattr(platform.engine, "warm"):
            platform.engine.warm()  # so that the first query need not wait
        _server(host, port, _told(platform, as_json)).run()
    except (KeyboardInterrupt, SystemExit) as ended:
        if isinstance(ended, SystemExit) and ended.code == 1:  # the server could not start
            raise BadInput(
                "cli.cannot_listen",
                f"The server cannot listen on {host} port {port}.",
                remedy="Choose another with --port.",
            ) from None
    finally:
        close_node()


def _share_memory() -> None:
    """Have threads share two of glibc's heaps; each would keep one, with what is in it."""
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none, and needs none
    if set_option is not None:
        set_option(_HEAPS, 2)


def _told(platform: Any, as_json: bool) -> Any:
    """Return what is told once the server listens."""

    def tell(address: str) -> None:
        if as_json:
            click.echo(json.dumps({"address": address, "sandbox": sandboxed()}))
        else:
            say(f"{platform.settings['name']} is open at {address}")
            say(f"Queries: {sandboxed()}")
            say("Stop it with Ctrl-C.")
        sys.stdout.flush()

    return tell


def sandboxed() -> str:
    """Say what this machine's kernel gives to keep queries apart."""
    from fairway.engines import sandbox

    if not sandbox.available():
        return "refused, because this machine's kernel has no Landlock to keep them apart."
    return (
        "a process each, shut in by Landlock and seccomp: it reads the files granted to the query,"
        " and has no network, no other file and nothing to write to."
    )


def _server(host: str, port: int, told: Any) -> "uvicorn.Server":
    import uvicorn

    class Server(uvicorn.Server):
        """Tells its address once it listens."""

        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            if self.started:
                bound = self.servers[0].sockets[0].getsockname()
                name = f"[{bound[0]}]" if ":" in bound[0] else bound[0]
                told(f"http://{name}:{bound[1]}")

    return Server(
        uvicorn.Config(
            "fairway.asgi:application",
            host=host,
            port=port,
            lifespan="on",
            access_log=False,  # ours leaves the query string out
            log_config=None,
            server_header=False,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=ENDING_SECONDS,
            limit_concurrency=256,
            ws="none",
        )
    )
