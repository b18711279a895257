"""Starting what the service is compared with, on the server's core."""

import contextlib
import http.client
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.support.building import RIVALS, built, nginx_with_nchan, node_with_ws
from bench.support.processes import Command, Started, cores, free_port, is_listening, started

Running = tuple[Started, int]
"""A process and the port that it listens on."""

_NCHAN = """
daemon off;
user root;
worker_processes 1;
worker_rlimit_nofile 20000;
load_module {module};
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 19000; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location /live {{ nchan_subscriber websocket; nchan_channel_id hall; }}
    location /tell {{ nchan_publisher; nchan_channel_id hall; nchan_message_buffer_length 20; }}
  }}
}}
"""


@contextlib.contextmanager
def floor(folder: Path, *, size: int) -> Iterator[Running]:
    """The C server with one send() a client."""
    port = free_port()
    with _ready([built("floor"), str(port), str(size)], folder / "floor.log", port) as process:
        yield process, port


@contextlib.contextmanager
def node(folder: Path, *, size: int = 0) -> Iterator[Running]:
    """Node with `ws`; size 0 tells nobody of a vote."""
    program, modules = node_with_ws()
    port = free_port()
    command: Command = [program, RIVALS / "node_server.mjs", str(port), str(size), modules]
    with _ready(command, folder / "node.log", port) as process:
        yield process, port


@contextlib.contextmanager
def orm(url: str, folder: Path) -> Iterator[Running]:
    """One `create` a vote on the service's own tables."""
    port = free_port()
    command: Command = [sys.executable, "-m", "bench.rivals.orm_app", str(port), url]
    with _ready(command, folder / "orm.log", port) as process:
        yield process, port


@contextlib.contextmanager
def nchan(folder: Path) -> Iterator[Running]:
    """Nginx with nchan; `tell_nchan` tells everybody something."""
    program, module = nginx_with_nchan()
    port = free_port()
    settings = folder / "nginx.conf"
    settings.write_text(_NCHAN.format(module=module, folder=folder, port=port))
    command: Command = [program, "-p", folder, "-c", settings]
    with _ready(command, folder / "nchan.log", port) as process:
        yield process, port


def tell_nchan(port: int, text: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        connection.request("POST", "/tell", body=text)
        connection.getresponse().read()


@contextlib.contextmanager
def _ready(command: Command, log: Path, port: int) -> Iterator[Started]:
    with started(command, log=log, core=cores().server) as process:
        process.wait_until(lambda: is_listening(port))
        yield process
