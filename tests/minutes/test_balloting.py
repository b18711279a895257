"""Minutes say of every vote by which rule it was, how it came in, what it came to, and whether that
is final."""

import pytest

from deliberation.journal import events as e
from deliberation.minutes.document import from_json, to_json
from deliberation.rulesets.shipped import CONSULTATION
from tests.minutes import a_day, ballots
from tests.minutes.ballots import BALLOT, OWNERS, PROJECTS, minutes_of, said_of

CLOSED = e.BallotClosed(ballot=BALLOT, turnout=6, by_channel={"online": 4, "paper": 2})


def test_an_owners_vote_is_counted_by_heads_and_by_area_and_is_no_owners_assembly() -> None:
    opened = ballots.opened(OWNERS, entitled=4, entitled_area=40_000)
    said = said_of(minutes_of(opened, CLOSED, ballots.announced(ballots.owners_tally())))
    label = next(text for text in said if "不等同业主大会表决。" in text)
    assert label.startswith("意向征询，不等同业主大会表决。按“")
    assert label.endswith("应投4人，总面积400.00平方米。")
    assert "表决|人数|比例|说明" in said
    assert "赞成|2|66.66%|占投票3人" in said
    assert "表决|面积，平方米|比例|说明" in said
    assert "赞成|210.50|72.46%|占投票面积" in said
    assert "投票|290.50|72.62%|占应投总面积400.00" in said
    assert any(text.startswith("赞成面积210.50 ÷ 投票面积290.50") for text in said)


def test_a_choice_tells_its_options_with_costs_its_places_and_what_was_chosen() -> None:
    opened = ballots.opened(question=PROJECTS.to_json(), entitled=10)
    made = minutes_of(opened, CLOSED, ballots.announced(ballots.budget_tally()))
    said = said_of(made)
    assert "2|充电棚|20000.5" in said
    assert "收到6票：手机和网页4，纸票2。" in said
    assert "选出：小广场、宣传栏。" in said
    assert "名次|选项|支持的票数|结果" in said
    assert said[said.index("名次|选项|支持的票数|结果") + 1] == "1|小广场|3|选出"
    assert "2（并列）|充电棚|1|" in said
    assert any("计票办法：项目预算：支持多的先安排" in text for text in said)
    assert "共投票6，其中弃权1，废票1" in said


def test_what_a_choice_decided_stands_as_a_resolution() -> None:
    resolution = e.ResolutionRecorded(
        resolution=a_day.MEETING,
        item=a_day.LAMPS,
        ballot=BALLOT,
        wording=a_day.WORDING,
        outcome="chosen",
    )
    opened = ballots.opened(question=PROJECTS.to_json(), entitled=10)
    counted = ballots.announced(ballots.budget_tally())
    assert "决议（已选出）" in said_of(minutes_of(opened, CLOSED, counted, resolution))


def test_paper_batches_the_supervisor_and_the_lot_are_told() -> None:
    batch, other = a_day.SHED, a_day.GATE
    said = said_of(
        minutes_of(
            ballots.opened(question=PROJECTS.to_json(), entitled=10),
            e.PapersIssued(ballot=BALLOT, more=2),
            e.PapersIssued(ballot=BALLOT, more=1),
            e.BatchEntered(ballot=BALLOT, batch=batch, number=1, channel="paper", votes=3),
            e.BatchEntered(ballot=BALLOT, batch=other, number=2, channel="tel", votes=1),
            e.BatchCounted(
                ballot=BALLOT,
                batch=batch,
                number=1,
                channel="paper",
                counted=1,
                refused=1,
                spoilt=1,
            ),
            e.BatchWithdrawn(ballot=BALLOT, batch=other, number=2, reason="录错了表决"),
            CLOSED,
            e.BallotSigned(ballot=BALLOT, person=ballots.SUPERVISOR, digest="33" * 32, note="相符"),
            e.LotDrawn(
                ballot=BALLOT,
                digits="4071",
                entered_by=ballots.SUPERVISOR,
                confirmed_by=ballots.SECOND,
            ),
            ballots.announced(ballots.budget_tally()),
        )
    )
    assert "发出纸票3张。" in said
    assert "1|纸票|1|1|1" in said
    assert "2|电话|撤回|–|–" in said
    assert "第2批撤回，不计入。理由：录错了表决" in said
    assert any(
        text.startswith("监票人钱示例于2026年12月20日") and text.endswith("签字，注明：相符")
        for text in said
    )
    assert f"票数核对单，SHA-256 {'33' * 32}" in said
    assert "得票相同，当场抽签：抽出的数字4071，由钱示例、孙**各录入一次，两次一致。" in said


def test_a_show_of_hands_is_marked_as_one() -> None:
    closed = e.BallotClosed(ballot=BALLOT, turnout=91, by_channel={"hands": 91})
    said = said_of(minutes_of(ballots.opened(), closed))
    assert "收到91票：举手91。" in said
    assert "本次为举手表决：两人分别点数一致后计入，没有逐人记录。" in said


def test_a_window_tells_its_end_and_why_it_was_made_longer() -> None:
    opened = ballots.opened(closes_at=ballots.LATER)
    longer = e.BallotExtended(ballot=BALLOT, closes_at=ballots.LATER.replace(hour=9), reason="下雪")
    said = said_of(minutes_of(opened, longer))
    assert "表决从2026年12月20日 09:04起开放，到2026年12月25日 09:00为止。" in said
    assert "开放时间延长到2026年12月25日 17:00。理由：下雪" in said
    assert "散会时表决还开着，投到2026年12月25日 17:00为止。结果另行公告。" in said
    assert "结果：表决通过" not in said


def test_a_ballot_of_a_meeting_that_goes_on_is_only_still_open() -> None:
    said = said_of(minutes_of(ballots.opened(), adjourned=False))
    assert "表决还开着，结果还没有宣布。" in said


@pytest.mark.parametrize(
    ("closed", "says"),
    [
        ({}, "表决已经关闭，散会时结果还没有宣布。结果另行公告。"),
        (
            {"objections_until": ballots.LATER},
            "表决已经关闭。票数还没有人知道：先听异议，到2026年12月25日 09:00，"
            "然后计票，结果另行公告。",
        ),
    ],
)
def test_a_closed_ballot_says_what_its_count_waits_for(
    closed: dict[str, object], says: str
) -> None:
    event = e.BallotClosed(ballot=BALLOT, turnout=6, **closed)  # type: ignore[arg-type]
    assert says in said_of(minutes_of(ballots.opened(), event))


def test_a_result_is_provisional_until_it_is_certified_and_objections_name_nobody() -> None:
    votes = ballots.announced(a_day.votes(68, 17, 6), provisional_until=ballots.LATER)
    raised = e.ObjectionRaised(ballot=BALLOT, objection=a_day.GATE)
    again = e.ObjectionRaised(ballot=BALLOT, objection=a_day.SHED)
    answer = e.ObjectionAnswered(ballot=BALLOT, objection=a_day.GATE, answer="已经重新核对。")
    happened = (ballots.opened(), CLOSED, votes, raised, raised, again, answer)
    said = said_of(minutes_of(*happened))
    provisional = "这是初步结果，公示到2026年12月25日 09:00，还没有确认；有异议的，答复后才确认。"
    assert provisional in said
    assert "收到异议2件，已答复1件。" in said
    assert "答复：已经重新核对。" in said
    made = minutes_of(*happened, after=(e.BallotCertified(ballot=BALLOT),))
    assert made.items[0].ballots[0].certified_at is not None
    assert provisional not in said_of(made)
    assert any(text.startswith("公示期满，结果于2026年12月20日") for text in said_of(made))


def test_a_rule_is_told_anew_where_another_question_is_asked_by_it() -> None:
    other = a_day.VOIDED
    first = ballots.opened(question=PROJECTS.to_json(), entitled=10)
    second = a_day.opened(other)
    said = said_of(minutes_of(first, second))
    assert sum("一户一票" in text for text in said) == 2


def test_a_document_approved_before_votes_told_more_still_reads() -> None:
    made = to_json(minutes_of(ballots.opened(), CLOSED))
    new = ("question", "entitled_area", "closes_at", "extensions", "by_channel", "batches")
    newer = ("papers_issued", "signatures", "lot", "announced_at", "objections")
    for name in (*new, *newer, "objections_until", "provisional_until", "certified_at"):
        del made["items"][0]["ballots"][0][name]
    read = from_json(made).items[0].ballots[0]
    assert (read.rule, read.turnout, read.by_channel) == (CONSULTATION, 6, {})
