"""Serving: the log, the words on the console, uvicorn."""

import asyncio
import logging
import socket
import sys

import structlog
import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from deliberation import store
from deliberation.app import create_app
from deliberation.auth.tokens import setup_token
from deliberation.cli.runtime import tune
from deliberation.cli.wording import _
from deliberation.config import SettingError, Settings
from deliberation.i18n import N_
from deliberation.keys import secret_key
from deliberation.people.service import first_community
from deliberation.wire import PatientHttp, Wire

LARGEST_MESSAGE = 64 * 1024
"""Bytes of a message on a socket; a frame of ours is far smaller, and refused in words."""


def configure_log(settings: Settings) -> None:
    """One JSON object a line on the error stream; no addresses, codes or names go into it."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Never the values of local variables: names and choices are among them.
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
            ),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def serve() -> int:
    """Run until stopped. Returns the exit code: 2 for what the operator has to put right."""
    try:
        settings = Settings.from_environment()
        key = secret_key(settings)
        configure_log(settings)
        with store.sole_service(settings.store_url):
            is_new = asyncio.run(_prepare(settings))
            _say_hello(settings, setup_token(key) if is_new else None)
            _run(settings)
    except SettingError as error:
        print(_("设置有误：{error}", error=error), file=sys.stderr)
        return 2
    except store.StoreTaken:
        print(_(_TAKEN), file=sys.stderr)
        return 2
    return 0


_TAKEN = N_(
    "这个数据文件已经有一个服务在用。SQLite只能开一个服务进程："
    "请先停掉它；要开几个，请改用PostgreSQL（DELIBERATION_DATABASE_URL）。"
)


def _run(settings: Settings) -> None:
    workers = int(settings.workers)
    if workers == 1:
        uvicorn.Server(_configuration(settings, worker())).run()
        return
    config = _configuration(settings, f"{__name__}:worker", factory=True, workers=workers)
    Multiprocess(config, sockets=[config.bind_socket()]).run()


def worker() -> Starlette:
    """The application of a serving process, which is made ready for it."""
    settings = Settings.from_environment()
    configure_log(settings)
    app = create_app(settings)
    tune(settings)
    return app


def _configuration(
    settings: Settings, app: Starlette | str, *, factory: bool = False, workers: int = 1
) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=factory,
        workers=workers,
        host=settings.host,
        port=int(settings.port),
        http=PatientHttp,
        ws=Wire,
        ws_max_size=LARGEST_MESSAGE,
        backlog=4096,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # only addresses that the operator trusts are believed, in `Visit`
        timeout_graceful_shutdown=10,
    )


async def _prepare(settings: Settings) -> bool:
    """Migrate; whether there is no community yet."""
    await store.migrate(settings.store_url)
    await store.open_store(settings.store_url)
    try:
        return await first_community() is None
    finally:
        await store.close_store()


def _say_hello(settings: Settings, token: str | None) -> None:
    print(_("社区议事已启动：{url}", url=settings.base_url))
    if token is not None:
        print(_("第一次使用，请打开上面的网址，输入设置口令：{token}", token=token))
    if not settings.public_url:
        address = _hall_address()
        print(_("只有这台电脑能打开。要让会场里的手机打开，请这样启动："))
        print(
            f"  DELIBERATION_HOST=0.0.0.0 DELIBERATION_PUBLIC_URL=http://{address}:{settings.port}"
            " make run"
        )
    sys.stdout.flush()


def _hall_address() -> str:
    """This machine's address in the hall's network, as far as it can be told; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address (RFC 5737)
            return str(probe.getsockname()[0])
        except OSError:
            return "192.168.1.20"
