"""Returns and a frame: tried with their study, counted without a name, stored by running it, taken out again."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from leadscape.actions.write_demo_files import write_demo_files
from leadscape_web.accounts.context import acting
from leadscape_web.imports.models import Change, Import, Problem
from leadscape_web.jobs.models import Job
from leadscape_web.studies.models import Study, StudyInput
from leadscape_web.studies.running import load_study
from leadscape_web.survey.models import Wave

from tests.imports.test_web_import_register import again, signed_in
from tests.support.jobs import run_jobs
from tests.support.own_database import own_database

NAME = "leader_name"
HELD = (
    "select key, role, withdrawn_at is null from survey_roleholding where withdrawn_at is null order by key"
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo_files(tmp_path_factory.mktemp("demo") / "demo", size="small", seed=2006)


@pytest.fixture(scope="module")
def study(demo: Path, service_server: Any, django_db_setup: None, django_db_blocker: Any) -> Any:
    with own_database(service_server, django_db_blocker, f"returns_{uuid.uuid4().hex[:8]}"):
        with acting(why="The tests' own system makes room", using="owner"):
            Wave.objects.using("owner").update(as_of="1999-01-01")
        load_study(demo)
        yield Study.objects.using("owner").get()


def bring(study: Study, **files: tuple[str, bytes]) -> Import:
    sent = {key: [SimpleUploadedFile(*file)] for key, file in files.items()}
    answer = signed_in().post("/imports/returns/", {"study": str(study.pk), **sent})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    run_jobs()
    return Import.objects.using("owner").get(pk=answer["Location"].split("/")[2])


def holdings() -> list[Any]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(HELD)
        return cursor.fetchall()


def agencies(demo: Path, leave_out: int) -> bytes:
    """The lists of the agencies without their last lines."""
    frame = pl.read_csv(demo.parent / "agencies.csv", infer_schema=False)
    return frame.head(frame.height - leave_out).write_csv().encode()


def test_a_list_in_place_of_another_is_counted_stored_and_taken_out_again(study: Study, demo: Path) -> None:
    client = signed_in()
    before, inputs = holdings(), StudyInput.objects.using("owner").filter(removed_at=None).count()
    found = bring(study, returns=("agencies.csv", agencies(demo, 25)))
    assert found.state == "checked", found.notes
    assert holdings() == before
    assert StudyInput.objects.using("owner").filter(removed_at=None).count() == inputs
    told = {row["change"]: row["rows"] for row in found.summary}
    assert told["Leaders no longer reported"] > 0
    assert told["Role-holdings no longer reported"] >= told["Leaders no longer reported"]
    page = client.get(f"/imports/{found.pk}/").content.decode()
    assert "agencies.csv takes the place of agencies.csv" in page
    assert sum(
        int(one.after)
        for one in Change.objects.using("owner").filter(belongs_to=found, change="holdings gone")
    )
    client.post(f"/imports/{found.pk}/confirm/")
    assert run_jobs() == [("imports.store", "done")], Job.objects.using("owner").latest("asked_at").problem
    assert (
        len(holdings()) == len(before) - told["Role-holdings no longer reported"] + told["New role-holdings"]
    )
    former = StudyInput.objects.using("owner").filter(file_name="agencies.csv").exclude(removed_at=None)
    with acting(why="A test empties the former list", using="owner"):
        former.update(blanked_at=former.get().removed_at)
    client.post(f"/imports/{found.pk}/undo/", {"why": "The agency sent the wrong list"})
    run_jobs()
    assert again(found).state == "stored", "a file that was emptied is not given back"
    assert "emptied for good since: 1." in client.get(f"/imports/{found.pk}/").content.decode()
    with acting(why="A test fills it again", using="owner"):
        former.update(blanked_at=None)
    client.post(f"/imports/{found.pk}/undo/", {"why": "The agency sent the wrong list"})
    assert run_jobs() == [("imports.undo", "done")], Job.objects.using("owner").latest("asked_at").problem
    assert holdings() == before
    assert again(found).state == "undone"
    assert StudyInput.objects.using("owner").filter(removed_at=None).count() == inputs


def test_problems_of_a_return_are_told_by_row_without_what_stands_there(study: Study, demo: Path) -> None:
    frame = pl.read_csv(demo.parent / "agencies.csv", infer_schema=False).with_row_index("at")
    blank = pl.when(pl.col("at") == 3).then(None).otherwise(pl.col(NAME)).alias(NAME)
    broken = frame.with_columns(blank).drop("at")
    found = bring(study, returns=("agencies.csv", broken.write_csv().encode()))
    assert found.state == "refused", found.summary
    told = Problem.objects.using("owner").filter(belongs_to=found)
    assert told.count() > 0
    assert not told.exclude(value=None).exists()
    assert {one.row for one in told} == {5}
    assert all(one.column for one in told)


def test_a_frame_that_forgets_who_answered_is_refused(study: Study, demo: Path) -> None:
    frame = pl.read_csv(demo.parent / "respondents.csv", infer_schema=False)
    found = bring(study, frame=("respondents.csv", frame.head(2).write_csv().encode()))
    assert found.state == "refused"
    assert Problem.objects.using("owner").filter(belongs_to=found).exists()


def test_returns_or_a_frame_must_be_chosen(study: Study) -> None:
    answer = signed_in().post("/imports/returns/", {"study": str(study.pk)})
    assert answer.status_code == 422
    assert "Choose returns, a frame, or both" in answer.content.decode()
