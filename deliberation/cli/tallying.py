"""Counting a file of votes by any method: no settings, no database, no server."""

import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec

from deliberation.cli.desk import Refused, words
from deliberation.cli.recounting import (
    bundle_in,
    declared,
    differently,
    echo_json,
    rendered,
    tell_recount,
)
from deliberation.cli.wording import _
from deliberation.errors import Refusal
from deliberation.tally.counted import Count, Step
from deliberation.tally.files.lines import Read
from deliberation.tally.files.reading import Kind, read_votes
from deliberation.tally.methods import count, default_method
from deliberation.tally.names import METHOD_NAMES, Method
from deliberation.tally.profile import Profile
from deliberation.tally.shares import Completion
from deliberation.tally.ties import TieBreak, by_list, by_lot


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file to be counted, and how; None is what the file itself says or asks for."""

    path: str
    kind: Kind | None
    method: Method | None
    seats: int | None
    tie_break: str | None
    lot_seed: str | None
    completion: Completion
    as_json: bool

    @property
    def asks_for_nothing_else(self) -> bool:
        """Of a list that carries its own rule: whether it is to be counted by that."""
        others = (self.method, self.seats, self.tie_break)
        return others == (None, None, None) and self.completion == "add1u"


def tally(wanted: Wanted) -> None:
    """Count and tell. Raises Refused for a file that cannot be read or counted so, and after
    telling for a published list that does not agree with itself."""
    try:
        data = _data(wanted.path)
        bundle = bundle_in(data, wanted.kind)
        if bundle is None:
            _tally_file(data, wanted)
        elif wanted.asks_for_nothing_else:
            tell_recount(bundle, as_json=wanted.as_json)
        else:
            read = read_votes(data, kind=Kind.PUBLISHED)[1]
            completion = wanted.completion
            tie_break = _tie_break(wanted, read.profile) or declared(bundle, read.profile)
            counted = differently(
                bundle, read.profile, wanted.method, wanted.seats, tie_break, completion
            )
            _tell(counted, read, as_json=wanted.as_json)
    except Refusal as refusal:
        raise Refused(words(refusal)) from refusal


def _tally_file(data: bytes, wanted: Wanted) -> None:
    kind, read = read_votes(data, Path(wanted.path).name, wanted.kind)
    profile = read.profile
    if wanted.seats is not None:
        profile = msgspec.structs.replace(profile, seats=wanted.seats)
    method = wanted.method or default_method(kind, profile)
    counted = count(method, profile, _tie_break(wanted, profile), wanted.completion)
    _tell(counted, read, as_json=wanted.as_json)


def _tell(counted: Count, read: Read, *, as_json: bool) -> None:
    for remark in read.remarks:
        click.echo(rendered(remark), err=True)
    if as_json:
        echo_json(counted.to_json())
    else:
        click.echo("\n".join(_told(counted, Method(counted.method), read)))


def _data(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise Refused(_("打不开{path}：{error}", path=path, error=error.strerror)) from error


def _tie_break(wanted: Wanted, profile: Profile) -> TieBreak | None:
    """None where nothing was said: then a tie stays a tie."""
    if wanted.tie_break == "lot":
        return by_lot((wanted.lot_seed or "").encode(), profile.labels)
    return by_list if wanted.tie_break == "list" else None


def _told(counted: Count, method: Method, read: Read) -> list[str]:
    """The count for people, line by line."""
    called = _called(counted.labels, read.names)
    lines = [read.profile.title] if read.profile.title else []
    lines += [
        _("方法：{method}", method=_(METHOD_NAMES[method])),
        _("名额：{seats}  票数：{votes}", seats=counted.seats, votes=counted.votes),
        _("结果：{winners}", winners="、".join(called[n] for n in counted.winners) or "—"),
        "",
        _("次序（=为并列）："),
        *_ordered(counted.order, called),
        "",
        _("计票过程："),
    ]
    for number, step in enumerate(counted.steps, 1):
        lines += _step_lines(number, step, counted.labels)
    return lines


def _called(labels: Sequence[str], names: Sequence[str]) -> list[str]:
    """Labels with the longer names that a file has beside them."""
    if not names:
        return list(labels)
    both = zip(labels, names, strict=True)
    return [f"{label} {name}" if name and name != label else label for label, name in both]


def _ordered(order: Sequence[Sequence[int]], called: Sequence[str]) -> list[str]:
    lines, place = [], 1
    for group in order:
        lines.append(f"{place:>4}  " + " = ".join(called[n] for n in group))
        place += len(group)
    return lines


def _step_lines(number: int, step: Step, labels: Sequence[str]) -> list[str]:
    """A sentence, and under it what each option then had, in two columns."""
    wide = max((_width(labels[figure.option]) for figure in step.figures), default=0)
    figures = [
        f"      {labels[n]}{' ' * (wide - _width(labels[n]))}  {amount}"
        for n, amount in ((figure.option, figure.amount) for figure in step.figures)
    ]
    return [f"{number:>4}. {rendered(step.says)}", *figures]


def _width(text: str) -> int:
    """How many columns of a terminal a text takes; Chinese signs take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
