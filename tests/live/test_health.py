"""The verdict on the connection page follows from what happened in the last minutes."""

from dataclasses import replace

from deliberation.live.health import WINDOW_SECONDS, Recent, Sample, Verdict
from deliberation.measures import SECONDS

QUIET = Sample(
    at=1_000.0,
    acks=(0,) * (len(SECONDS) + 1),
    rejoined=0,
    sent=0,
    left_out=0,
    failures=0,
    slowest_turn=0.0,
)


def acked(within: float, n: int) -> tuple[int, ...]:
    acks = list(QUIET.acks)
    acks[SECONDS.index(within)] = n
    return tuple(acks)


def verdict(last: Sample, *, connected: int = 100) -> Verdict:
    recent = Recent()
    recent.add(QUIET)
    recent.add(replace(last, at=QUIET.at + 60))
    return recent.health(connected).verdict


def test_a_quiet_meeting_is_fine() -> None:
    assert verdict(QUIET) is Verdict.FINE
    assert Recent().health(0).verdict is Verdict.FINE


def test_quick_answers_and_steady_phones_are_fine() -> None:
    assert verdict(replace(QUIET, acks=acked(0.05, 500), sent=1_000)) is Verdict.FINE


def test_what_the_database_did_not_take_is_told_before_all_else() -> None:
    assert verdict(replace(QUIET, failures=1, rejoined=100)) is Verdict.STORE


def test_slow_answers_are_ours() -> None:
    assert verdict(replace(QUIET, acks=acked(2.5, 10))) is Verdict.BUSY
    assert verdict(replace(QUIET, slowest_turn=0.6)) is Verdict.BUSY


def test_phones_that_drop_out_are_the_networks() -> None:
    assert verdict(replace(QUIET, rejoined=11)) is Verdict.NETWORK
    assert verdict(replace(QUIET, rejoined=10)) is Verdict.FINE
    assert verdict(replace(QUIET, sent=1_000, left_out=51)) is Verdict.NETWORK


def test_what_is_long_past_does_not_count() -> None:
    recent = Recent()
    recent.add(replace(QUIET, failures=0))
    recent.add(replace(QUIET, at=QUIET.at + 1, failures=5))
    recent.add(replace(QUIET, at=QUIET.at + 2 + WINDOW_SECONDS, failures=5))
    assert recent.health(0).verdict is Verdict.FINE
