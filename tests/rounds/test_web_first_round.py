"""From nothing to a first round: a register is brought in, a round is made with it, answered, counted and shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import PersonName
from leadscape_web.landscape import home
from leadscape_web.landscape.waves import WavePick
from leadscape_web.privacy.work.rewriting import rewrite_studies
from leadscape_web.rounds.models import Asked, Round
from leadscape_web.studies.inputs import current_inputs
from leadscape_web.studies.models import Study, StudyInput
from leadscape_web.studies.personal import ErasedSubject

from tests.support.import_files import SCHOOLS, links_csv, register_csv
from tests.support.jobs import run_jobs
from tests.support.rounds import client_of_editor, make_token, own_world


@pytest.fixture(scope="module")
def world(service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with own_world(service_server, django_db_blocker):
        yield


def _page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def _bring(client: Client, *files: tuple[str, bytes]) -> str:
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    answer = client.post("/imports/register/", {"chosen": sent, "absent": "keep"})
    key = answer["Location"].split("/")[2]
    run_jobs()
    client.post(f"/imports/{key}/confirm/")
    assert run_jobs() == [("imports.store", "done")]
    return key


def _date(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def test_from_a_register_to_the_figures_of_a_first_round(world: None) -> None:
    cache.clear()
    client, today = client_of_editor(), timezone.localdate()
    assert "Bring a register in" in _page(client, "/rounds/new/")
    _bring(
        client,
        ("register_2026-10-01.csv", register_csv()),
        (
            "links_2026-10-01.csv",
            links_csv(("100006", "100007", "Fernhill School", "Predecessor", "01-09-2005")),
        ),
    )
    study = Study.objects.using("owner").get()
    assert (study.title, study.as_of, study.wave) == ("Register of 1 October 2026", date(2026, 10, 1), None)
    assert [one.key for one in current_inputs(study)] == ["links", "schools"]
    assert "It is a register alone" in _page(client, f"/studies/{study.pk}/")
    assert "Run it again" not in _page(client, f"/studies/{study.pk}/")
    form = {
        "title": "The first round", "base": str(study.pk), "codebook": "england-2026", "late_days": "0",
        **_date("as_of", today), **_date("opens_on", today), **_date("closes_on", today),
        "subject": "Who leads?", "letter": "Please name them.", "purpose": "To map.", "contact": "The team",
    }  # fmt: skip
    made = client.post("/rounds/new/", form)
    assert made.status_code == 302, made.content.decode()
    found = Round.objects.using("owner").get()
    client.post(f"/rounds/{found.pk}/who/", {"who": "regions", "regions": ["North"]})
    assert Asked.objects.using("owner").filter(round=found).count() == 2
    client.post(f"/rounds/{found.pk}/start/", {"sure": "on"})
    run_jobs()
    token = make_token(found, "101")
    line = {"full_name": "Gita Gorse", "home_school": "100001", "role_text": "Leads a hub", "role": "own"}
    assert Client().post(f"/answer/{token}/add/", line).status_code == 302
    assert Client().post(f"/answer/{token}/check/").status_code == 302
    client.post(f"/rounds/{found.pk}/close/", {"sure": "on"})
    assert ("studies.run", "done") in run_jobs()
    counted = Round.objects.using("owner").select_related("study").get()
    assert counted.study is not None
    assert counted.study.wave_id is not None
    assert "The round is counted." in _page(client, f"/rounds/{found.pk}/")


def test_the_same_register_again_is_one_study_and_another_takes_its_place(world: None) -> None:
    cache.clear()
    client = client_of_editor()
    _bring(client, ("other_2026-11-01.csv", register_csv()))
    key = _bring(client, ("better_2026-11-01.csv", register_csv()))
    study = Study.objects.using("owner").get(title="Register of 1 November 2026")
    assert [one.file_name for one in current_inputs(study)] == ["better_2026-11-01.csv"]
    client.post(f"/imports/{key}/undo/", {"why": "It was the wrong file"})
    assert run_jobs() == [("imports.undo", "done")]
    assert [one.file_name for one in current_inputs(study)] == ["other_2026-11-01.csv"]


def test_the_first_page_of_a_service_with_a_register_advises_a_round_and_no_demonstration(
    world: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "pick_wave", lambda request: WavePick(None, (), named=False))
    client = client_of_editor()
    page = _page(client, "/")
    assert 'href="/rounds/"' in page
    assert "--demo" not in page
    monkeypatch.setattr(home.Source, "objects", home.Source.objects.none())
    page = _page(client, "/")
    assert 'href="/imports/register/"' in page


def test_a_register_is_kept_without_heads_and_an_erasure_does_not_try_to_run_it(world: None) -> None:
    cache.clear()
    client = client_of_editor()
    _bring(client, ("heads_2026-11-02.csv", register_csv()))
    study = Study.objects.using("owner").get(title="Register of 2 November 2026")
    content = bytes(StudyInput.objects.using("owner").get(study=study, removed_at=None).content).decode()
    for word in (*(first for *_, first, _ in SCHOOLS), *(last for *_, last in SCHOOLS)):
        assert f",{word}," not in content, word
    for school in SCHOOLS:
        assert school[1] in content
    head = PersonName.objects.using("owner").filter(full_name="Frances Fir", superseded_at=None).latest("pk")
    with acting(why="A person was erased in a test", using="owner"):
        subject = ErasedSubject(head.person_id, (), ("Frances Fir",), ("100005",), "owner")
        assert study.title not in rewrite_studies(subject, None).by_keys_alone
