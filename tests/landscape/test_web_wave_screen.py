"""The screen of waves: honest with one, side by side with two, and beside a published count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from leadscape_web.landscape.models import PublishedTable
from leadscape_web.survey.models import Wave

from tests.support.published import TITLE, kept_tables, published

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def two_waves(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[str, str]]:
    """The later wave published everything, the earlier one its count of roles, with half the authorities' roles."""
    from django.db import connections

    with published(django_db_blocker) as later:
        with django_db_blocker.unblock():
            earlier = Wave.objects.using("owner").order_by("as_of").first()
            assert earlier
            extent = next(table for table in kept_tables(0.25) if table["name"] == "extent")
            PublishedTable.objects.using("owner").create(wave_id=earlier.pk, position=0, **extent)
            connections["owner"].close()
        yield str(earlier.pk), later
        with django_db_blocker.unblock():
            PublishedTable.objects.using("owner").filter(wave_id=earlier.pk).delete()
            connections["owner"].close()


@pytest.fixture
def reader(client_of) -> Any:
    return client_of("nation.reader")


def _extent(share: float) -> list[dict[str, Any]]:
    return next(table["rows"] for table in kept_tables(share) if table["name"] == "extent")


def words_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode().split("<main", 1)[1]).split())


def test_with_one_wave_it_says_what_is_missing(reader) -> None:
    page = words_of(reader.get("/landscape/waves/"))
    assert "Only one wave has been loaded, so no change can be shown" in page
    assert "Compare" not in page


def test_a_comparison_of_one_wave_is_not_found(reader) -> None:
    assert reader.get("/landscape/waves/changes/").status_code == 404


def test_with_two_waves_they_stand_side_by_side(reader, two_waves) -> None:
    page = words_of(reader.get("/landscape/waves/"))
    assert "This study beside “An invented system, 2006-06-30”" in page
    before, after = (
        next(row["holdings"] for row in _extent(share) if row["role"] == "consultant_leader")
        for share in (0.25, 0.5)
    )
    assert f"{before:,} {after:,} {after - before:,} Counted the same way" in page


def test_the_earlier_one_has_nothing_before_it(reader, two_waves) -> None:
    earlier, _ = two_waves
    page = words_of(reader.get(f"/landscape/waves/?wave={earlier}"))
    assert "There is no wave before this one" in page


def test_an_earlier_wave_that_is_none_is_not_found(reader, two_waves) -> None:
    _, later = two_waves
    assert reader.get(f"/landscape/waves/?earlier={later}").status_code == 404
    assert reader.get("/landscape/waves/?earlier=first").status_code == 404


def test_the_comparison_is_downloaded_as_it_is_shown(reader, two_waves) -> None:
    earlier, later = two_waves
    answer = reader.get(f"/landscape/waves/changes/?wave={later}&earlier={earlier}&format=csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert "Consultant leader" in answer.content.decode()


def test_what_cannot_be_compared_says_why(reader, two_waves, monkeypatch) -> None:
    from leadscape.core.errors import NotComparable
    from leadscape_web.landscape import wave_views

    def refuse(*_: Any) -> None:
        raise NotComparable("There is no crosswalk.", "Roles may differ.", "Write one.")

    monkeypatch.setattr(wave_views, "compare_published", refuse)
    assert "There is no crosswalk. Roles may differ. Write one." in words_of(reader.get("/landscape/waves/"))


def test_the_published_count_is_quoted_with_what_does_not_follow(reader, two_waves) -> None:
    page = words_of(reader.get("/landscape/waves/"))
    assert "System leaders in England by role, 2006" in page
    assert "83 2.6 2.7 no" in page
    assert "What a careful reader would query" in page


def test_another_wave_can_be_chosen_on_every_screen(reader, two_waves) -> None:
    earlier, _ = two_waves
    page = words_of(reader.get(f"/landscape/extent/?wave={earlier}"))
    assert "An invented system" in page
    assert TITLE in page  # in the list to choose from


def test_few_queries_answer_it(reader, two_waves, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(12):
        reader.get("/landscape/waves/")
