"""Whole numbers as people and addresses give them."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from leadscape_web.audit.filters import before_of
from leadscape_web.govuk.numbers import MOST_ID, MOST_INTEGER, whole_number
from leadscape_web.privacy.forms import PeriodForm
from leadscape_web.review.forms import DrawForm
from leadscape_web.rounds.forms.round import RoundForm

NO_NUMBERS = ("", " ", "²", "٣", "1.5", "-1", "+1", "1e3", "0x1", "1_000", "None", "9" * 5000)


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("7", 7), (" 12 ", 12), ("007", 7), ("0" * 5000 + "3", 3), (str(MOST_INTEGER), MOST_INTEGER), (5, 5)],
)  # fmt: skip
def test_a_whole_number_is_read(text: object, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", [*NO_NUMBERS, str(MOST_INTEGER + 1), None])
def test_anything_else_is_none(text: object) -> None:
    assert whole_number(text) is None


def test_the_most_is_taken_and_one_more_is_not() -> None:
    assert (whole_number("365", 365), whole_number("366", 365)) == (365, None)
    assert before_of({"before": str(MOST_ID)}) == MOST_ID
    assert before_of({"before": str(MOST_ID + 1)}) is None
    assert before_of({}) is None


@pytest.mark.parametrize("text", NO_NUMBERS[2:])
def test_forms_say_what_is_wrong_with_it(text: str) -> None:
    period = PeriodForm()
    period.cleaned_data = {"days": text}
    draw = DrawForm()
    draw.cleaned_data = {"size": text}
    of_round = RoundForm(studies=[], codebooks=[])
    of_round.cleaned_data = {"late_days": text}
    for clean in (period.clean_days, draw.clean_size, of_round.clean_late_days):
        with pytest.raises(ValidationError, match="whole number"):
            clean()
