"""The demonstration of a year: what a community has done in twelve months, to look around in."""

from dataclasses import replace

import click

from deliberation.cli.demonstrating import FOLDER, emptied, serving, take_address
from deliberation.cli.serving import configure_log
from deliberation.cli.wording import _
from deliberation.clock import SystemClock
from deliberation.config import Settings
from deliberation.demonstration.town import DEPARTMENTS, PARTNERS
from deliberation.demonstration.year import YearFacts, load_year
from deliberation.keys import secret_key
from deliberation.people.codes import format_code

_CLOCK = SystemClock()


async def demonstrate_year(settings: Settings, *, finish: bool) -> None:
    """Live through the year that ends now and show what has become of it; with `finish`, only make
    it."""
    ours = replace(settings, var=str(settings.folder / FOLDER), database_url="")
    configure_log(replace(ours, log_level="warning"))
    with take_address(ours, finish=finish) as listening:
        click.echo(_("正在装入一年的演示数据，要半分钟左右。"))
        async with emptied(ours):
            facts = await load_year(key=secret_key(ours), until=_CLOCK.now())
        port = listening.getsockname()[1]
        _tell(f"http://127.0.0.1:{port}", facts)
        if finish:
            return
        async with serving(replace(ours, port=str(port)), listening) as server:
            await server


def _tell(url: str, facts: YearFacts) -> None:
    click.echo(_("演示的一年已装入：人和事都是虚构的，数字也是编出来的。"))
    click.echo(_("数据：{url}/figures", url=url))
    names = _(
        "用户名 {login}（社区）、{upper}（街道）、{partners}（单位联络员），密码都是 {password}"
    )
    partners = f"yanshi-d1…d{len(PARTNERS)}, yanshi-b1…b{len(DEPARTMENTS)}"
    click.echo(
        names.format(
            login=facts.login, upper=facts.upper_login, partners=partners, password=facts.password
        )
    )
    card = format_code(facts.residents[0].code)
    click.echo(_("居民：{url}/sign-in（户卡 {card}）", url=url, card=card))
    click.echo(_("按Ctrl+C结束。"))
