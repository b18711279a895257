"""Serving: the log, the words on the console, uvicorn."""

import asyncio
import gc
import logging
import socket
import sys

import structlog
import uvicorn

from deliberation import store
from deliberation.app import create_app
from deliberation.auth.tokens import setup_token
from deliberation.cli.wording import _
from deliberation.config import SettingError, Settings
from deliberation.keys import secret_key
from deliberation.people.service import only_community


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
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def serve() -> int:
    """Run until stopped. Returns the exit code: 2 for settings that cannot be understood."""
    try:
        settings = Settings.from_environment()
        key = secret_key(settings)
    except SettingError as error:
        print(_("设置有误：{error}", error=error), file=sys.stderr)
        return 2
    configure_log(settings)
    is_new = asyncio.run(_prepare(settings))
    _say_hello(settings, setup_token(key) if is_new else None)
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=int(settings.port),
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=64 * 1024,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # only addresses that the operator trusts are believed, in `Visit`
        timeout_graceful_shutdown=10,
    )
    uvicorn.Server(config).run()
    return 0


async def _prepare(settings: Settings) -> bool:
    """Migrate; whether there is no community yet."""
    await store.migrate(settings.store_url)
    await store.open_store(settings.store_url)
    try:
        return await only_community() is None
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
