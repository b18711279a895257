import json
import random
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID, uuid5

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.agendas.ranking import DemandStanding, Ranked, Weights, propose, rank
from deliberation.errors import Code, Refusal

ON = date(2026, 12, 5)
DOMAINS = ["设施改造", "环境美化", "养老服务"]
PUBLISHED = Weights(domains={"设施改造": Fraction(5)})

points = st.fractions(min_value=0, max_value=20, max_denominator=8)
weights = st.builds(
    Weights,
    per_household=points,
    per_day=points,
    per_carry_over=points,
    domains=st.dictionaries(st.sampled_from(DOMAINS), points),
)
demands = st.lists(
    st.builds(
        DemandStanding,
        id=st.uuids(),
        number=st.integers(1, 30).map(lambda n: f"2026-{n}"),
        domain=st.sampled_from([*DOMAINS, "其他"]),
        households=st.integers(0, 60),
        raised_on=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        carried_over=st.integers(0, 3),
    ),
    max_size=12,
    unique_by=lambda demand: demand.id,
)


def demand(number: str, **changes: object) -> DemandStanding:
    made = DemandStanding(
        id=uuid5(UUID(int=0), number),
        number=number,
        domain="其他",
        households=10,
        raised_on=ON,
    )
    return msgspec.structs.replace(made, **changes)


def numbers(ranked: list[Ranked]) -> list[str]:
    return [entry.demand.number for entry in ranked]


def test_the_reasons_add_up_as_published() -> None:
    standing = demand(
        "2026-109",
        domain="设施改造",
        households=46,
        raised_on=ON - timedelta(days=53),
        carried_over=2,
    )
    (entry,) = rank([standing], PUBLISHED, ON)
    said = " + ".join(term.render() for term in entry.terms)
    assert said == "支持46户 + 等候53天 × 0.5 + 设施改造5 + 顺延2次 × 10"
    assert entry.score == Fraction(195, 2)
    assert entry.total == "97.5"


@given(demands, weights, st.randoms(use_true_random=False))
def test_the_ranking_does_not_depend_on_the_order_of_the_list(
    standing: list[DemandStanding], by: Weights, chance: random.Random
) -> None:
    shuffled = standing.copy()
    chance.shuffle(shuffled)
    assert rank(standing, by, ON) == rank(shuffled, by, ON)


@given(demands, weights)
def test_everyone_can_rank_again_from_what_is_published(
    standing: list[DemandStanding], by: Weights
) -> None:
    ranked = rank(standing, by, ON)
    text = json.dumps([by.to_json(), [entry.to_json() for entry in ranked]], ensure_ascii=False)
    rule, published = json.loads(text)
    read = [Ranked.from_json(entry) for entry in published]
    again = rank([entry.demand for entry in reversed(read)], Weights.from_json(rule), ON)
    assert again == read == ranked


@given(demands, weights, st.data())
def test_more_support_never_lowers_a_rank(
    standing: list[DemandStanding], by: Weights, data: st.DataObject
) -> None:
    if not standing:
        return
    chosen = data.draw(st.sampled_from(standing))
    changes: list[dict[str, object]] = [
        {"households": chosen.households + 5},
        {"raised_on": chosen.raised_on - timedelta(days=9)},
        {"carried_over": chosen.carried_over + 1},
    ]
    more = data.draw(st.sampled_from(changes))
    changed = [msgspec.structs.replace(d, **more) if d is chosen else d for d in standing]

    def place(ranked: list[Ranked]) -> int:
        return next(entry.rank for entry in ranked if entry.demand.id == chosen.id)

    assert place(rank(changed, by, ON)) <= place(rank(standing, by, ON))


@given(demands, weights)
def test_ranks_go_down_by_score_without_gaps(standing: list[DemandStanding], by: Weights) -> None:
    ranked = rank(standing, by, ON)
    scores = [entry.score for entry in ranked]
    assert scores == sorted(scores, reverse=True)
    assert [entry.rank for entry in ranked] == list(range(1, len(standing) + 1))


def test_of_equals_the_earlier_and_then_the_lower_number_comes_first() -> None:
    free = Weights(per_day=Fraction(0))
    old = demand("2026-99", raised_on=ON - timedelta(days=3))
    standing = [demand("2026-10"), demand("2026-9"), old, demand("临-1")]
    assert numbers(rank(standing, free, ON)) == ["2026-99", "临-1", "2026-9", "2026-10"]


def test_a_demand_dated_in_the_future_has_not_waited() -> None:
    (entry,) = rank([demand("2026-1", raised_on=ON + timedelta(days=9))], PUBLISHED, ON)
    assert entry.score == 10


@given(demands, st.integers(-30, 400), st.integers(1, 60))
def test_a_proposal_fits_the_time_and_skips_nobody(
    standing: list[DemandStanding], minutes: int, each: int
) -> None:
    ranked = rank(standing, PUBLISHED, ON)
    items = propose(ranked, minutes, each)
    total = sum(item.minutes for item in items)
    assert total <= max(0, minutes)
    assert [item.demand for item in items] == [e.demand.id for e in ranked[: len(items)]]
    assert len(items) == len(ranked) or total + each > minutes


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"per_day": "-1/2"}, "格式"),
        ({"per_day": 0.5}, "格式"),
        ({"per_day": "0.5"}, "格式"),
        ({"domains": ["设施改造"]}, "格式"),
    ],
)
def test_weights_that_cannot_be_read_are_refused(changes: dict[str, object], field: str) -> None:
    with pytest.raises(Refusal) as refusal:
        Weights.from_json(PUBLISHED.to_json() | changes)
    assert refusal.value.code is Code.RULE_INVALID
    assert refusal.value.facts == {"field": field}


def test_no_weight_is_negative() -> None:
    with pytest.raises(Refusal):
        Weights(per_household=Fraction(-1))
    with pytest.raises(Refusal):
        Weights(domains={"养老服务": Fraction(-1)})


@given(weights)
def test_weights_read_back_are_the_same(by: Weights) -> None:
    assert Weights.from_json(json.loads(json.dumps(by.to_json()))) == by
