"""Two waves by what they published: a change only where both count the same thing, never from a hidden count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from leadscape.actions.compare_published import baseline_before, compare_published
from leadscape.actions.show_published import PublishedRecord
from leadscape.codebooks import codebook_source
from leadscape.core.errors import NotComparable

EARLIER = PublishedRecord(
    "First", "england", date(2006, 6, 30), "england-2006", codebook_source("england-2006"), {}
)
LATER = replace(EARLIER, title="Second", as_of=date(2007, 6, 30))


def _extent(**counts: int | None) -> list[dict[str, object]]:
    """Rows as they were published; a count of null was hidden."""
    return [
        {"role": role, "role_label": role, "origin": "national", "own_school": False, "holdings": n,
         "holdings_status": "reported" if n is not None else "suppressed", "leaders": n, "pct": None, "denominator": 9}
        for role, n in counts.items()
    ]  # fmt: skip


def _changes(view) -> dict[str, str]:
    place = [column.column for column in view.columns].index("change")
    return {row[0].text: row[place].text for row in view.rows}


def test_a_change_is_later_less_earlier() -> None:
    view = compare_published(EARLIER, _extent(mentor_head=139), LATER, _extent(mentor_head=150))
    assert _changes(view)["Mentor head"] == "11"
    assert "First, 2006-06-30" in view.caption


def test_what_is_hidden_or_was_not_published_has_no_change() -> None:
    view = compare_published(
        EARLIER, _extent(mentor_head=None, consultant_leader=10), LATER, _extent(mentor_head=150)
    )
    changes = _changes(view)
    assert changes["Mentor head"] == changes["Consultant leader"] == "not comparable"


def test_between_codebooks_only_roles_of_the_same_meaning_have_a_change() -> None:
    later = replace(
        LATER, as_of=date(2026, 6, 30), codebook="england-2026", codebook_text=codebook_source("england-2026")
    )
    view = compare_published(EARLIER, _extent(mentor_head=139), later, [])
    assert len(view.rows) > 5
    assert set(_changes(view).values()) == {"not comparable"}


def test_the_earlier_wave_is_the_earlier() -> None:
    with pytest.raises(NotComparable, match="after"):
        compare_published(LATER, [], EARLIER, [])


def test_a_codebook_of_ones_own_is_compared_with_itself() -> None:
    own = codebook_source("england-2006").replace('id = "england-2006"', 'id = "mine"', 1)
    mine = replace(EARLIER, codebook="mine", codebook_text=own)
    view = compare_published(
        mine, _extent(mentor_head=5), replace(mine, as_of=date(2008, 1, 1)), _extent(mentor_head=9)
    )
    assert _changes(view)["Mentor head"] == "4"


def test_two_codebooks_without_a_crosswalk_are_not_compared() -> None:
    own = codebook_source("england-2006").replace('id = "england-2006"', 'id = "mine"', 1)
    with pytest.raises(NotComparable, match="crosswalk"):
        compare_published(EARLIER, [], replace(LATER, codebook="mine", codebook_text=own), [])


def test_the_published_count_of_2006_came_before() -> None:
    baseline = baseline_before(LATER)
    assert baseline
    assert baseline.total == 3078
    assert (
        baseline_before(replace(LATER, codebook_text=LATER.codebook_text.replace("england", "elsewhere")))
        is None
    )
