"""How the votes of a ballot came in: channels, papers, batches, the supervisor, the lot."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from deliberation.i18n import N_
from deliberation.minutes.document import BallotRecord, BatchRecord
from deliberation.minutes.narrative import Block, Note, Table, Text
from deliberation.minutes.teller import Teller

CHANNEL_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "online": N_("手机和网页"),
        "paper": N_("纸票"),
        "tel": N_("电话"),
        "proxy": N_("委托"),
        "hands": N_("举手"),
    }
)


def received(ballot: BallotRecord, teller: Teller) -> Iterator[Block]:
    """Numbers only: nobody is named but who acted in office."""
    if ballot.by_channel:
        yield Text(_channels(ballot, teller))
    if ballot.is_by_hands:
        text = N_("本次为举手表决：两人分别点数一致后计入，没有逐人记录。")
        yield Text(teller.say(text))
    if ballot.papers_issued:
        yield Text(teller.say(N_("发出纸票{n}张。"), n=ballot.papers_issued))
    if ballot.batches:
        yield _batches(ballot, teller)
    for batch in ballot.batches:
        if batch.withdrawn_reason is not None:
            text = N_("第{n}批撤回，不计入。理由：{reason}")
            yield Text(teller.say(text, n=batch.number, reason=batch.withdrawn_reason))
    yield from _signatures(ballot, teller)
    yield from _lot(ballot, teller)


def _channels(ballot: BallotRecord, teller: Teller) -> str:
    told = (
        teller.say(N_("{channel}{n}"), channel=_channel(channel, teller), n=n)
        for channel, n in ballot.by_channel.items()
    )
    text = N_("收到{n}票：{channels}。")
    n = sum(ballot.by_channel.values())
    return teller.say(text, n=n, channels=teller.say(N_("，")).join(told))


def _channel(code: str, teller: Teller) -> str:
    return teller.say(CHANNEL_WORDS.get(code, code))


def _batches(ballot: BallotRecord, teller: Teller) -> Table:
    head = (N_("录入批次"), N_("方式"), N_("计入"), N_("重复未计"), N_("废票"))
    return Table(
        widths=(2, 3, 2, 2, 2),
        align=("right", "left", "right", "right", "right"),
        head=tuple(teller.say(word) for word in head),
        rows=tuple(_batch(batch, teller) for batch in ballot.batches),
    )


def _batch(batch: BatchRecord, teller: Teller) -> tuple[str, ...]:
    channel = _channel(batch.channel, teller)
    if batch.counted is None:
        is_withdrawn = batch.withdrawn_reason is not None
        state = teller.say(N_("撤回") if is_withdrawn else N_("等第二人录入"))
        return str(batch.number), channel, state, "–", "–"
    return str(batch.number), channel, str(batch.counted), str(batch.refused), str(batch.spoilt)


def _signatures(ballot: BallotRecord, teller: Teller) -> Iterator[Block]:
    for signed in ballot.signatures:
        text = N_("监票人{name}于{time}在票数核对单上签字。")
        if signed.note:
            text = N_("监票人{name}于{time}在票数核对单上签字，注明：{note}")
        name, time = teller.name(signed.name), teller.moment(signed.signed_at)
        yield Text(teller.say(text, name=name, time=time, note=signed.note))
        yield Note(teller.say(N_("票数核对单，SHA-256 {digest}"), digest=signed.digest))


def _lot(ballot: BallotRecord, teller: Teller) -> Iterator[Block]:
    if ballot.lot is None:
        return
    text = N_("得票相同，当场抽签：抽出的数字{digits}，由{first}、{second}各录入一次，两次一致。")
    yield Text(
        teller.say(
            text,
            digits=ballot.lot.digits,
            first=teller.name(ballot.lot.entered_by),
            second=teller.name(ballot.lot.confirmed_by),
        )
    )
