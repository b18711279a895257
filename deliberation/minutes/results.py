"""The count of a ballot as tables, with its working: a motion by heads and by area, a choice by
places."""

from collections.abc import Iterator

from deliberation.ballots.figures import finding_of, standings_of
from deliberation.ballots.tally import (
    CHOICE_WORDS,
    FOLLOW,
    Areas,
    Choice,
    Outcome,
    Tally,
    area_text,
)
from deliberation.i18n import N_
from deliberation.minutes.document import BallotRecord
from deliberation.minutes.narrative import Block, Note, Table, Text
from deliberation.minutes.teller import Teller
from deliberation.rulesets.exact import percent_text
from deliberation.rulesets.wording import UNITS


def result(ballot: BallotRecord, tally: Tally, teller: Teller) -> Iterator[Block]:
    if tally.count is None:
        yield _heads(ballot, tally, teller)
        if tally.areas is not None:
            yield _areas(tally.areas, teller)
    else:
        yield Text(_chosen(tally, teller))
        yield _places(ballot, tally, teller)
    for step in tally.steps:
        yield Note(teller.sentence(step))


def _heads(ballot: BallotRecord, tally: Tally, teller: Teller) -> Table:
    unit = teller.translate(UNITS[ballot.electorate])
    of_cast = teller.say(N_("占投票{whole}{unit}"), whole=tally.cast, unit=unit)
    of_entitled = teller.say(N_("占应投{whole}{unit}"), whole=ballot.entitled, unit=unit)
    rows = [(teller.translate(CHOICE_WORDS[c]), tally.totals[c]) for c in Choice]
    if tally.follow and ballot.rule.follow != "resolved":
        rows.append((teller.translate(CHOICE_WORDS[FOLLOW]), tally.follow))
    if tally.spoilt:
        rows.append((teller.say(N_("废票")), tally.spoilt))
    is_households = ballot.electorate == "households"
    head = (N_("表决"), N_("户数") if is_households else N_("人数"), N_("比例"), N_("说明"))
    return Table(
        widths=(3, 2, 3, 4),
        align=("left", "right", "right", "left"),
        head=tuple(teller.say(word) for word in head),
        rows=(
            *((name, str(n), _percent(n, tally.cast), of_cast) for name, n in rows),
            (
                teller.say(N_("投票")),
                str(tally.cast),
                _percent(tally.cast, ballot.entitled),
                of_entitled,
            ),
        ),
    )


def _areas(areas: Areas, teller: Teller) -> Table:
    """By area too, in square metres."""
    head = (N_("表决"), N_("面积，平方米"), N_("比例"), N_("说明"))
    of_cast = teller.say(N_("占投票面积"))
    return Table(
        widths=(3, 3, 3, 4),
        align=("left", "right", "right", "left"),
        head=tuple(teller.say(word) for word in head),
        rows=(
            *(
                (
                    teller.translate(CHOICE_WORDS[choice]),
                    area_text(areas.totals[choice]),
                    _percent(areas.totals[choice], areas.cast),
                    of_cast,
                )
                for choice in Choice
            ),
            (
                teller.say(N_("投票")),
                area_text(areas.cast),
                _percent(areas.cast, areas.entitled),
                teller.say(N_("占应投总面积{whole}"), whole=area_text(areas.entitled)),
            ),
        ),
    )


def _percent(n: int, whole: int) -> str:
    return percent_text(n, whole) if whole else "–"


def _chosen(tally: Tally, teller: Teller) -> str:
    if tally.outcome is not Outcome.CHOSEN or tally.count is None:
        return teller.say(N_("结果：{outcome}。"), outcome=teller.outcome(tally.outcome))
    winners = teller.say(N_("、")).join(map(teller.translate, tally.count["winners"]))
    return teller.say(N_("选出：{winners}。"), winners=winners)


def _places(ballot: BallotRecord, tally: Tally, teller: Teller) -> Table:
    """Every option in its place; several of one place are tied."""
    count = tally.count or {}
    is_valid = tally.outcome is not Outcome.INVALID
    head = (N_("名次"), N_("选项"), finding_of(count["method"]), N_("结果"))
    return Table(
        widths=(2, 6, 3, 2),
        align=("left", "left", "right", "left"),
        head=tuple(teller.say(word) for word in head),
        rows=tuple(
            (
                teller.say(N_("{n}（并列）"), n=row.place) if row.is_tied else str(row.place),
                row.label,
                row.figure or "–",
                teller.say(N_("选出")) if row.is_chosen else "",
            )
            for row in standings_of(count, ballot.question, is_valid=is_valid)
        ),
    )
