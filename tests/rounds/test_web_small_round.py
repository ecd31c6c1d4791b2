"""A small round is counted: leaders and questions are kept, no count of people is published, and its page says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import User
from leadscape_web.jobs.models import Job
from leadscape_web.landscape.models import PublishedTable
from leadscape_web.landscape.screens import SCREENS
from leadscape_web.register.models import Source
from leadscape_web.rounds.models import Round
from leadscape_web.studies.inputs import add_input
from leadscape_web.studies.models import Study
from leadscape_web.studies.running import check
from leadscape_web.survey.models import RoleHolding, Wave

from tests.rounds.test_web_counting import _answer, _register
from tests.support.jobs import run_jobs
from tests.support.rounds import client_of_editor, make_round, make_study, make_token, own_world, set_round


@pytest.fixture(scope="module")
def base(service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[Study]:
    with own_world(service_server, django_db_blocker):
        study = make_study()
        with acting(why="The tests' own system makes room", using="owner"):
            Wave.objects.using("owner").update(as_of="1999-01-01")
            add_input(study, "schools", "register.csv", _register())
        yield study


@pytest.fixture
def found(base: Study) -> Round:
    cache.clear()
    return make_round(base)


@pytest.fixture
def signed_in(base: Study) -> Client:
    return client_of_editor()


def _page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def _rows_for_research() -> set[str]:
    """Waves of which a researcher of the nation sees rows, but for those of the tests' own system."""
    researcher = User.objects.using("owner").get(email="nation.researcher@leadscape.example")
    with acting(researcher), connection.cursor() as cursor:
        cursor.execute(
            "select distinct wave_id::text from survey_anonymousholding where wave_id in"
            " (select id from survey_wave where as_of > '2000-01-01')"
        )
        return {wave for (wave,) in cursor.fetchall()}


def test_a_round_with_one_answer_is_counted_and_its_figures_hide_every_count(
    found: Round, signed_in: Client
) -> None:
    _answer(found, "101")
    make_token(found, "102")
    close = _page(signed_in, f"/rounds/{found.pk}/close/")
    assert "The round takes answers until" in close
    assert "1 of 2 asked has not answered" in close
    assert "no count of people is published" in close
    assert "show its figures instead of those of" in close
    signed_in.post(f"/rounds/{found.pk}/close/", {"sure": "on"})
    assert "is being counted" in _page(signed_in, f"/rounds/{found.pk}/")
    assert set(run_jobs()) >= {("rounds.count", "done"), ("studies.run", "done")}
    counted = Round.objects.using("owner").select_related("study").get(pk=found.pk)
    assert counted.study is not None
    wave = counted.study.wave_id
    assert RoleHolding.objects.using("owner").filter(wave=wave).exists()
    totals = PublishedTable.objects.using("owner").get(wave=wave, name="totals").rows
    assert {row["holdings"] for row in totals} == {None}
    page = _page(signed_in, f"/rounds/{found.pk}/")
    assert "The round is counted." in page
    for address in (f"/studies/{counted.study.pk}/", f"/landscape/?wave={wave}", "/review/"):
        assert f'href="{address}' in page, address
    screens = [f"/landscape/{one.slug}/" for one in SCREENS]
    for address in (
        "/",
        "/landscape/",
        *screens,
        "/landscape/report/",
        "/landscape/map/",
        "/landscape/waves/",
    ):
        assert counted.title in _page(signed_in, address) or address == "/landscape/map/", address
    assert "Every count of people is suppressed" in _page(signed_in, "/")
    for name in PublishedTable.objects.using("owner").filter(wave=wave).values_list("name", flat=True):
        assert signed_in.get(f"/landscape/data/{name}/?format=csv").status_code == 200, name
        # A table without rows has no page.
        assert signed_in.get(f"/landscape/table/{name}/").status_code in (200, 404), name
    assert "every count of people hidden" in _page(signed_in, "/")
    assert not _rows_for_research(), "how many rows a researcher sees would be the count"
    assert "Show this wave" in _page(signed_in, "/"), "the former figures can be chosen"


def test_a_round_hides_what_respondents_were_promised_also_where_its_base_hides_nothing(
    base: Study, signed_in: Client
) -> None:
    with acting(why="A study of invented people hides nothing", using="owner"):
        Study.objects.using("owner").filter(pk=base.pk).update(settings={"landscape": {"suppress_below": 0}})
    found = make_round(Study.objects.using("owner").get(pk=base.pk))
    link = make_token(found, "101")
    page = _page(Client(), f"/answer/{link}/")
    assert "a count of 1 to 5 people is not shown" in page
    Client().post(f"/answer/{link}/none/")
    signed_in.post(f"/rounds/{found.pk}/close/", {"sure": "on"})
    run_jobs()
    counted = Round.objects.using("owner").select_related("study").get(pk=found.pk)
    with acting(why="As it was", using="owner"):
        Study.objects.using("owner").filter(pk=base.pk).update(settings=base.settings)
    assert counted.study is not None
    assert counted.study.settings["landscape"]["suppress_below"] == 6


def test_a_round_in_which_nobody_names_anybody_is_counted(found: Round, signed_in: Client) -> None:
    Client().post(f"/answer/{make_token(found, '101')}/none/")
    signed_in.post(f"/rounds/{found.pk}/close/", {"sure": "on"})
    assert ("studies.run", "done") in run_jobs()
    assert "The round is counted." in _page(signed_in, f"/rounds/{found.pk}/")


def test_the_page_of_a_round_says_that_its_count_failed_and_what_next(base: Study, signed_in: Client) -> None:
    cache.clear()
    other = make_study("A study with a broken register")
    with acting(why="A broken register in a test", using="owner"):
        add_input(other, "schools", "register.csv", b"nothing,of,use\n1,2,3\n")
    found = make_round(other)
    _answer(found, "101")
    signed_in.post(f"/rounds/{found.pk}/close/", {"sure": "on"})
    assert ("studies.run", "failed") in run_jobs()
    failed = Job.objects.using("owner").filter(kind="studies.run", state="failed").latest("asked_at")
    assert failed.problem is not None
    page = _page(signed_in, f"/rounds/{found.pk}/")
    assert "The last count failed" in page
    assert "The answers are kept" in page
    assert f"/jobs/{failed.pk}/" in page
    assert "Count again" in page


def test_the_register_keeps_its_own_day(base: Study, signed_in: Client) -> None:
    cache.clear()
    held = set(Source.objects.using("owner").filter(purpose="schools").values_list("as_of", flat=True))
    found = make_round(base, as_of=date(2026, 11, 25))
    old = "The register of this round is as of 30 June 2006, and the answers are for 25 November 2026."
    assert old in _page(signed_in, f"/rounds/{found.pk}/")
    assert old in _page(signed_in, f"/rounds/{found.pk}/change/")
    assert "register of 30 June 2006" in _page(signed_in, "/rounds/new/")
    _answer(found, "101")
    signed_in.post(f"/rounds/{found.pk}/close/", {"sure": "on"})
    assert ("studies.run", "done") in run_jobs()
    counted = Round.objects.using("owner").select_related("study").get(pk=found.pk)
    assert counted.study is not None
    assert counted.study.register_as_of == date(2006, 6, 30)
    days = dict(check(counted.study).sources.select("purpose", "as_of").iter_rows())
    assert (days["schools"], days["frame"]) == (date(2006, 6, 30), date(2026, 11, 25))
    now = set(Source.objects.using("owner").filter(purpose="schools").values_list("as_of", flat=True))
    assert now <= {*held, date(2006, 6, 30)}, "no register of the round's date came into being"
    assert old not in _page(signed_in, f"/rounds/{found.pk}/"), "nothing can be changed any more"
    later = make_round(counted.study, as_of=date(2026, 12, 25))
    assert later.base.register_as_of == date(2006, 6, 30), "also of a round based on a round"


def test_the_warning_goes_once_no_answer_can_come(found: Round, signed_in: Client) -> None:
    today = timezone.localdate()
    make_token(found, "101")
    set_round(found, closes_on=today - timedelta(days=2), late_days=5)
    assert "as late answers" in _page(signed_in, f"/rounds/{found.pk}/close/")
    set_round(found, closes_on=today - timedelta(days=2), late_days=0)
    assert "The round takes answers until" not in _page(signed_in, f"/rounds/{found.pk}/close/")
