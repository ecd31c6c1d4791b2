"""A sample of entries: drawn by a job, answered by editors of the area, and rated as the library rates forms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.utils import timezone

from leadscape.actions.draw_validation import draw_validation
from leadscape.actions.read_validation import read_validation
from leadscape_web.accounts.context import acting
from leadscape_web.accounts.models import User
from leadscape_web.jobs.asking import ask_for
from leadscape_web.review.models import Answer, Entry, Sample
from leadscape_web.review.sampling import rates_of
from leadscape_web.studies.models import Study, StudyInput
from leadscape_web.survey.models import RoleHolding, Wave

from tests.review.review_world import sign_in
from tests.support.demo_world import demo_world
from tests.support.jobs import assert_done, run_jobs

SIZE = 40


@pytest.fixture(scope="module")
def demo(
    tmp_path_factory: pytest.TempPathFactory,
    service_server: Any,
    django_db_setup: None,
    django_db_blocker: Any,
) -> Any:
    with demo_world(service_server, django_db_blocker, tmp_path_factory) as path:
        yield path


@pytest.fixture(scope="module")
def sample(demo: Path) -> Sample:
    editor = User.objects.using("owner").get(email="nation.editor@leadscape.example")
    study = Study.objects.using("owner").get()
    with acting(editor):
        given = {"study": str(study.pk), "size": SIZE, "by": "role"}
        job = ask_for("review.draw", asked_by=editor, given=given)
    run_jobs()
    return Sample.objects.using("owner").get(pk=assert_done(job.pk)["sample"])


def entries(sample: Sample) -> list[Entry]:
    return list(Entry.objects.using("owner").filter(sample=sample).order_by("holding_key"))


def test_the_sample_is_the_librarys_and_names_nobody(demo: Path, sample: Sample, tmp_path: Path) -> None:
    drawn = draw_validation(demo, tmp_path / "drawn", size=SIZE, kind="csv")
    library = pl.read_csv(drawn.sample, infer_schema=False)
    assert {entry.holding_key for entry in entries(sample)} == set(library["entry_id"])
    assert sample.size == SIZE
    assert all(entry.person_id for entry in entries(sample))
    of_library = {row["entry_id"]: row for row in library.iter_rows(named=True)}
    for entry in entries(sample):
        row = of_library[entry.holding_key]
        assert (entry.stratum, str(entry.reported), str(entry.drawn)) == (
            row["stratum"],
            row["reported"],
            row["drawn"],
        )
        assert (entry.role, entry.home_school_id) == (row["role"], row["home_urn"])
        assert all(urn in (row["partner_schools"] or "") for urn in entry.partner_schools)
    assert any(entry.partner_schools for entry in entries(sample))


def test_what_no_run_has_read_yet_is_not_drawn(sample: Sample) -> None:
    """People and places of a sample are those of the last run, whatever was decided or brought in since."""
    with acting(why="A return that no run has read", using="owner"):
        one = StudyInput.objects.using("owner").filter(study=sample.study_id, key="returns", removed_at=None)[
            0
        ]
        StudyInput.objects.using("owner").filter(pk=one.pk).update(removed_at=timezone.now())
    editor = User.objects.using("owner").get(email="nation.editor@leadscape.example")
    with acting(editor):
        given = {"study": str(sample.study_id), "size": SIZE, "by": "role"}
        job = ask_for("review.draw", asked_by=editor, given=given)
    run_jobs()
    again = Sample.objects.using("owner").get(pk=assert_done(job.pk)["sample"])
    assert [one.holding_key for one in entries(again)] == [one.holding_key for one in entries(sample)]
    assert all(one.person_id and one.authority_id for one in entries(again))
    with acting(why="The return is back", using="owner"):
        StudyInput.objects.using("owner").filter(pk=one_of_returns(sample)).update(removed_at=None)


def one_of_returns(sample: Sample) -> Any:
    rows = StudyInput.objects.using("owner").filter(
        study=sample.study_id, key="returns", removed_at__isnull=False
    )
    return rows.values_list("pk", flat=True)[0]


def test_answers_give_the_rates_that_forms_give(demo: Path, sample: Sample, tmp_path: Path) -> None:
    client = sign_in("nation.editor")
    drawn = draw_validation(demo, tmp_path / "drawn", size=SIZE, kind="csv")
    wrong = {entry.pk for entry in entries(sample)[:7]}
    forms = {path: pl.read_csv(path, infer_schema=False) for path in drawn.folder.iterdir()}
    for entry in entries(sample)[:30]:
        answer = "wrong" if entry.pk in wrong else "right"
        given = {"leads": "right", "role": answer, "leader_name": "right", "seen": ""}
        if answer == "wrong":
            given["role_is"] = "mentor_head" if entry.role != "mentor_head" else "executive_headship"
        saved = client.post(f"/review/entry/{entry.pk}/", given)
        assert saved.status_code == 302, saved.content.decode()
        for path, form in forms.items():
            mine = pl.col("Entry") == entry.holding_key
            label = {"mentor_head": "Mentor head", "executive_headship": "executive headship"}
            forms[path] = form.with_columns(
                pl.when(mine).then(pl.lit("yes")).otherwise("Leads beyond their own school?")
                .alias("Leads beyond their own school?"),
                pl.when(mine).then(pl.lit("right")).otherwise("Name right?").alias("Name right?"),
                pl.when(mine).then(pl.lit(answer)).otherwise("Role right?").alias("Role right?"),
                pl.when(mine & (pl.lit(answer) == "wrong")).then(pl.lit(label.get(given.get("role_is", ""), "")))
                .otherwise("Role should be").alias("Role should be"),
            )  # fmt: skip
    for path, form in forms.items():
        form.write_csv(path)
    library = read_validation(demo, sample=drawn.sample, forms=tuple(drawn.folder.iterdir()))
    with acting(User.objects.using("owner").get(email="nation.editor@leadscape.example")):
        ours = rates_of(Sample.objects.get(pk=sample.pk))
    assert ours is not None
    assert ours.error_rates.equals(library.error_rates)
    page = client.get(f"/review/samples/{sample.pk}/").content.decode()
    assert "Error rates, weighted, with 95 % intervals" in page
    assert "7 of 30" in page


def test_what_changed_is_added_and_the_second_to_save_is_told(sample: Sample) -> None:
    client = sign_in("nation.editor")
    entry = entries(sample)[-1]
    address = f"/review/entry/{entry.pk}/"
    assert client.post(address, {"leads": "right", "seen": ""}).status_code == 302
    assert client.post(address, {"leads": "wrong", "seen": ""}).status_code == 409
    seen = str(Answer.objects.using("owner").get(entry=entry, superseded_at=None).pk)
    told = client.post(address, {"leads": "wrong", "role": "right", "seen": seen})
    assert told.status_code == 422
    assert "cannot be right where the school says that the person does not lead" in told.content.decode()
    assert client.post(address, {"leads": "wrong", "seen": seen}).status_code == 302
    rows = Answer.objects.using("owner").filter(entry=entry).order_by("recorded_at")
    assert [row.said for row in rows] == ["right", "wrong"]


def test_an_area_sees_its_own_entries_and_no_rates(sample: Sample) -> None:
    other = sign_in("authority.editor")
    for entry in entries(sample)[:3]:
        assert other.get(f"/review/entry/{entry.pk}/").status_code == 404
    page = other.get(f"/review/samples/{sample.pk}/").content.decode()
    assert "Rates are shown to those who see every entry" in page
    assert other.post(f"/review/study/{sample.study_id}/draw/", {"by": "role"}).status_code == 403


def test_a_run_after_the_draw_leaves_the_rates(sample: Sample) -> None:
    """Its holdings stand in the wave of the later run then, and no entry of the sample is another."""
    editor = User.objects.using("owner").get(email="nation.editor@leadscape.example")
    with acting(editor):
        before = rates_of(Sample.objects.get(pk=sample.pk))
    with acting(why="The study was run again in a test", using="owner"):
        wave = Wave.objects.using("owner").get(pk=sample.wave_id)
        wave.pk, wave.inputs_sha256 = None, "d" * 64
        wave._state.adding = True
        wave.save(using="owner")
        RoleHolding.objects.using("owner").filter(wave_id=sample.wave_id).update(wave=wave)
        Study.objects.using("owner").filter(pk=sample.study_id).update(wave=wave)
    with acting(editor):
        after = rates_of(Sample.objects.get(pk=sample.pk))
    assert before is not None
    assert after is not None
    assert after.error_rates.equals(before.error_rates)
    assert after.role_shares.equals(before.role_shares)
    assert after.sentences == before.sentences
