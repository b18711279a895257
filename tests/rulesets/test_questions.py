"""What a ballot asks is refused where it could not be voted on."""

import pytest

from deliberation.errors import Code, Refusal
from deliberation.rulesets.questions import MOTION, Question


@pytest.mark.parametrize(
    "more",
    [
        {"seats": 2},
        {"seats": 0},
        {"most": 1},
        {"options": ("甲", "乙")},
        {"costs": (100, 200)},
        {"budget": 300},
    ],
)
def test_a_motion_has_nothing_to_choose_among(more: dict[str, object]) -> None:
    with pytest.raises(Refusal) as refused:
        Question(method="for-against-abstain", **more)  # type: ignore[arg-type]
    assert refused.value.code is Code.QUESTION_INVALID


def test_a_motion_without_any_of_that_is_the_motion() -> None:
    assert Question.from_json({"method": "for-against-abstain"}) == MOTION
