"""Paper ballots as PDF: the data of papers/typst/ballot.typ."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deliberation import journal
from deliberation.ballots.desk_rules import SPOILT, choices_of
from deliberation.ballots.frozen import Frozen, frozen_of
from deliberation.ballots.issuing import IssuedPaper
from deliberation.ballots.models import Ballot
from deliberation.ballots.tally import CHOICE_WORDS
from deliberation.i18n import N_
from deliberation.i18n.catalogs import format_moment
from deliberation.papers.press import to_pdf
from deliberation.rulesets import wording
from deliberation.web.qr import qr_svg
from deliberation.web.visit import Visit

MOST_PAPERS = 300
"""In one file."""

_HOW = {
    "motion": N_("在一个方框里打√。打了两个或者没打，就是废票。"),
    "one": N_("在一个方框里打√。打了两个或者没打，就是废票。"),
    "some": N_("在方框里打√，最多{n}个。多打了或者没打，就是废票。"),
    "ranking": N_("按喜欢的先后在方框里写1、2、3……可以不排完。没写或者写重了，就是废票。"),
    "grades": N_("在方框里写1到5分，5分最好；可以空着几项。一项都没写就是废票。"),
}
NONE_WORDS = N_("以上都不是")


async def ballot_papers(visit: Visit, ballot: Ballot, papers: Sequence[IssuedPaper]) -> bytes:
    """A sheet for each paper; of a secret ballot all sheets are alike."""
    fonts = visit.desk.settings.fonts
    return await to_pdf(
        "ballot",
        await paper_data(visit, ballot, papers),
        document_date=ballot.opened_at.astimezone(visit.zone).date(),
        fonts=Path(fonts) if fonts else None,
    )


async def paper_data(visit: Visit, ballot: Ballot, papers: Sequence[IssuedPaper]) -> dict[str, Any]:
    frozen, translate = frozen_of(ballot), visit.translations.gettext
    rule = wording.in_language(frozen.rule, visit.language)
    state = await journal.state_of(ballot.meeting_id)
    item = state.item(ballot.item_id)
    return {
        "language": "en" if visit.language.startswith("en") else "zh",
        "title": translate(N_("表决票")),
        "label": translate(N_("演示数据")) if visit.here.is_demonstration else "",
        "organiser": visit.here.name,
        "meeting": state.title,
        "item": f"{item.position}. {item.title}" if item else "",
        "disclaimer": wording.disclaimer(rule).render(translate),
        "wording_label": translate(N_("决议文字")),
        "wording": ballot.wording,
        "how": translate(_HOW[frozen.question.shape]).format(n=frozen.question.may_name),
        "choices": _choices(visit, frozen),
        "window": _window(visit, ballot),
        "rules_lead": translate(N_("怎样算：")),
        "rules": "".join(s.render(translate) for s in wording.words(rule, frozen.question)[1:]),
        "qr_alt": translate(N_("打开这次表决的二维码")),
        "papers": [_sheet(visit, ballot, paper) for paper in papers],
    }


def _choices(visit: Visit, frozen: Frozen) -> list[str]:
    """Beside a box each; 弃权 stands on every paper, 以上都不是 where one or some are chosen."""
    translate, question = visit.translations.gettext, frozen.question
    words = {key: translate(text) for key, text in CHOICE_WORDS.items()}
    words["none"] = translate(NONE_WORDS)
    words |= {str(n): option for n, option in enumerate(question.options, 1)}
    follow = frozen.rule.follow != "none"
    return [
        words[choice] for _typed, choice in choices_of(question, follow=follow) if choice != SPOILT
    ]


def _window(visit: Visit, ballot: Ballot) -> str:
    translate = visit.translations.gettext
    if ballot.closes_at is None:
        return translate(N_("请在会上宣布关闭之前交回。"))
    until = format_moment(ballot.closes_at, visit.language, zone=str(visit.zone))
    return translate(N_("请在{until}之前交回。")).format(until=until)


def _sheet(visit: Visit, ballot: Ballot, paper: IssuedPaper) -> dict[str, str]:
    """What is its own: nothing, for a secret ballot."""
    translate = visit.translations.gettext
    address = f"{visit.base_url}/meetings/{ballot.meeting_id}/ballots/{ballot.id}"
    if ballot.is_secret:
        note = translate(N_("秘密表决：票上没有号码，请不要写名字，也不要做记号。"))
        return {"number": "", "whose": note, "address": address, "qr_svg": str(qr_svg(address))}
    address = f"{address}?serial={paper.serial}"
    number = translate(N_("第{serial}号")).format(serial=paper.serial)
    return {
        "number": number,
        "whose": translate(N_("发给：{whose}")).format(whose=paper.label),
        "address": address,
        "qr_svg": str(qr_svg(address)),
    }
